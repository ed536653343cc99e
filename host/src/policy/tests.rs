//! Tables of spellings, decisions and suggestions, and properties that hold for all of them.

use std::time::Duration;

use super::reach::METHODS;
use super::*;

mod addresses;
mod decisions;
mod hosts;
mod needs;
mod paths;
mod properties;
mod targets;
mod yaml;

/// A grant for `host` that states nothing else.
fn grant(host: &str) -> NetworkGrant {
    NetworkGrant {
        host: HostPattern::parse(host).unwrap(),
        schemes: vec![Scheme::Https],
        methods: METHODS.map(str::to_owned).to_vec(),
        path: PathPattern::any(),
        ports: vec![443],
        request_bytes: 64 * 1024,
        response_bytes: 4 * 1024 * 1024,
        rate: Rate {
            count: 10,
            per: Duration::from_secs(1),
        },
        addresses: Vec::new(),
        ca: None,
    }
}

/// `GET https://example.com/x` in its parts.
fn split(text: &str) -> [&str; 4] {
    let (method, url) = text.split_once(' ').unwrap();
    let (scheme, rest) = url.split_once("://").unwrap();
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    [method, scheme, authority, path]
}

fn parse(text: &str) -> Result<Target, Denial> {
    let [method, scheme, authority, path] = split(text);
    Target::parse(method, scheme, authority, path)
}

fn target(text: &str) -> Target {
    parse(text).unwrap()
}
