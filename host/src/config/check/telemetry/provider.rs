//! `providers.telemetry`: sinks, as Llama Stack's configs write them.

use std::path::PathBuf;

use super::super::Check;
use super::super::read::{Fields, Spot};
use super::otlp::endpoint_problem;
use crate::config::env::is_switched_off;

/// Where telemetry goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sink {
    /// A line for each call in the log.
    Console,
    /// The store of spans.
    Sqlite,
    /// Spans to a collector.
    Traces,
    /// Metrics to a collector.
    Metrics,
    /// The log to a collector.
    Logs,
}

impl Sink {
    /// In the order of the words in the table of keys.
    pub(super) const ALL: [(&'static str, Sink); 5] = [
        ("console", Sink::Console),
        ("sqlite", Sink::Sqlite),
        ("otel_trace", Sink::Traces),
        ("otel_metric", Sink::Metrics),
        ("otel_log", Sink::Logs),
    ];

    pub(super) fn named(name: &str) -> Option<Sink> {
        let found = Sink::ALL.into_iter().find(|(word, _)| *word == name);
        found.map(|(_, sink)| sink)
    }
}

/// What the section says; the environment may say otherwise.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub(super) service_name: Option<String>,
    pub(super) sinks: Option<Vec<Sink>>,
    pub(super) file: Option<PathBuf>,
    /// Of all signals; each adds its path.
    pub(super) endpoint: Option<String>,
    pub(super) trace_endpoint: Option<String>,
    pub(super) metric_endpoint: Option<String>,
}

impl Check<'_> {
    /// The one provider of telemetry that is switched on, if there is one.
    pub(super) fn asked_telemetry(&mut self, top: &Fields<'_>) -> Asked {
        let providers = self.section(top, "providers", "providers");
        let mut asked = None;
        for spot in self.items(&providers, "telemetry") {
            if is_switched_off(spot.node) {
                continue;
            }
            if asked.is_some() {
                let message = "there is a provider of telemetry already";
                self.problem(
                    &spot,
                    message,
                    "name all sinks in one, and remove the other",
                );
                continue;
            }
            asked = Some(self.telemetry_provider(spot));
        }
        asked.unwrap_or_default()
    }

    fn telemetry_provider(&mut self, spot: Spot<'_>) -> Asked {
        let fields = self.fields(spot, "providers.telemetry[]");
        self.required(&fields, "provider_id");
        if let Some((spot, kind)) = self.required(&fields, "provider_type")
            && kind != "inline::meta-reference"
        {
            let message = format!("{} keeps no telemetry here", spot.node.shown());
            let remedy = "write `inline::meta-reference`, or remove the provider";
            self.problem(&spot, message, remedy);
        }
        let config = self.section(&fields, "config", "providers.telemetry[].config");
        Asked {
            service_name: self.visible_text(&config, "service_name"),
            sinks: self.sinks(&config),
            file: self.path(&config, "sqlite_db_path"),
            endpoint: self.endpoint(&config, "otel_exporter_otlp_endpoint"),
            trace_endpoint: self.endpoint(&config, "otel_trace_endpoint"),
            metric_endpoint: self.endpoint(&config, "otel_metric_endpoint"),
        }
    }

    /// A text with something to see in it. Distributions default to a zero-width space.
    fn visible_text(&mut self, fields: &Fields<'_>, name: &str) -> Option<String> {
        let text = self.text(fields, name)?;
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{200b}');
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn endpoint(&mut self, fields: &Fields<'_>, name: &str) -> Option<String> {
        let spot = fields.get(name)?;
        let text = self.visible_text(fields, name)?;
        if let Some(remedy) = endpoint_problem(&text) {
            let message = format!("{} is no endpoint", spot.node.shown());
            self.problem(&spot, message, remedy);
            return None;
        }
        Some(text)
    }

    /// The sinks of a list, or of a text with commas.
    fn sinks(&mut self, fields: &Fields<'_>) -> Option<Vec<Sink>> {
        let spot = fields.get("sinks")?;
        let Some(text) = spot.node.text() else {
            let sinks = self.choices(fields, "sinks", Sink::ALL.map(|(_, sink)| sink));
            return sinks.map(|sinks| sinks.into_iter().map(|(_, sink)| sink).collect());
        };
        let (sinks, are_known) = words(&text);
        if !are_known {
            let message = format!("{} names a sink that is none", spot.node.shown());
            self.problem(&spot, message, SINKS_REMEDY);
        }
        Some(sinks)
    }
}

/// What to write for sinks.
pub(super) const SINKS_REMEDY: &str = "write some of `console`, `sqlite`, `otel_trace`, \
                                       `otel_metric` and `otel_log`, with commas between, or `none`";

