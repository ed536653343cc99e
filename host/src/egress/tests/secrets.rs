//! Credentials: added where they belong, removed from whatever comes back.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::bench::*;
use super::server::{Answer, Server, ok, with_headers};
use crate::egress::{Error, Gate, Own};
use crate::policy::{Grants, Scheme};

const VALUE: &str = "sk-0123/45+67";

fn one_secret(port: u16) -> Grants {
    Grants {
        secrets: vec![secret("api-key", VALUE, "a.example", "authorization")],
        ..grants([grant("a.example", port), grant("b.example", port)])
    }
}

/// Row 34: a credential for another host.
#[tokio::test]
async fn a_credential_goes_to_its_host_alone() {
    let server = Server::start(|_| ok("")).await;
    let gate = gate(&one_secret(server.port));
    for host in ["a.example", "b.example"] {
        let url = format!("http://{host}:{}/", server.port);
        let request = get_with(
            &url,
            &[
                ("authorization", "Basic mine"),
                ("accept-encoding", "gzip"),
                ("range", "bytes=0-1"),
                ("if-range", "x"),
            ],
        );
        exchange(&gate, request, &ledger()).await.unwrap();
    }
    let [to_a, to_b] = &server.seen()[..] else {
        panic!("two requests");
    };
    assert!(
        to_a.contains(&format!("\nauthorization: bearer {VALUE}\r\n")),
        "{to_a}"
    );
    assert!(to_a.contains("\naccept-encoding: identity\r\n"), "{to_a}");
    assert!(
        !to_a.contains("mine") && !to_a.contains("gzip") && !to_a.contains("range"),
        "{to_a}"
    );
    assert!(to_b.contains("\nauthorization: basic mine\r\n"), "{to_b}");
    assert!(
        to_b.contains("gzip") && to_b.contains("bytes=0-1"),
        "{to_b}"
    );
    assert!(!to_b.contains("sk-"), "{to_b}");
}

#[tokio::test]
async fn a_guest_cannot_choose_plain_text_for_a_credential() {
    let server = Server::start(|_| ok("")).await;
    let mut grants = one_secret(server.port);
    grants.network[0].schemes = vec![Scheme::Https, Scheme::Http];
    let url = format!("http://a.example:{}/", server.port);
    exchange(&gate(&grants), get(&url), &ledger())
        .await
        .unwrap();
    let request = server.seen().remove(0);
    assert!(!request.contains("authorization"), "{request}");
}

/// Row 35: a server that repeats the credential.
#[tokio::test]
async fn an_echo_comes_back_without_the_secret() {
    let encoded = STANDARD.encode(format!("user:{VALUE}"));
    let headers =
        format!("location: https://b.example/?key=sk-0123%2F45%2B67&x\r\nx-echo: {VALUE}\r\n");
    let body = format!("{{\"key\": \"{VALUE}\", \"basic\": \"{encoded}\"}}");
    let server = Server::start(move |_| with_headers(&headers, &body)).await;
    let gate = gate(&one_secret(server.port));
    // Of every server: one may hand it on to another.
    for host in ["a.example", "b.example"] {
        let url = format!("http://{host}:{}/", server.port);
        let ledger = ledger();
        let answer = exchange(&gate, get(&url), &ledger).await.unwrap();
        let headers = &answer.head.headers;
        assert_eq!(
            headers["location"],
            "https://b.example/?key=[api-key redacted]&x"
        );
        assert_eq!(headers["x-echo"], "[api-key redacted]");
        assert!(!headers.contains_key("content-length"));
        assert!(
            answer
                .body
                .starts_with("{\"key\": \"[api-key redacted]\", \"basic\": \"")
        );
        assert_eq!(
            answer.body.matches("[api-key redacted]").count(),
            2,
            "{}",
            answer.body
        );
        assert!(!answer.body.contains(&encoded[8..16]), "{}", answer.body);
    }
}

/// Row 35: a server that repeats the credential.
#[tokio::test]
async fn a_secret_is_found_across_chunks_and_in_trailers_and_header_names() {
    let mut pieces = vec![
        b"HTTP/1.1 200 OK\r\nx-tok-en99-x: y\r\ntrailer: x-end\r\n\
          transfer-encoding: chunked\r\n\r\n"
            .to_vec(),
    ];
    let body = format!("<{VALUE}{VALUE}> {}", &VALUE[..VALUE.len() - 1]);
    for byte in body.bytes() {
        pieces.push(format!("1\r\n{}\r\n", char::from(byte)).into_bytes());
    }
    pieces.push(format!("0\r\nx-end: the {VALUE}\r\n\r\n").into_bytes());
    let server = Server::start(move |_| Answer::Pieces(pieces.clone())).await;
    let mut grants = one_secret(server.port);
    grants
        .secrets
        .push(secret("other", "Tok-EN99", "b.example", "x-key"));
    let url = format!("http://a.example:{}/", server.port);
    let ledger = ledger();
    let answer = exchange(&gate(&grants), get(&url), &ledger).await.unwrap();
    let clean = "<[api-key redacted][api-key redacted]> sk-0123/45+6";
    assert_eq!(answer.body, clean);
    assert_eq!(answer.trailers.unwrap()["x-end"], "the [api-key redacted]");
    assert!(
        !answer
            .head
            .headers
            .keys()
            .any(|name| name.as_str().contains("en99"))
    );
    assert_eq!(ledger.take().traffic.received_bytes, body.len() as u64);
}

#[tokio::test]
async fn what_cannot_be_searched_is_not_shown() {
    let server =
        Server::start(|_| with_headers("content-encoding: gzip\r\n", "\u{1f}\u{8b}")).await;
    let gate = gate(&one_secret(server.port));
    let url = |host| format!("http://{host}:{}/", server.port);
    let error = exchange(&gate, get(&url("a.example")), &ledger())
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Encoded), "{error}");
    // That server never had a secret.
    exchange(&gate, get(&url("b.example")), &ledger())
        .await
        .unwrap();
}

#[tokio::test]
async fn no_error_shows_a_secret() {
    let server = Server::start(|_| Answer::Close(Vec::new())).await;
    let mut grants = one_secret(server.port);
    grants.network[0].response_bytes = 0;
    let gate = gate(&grants);
    let url = |path| format!("http://a.example:{}/{path}", server.port);
    let elsewhere = format!("http://c.example/{VALUE}");
    for request in [
        get(&url("")),
        post(&url(VALUE), &"x".repeat(2000)),
        get(&elsewhere),
    ] {
        let error = exchange(&gate, request, &ledger()).await.unwrap_err();
        let texts = format!("{error} {error:?} {gate:?}");
        assert!(!texts.contains(VALUE), "{texts}");
    }
}

#[test]
fn a_secret_that_cannot_be_kept_or_sent_is_refused() {
    for (value, reason) in [("abc", "shorter"), ("abc\ndef", "header")] {
        let grants = Grants {
            secrets: vec![secret("api-key", value, "a.example", "authorization")],
            ..Grants::default()
        };
        let error = Gate::new(&grants, None, std::sync::Arc::new(Own::default())).unwrap_err();
        assert!(
            error.contains("`api-key`") && error.contains(reason),
            "{error}"
        );
        assert!(!error.contains(value), "{error}");
    }
}
