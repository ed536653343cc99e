//! The `toolhost` binary as a process of its own, and a client that adds little to what it times.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Resource, getrlimit, setrlimit};

use crate::{Setup, binary, root};

/// `toolhost serve` on a free port; killed when dropped.
pub struct Serving {
    /// The process.
    pub child: Child,
    /// Such as `http://127.0.0.1:34567`.
    pub url: String,
    /// What it said at start.
    pub lines: Vec<String>,
    out: BufReader<ChildStdout>,
}

impl Serving {
    /// Starts it with `args` behind `serve`.
    pub fn start(args: &[&str]) -> Serving {
        Serving::of(Serving::command(args))
    }

    /// Starts it with the tools of `setup`, whose config is written into `dir`.
    pub fn with(setup: &Setup, dir: &Path) -> Serving {
        Serving::of(Serving::command_with(setup, dir))
    }

    /// What [`Serving::start`] runs.
    pub fn command(args: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command
            .arg("serve")
            .args(args)
            .args(["--port", "0"])
            .current_dir(root())
            .env("TOOLHOST_CACHE_DIR", root().join("target/test-cache"))
            .env("TOOLHOST_LOG", "error")
            .env("TELEMETRY_SINKS", "console")
            .env_remove("LLAMA_STACK_PORT")
            .stderr(Stdio::null());
        command
    }

    /// What [`Serving::with`] runs.
    pub fn command_with(setup: &Setup, dir: &Path) -> Command {
        let file = dir.join("config.yaml");
        std::fs::write(&file, setup.yaml()).expect("written");
        let mut command = Serving::command(&[file.to_str().expect("UTF-8")]);
        command.env("TELEMETRY_SINKS", setup.sinks());
        command
    }

    /// Runs `command` until it listens.
    pub fn of(mut command: Command) -> Serving {
        let spawned = command.stdout(Stdio::piped()).spawn();
        let mut child = spawned.expect("`make build` made the binary");
        let mut out = BufReader::new(child.stdout.take().expect("piped"));
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            out.read_line(&mut line).expect("UTF-8");
            assert!(line.ends_with('\n'), "it ends: {lines:?}");
            let line = line.trim_end().to_owned();
            let is_last = line.ends_with("/metrics");
            lines.push(line);
            if is_last {
                break;
            }
        }
        // `dev` says before what it built.
        let served = lines.iter().find(|line| line.contains(" serves "));
        let url = served.and_then(|line| line.rsplit(' ').next());
        let url = url.expect("a line ends with the URL").to_owned();
        Serving {
            child,
            url,
            lines,
            out,
        }
    }

    /// Resident memory, in KiB.
    pub fn memory_kib(&self) -> u64 {
        self.status("VmRSS:")
    }

    /// The most that it ever was, in KiB.
    pub fn memory_peak_kib(&self) -> u64 {
        self.status("VmHWM:")
    }

    fn status(&self, field: &str) -> u64 {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("it lives");
        let line = status.lines().find_map(|line| line.strip_prefix(field));
        let amount = line.expect("a field of Linux").trim();
        amount.trim_end_matches(" kB").parse().expect("a number")
    }

    /// Open file descriptors.
    pub fn descriptors(&self) -> usize {
        let open = std::fs::read_dir(format!("/proc/{}/fd", self.child.id())).expect("it lives");
        open.count()
    }

    /// Asks it to stop.
    pub fn terminate(&self) {
        self.signal("TERM");
    }

    /// Sends it a signal, by its name without `SIG`.
    pub fn signal(&self, name: &str) {
        let killed = Command::new("kill")
            .args(["-s", name])
            .arg(self.child.id().to_string())
            .status();
        assert!(killed.expect("kill is there").success());
    }

    /// Waits until it has ended. Blocks.
    pub fn wait(&mut self) -> ExitStatus {
        self.child.wait().expect("a child of ours")
    }

    /// The next line that it says on stdout. Blocks, and panics if it ended.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).expect("UTF-8");
        assert!(line.ends_with('\n'), "it ends");
        line.trim_end().to_owned()
    }

    /// What it said on stdout after its start, until it ended. Blocks.
    pub fn said_later(&mut self) -> String {
        let mut text = String::new();
        self.out.read_to_string(&mut text).expect("UTF-8");
        text
    }

    /// `127.0.0.1:34567`.
    pub fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Lets this process open as many files as it may; how many that is.
pub fn open_many_files() -> u64 {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    // It stays as it is if it cannot be raised.
    let _ = setrlimit(Resource::Nofile, limit);
    getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
}

/// One connection that sends the same request again and again, from the calling thread.
pub struct Line {
    stream: BufReader<TcpStream>,
    request: Vec<u8>,
}

impl Line {
    /// A connection that invokes `tool` with `kwargs`, which is JSON.
    pub fn invoking(address: &str, tool: &str, kwargs: &str) -> Line {
        let mut line = Line::sending(address, Vec::new());
        line.request = invocation(tool, kwargs);
        line
    }

    /// From now on it invokes `tool`.
    pub fn invoke(&mut self, tool: &str, kwargs: &str) {
        self.request = invocation(tool, kwargs);
    }

    /// A connection that gets `path`.
    pub fn getting(address: &str, path: &str) -> Line {
        let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\n\r\n");
        Line::sending(address, request.into_bytes())
    }

    fn sending(address: &str, request: Vec<u8>) -> Line {
        let stream = TcpStream::connect(address).expect("the host listens");
        stream.set_nodelay(true).expect("a TCP socket");
        Line {
            stream: BufReader::new(stream),
            request,
        }
    }

    /// Sends the request; how long the answer took, its status and its body.
    pub fn call(&mut self) -> std::io::Result<(Duration, u16, Vec<u8>)> {
        let started = Instant::now();
        self.stream.get_mut().write_all(&self.request)?;
        let mut head = String::new();
        let mut length = 0;
        loop {
            let from = head.len();
            if self.stream.read_line(&mut head)? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            let line = head[from..].trim_end().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().map_err(std::io::Error::other)?;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        let took = started.elapsed();
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
        Ok((took, status.unwrap_or(0), body))
    }
}

fn invocation(tool: &str, kwargs: &str) -> Vec<u8> {
    let body = format!(r#"{{"tool_name": "{tool}", "kwargs": {kwargs}}}"#);
    let head = format!(
        "POST /v1/tool-runtime/invoke HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head, body].concat().into_bytes()
}

/// The median and the 99th percentile of `times`, which are sorted.
pub fn percentiles(times: &mut [Duration]) -> [Duration; 2] {
    times.sort_unstable();
    [times[times.len() / 2], times[times.len() * 99 / 100]]
}
