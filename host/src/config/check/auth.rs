//! `server.auth`: the keys that may call, and what a Llama Stack would have there.

use std::time::Duration;

use super::Check;
use super::read::{Fields, Spot};
use crate::config::keys::REFUSED_AUTH;
use crate::config::node::{self, Kind};
use crate::config::{ApiKey, Auth, Budget};
use crate::tool::GroupName;

/// Longest name of a key.
const NAME_BYTES_MAX: usize = 64;

const NEW_KEY: &str = "`toolhost key new NAME` prints a key and its entry";

/// Whether a key may be called so: 1 to 64 of `A-Z a-z 0-9 _ - .`
pub fn is_key_name(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    (1..=NAME_BYTES_MAX).contains(&text.len()) && text.bytes().all(is_allowed)
}

impl Check<'_> {
    pub(super) fn auth(&mut self, server: &Fields<'_>) -> Auth {
        let Some(spot) = server
            .get("auth")
            .filter(|spot| spot.node.kind != Kind::Bool(false))
        else {
            return Auth::default();
        };
        let is_map = matches!(spot.node.kind, Kind::Map(_));
        let auth = self.fields_with(spot, "server.auth", REFUSED_AUTH);
        if is_map && !self.refuse_foreign_auth(&auth) {
            self.expect_keys(&auth);
        }
        let mut keys: Vec<ApiKey> = Vec::new();
        for spot in self.items(&auth, "keys") {
            if let Some(key) = self.api_key(spot, &keys) {
                keys.push(key);
            }
        }
        Auth { keys }
    }

    /// Whether there was something to refuse.
    fn refuse_foreign_auth(&mut self, auth: &Fields<'_>) -> bool {
        let mut is_foreign = false;
        for name in REFUSED_AUTH {
            if let Some(spot) = auth.get(name) {
                is_foreign = true;
                let message =
                    format!("this host has no `{name}`, and to ignore it would be unsafe");
                let remedy = format!(
                    "list keys under `server.auth.keys` ({NEW_KEY}), or put a proxy that does it in front of this host"
                );
                self.problem(&spot, message, remedy);
            }
        }
        is_foreign
    }

    /// Without a key nobody would be kept out, which is not what `auth` looks like.
    fn expect_keys(&mut self, auth: &Fields<'_>) {
        let keys = auth.get("keys");
        if keys.as_ref().is_none_or(|spot| spot.node.is_vacant()) {
            let spot = keys.unwrap_or_else(|| auth.missing("keys"));
            let remedy = format!("list one at least ({NEW_KEY}), or remove `auth`");
            self.problem(&spot, "there are no keys", remedy);
        }
    }

    fn api_key(&mut self, spot: Spot<'_>, others: &[ApiKey]) -> Option<ApiKey> {
        let fields = self.fields(spot, "server.auth.keys[]");
        let name = self.key_name(&fields, others);
        let hash = self.key_hash(&fields, others);
        let groups = self.key_groups(&fields);
        let is_admin = self.flag(&fields, "admin");
        if is_admin && groups.is_some() {
            self.problem(
                &fields.missing("admin"),
                "a key with `groups` cannot be an admin's",
                "remove `groups` or `admin`",
            );
        }
        let budget = self.section(&fields, "budget", "server.auth.keys[].budget");
        let budget = Budget {
            calls: self.amount(&budget, "calls"),
            fuel: self.amount(&budget, "fuel"),
            bytes: self.amount(&budget, "bytes"),
            window: Duration::from_nanos(self.amount_or_default(&budget, "window")),
        };
        Some(ApiKey {
            name: name?,
            hash: hash?,
            groups,
            is_admin,
            budget,
        })
    }

    fn key_name(&mut self, fields: &Fields<'_>, others: &[ApiKey]) -> Option<String> {
        let (spot, name) = self.required(fields, "name")?;
        if !is_key_name(&name) {
            let message = format!("{} is no name of a key", spot.node.shown());
            self.problem(&spot, message, "use 1 to 64 of A-Z a-z 0-9 _ - .");
            return None;
        }
        if others.iter().any(|other| other.name == name) {
            let message = format!("{} is a key already", spot.node.shown());
            self.problem(&spot, message, "give each key its own name");
            return None;
        }
        Some(name)
    }

    fn key_hash(&mut self, fields: &Fields<'_>, others: &[ApiKey]) -> Option<[u8; 32]> {
        let (spot, text) = self.required(fields, "hash")?;
        let Some(hash) = text.strip_prefix("blake3:").and_then(bytes_of_hex) else {
            // Somebody may have pasted the key itself.
            let message = "the value is no hash of a key";
            let remedy = format!("write `blake3:` and 64 hex digits; {NEW_KEY}");
            self.problem(&spot, message, remedy);
            return None;
        };
        if let Some(other) = others.iter().find(|other| other.hash == hash) {
            let message = format!(
                "the hash is that of `{}` already",
                node::shorten(&other.name)
            );
            self.problem(&spot, message, format!("make a key of its own: {NEW_KEY}"));
            return None;
        }
        Some(hash)
    }

    /// None means all; a list that is there means what stands in it and no more.
    fn key_groups(&mut self, fields: &Fields<'_>) -> Option<Vec<GroupName>> {
        fields.get("groups")?;
        let mut groups = Vec::new();
        for spot in self.items(fields, "groups") {
            if let Some(text) = self.text_at(&spot)
                && let Some(name) = self.group_name(&spot, &text)
            {
                groups.push(name);
            }
        }
        Some(groups)
    }
}

