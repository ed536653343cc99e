//! Stubs in the place of servers: what policy and secrets do stays as it is.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};

use super::bench::*;
use crate::egress::{Error, Gate, Network, Stubbed};
use crate::policy::{Grants, NetworkGrant, Rule, Scheme};

type Seen = Arc<Mutex<Vec<Request<Bytes>>>>;

/// A gate where `answer` answers, and what it was asked.
fn stubbed(
    grants: &Grants,
    answer: impl Fn(&Request<Bytes>) -> Stubbed + Send + Sync + 'static,
) -> (Arc<Gate>, Seen) {
    let seen = Seen::default();
    let log = seen.clone();
    let stubs = move |request: &Request<Bytes>| {
        log.lock().unwrap().push(request.clone());
        answer(request)
    };
    (gate_with(grants, Network::Stubs(Arc::new(stubs))), seen)
}

fn says(text: &str) -> Stubbed {
    Stubbed {
        after: Duration::ZERO,
        result: Ok(Response::new(text.to_owned().into())),
    }
}

fn https(host: &str) -> NetworkGrant {
    NetworkGrant {
        schemes: vec![Scheme::Https],
        addresses: Vec::new(),
        ..grant(host, 443)
    }
}

#[tokio::test]
async fn a_stub_gets_the_credential_and_the_guest_does_not() {
    let grants = Grants {
        secrets: vec![secret("key", "sk-0123456789", "a.example", "authorization")],
        ..grants([https("a.example")])
    };
    let (gate, seen) = stubbed(&grants, |request| {
        let value = request.headers()["authorization"].to_str().unwrap();
        says(&format!("you are {value}"))
    });
    let account = ledger();
    let request = post("https://A.example:443/x?q=1", "hello");
    let answer = exchange(&gate, request, &account).await.unwrap();
    assert!(answer.body.contains("[key redacted]"), "{}", answer.body);
    assert!(!answer.body.contains("sk-"), "{}", answer.body);
    let seen = seen.lock().unwrap();
    let request = &seen[0];
    assert_eq!(request.uri(), "https://a.example/x?q=1");
    assert_eq!(
        (request.method().as_str(), &request.body()[..]),
        ("POST", &b"hello"[..])
    );
    assert_eq!(request.headers()["authorization"], "Bearer sk-0123456789");
    let traffic = account.take().traffic;
    assert_eq!((traffic.requests, traffic.sent_bytes), (1, 5));
}

#[tokio::test]
async fn what_is_not_granted_reaches_no_stub() {
    let here = NetworkGrant {
        addresses: Vec::new(),
        ..grant("127.0.0.1", 80)
    };
    let small = NetworkGrant {
        request_bytes: 4,
        response_bytes: 4,
        ..https("small.example")
    };
    let (gate, seen) = stubbed(&grants([https("a.example"), here, small]), |_| {
        says("12345")
    });
    for (request, expected) in [
        (get("https://b.example/"), Rule::Host),
        (get("http://a.example/"), Rule::Scheme),
        (get("http://127.0.0.1/"), Rule::Address),
        (post("https://small.example/", "12345"), Rule::RequestBytes),
    ] {
        let account = ledger();
        let error = exchange(&gate, request, &account).await.unwrap_err();
        assert_eq!(rule(&error), Some(expected));
        assert_eq!(denials(&account), [(expected, 1)]);
    }
    assert!(seen.lock().unwrap().is_empty());
    let account = ledger();
    let error = exchange(&gate, get("https://small.example/"), &account).await;
    assert_eq!(rule(&error.unwrap_err()), Some(Rule::ResponseBytes));
}

#[tokio::test]
async fn a_stub_may_fail_and_may_be_late() {
    let (gate, _) = stubbed(&grants([https("a.example")]), |request| {
        let late = request.uri().path() == "/late";
        Stubbed {
            after: Duration::from_secs(if late { 3600 } else { 0 }),
            result: Err(Error::Connect("as the test says".to_owned())),
        }
    });
    let failed = exchange(&gate, get("https://a.example/"), &ledger()).await;
    assert!(matches!(failed, Err(Error::Connect(_))), "{failed:?}");
    let brief = ledger_for(Duration::from_millis(50));
    let late = exchange(&gate, get("https://a.example/late"), &brief).await;
    assert!(matches!(late, Err(Error::Timeout)), "{late:?}");
}
