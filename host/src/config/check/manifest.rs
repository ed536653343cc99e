//! A manifest: the YAML file in which a tool's author declares what the tool needs.

use std::path::Path;

use super::grants::{NAME_REMEDY, is_name};
use super::read::{Fields, Spot};
use super::{Check, text_of};
use crate::config::keys::MANIFEST_KEYS;
use crate::config::node::{self, Kind};
use crate::config::{Overrides, Problems};
use crate::policy::Needs;

/// Reads and checks the manifest at `path`. Nothing in it comes from the environment.
///
/// The problems are all there are, by line.
pub fn manifest(path: &Path) -> Result<Needs, Problems> {
    let text = text_of(path, "correct the path").map_err(|problem| Problems(vec![problem]))?;
    parse_manifest(&text, path)
}

/// Checks `text` as the manifest at `file`, which is not opened.
///
/// The problems are all there are, by line.
pub fn parse_manifest(text: &str, file: &Path) -> Result<Needs, Problems> {
    let root = node::parse(text, Some(file)).map_err(|problem| Problems(vec![problem]))?;
    let overrides = Overrides::default();
    let mut check = Check::new(Some(file), &overrides, &|_| None);
    check.table = MANIFEST_KEYS;
    let spot = Spot::root(&root);
    if root.kind == Kind::Null {
        let remedy = "write `{}` for a tool that needs nothing";
        check.problem(&spot, "the file is empty", remedy);
    }
    let top = check.fields(spot, "");
    let needs = check.needs(&top);
    check.report()?;
    Ok(needs)
}

impl Check<'_> {
    fn needs(&mut self, top: &Fields<'_>) -> Needs {
        let keyvalue = top.get("keyvalue").and_then(|spot| {
            let store = self.text_at(&spot)?;
            self.store(&spot, store)
        });
        Needs {
            network: self.network_needs(top),
            files: self.file_needs(top),
            env: self.names(top, "env", Check::expect_key),
            secrets: self.names(top, "secrets", Check::expect_secret),
            config: self.names(top, "config", Check::expect_key),
            keyvalue,
        }
    }

    /// The texts of the list under `name`, each once and each as `expect` wants it.
    fn names(
        &mut self,
        top: &Fields<'_>,
        name: &str,
        expect: fn(&mut Self, &Spot<'_>, &str) -> bool,
    ) -> Vec<String> {
        let mut names = Vec::new();
        for spot in self.few(top, name) {
            let Some(text) = self.text_at(&spot) else {
                continue;
            };
            if names.contains(&text) {
                let message = format!("{} stands here twice", spot.node.shown());
                self.problem(&spot, message, "remove one of the two");
            } else if expect(self, &spot, &text) {
                names.push(text);
            }
        }
        names
    }

    fn expect_secret(&mut self, spot: &Spot<'_>, name: &str) -> bool {
        let is_name = is_name(name);
        if !is_name {
            self.problem(spot, "the value is no name of a secret", NAME_REMEDY);
        }
        is_name
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::check::tests::Folder;
    use crate::policy::{Access, FileNeed, HostPattern, PathPattern, Scheme};

    const FILE: &str = "tool.yaml";

    fn problems(text: &str) -> Vec<String> {
        let found = parse_manifest(text, Path::new(FILE)).err();
        let found = found.unwrap_or_else(|| panic!("{text} is accepted")).0;
        assert!(found.iter().all(|problem| !problem.remedy.is_empty()));
        let line = |problem: &crate::config::Problem| {
            let place = &problem.place;
            format!("{} {} {}", place.line, place.path, problem.message)
        };
        found.iter().map(line).collect()
    }

    #[test]
    fn a_manifest_says_what_a_tool_needs() {
        let text = "\
network: [ { host: api.example.com, methods: [GET], path: /v1/** }, { host: b.example, schemes: [http], ports: [8080] } ]
files: [ { guest: /data }, { guest: /out, access: write } ]
env: [REGION]
secrets: [API_KEY]
config: [units]
keyvalue: notes
";
        let folder = Folder::new("manifest");
        let needs = manifest(&folder.write(FILE, text)).unwrap();
        assert_eq!(
            needs.network[0].host,
            HostPattern::parse("api.example.com").unwrap()
        );
        assert_eq!(needs.network[0].path, PathPattern::parse("/v1/**").unwrap());
        assert_eq!(needs.network[0].methods, ["GET"]);
        assert_eq!(
            (&*needs.network[0].schemes, &*needs.network[0].ports),
            (&[Scheme::Https][..], &[443][..])
        );
        assert_eq!(
            (&*needs.network[1].schemes, &*needs.network[1].ports),
            (&[Scheme::Http][..], &[8080][..])
        );
        let file = |guest: &str, access| FileNeed {
            guest: guest.to_owned(),
            access,
        };
        assert_eq!(
            needs.files,
            [file("/data", Access::Read), file("/out", Access::Write)]
        );
        assert_eq!(
            (&*needs.env, &*needs.secrets),
            (&["REGION".to_owned()][..], &["API_KEY".to_owned()][..])
        );
        assert_eq!(
            (&*needs.config, needs.keyvalue.as_deref()),
            (&["units".to_owned()][..], Some("notes"))
        );
        assert_eq!(parse_manifest("{}", Path::new(FILE)), Ok(Needs::default()));
        let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/config.md");
        let docs = std::fs::read_to_string(docs).unwrap();
        let blocks = docs.split("```yaml\n").skip(1);
        let mut blocks = blocks.filter_map(|rest| rest.split("```").next());
        let example = blocks
            .find(|block| block.starts_with("# tool.yaml"))
            .unwrap();
        parse_manifest(example, Path::new(FILE)).unwrap_or_else(|problems| panic!("{problems}"));
    }

    #[test]
    fn all_problems_of_a_manifest_are_listed_with_their_lines() {
        let text = "\
network:
  - {host: a.example, rate: 1/s}
  - {methods: [get]}
files: [{guest: data}, {guest: /d, host: /}, {guest: /d}]
env: [A, A, 'B=C', '${env.X}']
secrets: [a/b, {name: x}]
config: units
keyvalue: {store: notes}
version: 1
";
        let expected = [
            "2 network[0].rate key `rate` is unknown here",
            "3 network[1].host `host` is missing",
            "3 network[1].methods[0] `get` is not in upper case",
            "4 files[0].guest `data` is no path of a folder in the guest",
            "4 files[1].host key `host` is unknown here",
            "4 files[2].guest `/d` is a folder of the guest already, in line 4",
            "5 env[1] `A` stands here twice",
            "5 env[2] the name can be that of no variable or key",
            "6 secrets[0] the value is no name of a secret",
            "6 secrets[1] a map is no text",
            "7 config `units` is no list",
            "8 keyvalue a map is no text",
            "9 version key `version` is unknown here",
        ];
        assert_eq!(problems(text), expected);
        assert_eq!(problems(""), ["1  the file is empty"]);
        assert_eq!(problems("[]").len(), 1);
        assert!(problems("a: [")[0].contains("not YAML"));
        let missing = manifest(Path::new("/nowhere/tool.yaml")).unwrap_err().0;
        assert_eq!(missing.len(), 1);
        assert_eq!(missing[0].remedy, "correct the path");
    }
}
