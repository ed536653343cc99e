//! `network` of grants and manifests: where requests may go.

mod peers;

use super::Check;
use super::read::{Fields, Spot};
use crate::config::node::{Kind, printable};
use crate::config::units;
use crate::policy::{
    HostPattern, NetworkGrant, NetworkNeed, PathPattern, Rate, Scheme, method_is_refused,
};

/// Longest method; every one that is registered is shorter.
const METHOD_BYTES_MAX: usize = 32;

/// Most characters of a sentence about a host or path that a problem repeats.
const REASON_CHARS_MAX: usize = 240;

const HOST_REMEDY: &str = "write a name such as `api.example.com`, `*.example.com` or an address, without scheme and port";

/// What a grant and a need say alike.
struct Reach {
    host: HostPattern,
    schemes: Vec<Scheme>,
    methods: Vec<String>,
    path: PathPattern,
    ports: Vec<u16>,
}

impl Check<'_> {
    /// `network` of a provider's grants.
    pub(super) fn network(&mut self, grants: &Fields<'_>) -> Vec<NetworkGrant> {
        if let Some(spot) = grants.get("network").filter(|spot| !spot.node.is_vacant()) {
            self.refuse_forbidden(&spot, "network");
        }
        let mut network = Vec::new();
        for spot in self.few(grants, "network") {
            let schema = "providers.tool_runtime[].config.grants.network[]";
            if let Some(fields) = self.entry(spot, schema) {
                network.extend(self.network_grant(&fields));
            }
        }
        network
    }

    /// `network` of a manifest.
    pub(super) fn network_needs(&mut self, manifest: &Fields<'_>) -> Vec<NetworkNeed> {
        let mut needs = Vec::new();
        for spot in self.few(manifest, "network") {
            let fields = self.entry(spot, "network[]");
            let Some(reach) = fields.and_then(|fields| self.reach(&fields)) else {
                continue;
            };
            needs.push(NetworkNeed {
                host: reach.host,
                schemes: reach.schemes,
                methods: reach.methods,
                path: reach.path,
                ports: reach.ports,
            });
        }
        needs
    }

    fn network_grant(&mut self, fields: &Fields<'_>) -> Option<NetworkGrant> {
        let reach = self.reach(fields);
        let request_bytes = self.amount_or_default(fields, "request_bytes");
        let response_bytes = self.amount_or_default(fields, "response_bytes");
        let rate = self.rate(fields);
        let addresses = self.addresses(fields);
        let ca = self.certificate_authorities(fields);
        let reach = reach?;
        if let Some(spot) = fields.get("schemes")
            && reach.schemes.contains(&Scheme::Http)
        {
            self.refuse_forbidden(&spot, "network.http");
        }
        Some(NetworkGrant {
            host: reach.host,
            schemes: reach.schemes,
            methods: reach.methods,
            path: reach.path,
            ports: reach.ports,
            request_bytes,
            response_bytes,
            rate,
            addresses,
            ca,
        })
    }

    fn reach(&mut self, fields: &Fields<'_>) -> Option<Reach> {
        let host = self.required(fields, "host");
        let host = host.and_then(|(spot, text)| self.host(&spot, &text));
        let schemes = self.choices(fields, "schemes", [Scheme::Https, Scheme::Http]);
        let schemes = schemes.map(|schemes| schemes.into_iter().map(|(_, scheme)| scheme));
        let schemes: Vec<Scheme> = schemes.map_or(vec![Scheme::Https], Iterator::collect);
        let ports = self.amounts(fields, "ports");
        let port = |amount| u16::try_from(amount).unwrap_or(u16::MAX);
        let ports = ports.map(|ports| ports.into_iter().map(port).collect());
        let methods = self.methods(fields);
        for name in ["schemes", "methods", "ports"] {
            self.refuse_vacant(fields, name);
        }
        Some(Reach {
            path: self.path_pattern(fields),
            methods,
            ports: ports.unwrap_or_else(|| schemes.iter().map(|scheme| scheme.port()).collect()),
            schemes,
            host: host?,
        })
    }

    /// Reports a list without entries: a grant of nothing looks like one of everything.
    fn refuse_vacant(&mut self, fields: &Fields<'_>, name: &str) {
        let empty = Kind::List(Vec::new());
        if let Some(spot) = fields.get(name).filter(|spot| spot.node.kind == empty) {
            self.problem(
                &spot,
                "the list is empty",
                "write an entry, or remove the key",
            );
        }
    }

    /// A host or the hosts under a domain.
    pub(super) fn host(&mut self, spot: &Spot<'_>, text: &str) -> Option<HostPattern> {
        let parsed = HostPattern::parse(text);
        self.parsed(spot, parsed, "host", HOST_REMEDY)
    }

    fn path_pattern(&mut self, fields: &Fields<'_>) -> PathPattern {
        let remedy = "write a pattern such as `/v1/items/*` or `/v1/**`";
        let parsed = fields.get("path").and_then(|spot| {
            let parsed = PathPattern::parse(&self.text_at(&spot)?);
            self.parsed(&spot, parsed, "path pattern", remedy)
        });
        parsed.unwrap_or_else(PathPattern::any)
    }

    fn parsed<T>(
        &mut self,
        spot: &Spot<'_>,
        parsed: Result<T, String>,
        what: &str,
        remedy: &str,
    ) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(reason) => {
                // The reason repeats what the environment said.
                let message = if spot.node.substituted.is_some() {
                    format!("{} is no {what}", spot.node.shown())
                } else {
                    printable(&reason).chars().take(REASON_CHARS_MAX).collect()
                };
                self.problem(spot, message, remedy);
                None
            }
        }
    }

    fn methods(&mut self, fields: &Fields<'_>) -> Vec<String> {
        if fields.get("methods").is_none() {
            return vec!["GET".to_owned(), "HEAD".to_owned()];
        }
        let mut methods = Vec::new();
        for spot in self.few(fields, "methods") {
            let Some(method) = self.text_at(&spot) else {
                continue;
            };
            let shown = spot.node.shown();
            if method_is_refused(&method) {
                let message = format!("{shown} cannot be granted: it is for proxies");
                self.problem(&spot, message, "remove it");
            } else if method.len() > METHOD_BYTES_MAX || !is_token(&method) {
                let remedy = "write methods such as `GET` or `POST`";
                self.problem(&spot, format!("{shown} is no method"), remedy);
            } else if method.bytes().any(|byte| byte.is_ascii_lowercase()) {
                // To servers, `get` is another method than `GET`.
                let message = format!("{shown} is not in upper case");
                self.problem(&spot, message, "write methods such as `GET` or `POST`");
            } else if !methods.contains(&method) {
                methods.push(method);
            }
        }
        methods
    }

    fn rate(&mut self, fields: &Fields<'_>) -> Rate {
        let default = fields.key("rate").default;
        let written = fields.get("rate").and_then(|spot| {
            let rate = spot.node.text().as_deref().and_then(units::rate);
            if rate.is_none() {
                let message = format!("{} is no rate", spot.node.shown());
                let remedy =
                    format!("write 1 to 100000 and then `/s`, `/m` or `/h`, such as `{default}`");
                self.problem(&spot, message, remedy);
            }
            rate
        });
        written.unwrap_or_else(|| {
            units::rate(default).expect("the default in the table is a rate, which a test checks")
        })
    }
}

