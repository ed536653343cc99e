//! What was left out or changed, and why, and what is left to the operator: on stderr.

use std::collections::HashSet;

use serde_json::{Value, json};

/// Lines that are shown to people.
const SHOWN_MAX: usize = 100;
/// Longest line, in characters.
const CHARS_MAX: usize = 300;

/// Everything that an operator should know, each thing once.
#[derive(Debug, Default)]
pub struct Notes {
    notes: Vec<(String, String)>,
    known: HashSet<(String, String)>,
}

impl Notes {
    /// Adds what happened at a place, such as `GET /pets`; an empty one is the whole.
    pub fn add(&mut self, place: &str, what: impl Into<String>) {
        let note = (shown(place), shown(&what.into()));
        if self.known.insert(note.clone()) {
            self.notes.push(note);
        }
    }

    pub fn append(&mut self, other: Notes) {
        for (place, what) in other.notes {
            self.add(&place, what);
        }
    }

    /// Forgets what is about a place that `is_kept` does not want.
    pub fn keep(&mut self, is_kept: impl Fn(&str) -> bool) {
        self.notes
            .retain(|(place, _)| place.is_empty() || is_kept(place));
        self.known = self.notes.iter().cloned().collect();
    }

    pub fn print(&self) {
        if self.notes.is_empty() {
            return;
        }
        eprintln!("left out, changed, or left to you ({}):", self.notes.len());
        for (place, what) in self.notes.iter().take(SHOWN_MAX) {
            match place.as_str() {
                "" => eprintln!("  {what}"),
                place => eprintln!("  {place}: {what}"),
            }
        }
        if self.notes.len() > SHOWN_MAX {
            let more = self.notes.len() - SHOWN_MAX;
            eprintln!("  … and {more} more; `--json` prints all");
        }
    }

    pub fn to_json(&self) -> Value {
        let note = |(place, what): &(String, String)| json!({"place": place, "what": what});
        self.notes.iter().map(note).collect()
    }

    #[cfg(test)]
    pub fn lines(&self) -> Vec<String> {
        let line = |(place, what): &(String, String)| format!("{place}: {what}");
        self.notes.iter().map(line).collect()
    }
}

/// `text` on one line, without what terminals act on.
pub fn shown(text: &str) -> String {
    let mut shown = String::new();
    for c in text.chars().take(CHARS_MAX) {
        match c {
            '\'' | '"' | '\\' => shown.push(c),
            c => shown.extend(c.escape_debug()),
        }
    }
    if text.chars().count() > CHARS_MAX {
        shown.push('…');
    }
    shown
}
