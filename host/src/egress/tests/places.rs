//! Where requests get to: names, addresses, redirects, this host's own port.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::bench::*;
use super::server::{Answer, Server, ok};
use crate::egress::{Entries, Error, Gate, Network, Own};
use crate::policy::{Grants, Rule};

#[tokio::test]
async fn a_granted_request_gets_its_answer_and_is_accounted_for() {
    let server = Server::start(|_| ok("hello")).await;
    let gate = gate(&grants([grant("a.example", server.port)]));
    let ledger = ledger();
    let url = format!("http://A.example.:{}/x?q=%20", server.port);
    let answer = exchange(&gate, post(&url, "four"), &ledger).await.unwrap();
    assert_eq!((answer.head.status.as_u16(), &*answer.body), (200, "hello"));
    let request = server.seen().remove(0);
    assert!(
        request.starts_with("post /x?q=%20 http/1.1\r\n"),
        "{request}"
    );
    assert!(
        request.contains(&format!("\nhost: a.example:{}\r\n", server.port)),
        "{request}"
    );
    assert!(request.ends_with("\r\n\r\nfour"), "{request}");
    let Entries {
        traffic, denials, ..
    } = ledger.take();
    assert_eq!(
        (traffic.requests, traffic.sent_bytes, traffic.received_bytes),
        (1, 4, 5)
    );
    assert!(denials.is_empty());
}

/// Row 22: a host that is not listed.
#[tokio::test]
async fn what_no_grant_names_is_denied_before_any_name_is_looked_up() {
    let gate = gate_with(
        &grants([grant("a.example", 8080)]),
        resolving(|name| panic!("{name} was looked up")),
    );
    for (url, expected) in [
        ("http://b.example:8080/", Rule::Host),
        ("http://xa.example:8080/", Rule::Host),
        ("https://a.example:8080/", Rule::Scheme),
        ("http://a.example/", Rule::Port),
    ] {
        let ledger = ledger();
        let error = exchange(&gate, get(url), &ledger).await.unwrap_err();
        assert_eq!(rule(&error), Some(expected), "{url}");
        let Entries {
            traffic, denials, ..
        } = ledger.take();
        assert_eq!(
            (traffic.requests, denials.counts),
            (0, vec![(expected, 1)]),
            "{url}"
        );
    }
}

