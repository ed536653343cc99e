//! `tool_groups`, in the old place and the new: which tools clients see.

use super::Check;
use super::providers::Declared;
use super::read::{Fields, Spot};
use crate::config::Group;
use crate::config::env::is_switched_off;
use crate::config::keys;
use crate::config::node::{Kind, to_object};
use crate::tool::ProviderName;

/// Most providers that a remedy chooses from: thousands of groups may be wrong, and thousands of
/// providers compared with each would take minutes.
const RECOMMENDED_MAX: usize = 32;

impl Check<'_> {
    pub(super) fn groups(&mut self, top: &Fields<'_>, declared: &[Declared<'_>]) -> Vec<Group> {
        let resources = self.section(top, "registered_resources", "registered_resources");
        let mut spots = self.items(top, "tool_groups");
        spots.extend(self.items(&resources, "tool_groups"));
        let mut groups: Vec<Group> = Vec::new();
        let mut seen: Vec<(String, u64)> = Vec::new();
        for spot in spots {
            if !is_switched_off(spot.node) {
                groups.extend(self.group(spot, declared, &mut seen));
            }
        }
        groups
    }

    fn group(
        &mut self,
        spot: Spot<'_>,
        declared: &[Declared<'_>],
        seen: &mut Vec<(String, u64)>,
    ) -> Option<Group> {
        let fields = self.fields(spot, "tool_groups[]");
        if !matches!(fields.spot.node.kind, Kind::Map(_) | Kind::Null) {
            // It has been reported as no map.
            return None;
        }
        let name = self
            .required(&fields, "toolgroup_id")
            .and_then(|(spot, id)| {
                match seen.iter().find(|(other, _)| *other == id) {
                    Some((_, line)) => {
                        let message = format!(
                            "{} is a tool group already, in line {line}",
                            spot.node.shown()
                        );
                        self.problem(
                            &spot,
                            message,
                            "remove one of the two, or give it another `toolgroup_id`",
                        );
                    }
                    None => seen.push((id.clone(), spot.line)),
                }
                self.group_name(&spot, &id)
            });
        let provider = self
            .required(&fields, "provider_id")
            .and_then(|(spot, id)| {
                if declared.iter().all(|provider| provider.id != id) {
                    self.refuse_provider(&spot, &id, declared);
                    return None;
                }
                // A declared id that is no name has been reported where it is declared.
                ProviderName::parse(&id).ok()
            });
        if let Some(spot) = fields.get("mcp_endpoint") {
            let message = "this host runs components and calls no MCP server";
            self.problem(
                &spot,
                message,
                "remove `mcp_endpoint`, or the whole tool group",
            );
        }
        let args = fields
            .get("args")
            .map(|spot| to_object(self.entries(&spot)));
        let place = self.place(&fields.spot);
        Some(Group {
            name: name?,
            provider: provider?,
            args,
            place,
        })
    }

    fn refuse_provider(&mut self, spot: &Spot<'_>, id: &str, declared: &[Declared<'_>]) {
        // An id that the environment gave stays out of the remedy, too, and so does one that is
        // no name itself.
        let known = declared
            .iter()
            .filter(|provider| provider.spot.node.substituted.is_none())
            .map(|provider| &*provider.id)
            .filter(|id| ProviderName::parse(id).is_ok())
            .take(RECOMMENDED_MAX);
        let known: Vec<&str> = known.collect();
        let near =
            keys::nearest(id, known.iter().copied()).filter(|_| spot.node.substituted.is_none());
        let remedy = match near {
            Some(near) => format!("write `{near}`"),
            None if known.is_empty() => "declare it under `providers.tool_runtime`".to_owned(),
            None => format!(
                "declare it under `providers.tool_runtime`, or write one of `{}`",
                known.join("`, `")
            ),
        };
        self.problem(
            spot,
            format!("{} is no provider of this config", spot.node.shown()),
            remedy,
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::config::check::tests::{WEATHER, problems, read};

    #[test]
    fn groups_of_both_layouts_are_merged() {
        let text = format!(
            "{WEATHER}registered_resources:\n  tool_groups:\n  - {{toolgroup_id: 'builtin::w', provider_id: weather-runtime, args: {{region: eu}}}}\n  models: []\n  shields: [x]\n"
        );
        let config = read(&text, &[]).unwrap();
        let names: Vec<&str> = config
            .groups
            .iter()
            .map(|group| group.name.as_str())
            .collect();
        assert_eq!(names, ["weather", "builtin::w"]);
        assert_eq!(config.groups[1].args.as_ref().unwrap()["region"], "eu");
        assert_eq!(
            config.groups[1].place.path,
            "registered_resources.tool_groups[0]"
        );
        assert_eq!(config.ignored, ["registered_resources.shields"]);
        let twice = text.replace("builtin::w", "weather");
        assert_eq!(
            problems(&twice, &[]),
            [
                "9 registered_resources.tool_groups[0].toolgroup_id `weather` is a tool group already, in line 6"
            ]
        );
    }

    #[test]
    fn a_remedy_names_some_of_many_providers() {
        let provider = |index| format!("{{provider_id: p-{index}, provider_type: 'inline::x'}}");
        let providers: Vec<String> = (0..100).map(provider).collect();
        let text = format!(
            "providers: {{tool_runtime: [{}]}}\ntool_groups: [{{toolgroup_id: g, provider_id: other}}]",
            providers.join(", ")
        );
        let remedy = &read(&text, &[]).unwrap_err().0[0].remedy;
        assert!(
            remedy.contains("`p-31`") && !remedy.contains("`p-32`"),
            "{remedy}"
        );
    }

    #[test]
    fn an_id_that_is_no_name_is_not_recommended() {
        let text = WEATHER.replace(
            "provider_id: weather-runtime,",
            "provider_id: \"weather-\\trun\",",
        );
        let problems = read(&text, &[]).unwrap_err().0;
        let [name, group] = problems.as_slice() else {
            panic!("{problems:?}");
        };
        assert!(name.message.contains("is no provider name"), "{name}");
        assert_eq!(group.remedy, "declare it under `providers.tool_runtime`");
    }

    #[test]
    fn an_empty_id_in_the_file_itself_is_a_problem() {
        for id in ["''", "null", "~"] {
            let text = WEATHER.replace("toolgroup_id: weather", &format!("toolgroup_id: {id}"));
            assert_eq!(problems(&text, &[]).len(), 1, "{id}");
        }
    }
}
