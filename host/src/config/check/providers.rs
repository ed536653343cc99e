//! `providers.tool_runtime`: which components there are.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::Check;
use super::read::{Fields, Spot};
use crate::config::env::is_switched_off;
use crate::config::node::{Kind, to_object};
use crate::config::{Imports, Provider, Source, ToolOverride};
use crate::tool::ToolName;

/// Longest `NAME` of `inline::NAME`; it becomes a file name.
const NAME_CHARS_MAX: usize = 64;

/// A provider's id as written, whether or not the rest of the provider is right.
pub(super) struct Declared<'n> {
    pub(super) id: String,
    pub(super) spot: Spot<'n>,
}

impl Check<'_> {
    /// The providers that are right, and the ids of all that are switched on.
    pub(super) fn providers<'n>(&mut self, top: &Fields<'n>) -> (Vec<Provider>, Vec<Declared<'n>>) {
        let section = self.section(top, "providers", "providers");
        let mut providers = Vec::new();
        let mut declared = Vec::new();
        for spot in self.items(&section, "tool_runtime") {
            if !is_switched_off(spot.node) {
                providers.extend(self.provider(spot, &mut declared));
            }
        }
        (providers, declared)
    }

    fn provider<'n>(
        &mut self,
        spot: Spot<'n>,
        declared: &mut Vec<Declared<'n>>,
    ) -> Option<Provider> {
        let fields = self.fields(spot, "providers.tool_runtime[]");
        if !matches!(fields.spot.node.kind, Kind::Map(_) | Kind::Null) {
            // It has been reported as no map.
            return None;
        }
        let name = self
            .required(&fields, "provider_id")
            .and_then(|(spot, id)| {
                let name = self.provider_name(&spot, &id);
                self.declare(spot, id, declared);
                name
            });
        let kind = self.required(&fields, "provider_type");
        let config = self.section(&fields, "config", "providers.tool_runtime[].config");
        let component = self.path(&config, "component");
        let limits = self.limits(&config);
        let grants = self.grants(&config);
        let imports = self.choice(&config, "imports", [Imports::Lenient, Imports::Strict]);
        let functions = self.texts(&config, "functions");
        let pin = self.pin(&config);
        let tools = self.overrides_of_tools(&config);
        let source = match &kind {
            Some((spot, kind)) => self.provider_source(spot, kind, &config, component),
            None => None,
        };
        let object = match &config.spot.node.kind {
            Kind::Map(entries) => to_object(entries),
            _ => Default::default(),
        };
        let place = self.place(&fields.spot);
        let (_, kind) = kind?;
        Some(Provider {
            name: name?,
            kind,
            source: source?,
            limits,
            grants,
            imports,
            functions,
            pin,
            tools,
            config: object,
            place,
        })
    }

    fn declare<'n>(&mut self, spot: Spot<'n>, id: String, declared: &mut Vec<Declared<'n>>) {
        if let Some(first) = declared.iter().find(|other| other.id == id) {
            let message = format!(
                "{} is a provider already, in line {}",
                spot.node.shown(),
                first.spot.line
            );
            self.problem(&spot, message, "give one of the two another `provider_id`");
        } else {
            declared.push(Declared { id, spot });
        }
    }

    /// The source of a provider in a file, where `component` may be misplaced.
    fn provider_source(
        &mut self,
        spot: &Spot<'_>,
        kind: &str,
        config: &Fields<'_>,
        component: Option<PathBuf>,
    ) -> Option<Source> {
        let in_config = config.get("component");
        match (kind, in_config) {
            ("inline::wasm", None) => {
                let missing = config.missing("component");
                self.problem(
                    &missing,
                    "`component` is missing",
                    "write `component: PATH` of a component file",
                );
                None
            }
            // If the path was no path, that is the problem.
            ("inline::wasm", Some(_)) => component.map(Source::File),
            (_, Some(component)) => {
                let message = "`component` is for `inline::wasm` only";
                self.problem(
                    &component,
                    message,
                    "write `provider_type: inline::wasm`, or remove `component`",
                );
                self.source(spot, kind)
            }
            (_, None) => self.source(spot, kind),
        }
    }

    /// Where the component of a provider of type `kind` comes from.
    pub(super) fn source(&mut self, spot: &Spot<'_>, kind: &str) -> Option<Source> {
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"_-".contains(&b);
        match kind.strip_prefix("inline::") {
            Some(name)
                if (1..=NAME_CHARS_MAX).contains(&name.len()) && name.bytes().all(is_plain) =>
            {
                Some(Source::Named(name.to_owned()))
            }
            Some(_) => {
                let message = format!("{} names no component", spot.node.shown());
                self.problem(
                    spot,
                    message,
                    "write `inline::NAME`, where `NAME` is 1 to 64 of A-Z a-z 0-9 _ -",
                );
                None
            }
            None => {
                let message = format!("{} is no component", spot.node.shown());
                let remedy = "write `inline::NAME` or `inline::wasm`, or remove the provider and its tool groups";
                self.problem(spot, message, remedy);
                None
            }
        }
    }

    fn overrides_of_tools(&mut self, config: &Fields<'_>) -> BTreeMap<String, ToolOverride> {
        let mut tools = BTreeMap::new();
        let Some(spot) = config.get("tools") else {
            return tools;
        };
        for entry in self.entries(&spot) {
            let spot = spot.under(entry);
            if let Err(error) = ToolName::parse(&entry.key) {
                self.problem(
                    &spot,
                    error.to_string(),
                    "write the tool's bare name, as `toolhost tools list` lists it",
                );
                continue;
            }
            tools.insert(entry.key.clone(), self.tool_override(spot));
        }
        tools
    }

    fn tool_override(&mut self, spot: Spot<'_>) -> ToolOverride {
        let fields = self.fields(spot, "providers.tool_runtime[].config.tools.NAME");
        let mut parameters = BTreeMap::new();
        if let Some(spot) = fields.get("parameters") {
            for entry in self.entries(&spot) {
                if let Some(text) = self.text_at(&spot.under(entry)) {
                    parameters.insert(entry.key.clone(), text);
                }
            }
        }
        ToolOverride {
            description: self.text(&fields, "description"),
            limits: self.limits(&fields),
            parameters,
            place: self.place(&fields.spot),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::check::tests::{WEATHER, check, problems, read};
    use std::time::Duration;

    #[test]
    fn providers_say_where_their_component_is() {
        let text = "\
providers:
  tool_runtime:
    - {provider_id: a, provider_type: 'inline::wasm', config: {component: tools/a.wasm, limits: {fuel: 2G}}}
    - {provider_id: b, provider_type: 'inline::wasm', config: {component: ~/b.wasm, functions: [run]}}
    - {provider_id: c, provider_type: 'inline::wasm', config: {component: /c.wasm}}
    - {provider_id: d, provider_type: 'inline::d'}
    - provider_id: e
      provider_type: inline::e
      config:
        tools:
          now: {description: x, limits: {timeout: 1m}, parameters: {city: y}}
";
        let config = read(text, &[("HOME", "/home/me")]).unwrap();
        let sources: Vec<&Source> = config
            .providers
            .iter()
            .map(|provider| &provider.source)
            .collect();
        let file = |path: &str| Source::File(PathBuf::from(path));
        let named = |name: &str| Source::Named(name.to_owned());
        let expected = [
            file("conf/tools/a.wasm"),
            file("/home/me/b.wasm"),
            file("/c.wasm"),
            named("d"),
            named("e"),
        ];
        assert_eq!(sources, expected.iter().collect::<Vec<_>>());
        assert_eq!(config.providers[0].limits.fuel, Some(2_000_000_000));
        assert_eq!(config.providers[0].config["component"], "tools/a.wasm");
        assert_eq!(config.providers[1].functions, ["run"]);
        let now = &config.providers[4].tools["now"];
        assert_eq!(now.description.as_deref(), Some("x"));
        assert_eq!(now.limits.timeout, Some(Duration::from_secs(60)));
        assert_eq!(now.parameters["city"], "y");
        assert_eq!(
            (now.place.line, &*now.place.path),
            (11, "providers.tool_runtime[4].config.tools.now")
        );
    }

    #[test]
    fn provider_types_that_name_no_component_are_refused() {
        let typed = |kind: &str, config: &str| {
            format!(
                "providers: {{tool_runtime: [{{provider_id: p, provider_type: '{kind}', config: {config}}}]}}"
            )
        };
        check(
            &typed("inline::wasm", "{}"),
            "`component` is missing",
            "component: PATH",
        );
        check(
            &typed("inline::weather", "{component: x.wasm}"),
            "`component` is for `inline::wasm` only",
            "remove `component`",
        );
        check(
            &typed("remote::x", "{}"),
            "`remote::x` is no component",
            "remove the provider and its tool groups",
        );
        check(
            &typed("weather", "{}"),
            "`weather` is no component",
            "`inline::NAME`",
        );
        for bad in [
            "inline::",
            "inline::../x",
            "inline::a/b",
            "inline::a.b",
            &format!("inline::{}", "n".repeat(65)),
        ] {
            check(&typed(bad, "{}"), "names no component", "1 to 64");
        }
        let missing = [
            "1 providers.tool_runtime[0].provider_id `provider_id` is missing",
            "1 providers.tool_runtime[0].provider_type `provider_type` is missing",
        ];
        assert_eq!(problems("providers: {tool_runtime: [{}]}", &[]), missing);
        check(
            "tool_groups: [{toolgroup_id: g, provider_id: p}]",
            "`p` is no provider",
            "declare it",
        );
        check(
            &WEATHER.replace("provider_id: weather-runtime}", "provider_id: weather-rt}"),
            "no provider",
            "write `weather-runtime`",
        );
    }

    #[test]
    fn disabled_providers_and_groups_are_left_out() {
        let text = "\
providers:
  tool_runtime:
    - {provider_id: '${env.A:=__disabled__}', provider_type: 'remote::x', config: {k: '${env.NOBODY}'}}
    - {provider_id: '${env.B:+b}', provider_type: 'inline::b'}
    - {provider_id: c, provider_type: 'inline::c'}
tool_groups:
  - {toolgroup_id: a, provider_id: '${env.A:=__disabled__}'}
  - {toolgroup_id: '${env.B:+b}', provider_id: b}
  - {toolgroup_id: d, provider_id: '${env.B:+b}'}
  - {toolgroup_id: c, provider_id: c}
";
        let names = |variables: &[(&str, &str)]| {
            let config = read(text, variables).unwrap();
            let providers = config
                .providers
                .iter()
                .map(|provider| provider.name.to_string());
            providers
                .chain(config.groups.iter().map(|group| group.name.to_string()))
                .collect::<Vec<_>>()
        };
        assert_eq!(names(&[]), ["c", "c"]);
        assert_eq!(names(&[("B", "1")]), ["b", "c", "b", "d", "c"]);
    }
}
