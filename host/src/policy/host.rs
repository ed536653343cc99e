//! Hosts in one spelling, and the patterns that grants name them by.

use std::fmt;

use super::yaml::shown;

/// A canonical host: a lower-case ASCII (IDNA) name without a trailing dot, or an address. An
/// IPv6 address that stands for an IPv4 one (`[::ffff:192.0.2.1]`) is that IPv4 address.
pub type Host = url::Host<String>;

/// Longest text read as a host, in bytes; Unicode names are longer than their ASCII form.
const TEXT_BYTES_MAX: usize = 1024;

/// Longest name, in bytes (RFC 1035).
const NAME_BYTES_MAX: usize = 253;

/// Longest part of a name between dots, in bytes (RFC 1035).
const LABEL_BYTES_MAX: usize = 63;

/// The hosts that a grant names.
///
/// An address as host grants no address that is not public: `addresses` of the grant must name
/// it too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostPattern {
    /// One host.
    Exact(Host),
    /// Every name under a domain, at any depth, but not the domain itself (`*.example.com`).
    Under(String),
}

impl HostPattern {
    /// Reads `api.example.com`, `*.example.com`, `192.0.2.1` or `[2001:db8::1]`, in any spelling
    /// that the WHATWG URL standard reads as one of these. The error is a sentence for people.
    pub fn parse(text: &str) -> Result<HostPattern, String> {
        let domain = match text.strip_prefix("*.") {
            Some(domain) if !domain.contains('*') => domain,
            None if !text.contains('*') => return canonical(text).map(HostPattern::Exact),
            _ => {
                let text = shown(text);
                return Err(format!("`{text}` has a `*` that is not its first label"));
            }
        };
        match canonical(domain)? {
            Host::Domain(domain) if domain.contains('.') => Ok(HostPattern::Under(domain)),
            Host::Domain(_) => Err(format!("`{}` is every name there is", shown(text))),
            Host::Ipv4(_) | Host::Ipv6(_) => Err(format!("`{}` is about an address", shown(text))),
        }
    }

    /// Whether it names `host`.
    pub fn matches(&self, host: &Host) -> bool {
        match (self, host) {
            (HostPattern::Exact(exact), host) => exact == host,
            (HostPattern::Under(domain), Host::Domain(name)) => is_under(domain, name),
            (HostPattern::Under(_), Host::Ipv4(_) | Host::Ipv6(_)) => false,
        }
    }

    /// Whether it names every host that `other` names.
    pub(super) fn covers(&self, other: &HostPattern) -> bool {
        match (self, other) {
            (pattern, HostPattern::Exact(host)) => pattern.matches(host),
            (HostPattern::Exact(_), HostPattern::Under(_)) => false,
            (HostPattern::Under(wide), HostPattern::Under(narrow)) => {
                wide == narrow || is_under(wide, narrow)
            }
        }
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HostPattern::Exact(host) => host.fmt(f),
            HostPattern::Under(domain) => write!(f, "*.{domain}"),
        }
    }
}

fn is_under(domain: &str, name: &str) -> bool {
    name.strip_suffix(domain)
        .and_then(|labels| labels.strip_suffix('.'))
        .is_some_and(|labels| !labels.is_empty())
}

/// The one spelling of a host. The error is a sentence for people.
pub(super) fn canonical(text: &str) -> Result<Host, String> {
    let refuse = |why: &str| Err(format!("`{}` is no host: {why}", shown(text)));
    if text.is_empty() {
        return Err("the host is empty".to_owned());
    }
    if text.len() > TEXT_BYTES_MAX {
        return refuse("it is too long");
    }
    if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return refuse("it has spaces or control characters");
    }
    if let Some(c) = text.chars().find(|c| "%@/\\?#".contains(*c)) {
        return refuse(&format!("it has a `{c}`"));
    }
    if text.contains(':') && !text.starts_with('[') {
        return refuse("it has a `:`; IPv6 addresses stand in brackets");
    }
    match Host::parse(text) {
        Ok(Host::Domain(name)) => match canonical_name(&name) {
            Ok(name) => Ok(Host::Domain(name)),
            Err(why) => refuse(why),
        },
        Ok(Host::Ipv4(address)) => Ok(Host::Ipv4(address)),
        // Sockets connect to the IPv4 address, so it must meet the rules of that address.
        Ok(Host::Ipv6(address)) => Ok(address
            .to_ipv4_mapped()
            .map_or(Host::Ipv6(address), Host::Ipv4)),
        Err(error) => refuse(&error.to_string()),
    }
}

/// A name that `url` let through, without its trailing dot. `url` also lets through what is in
/// no name that resolvers look up.
fn canonical_name(name: &str) -> Result<String, &'static str> {
    let name = name.strip_suffix('.').unwrap_or(name);
    if name.len() > NAME_BYTES_MAX {
        return Err("it is too long");
    }
    for label in name.split('.') {
        if label.is_empty() || label.len() > LABEL_BYTES_MAX {
            return Err("between dots stand 1 to 63 characters");
        }
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        if !label.bytes().all(is_allowed) {
            return Err("names have letters, digits, `-`, `_` and dots");
        }
    }
    Ok(name.to_owned())
}
