//! Clients that hold connections and do not use them, or use them very slowly.
//!
//! Nothing here sleeps: a test reads until the server closes, or waits for its count of
//! connections.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use toolhost_tests::Setup;

use super::load::places;
use super::sockets::call;
use super::wire::{INVOKE, PATIENCE, Wire};

const HEALTH: &str = "GET /v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n";
const LAST_HEALTH: &str = "GET /v1/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

/// A raw connection.
async fn connect(wire: &Wire) -> TcpStream {
    connect_from(wire, "127.0.0.1").await
}

/// A raw connection from another address of loopback, as from another client.
async fn connect_from(wire: &Wire, address: &str) -> TcpStream {
    let server: SocketAddr = wire
        .server
        .url
        .trim_start_matches("http://")
        .parse()
        .expect("an address");
    let socket = TcpSocket::new_v4().expect("a socket");
    let client = SocketAddr::new(address.parse().expect("an address"), 0);
    socket.bind(client).expect("an address of loopback");
    socket.connect(server).await.expect("a connection")
}

/// What comes until the server closes.
async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let read = timeout(PATIENCE, stream.read_to_end(&mut bytes)).await;
    // A server that refuses early may reset the connection behind its answer.
    let _ = read.expect("the server closes");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Sends what may not be wanted any more, and reads until the server closes.
async fn exchange(wire: &Wire, request: &str) -> String {
    let mut stream = connect(wire).await;
    let _ = stream.write_all(request.as_bytes()).await;
    rest(&mut stream).await
}

/// Reads one good answer to a probe, of which more may follow.
async fn well(stream: &mut TcpStream) {
    let mut answer = Vec::new();
    while !answer.ends_with(b"{\"status\":\"OK\"}") {
        let mut byte = [0];
        let read = timeout(PATIENCE, stream.read(&mut byte)).await;
        let read = read.expect("an answer").expect("no error");
        assert_eq!(read, 1, "{}", String::from_utf8_lossy(&answer));
        answer.extend(byte);
    }
    assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"));
}

/// Sends `byte` again and again until the server closes; what it said before.
async fn drip(stream: &mut TcpStream, byte: &[u8]) -> String {
    let mut answer = Vec::new();
    let dripping = async {
        loop {
            if stream.write_all(byte).await.is_err() {
                return;
            }
            let mut bytes = [0; 4096];
            match timeout(Duration::from_millis(10), stream.read(&mut bytes)).await {
                Err(_) => {}
                Ok(Ok(read)) if read > 0 => answer.extend(&bytes[..read]),
                Ok(_) => return,
            }
        }
    };
    timeout(PATIENCE, dripping).await.expect("it is closed");
    String::from_utf8_lossy(&answer).into_owned()
}

/// Waits until as many connections are open.
async fn until_open(wire: &Wire, expected: usize) {
    let wait = async {
        while wire.server.connections.open() != expected {
            tokio::task::yield_now().await;
        }
    };
    let open = || wire.server.connections.open();
    timeout(PATIENCE, wait)
        .await
        .unwrap_or_else(|_| panic!("{} are open", open()));
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or_default()
}

/// Row 44: heads that are never finished, silent or dripping; closed in time.
#[tokio::test]
async fn a_head_that_never_ends_closes_its_connection() {
    let wire = Wire::to(Setup::new().host("head_timeout: 200ms")).await;
    for start in ["G", "GET /healthz HTTP/1.1\r\nHost: loc", "\r\n"] {
        let mut stream = connect(&wire).await;
        stream
            .write_all(start.as_bytes())
            .await
            .expect("it is sent");
        assert_eq!(rest(&mut stream).await, "", "{start:?}");
    }
    // Bytes that come in time do not buy more of it.
    let mut stream = connect(&wire).await;
    let start = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ";
    stream
        .write_all(start.as_bytes())
        .await
        .expect("it is sent");
    assert_eq!(drip(&mut stream, b"x").await, "");
    until_open(&wire, 0).await;
}

/// Row 44: connections without a request; closed in time.
#[tokio::test]
async fn an_idle_connection_is_closed_in_time_and_not_before() {
    let short = "idle_timeout: 1s";
    let wire = Wire::to(Setup::new().host(short)).await;
    let mut silent = connect(&wire).await;
    let mut used = connect(&wire).await;
    used.write_all(HEALTH.as_bytes()).await.expect("it is sent");
    well(&mut used).await;
    for stream in [&mut silent, &mut used] {
        assert_eq!(rest(stream).await, "");
    }

    // The time for a head does not run while there is none.
    let wire = Wire::to(Setup::new().host("head_timeout: 100ms")).await;
    let mut patient = connect(&wire).await;
    for _ in 0..2 {
        patient
            .write_all(HEALTH.as_bytes())
            .await
            .expect("it is sent");
        well(&mut patient).await;
        let mut clock = connect(&wire).await;
        clock.write_all(b"G").await.expect("it is sent");
        assert_eq!(rest(&mut clock).await, "");
    }
    patient
        .write_all(LAST_HEALTH.as_bytes())
        .await
        .expect("it is sent");
    assert_eq!(status(&rest(&mut patient).await), "200");
}

