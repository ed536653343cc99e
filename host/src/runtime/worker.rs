//! The process that compiles one component: it binds itself, then reads, compiles and writes.
//!
//! It opens no file, reads no config and no environment, and ends with the host that started
//! it. What it costs is bounded by the kernel, not by good behaviour.

use std::io::{self, Read, Write};
use std::num::NonZero;
use std::process;
use std::thread;

use rustix::process::{Resource, Rlimit, getrlimit, nice, setrlimit};

use super::{Error, compile, engine};

/// Open files: the three pipes, and a few that the standard library looks into.
const OPEN_FILES_MAX: u64 = 16;
/// How far it stands back behind the threads that answer calls.
const NICENESS: i32 = 5;
/// What it exits with if its host is gone, and nobody reads it.
const ORPHANED: i32 = 70;

/// What one worker is asked to do, and what it may use.
#[derive(Clone, Debug)]
pub struct Job {
    /// Size of the component on stdin, in bytes. Stdin stays open after it; if it closes
    /// before the work is done, the worker ends.
    pub input_bytes: usize,
    /// Memory of the process, in bytes.
    pub memory_bytes: u64,
    /// Seconds of time for each core, a second net: the host kills it at its own timeout.
    pub seconds: u64,
    /// The stamp of the engine that will run the code.
    pub engine: String,
}

/// Compiles the component on stdin to stdout. Binds this whole process, for good.
///
/// `Error::NotAComponent` says that the component is at fault.
pub fn work(job: &Job) -> Result<(), Error> {
    let broken = |what: &str, error: io::Error| Error::Compiler(format!("{what}: {error}"));
    confine(job).map_err(|error| broken("it cannot bind itself", error))?;
    let wasm = read(job.input_bytes).map_err(|error| broken("its input ends early", error))?;
    end_with_the_host().map_err(|error| broken("no thread", error))?;
    let engine = engine::compiler().map_err(Error::Engine)?;
    if engine::stamp(&engine) != job.engine {
        // Its code would be loaded all the same: wasmtime compares little of the version.
        return Err(Error::Compiler(
            "it is of another version than the host".to_owned(),
        ));
    }
    let code = compile::precompile(&engine, &wasm)?;
    let mut stdout = io::stdout().lock();
    let written = stdout.write_all(&code).and_then(|()| stdout.flush());
    written.map_err(|error| broken("its output is not read", error))
}

fn confine(job: &Job) -> io::Result<()> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get) as u64;
    // Raising one's own score is always allowed: the kernel ends the worker before the host.
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
    let _ = nice(NICENESS);
    rustix::thread::set_no_new_privs(true)?;
    for (resource, limit) in [
        // All private writable memory. The address space as a whole says little: allocators and
        // threads reserve far more of it than they touch.
        (Resource::Data, job.memory_bytes),
        (Resource::Core, 0),
        (Resource::Fsize, 0),
        (Resource::Nofile, OPEN_FILES_MAX),
        (Resource::Cpu, job.seconds.saturating_mul(cores)),
    ] {
        // A hard limit that is lower already cannot be raised.
        let limit = getrlimit(resource)
            .maximum
            .map_or(limit, |hard| hard.min(limit));
        let both = Rlimit {
            current: Some(limit),
            maximum: Some(limit),
        };
        setrlimit(resource, both)?;
    }
    Ok(())
}

fn read(bytes: usize) -> io::Result<Vec<u8>> {
    let mut wasm = vec![0; bytes];
    io::stdin().lock().read_exact(&mut wasm)?;
    Ok(wasm)
}

/// Ends the process when its stdin closes, which the kernel does even for a host that is
/// killed. A signal on the parent's death would do so too early: it comes when the *thread*
/// that started the process ends.
fn end_with_the_host() -> io::Result<()> {
    let wait = || {
        let _ = io::stdin().lock().read(&mut [0]);
        process::exit(ORPHANED)
    };
    let thread = thread::Builder::new().stack_size(64 << 10).spawn(wait)?;
    drop(thread);
    Ok(())
}
