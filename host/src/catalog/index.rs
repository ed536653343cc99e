//! One state of the catalog, and finding tools in it.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Entry, Group, Provider};
use crate::invocation::Rejection;
use crate::tool::GroupName;

/// Names this unlike are not suggested.
const LIKENESS_MIN: f64 = 0.55;
/// Names that differ more in length, in bytes, are not compared.
const LENGTH_DIFFERENCE_MAX: usize = 8;
/// Names compared with one unknown name; more would make mistakes expensive.
const COMPARED_MAX: usize = 1000;
/// What of a client's text is repeated to it, in characters.
const SHOWN_MAX: usize = 128;

/// All providers, groups and tools at one moment.
pub struct Catalog {
    providers: Vec<Arc<Provider>>,
    groups: Vec<Arc<Group>>,
    /// By bare name, `group/tool` and `group::tool`.
    by_name: HashMap<String, Vec<Arc<Entry>>>,
}

impl Catalog {
    /// Indexes what is given. Groups and providers keep their order.
    pub fn new(providers: Vec<Arc<Provider>>, groups: Vec<Arc<Group>>) -> Catalog {
        let mut by_name: HashMap<String, Vec<Arc<Entry>>> = HashMap::new();
        for entry in groups.iter().flat_map(|group| &group.entries) {
            let (group, tool) = (&entry.tool.group, &entry.tool.name);
            for name in [
                tool.to_string(),
                format!("{group}/{tool}"),
                format!("{group}::{tool}"),
            ] {
                by_name.entry(name).or_default().push(entry.clone());
            }
        }
        Catalog {
            providers,
            groups,
            by_name,
        }
    }

    /// The providers, in the order of the config.
    pub fn providers(&self) -> &[Arc<Provider>] {
        &self.providers
    }

    /// The providers that stand behind `groups`, in the order of the config; `None` is all
    /// groups, and those without one.
    pub fn providers_among(
        &self,
        groups: Option<&[GroupName]>,
    ) -> impl Iterator<Item = &Arc<Provider>> {
        self.providers.iter().filter(move |provider| {
            let mut offered = self
                .groups
                .iter()
                .filter(|group| group.provider == provider.name);
            groups.is_none() || offered.any(|group| is_among(&group.name, groups))
        })
    }

    /// The provider of that id.
    pub fn provider(&self, name: &str) -> Option<&Arc<Provider>> {
        self.providers
            .iter()
            .find(|provider| provider.name.as_str() == name)
    }

    /// The groups, in the order of registration.
    pub fn groups(&self) -> &[Arc<Group>] {
        &self.groups
    }

    /// The group of that id.
    pub fn group(&self, name: &str) -> Option<&Arc<Group>> {
        self.groups.iter().find(|group| group.name.as_str() == name)
    }

    /// Every tool, group by group.
    pub fn entries(&self) -> impl Iterator<Item = &Arc<Entry>> {
        self.groups.iter().flat_map(|group| &group.entries)
    }

    /// Finds a tool by `tool`, `group/tool` or `group::tool`. A bare name that several groups
    /// offer is rejected with all its qualified names, never guessed.
    pub fn entry(&self, name: &str) -> Result<&Arc<Entry>, Rejection> {
        self.entry_among(name, None)
    }

    /// The same for somebody for whom only the tools of `groups` exist; `None` is all. Nothing
    /// that comes back tells whether others do.
    pub fn entry_among(
        &self,
        name: &str,
        groups: Option<&[GroupName]>,
    ) -> Result<&Arc<Entry>, Rejection> {
        let named = self.by_name.get(name).map_or(&[][..], Vec::as_slice);
        let entries = || {
            named
                .iter()
                .filter(|entry| is_among(&entry.tool.group, groups))
        };
        match (entries().next(), entries().nth(1)) {
            (Some(entry), None) => Ok(entry),
            (Some(_), Some(_)) => Err(Rejection::AmbiguousTool {
                name: name.to_owned(),
                candidates: entries().map(|entry| entry.tool.qualified()).collect(),
            }),
            (None, _) => Err(self.unknown(name, groups)),
        }
    }

    fn unknown(&self, name: &str, groups: Option<&[GroupName]>) -> Rejection {
        let name: String = name.chars().take(SHOWN_MAX).collect();
        // Whoever wrote no group looks for a bare name. That, and names of about the same
        // length alone, keep this cheap however many groups there are.
        let is_qualified = name.contains('/') || name.contains("::");
        let may_be_meant = |known: &&String| {
            is_qualified == (known.contains('/') || known.contains("::"))
                && known.len().abs_diff(name.len()) <= LENGTH_DIFFERENCE_MAX
        };
        let nearest = self
            .by_name
            .iter()
            .filter(|(_, entries)| {
                let mut groups_of = entries.iter().map(|entry| &entry.tool.group);
                groups_of.any(|group| is_among(group, groups))
            })
            .map(|(known, _)| known)
            .filter(may_be_meant)
            .take(COMPARED_MAX)
            .map(|known| (strsim::normalized_damerau_levenshtein(&name, known), known))
            .filter(|(likeness, _)| *likeness >= LIKENESS_MIN)
            // The second part makes the choice among equals the same every time.
            .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
            .map(|(_, known)| known.clone());
        let providers = self
            .providers_among(groups)
            .map(|provider| provider.name.to_string())
            .collect();
        Rejection::UnknownTool {
            name: name.escape_debug().to_string(),
            nearest,
            providers,
        }
    }
}

fn is_among(group: &GroupName, groups: Option<&[GroupName]>) -> bool {
    groups.is_none_or(|groups| groups.contains(group))
}