/// Row 44: bodies that drip; a 408 in time.
#[tokio::test]
async fn a_body_that_never_ends_is_a_408() {
    let wire = Wire::to(Setup::new().weather().host("body_timeout: 200ms")).await;
    let head = format!("POST {INVOKE} HTTP/1.1\r\nHost: localhost\r\n");
    for (framing, byte) in [
        ("Content-Length: 1000000\r\n\r\n{", &b" "[..]),
        (
            "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
            b"1\r\n \r\n",
        ),
    ] {
        let mut stream = connect(&wire).await;
        let start = format!("{head}{framing}");
        stream
            .write_all(start.as_bytes())
            .await
            .expect("it is sent");
        let answer = drip(&mut stream, byte).await;
        assert_eq!(status(&answer), "408", "{answer}");
        assert!(answer.contains("did not arrive in time"), "{answer}");
        assert!(answer.contains("x-should-retry: false"), "{answer}");
    }
}

/// Row 44: answers that nobody reads; closed in time.
#[tokio::test]
async fn an_answer_that_nobody_takes_closes_its_connection() {
    let wire = Wire::to(Setup::new().weather().host("write_timeout: 200ms")).await;
    let mut stream = connect(&wire).await;
    // Far more than any buffer on the way holds.
    let requests = "GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(2000);
    stream
        .write_all(requests.as_bytes())
        .await
        .expect("it is sent");
    until_open(&wire, 1).await;
    until_open(&wire, 0).await;
    let mut taken = vec![0; 1 << 20];
    assert!(stream.read(&mut taken).await.expect("some of it") > 0);
}

#[tokio::test]
async fn an_answer_that_is_taken_slowly_arrives_whole() {
    let wire = Wire::to(Setup::new().weather().host("write_timeout: 1s")).await;
    let whole = wire.get("/openapi.json").await.bytes.len();
    let count = 300;
    let request = "GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let last = request.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
    let mut stream = connect(&wire).await;
    let requests = format!("{}{last}", request.repeat(count - 1));
    stream
        .write_all(requests.as_bytes())
        .await
        .expect("it is sent");
    // Other work between two reads is what a slow client is made of.
    let mut read = 0;
    let mut some = vec![0; 256 * 1024];
    loop {
        match timeout(PATIENCE, stream.read(&mut some))
            .await
            .expect("more of it")
        {
            Ok(0) => break,
            Ok(bytes) => read += bytes,
            Err(error) => panic!("{error} after {read}"),
        }
        wire.get("/healthz").await;
    }
    assert!(read > whole * count, "{read} of {count} times {whole}");
}

/// Row 44: more calls of one address than it may have connections; a 503 for the rest, and
/// other addresses are served.
#[tokio::test]
async fn who_calls_on_too_many_connections_locks_out_only_himself() {
    let setup = Setup::new()
        .guest_with("sleeps", "{limits: {timeout: 5m, concurrency: 4}}")
        .host("connections: 5")
        .host("connections_per_address: 4");
    let wire = Wire::to(setup).await;
    let mut calling = Vec::new();
    for address in ["127.0.0.1"; 4] {
        let mut stream = connect_from(&wire, address).await;
        let body = json!({"tool_name": "nap", "kwargs": {"millis": 200_000}}).to_string();
        let request = call(&body);
        stream
            .write_all(request.as_bytes())
            .await
            .expect("it is sent");
        calling.push(stream);
    }
    places(&wire.server, 0).await;
    for _ in 0..300 {
        let answer = rest(&mut connect(&wire).await).await;
        assert_eq!(status(&answer), "503", "{answer}");
        assert!(answer.contains("retry-after: 1\r\n"), "{answer}");
        assert!(
            answer.contains("\"detail\":\"too many connections"),
            "{answer}"
        );
    }
    assert_eq!(wire.server.connections.open(), 4);

    let mut other = connect_from(&wire, "127.0.0.2").await;
    other
        .write_all(HEALTH.as_bytes())
        .await
        .expect("it is sent");
    well(&mut other).await;
    // Now the server is full; what is idle gives way, and what is called does not.
    for address in ["127.0.0.3", "127.0.0.4"] {
        let mut stream = connect_from(&wire, address).await;
        let sent = stream.write_all(LAST_HEALTH.as_bytes()).await;
        sent.expect("it is sent");
        assert_eq!(status(&rest(&mut stream).await), "200", "{address}");
    }
    assert_eq!(rest(&mut other).await, "", "it gave way");
    drop(calling);
    until_open(&wire, 0).await;
    assert_eq!(status(&exchange(&wire, LAST_HEALTH).await), "200");
}

