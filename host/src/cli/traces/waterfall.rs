//! A trace as a picture: a line for each span, and a bar for when it ran.

use super::outline::outline;
use super::rows::CROSS;
use crate::cli::amount;
use crate::cli::screen::{Ink, Screen};
use crate::cli::text::{clean, pad, pad_left, width};
use crate::http::viewer::wire::{Span, Status};

/// Spans that are drawn; `--json` has the others too.
pub const SPANS_MAX: usize = 500;
const GAP: &str = "  ";
const DURATION_WIDTH: usize = 7;
/// Names take no more than this share of the line, in per cent.
const NAMES_SHARE: usize = 45;
/// Steps of a bar within one character.
const EIGHTHS: usize = 8;
/// A block of each width, from the left edge of its character.
const LEFT: [&str; 9] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"];
const RIGHT_HALF: &str = "▐";
const RIGHT_EIGHTH: &str = "▕";

/// One line for each of the first spans.
pub fn lines(spans: &[Span], screen: Screen) -> Vec<String> {
    let total_ms = spans
        .iter()
        .map(|span| span.offset_ms + span.duration_ms)
        .fold(0.0, f64::max);
    let spans = &spans[..spans.len().min(SPANS_MAX)];
    let most = screen.columns * NAMES_SHARE / 100;
    let names: Vec<(String, String)> = spans
        .iter()
        .zip(outline(spans))
        .map(|(span, outline)| (shorten(outline, most / 2), name(span)))
        .collect();
    let widest = names.iter().map(|(line, name)| width(line) + width(name));
    let names_width = widest.max().unwrap_or(0).min(most);
    let bar_width = screen.columns - names_width - DURATION_WIDTH - 2 * GAP.len();
    let rows = spans.iter().zip(names);
    rows.map(|(span, (outline, name))| {
        let name = pad(&name, names_width - width(&outline));
        let scale = (bar_width * EIGHTHS) as f64 / total_ms.max(f64::MIN_POSITIVE);
        let bar = bar(
            eighths(span.offset_ms * scale),
            eighths((span.offset_ms + span.duration_ms) * scale),
            bar_width,
        );
        let has_failed = span.status == Status::Error;
        let ink = |text: &str| match has_failed {
            true => screen.paint(Ink::Red, text),
            false => text.to_owned(),
        };
        let duration = pad_left(&amount::duration(span.duration_ms), DURATION_WIDTH);
        let outline = screen.paint(Ink::Dim, &outline);
        let (name, bar) = (ink(&name), ink(&bar));
        format!("{outline}{name}{GAP}{bar}{GAP}{duration}")
    })
    .collect()
}

/// The name of a span, marked if it failed.
pub fn name(span: &Span) -> String {
    let name = clean(&span.name);
    match span.status {
        Status::Error => format!("{CROSS} {name}"),
        Status::Ok | Status::Unset => name,
    }
}

/// The lines that lead to a deep span, without those far to the left.
fn shorten(outline: String, most: usize) -> String {
    let all = width(&outline);
    if all <= most {
        return outline;
    }
    let tail: String = outline.chars().skip(all + 1 - most).collect();
    format!("…{tail}")
}

/// A bar from one eighth of a character to another, filled up with spaces to `columns`. It is
/// never empty: what began at all is seen.
fn bar(start: usize, end: usize, columns: usize) -> String {
    let last = columns * EIGHTHS;
    let start = start.min(last.saturating_sub(1));
    let end = end.clamp(start + 1, last);
    let (first, into) = (start / EIGHTHS, start % EIGHTHS);
    let mut drawn = " ".repeat(first);
    let rest = end.saturating_sub((first + 1) * EIGHTHS);
    drawn.push_str(match (rest, into) {
        (0, _) => block(into, end - start),
        (_, 0..=2) => LEFT[EIGHTHS],
        (_, 3..=5) => RIGHT_HALF,
        _ => RIGHT_EIGHTH,
    });
    drawn.push_str(&LEFT[EIGHTHS].repeat(rest / EIGHTHS));
    drawn.push_str(LEFT[rest % EIGHTHS]);
    pad(&drawn, columns)
}

/// The character that is most like `long` eighths behind the first `into`, and nothing on either
/// side. Blocks stand at the left edge of a character, but for two.
fn block(into: usize, long: usize) -> &'static str {
    if into * 2 + long <= EIGHTHS || long > EIGHTHS * 3 / 4 {
        LEFT[long]
    } else if long > 2 {
        RIGHT_HALF
    } else {
        RIGHT_EIGHTH
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` keeps to the bounds of the type, and no number is zero"
)]
fn eighths(number: f64) -> usize {
    number.round() as usize
}

/// What is said below a picture that does not show all spans.
pub fn omitted(spans: usize) -> Option<String> {
    let more = spans.checked_sub(SPANS_MAX).filter(|more| *more > 0)?;
    Some(format!("… and {more} more spans; `--json` has them all"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_long_as_its_span_and_never_empty() {
        for (start, end, expected) in [
            (0, 32, "████"),
            (0, 0, "▏   "),
            (0, 4, "▌   "),
            (0, 12, "█▌  "),
            (8, 16, " █  "),
            (4, 12, "▐▌  "),
            (2, 16, "██  "),
            (3, 16, "▐█  "),
            (6, 16, "▕█  "),
            (10, 12, " ▎  "),
            (13, 16, " ▐  "),
            (15, 16, " ▕  "),
            (32, 32, "   ▕"),
            (31, 40, "   ▕"),
            (99, 99, "   ▕"),
        ] {
            assert_eq!(bar(start, end, 4), expected, "{start}..{end}");
        }
    }

    #[test]
    fn the_lines_to_a_deep_span_leave_room_for_its_name() {
        for (outline, most, expected) in [
            ("", 6, ""),
            ("│  └─ ", 6, "│  └─ "),
            ("   │  └─ ", 6, "…  └─ "),
        ] {
            assert_eq!(shorten(outline.to_owned(), most), expected);
        }
    }
}