/// Whether `text` is a token of RFC 9110, as methods and names of headers are.
pub(super) fn is_token(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_allowed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::check::tests::{Folder, check, granted, problems, read};
    use std::time::Duration;

    fn network(text: &str) -> Vec<NetworkGrant> {
        let text = granted(&format!("{{network: {text}}}"));
        let mut config = read(&text, &[]).unwrap_or_else(|problems| panic!("{problems}"));
        config.providers.remove(0).grants.network
    }

    #[test]
    fn a_grant_of_a_host_alone_is_narrow() {
        let grant = network("[{host: api.example.com}]").remove(0);
        assert_eq!(grant.host, HostPattern::parse("api.example.com").unwrap());
        assert_eq!(grant.schemes, [Scheme::Https]);
        assert_eq!(grant.methods, ["GET", "HEAD"]);
        assert_eq!(grant.path, PathPattern::any());
        assert_eq!(grant.ports, [443]);
        assert_eq!(
            (grant.request_bytes, grant.response_bytes),
            (64 << 10, 4 << 20)
        );
        assert_eq!(grant.rate.to_string(), "10/s");
        assert!(grant.addresses.is_empty() && grant.ca.is_none());
        let both = network("[{host: a.example, schemes: [http, https, http]}]").remove(0);
        assert_eq!(both.schemes, [Scheme::Http, Scheme::Https]);
        assert_eq!(both.ports, [80, 443]);
    }

    #[test]
    fn a_grant_says_all_its_bounds() {
        let folder = Folder::new("bounds");
        let ca = folder.write("ca.pem", "-----BEGIN CERTIFICATE-----\n");
        let text = format!(
            "[{{host: '*.example.com', schemes: [http], methods: [POST, POST, PURGE], path: /v1/**, ports: [8080, 65535], request_bytes: 1KiB, response_bytes: 0B, rate: 600/m, addresses: [10.0.0.0/8, 'fd00::/8'], ca: {}}}, {{host: 10.1.2.3}}]",
            ca.display()
        );
        let grants = network(&text);
        let grant = &grants[0];
        assert_eq!(grant.host.to_string(), "*.example.com");
        assert_eq!(grant.methods, ["POST", "PURGE"]);
        assert_eq!(grant.path.to_string(), "/v1/**");
        assert_eq!(grant.ports, [8080, 65535]);
        assert_eq!((grant.request_bytes, grant.response_bytes), (1024, 0));
        let per = Duration::from_secs(60);
        assert_eq!(grant.rate, Rate { count: 600, per });
        assert_eq!(
            grant.addresses,
            ["10.0.0.0/8", "fd00::/8"].map(|text| text.parse().unwrap())
        );
        assert_eq!(grant.ca.as_deref(), Some(&*ca));
        assert_eq!(grants[1].host.to_string(), "10.1.2.3");
    }

    #[test]
    fn a_grant_that_is_no_grant_is_a_problem() {
        for (entry, message, remedy) in [
            ("{}", "`host` is missing", "write `host: …`"),
            ("x", "`x` is no map", "key: value"),
            (
                "{host: 'https://a.example'}",
                "a.example",
                "without scheme and port",
            ),
            ("{host: a.example, path: v1}", "v1", "/v1/**"),
            (
                "{host: a.example, schemes: [ftp]}",
                "`ftp` is none of `https`, `http`",
                "one of",
            ),
            (
                "{host: a.example, schemes: [htps]}",
                "`htps` is none of",
                "write `https`",
            ),
            (
                "{host: a.example, schemes: []}",
                "the list is empty",
                "remove the key",
            ),
            (
                "{host: a.example, methods: []}",
                "the list is empty",
                "remove the key",
            ),
            (
                "{host: a.example, ports: []}",
                "the list is empty",
                "remove the key",
            ),
            (
                "{host: a.example, methods: [get]}",
                "`get` is not in upper case",
                "`GET`",
            ),
            (
                "{host: a.example, methods: ['A B']}",
                "`A B` is no method",
                "`GET`",
            ),
            (
                "{host: a.example, methods: ['']}",
                "`` is no method",
                "`GET`",
            ),
            (
                "{host: a.example, methods: [CONNECT]}",
                "`CONNECT` cannot be granted",
                "remove",
            ),
            (
                "{host: a.example, methods: [TRACE]}",
                "`TRACE` cannot be granted",
                "remove",
            ),
            (
                "{host: a.example, ports: [0]}",
                "`0` is below the least, `1`",
                "`1` to `65535`",
            ),
            (
                "{host: a.example, ports: [65536]}",
                "`65536` is above the most",
                "`1` to `65535`",
            ),
            ("{host: a.example, ports: 443}", "`443` is no list", "- "),
            (
                "{host: a.example, rate: 10}",
                "`10` is no rate",
                "such as `10/s`",
            ),
            (
                "{host: a.example, rate: 0/s}",
                "`0/s` is no rate",
                "1 to 100000",
            ),
            (
                "{host: a.example, hots: b}",
                "key `hots` is unknown",
                "write `host`",
            ),
        ] {
            check(
                &granted(&format!("{{network: [{entry}]}}")),
                message,
                remedy,
            );
        }
        let many = "{host: a.example},".repeat(65);
        let text = granted(&format!("{{network: [{many}]}}"));
        check(
            &text,
            "there are 65 entries, and 64 is the most",
            "remove some",
        );
    }

    #[test]
    fn a_host_from_the_environment_is_in_no_problem() {
        let text = granted(
            "{network: [{host: '${env.H}', path: '${env.H}', methods: ['${env.H}'], addresses: ['${env.H}'], rate: '${env.H}', ca: '${env.H}'}]}",
        );
        let found = problems(&text, &[("H", "hunter2 /x")]);
        assert_eq!(found.len(), 6, "{found:?}");
        assert!(
            found.iter().all(|problem| !problem.contains("hunter2")),
            "{found:?}"
        );
    }
}