/// The 32 bytes of 64 hex digits.
pub(super) fn bytes_of_hex(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0; 32];
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * index..2 * index + 2], 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Problem;
    use crate::config::check::tests::{NAMED_KEY, problems, read};

    fn with_key(more: &str) -> String {
        format!("server: {{auth: {{keys: [{{{NAMED_KEY}{more}}}]}}}}")
    }

    #[test]
    fn a_key_has_a_name_a_hash_groups_and_a_budget() {
        let plain = read(&with_key(""), &[]).unwrap().server.auth;
        assert_eq!(plain.keys.len(), 1);
        let key = &plain.keys[0];
        assert_eq!(
            (&*key.name, key.is_admin, &key.groups),
            ("ci", false, &None)
        );
        assert_eq!(key.hash[..4], [0x01, 0x23, 0x45, 0x67]);
        let hour = Duration::from_secs(3600);
        let none = Budget {
            calls: None,
            fuel: None,
            bytes: None,
            window: hour,
        };
        assert_eq!(key.budget, none);

        let budget =
            ", groups: [weather], budget: {calls: 1000, fuel: 100G, bytes: 100MiB, window: 1m}";
        let key = read(&with_key(budget), &[])
            .unwrap()
            .server
            .auth
            .keys
            .remove(0);
        assert_eq!(key.groups, Some(vec![GroupName::parse("weather").unwrap()]));
        let budget = Budget {
            calls: Some(1000),
            fuel: Some(100_000_000_000),
            bytes: Some(100 << 20),
            window: Duration::from_secs(60),
        };
        assert_eq!(key.budget, budget);
        assert!(
            read(&with_key(", admin: true"), &[])
                .unwrap()
                .server
                .auth
                .keys[0]
                .is_admin
        );
        for open in ["{}", "server: {auth: null}", "server: {auth: false}"] {
            assert!(
                read(open, &[]).unwrap().server.auth.keys.is_empty(),
                "{open}"
            );
        }
        // An empty list of groups is none, not all.
        let key = read(&with_key(", groups: []"), &[])
            .unwrap()
            .server
            .auth
            .keys
            .remove(0);
        assert_eq!(key.groups, Some(Vec::new()));
    }

    /// Among the problems of `text` is one that says `message` and recommends `remedy`.
    #[track_caller]
    fn refused(text: &str, message: &str, remedy: &str) {
        let Err(found) = read(text, &[]) else {
            panic!("{text} is accepted");
        };
        let is_meant = |problem: &Problem| {
            problem.message.contains(message) && problem.remedy.contains(remedy)
        };
        assert!(found.0.iter().any(is_meant), "{text}: {found}");
    }

    #[test]
    fn auth_that_keeps_nobody_out_is_refused() {
        for (auth, message, remedy) in [
            ("{}", "there are no keys", "key new"),
            ("{keys: []}", "there are no keys", "remove `auth`"),
            ("true", "`true` is no map", "key: value"),
            ("{keys: ci}", "`ci` is no list", "- "),
            (
                "{provider_config: {type: oauth2_token}}",
                "no `provider_config`",
                "server.auth.keys",
            ),
            ("{access_policy: []}", "no `access_policy`", "proxy"),
            ("{tokens: [a]}", "key `tokens` is unknown", "`keys`"),
        ] {
            refused(&format!("server: {{auth: {auth}}}"), message, remedy);
        }
    }

    #[test]
    fn a_key_that_is_no_key_is_refused() {
        for (more, message, remedy) in [
            (", admin: yes", "neither true nor false", "`true`"),
            (
                ", admin: true, groups: [a]",
                "cannot be an admin's",
                "remove `groups`",
            ),
            (", groups: ['a b']", "is no tool group name", "A-Z"),
            (
                ", budget: {calls: 0}",
                "below the least",
                "`1` to `1000000000`",
            ),
            (", budget: {window: 5}", "has no unit", "write `5s`"),
            (", budget: {time: 5s}", "key `time` is unknown", "`window`"),
        ] {
            refused(&with_key(more), message, remedy);
        }
        let other = "ab".repeat(32);
        for (entry, message, remedy) in [
            ("{name: 'a b'}", "`a b` is no name of a key", "A-Z"),
            ("{name: b}", "`hash` is missing", "hash"),
            (
                &format!("{{name: b, {}}}", &NAMED_KEY[10..]),
                "is that of `ci` already",
                "key new",
            ),
            (
                &format!("{{name: ci, hash: 'blake3:{other}'}}"),
                "`ci` is a key already",
                "own name",
            ),
        ] {
            let text = format!("server: {{auth: {{keys: [{{{NAMED_KEY}}}, {entry}]}}}}");
            refused(&text, message, remedy);
        }
    }

    #[test]
    fn a_key_pasted_in_place_of_its_hash_is_not_repeated() {
        for pasted in ["hunter2hunter2hunter2", "blake3:hunter2", "${env.SECRET}"] {
            let text = format!("server: {{auth: {{keys: [{{name: a, hash: '{pasted}'}}]}}}}");
            let problems = problems(&text, &[("SECRET", "hunter2")]);
            assert_eq!(problems.len(), 1, "{problems:?}");
            assert!(problems[0].contains("is no hash of a key"), "{problems:?}");
            assert!(!problems[0].contains("hunter2"), "{problems:?}");
        }
    }
}
