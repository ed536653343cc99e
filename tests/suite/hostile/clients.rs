//! Rows 43 to 48: clients that send too much, too slowly, too often, or what is not for them.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use toolhost_tests::Setup;
use toolhost_tests::collector::{Collector, text};
use toolhost_tests::serving::{Serving, open_many_files};

use crate::api::sockets::call;
use crate::api::wire::{INVOKE, PATIENCE, Wire, sent};

const HEALTH: &str = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

/// A connection from 127.0.0.`last`, as from another client.
async fn connect_from(url: &str, last: u8) -> TcpStream {
    let server: SocketAddr = url
        .trim_start_matches("http://")
        .parse()
        .expect("an address");
    let socket = TcpSocket::new_v4().expect("a socket");
    let client = SocketAddr::from(([127, 0, 0, last], 0));
    socket.bind(client).expect("an address of loopback");
    socket.connect(server).await.expect("it listens")
}

/// What comes until the server closes.
async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let read = timeout(PATIENCE, stream.read_to_end(&mut bytes)).await;
    // A server that refuses early may reset the connection behind its answer.
    let _ = read.expect("the server closes");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A probe from 127.0.0.`last` is answered, well and at once.
async fn assert_alive(url: &str, last: u8) {
    let begun = Instant::now();
    let mut stream = connect_from(url, last).await;
    let sent = stream.write_all(HEALTH.as_bytes()).await;
    sent.expect("it is sent");
    let answer = rest(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer:?}");
    assert!(begun.elapsed() < Duration::from_secs(5));
}

/// One of the gauges on `/metrics`, by the end of its name.
pub(super) async fn gauge(url: &str, name: &str) -> u64 {
    let answer = reqwest::get(format!("{url}/metrics")).await;
    let text = answer.expect("an answer").text().await.expect("UTF-8");
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(&format!("llama_stack_tool_runtime_{name} ")));
    let line = line.unwrap_or_else(|| panic!("{name}: {text}"));
    line.parse().expect("a number")
}

/// Waits until something holds.
pub(super) async fn until(holds: impl AsyncFn() -> bool) {
    let wait = async {
        while !holds().await {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, wait).await.expect("it comes to hold");
}

/// Sends the head of a call and then a hundred megabytes, as far as the server takes them; what
/// it answers, and how much it took.
async fn pour(url: String, is_announced: bool) -> (String, usize) {
    const CHUNK: usize = 64 * 1024;
    const BYTES: usize = 100_000_000;
    let mut stream = connect_from(&url, 1).await;
    let framing = match is_announced {
        true => format!("Content-Length: {BYTES}"),
        false => "Transfer-Encoding: chunked".to_owned(),
    };
    let head = format!("POST {INVOKE} HTTP/1.1\r\nHost: localhost\r\n{framing}\r\n\r\n");
    let _ = stream.write_all(head.as_bytes()).await;
    let blanks = " ".repeat(CHUNK);
    let chunk = match is_announced {
        true => blanks,
        false => format!("{CHUNK:x}\r\n{blanks}\r\n"),
    };
    let mut taken = 0;
    while taken < BYTES && stream.write_all(chunk.as_bytes()).await.is_ok() {
        taken += CHUNK;
    }
    (rest(&mut stream).await, taken)
}

/// Row 43: bodies of a hundred megabytes, announced or not, sixteen at once; refused, and
/// neither taken nor kept.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_of_a_hundred_megabytes_are_not_taken() {
    let dir = tempfile::tempdir().expect("a folder");
    let serving = Serving::with(&Setup::new().weather(), dir.path());
    assert_alive(&serving.url, 1).await;
    let before = serving.memory_peak_kib();
    let pouring: Vec<_> = (0..16)
        .map(|number| tokio::spawn(pour(serving.url.clone(), number % 2 == 0)))
        .collect();
    for poured in pouring {
        let (answer, taken) = poured.await.expect("no panic");
        // A reset may overtake the answer.
        let is_refused = answer.is_empty() || answer.starts_with("HTTP/1.1 413 ");
        assert!(is_refused, "{answer}");
        assert!(taken < 30_000_000, "{taken}");
    }
    let grown = serving.memory_peak_kib() - before;
    assert!(grown < 16 * 2 * 4096 + 16 * 1024, "{grown} KiB");
    assert_alive(&serving.url, 1).await;
}

