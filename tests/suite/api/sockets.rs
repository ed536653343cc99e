//! Requests that no client library sends.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::json;
use toolhost_tests::Setup;

use super::wire::{INVOKE, PATIENCE, Wire};

/// A call as it goes over the wire, after which the connection closes.
pub(crate) fn call(body: &str) -> String {
    let length = body.len();
    format!(
        "POST {INVOKE} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

/// Sends `request` and reads until the server closes. Blocks.
pub(crate) fn exchange(url: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(url.trim_start_matches("http://")).expect("a connection");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    stream.write_all(request.as_bytes()).expect("it is sent");
    let mut answer = Vec::new();
    // A server that refuses early may reset the connection behind its answer.
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// The status and the whole of the answer to `request`.
async fn answered(wire: &Wire, request: &str) -> (String, String) {
    let (url, request) = (wire.server.url.clone(), request.to_owned());
    let answer = tokio::task::spawn_blocking(move || exchange(&url, &request))
        .await
        .expect("no panic");
    (
        answer.split(' ').nth(1).unwrap_or_default().to_owned(),
        answer,
    )
}

/// Row 47: two hosts, or none; refused.
#[tokio::test]
async fn a_request_with_two_hosts_or_none_is_refused() {
    let wire = Wire::to_weather().await;
    for hosts in [
        "Host: localhost\r\nHost: localhost\r\n",
        "Host: localhost\r\nHost: evil.example\r\n",
        "",
    ] {
        let (status, answer) = answered(
            &wire,
            &format!("GET /v1/tools HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n"),
        )
        .await;
        assert!(
            ["400", "403"].contains(&status.as_str()),
            "{hosts:?}: {answer}"
        );
        assert!(!answer.contains("get_weather"), "{answer}");
    }
}

/// Row 47: another host in the request line than in the header; refused.
#[tokio::test]
async fn a_host_in_the_request_line_counts_too() {
    let wire = Wire::to_weather().await;
    for (target, host, expected) in [
        ("http://localhost/v1/tools", "localhost", "200"),
        ("http://evil.example/v1/tools", "localhost", "403"),
        ("http://localhost/v1/tools", "evil.example", "403"),
        ("http://localhost@evil.example/v1/tools", "localhost", "403"),
    ] {
        let request = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let (status, answer) = answered(&wire, &request).await;
        assert_eq!(status, expected, "{target} {host}: {answer}");
    }
}

/// Row 43: a body of unknown length; a 413 at the limit.
#[tokio::test]
async fn a_body_in_chunks_is_read_up_to_the_limit() {
    let wire = Wire::to(Setup::new().weather().host("body_bytes_max: 1KiB")).await;
    let body = json!({"tool_name": "get_weather", "kwargs": {"city": "Oslo"}}).to_string();
    let chunked = |chunks: &[&str]| {
        let chunks: String = chunks
            .iter()
            .map(|chunk| format!("{:x}\r\n{chunk}\r\n", chunk.len()))
            .collect();
        format!(
            "POST {INVOKE} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n{chunks}0\r\n\r\n"
        )
    };
    let (first, second) = body.split_at(10);
    let (status, answer) = answered(&wire, &chunked(&[first, second])).await;
    assert_eq!(status, "200", "{answer}");
    assert!(answer.contains("Weather in Oslo:"), "{answer}");
    let blanks = " ".repeat(500);
    let (status, answer) = answered(&wire, &chunked(&[&body, &blanks, &blanks])).await;
    assert_eq!(status, "413", "{answer}");
}

/// Row 43: a body of 100 GB by its own account; a 413 before it arrives.
#[tokio::test]
async fn a_body_that_announces_too_much_is_refused_before_it_arrives() {
    let wire = Wire::to_weather().await;
    let request = format!(
        "POST {INVOKE} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\nConnection: close\r\n\r\n{{"
    );
    let (status, answer) = answered(&wire, &request).await;
    assert_eq!(status, "413", "{answer}");
}

/// Row 43: bytes that are no request; a 4xx or the end of the connection.
#[tokio::test]
async fn what_is_no_request_ends_the_connection_and_not_the_server() {
    let wire = Wire::to_weather().await;
    let long = format!(
        "GET /{} HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "x".repeat(1_000_000)
    );
    let many = format!(
        "GET / HTTP/1.1\r\nHost: localhost\r\n{}\r\n",
        "X: y\r\n".repeat(10_000)
    );
    let lengths = "POST /v1/tools HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}";
    for request in [
        "nonsense\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        &long,
        &many,
        lengths,
    ] {
        let (status, answer) = answered(&wire, request).await;
        assert!(status.is_empty() || status.starts_with('4'), "{answer}");
    }
    assert_eq!(wire.get("/healthz").await.status, 200);
}
