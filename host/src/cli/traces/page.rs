//! A list of calls for people.

use super::rows::Columns;
use crate::cli::args::LIST_MAX;
use crate::cli::screen::{Ink, Screen};
use crate::http::viewer::wire::Page;
use crate::traces::Time;

/// Said if nothing at all is stored.
const NOTHING: &str = "no calls are stored\n  call a tool on a running host, as with \
                       `toolhost invoke TOOL --endpoint http://127.0.0.1:8321`";

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// At most so many rows.
    pub limit: u32,
    /// Whether there may be calls that were not asked for.
    pub is_filtered: bool,
}

/// A page for people: a header, the rows, and what to type for others.
pub fn lines(page: &Page, wanted: Wanted, now: Time, screen: Screen) -> Vec<String> {
    if page.data.is_empty() {
        return match wanted.is_filtered {
            true => vec!["no call matches; leave out an option, or look further back".to_owned()],
            false => NOTHING.lines().map(str::to_owned).collect(),
        };
    }
    let columns = Columns::of(&page.data, now, screen);
    let mut lines = vec![columns.header(screen)];
    lines.extend(page.data.iter().map(|row| columns.row(row, now, screen)));
    if page.next.is_some() {
        let limit = wanted.limit;
        let more = match limit {
            LIST_MAX.. => "a filter or another `--since` shows others".to_owned(),
            _ => format!("`--limit {}` shows more", (limit * 5).min(LIST_MAX)),
        };
        let text = format!("the newest {}; {more}", page.data.len());
        lines.push(screen.paint(Ink::Dim, &text));
    }
    lines
}
