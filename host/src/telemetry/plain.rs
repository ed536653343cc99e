//! Lines of the log for an author who looks at a terminal: what a call cost, and YAML as it is
//! pasted.

use std::fmt::{self, Write as _};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::names::{LOG_SPAN_ID, LOG_TRACE_ID};

/// Fields for those who join logs with traces.
const LEFT_OUT: [&str; 2] = [LOG_SPAN_ID, LOG_TRACE_ID];

/// Writes the message, then the fields; fields of several lines below, indented.
#[derive(Debug)]
pub struct Plain;

impl<S, N> FormatEvent<S, N> for Plain
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut parts = Parts::default();
        event.record(&mut parts);
        let mark = match *event.metadata().level() {
            Level::ERROR => "error: ",
            Level::WARN => "warning: ",
            _ => "",
        };
        writeln!(writer, "{mark}{}{}", parts.message, parts.fields)?;
        for line in parts.below.lines() {
            writeln!(writer, "    {line}")?;
        }
        Ok(())
    }
}

#[derive(Debug, Default)]
struct Parts {
    message: String,
    fields: String,
    below: String,
}

impl Parts {
    fn add(&mut self, name: &str, value: &str) {
        // Writing to a text cannot fail.
        let _ = match name {
            "message" => self.message.write_str(value),
            _ if LEFT_OUT.contains(&name) => Ok(()),
            _ if value.contains('\n') => writeln!(self.below, "{}", value.trim_end()),
            _ => write!(self.fields, "  {name}={value}"),
        };
    }
}

impl Visit for Parts {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field.name(), value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field.name(), &format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn ids_are_left_out_and_yaml_stands_below_as_it_is_pasted() {
        let lines = Lines::default();
        let writer = lines.clone();
        let layer = tracing_subscriber::fmt::layer()
            .with_writer(move || writer.clone())
            .event_format(Plain);
        let subscriber = tracing_subscriber::registry().with(layer);
        tracing::subscriber::with_default(subscriber, || {
            let grant = "grants:\n  network:\n    - { host: a.example }";
            tracing::warn!(tool = "a/b", trace_id = "0af7", grant, "denied");
            tracing::info!(fuel = 7, "call");
        });
        let said = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        let expected = "warning: denied  tool=a/b
    grants:
      network:
        - { host: a.example }
call  fuel=7
";
        assert_eq!(said, expected);
    }
}
