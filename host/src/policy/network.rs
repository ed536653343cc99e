//! Where a request may go: decided once before any name is looked up.

use std::fmt;

use super::denial::{Denial, Rule};
use super::grants::{Grants, NetworkGrant, Scheme};
use super::host::{self, Host, HostPattern};
use super::needs::Needs;
use super::path::{self, PathPattern};
use super::reach::Reach;
use super::yaml::{self, Section, shown};

/// Longest method, in bytes; every one that is registered is shorter.
const METHOD_BYTES_MAX: usize = 32;

/// Longest path and query together, in bytes.
const PATH_BYTES_MAX: usize = 8 * 1024;

/// Where a request wants to go, canonical.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// `https` or `http`.
    pub scheme: Scheme,
    /// Canonical.
    pub host: Host,
    /// Never 0.
    pub port: u16,
    /// As the guest gave it: a token of at most 32 bytes, never `CONNECT` or `TRACE`.
    pub method: String,
    /// Normalised, without the query.
    pub path: String,
}

/// Why something is no target.
struct Fault {
    rule: Rule,
    reason: String,
}

impl Target {
    /// Reads where a request wants to go. `authority` and `path_and_query` are as the guest
    /// gave them; the latter has at most 8 KiB. What servers may read in more than one way is
    /// denied, not repaired: userinfo, control characters, backslashes, empty segments, `.` and
    /// `..`, encoded slashes and dots, double encoding. No grant allows `CONNECT`, `TRACE` and
    /// other schemes than `https` and `http`.
    pub fn parse(
        method: &str,
        scheme: &str,
        authority: &str,
        path_and_query: &str,
    ) -> Result<Target, Denial> {
        read(method, scheme, authority, path_and_query).map_err(|fault| {
            let path = path_and_query.split('?').next().unwrap_or_default();
            // Userinfo is a password as often as not.
            let authority = match authority.rsplit_once('@') {
                Some((_, host)) => format!("***@{host}"),
                None => authority.to_owned(),
            };
            Denial {
                rule: fault.rule,
                target: shown(&format!("{method} {scheme}://{authority}{path}")),
                reason: fault.reason,
                grant: None,
            }
        })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.scheme.as_str();
        write!(f, "{} {scheme}://{}", self.method, self.host)?;
        if self.port != self.scheme.port() {
            write!(f, ":{}", self.port)?;
        }
        f.write_str(&self.path)
    }
}

/// Whether no grant can allow `method`, in any case: tunnels leave the target open, and `TRACE`
/// shows headers that the guest must not see.
pub fn method_is_refused(method: &str) -> bool {
    let never = ["CONNECT", "TRACE"];
    never.iter().any(|never| method.eq_ignore_ascii_case(never))
}

/// The index in `grants.network` of the first grant that lets `target` through, or why none
/// does: the rule at which the grant failed that came furthest, in the order host, scheme, port,
/// method, path. With `needs`, the component must have declared it too.
pub fn decide(grants: &Grants, needs: Option<&Needs>, target: &Target) -> Result<usize, Denial> {
    let mut nearest: Option<(Rule, &NetworkGrant)> = None;
    for (index, grant) in grants.network.iter().enumerate() {
        let Some(rule) = Reach::from(grant).refusal(target) else {
            return declared(needs, target).map(|()| index);
        };
        if nearest.is_none_or(|(other, _)| depth(rule) > depth(other)) {
            nearest = Some((rule, grant));
        }
    }
    let nearest = nearest.filter(|(rule, _)| *rule != Rule::Host);
    Err(not_granted(target, nearest))
}

fn read(
    method: &str,
    scheme: &str,
    authority: &str,
    path_and_query: &str,
) -> Result<Target, Fault> {
    let method = read_method(method)?;
    let scheme = [Scheme::Https, Scheme::Http]
        .into_iter()
        .find(|known| known.as_str().eq_ignore_ascii_case(scheme))
        .ok_or_else(|| Fault {
            rule: Rule::Scheme,
            reason: format!("no grant allows the scheme `{}`", shown(scheme)),
        })?;
    let malformed = |reason| Fault {
        rule: Rule::Malformed,
        reason,
    };
    let (host, port) = read_authority(authority).map_err(malformed)?;
    Ok(Target {
        scheme,
        host,
        port: port.unwrap_or(scheme.port()),
        method,
        path: read_path(path_and_query).map_err(malformed)?,
    })
}

fn read_method(method: &str) -> Result<String, Fault> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if !(1..=METHOD_BYTES_MAX).contains(&method.len()) || !method.bytes().all(is_token) {
        return Err(Fault {
            rule: Rule::Malformed,
            reason: format!("the method is no token of 1 to {METHOD_BYTES_MAX} characters"),
        });
    }
    if method_is_refused(method) {
        return Err(Fault {
            rule: Rule::Method,
            reason: format!("no grant allows the method `{method}`"),
        });
    }
    Ok(method.to_owned())
}

