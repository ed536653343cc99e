//! Compiles a component in a process of its own, within time and memory.
//!
//! A file of a few kilobytes can keep a compiler busy for hours or fill all memory, and
//! wasmtime does not count that as a fault of its own. So the compiler is a child process that
//! can be killed: see `worker.rs` for what it does to itself before it reads the component.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;
use wasmtime::Engine;
use wasmtime::component::Component;

use super::cache::Code;
use super::docs::readable;
use super::{Error, Runtime, engine, scan};
use crate::config;

/// What the worker's exit code says if the component is at fault (`EX_DATAERR`).
const AT_FAULT: i32 = 65;
/// Machine code takes at most this many times the size of its component, and
/// [`CODE_BYTES_EXTRA`] more.
const CODE_PER_WASM: u64 = 64;
const CODE_BYTES_EXTRA: u64 = 64 << 20;
/// What is read of the worker's stderr, in bytes.
const STDERR_BYTES_MAX: u64 = 8 * 1024;
/// What is shown of it, in characters.
const SHOWN_CHARS_MAX: usize = 1_000;

/// Turns components into machine code, a few at a time.
pub struct Compiler {
    program: Option<PathBuf>,
    timeout: Duration,
    memory_bytes: u64,
    workers: Semaphore,
}

impl Compiler {
    /// With `program`, the absolute path of the `toolhost` binary, each component is compiled
    /// by a process of it, within `compile_timeout` and `compile_memory_bytes`.
    ///
    /// Without, on a thread of this process, **unbounded**: only for components that are
    /// trusted to compile.
    pub fn new(config: &config::Runtime, program: Option<PathBuf>) -> Compiler {
        Compiler {
            program,
            timeout: config.compile_timeout,
            memory_bytes: config.compile_memory_bytes,
            workers: Semaphore::new(config.compile_workers as usize),
        }
    }

    /// Compiles `wasm` for engines with the stamp of `engine`, when it is its turn. A caller
    /// that stops waiting kills the worker.
    pub async fn compile(&self, engine: &Engine, wasm: &Arc<Vec<u8>>) -> Result<Code, Error> {
        let turn = self.workers.acquire().await;
        let _turn = turn.expect("the semaphore of workers is never closed");
        let Some(program) = &self.program else {
            let (engine, wasm) = (engine.clone(), wasm.clone());
            let code = blocking(move || precompile(&engine, &wasm)).await??;
            return Ok(Code::compiled(code));
        };
        let mut command = Command::new(program);
        command
            .arg("compile-worker")
            .arg(format!("--input={}", wasm.len()))
            .arg(format!("--memory={}", self.memory_bytes))
            .arg(format!("--seconds={}", self.timeout.as_secs() + 1))
            .arg(format!("--engine={}", engine::stamp(engine)));
        let code = self.run(command, wasm).await?;
        Ok(Code::compiled(code))
    }

    /// Runs one worker, which has ended when this returns.
    async fn run(&self, mut command: Command, wasm: &[u8]) -> Result<Vec<u8>, Error> {
        command
            .arg0("toolhost")
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let broken = |error: io::Error| Error::Compiler(error.to_string());
        let spawned = command.spawn();
        let mut child =
            spawned.map_err(|error| Error::Compiler(format!("it does not start: {error}")))?;
        let talk = talk(&mut child, wasm, self.code_bytes_max(wasm));
        let talked = tokio::time::timeout(self.timeout, talk).await;
        // Its memory is given back before the next one's turn. One that has ended is not killed.
        let killed = child.kill().await;
        let limit = self.timeout;
        let said = talked.map_err(|_| Error::CompileTimeout { limit })?;
        killed.map_err(broken)?;
        self.judge(said.map_err(broken)?)
    }

    fn code_bytes_max(&self, wasm: &[u8]) -> u64 {
        let by_size = CODE_PER_WASM * wasm.len() as u64 + CODE_BYTES_EXTRA;
        by_size.min(self.memory_bytes)
    }

    /// What became of a worker that ended by itself.
    fn judge(&self, said: Said) -> Result<Vec<u8>, Error> {
        if said.status.success() {
            return Ok(said.stdout);
        }
        let text = shown(&said.stderr);
        if said.status.code() == Some(AT_FAULT) {
            return Err(Error::NotAComponent(text));
        }
        // An allocation that fails ends the process, with these words of Rust's or wasmtime's.
        let is_out_of_memory = ["memory allocation of", "out of memory"]
            .iter()
            .any(|words| text.contains(words));
        let signal = said.status.signal().and_then(Signal::from_named_raw);
        if signal == Some(Signal::XCPU) {
            let limit = self.timeout;
            return Err(Error::CompileTimeout { limit });
        }
        // The kernel kills what it has no memory for.
        if is_out_of_memory || signal == Some(Signal::KILL) {
            let limit = self.memory_bytes;
            return Err(Error::CompileMemory { limit });
        }
        tracing::warn!(status = %said.status, stderr = %text, "a compile worker failed");
        Err(Error::Compiler(said.status.to_string()))
    }
}

