//! Where telemetry goes: `providers.telemetry`, `toolhost.traces` and the variables.

mod otlp;
mod provider;

use std::path::{Path, PathBuf};
use std::time::Duration;

use self::otlp::{LOGS, METRICS, TRACES};
use self::provider::{Asked, SINKS_REMEDY, Sink};
use super::Check;
use super::read::Fields;
use crate::config::{Sampling, Telemetry, TraceStore, env};

const SAMPLER: &str = "OTEL_TRACES_SAMPLER";
const SAMPLER_ARG: &str = "OTEL_TRACES_SAMPLER_ARG";
const PROPAGATORS: &str = "OTEL_PROPAGATORS";
const SINKS: &str = "TELEMETRY_SINKS";
const STORE_DIR: &str = "SQLITE_STORE_DIR";
const STORE_FILE: &str = "trace_store.db";
const LOG_FORMAT: &str = "TOOLHOST_LOG_FORMAT";
const SERVICE_NAME: &str = "toolhost";
const LOG_FILTER: &str = "info";

impl Check<'_> {
    /// `data_dir` is where the host keeps things.
    pub(super) fn telemetry(
        &mut self,
        top: &Fields<'_>,
        toolhost: &Fields<'_>,
        data_dir: Option<&Path>,
    ) -> Telemetry {
        let asked = self.asked_telemetry(top);
        let sinks = self.named_sinks(&asked);
        let has = |sink| sinks.as_ref().is_none_or(|sinks| sinks.contains(&sink));
        let traces = self.section(toolhost, "traces", "toolhost.traces");
        let store = self.trace_store(&traces, &asked, data_dir);
        let content = self.amount_or_default(&traces, "content");
        let sinks = sinks.as_deref();
        Telemetry {
            console: has(Sink::Console),
            store: store.filter(|_| has(Sink::Sqlite)),
            traces: self.exporter(&TRACES, &asked, sinks),
            metrics: self.exporter(&METRICS, &asked, sinks),
            logs: self.exporter(&LOGS, &asked, sinks),
            sampling: self.sampling(),
            propagates: self.propagates(),
            content_bytes: usize::try_from(content).unwrap_or(usize::MAX),
            service_name: self.service_name(&asked),
            log_filter: self
                .variable("TOOLHOST_LOG")
                .unwrap_or_else(|| LOG_FILTER.to_owned()),
            log_json: self.log_json(),
        }
    }

    /// The sinks that somebody named, if somebody did.
    fn named_sinks(&mut self, asked: &Asked) -> Option<Vec<Sink>> {
        let Some(text) = self.variable(SINKS) else {
            return asked.sinks.clone();
        };
        let (sinks, are_known) = provider::words(&text);
        if !are_known {
            self.unknown(SINKS, SINKS_REMEDY);
        }
        Some(sinks)
    }

    fn service_name(&self, asked: &Asked) -> String {
        self.variable("OTEL_SERVICE_NAME")
            .or_else(|| asked.service_name.clone())
            .or_else(|| service_name(&self.variable("OTEL_RESOURCE_ATTRIBUTES")?))
            .unwrap_or_else(|| SERVICE_NAME.to_owned())
    }

    /// The file, unless there is none.
    fn trace_store(
        &mut self,
        traces: &Fields<'_>,
        asked: &Asked,
        data_dir: Option<&Path>,
    ) -> Option<TraceStore> {
        let from_file = self.path(traces, "file");
        let age = Duration::from_nanos(self.amount_or_default(traces, "age"));
        let bytes = self.amount_or_default(traces, "bytes");
        let is_null = from_file.is_none() && traces.get_or_null("file").is_some();
        let from_file = from_file.or_else(|| asked.file.clone());
        let folder = self.variable(STORE_DIR).map(PathBuf::from);
        let folder = folder.or_else(|| data_dir.map(Path::to_owned));
        let file = from_file.or_else(|| Some(folder?.join(STORE_FILE)))?;
        (!is_null).then_some(TraceStore { file, age, bytes })
    }

    fn variable(&self, name: &str) -> Option<String> {
        env::variable(self.environment, name)
    }

    fn sampling(&mut self) -> Sampling {
        let Some(sampler) = self.variable(SAMPLER) else {
            return Sampling::default();
        };
        let (follows_parent, of_roots) = match sampler.strip_prefix("parentbased_") {
            Some(of_roots) => (true, of_roots),
            None => (false, &*sampler),
        };
        let ratio = match of_roots {
            "always_on" => 1.0,
            "always_off" => 0.0,
            "traceidratio" => self.ratio(),
            _ => {
                let remedy = "set it to `always_on`, `always_off` or `traceidratio`, each also \
                              with `parentbased_` before it";
                self.unknown(SAMPLER, remedy);
                1.0
            }
        };
        Sampling {
            ratio,
            follows_parent,
        }
    }

    fn ratio(&mut self) -> f64 {
        let Some(text) = self.variable(SAMPLER_ARG) else {
            return 1.0;
        };
        let ratio = text.trim().parse().ok();
        ratio
            .filter(|ratio| (0.0..=1.0).contains(ratio))
            .unwrap_or_else(|| {
                self.unknown(SAMPLER_ARG, "set it to a number from 0 to 1, or unset it");
                1.0
            })
    }

    /// Whether trace context is read and written: W3C's is the only one that is known.
    fn propagates(&mut self) -> bool {
        let Some(text) = self.variable(PROPAGATORS) else {
            return true;
        };
        let mut names = text.split(',').map(str::trim);
        if names.clone().any(|name| name == "tracecontext") {
            return true;
        }
        if !names.all(|name| ["none", "baggage", ""].contains(&name)) {
            self.unknown(
                PROPAGATORS,
                "set it to `tracecontext` or `none`, or unset it",
            );
        }
        false
    }

    fn log_json(&mut self) -> bool {
        match self.variable(LOG_FORMAT).as_deref() {
            Some("json") => true,
            Some("text") | None => false,
            Some(_) => {
                self.unknown(LOG_FORMAT, "set it to `text` or `json`, or unset it");
                false
            }
        }
    }

    /// A variable's value means nothing here. The value is not shown: whoever misspells a name
    /// may have put a password there.
    fn unknown(&mut self, variable: &'static str, remedy: &'static str) {
        let message = "the value (from the environment) is none that this host knows";
        self.outside_problem(variable, message, remedy);
    }
}