/// Row 43: a million levels, keys and digits, and ten thousand arguments; an answer that is
/// quick and short, and the next call is served.
#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table of bodies")]
async fn json_that_is_made_to_be_expensive_is_answered_quickly() {
    let wire = Wire::to_weather().await;
    let million = 1_000_000;
    let kwargs = |kwargs: &str| format!("{{\"tool_name\": \"get_weather\", \"kwargs\": {kwargs}}}");
    let many = |count: usize, of: &dyn Fn(usize) -> String| {
        let fields: Vec<String> = (0..count).map(of).collect();
        format!("{{{}}}", fields.join(","))
    };
    let deep = format!("{}{}", "[".repeat(million), "]".repeat(million));
    for (what, body, status) in [
        ("levels that never close", "[".repeat(million), 400),
        ("levels", deep.clone(), 400),
        (
            "levels of an argument",
            kwargs(&format!("{{\"city\": {deep}}}")),
            400,
        ),
        (
            "objects within objects",
            kwargs(&format!(
                "{}1{}",
                "{\"a\":".repeat(500_000),
                "}".repeat(500_000)
            )),
            400,
        ),
        ("keys", many(300_000, &|key| format!("\"{key}\":0")), 400),
        (
            "arguments",
            kwargs(&many(10_000, &|key| format!("\"{key}\":0"))),
            200,
        ),
        (
            "times the same argument",
            kwargs(&many(100_000, &|_| "\"city\":\"Oslo\"".to_owned())),
            200,
        ),
        (
            "digits",
            kwargs(&format!("{{\"city\": {}}}", "9".repeat(million))),
            400,
        ),
        (
            "digits of an exponent",
            kwargs(&format!("{{\"city\": 1e{}}}", "9".repeat(million))),
            400,
        ),
        (
            "letters of a tool's name",
            format!(
                "{{\"tool_name\": \"{}\", \"kwargs\": {{}}}}",
                "x".repeat(3 * million)
            ),
            400,
        ),
        (
            "letters of an argument's name",
            kwargs(&format!("{{\"{}\": 1}}", "x".repeat(3 * million))),
            200,
        ),
        (
            "letters where a choice of two is wanted",
            kwargs(&format!(
                "{{\"city\": \"Oslo\", \"units\": \"{}\"}}",
                "\\u0000".repeat(500_000)
            )),
            200,
        ),
    ] {
        let begun = Instant::now();
        let answer = wire.post(INVOKE, body).await;
        let start: String = answer.text().chars().take(500).collect();
        assert_eq!(answer.status, status, "{what}: {start}");
        assert!(
            answer.bytes.len() < 64 * 1024,
            "{what}: {} bytes: {start}",
            answer.bytes.len()
        );
        assert!(begun.elapsed() < Duration::from_secs(5), "{what}");
    }
    let answer = wire.invoke("get_weather", json!({"city": "Oslo"})).await;
    assert_eq!(answer.json()["error_code"], Value::Null);
}

/// What a connection sends to be kept open: nothing, half a head, half a body, or requests
/// whose answers it never reads.
fn ways_to_wait() -> [(&'static str, String); 5] {
    let head =
        format!("POST {INVOKE} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{{");
    let page = "GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n";
    [
        ("nothing", String::new()),
        (
            "half a head",
            "GET /healthz HTTP/1.1\r\nHost: loc".to_owned(),
        ),
        ("half a body", head),
        ("answers unread", page.repeat(500)),
        (
            "used and idle",
            "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n".to_owned(),
        ),
    ]
}

/// Row 44: every place taken by connections of several addresses that wait, each in one of the
/// ways there are; who comes gets a place, and who is served keeps his.
#[tokio::test]
async fn connections_that_wait_give_way_to_those_that_do_not() {
    let setup = Setup::new()
        .guest_with("sleeps", "{limits: {timeout: 5m, concurrency: 1}}")
        .host("connections: 9")
        .host("connections_per_address: 4");
    let wire = Wire::to(setup).await;
    let url = &wire.server.url;
    let mut served = connect_from(url, 9).await;
    let body = json!({"tool_name": "nap", "kwargs": {"millis": 2500}}).to_string();
    let request = call(&body);
    served.write_all(request.as_bytes()).await.expect("sent");
    let catalog = wire.server.router.registry().current();
    let share = &catalog.entry("nap").expect("it exists").share;
    until(async || share.running.available_permits() == 0).await;
    for (how, begins) in ways_to_wait() {
        let mut held = Vec::new();
        for last in [2, 3].repeat(4) {
            let mut stream = connect_from(url, last).await;
            // The answers that it does not read may keep it from sending all.
            let _ = timeout(
                Duration::from_millis(20),
                stream.write_all(begins.as_bytes()),
            )
            .await;
            held.push(stream);
        }
        until(async || wire.server.connections.open() == 9).await;
        for _ in 0..20 {
            for last in [4, 5, 2] {
                assert_alive(url, last).await;
            }
        }
        assert!(wire.server.connections.open() <= 9, "{how}");
    }
    let answer = rest(&mut served).await;
    assert!(answer.contains("\"awake\""), "{answer}");
}

/// Row 44: ten thousand idle connections of five addresses against the defaults; probes and
/// calls of others are answered all the time, and so are those of the flooders.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_idle_connections_keep_nobody_out() {
    let dir = tempfile::tempdir().expect("a folder");
    let serving = Serving::with(&Setup::new().weather(), dir.path());
    let url = &serving.url;
    assert_alive(url, 9).await;
    let before = serving.memory_kib();
    let flood = open_many_files().saturating_sub(1000).min(10_000);
    let mut held = Vec::new();
    for number in 0..flood {
        held.push(connect_from(url, 2 + u8::try_from(number % 5).expect("small")).await);
        if number % 500 == 0 {
            assert_alive(url, 9).await;
        }
    }
    assert_alive(url, 2).await;
    assert!(gauge(url, "open_connections").await <= 1024);
    let grown = serving.memory_kib().saturating_sub(before);
    assert!(grown < 64 * 1024, "{grown} KiB");
    drop(held);
    until(async || gauge(url, "open_connections").await <= 2).await;
}

