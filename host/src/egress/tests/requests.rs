//! What goes out: how much, how often, and written in one way only.

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::stream;
use http::Request;
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};

use super::bench::*;
use super::server::{Answer, Server, ok};
use crate::egress::{Body, Entries, Error, Ledger};
use crate::policy::{Rate, Rule};

/// A body of unknown length.
fn pieces(pieces: &[&'static str]) -> Body {
    let frames: Vec<Result<_, Error>> = pieces
        .iter()
        .map(|piece| Ok(Frame::data(Bytes::from_static(piece.as_bytes()))))
        .collect();
    StreamBody::new(stream::iter(frames)).boxed_unsync()
}

/// Row 27: headers and lengths that servers read differently.
#[tokio::test]
async fn what_servers_may_read_differently_is_denied() {
    let server = Server::start(|_| ok("")).await;
    let gate = gate(&grants([
        grant("a.example", server.port),
        grant("b.example", server.port),
    ]));
    let url = format!("http://a.example:{}/", server.port);
    let own = format!("a.example:{}", server.port);
    let table: &[&[(&str, &str)]] = &[
        &[("host", "b.example")],
        &[("host", "a.example")],
        &[("host", &own), ("host", "b.example")],
        &[("host", "")],
        &[("connection", "x-key")],
        &[("transfer-encoding", "chunked")],
        &[("upgrade", "websocket")],
        &[("proxy-authorization", "x")],
        &[("content-length", "5")],
        &[("content-length", "0"), ("content-length", "0")],
        &[("content-length", "+0")],
        &[("content-length", "0, 0")],
        &[("content-length", "")],
    ];
    for headers in table {
        let ledger = ledger();
        let error = exchange(&gate, get_with(&url, headers), &ledger)
            .await
            .unwrap_err();
        assert_eq!(rule(&error), Some(Rule::Malformed), "{headers:?}: {error}");
        assert_eq!(denials(&ledger), [(Rule::Malformed, 1)], "{headers:?}");
    }
    let userinfo = format!("http://a.example@b.example:{}/", server.port);
    let error = exchange(&gate, get(&userinfo), &ledger())
        .await
        .unwrap_err();
    assert_eq!(rule(&error), Some(Rule::Malformed));
    assert!(server.seen().is_empty());
    // What the engine itself sets.
    let request = get_with(&url, &[("host", &own), ("content-length", "0")]);
    exchange(&gate, request, &ledger()).await.unwrap();
}

#[tokio::test]
async fn a_tunnel_is_denied_whatever_is_granted() {
    let mut grant = grant("a.example", 8080);
    grant.methods.push("CONNECT".to_owned());
    let request = Request::connect("http://a.example:8080/")
        .body(empty())
        .unwrap();
    let error = exchange(&gate(&grants([grant])), request, &ledger())
        .await
        .unwrap_err();
    assert_eq!(rule(&error), Some(Rule::Method));
}

#[tokio::test]
async fn a_request_that_says_it_is_too_long_does_not_go() {
    let server = Server::start(|_| ok("")).await;
    let gate = gate(&grants([grant("a.example", server.port)]));
    let request = Request::post(format!("http://a.example:{}/", server.port))
        .header("content-length", "1001")
        .body(pieces(&["x"]))
        .unwrap();
    let ledger = ledger();
    let error = exchange(&gate, request, &ledger).await.unwrap_err();
    let Error::TooLong { denial, bytes_max } = error else {
        panic!("{error}");
    };
    assert_eq!((denial.rule, bytes_max), (Rule::RequestBytes, 1000));
    assert!(denial.grant.unwrap().contains("request_bytes: 2000"));
    assert_eq!(denials(&ledger), [(Rule::RequestBytes, 1)]);
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_request_that_becomes_too_long_breaks_off() {
    let server = Server::start(|_| ok("")).await;
    let mut grant = grant("a.example", server.port);
    grant.request_bytes = 10;
    let gate = gate(&grants([grant]));
    let request = Request::post(format!("http://a.example:{}/", server.port))
        .body(pieces(&["12345", "67890", "x", "y"]))
        .unwrap();
    let ledger = ledger();
    let error = exchange(&gate, request, &ledger).await.unwrap_err();
    assert_eq!(rule(&error), Some(Rule::RequestBytes), "{error}");
    let Entries {
        traffic, denials, ..
    } = ledger.take();
    assert_eq!(traffic.sent_bytes, 10);
    assert_eq!(denials.counts, [(Rule::RequestBytes, 1)]);
    server.gone().await;
    assert!(server.seen().is_empty(), "no whole request arrived");
}

#[tokio::test]
async fn a_body_of_unknown_length_goes_out_in_chunks() {
    let server = Server::start(|_| ok("")).await;
    let gate = gate(&grants([grant("a.example", server.port)]));
    let request = Request::post(format!("http://a.example:{}/", server.port))
        .body(pieces(&["12345", "678"]))
        .unwrap();
    exchange(&gate, request, &ledger()).await.unwrap();
    let request = server.seen().remove(0);
    assert!(
        request.ends_with("5\r\n12345\r\n3\r\n678\r\n0\r\n\r\n"),
        "{request}"
    );
}

#[tokio::test]
async fn the_rate_is_shared_by_all_calls() {
    let server = Server::start(|_| ok("")).await;
    let mut grant = grant("a.example", server.port);
    grant.rate = Rate {
        count: 2,
        per: Duration::from_secs(3600),
    };
    let gate = gate(&grants([grant]));
    let url = format!("http://a.example:{}/", server.port);
    for _ in 0..2 {
        exchange(&gate, get(&url), &ledger()).await.unwrap();
    }
    let ledger = ledger();
    let error = exchange(&gate, get(&url), &ledger).await.unwrap_err();
    assert_eq!(rule(&error), Some(Rule::Rate));
    let Entries {
        traffic, denials, ..
    } = ledger.take();
    assert_eq!(
        (traffic.requests, denials.counts),
        (0, vec![(Rule::Rate, 1)])
    );
    assert!(
        denials.first[0]
            .grant
            .as_ref()
            .unwrap()
            .contains("rate: 4/h")
    );
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn a_call_has_so_many_requests_and_no_more() {
    let server = Server::start(|_| ok("")).await;
    let gate = gate(&grants([grant("a.example", server.port)]));
    let url = format!("http://a.example:{}/", server.port);
    let ledger = Ledger::new(Instant::now() + Duration::from_secs(60), 2, None);
    // Denied ones are no requests.
    let elsewhere = exchange(&gate, get("http://b.example/"), &ledger).await;
    assert_eq!(rule(&elsewhere.unwrap_err()), Some(Rule::Host));
    for _ in 0..2 {
        exchange(&gate, get(&url), &ledger).await.unwrap();
    }
    for _ in 0..2 {
        let error = exchange(&gate, get(&url), &ledger).await.unwrap_err();
        assert_eq!(rule(&error), Some(Rule::Requests));
    }
    let Entries {
        traffic, denials, ..
    } = ledger.take();
    assert_eq!(traffic.requests, 2);
    assert_eq!(denials.counts, [(Rule::Host, 1), (Rule::Requests, 2)]);
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn a_request_that_is_dropped_lets_go_of_its_connection() {
    let server = Server::start(|_| Answer::Silence(Vec::new())).await;
    let gate = gate(&grants([grant("a.example", server.port)]));
    let url = format!("http://a.example:{}/", server.port);
    let ledger = ledger();
    let sent = tokio::spawn(gate.send(get(&url), ledger.clone()));
    while server.seen().is_empty() {
        tokio::task::yield_now().await;
    }
    sent.abort();
    server.gone().await;
    assert_eq!(ledger.take().traffic.requests, 1);
}

#[tokio::test]
async fn no_request_is_sent_twice_although_connections_close_when_idle() {
    let text = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";
    let server = Server::start(|_| Answer::Close(text.into())).await;
    let gate = gate(&grants([grant("a.example", server.port)]));
    let mut answered = 0;
    for n in 0..30 {
        let url = format!("http://a.example:{}/{n}", server.port);
        match exchange(&gate, post(&url, "x"), &ledger()).await {
            Ok(_) => answered += 1,
            // It went out on a connection that was closing, and nobody knows how far it got.
            Err(error) => assert!(matches!(error, Error::Broken(_)), "{error}"),
        }
    }
    let mut seen = server.seen();
    assert!(answered > 0 && seen.len() >= answered);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), server.seen().len());
}
