//! Questions to the viewer, read from the parameters of a URL.
//!
//! A parameter without a value counts as left out, which Python clients mean by `since=`.

use std::str::FromStr;
use std::time::Duration;

use crate::traces::{Cursor, LIMIT, LIMIT_MAX, ListFilter, STEPS_MAX, SeriesQuery, Status, Time};

/// How far back statistics go if nobody says.
pub const STATS_SINCE: Duration = Duration::from_secs(60 * 60);
/// How far back a series goes if nobody says.
pub const SERIES_SINCE: Duration = Duration::from_secs(15 * 60);
/// Steps of a series if nobody says.
pub const STEPS: u32 = 60;
/// Longest name of a tool to ask for, in bytes.
const TOOL_BYTES_MAX: usize = 256;
/// Longest text to search for, in bytes.
const TEXT_BYTES_MAX: usize = 1024;
/// Characters of an unknown parameter that an error repeats.
const SHOWN_MAX: usize = 64;

const LIST: [&str; 7] = [
    "tool",
    "status",
    "since",
    "slower_than",
    "text",
    "limit",
    "before",
];
const STATS: [&str; 1] = ["since"];
const SERIES: [&str; 3] = ["since", "steps", "tool"];

/// A parameter that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{field}`: {reason}")]
pub struct Wrong {
    /// Which one.
    pub field: String,
    /// What to write.
    pub reason: String,
}

/// The parameters of one question: each is known and stands once.
struct Fields {
    given: Vec<(String, String)>,
}

/// Which calls a list shows; `before` and `limit` say which page of it.
pub fn list<K, V>(pairs: impl IntoIterator<Item = (K, V)>, now: Time) -> Result<ListFilter, Wrong>
where
    K: AsRef<str>,
    V: Into<String>,
{
    let mut fields = Fields::of(pairs, &LIST)?;
    let limit = fields.number("limit", 1, LIMIT_MAX)?;
    let status = fields.take("status").map(|word| match word.as_str() {
        "ok" => Ok(Status::Ok),
        "error" => Ok(Status::Error),
        _ => Err(wrong("status", "write `ok` or `error`")),
    });
    Ok(ListFilter {
        tool: fields.text("tool", TOOL_BYTES_MAX)?,
        status: status.transpose()?,
        since: fields.since(now)?,
        slower_than: fields.slower_than()?,
        text: fields.text("text", TEXT_BYTES_MAX)?,
        limit: Some(limit.unwrap_or(LIMIT)),
        before: fields.before()?,
    })
}

/// The time that statistics begin with.
pub fn stats<K, V>(pairs: impl IntoIterator<Item = (K, V)>, now: Time) -> Result<Time, Wrong>
where
    K: AsRef<str>,
    V: Into<String>,
{
    let since = Fields::of(pairs, &STATS)?.since(now)?;
    Ok(since.unwrap_or(now.before(STATS_SINCE)))
}

/// Which calls a series shows, up to now.
pub fn series<K, V>(
    pairs: impl IntoIterator<Item = (K, V)>,
    now: Time,
) -> Result<SeriesQuery, Wrong>
where
    K: AsRef<str>,
    V: Into<String>,
{
    let mut fields = Fields::of(pairs, &SERIES)?;
    let since = fields.since(now)?.unwrap_or(now.before(SERIES_SINCE));
    if since >= now {
        return Err(wrong("since", "write a time before now"));
    }
    Ok(SeriesQuery {
        since,
        until: now,
        steps: fields.number("steps", 1, STEPS_MAX)?.unwrap_or(STEPS),
        tool: fields.text("tool", TOOL_BYTES_MAX)?,
    })
}

/// Reads a duration back from `now`, such as `15m`, or a time of RFC 3339.
pub fn since(text: &str, now: Time) -> Option<Time> {
    match humantime::parse_duration(text) {
        Ok(back) => Some(now.before(back)),
        Err(_) => Time::parse(text),
    }
}

/// A place in a list as text: `START_NS.NUMBER`.
pub fn cursor_text(cursor: Cursor) -> String {
    format!("{}.{}", cursor.start.0, cursor.number)
}

/// The inverse of [`cursor_text`].
pub fn cursor(text: &str) -> Option<Cursor> {
    let (start, number) = text.split_once('.')?;
    Some(Cursor {
        start: Time(digits(start)?),
        number: digits(number)?,
    })
}

impl Fields {
    fn of<K, V>(
        pairs: impl IntoIterator<Item = (K, V)>,
        known: &'static [&'static str],
    ) -> Result<Fields, Wrong>
    where
        K: AsRef<str>,
        V: Into<String>,
    {
        let mut given: Vec<(String, String)> = Vec::new();
        for (key, value) in pairs {
            let key = key.as_ref();
            if !known.contains(&key) {
                let shown: String = key.escape_debug().take(SHOWN_MAX).collect();
                let reason = format!("no such parameter; write {}", names(known));
                return Err(wrong(shown, reason));
            }
            if given.iter().any(|(name, _)| name == key) {
                return Err(wrong(key, "it stands twice; write it once"));
            }
            given.push((key.to_owned(), value.into()));
        }
        given.retain(|(_, value)| !value.is_empty());
        Ok(Fields { given })
    }

    fn take(&mut self, name: &str) -> Option<String> {
        let place = self.given.iter().position(|(key, _)| key == name)?;
        Some(self.given.swap_remove(place).1)
    }

    fn text(&mut self, name: &'static str, bytes_max: usize) -> Result<Option<String>, Wrong> {
        let text = self.take(name);
        if text.as_ref().is_some_and(|text| text.len() > bytes_max) {
            return Err(wrong(name, format!("write at most {bytes_max} bytes")));
        }
        Ok(text)
    }

    fn number(&mut self, name: &'static str, least: u32, most: u32) -> Result<Option<u32>, Wrong> {
        let Some(text) = self.take(name) else {
            return Ok(None);
        };
        let number = digits(&text).filter(|number| (least..=most).contains(number));
        let reason = || wrong(name, format!("write a whole number from {least} to {most}"));
        number.map(Some).ok_or_else(reason)
    }

    fn since(&mut self, now: Time) -> Result<Option<Time>, Wrong> {
        let Some(text) = self.take("since") else {
            return Ok(None);
        };
        let time = since(&text, now);
        let reason = "write how far back, such as `15m`, `1h` or `7d`, or a time such as \
                      `2026-11-20T22:47:53Z`";
        time.map(Some).ok_or_else(|| wrong("since", reason))
    }

    fn slower_than(&mut self) -> Result<Option<Duration>, Wrong> {
        let Some(text) = self.take("slower_than") else {
            return Ok(None);
        };
        let reason = "write a duration, such as `100ms` or `2s`";
        let duration = humantime::parse_duration(&text);
        duration.map(Some).map_err(|_| wrong("slower_than", reason))
    }

    fn before(&mut self) -> Result<Option<Cursor>, Wrong> {
        let Some(text) = self.take("before") else {
            return Ok(None);
        };
        let reason = "write what `next` of the page before says, as it stands";
        cursor(&text)
            .map(Some)
            .ok_or_else(|| wrong("before", reason))
    }
}

/// Digits and nothing else: `parse` alone would take `+1`.
fn digits<N: FromStr>(text: &str) -> Option<N> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

fn names(known: &[&str]) -> String {
    let quoted: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        _ => quoted.concat(),
    }
}

fn wrong(field: impl Into<String>, reason: impl Into<String>) -> Wrong {
    Wrong {
        field: field.into(),
        reason: reason.into(),
    }
}

#[cfg(test)]
mod tests;
