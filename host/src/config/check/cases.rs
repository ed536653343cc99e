//! Files of golden calls, out of the tree.

mod expect;
mod stubs;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::read::{Fields, Spot};
use super::{Check, text_of};
use crate::config::cases::{Bounds, Case, CaseFile};
use crate::config::keys::CASE_KEYS;
use crate::config::node::{self, Kind, Node};
use crate::config::{Overrides, Place, Problems};

/// The text of the file of golden calls at `path`, and what it says. `errors` are the words that
/// `expect.error` may say. Nothing in it comes from the environment.
///
/// The problems are all there are, by line.
pub fn cases(path: &Path, errors: &[&str]) -> Result<(String, CaseFile), Problems> {
    let text = text_of(path, "correct the path").map_err(|problem| Problems(vec![problem]))?;
    let file = parse_cases(&text, path, errors)?;
    Ok((text, file))
}

/// Checks `text` as the file of golden calls at `file`, which is not opened.
///
/// The problems are all there are, by line.
pub fn parse_cases(text: &str, file: &Path, errors: &[&str]) -> Result<CaseFile, Problems> {
    let root = node::parse(text, Some(file)).map_err(|problem| Problems(vec![problem]))?;
    let overrides = Overrides::default();
    let mut check = Check::new(Some(file), &overrides, &|_| None);
    check.table = CASE_KEYS;
    let found = check.case_file(&root, errors);
    check.report()?;
    Ok(found)
}

impl Check<'_> {
    /// The whole file: a list of calls, or a map that has one.
    fn case_file(&mut self, root: &Node, errors: &[&str]) -> CaseFile {
        let spot = Spot::root(root);
        let mut found = CaseFile {
            env: BTreeMap::new(),
            config: BTreeMap::new(),
            clock: None,
            is_seeded: false,
            stubs: Vec::new(),
            cases: Vec::new(),
        };
        let calls = match &root.kind {
            Kind::List(items) => {
                let at = |(index, node)| Spot::at(node, format!("[{index}]"));
                items.iter().enumerate().map(at).collect()
            }
            _ => {
                let top = self.fields(spot.clone(), "");
                found.env = self.variables(&top, "env");
                found.config = self.values(&top);
                found.clock = self.clock(&top);
                found.is_seeded = self.choice(&top, "random", [false, true]);
                found.stubs = self.stubs(&top);
                self.items(&top, "calls")
            }
        };
        if calls.is_empty() {
            let remedy = "write calls as in `- { call: hello, arguments: { name: Ada } }`";
            self.problem(&spot, "the file has no calls", remedy);
        }
        let cases = calls.into_iter().filter_map(|spot| self.case(spot, errors));
        found.cases = cases.collect();
        found
    }

    fn case(&mut self, spot: Spot<'_>, errors: &[&str]) -> Option<Case> {
        let place = self.place(&spot);
        let fields = self.must_be_map(spot, "calls[]")?;
        let tool = self.required(&fields, "call").map(|(_, tool)| tool);
        let case = Case {
            name: self.text(&fields, "name"),
            tool: String::new(),
            arguments: match fields.get("arguments") {
                Some(spot) => node::to_object(self.entries(&spot)),
                None => Default::default(),
            },
            stubs: self.stubs(&fields),
            bounds: self.bounds(&fields),
            expect: self.expect(&fields, errors),
            place,
        };
        Some(Case {
            tool: tool?,
            ..case
        })
    }

    /// As [`Check::entry`], which takes null for an empty map.
    pub(super) fn must_be_map<'n>(
        &mut self,
        spot: Spot<'n>,
        schema: &'static str,
    ) -> Option<Fields<'n>> {
        if spot.node.kind == Kind::Null {
            self.problem(&spot, "null is no map", "write `key: value` lines under it");
            return None;
        }
        self.entry(spot, schema)
    }

    fn bounds(&mut self, case: &Fields<'_>) -> Bounds {
        let limits = self.section(case, "limits", "calls[].limits");
        Bounds {
            fuel: self.amount(&limits, "fuel"),
            memory_bytes: self.amount(&limits, "memory"),
            time: self.amount(&limits, "time").map(Duration::from_nanos),
            output_bytes: self.amount(&limits, "output"),
            hostcalls: self.amount(&limits, "hostcalls"),
            http_requests: self.amount(&limits, "http_requests"),
        }
    }

    /// The texts of the map under `name`.
    pub(super) fn variables(
        &mut self,
        fields: &Fields<'_>,
        name: &str,
    ) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        for (key, spot) in self.few_entries(fields, name) {
            if self.expect_key(&spot, key)
                && let Some(text) = self.text_at(&spot)
            {
                found.insert(key.to_owned(), text);
            }
        }
        found
    }

    fn values(&mut self, top: &Fields<'_>) -> BTreeMap<String, (String, Place)> {
        let mut found = BTreeMap::new();
        for (key, spot) in self.few_entries(top, "config") {
            if let Some(text) = self.text_at(&spot) {
                found.insert(key.to_owned(), (text, self.place(&spot)));
            }
        }
        found
    }

    fn clock(&mut self, top: &Fields<'_>) -> Option<Duration> {
        let spot = top.get("clock")?;
        let text = self.text_at(&spot)?;
        let time = humantime::parse_rfc3339_weak(&text).ok();
        let since = time.and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
        if since.is_none() {
            let message = format!("{} is no time since 1970", spot.node.shown());
            self.problem(&spot, message, "write it as in `2026-01-31T12:00:00Z`");
        }
        since
    }
}

#[cfg(test)]
mod tests;