fn read_authority(authority: &str) -> Result<(Host, Option<u16>), String> {
    if authority.contains('@') {
        return Err("the URL has userinfo before its host".to_owned());
    }
    // The colons of an IPv6 address stand before its bracket.
    let end = authority.find(']').map_or(0, |bracket| bracket + 1);
    let (name, port) = match authority[end..].find(':') {
        Some(colon) => {
            let (name, port) = authority.split_at(end + colon);
            (name, Some(&port[1..]))
        }
        None => (authority, None),
    };
    let port = port
        .map(|port| {
            let is_number =
                (1..=5).contains(&port.len()) && port.bytes().all(|b| b.is_ascii_digit());
            let port = is_number.then(|| port.parse().ok()).flatten();
            port.filter(|port| *port != 0)
                .ok_or("the port is no number from 1 to 65535")
        })
        .transpose()?;
    Ok((host::canonical(name)?, port))
}

fn read_path(path_and_query: &str) -> Result<String, String> {
    if path_and_query.len() > PATH_BYTES_MAX {
        return Err(format!(
            "path and query have more than {PATH_BYTES_MAX} bytes"
        ));
    }
    let is_refused = |c: char| c.is_control() || c.is_whitespace();
    if path_and_query.chars().any(is_refused) {
        return Err("the URL has spaces or control characters".to_owned());
    }
    if path_and_query.contains('#') {
        return Err("the URL has a fragment".to_owned());
    }
    match path_and_query.split('?').next() {
        None | Some("") => Ok("/".to_owned()),
        Some(path) => path::normalise(path),
    }
}

/// How far a target came that this rule keeps out.
fn depth(rule: Rule) -> usize {
    let order = [
        Rule::Host,
        Rule::Scheme,
        Rule::Port,
        Rule::Method,
        Rule::Path,
    ];
    order.iter().position(|other| *other == rule).unwrap_or(0)
}

fn declared(needs: Option<&Needs>, target: &Target) -> Result<(), Denial> {
    let is_declared = |needs: &Needs| {
        let mut reaches = needs.network.iter().map(Reach::from);
        reaches.any(|reach| reach.refusal(target).is_none())
    };
    if needs.is_none_or(is_declared) {
        return Ok(());
    }
    Err(Denial {
        rule: Rule::Undeclared,
        target: shown(&target.to_string()),
        reason: "it is granted, but the component's own manifest does not declare it; declare it \
                 there and embed the manifest again"
            .to_owned(),
        grant: None,
    })
}

fn not_granted(target: &Target, nearest: Option<(Rule, &NetworkGrant)>) -> Denial {
    let host = &target.host;
    let (rule, what) = match nearest {
        None => (Rule::Host, String::new()),
        Some((rule @ Rule::Scheme, _)) => {
            (rule, format!("the scheme `{}`", target.scheme.as_str()))
        }
        Some((rule @ Rule::Port, _)) => (rule, format!("port {}", target.port)),
        Some((rule @ Rule::Method, _)) => (rule, format!("the method `{}`", target.method)),
        Some((rule, _)) => (rule, format!("the path `{}`", shown(&target.path))),
    };
    let mut reason = match rule {
        Rule::Host => format!("no grant names the host `{host}`"),
        _ => format!("no grant for the host `{host}` allows {what}"),
    };
    // Methods are case-sensitive, so a config has none in lower case.
    let is_grantable = !target.method.bytes().any(|byte| byte.is_ascii_lowercase());
    if !is_grantable {
        reason.push_str("; methods are granted in upper case only");
    }
    Denial {
        rule,
        target: shown(&target.to_string()),
        reason,
        grant: is_grantable.then(|| grant_for(target, nearest.map(|(_, grant)| grant))),
    }
}

/// The YAML that lets through `target` and what is like it. Like `nearest`, which is about the
/// same host, it takes that host to be at private addresses.
fn grant_for(target: &Target, nearest: Option<&NetworkGrant>) -> String {
    let mut pairs = Reach {
        host: &HostPattern::Exact(target.host.clone()),
        schemes: &[target.scheme],
        methods: std::slice::from_ref(&target.method),
        path: &PathPattern::fitting(&target.path),
        ports: &[target.port],
    }
    .pairs();
    if let Some(grant) = nearest.filter(|grant| !grant.addresses.is_empty()) {
        let addresses = grant.addresses.iter().map(ToString::to_string);
        pairs.push(("addresses", yaml::list(addresses)));
    }
    yaml::grants(&[(Section::Network, &yaml::entry(&pairs))])
}
