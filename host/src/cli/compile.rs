//! `toolhost compile-worker`, which a host starts to compile one component.

use super::args::CompileWorker;
use super::exit::Stop;
use crate::runtime::{Error, Job, compile_worker};

/// Compiles stdin to stdout. The exit code tells a bad component from a bad worker.
pub fn work(args: CompileWorker) -> Result<(), Stop> {
    let job = Job {
        input_bytes: args.input,
        memory_bytes: args.memory,
        seconds: args.seconds,
        engine: args.engine,
    };
    compile_worker(&job).map_err(|error| match error {
        Error::NotAComponent(text) => Stop::data(text),
        error => Stop::host(error.to_string()),
    })
}
