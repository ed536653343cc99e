//! Finds the trace that somebody means by the first digits of its id.

use std::collections::BTreeSet;

use super::source::Source;
use crate::cli::exit::Stop;
use crate::cli::text::clean;
use crate::http::viewer::wire::Summary;
use crate::traces::{LIMIT_MAX, TraceId};

/// Fewer digits would soon mean another trace.
const DIGITS_MIN: usize = 4;
/// Traces that an error names.
const NAMED_MAX: usize = 5;

/// The trace of that id, or of the newest ones the only one whose id begins so.
pub fn pick(source: &Source<'_>, text: &str) -> Result<TraceId, Stop> {
    if let Ok(id) = text.parse() {
        return Ok(id);
    }
    let is_prefix =
        (DIGITS_MIN..32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_prefix {
        return Err(Stop::usage(format!(
            "`{}` is no trace id; it has 32 hexadecimal digits, of which the first {DIGITS_MIN} \
             may do",
            clean(text)
        )));
    }
    let page = source.list(&vec![("limit", LIMIT_MAX.to_string())])?;
    the_one(&page.data, &text.to_ascii_lowercase())
}

fn the_one(rows: &[Summary], prefix: &str) -> Result<TraceId, Stop> {
    let ids: BTreeSet<&str> = rows
        .iter()
        .map(|row| row.trace_id.as_str())
        .filter(|id| id.starts_with(prefix))
        .collect();
    let mut parsed = ids.iter().map(|id| id.parse());
    match (ids.len(), parsed.next()) {
        (1, Some(Ok(id))) => Ok(id),
        (0 | 1, _) => Err(Stop::usage(format!(
            "of the newest {LIMIT_MAX} traces, none begins with `{prefix}`\n  `toolhost traces list` \
             shows what there is; an older one needs all 32 digits"
        ))),
        (many, _) => {
            let named: Vec<&str> = ids.into_iter().take(NAMED_MAX).collect();
            Err(Stop::usage(format!(
                "{many} traces begin with `{prefix}`; write more digits of one of them\n  {}",
                named.join("\n  ")
            )))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::traces::tests::summary;

    #[test]
    fn the_first_digits_mean_the_only_trace_that_has_them() {
        let rows: Vec<Summary> = ["abcd1", "abcd1", "abce2", "ffff3"]
            .map(|id| Summary {
                trace_id: format!("{id:0<32}"),
                ..summary()
            })
            .into();
        for (prefix, expected) in [
            ("abcd", Ok("abcd1")),
            ("ffff3", Ok("ffff3")),
            ("abc", Err("2 traces begin with `abc`")),
            ("0123", Err("none begins with `0123`")),
        ] {
            match (the_one(&rows, prefix), expected) {
                (Ok(id), Ok(expected)) => assert!(id.to_string().starts_with(expected)),
                (Err(stop), Err(says)) => assert!(stop.message.contains(says), "{}", stop.message),
                (got, _) => panic!("{prefix}: {got:?}"),
            }
        }
    }
}
