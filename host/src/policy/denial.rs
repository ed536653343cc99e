//! What was denied to a running guest, by which rule, and how to grant it.

use std::fmt;

/// One thing that a guest tried and may not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// The rule that said no.
    pub rule: Rule,
    /// What the guest tried, printable and short, such as `GET https://example.com/x`.
    pub target: String,
    /// Why not, in one sentence without a full stop.
    pub reason: String,
    /// The YAML that would grant it, under the provider's `config`; `None` if no config can.
    pub grant: Option<String>,
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.target, self.reason, self.rule)
    }
}

/// The rules; their words are metric labels and stand in `docs/security.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// No grant names the host.
    Host,
    /// The host is granted, the scheme is not.
    Scheme,
    /// The host is granted, the port is not.
    Port,
    /// The host is granted, the method is not.
    Method,
    /// The host is granted, the path is not.
    Path,
    /// The URL or a header is written so that servers may read it differently.
    Malformed,
    /// The host resolves to an address that is not public.
    Address,
    /// The address is one that this host listens on.
    OwnPort,
    /// More requests than the grant's `rate`.
    Rate,
    /// More requests than the call's `limits.http_requests`.
    Requests,
    /// The request's body is larger than the grant allows.
    RequestBytes,
    /// The response's body is larger than the grant allows.
    ResponseBytes,
    /// The component's own manifest does not declare it.
    Undeclared,
    /// Raw sockets and name lookup, which nothing grants.
    Sockets,
    /// A change of what may only be read.
    ReadOnly,
    /// The folder would hold more than the grant allows.
    FileQuota,
    /// Devices, pipes and sockets are no files.
    SpecialFile,
    /// A store that is not granted.
    Keyvalue,
    /// The store would hold more than the grant allows.
    KeyvalueQuota,
}

impl Rule {
    /// Every rule, for the docs.
    pub const ALL: [Rule; 19] = [
        Rule::Host,
        Rule::Scheme,
        Rule::Port,
        Rule::Method,
        Rule::Path,
        Rule::Malformed,
        Rule::Address,
        Rule::OwnPort,
        Rule::Rate,
        Rule::Requests,
        Rule::RequestBytes,
        Rule::ResponseBytes,
        Rule::Undeclared,
        Rule::Sockets,
        Rule::ReadOnly,
        Rule::FileQuota,
        Rule::SpecialFile,
        Rule::Keyvalue,
        Rule::KeyvalueQuota,
    ];

    /// The stable word.
    pub fn as_str(self) -> &'static str {
        match self {
            Rule::Host => "network.host",
            Rule::Scheme => "network.scheme",
            Rule::Port => "network.port",
            Rule::Method => "network.method",
            Rule::Path => "network.path",
            Rule::Malformed => "network.malformed",
            Rule::Address => "network.address",
            Rule::OwnPort => "network.own_port",
            Rule::Rate => "network.rate",
            Rule::Requests => "network.requests",
            Rule::RequestBytes => "network.request_bytes",
            Rule::ResponseBytes => "network.response_bytes",
            Rule::Undeclared => "undeclared",
            Rule::Sockets => "sockets",
            Rule::ReadOnly => "files.read_only",
            Rule::FileQuota => "files.quota",
            Rule::SpecialFile => "files.special",
            Rule::Keyvalue => "keyvalue",
            Rule::KeyvalueQuota => "keyvalue.quota",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Denials kept of one call; a guest may try forever.
const KEPT_MAX: usize = 16;

/// What was denied to one call: the first few as they were, all of them counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Denials {
    /// The first ones, in order, each different from the others.
    pub first: Vec<Denial>,
    /// How many there were, by rule.
    pub counts: Vec<(Rule, u64)>,
}

impl Denials {
    /// Adds one.
    pub fn push(&mut self, denial: Denial) {
        match self
            .counts
            .iter_mut()
            .find(|(rule, _)| *rule == denial.rule)
        {
            Some((_, count)) => *count += 1,
            None => self.counts.push((denial.rule, 1)),
        }
        if self.first.len() < KEPT_MAX && !self.first.contains(&denial) {
            self.first.push(denial);
        }
    }

    /// Whether nothing was denied.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }
}