#[tokio::test]
async fn requests_may_be_sent_before_the_answers_to_others() {
    let wire = Wire::to_weather().await;
    let answers = exchange(&wire, &format!("{HEALTH}{HEALTH}{LAST_HEALTH}")).await;
    assert_eq!(
        answers.matches("HTTP/1.1 200 OK\r\n").count(),
        3,
        "{answers}"
    );
    let body = json!({"tool_name": "get_weather", "kwargs": {"city": "Oslo"}}).to_string();
    let answers = exchange(&wire, &format!("{HEALTH}{}", call(&body))).await;
    assert_eq!(
        answers.matches("HTTP/1.1 200 OK\r\n").count(),
        2,
        "{answers}"
    );
    assert!(answers.contains("Weather in Oslo:"), "{answers}");
}

/// Row 43: targets and headers without end; a 414 or 431, after a bounded number of bytes.
#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let wire = Wire::to_weather().await;
    let headers = |count: usize| "X: y\r\n".repeat(count);
    for (target, headers, expected) in [
        (
            format!("/v1/tools?x={}", "x".repeat(8000)),
            headers(90),
            "200",
        ),
        (
            format!("/v1/tools?x={}", "x".repeat(8192)),
            headers(0),
            "414",
        ),
        (format!("/{}", "x".repeat(60_000)), headers(0), "414"),
        (format!("/{}", "x".repeat(70_000)), headers(0), "431"),
        ("/v1/tools".to_owned(), headers(200), "431"),
        (
            "/v1/tools".to_owned(),
            format!("X: {}\r\n", "y".repeat(70_000)),
            "431",
        ),
    ] {
        let request = format!(
            "GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n"
        );
        let answer = exchange(&wire, &request).await;
        let start: String = answer.chars().take(200).collect();
        // A server that stops reading may reset the connection before its answer is read.
        let was_reset = answer.is_empty() && expected == "431";
        assert!(
            status(&answer) == expected || was_reset,
            "{expected}: {start}"
        );
    }
    assert_eq!(wire.get("/healthz").await.status, 200);
}

/// Row 44: floods of HTTP/2; without HTTP/2 none of them can be sent.
#[tokio::test]
async fn http_2_is_not_spoken() {
    let wire = Wire::to_weather().await;
    let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    let settings = "\0\0\0\x04\0\0\0\0\0";
    let answer = exchange(&wire, &format!("{preface}{settings}")).await;
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 4"),
        "{answer}"
    );
    let upgrade = "GET /v1/health HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings, close\r\n\
                   Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n\r\n";
    let answer = exchange(&wire, upgrade).await;
    assert_eq!(
        status(&answer),
        "200",
        "it is answered in HTTP/1.1: {answer}"
    );
    until_open(&wire, 0).await;
}

/// Row 45: a thousand clients that go away; no connection and no call of theirs is left.
#[tokio::test]
async fn clients_that_go_away_leave_no_connection_and_no_call() {
    let setup = Setup::new().guest_with("sleeps", "{limits: {timeout: 5m, concurrency: 64}}");
    let wire = Wire::to(setup.host("queue_wait: 60s")).await;
    let body = json!({"tool_name": "nap", "kwargs": {"millis": 200_000}}).to_string();
    for _ in 0..20 {
        let mut clients = Vec::new();
        for _ in 0..50 {
            let mut client = connect(&wire).await;
            client
                .write_all(call(&body).as_bytes())
                .await
                .expect("it is sent");
            clients.push(client);
        }
        places(&wire.server, 64 - 50).await;
        drop(clients);
        places(&wire.server, 64).await;
    }
    // Some more that go before their request is whole.
    for _ in 0..50 {
        let mut client = connect(&wire).await;
        let half = &call(&body)[..40];
        client.write_all(half.as_bytes()).await.expect("it is sent");
    }
    until_open(&wire, 0).await;
    let answer = wire.invoke("nap", json!({"millis": 1})).await;
    assert_eq!(answer.json()["content"], "awake");
}

#[tokio::test]
async fn a_server_that_stops_does_not_wait_for_idle_connections() {
    let wire = Wire::to_weather().await;
    let mut silent = connect(&wire).await;
    let mut used = connect(&wire).await;
    used.write_all(HEALTH.as_bytes()).await.expect("it is sent");
    well(&mut used).await;
    until_open(&wire, 2).await;
    let connections = wire.server.connections.clone();
    let stopped = timeout(PATIENCE, wire.server.stop()).await;
    stopped.expect("in time").expect("well");
    assert_eq!(connections.open(), 0);
    for stream in [&mut silent, &mut used] {
        assert_eq!(rest(stream).await, "");
    }
}
