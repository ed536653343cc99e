//! `secrets` of grants: credentials that the host adds to requests.
//!
//! What stands here may be a secret by mistake, so no problem repeats it where it could be.

mod value;

use super::Check;
use super::grants::{NAME_REMEDY, is_name};
use super::network::is_token;
use super::read::{Fields, Spot};
use crate::config::node::Kind;
use crate::policy::{HostPattern, NetworkGrant, SecretGrant};

/// Shortest value that is also looked for inside of other texts.
const SEARCHED_BYTES_MIN: usize = 8;

/// Longest `prefix`.
const PREFIX_BYTES_MAX: usize = 256;

/// Headers that say how a message is sent or where to; a value of them would misdirect it.
const FRAMING: [&str; 12] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

impl Check<'_> {
    /// `secrets`; `network` is `None` if it was not read whole.
    pub(super) fn secrets(
        &mut self,
        grants: &Fields<'_>,
        network: Option<&[NetworkGrant]>,
    ) -> Vec<SecretGrant> {
        let Some(list) = grants.get("secrets") else {
            return Vec::new();
        };
        if !matches!(list.node.kind, Kind::List(_)) {
            let remedy = "write entries that begin with `- `";
            self.problem(&list, "the value of `secrets` is no list", remedy);
            return Vec::new();
        }
        if !list.node.is_vacant() {
            self.refuse_forbidden(&list, "secrets");
        }
        let mut secrets: Vec<SecretGrant> = Vec::new();
        for spot in self.few(grants, "secrets") {
            if !matches!(spot.node.kind, Kind::Map(_)) {
                let remedy = "write `name`, `from` and `send_to`";
                self.problem(&spot, "an entry of `secrets` is no map", remedy);
                continue;
            }
            let fields = self.fields(spot, "providers.tool_runtime[].config.grants.secrets[]");
            secrets.extend(self.secret(&fields, network, &secrets));
        }
        secrets
    }

    fn secret(
        &mut self,
        fields: &Fields<'_>,
        network: Option<&[NetworkGrant]>,
        others: &[SecretGrant],
    ) -> Option<SecretGrant> {
        let name = self.secret_name(fields, others);
        let value = self.secret_value(fields, name.as_deref());
        let send_to = self.secret_host(fields, network);
        self.choice(fields, "as", [()]);
        let header = self.secret_header(fields);
        let prefix = self.secret_prefix(fields);
        let (send_to, header) = (send_to?, header?);
        if let Some(other) = others
            .iter()
            .find(|other| other.send_to == send_to && other.header == header)
        {
            let message = format!("`{}` is sent there in the same header", other.name);
            let remedy = "give one of the two another `header`, or remove it";
            self.problem(&fields.spot, message, remedy);
        }
        Some(SecretGrant {
            name: name?,
            value: value?,
            send_to,
            header,
            prefix,
        })
    }

    fn secret_name(&mut self, fields: &Fields<'_>, others: &[SecretGrant]) -> Option<String> {
        let (spot, name) = self.required(fields, "name")?;
        if !is_name(&name) {
            self.problem(&spot, "the value is no name of a secret", NAME_REMEDY);
            return None;
        }
        if others.iter().any(|other| other.name == name) {
            let message = format!("{} is a secret already", spot.node.shown());
            self.problem(&spot, message, "give each secret its own `name`");
            return None;
        }
        Some(name)
    }

    /// The one host that gets the secret; requests to it must be granted.
    fn secret_host(
        &mut self,
        fields: &Fields<'_>,
        network: Option<&[NetworkGrant]>,
    ) -> Option<HostPattern> {
        let (spot, text) = self.required(fields, "send_to")?;
        let pattern = self.host(&spot, &text)?;
        let HostPattern::Exact(host) = &pattern else {
            let message = format!("{} is more than one host", spot.node.shown());
            let remedy = "name the one host that gets the secret, such as `api.example.com`";
            self.problem(&spot, message, remedy);
            return None;
        };
        if network.is_some_and(|grants| grants.iter().all(|grant| !grant.host.matches(host))) {
            let message = format!("no network grant names {}", spot.node.shown());
            let remedy = match spot.node.substituted {
                Some(_) => "add an entry with this `host` to `grants.network`".to_owned(),
                None => format!("add `- {{ host: {} }}` to `grants.network`", yaml(&pattern)),
            };
            self.problem(&spot, message, remedy);
        }
        Some(pattern)
    }

    /// In lower case.
    fn secret_header(&mut self, fields: &Fields<'_>) -> Option<String> {
        let Some(spot) = fields.get("header") else {
            return Some(fields.key("header").default.to_owned());
        };
        let header = self.text_at(&spot)?.to_ascii_lowercase();
        let shown = spot.node.shown();
        let remedy = "write a header such as `authorization` or `x-api-key`";
        if FRAMING.contains(&&*header) {
            let message = format!("{shown} is a header that only the host may set");
            self.problem(&spot, message, remedy);
            return None;
        }
        if header.len() > PREFIX_BYTES_MAX || !is_token(&header) {
            self.problem(&spot, format!("{shown} is no name of a header"), remedy);
            return None;
        }
        Some(header)
    }

    fn secret_prefix(&mut self, fields: &Fields<'_>) -> String {
        let Some(spot) = fields.get("prefix") else {
            return String::new();
        };
        let prefix = spot.node.text().unwrap_or_default();
        if prefix.is_empty()
            || prefix.len() > PREFIX_BYTES_MAX
            || prefix.starts_with(' ')
            || !prefix.bytes().all(is_sendable)
        {
            let message = "the value cannot stand before a secret in a header";
            self.problem(
                &spot,
                message,
                "write a text such as `\"Bearer \"`, or remove it",
            );
        }
        prefix
    }

    /// Reports each text under `spot` that shows a secret, to the guest or to whoever may look
    /// at the config.
    pub(super) fn refuse_leaks(&mut self, spot: &Spot<'_>, secrets: &[SecretGrant]) {
        match &spot.node.kind {
            Kind::Map(entries) => {
                for entry in entries {
                    self.refuse_leaks(&spot.under(entry), secrets);
                }
            }
            Kind::List(items) => {
                for (index, node) in items.iter().enumerate() {
                    let path = format!("{}[{index}]", spot.path);
                    self.refuse_leaks(&Spot::at(node, path), secrets);
                }
            }
            Kind::Null | Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) | Kind::Text(_) => {
                let text = spot.node.text().unwrap_or_default();
                if let Some(leaked) = secrets.iter().find(|secret| shows(&text, secret)) {
                    let message = format!("the value shows the secret `{}`", leaked.name);
                    let remedy = "remove it; the host adds the secret to requests itself";
                    self.problem(spot, message, remedy);
                }
            }
        }
    }
}

