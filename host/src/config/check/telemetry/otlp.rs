//! Which signals are sent to a collector, where, and how.

use std::path::PathBuf;
use std::time::Duration;

use super::super::Check;
use super::provider::{Asked, Sink};
use crate::config::{Batch, Exporter, Protocol};

const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
const PROTOCOL: &str = "OTEL_EXPORTER_OTLP_PROTOCOL";
const TIMEOUT: &str = "OTEL_EXPORTER_OTLP_TIMEOUT";
const CERTIFICATE: &str = "OTEL_EXPORTER_OTLP_CERTIFICATE";
/// What would make a connection another one, and this host cannot do.
const CLIENT: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE",
    "OTEL_EXPORTER_OTLP_CLIENT_KEY",
];
const HTTP_DEFAULT: &str = "http://localhost:4318";
const GRPC_DEFAULT: &str = "http://localhost:4317";
/// Longest time that a variable may give, in milliseconds: an hour.
const MS_MAX: u64 = 3_600_000;

/// The variables of one signal.
pub(super) struct Signal {
    sink: Sink,
    /// What it is called in URLs.
    path: &'static str,
    exporter: &'static str,
    endpoint: &'static str,
    protocol: &'static str,
    timeout: &'static str,
    certificate: &'static str,
    /// Queue, batch and delay, with their defaults; of metrics there are none.
    batch: Option<[(&'static str, u64); 3]>,
}

pub(super) const TRACES: Signal = Signal {
    sink: Sink::Traces,
    path: "traces",
    exporter: "OTEL_TRACES_EXPORTER",
    endpoint: "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    protocol: "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
    timeout: "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT",
    certificate: "OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE",
    batch: Some([
        ("OTEL_BSP_MAX_QUEUE_SIZE", 8192),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", 128),
        ("OTEL_BSP_SCHEDULE_DELAY", 1000),
    ]),
};

pub(super) const METRICS: Signal = Signal {
    sink: Sink::Metrics,
    path: "metrics",
    exporter: "OTEL_METRICS_EXPORTER",
    endpoint: "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
    protocol: "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL",
    timeout: "OTEL_EXPORTER_OTLP_METRICS_TIMEOUT",
    certificate: "OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE",
    batch: None,
};

pub(super) const LOGS: Signal = Signal {
    sink: Sink::Logs,
    path: "logs",
    exporter: "OTEL_LOGS_EXPORTER",
    endpoint: "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT",
    protocol: "OTEL_EXPORTER_OTLP_LOGS_PROTOCOL",
    timeout: "OTEL_EXPORTER_OTLP_LOGS_TIMEOUT",
    certificate: "OTEL_EXPORTER_OTLP_LOGS_CERTIFICATE",
    batch: Some([
        ("OTEL_BLRP_MAX_QUEUE_SIZE", 2048),
        ("OTEL_BLRP_MAX_EXPORT_BATCH_SIZE", 512),
        ("OTEL_BLRP_SCHEDULE_DELAY", 1000),
    ]),
};

impl Check<'_> {
    /// How a signal is sent, if it is: because it has an endpoint, because its exporter is named,
    /// or because `sinks` name it.
    pub(super) fn exporter(
        &mut self,
        signal: &Signal,
        asked: &Asked,
        sinks: Option<&[Sink]>,
    ) -> Option<Exporter> {
        let protocol = self.protocol(signal);
        let endpoint = self.endpoint_of(signal, asked, protocol);
        let timeout = [signal.timeout, TIMEOUT]
            .into_iter()
            .find_map(|name| self.milliseconds(name))
            .unwrap_or(Duration::from_secs(10));
        let batch = self.batch(signal);
        let ca = self.authorities(signal);
        let is_named = sinks.is_some_and(|sinks| sinks.contains(&signal.sink));
        let wanted = self
            .wanted(signal)
            .unwrap_or(is_named || endpoint.is_some());
        let is_off = self
            .variable("OTEL_SDK_DISABLED")
            .is_some_and(|text| text.eq_ignore_ascii_case("true"));
        if is_off || !wanted {
            return None;
        }
        let default = || match protocol {
            Protocol::Http => format!("{HTTP_DEFAULT}/v1/{}", signal.path),
            Protocol::Grpc => GRPC_DEFAULT.to_owned(),
        };
        Some(Exporter {
            endpoint: endpoint.unwrap_or_else(default),
            protocol,
            timeout,
            ca,
            batch,
        })
    }

    fn authorities(&mut self, signal: &Signal) -> Option<PathBuf> {
        for name in CLIENT {
            if self.variable(name).is_some() {
                self.unknown(name, "unset it: this host shows collectors no certificate");
            }
        }
        let names = [signal.certificate, CERTIFICATE].into_iter();
        let (name, file) = names
            .filter_map(|name| Some((name, PathBuf::from(self.variable(name)?))))
            .next()?;
        if !file.is_file() {
            self.unknown(name, "set it to a PEM file of certificates, or unset it");
        }
        Some(file)
    }

    /// What `OTEL_…_EXPORTER` says: a list of exporters, of which ours is `otlp`. The log is on the
    /// console and metrics are on `/metrics` anyway.
    fn wanted(&mut self, signal: &Signal) -> Option<bool> {
        let text = self.variable(signal.exporter)?;
        let names: Vec<&str> = text.split(',').map(str::trim).collect();
        if !names
            .iter()
            .all(|name| ["otlp", "none", "console", "logging", "prometheus"].contains(name))
        {
            self.unknown(signal.exporter, "set it to `otlp` or `none`, or unset it");
        }
        Some(names.contains(&"otlp"))
    }

    fn protocol(&mut self, signal: &Signal) -> Protocol {
        for name in [signal.protocol, PROTOCOL] {
            match self.variable(name).as_deref().map(str::trim) {
                Some("http/protobuf") => return Protocol::Http,
                Some("grpc") => return Protocol::Grpc,
                Some(_) => {
                    self.unknown(name, "set it to `http/protobuf` or `grpc`, or unset it");
                    return Protocol::Http;
                }
                None => {}
            }
        }
        Protocol::Http
    }

    fn endpoint_of(
        &mut self,
        signal: &Signal,
        asked: &Asked,
        protocol: Protocol,
    ) -> Option<String> {
        let below = |base: &str| match protocol {
            Protocol::Http => format!("{}/v1/{}", base.trim_end_matches('/'), signal.path),
            Protocol::Grpc => base.to_owned(),
        };
        let of_section = match signal.sink {
            Sink::Traces => &asked.trace_endpoint,
            Sink::Metrics => &asked.metric_endpoint,
            Sink::Console | Sink::Sqlite | Sink::Logs => &None,
        };
        self.endpoint_variable(signal.endpoint)
            .or_else(|| Some(below(&self.endpoint_variable(ENDPOINT)?)))
            .or_else(|| of_section.clone())
            .or_else(|| Some(below(asked.endpoint.as_deref()?)))
    }

    fn endpoint_variable(&mut self, name: &'static str) -> Option<String> {
        let text = self.variable(name)?.trim().to_owned();
        if let Some(remedy) = endpoint_problem(&text) {
            self.unknown(name, remedy);
        }
        Some(text)
    }

    fn batch(&mut self, signal: &Signal) -> Batch {
        let Some(amounts) = signal.batch else {
            return Batch::default();
        };
        let [queue, size, delay_ms] = amounts.map(|(name, default)| {
            let amount = self.positive(name).unwrap_or(default);
            usize::try_from(amount).unwrap_or(usize::MAX)
        });
        Batch {
            queue,
            size: size.min(queue),
            delay: Duration::from_millis(delay_ms as u64),
        }
    }

    fn milliseconds(&mut self, name: &'static str) -> Option<Duration> {
        self.positive(name).map(Duration::from_millis)
    }

    fn positive(&mut self, name: &'static str) -> Option<u64> {
        let text = self.variable(name)?;
        let number = text.trim().parse().ok();
        let number = number.filter(|number| (1..=MS_MAX).contains(number));
        if number.is_none() {
            self.unknown(
                name,
                "set it to a whole number from 1 to 3600000, or unset it",
            );
        }
        number
    }
}

/// What to do about an endpoint that is none.
pub(super) fn endpoint_problem(text: &str) -> Option<&'static str> {
    let rest = ["http://", "https://"]
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme));
    let authority = rest.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    match authority {
        // Endpoints are logged.
        Some(authority) if authority.contains('@') => {
            Some("put credentials into `OTEL_EXPORTER_OTLP_HEADERS`, not into the URL")
        }
        Some(authority)
            if !authority.is_empty()
                && !text.contains(|c: char| c.is_whitespace() || c.is_control()) =>
        {
            None
        }
        Some(_) | None => Some("write a URL, such as `http://localhost:4318`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Telemetry;
    use crate::config::check::tests::{problems, read};

    fn telemetry(variables: &[(&str, &str)]) -> Telemetry {
        read("{}", variables).unwrap().telemetry
    }

    /// traces, metrics, logs
    fn on(variables: &[(&str, &str)]) -> [bool; 3] {
        let telemetry = telemetry(variables);
        [&telemetry.traces, &telemetry.metrics, &telemetry.logs].map(Option::is_some)
    }

    #[test]
    fn an_endpoint_switches_its_signals_on() {
        let off = ("OTEL_SDK_DISABLED", "True");
        assert_eq!(on(&[]), [false; 3]);
        for (name, signals) in [
            (ENDPOINT, [true; 3]),
            (TRACES.endpoint, [true, false, false]),
            (METRICS.endpoint, [false, true, false]),
            (LOGS.endpoint, [false, false, true]),
        ] {
            assert_eq!(on(&[(name, "http://c:4318")]), signals, "{name}");
            assert_eq!(on(&[(name, "")]), [false; 3], "{name}");
            assert_eq!(on(&[(name, "http://c:4318"), off]), [false; 3], "{name}");
        }
    }

    #[test]
    fn an_exporter_by_name_wins_over_endpoints_and_sinks() {
        let endpoint = (ENDPOINT, "http://c:4318");
        for (variables, signals) in [
            (vec![(TRACES.exporter, "otlp")], [true, false, false]),
            (
                vec![(METRICS.exporter, "prometheus, otlp")],
                [false, true, false],
            ),
            (
                vec![endpoint, (TRACES.exporter, "none")],
                [false, true, true],
            ),
            (
                vec![endpoint, (METRICS.exporter, "none")],
                [true, false, true],
            ),
            (
                vec![endpoint, (LOGS.exporter, "console")],
                [true, true, false],
            ),
            (
                vec![("OTEL_SDK_DISABLED", "true"), (TRACES.exporter, "otlp")],
                [false; 3],
            ),
            (vec![("TELEMETRY_SINKS", "otel_log")], [false, false, true]),
            (
                vec![("TELEMETRY_SINKS", "otel_log"), (LOGS.exporter, "none")],
                [false; 3],
            ),
        ] {
            assert_eq!(on(&variables), signals, "{variables:?}");
        }
        assert_eq!(problems("{}", &[(TRACES.exporter, "zipkin")]).len(), 1);
    }

    #[test]
    fn endpoints_are_made_as_the_specification_says() {
        let otlp = "otlp";
        for (variables, expected, protocol) in [
            (
                vec![(TRACES.exporter, otlp)],
                "http://localhost:4318/v1/traces",
                Protocol::Http,
            ),
            (
                vec![(TRACES.exporter, otlp), (PROTOCOL, "grpc")],
                "http://localhost:4317",
                Protocol::Grpc,
            ),
            (
                vec![(ENDPOINT, "http://c/base/")],
                "http://c/base/v1/traces",
                Protocol::Http,
            ),
            (
                vec![(ENDPOINT, "https://c"), (PROTOCOL, "grpc")],
                "https://c",
                Protocol::Grpc,
            ),
            (
                vec![
                    (ENDPOINT, "http://c"),
                    (TRACES.endpoint, "http://t/x"),
                    (TRACES.protocol, "http/protobuf"),
                    (PROTOCOL, "grpc"),
                ],
                "http://t/x",
                Protocol::Http,
            ),
        ] {
            let traces = telemetry(&variables).traces.unwrap();
            assert_eq!(
                (&*traces.endpoint, traces.protocol),
                (expected, protocol),
                "{variables:?}"
            );
        }
    }

    #[test]
    fn batches_and_timeouts_are_those_of_the_variables() {
        let traces = |variables: &[(&str, &str)]| {
            let on = [(TRACES.exporter, "otlp")];
            let variables: Vec<_> = variables.iter().chain(&on).copied().collect();
            telemetry(&variables).traces.unwrap()
        };
        let default = traces(&[]);
        assert_eq!(default.timeout, Duration::from_secs(10));
        assert_eq!((default.batch.queue, default.batch.size), (8192, 128));
        let set = traces(&[
            ("OTEL_BSP_MAX_QUEUE_SIZE", "100"),
            ("OTEL_BSP_SCHEDULE_DELAY", "20"),
            (TIMEOUT, "1"),
            (TRACES.timeout, "2"),
        ]);
        assert_eq!((set.batch.queue, set.batch.size), (100, 100));
        assert_eq!(set.batch.delay, Duration::from_millis(20));
        assert_eq!(set.timeout, Duration::from_millis(2));
    }

    #[test]
    fn variables_that_cannot_be_followed_are_problems() {
        for variable in [
            (PROTOCOL, "http/json"),
            (ENDPOINT, "localhost:4318"),
            (ENDPOINT, "http://"),
            (ENDPOINT, "http://me:secret@c"),
            (TIMEOUT, "10s"),
            ("OTEL_BSP_MAX_QUEUE_SIZE", "0"),
            (TRACES.certificate, "/nowhere.pem"),
            (CLIENT[1], "key.pem"),
        ] {
            let found = problems("{}", &[variable]);
            assert!(!found.is_empty(), "{variable:?}");
            assert!(!found[0].contains("secret"), "{found:?}");
        }
    }
}
