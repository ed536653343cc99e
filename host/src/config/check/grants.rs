//! `config.grants` of a provider: what its tools may reach.

use super::Check;
use super::read::{Fields, Spot};
use crate::policy::{Clock, Grants, KeyvalueGrant, Random};

/// Longest name of a secret or store.
const NAME_BYTES_MAX: usize = 64;

/// Longest name of an environment variable or config key.
const KEY_BYTES_MAX: usize = 256;

/// Longest value of one.
const VALUE_BYTES_MAX: usize = 64 * 1024;

pub(super) const NAME_REMEDY: &str =
    "use 1 to 64 of A-Z a-z 0-9 _ - ., and begin with a letter, digit or _";

/// Whether a secret or store may be called so; the name may become one of a file.
pub(super) fn is_name(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    (1..=NAME_BYTES_MAX).contains(&text.len())
        && text.bytes().all(is_allowed)
        && !text.starts_with(['.', '-'])
}

impl Check<'_> {
    pub(super) fn grants(&mut self, config: &Fields<'_>) -> Grants {
        let fields = self.section(config, "grants", "providers.tool_runtime[].config.grants");
        let before = self.problems.len();
        let network = self.network(&fields);
        let is_whole = self.problems.len() == before;
        let secrets = self.secrets(&fields, is_whole.then_some(&*network));
        let grants = Grants {
            network,
            files: self.files(&fields),
            env: self.pairs(&fields, "env"),
            secrets,
            config: self.pairs(&fields, "config").into_iter().collect(),
            keyvalue: self.keyvalue(&fields),
            clock: self.choice(
                &fields,
                "clock",
                [Clock::Real, Clock::Frozen, Clock::Coarse],
            ),
            random: self.choice(&fields, "random", [Random::Real, Random::Seeded]),
        };
        self.refuse_leaks(&config.spot, &grants.secrets);
        for (name, is_default) in [
            ("env", grants.env.is_empty()),
            ("config", grants.config.is_empty()),
            ("clock", grants.clock == Clock::Real),
            ("random", grants.random == Random::Real),
        ] {
            if let Some(spot) = fields.get(name).filter(|_| !is_default) {
                self.refuse_forbidden(&spot, name);
            }
        }
        grants
    }

    /// The texts of the map under `name`, in the order of the file.
    fn pairs(&mut self, grants: &Fields<'_>, name: &str) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        for (key, spot) in self.few_entries(grants, name) {
            let is_named = self.expect_key(&spot, key);
            let Some(value) = self.text_at(&spot) else {
                continue;
            };
            if value.contains('\0') || value.len() > VALUE_BYTES_MAX {
                let message = "the value holds a NUL character or is longer than 64 KiB";
                self.problem(&spot, message, "write a shorter text without it");
            } else if is_named {
                pairs.push((key.to_owned(), value));
            }
        }
        pairs
    }

    /// Whether an environment variable or config key may be called `key`.
    pub(super) fn expect_key(&mut self, spot: &Spot<'_>, key: &str) -> bool {
        let is_key = (1..=KEY_BYTES_MAX).contains(&key.len())
            && !key.contains(|c: char| c.is_control() || c == '=');
        if !is_key {
            let remedy = "use 1 to 256 bytes without `=` and control characters";
            self.problem(spot, "the name can be that of no variable or key", remedy);
        }
        is_key
    }

    fn keyvalue(&mut self, grants: &Fields<'_>) -> Option<KeyvalueGrant> {
        let spot = grants.get("keyvalue")?;
        self.refuse_forbidden(&spot, "keyvalue");
        if !self.keeps_data {
            let message = "there is no folder to keep the store in";
            let remedy = "set `toolhost.data_dir` or `TOOLHOST_DATA_DIR`, or remove `keyvalue`";
            self.problem(&spot, message, remedy);
        }
        let fields = self.entry(spot, "providers.tool_runtime[].config.grants.keyvalue")?;
        let store = self.required(&fields, "store");
        let store = store.and_then(|(spot, store)| self.store(&spot, store));
        let bytes = self.amount_or_default(&fields, "bytes");
        Some(KeyvalueGrant {
            store: store?,
            bytes,
        })
    }

    /// The identifier of a key-value store.
    pub(super) fn store(&mut self, spot: &Spot<'_>, store: String) -> Option<String> {
        if !is_name(&store) {
            let message = format!("{} is no name of a store", spot.node.shown());
            self.problem(spot, message, NAME_REMEDY);
            return None;
        }
        Some(store)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::check::parse;
    use crate::config::check::tests::{Folder, check, check_with, granted, problems, read};
    use crate::config::{Imports, Overrides};

    fn grants(text: &str) -> Grants {
        let text = granted(text);
        let config = read(&text, &[("TOOLHOST_DATA_DIR", "/d"), ("ZONE", "UTC")]);
        let mut config = config.unwrap_or_else(|problems| panic!("{problems}"));
        config.providers.remove(0).grants
    }

    #[test]
    fn nothing_is_granted_that_is_not_written() {
        for text in [
            "null",
            "{}",
            "{network: [], files: null, env: {}, secrets: [], config: {}}",
        ] {
            let grants = grants(text);
            assert!(
                grants.network.is_empty() && grants.files.is_empty(),
                "{text}"
            );
            assert!(grants.env.is_empty() && grants.secrets.is_empty(), "{text}");
            assert!(
                grants.config.is_empty() && grants.keyvalue.is_none(),
                "{text}"
            );
            assert_eq!((grants.clock, grants.random), (Clock::Real, Random::Real));
        }
    }

    #[test]
    fn what_is_written_is_granted() {
        let grants = grants(
            "{env: {Z: z, TZ: '${env.ZONE}'}, config: {units: metric}, keyvalue: {store: notes}, clock: frozen, random: seeded}",
        );
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(grants.env, [pair("Z", "z"), pair("TZ", "UTC")]);
        assert_eq!(grants.config["units"], "metric");
        let store = "notes".to_owned();
        let bytes = 1 << 20;
        assert_eq!(grants.keyvalue, Some(KeyvalueGrant { store, bytes }));
        assert_eq!(
            (grants.clock, grants.random),
            (Clock::Frozen, Random::Seeded)
        );
    }

    #[test]
    fn imports_without_grants_are_denied_or_refused() {
        for (written, expected) in [
            ("{}", Imports::Lenient),
            ("{imports: lenient}", Imports::Lenient),
            ("{imports: strict}", Imports::Strict),
        ] {
            let text = granted("{}").replace("{grants: {}}", written);
            assert_eq!(read(&text, &[]).unwrap().providers[0].imports, expected);
        }
        let text = granted("{}").replace("{grants: {}}", "{imports: stric}");
        check(
            &text,
            "`stric` is none of `lenient`, `strict`",
            "write `strict`",
        );
    }

    #[test]
    fn grants_that_say_nothing_clear_are_problems() {
        for (text, message, remedy) in [
            ("[]", "a list is no map", "key: value"),
            (
                "{newtork: []}",
                "key `newtork` is unknown",
                "write `network`",
            ),
            ("{env: [A]}", "a list is no map", "key: value"),
            ("{env: {A: 5}}", "`5` is no text", "put it in quotes"),
            ("{env: {A=B: c}}", "no variable or key", "without `=`"),
            (
                "{env: {\"A\\0\": c}}",
                "no variable or key",
                "control characters",
            ),
            ("{env: {'': c}}", "no variable or key", "1 to 256"),
            ("{env: {A: \"b\\0\"}}", "NUL character", "without it"),
            (
                "{config: {A: true}}",
                "`true` is no text",
                "put it in quotes",
            ),
            ("{config: {'': b}}", "no variable or key", "1 to 256"),
            ("{keyvalue: notes}", "`notes` is no map", "key: value"),
            ("{keyvalue: {}}", "`store` is missing", "write `store: …`"),
            (
                "{keyvalue: {store: ../x}}",
                "`../x` is no name of a store",
                "1 to 64",
            ),
            (
                "{keyvalue: {store: .x}}",
                "`.x` is no name of a store",
                "begin with",
            ),
            (
                "{keyvalue: {store: x, bytes: 1}}",
                "below the least",
                "such as `1MiB`",
            ),
            (
                "{clock: wall}",
                "`wall` is none of `real`, `frozen`, `coarse`",
                "one of",
            ),
            ("{random: seed}", "`seed` is none of", "write `seeded`"),
        ] {
            let data = [("TOOLHOST_DATA_DIR", "/d")];
            check_with(&granted(text), &data, message, remedy);
        }
        let many: String = (0..65).map(|index| format!("K{index}: v,")).collect();
        check(
            &granted(&format!("{{env: {{{many}}}}}")),
            "there are 65 entries",
            "remove some",
        );
        let text = granted("{keyvalue: {store: x}}");
        check(
            &text,
            "no folder to keep the store in",
            "`toolhost.data_dir`",
        );
        let text = format!("toolhost: {{data_dir: null}}\n{text}");
        check_with(
            &text,
            &[("HOME", "/h")],
            "no folder to keep",
            "TOOLHOST_DATA_DIR",
        );
    }

    #[test]
    fn all_problems_of_grants_are_listed_at_once() {
        let text = "\
providers:
  tool_runtime:
    - provider_id: p
      provider_type: inline::p
      config:
        imports: loose
        grants:
          network:
            - host: a.example
              ports: [0, 443, 65536]
              rate: fast
            - path: 5
          files:
            - {host: ./nowhere, guest: data}
          env: {A: 1}
          secrets:
            - {name: k, from: KEY, send_to: b.example}
          clock: wall
          disk: {}
";
        let config = "providers.tool_runtime[0].config";
        let expected = [
            "6 CONFIG.imports `loose` is none of `lenient`, `strict`",
            "10 CONFIG.grants.network[0].ports[0] `0` is below the least, `1`",
            "10 CONFIG.grants.network[0].ports[2] `65536` is above the most, `65535`",
            "11 CONFIG.grants.network[0].rate `fast` is no rate",
            "12 CONFIG.grants.network[1].host `host` is missing",
            "12 CONFIG.grants.network[1].path `5` is no text",
            "14 CONFIG.grants.files[0].host `./nowhere` cannot be opened: entity not found",
            "14 CONFIG.grants.files[0].guest `data` is no path of a folder in the guest",
            "15 CONFIG.grants.env.A `1` is no text",
            "17 CONFIG.grants.secrets[0].from the value says no place of a secret",
            "18 CONFIG.grants.clock `wall` is none of `real`, `frozen`, `coarse`",
            "19 CONFIG.grants.disk key `disk` is unknown here",
        ];
        assert_eq!(
            problems(text, &[]),
            expected.map(|line| line.replace("CONFIG", config))
        );
    }

    #[test]
    fn the_grants_in_the_docs_are_read() {
        let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/config.md");
        let docs = std::fs::read_to_string(docs).unwrap();
        let folder = Folder::new("docs");
        folder.write("data/x", "");
        folder.write("notes/x", "");
        folder.write("ca.pem", "-----BEGIN CERTIFICATE-----");
        let variables = |name: &str| match name {
            "HOME" => Some("/h".to_owned()),
            "FORECAST_KEY" => Some("hunter2hunter2".to_owned()),
            _ => None,
        };
        let blocks = docs.split("```yaml\n").skip(1);
        let blocks = blocks.filter_map(|rest| rest.split("```").next());
        let mut seen = 0;
        for block in blocks.filter(|block| block.contains("grants:")) {
            let file = folder.path().join("stack.yaml");
            let read = parse(block, &file, &Overrides::default(), &variables);
            seen += 1;
            read.unwrap_or_else(|problems| panic!("{block}\n{problems}"));
        }
        assert_eq!(seen, 2);
    }
}
