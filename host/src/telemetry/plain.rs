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