/// Row 24: a name that leads inside.
#[tokio::test]
async fn one_private_address_among_the_answers_spoils_them_all() {
    let server = Server::start(|_| ok("")).await;
    let url = format!("http://a.example:{}/", server.port);
    for addresses in [
        &["10.0.0.1"][..],
        &["127.0.0.1", "10.0.0.1"],
        &["::ffff:10.0.0.1", "127.0.0.1"],
        &["127.0.0.1", "fd00:ec2::254"],
    ] {
        let gate = gate_with(
            &grants([grant("a.example", server.port)]),
            resolving(|_| addresses.to_vec()),
        );
        let ledger = ledger();
        let error = exchange(&gate, get(&url), &ledger).await.unwrap_err();
        let Error::Denied(denial) = &error else {
            panic!("{error}");
        };
        assert_eq!(denial.rule, Rule::Address, "{addresses:?}");
        assert!(
            denial.target.contains("GET http://a.example"),
            "{}",
            denial.target
        );
        assert_eq!(denials(&ledger), [(Rule::Address, 1)], "{addresses:?}");
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn an_address_in_the_url_is_vetted_like_one_that_was_looked_up() {
    let server = Server::start(|_| ok("hello")).await;
    let url = format!("http://127.0.0.1:{}/", server.port);
    let mut grant = grant("127.0.0.1", server.port);
    let answer = exchange(&gate(&grants([grant.clone()])), get(&url), &ledger()).await;
    assert_eq!(answer.unwrap().body, "hello");
    grant.addresses.clear();
    let ledger = ledger();
    let error = exchange(&gate(&grants([grant])), get(&url), &ledger)
        .await
        .unwrap_err();
    assert_eq!(rule(&error), Some(Rule::Address));
    assert_eq!(denials(&ledger), [(Rule::Address, 1)]);
    assert_eq!(server.connections(), 1);
}

/// Answers 127.0.0.1 the first time and then 10.0.0.1.
fn rebinding() -> Network {
    let lookups = AtomicUsize::new(0);
    resolving(move |_| match lookups.fetch_add(1, Ordering::SeqCst) {
        0 => vec!["127.0.0.1"],
        _ => vec!["10.0.0.1"],
    })
}

/// Row 25: a second answer that leads inside.
#[tokio::test]
async fn a_connection_stays_with_the_address_that_was_vetted() {
    let server = Server::start(|_| ok("hello")).await;
    let names = rebinding();
    let gate = gate_with(&grants([grant("a.example", server.port)]), names);
    let url = format!("http://a.example:{}/", server.port);
    let answer = exchange(&gate, get(&url), &ledger()).await.unwrap();
    assert_eq!(answer.body, "hello");
    for _ in 0..20 {
        // On the same connection or, if that is not free yet, on none.
        match exchange(&gate, get(&url), &ledger()).await {
            Ok(answer) => assert_eq!(answer.body, "hello"),
            Err(error) => assert_eq!(rule(&error), Some(Rule::Address)),
        }
    }
    assert!(server.seen().len() > 1);
    assert_eq!(server.connections(), 1);
}

/// Row 25: a second answer that leads inside.
#[tokio::test]
async fn a_new_connection_is_vetted_anew() {
    let text = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 5\r\n\r\nhello";
    let server = Server::start(|_| Answer::Close(text.into())).await;
    let names = rebinding();
    let gate = gate_with(&grants([grant("a.example", server.port)]), names);
    let url = format!("http://a.example:{}/", server.port);
    let ledger = ledger();
    let answer = exchange(&gate, get(&url), &ledger).await.unwrap();
    assert_eq!(answer.body, "hello");
    assert!(!answer.head.headers.contains_key("connection"));
    let error = exchange(&gate, get(&url), &ledger).await.unwrap_err();
    assert_eq!(rule(&error), Some(Rule::Address));
    assert_eq!(denials(&ledger), [(Rule::Address, 1)]);
}

/// Row 23: a redirect.
#[tokio::test]
async fn a_redirect_is_the_guests_to_follow() {
    let text = "HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\n\
                content-length: 0\r\n\r\n";
    let server = Server::start(|_| Answer::Bytes(text.into())).await;
    let gate = gate(&grants([grant("a.example", server.port)]));
    let url = format!("http://a.example:{}/", server.port);
    let answer = exchange(&gate, get(&url), &ledger()).await.unwrap();
    assert_eq!(answer.head.status.as_u16(), 302);
    assert_eq!(answer.head.headers["location"], "http://169.254.169.254/");
    assert_eq!(server.seen().len(), 1);
}

/// Row 31: this host itself.
#[tokio::test]
async fn the_hosts_own_port_is_nobodys_to_grant() {
    let server = Server::start(|_| ok("the host")).await;
    let port = server.port;
    let own = Arc::new(Own::default());
    let grants = grants([grant("a.example", port), grant("127.0.0.1", port)]);
    let gate = Gate::with_network(&grants, None, own.clone(), loopback()).unwrap();
    let gate = Arc::new(gate);
    let listen = format!("0.0.0.0:{port}");
    own.add(listen.parse().unwrap());
    for host in ["a.example", "127.0.0.1", "127.1", "2130706433"] {
        let ledger = ledger();
        let url = format!("http://{host}:{port}/");
        let error = exchange(&gate, get(&url), &ledger).await.unwrap_err();
        let Error::Denied(denial) = error else {
            panic!("{error}");
        };
        assert_eq!((denial.rule, denial.grant), (Rule::OwnPort, None), "{host}");
        assert_eq!(denials(&ledger), [(Rule::OwnPort, 1)], "{host}");
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn names_and_servers_that_are_not_there_are_told_apart() {
    let nowhere = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let grants = grants([grant("*.x.example", nowhere)]);
    let gate = gate_with(
        &grants,
        resolving(|name| match name {
            "a.x.example" => vec!["127.0.0.1"],
            _ => Vec::new(),
        }),
    );
    let url = |host| format!("http://{host}:{nowhere}/");
    let ledger = ledger();
    let error = exchange(&gate, get(&url("a.x.example")), &ledger)
        .await
        .unwrap_err();
    assert!(
        matches!(&error, Error::Connect(text) if text == "connection refused"),
        "{error}"
    );
    let error = exchange(&gate, get(&url("b.x.example")), &ledger)
        .await
        .unwrap_err();
    assert!(matches!(error, Error::NoAddress), "{error}");
    let Entries {
        traffic, denials, ..
    } = ledger.take();
    assert_eq!(traffic.requests, 2);
    assert!(denials.is_empty());
}

#[test]
fn only_connections_need_a_runtime() {
    let own = || Arc::new(Own::default());
    assert!(Gate::new(&Grants::default(), None, own()).is_ok());
    let error = Gate::new(&grants([grant("a.example", 80)]), None, own()).unwrap_err();
    assert!(error.contains("runtime"), "{error}");
}

#[test]
fn a_connection_outlives_the_runtime_of_the_call_that_made_it() {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
    };
    let home = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let server = home.block_on(Server::start(|_| ok("hello")));
    let gate = {
        let _within = home.enter();
        gate(&grants([grant("a.example", server.port)]))
    };
    let url = format!("http://a.example:{}/", server.port);
    let exchange_anew = || {
        let before = server.connections();
        let answer = runtime().block_on(exchange(&gate, get(&url), &ledger()));
        assert_eq!(answer.unwrap().body, "hello");
        server.connections() == before
    };
    assert!(!exchange_anew());
    // A connection is free again a little after its answer was read.
    assert!(
        (0..50).any(|_| exchange_anew()),
        "no connection was used again"
    );
}
