//! Grants, requests and gates for the tests beside this.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::response::Parts;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt as _, Empty, Full};

use crate::egress::{Body, Error, Gate, Ledger, Network, Own};
use crate::policy::{
    Grants, HostPattern, NetworkGrant, PathPattern, Rate, Rule, Scheme, Secret, SecretGrant,
};

/// Plain requests to `host` at `port` on this machine.
pub fn grant(host: &str, port: u16) -> NetworkGrant {
    NetworkGrant {
        host: HostPattern::parse(host).unwrap(),
        schemes: vec![Scheme::Http],
        methods: ["GET", "HEAD", "POST"].map(str::to_owned).into(),
        path: PathPattern::any(),
        ports: vec![port],
        request_bytes: 1000,
        response_bytes: 100_000,
        rate: Rate {
            count: 100,
            per: Duration::from_secs(1),
        },
        addresses: vec!["127.0.0.0/8".parse().unwrap()],
        ca: None,
    }
}

pub fn grants(network: impl IntoIterator<Item = NetworkGrant>) -> Grants {
    Grants {
        network: network.into_iter().collect(),
        ..Grants::default()
    }
}

/// A secret for `host` in `header`.
pub fn secret(name: &str, value: &str, host: &str, header: &str) -> SecretGrant {
    SecretGrant {
        name: name.to_owned(),
        value: Secret::new(value),
        send_to: HostPattern::parse(host).unwrap(),
        header: header.to_owned(),
        prefix: "Bearer ".to_owned(),
    }
}

/// Every name is this machine's.
pub fn loopback() -> Network {
    resolving(|_| vec!["127.0.0.1"])
}

pub fn resolving(names: impl Fn(&str) -> Vec<&'static str> + Send + Sync + 'static) -> Network {
    Network::Names(Arc::new(move |name| {
        let addresses = names(name).into_iter();
        addresses
            .map(|address| address.parse::<IpAddr>().unwrap())
            .collect()
    }))
}

pub fn gate(grants: &Grants) -> Arc<Gate> {
    gate_with(grants, loopback())
}

pub fn gate_with(grants: &Grants, network: Network) -> Arc<Gate> {
    Arc::new(Gate::with_network(grants, None, Arc::new(Own::default()), network).unwrap())
}

/// Of a call with ample time and requests.
pub fn ledger() -> Arc<Ledger> {
    ledger_for(Duration::from_secs(60))
}

pub fn ledger_for(time: Duration) -> Arc<Ledger> {
    Ledger::new(Instant::now() + time, 100, None)
}

pub fn get(url: &str) -> Request<Body> {
    Request::get(url).body(empty()).unwrap()
}

/// The same as the engine makes it: with headers, which it lets a guest set.
pub fn get_with(url: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let mut request = Request::get(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(empty()).unwrap()
}

pub fn post(url: &str, body: &str) -> Request<Body> {
    let body = Full::new(Bytes::copy_from_slice(body.as_bytes()));
    Request::post(url)
        .body(body.map_err(|never| match never {}).boxed_unsync())
        .unwrap()
}

pub fn empty() -> Body {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}

/// What is read of a whole answer.
#[derive(Debug)]
pub struct Read {
    pub head: Parts,
    pub body: String,
    pub trailers: Option<HeaderMap>,
}

pub async fn read(response: Response<Body>) -> Result<Read, Error> {
    let (head, body) = response.into_parts();
    let collected = body.collect().await?;
    Ok(Read {
        head,
        trailers: collected.trailers().cloned(),
        body: String::from_utf8_lossy(&collected.to_bytes()).into_owned(),
    })
}

/// Sends and reads all of the answer.
pub async fn exchange(
    gate: &Arc<Gate>,
    request: Request<Body>,
    ledger: &Arc<Ledger>,
) -> Result<Read, Error> {
    let response = gate.clone().send(request, ledger.clone()).await?;
    read(response).await
}

/// What a denied request was denied by.
pub fn rule(error: &Error) -> Option<Rule> {
    match error {
        Error::Denied(denial) | Error::TooLong { denial, .. } => Some(denial.rule),
        _ => None,
    }
}

/// Every denial on a ledger, with how often.
pub fn denials(ledger: &Ledger) -> Vec<(Rule, u64)> {
    ledger.take().denials.counts
}
