//! What a grant lets through and what a need declares, seen alike.

use super::denial::Rule;
use super::grants::{NetworkGrant, Scheme};
use super::host::HostPattern;
use super::needs::NetworkNeed;
use super::network::Target;
use super::path::PathPattern;
use super::yaml;

/// Methods of a grant or need that states none.
pub(super) const METHODS: [&str; 2] = ["GET", "HEAD"];

/// Requests, by where they go and how.
#[derive(Clone, Copy)]
pub(super) struct Reach<'a> {
    pub(super) host: &'a HostPattern,
    pub(super) schemes: &'a [Scheme],
    pub(super) methods: &'a [String],
    pub(super) path: &'a PathPattern,
    pub(super) ports: &'a [u16],
}

impl<'a> From<&'a NetworkGrant> for Reach<'a> {
    fn from(grant: &'a NetworkGrant) -> Reach<'a> {
        Reach {
            host: &grant.host,
            schemes: &grant.schemes,
            methods: &grant.methods,
            path: &grant.path,
            ports: &grant.ports,
        }
    }
}

impl<'a> From<&'a NetworkNeed> for Reach<'a> {
    fn from(need: &'a NetworkNeed) -> Reach<'a> {
        Reach {
            host: &need.host,
            schemes: &need.schemes,
            methods: &need.methods,
            path: &need.path,
            ports: &need.ports,
        }
    }
}

impl Reach<'_> {
    /// Which rule keeps `target` out, the coarsest first: host, scheme, port, method, path.
    pub(super) fn refusal(&self, target: &Target) -> Option<Rule> {
        if !self.host.matches(&target.host) {
            Some(Rule::Host)
        } else if !self.schemes.contains(&target.scheme) {
            Some(Rule::Scheme)
        } else if !self.ports.contains(&target.port) {
            Some(Rule::Port)
        } else if !self.methods.contains(&target.method) {
            Some(Rule::Method)
        } else if !self.path.matches(&target.path) {
            Some(Rule::Path)
        } else {
            None
        }
    }

    /// Whether some of `grants` lets through each request that is reached here. Several grants
    /// may share the schemes, ports and methods; the hosts and paths of one must do.
    pub(super) fn is_covered(&self, grants: &[NetworkGrant]) -> bool {
        let wide: Vec<&NetworkGrant> = grants
            .iter()
            .filter(|grant| grant.host.covers(self.host) && grant.path.covers(self.path))
            .collect();
        self.schemes.iter().all(|scheme| {
            self.ports.iter().all(|port| {
                self.methods.iter().all(|method| {
                    wide.iter().any(|grant| {
                        grant.schemes.contains(scheme)
                            && grant.ports.contains(port)
                            && grant.methods.contains(method)
                    })
                })
            })
        })
    }

    /// Its keys and values in YAML, without those that are the default.
    pub(super) fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = vec![("host", yaml::quote(&self.host.to_string()))];
        if self.schemes != [Scheme::Https] {
            let words = self.schemes.iter().map(|scheme| scheme.as_str());
            pairs.push(("schemes", yaml::list(words)));
        }
        if self.methods != METHODS {
            pairs.push(("methods", yaml::list(self.methods)));
        }
        if *self.path != PathPattern::any() {
            pairs.push(("path", yaml::quote(&self.path.to_string())));
        }
        let standard = self.schemes.iter().map(|scheme| scheme.port());
        if !self.ports.iter().copied().eq(standard) {
            let ports: Vec<String> = self.ports.iter().map(u16::to_string).collect();
            pairs.push(("ports", format!("[{}]", ports.join(", "))));
        }
        pairs
    }
}