/// `service.name` of `key=value,key=value`.
fn service_name(attributes: &str) -> Option<String> {
    let pairs = attributes
        .split(',')
        .filter_map(|pair| pair.split_once('='));
    let mut names =
        pairs.filter(|(key, value)| key.trim() == "service.name" && !value.trim().is_empty());
    names.next().map(|(_, value)| value.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::check::tests::{problems, read};

    #[test]
    fn telemetry_follows_its_variables() {
        let telemetry = |variables: &[(&str, &str)]| read("{}", variables).unwrap().telemetry;
        let default = telemetry(&[]);
        assert!(default.console && !default.log_json);
        assert_eq!(
            (&*default.service_name, &*default.log_filter),
            ("toolhost", "info")
        );
        let attributes = ("OTEL_RESOURCE_ATTRIBUTES", "a=b, service.name = fleet");
        assert_eq!(telemetry(&[attributes]).service_name, "fleet");
        assert_eq!(
            telemetry(&[attributes, ("OTEL_SERVICE_NAME", "own")]).service_name,
            "own"
        );
        assert_eq!(telemetry(&[("TOOLHOST_LOG", "debug")]).log_filter, "debug");
        assert!(telemetry(&[("TOOLHOST_LOG_FORMAT", "json")]).log_json);
        assert_eq!(problems("{}", &[("TOOLHOST_LOG_FORMAT", "xml")]).len(), 1);
    }

    #[test]
    fn spans_are_kept_in_a_file_unless_somebody_says_none() {
        let data = ("TOOLHOST_DATA_DIR", "/data");
        let dir = ("SQLITE_STORE_DIR", "/store");
        for (text, variables, file) in [
            ("{}", vec![data], Some("/data/trace_store.db")),
            ("{}", vec![data, dir], Some("/store/trace_store.db")),
            (
                "toolhost: {traces: {file: /a/b.db}}",
                vec![data, dir],
                Some("/a/b.db"),
            ),
            ("toolhost: {traces: {file: null}}", vec![data, dir], None),
            ("toolhost: {data_dir: null}", vec![("HOME", "/home")], None),
            (
                "toolhost: {data_dir: null, traces: {file: /a/b.db}}",
                vec![],
                Some("/a/b.db"),
            ),
            ("{}", vec![data, (SINKS, "console")], None),
            (
                "{}",
                vec![data, (SINKS, "otel_trace, sqlite")],
                Some("/data/trace_store.db"),
            ),
        ] {
            let store = read(text, &variables).unwrap().telemetry.store;
            let found = store.as_ref().map(|store| store.file.to_str().unwrap());
            assert_eq!(found, file, "{text} {variables:?}");
        }
        let limits = "toolhost: {traces: {age: 1h, bytes: 2MiB, content: 4KiB}}";
        let telemetry = read(limits, &[data]).unwrap().telemetry;
        assert_eq!(telemetry.content_bytes, 4096);
        let store = telemetry.store.unwrap();
        assert_eq!(
            (store.age, store.bytes),
            (Duration::from_secs(3600), 2 << 20)
        );
        assert_eq!(problems("{}", &[(SINKS, "sqlit")]).len(), 1);
    }

    #[test]
    fn a_sampler_is_known_or_a_problem() {
        for (sampler, arg, ratio, follows_parent) in [
            ("always_on", "", 1.0, false),
            ("always_off", "", 0.0, false),
            ("traceidratio", "0.25", 0.25, false),
            ("traceidratio", "", 1.0, false),
            ("parentbased_always_on", "", 1.0, true),
            ("parentbased_always_off", "0.5", 0.0, true),
            ("parentbased_traceidratio", " 0.5 ", 0.5, true),
        ] {
            let variables = [(SAMPLER, sampler), (SAMPLER_ARG, arg)];
            let expected = Sampling {
                ratio,
                follows_parent,
            };
            let read = read("{}", &variables).unwrap().telemetry.sampling;
            assert_eq!(read, expected, "{sampler}");
        }
        for variables in [
            &[(SAMPLER, "jaeger_remote")][..],
            &[(SAMPLER, "traceidratio"), (SAMPLER_ARG, "2")],
            &[(SAMPLER, "traceidratio"), (SAMPLER_ARG, "half")],
            &[(PROPAGATORS, "b3")],
        ] {
            assert_eq!(problems("{}", variables).len(), 1, "{variables:?}");
        }
    }

    #[test]
    fn trace_context_is_passed_on_unless_propagators_leave_it_out() {
        for (names, expected) in [
            ("tracecontext,baggage", true),
            ("b3, tracecontext", true),
            ("none", false),
            ("baggage", false),
        ] {
            let telemetry = read("{}", &[(PROPAGATORS, names)]).unwrap().telemetry;
            assert_eq!(telemetry.propagates, expected, "{names}");
        }
    }
}