/// What a worker left behind.
struct Said {
    status: ExitStatus,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
}

/// Gives the worker its component and takes what it says, until it ends.
async fn talk(child: &mut Child, wasm: &[u8], code_bytes_max: u64) -> io::Result<Said> {
    let missing = || io::Error::other("the worker has no pipes");
    let mut stdin = child.stdin.take().ok_or_else(missing)?;
    let stdout = child.stdout.take().ok_or_else(missing)?;
    let stderr = child.stderr.take().ok_or_else(missing)?;
    let write = async {
        // A worker that does not read to the end says why on stderr.
        let _ = stdin.write_all(wasm).await;
        Ok(())
    };
    let stdout = async {
        let stdout = read(stdout, code_bytes_max + 1).await?;
        if stdout.len() as u64 > code_bytes_max {
            return Err(io::Error::other("its code is far larger than its input"));
        }
        Ok(stdout)
    };
    let stderr = read(stderr, STDERR_BYTES_MAX);
    let ((), stdout, stderr) = tokio::try_join!(write, stdout, stderr)?;
    let status = child.wait().await?;
    // Closed only here: a worker whose stdin closes has lost its host, and stops.
    drop(stdin);
    Ok(Said {
        status,
        stdout,
        stderr,
    })
}

async fn read(stream: impl AsyncRead + Unpin, bytes_max: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    stream.take(bytes_max).read_to_end(&mut bytes).await?;
    Ok(bytes)
}

/// What the worker said as one line, fit to be shown: names that the component chose stand in it.
fn shown(stderr: &[u8]) -> String {
    let text = readable(&String::from_utf8_lossy(stderr));
    let line = text.lines().collect::<Vec<_>>().join(" ");
    let line = line.strip_prefix("error: ").unwrap_or(&line);
    line.chars().take(SHOWN_CHARS_MAX).collect()
}

/// Compiles in this process.
pub(super) fn precompile(engine: &Engine, wasm: &[u8]) -> Result<Vec<u8>, Error> {
    engine.precompile_component(wasm).map_err(|error| {
        if error.is::<wasmtime::OutOfMemory>() {
            Error::Compiler(format!("{error:#}"))
        } else {
            super::section::not_a_component(&format!("{error:#}"))
        }
    })
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    let worked = tokio::task::spawn_blocking(work).await;
    worked.map_err(|panic| Error::Compiler(panic.to_string()))
}

/// Where a component came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Load {
    /// The cache of machine code.
    Cached,
    /// The compiler, in this time.
    Compiled(Duration),
}

