//! What comes back: how much, how long it takes, and what a server may not do.

use std::time::{Duration, Instant};

use http::Request;
use http_body_util::BodyExt as _;

use super::bench::*;
use super::server::{Answer, Server, ok};
use crate::egress::{Error, Patience};
use crate::policy::Rule;

const ENDLESS: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";

/// Long enough for a request on loopback, short enough to wait for.
const MOMENT: Duration = Duration::from_millis(200);

/// Row 30: an answer that never ends.
#[tokio::test]
async fn an_endless_answer_ends_at_its_cap() {
    let server = Server::start(|_| {
        let chunk = format!("400\r\n{}\r\n", "x".repeat(1024));
        Answer::Forever(ENDLESS.into(), chunk.into_bytes())
    })
    .await;
    let gate = gate(&grants([grant("a.example", server.port)]));
    let ledger = ledger();
    let url = format!("http://a.example:{}/", server.port);
    let response = gate.send(get(&url), ledger.clone()).await.unwrap();
    let mut body = response.into_body();
    let mut bytes = 0;
    let error = loop {
        match body.frame().await.unwrap() {
            Ok(frame) => bytes += frame.into_data().unwrap().len(),
            Err(error) => break error,
        }
    };
    assert!(bytes <= 100_000, "{bytes}");
    let Error::TooLong { denial, bytes_max } = error else {
        panic!("{error}");
    };
    assert_eq!((denial.rule, bytes_max), (Rule::ResponseBytes, 100_000));
    assert!(body.frame().await.is_none());
    assert_eq!(denials(&ledger), [(Rule::ResponseBytes, 1)]);
    server.gone().await;
}

#[tokio::test]
async fn an_answer_that_says_it_is_too_long_is_not_read() {
    let server = Server::start(|_| {
        Answer::Silence(b"HTTP/1.1 200 OK\r\ncontent-length: 100001\r\n\r\n".to_vec())
    })
    .await;
    let gate = gate(&grants([grant("a.example", server.port)]));
    let ledger = ledger();
    let url = format!("http://a.example:{}/", server.port);
    let error = exchange(&gate, get(&url), &ledger).await.unwrap_err();
    assert_eq!(rule(&error), Some(Rule::ResponseBytes));
    assert_eq!(denials(&ledger), [(Rule::ResponseBytes, 1)]);
    // An answer without a body may speak of a long one.
    let head = Request::head(&url).body(empty()).unwrap();
    let answer = gate.clone().send(head, ledger.clone()).await.unwrap();
    assert_eq!(answer.headers()["content-length"], "100001");
}

/// Row 4: a server that drips.
#[tokio::test]
async fn no_answer_outlives_the_call() {
    let table: [fn() -> Answer; 3] = [
        || Answer::Silence(Vec::new()),
        || Answer::Silence(format!("{ENDLESS}1\r\nx\r\n").into_bytes()),
        // Always a byte more, so that nothing ever waits.
        || Answer::Forever(ENDLESS.into(), b"1\r\nx\r\n".to_vec()),
    ];
    for script in table {
        let server = Server::start(move |_| script()).await;
        let mut grant = grant("a.example", server.port);
        grant.response_bytes = u64::MAX;
        let gate = gate(&grants([grant]));
        let url = format!("http://a.example:{}/", server.port);
        let start = Instant::now();
        let error = exchange(&gate, get(&url), &ledger_for(MOMENT))
            .await
            .unwrap_err();
        assert!(matches!(error, Error::Timeout), "{error}");
        assert!(start.elapsed() >= MOMENT);
        server.gone().await;
    }
}

#[tokio::test]
async fn a_guest_may_be_less_patient_than_its_call() {
    let table: [(fn() -> Answer, Patience); 2] = [
        (
            || Answer::Silence(Vec::new()),
            Patience {
                first_byte: Some(MOMENT),
                between_bytes: None,
            },
        ),
        (
            || Answer::Silence(format!("{ENDLESS}1\r\nx\r\n").into_bytes()),
            Patience {
                first_byte: None,
                between_bytes: Some(MOMENT),
            },
        ),
    ];
    for (script, patience) in table {
        let server = Server::start(move |_| script()).await;
        let gate = gate(&grants([grant("a.example", server.port)]));
        let mut request = get(&format!("http://a.example:{}/", server.port));
        request.extensions_mut().insert(patience);
        let error = exchange(&gate, request, &ledger()).await.unwrap_err();
        assert!(matches!(error, Error::Timeout), "{error}");
    }
}

/// Rows 16 and 30: headers and trailers without end.
#[tokio::test]
async fn a_server_that_breaks_the_protocol_breaks_its_own_answer() {
    let many_headers: String = (0..40_000).map(|n| format!("x-{n}: y\r\n")).collect();
    let many_trailers = format!("{ENDLESS}0\r\n{many_headers}\r\n");
    let long_header = format!("x: {}\r\n", "y".repeat(10 << 20));
    let table = [
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhel".to_owned(),
        format!("{ENDLESS}zz\r\n"),
        "SSH-2.0-OpenSSH_9.9\r\n".to_owned(),
        "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n".to_owned(),
        "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx".to_owned(),
        format!("HTTP/1.1 200 OK\r\n{many_headers}\r\n"),
        format!("HTTP/1.1 200 OK\r\n{long_header}\r\n"),
        many_trailers,
        String::new(),
    ];
    for text in table {
        let start: String = text.chars().take(70).collect();
        let server = Server::start(move |_| Answer::Close(text.clone().into_bytes())).await;
        let gate = gate(&grants([grant("a.example", server.port)]));
        let url = format!("http://a.example:{}/", server.port);
        let error = exchange(&gate, get(&url), &ledger()).await.unwrap_err();
        assert!(matches!(error, Error::Broken(_)), "{start:?}: {error}");
    }
}

#[tokio::test]
async fn an_answer_goes_through_as_it_is_where_there_are_no_secrets() {
    let text = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\nset-cookie: a=b\r\n\
                keep-alive: timeout=5\r\ncontent-length: 3\r\n\r\nabc";
    let server = Server::start(move |_| Answer::Bytes(text.into())).await;
    let gate = gate(&grants([grant("a.example", server.port)]));
    let url = format!("http://a.example:{}/", server.port);
    let request = get_with(&url, &[("accept-encoding", "gzip"), ("range", "bytes=0-2")]);
    let answer = exchange(&gate, request, &ledger()).await.unwrap();
    assert_eq!(answer.body, "abc");
    assert_eq!(answer.head.headers["content-length"], "3");
    assert_eq!(answer.head.headers["content-encoding"], "gzip");
    assert!(!answer.head.headers.contains_key("keep-alive"));
    let request = server.seen().remove(0);
    assert!(request.contains("accept-encoding: gzip") && request.contains("range: bytes=0-2"));
    // No cookies are kept.
    exchange(&gate, get(&url), &ledger()).await.unwrap();
    assert!(!server.seen()[1].contains("cookie"));
}

#[tokio::test]
async fn a_body_that_is_dropped_lets_go_of_its_connection() {
    let server = Server::start(|request| match request.contains("/endless") {
        true => Answer::Forever(ENDLESS.into(), b"1\r\nx\r\n".to_vec()),
        false => ok("hello"),
    })
    .await;
    let gate = gate(&grants([grant("a.example", server.port)]));
    let url = format!("http://a.example:{}/endless", server.port);
    let answer = gate.clone().send(get(&url), ledger()).await.unwrap();
    drop(answer);
    server.gone().await;
}
