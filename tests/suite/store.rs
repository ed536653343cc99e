//! The store of spans under load: what is not in it is counted, whatever happens.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread::{JoinHandle, spawn};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use toolhost::traces::{Reader, Time};
use toolhost_tests::Setup;
use toolhost_tests::serving::{Line, Serving};

/// What a call leaves behind: the request, the call, the instance and the guest; and the wait for
/// a place, if a machine that is busy makes one of it.
const SPANS_OF_A_CALL: std::ops::RangeInclusive<u64> = 4..=5;
/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);
/// Clients that never pause.
const CLIENTS: usize = 8;

const SENT: &str = r#"llama_stack_telemetry_sent_total{sink="sqlite"}"#;
const DROPPED: &str = r#"llama_stack_telemetry_dropped_total{sink="sqlite"}"#;

/// A host that keeps its spans in `dir`.
fn start(dir: &Path) -> Serving {
    let setup = Setup::new().weather().guest("fails").keeping_spans();
    let mut command = Serving::command_with(&setup, dir);
    command.env("SQLITE_STORE_DIR", dir);
    Serving::of(command)
}

/// Calls as fast as the host answers, until told to stop or until it is gone.
struct Load {
    stop: Arc<AtomicBool>,
    /// Of bad calls, and of good ones.
    answered: Arc<[AtomicU64; 2]>,
    clients: Vec<JoinHandle<()>>,
}

impl Load {
    fn start(address: &str) -> Load {
        let (stop, answered) = (Arc::new(AtomicBool::new(false)), Arc::default());
        let client = |number: usize| {
            let mut line = match number {
                0 => Line::invoking(address, "failed", r#"{"message": "on purpose"}"#),
                _ => Line::invoking(address, "get_weather", r#"{"city": "Tokyo"}"#),
            };
            let (stop, answered): (Arc<AtomicBool>, Arc<[AtomicU64; 2]>) =
                (Arc::clone(&stop), Arc::clone(&answered));
            spawn(move || {
                while !stop.load(Relaxed) && line.call().is_ok() {
                    answered[number.min(1)].fetch_add(1, Relaxed);
                }
            })
        };
        let clients = (0..CLIENTS).map(client).collect();
        Load {
            stop,
            answered,
            clients,
        }
    }

    fn answered(&self) -> [u64; 2] {
        [0, 1].map(|kind| self.answered[kind].load(Relaxed))
    }

    fn wait_for(&self, calls: u64) {
        while self.answered().iter().sum::<u64>() < calls {
            std::thread::yield_now();
        }
    }

    /// How many bad calls and how many good ones were answered.
    fn end(mut self) -> [u64; 2] {
        self.stop.store(true, Relaxed);
        for client in self.clients.drain(..) {
            client.join().expect("no panic");
        }
        self.answered()
    }
}

/// The value of a series on `/metrics`.
fn metric(serving: &Serving, series: &str) -> u64 {
    let mut line = Line::getting(serving.address(), "/metrics");
    let (.., body) = line.call().expect("an answer");
    let text = String::from_utf8(body).expect("UTF-8");
    let value = text.lines().find_map(|line| line.strip_prefix(series));
    let value = value.unwrap_or_else(|| panic!("{series} is missing"));
    value.trim().parse().expect("a number")
}

/// The number that is the answer of `sql` about the file in `dir`.
fn count(dir: &Path, sql: &str) -> u64 {
    let database = Connection::open(dir.join("trace_store.db")).expect("a database");
    let number: i64 = database
        .query_row(sql, (), |row| row.get(0))
        .expect("a row");
    number.unsigned_abs()
}

#[test]
fn at_saturation_calls_are_stored_or_counted_as_dropped_and_bad_ones_are_stored() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut serving = start(dir.path());
    let load = Load::start(serving.address());
    load.wait_for(20_000);
    let [bad, good] = load.end();
    let calls = bad + good;
    let mut question = Line::getting(
        serving.address(),
        "/v1/telemetry/traces/00000000000000000000000000000001",
    );
    // A question waits until all that was sent before is settled, though not for ever.
    let mut before = None;
    let until = Instant::now() + PATIENCE;
    let (sent, dropped) = loop {
        question.call().expect("an answer");
        let counts = (metric(&serving, SENT), metric(&serving, DROPPED));
        let made = counts.0 + counts.1;
        if made >= calls * SPANS_OF_A_CALL.start() && before == Some(counts) {
            break counts;
        }
        assert!(Instant::now() < until, "{counts:?} of {calls} calls");
        before = Some(counts);
    };
    assert!(sent + dropped <= calls * SPANS_OF_A_CALL.end());
    serving.terminate();
    assert!(serving.wait().success());
    let reader = Reader::open(&dir.path().join("trace_store.db")).expect("a store");
    let stats = reader.stats(Time(0)).expect("an answer");
    let of = |tool: &str| {
        let found = stats.iter().find(|stats| stats.tool == tool);
        found.expect("some of each kind are stored")
    };
    let (failed, weather) = (of("failed"), of("get_weather"));
    let stored = failed.calls + weather.calls;
    assert_eq!(count(dir.path(), "SELECT count(*) FROM span_rows"), sent);
    // Of each call that is missing, so are the three spans of its branch.
    assert!(
        stored <= calls && (calls - stored) * 3 <= dropped,
        "{stored} of {calls}, {sent} + {dropped}"
    );
    assert_eq!(failed.errors["tool_error"], failed.calls);
    // A bad call goes only when no good one is left that could go instead.
    assert!(
        failed.calls * good >= weather.calls * bad,
        "{} of {bad} bad ones, {} of {good} good ones",
        failed.calls,
        weather.calls
    );
}

#[test]
fn a_host_that_is_killed_under_load_leaves_a_whole_file_with_all_that_it_said_was_stored() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut serving = start(dir.path());
    let load = Load::start(serving.address());
    load.wait_for(5_000);
    let sent = metric(&serving, SENT);
    serving.signal("KILL");
    serving.wait();
    let answered: u64 = load.end().iter().sum();

    // The next host goes on with it.
    let mut serving = start(dir.path());
    let count = |sql: &str| count(dir.path(), sql);
    let spans = count("SELECT count(*) FROM span_rows");
    assert!(sent <= spans, "{spans} of {sent}");
    assert!(spans <= (answered + CLIENTS as u64) * SPANS_OF_A_CALL.end());
    let torn = "SELECT count(*) FROM branches b
        WHERE spans <> (SELECT count(*) FROM span_rows s WHERE s.branch = b.id)";
    assert_eq!(count(torn), 0);
    let database = Connection::open(dir.path().join("trace_store.db")).expect("a database");
    let check: String = database
        .query_row("PRAGMA integrity_check", (), |row| row.get(0))
        .expect("a row");
    assert_eq!(check, "ok");
    let mut line = Line::invoking(serving.address(), "get_weather", r#"{"city": "Oslo"}"#);
    assert_eq!(line.call().expect("an answer").1, 200);
    serving.terminate();
    assert!(serving.wait().success());
    let more = count("SELECT count(*) FROM span_rows") - spans;
    assert!(SPANS_OF_A_CALL.contains(&more), "{more}");
}