impl Runtime {
    /// Where the components came from that were loaded since the last time, in that order.
    pub fn take_loads(&self) -> Vec<Load> {
        std::mem::take(&mut self.loads.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn note(&self, load: Load) {
        let mut loads = self.loads.lock().unwrap_or_else(PoisonError::into_inner);
        loads.push(load);
    }

    /// The component of `wasm`, from the cache or compiled.
    pub(super) async fn component(
        self: &Arc<Self>,
        wasm: &Arc<Vec<u8>>,
    ) -> Result<Component, Error> {
        let (runtime, bytes) = (self.clone(), wasm.clone());
        if let Some(component) = blocking(move || runtime.cached(&bytes)).await? {
            self.note(Load::Cached);
            return Ok(component);
        }
        let started = Instant::now();
        let bytes = wasm.clone();
        blocking(move || scan::check(&bytes)).await??;
        let code = self.compiler.compile(&self.engine, wasm).await?;
        self.note(Load::Compiled(started.elapsed()));
        let (runtime, bytes) = (self.clone(), wasm.clone());
        let loaded = blocking(move || {
            let component = runtime.ready(&code)?;
            if let Some(cache) = &runtime.cache {
                cache.put(&bytes, &code);
            }
            Ok(component)
        });
        let loaded: wasmtime::Result<Component> = loaded.await?;
        loaded.map_err(|error| Error::Unlinkable(format!("{error:#}")))
    }

    fn cached(&self, wasm: &[u8]) -> Option<Component> {
        let code = self.cache.as_ref()?.get(wasm)?;
        let component = self.ready(&code);
        component
            .inspect_err(|error| tracing::warn!(%error, "a cached component does not load"))
            .ok()
    }

    fn ready(&self, code: &Code) -> wasmtime::Result<Component> {
        let component = code.load(&self.engine)?;
        // Built now, not by the first call.
        component.initialize_copy_on_write_image()?;
        Ok(component)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY_COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

    fn compiler(timeout: Duration) -> Compiler {
        Compiler {
            program: None,
            timeout,
            memory_bytes: 1 << 20,
            workers: Semaphore::new(1),
        }
    }

    /// Plays the worker with a shell script.
    async fn run(script: &str, timeout: Duration) -> Result<Vec<u8>, Error> {
        let mut command = Command::new("/bin/sh");
        command.arg("-c").arg(script);
        // More than a pipe holds, so that a worker that does not read is noticed.
        compiler(timeout).run(command, &[b'x'; 100_000]).await
    }

    #[tokio::test]
    async fn code_comes_back_whole_from_a_worker_that_read_everything() {
        let script = "head -c 100000 | tr x y";
        let code = run(script, Duration::from_secs(60)).await.unwrap();
        assert_eq!(code, [b'y'; 100_000]);
    }

    #[tokio::test]
    async fn each_end_of_a_worker_has_its_error() {
        for (script, expected) in [
            ("echo 'error: it is bad' >&2; exit 65", "it is bad"),
            // No text of a component's own reaches a terminal or a log as it is.
            (r"printf 'a\033[2J\nb' >&2; exit 65", "a[2J b"),
            (
                "echo 'memory allocation of 42 bytes failed' >&2; kill -ABRT $$",
                "compile_memory",
            ),
            ("echo 'error: out of memory' >&2; exit 70", "compile_memory"),
            ("kill -KILL $$", "compile_memory"),
            ("kill -XCPU $$", "compile_timeout"),
            ("kill -ABRT $$", "the compiler failed: signal: 6"),
            (
                "echo secret >&2; exit 70",
                "the compiler failed: exit status: 70",
            ),
            ("while echo more; do :; done", "far larger than its input"),
            ("while echo more; do :; done >&2", "signal: 13"),
        ] {
            let error = run(script, Duration::from_secs(60)).await.unwrap_err();
            let text = error.to_string();
            assert!(
                text.contains(expected) && !text.contains("secret"),
                "{script}: {text}"
            );
        }
        let missing = Command::new("/nowhere/toolhost");
        let error = compiler(Duration::from_secs(60)).run(missing, b"").await;
        assert!(error.unwrap_err().to_string().contains("does not start"));
    }

    #[tokio::test]
    async fn a_worker_that_takes_too_long_is_killed() {
        // Stdin stays open, so `cat` never ends by itself.
        let error = run("exec cat >/dev/null", Duration::from_millis(20)).await;
        assert!(matches!(error, Err(Error::CompileTimeout { .. })));
    }

    /// Row 20: a compiler that nobody waits for any more; killed.
    #[tokio::test]
    async fn a_worker_whose_caller_stops_waiting_is_killed() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("pid");
        let script = format!("echo $$ > '{}'; exec cat >/dev/null", file.display());
        let running = tokio::spawn(async move { run(&script, Duration::from_secs(60)).await });
        let pid = loop {
            match std::fs::read_to_string(&file) {
                Ok(text) if text.ends_with('\n') => break text.trim().to_owned(),
                _ => tokio::task::yield_now().await,
            }
        };
        running.abort();
        while std::path::Path::new("/proc").join(&pid).exists() {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn a_worker_has_no_environment() {
        let env = Command::new("/usr/bin/env");
        let said = compiler(Duration::from_secs(60)).run(env, b"").await;
        assert_eq!(said.unwrap(), b"");
    }

    #[tokio::test]
    async fn code_of_an_engine_that_compiles_loads_in_one_that_runs() {
        let (pooled, _) = engine::build(1, true).unwrap();
        let code = precompile(&engine::compiler().unwrap(), EMPTY_COMPONENT).unwrap();
        Code::compiled(code).load(&pooled).unwrap();
        let wasm = Arc::new(EMPTY_COMPONENT.to_vec());
        let code = compiler(Duration::MAX).compile(&pooled, &wasm).await;
        code.unwrap().load(&pooled).unwrap();
    }

    #[test]
    fn what_does_not_validate_is_no_component() {
        let engine = engine::compiler().unwrap();
        let error = precompile(&engine, b"\0asm\x0d\0\x01\0\x01\x01\0").unwrap_err();
        assert!(matches!(error, Error::NotAComponent(_)), "{error}");
    }
}