/// Whether `text` shows the value of `secret`.
fn shows(text: &str, secret: &SecretGrant) -> bool {
    let value = secret.value.reveal();
    text == value || (value.len() >= SEARCHED_BYTES_MIN && text.contains(value))
}

fn is_sendable(byte: u8) -> bool {
    (0x20..=0x7e).contains(&byte)
}

/// `host` as YAML; an IPv6 address in brackets would be a list.
fn yaml(host: &HostPattern) -> String {
    let text = host.to_string();
    if text.starts_with('[') {
        return format!("'{text}'");
    }
    text
}

#[cfg(test)]
mod tests {
    use crate::config::check::tests::{check_with, granted, problems, read};

    const HOST: &str = "network: [{host: api.example.com}]";
    const VALUE: (&str, &str) = ("KEY", "hunter2hunter2");

    fn secrets(entries: &str) -> String {
        granted(&format!("{{{HOST}, secrets: [{entries}]}}"))
    }

    #[test]
    fn a_secret_goes_to_one_granted_host() {
        let good = "name: k, from: 'env:KEY'";
        for (entry, message, remedy) in [
            (
                "{from: 'env:KEY', send_to: api.example.com}",
                "`name` is missing",
                "name: …",
            ),
            (
                "{name: a/b, from: 'env:KEY', send_to: api.example.com}",
                "no name",
                "1 to 64",
            ),
            (
                "{name: k, send_to: api.example.com}",
                "`from` is missing",
                "from: …",
            ),
            (&format!("{{{good}}}"), "`send_to` is missing", "send_to: …"),
            (
                &format!("{{{good}, send_to: other.example}}"),
                "no network grant names `other.example`",
                "add `- { host: other.example }` to `grants.network`",
            ),
            (
                &format!("{{{good}, send_to: '*.example.com'}}"),
                "more than one host",
                "the one host",
            ),
            (
                &format!("{{{good}, send_to: 'https://api.example.com'}}"),
                "api.example.com",
                "without scheme",
            ),
            (
                &format!("{{{good}, send_to: api.example.com, value: hunter2}}"),
                "key `value` is unknown",
                "known keys",
            ),
            (
                &format!(
                    "{{{good}, send_to: api.example.com}}, {{{good}, send_to: api.example.com, header: b}}"
                ),
                "`k` is a secret already",
                "own `name`",
            ),
            (
                &format!(
                    "{{{good}, send_to: api.example.com}}, {{name: l, from: 'env:KEY', send_to: API.example.com}}"
                ),
                "`k` is sent there in the same header",
                "another `header`",
            ),
        ] {
            check_with(&secrets(entry), &[VALUE], message, remedy);
        }
    }

