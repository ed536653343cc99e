//! What a good tool's callers feel while others attack.
//!
//! One host as a process of its own, first idle, then with 16 looping, 16 memory-eating and 16
//! slow-egress calls in flight at all times. Held equal: the host, the good tool, the client (a
//! thread with one connection, one call after the other), the time, and a second
//! client that asks for the host's health.
#![expect(clippy::print_stdout, reason = "printing is what a benchmark is for")]

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{JoinHandle, spawn};
use std::time::{Duration, Instant};

use toolhost_tests::Setup;
use toolhost_tests::serving::{Line, Serving, percentiles};

/// Calls of each kind in flight at all times.
const EACH: usize = 16;
const CALLS_WARM: usize = 2_000;
/// Of each measurement: long enough for every attacker to come round several times.
const LASTS: Duration = Duration::from_secs(15);

/// Attackers that never pause.
struct Attack {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
    counts: Vec<(&'static str, Arc<AtomicU64>)>,
}

impl Attack {
    fn start(address: &str, silent: &str) -> Attack {
        let stop = Arc::new(AtomicBool::new(false));
        let mut attack = Attack {
            stop,
            threads: Vec::new(),
            counts: Vec::new(),
        };
        let dial = format!(r#"{{"url": "http://{silent}/"}}"#);
        for (name, tool, kwargs) in [
            ("looping", "loops_forever/run", "{}"),
            ("memory-eating", "grows_memory/grow", "{}"),
            ("slow-egress", "dials/get", dial.as_str()),
        ] {
            let count = Arc::new(AtomicU64::new(0));
            for _ in 0..EACH {
                let mut line = Line::invoking(address, tool, kwargs);
                let (stop, count) = (attack.stop.clone(), count.clone());
                attack.threads.push(spawn(move || {
                    while !stop.load(Ordering::Relaxed) {
                        let (_, status, body) = line.call().expect("an answer");
                        let text = String::from_utf8_lossy(&body);
                        assert!(
                            status == 200 && !text.contains(r#""error_code":null"#),
                            "{text}"
                        );
                        count.fetch_add(1, Ordering::Relaxed);
                    }
                }));
            }
            attack.counts.push((name, count));
        }
        attack
    }

    fn stop(self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads {
            thread.join().expect("the attacker was answered");
        }
        for (name, count) in self.counts {
            println!(
                "{name} calls that ended meanwhile: {}",
                count.load(Ordering::Relaxed)
            );
        }
    }
}

/// Median and 99th percentile of the good tool and of health checks.
fn measure(address: &str) -> [Duration; 4] {
    let done = Arc::new(AtomicBool::new(false));
    let health = {
        let (done, mut line) = (done.clone(), Line::getting(address, "/v1/health"));
        spawn(move || {
            let mut times = Vec::new();
            while !done.load(Ordering::Relaxed) {
                times.push(line.call().expect("an answer").0);
                std::thread::park_timeout(Duration::from_millis(2));
            }
            percentiles(&mut times)
        })
    };
    let mut line = Line::invoking(address, "get_weather", r#"{"city": "Tokyo"}"#);
    let mut times = Vec::new();
    let mut good = || {
        let (took, _, body) = line.call().expect("an answer");
        let text = String::from_utf8_lossy(&body);
        assert!(text.contains("Weather in Tokyo"), "{text}");
        took
    };
    for _ in 0..CALLS_WARM {
        good();
    }
    let started = Instant::now();
    while started.elapsed() < LASTS {
        times.push(good());
    }
    done.store(true, Ordering::Relaxed);
    let [health_p50, health_p99] = health.join().expect("health was answered");
    let [p50, p99] = percentiles(&mut times);
    [p50, p99, health_p50, health_p99]
}

fn main() {
    // It accepts and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let silent_address = silent.local_addr().expect("bound").to_string();
    spawn(move || {
        let taken: Vec<_> = silent.incoming().collect();
        drop(taken);
    });
    let port = silent_address.rsplit(':').next().expect("a port");
    let grants = format!(
        "{{grants: {{network: [{{host: 127.0.0.1, schemes: [http], ports: [{port}], addresses: [127.0.0.0/8], rate: 1000/s}}]}}}}"
    );
    let setup = Setup::new()
        .weather()
        .guest("loops_forever")
        .guest("grows_memory")
        .hostile("dials", &grants);
    let dir = tempfile::tempdir().expect("a folder");
    let host = Serving::with(&setup, dir.path());
    let address = host.address().to_owned();
    let idle = measure(&address);
    let attack = Attack::start(&address, &silent_address);
    let attacked = measure(&address);
    attack.stop();
    println!(
        "{:<24} {:>10} {:>10} {:>10} {:>10}",
        "µs", "p50", "p99", "health p50", "health p99"
    );
    for (name, row) in [("idle host", idle), ("48 attackers in flight", attacked)] {
        let [p50, p99, health_p50, health_p99] = row.map(|time| time.as_micros());
        println!("{name:<24} {p50:>10} {p99:>10} {health_p50:>10} {health_p99:>10}");
    }
    println!(
        "a good call's p99 under attack is {:.2} times that on an idle host",
        attacked[1].as_secs_f64() / idle[1].as_secs_f64()
    );
}