/// The sinks in a text, and whether there is nothing else in it. `none` is none.
pub(super) fn words(text: &str) -> (Vec<Sink>, bool) {
    let words = text
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty() && *word != "none");
    let sinks: Vec<_> = words.map(Sink::named).collect();
    let are_known = sinks.iter().all(Option::is_some);
    (sinks.into_iter().flatten().collect(), are_known)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::config::check::tests::{check, problems, read};
    use crate::config::{Protocol, Telemetry};

    fn telemetry(config: &str, variables: &[(&str, &str)]) -> Telemetry {
        let text = format!(
            "providers: {{telemetry: [{{provider_id: t, provider_type: 'inline::meta-reference', config: {config}}}]}}"
        );
        let data = ("TOOLHOST_DATA_DIR", "/data");
        let variables: Vec<_> = variables.iter().copied().chain([data]).collect();
        let read = read(&text, &variables);
        read.unwrap_or_else(|problems| panic!("{config}: {problems}"))
            .telemetry
    }

    /// console, sqlite, traces, metrics, logs
    fn on(telemetry: &Telemetry) -> [bool; 5] {
        [
            telemetry.console,
            telemetry.store.is_some(),
            telemetry.traces.is_some(),
            telemetry.metrics.is_some(),
            telemetry.logs.is_some(),
        ]
    }

    #[test]
    fn sinks_are_a_list_or_a_text_and_the_environment_wins() {
        let (yes, no) = (true, false);
        let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318");
        for (config, variables, expected) in [
            ("{}", vec![], [yes, yes, no, no, no]),
            ("{sinks: sqlite}", vec![], [no, yes, no, no, no]),
            ("{sinks: none}", vec![], [no, no, no, no, no]),
            ("{sinks: []}", vec![], [no, no, no, no, no]),
            (
                "{sinks: 'otel_trace, otel_metric'}",
                vec![],
                [no, no, yes, yes, no],
            ),
            (
                "{sinks: [console, otel_log]}",
                vec![],
                [yes, no, no, no, yes],
            ),
            (
                "{sinks: '${env.TELEMETRY_SINKS:=console,sqlite}'}",
                vec![],
                [yes, yes, no, no, no],
            ),
            (
                "{sinks: console}",
                vec![("TELEMETRY_SINKS", "sqlite")],
                [no, yes, no, no, no],
            ),
            ("{sinks: console}", vec![endpoint], [yes, no, yes, yes, yes]),
            (
                "{otel_exporter_otlp_endpoint: 'http://c:1'}",
                vec![],
                [yes, yes, yes, yes, yes],
            ),
            (
                "{otel_trace_endpoint: 'http://c:1/v1/traces'}",
                vec![],
                [yes, yes, yes, no, no],
            ),
            (
                "{otel_exporter_otlp_endpoint: '${env.NOBODY:=}'}",
                vec![],
                [yes, yes, no, no, no],
            ),
        ] {
            assert_eq!(
                on(&telemetry(config, &variables)),
                expected,
                "{config} {variables:?}"
            );
        }
    }

    #[test]
    fn names_files_and_endpoints_are_those_of_the_section_unless_variables_say_otherwise() {
        let all = "{service_name: s, sqlite_db_path: /d/t.db, otel_exporter_otlp_endpoint: 'http://c:1/', otel_metric_endpoint: 'https://m/x'}";
        let from_file = telemetry(all, &[]);
        let url = |exporter: &Option<crate::config::Exporter>| exporter.clone().unwrap().endpoint;
        assert_eq!(from_file.service_name, "s");
        assert_eq!(from_file.store.clone().unwrap().file, Path::new("/d/t.db"));
        assert_eq!(url(&from_file.traces), "http://c:1/v1/traces");
        assert_eq!(url(&from_file.metrics), "https://m/x");
        assert_eq!(url(&from_file.logs), "http://c:1/v1/logs");
        let variables = [
            ("OTEL_SERVICE_NAME", "e"),
            ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://e:2"),
            ("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "grpc"),
        ];
        let from_both = telemetry(all, &variables);
        assert_eq!(from_both.service_name, "e");
        assert_eq!(url(&from_both.metrics), "http://e:2");
        assert_eq!(from_both.metrics.unwrap().protocol, Protocol::Grpc);
        assert_eq!(url(&from_both.traces), "http://c:1/v1/traces");
        assert_eq!(
            telemetry("{service_name: '\u{200b}'}", &[]).service_name,
            "toolhost"
        );
    }

    #[test]
    fn what_keeps_no_telemetry_is_a_problem() {
        let provider = |kind: &str, config: &str| {
            format!("{{provider_id: t, provider_type: '{kind}', config: {config}}}")
        };
        let section = |providers: &str| format!("providers: {{telemetry: [{providers}]}}");
        let good = provider("inline::meta-reference", "{}");
        for (text, message, remedy) in [
            (
                section(&provider("remote::x", "{}")),
                "keeps no telemetry",
                "inline::meta-reference",
            ),
            (section(&format!("{good}, {good}")), "already", "in one"),
            (
                section(&provider("inline::meta-reference", "{sinks: sqlit}")),
                "none",
                "`sqlite`",
            ),
            (
                section(&provider("inline::meta-reference", "{sinks: [sqlit]}")),
                "none of",
                "`sqlite`",
            ),
            (
                section(&provider(
                    "inline::meta-reference",
                    "{otel_trace_endpoint: 'c:1'}",
                )),
                "no endpoint",
                "http://",
            ),
        ] {
            check(&text, message, remedy);
        }
        assert_eq!(
            problems(
                &section(&provider("inline::meta-reference", "{sink: x}")),
                &[]
            )
            .len(),
            1
        );
        let off = section("{provider_id: __disabled__, provider_type: 'remote::x'}");
        assert!(read(&off, &[]).is_ok());
    }
}