    #[test]
    fn a_secret_stands_in_a_header_that_it_cannot_break() {
        for (more, message, remedy) in [
            ("as: query", "`query` is none of `header`", "`header`"),
            ("header: Host", "only the host may set", "`x-api-key`"),
            ("header: 'a b'", "no name of a header", "`x-api-key`"),
            ("prefix: \"a\\nb\"", "before a secret", "Bearer"),
        ] {
            let entry = format!("{{name: k, from: 'env:KEY', send_to: api.example.com, {more}}}");
            check_with(&secrets(&entry), &[VALUE], message, remedy);
        }
    }

    #[test]
    fn what_may_be_a_secret_in_the_wrong_place_is_not_repeated() {
        for (secrets, message) in [
            ("hunter2", "the value of `secrets` is no list"),
            ("[hunter2]", "an entry of `secrets` is no map"),
            ("[[hunter2]]", "an entry of `secrets` is no map"),
        ] {
            let text = granted(&format!("{{{HOST}, secrets: {secrets}}}"));
            check_with(&text, &[VALUE], message, "write");
            assert!(!problems(&text, &[VALUE])[0].contains("hunter2"));
        }
    }

    #[test]
    fn a_grant_covers_the_hosts_that_it_matches() {
        let entry = "{name: k, from: 'env:KEY', send_to: api.example.com}";
        // A grant that cannot be read is one problem, not two.
        let text = secrets(entry);
        let text = text.replace("host: api.example.com", "host: 'a b/c'");
        assert_eq!(problems(&text, &[VALUE]).len(), 1);
        // One grant for all hosts under a domain covers each.
        let text = secrets(entry);
        assert!(
            read(
                &text
                    .replace("{host: api", "{host: '*")
                    .replace("*.example.com}", "*.example.com'}"),
                &[VALUE]
            )
            .is_ok()
        );
    }

    #[test]
    fn a_secret_that_something_else_shows_is_a_problem() {
        let with = |rest: &str| {
            granted(&format!(
                "{{{HOST}, secrets: [{{name: k, from: 'env:KEY', send_to: api.example.com}}], {rest}}}"
            ))
        };
        for rest in [
            "env: {TOKEN: '${env.KEY}'}",
            "env: {A: b, TOKEN: 'Bearer ${env.KEY}'}",
            "config: {token: '${env.KEY}'}",
            "clock: real}, tools: {t: {description: 'uses ${env.KEY}'}",
            "clock: real}, functions: ['${env.KEY}'], tools: {",
        ] {
            let message = "the value shows the secret `k`";
            check_with(&with(rest), &[VALUE], message, "adds the secret");
        }
        // A short one is part of many words.
        assert!(read(&with("env: {MODE: testing}"), &[("KEY", "test")]).is_ok());
        assert!(read(&with("env: {MODE: test}"), &[("KEY", "test")]).is_err());
        // One of digits is no text to YAML.
        assert!(read(&with("env: {PIN: '${env.KEY}'}"), &[("KEY", "12345678")]).is_err());
    }
}