/// Row 44: more connections than the host was allowed files at first; it allows itself more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_low_limit_of_open_files_locks_nobody_out() {
    let dir = tempfile::tempdir().expect("a folder");
    let direct = Serving::command_with(&Setup::new().weather(), dir.path());
    let mut command = Command::new("bash");
    command
        .args(["-c", "ulimit -Sn 128; exec \"$0\" \"$@\""])
        .arg(direct.get_program())
        .args(direct.get_args())
        .envs(
            direct
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
    let serving = Serving::of(command);
    let mut held = Vec::new();
    for _ in 0..300 {
        held.push(connect_from(&serving.url, 2).await);
    }
    assert_alive(&serving.url, 3).await;
    assert!(gauge(&serving.url, "open_connections").await > 300);
}

/// Row 45: ten thousand calls whose clients go away mid-call; all gauges return to where they
/// were, and each call is recorded as cancelled, once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_cancelled_calls_leave_nothing() {
    const AT_ONCE: usize = 250;
    const ROUNDS: usize = 40;
    let collector = Collector::start().await;
    let dir = tempfile::tempdir().expect("a folder");
    let setup = Setup::new()
        .guest_with("sleeps", "{limits: {timeout: 5m, concurrency: 256}}")
        .host("concurrency: 256")
        .host("group_concurrency: 256");
    let mut command = Serving::command_with(&setup, dir.path());
    command
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url)
        .env("OTEL_BSP_MAX_QUEUE_SIZE", "20000");
    let mut serving = Serving::of(command);
    let url = serving.url.clone();
    let gauges = async || {
        let mut values = Vec::new();
        for name in [
            "active_calls",
            "live_instances",
            "live_tasks",
            "open_connections",
        ] {
            values.push(gauge(&url, name).await);
        }
        values
    };
    until(async || gauges().await[3] <= 1).await;
    let at_first = gauges().await;
    let body = json!({"tool_name": "nap", "kwargs": {"millis": 200_000}}).to_string();
    let request = call(&body);
    for _ in 0..ROUNDS {
        let mut clients = Vec::new();
        for _ in 0..AT_ONCE {
            let mut client = connect_from(&url, 1).await;
            client.write_all(request.as_bytes()).await.expect("sent");
            clients.push(client);
        }
        until(async || gauge(&url, "active_calls").await == AT_ONCE as u64).await;
        drop(clients);
        until(async || gauge(&url, "active_calls").await == 0).await;
    }
    until(async || gauges().await == at_first).await;
    let metrics = reqwest::get(format!("{url}/metrics")).await;
    let metrics = metrics.expect("an answer").text().await.expect("UTF-8");
    let counted = metrics.lines().find(|line| {
        line.starts_with("llama_stack_tool_runtime_invocations_total{")
            && line.contains("\"error\"")
    });
    let calls = AT_ONCE * ROUNDS;
    assert!(
        counted.is_some_and(|line| line.ends_with(&format!(" {calls}"))),
        "{counted:?}"
    );
    // What is left of so many would be cut off with the time that a shutdown has.
    until(async || collector.calls().len() >= calls).await;
    serving.terminate();
    let ended = tokio::task::spawn_blocking(move || serving.wait());
    assert!(ended.await.expect("no panic").success());
    let spans = collector.calls();
    let cancelled = spans
        .iter()
        .filter(|span| text(&span.attributes, "error.type") == "cancelled");
    assert_eq!((cancelled.count(), spans.len()), (calls, calls));
}

