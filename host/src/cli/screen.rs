//! What lines are written on: how wide it is, and whether it shows colours.

use std::io::{IsTerminal, stdout};

use comfy_table::Table;

/// Columns of what is no terminal, such as a pipe or a file.
const COLUMNS: usize = 120;
/// Narrower terminals are written to as if they had this many columns.
const COLUMNS_MIN: usize = 60;
/// Wider ones likewise: a longer line is hard to follow.
const COLUMNS_MAX: usize = 240;

/// Where lines for people go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screen {
    /// How many characters fit on a line.
    pub columns: usize,
    /// Whether colours are shown; they never say what the text does not.
    pub is_coloured: bool,
}

/// How text looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// What went wrong.
    Red,
    /// What matters less.
    Dim,
    /// What is looked for first.
    Bold,
}

impl Screen {
    /// The standard output. Colours are for terminals whose user has not set `NO_COLOR`.
    pub fn stdout() -> Screen {
        let columns = Table::new().width().map_or(COLUMNS, usize::from);
        Screen {
            columns: columns.clamp(COLUMNS_MIN, COLUMNS_MAX),
            is_coloured: stdout().is_terminal() && !crate::config::no_color(),
        }
    }

    /// `text` in that ink, if this screen shows colours.
    pub fn paint(self, ink: Ink, text: &str) -> String {
        if !self.is_coloured || text.is_empty() {
            return text.to_owned();
        }
        let code = match ink {
            Ink::Red => 31,
            Ink::Dim => 2,
            Ink::Bold => 1,
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_coloured_screen_gets_escape_sequences() {
        let screen = |is_coloured| Screen {
            columns: 80,
            is_coloured,
        };
        assert_eq!(screen(false).paint(Ink::Red, "no"), "no");
        assert_eq!(screen(true).paint(Ink::Red, "no"), "\u{1b}[31mno\u{1b}[0m");
        assert_eq!(screen(true).paint(Ink::Dim, ""), "");
    }
}
