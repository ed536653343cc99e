//! One line for each call.

use crate::cli::amount;
use crate::cli::screen::{Ink, Screen};
use crate::cli::text::{clean, cut, pad, pad_left, width};
use crate::http::viewer::wire::{Status, Summary};
use crate::traces::Time;

/// What stands before what went wrong.
pub const CROSS: &str = "✗";
const GAP: &str = "  ";
/// `HH:MM:SS.mmm`, and with a date before it.
const CLOCK_WIDTH: usize = 12;
const DATE_WIDTH: usize = 23;
/// Digits of a trace id that are shown if not all of them fit.
const SHORT_ID: usize = 8;
const LONG_ID: usize = 32;
const DURATION_WIDTH: usize = 8;
const SPANS_WIDTH: usize = 5;
/// `✗ too_many_host_calls` fits.
const STATUS_WIDTH: usize = 21;
const NAME_WIDTH_MIN: usize = 8;
/// Names get this much before trace ids are shown whole.
const NAME_WIDTH_FAIR: usize = 24;

/// Which column begins where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Columns {
    time: usize,
    id: usize,
    name: usize,
    status: usize,
}

impl Columns {
    /// Columns that these rows need.
    pub fn of(rows: &[Summary], now: Time, screen: Screen) -> Columns {
        let widest = |text: fn(&Summary) -> String| rows.iter().map(move |row| width(&text(row)));
        let time = match rows.iter().all(|row| is_today(row.start_time.0, now)) {
            true => CLOCK_WIDTH,
            false => DATE_WIDTH,
        };
        let status = widest(status).max().unwrap_or(0);
        let name = widest(name).max().unwrap_or(0);
        Columns::with(time, status, name, screen)
    }

    /// Columns for rows that are not there yet.
    pub fn of_any(screen: Screen) -> Columns {
        Columns::with(CLOCK_WIDTH, STATUS_WIDTH, screen.columns, screen)
    }

    fn with(time: usize, status: usize, name: usize, screen: Screen) -> Columns {
        let status = status.clamp("STATUS".len(), STATUS_WIDTH);
        let fixed = time + DURATION_WIDTH + SPANS_WIDTH + status + 5 * GAP.len();
        let left = screen.columns.saturating_sub(fixed);
        let name = name.max(NAME_WIDTH_MIN);
        let id = match left >= LONG_ID + name.min(NAME_WIDTH_FAIR) {
            true => LONG_ID,
            false => SHORT_ID,
        };
        Columns {
            time,
            id,
            name: name.min(left.saturating_sub(id).max(NAME_WIDTH_MIN)),
            status,
        }
    }

    /// What stands above the rows.
    pub fn header(self, screen: Screen) -> String {
        let columns = [
            pad("TIME", self.time),
            pad("TRACE", self.id),
            pad("CALL", self.name),
            pad_left("DURATION", DURATION_WIDTH),
            pad_left("SPANS", SPANS_WIDTH),
            "STATUS".to_owned(),
        ];
        screen.paint(Ink::Dim, &columns.join(GAP))
    }

    /// One row.
    pub fn row(self, row: &Summary, now: Time, screen: Screen) -> String {
        let time = row.start_time.0;
        let time = if is_today(time, now) {
            clock(time)
        } else {
            date_and_clock(time)
        };
        let id: String = clean(&row.trace_id).chars().take(self.id).collect();
        let columns = [
            pad_left(&time, self.time),
            pad(&id, self.id),
            pad(&name(row), self.name),
            pad_left(&amount::duration(row.duration_ms), DURATION_WIDTH),
            pad_left(&row.spans.to_string(), SPANS_WIDTH),
        ];
        let status = cut(&status(row), self.status);
        let status = match row.status {
            Status::Error => screen.paint(Ink::Red, &status),
            Status::Ok | Status::Unset => status,
        };
        format!("{}{GAP}{status}", columns.join(GAP))
    }
}

/// `22:47:53.855`, in UTC.
pub fn clock(time: Time) -> String {
    date_and_clock(time)[DATE_WIDTH - CLOCK_WIDTH..].to_owned()
}

/// `2026-11-20 22:47:53.855`, in UTC.
pub fn date_and_clock(time: Time) -> String {
    let ms = time.0.rem_euclid(1_000_000_000) / 1_000_000;
    let whole = Time::from_s(time.s()).to_string();
    format!("{}.{ms:03}", whole.trim_end_matches('Z').replace('T', " "))
}

/// What went wrong, in a word.
pub fn status(row: &Summary) -> String {
    match row.status {
        Status::Ok | Status::Unset => "ok".to_owned(),
        Status::Error => {
            let error = row.error_type.as_deref().unwrap_or("error");
            format!("{CROSS} {}", clean(error))
        }
    }
}

fn name(row: &Summary) -> String {
    clean(row.tool.as_deref().unwrap_or(&row.name))
}

fn is_today(time: Time, now: Time) -> bool {
    const DAY_S: i64 = 86_400;
    time.s().div_euclid(DAY_S) == now.s().div_euclid(DAY_S)
}