/// Row 46: paths that climb, hide slashes or end texts early in place of a tool's name; no such
/// tool, in the words for any other, and nothing else is served under them.
#[tokio::test]
async fn a_path_in_place_of_a_tools_name_leads_nowhere() {
    let wire = Wire::to_weather().await;
    let url = wire.server.url.clone();
    for name in [
        "../metrics",
        "../../metrics",
        "..%2fmetrics",
        "%2e%2e/%2e%2e/metrics",
        "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "/etc/passwd",
        "weather/../weather/get_weather",
        "weather/./get_weather",
        "weather//get_weather",
        "weather/get_weather/",
        "/get_weather",
        "get_weather%00",
        "get_weather%0d%0aX-Evil:%201",
        "get_weather;x",
        "get_weather%20",
        "GET_WEATHER",
        "weather\\get_weather",
        "weather%5cget_weather",
        "%c0%ae%c0%ae/metrics",
        "get_weather%ff",
        "g\u{435}t_weather",
        "%67et_weathe%",
        "weather%252fget_weather",
    ] {
        let request = format!(
            "GET /v1/tools/{name} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        );
        let mut stream = connect_from(&url, 1).await;
        stream.write_all(request.as_bytes()).await.expect("sent");
        let answer = rest(&mut stream).await;
        let status = answer.split(' ').nth(1).unwrap_or_default();
        assert!(["400", "404"].contains(&status), "{name}: {answer}");
        for words in ["X-Evil", "root:", "# HELP", "input_schema"] {
            let head = answer.split("\r\n\r\n").next().unwrap_or_default();
            assert!(!head.contains(words), "{name}: {answer}");
            let is_named = words == "X-Evil";
            assert!(is_named || !answer.contains(words), "{name}: {answer}");
        }
        let called = json!({"tool_name": name, "kwargs": {"city": "Oslo"}});
        let answer = wire.post(INVOKE, called.to_string()).await;
        assert_eq!(answer.status, 400, "{name}: {}", answer.text());
    }
}

/// Row 48: made-up tools, groups, traces, headers and paths, each another; the series stay as
/// they were, and what is not known is one of them.
#[tokio::test]
async fn what_clients_make_up_makes_no_series() {
    let wire = Wire::to_weather().await;
    let made_up = async |number: u32| {
        let body = json!({
            "tool_name": format!("made_up_{number}/tool_{number}"),
            "kwargs": {format!("made_up_{number}"): number},
        });
        let request = wire
            .request("POST", INVOKE)
            .header(
                "traceparent",
                format!("00-{:032x}-{:016x}-01", number + 1, number + 1),
            )
            .header("tracestate", format!("made_up_{number}=1"))
            .header("user-agent", format!("made_up_{number}"))
            .header(format!("x-made-up-{number}"), "1")
            .header(
                "x-llamastack-provider-data",
                format!("{{\"made_up_{number}\": 1}}"),
            );
        sent(request.json(&body)).await;
        let known =
            json!({"tool_name": "get_weather", "kwargs": {"city": format!("made_up_{number}")}});
        wire.post(INVOKE, known.to_string()).await;
        wire.get(&format!("/made_up_{number}")).await;
        wire.get(&format!("/v1/tools?toolgroup_id=made_up_{number}"))
            .await;
        wire.ask(&format!("MADEUP{number}"), "/v1/tools").await;
    };
    let series = async || -> BTreeSet<String> {
        let text = wire.get("/metrics").await.text();
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let name = |line: &str| Some(line.rsplit_once(' ')?.0.to_owned());
        lines.filter_map(name).collect()
    };
    made_up(0).await;
    // The first look is a request itself, whose series the second one shows.
    series().await;
    let at_first = series().await;
    for number in 1..200 {
        made_up(number).await;
    }
    let after = series().await;
    assert_eq!(after, at_first);
    let names = format!("{after:?}").to_lowercase();
    assert!(!names.contains("made"), "{names}");
    assert!(names.contains("unknown"), "{names}");
}
