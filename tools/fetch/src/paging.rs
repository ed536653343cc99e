//! A part of a long text.

use crate::problem::Problem;

const LENGTH_MAX: u32 = 100_000;
const LENGTH_DEFAULT: u32 = 20_000;

/// A part of a text, counted in characters.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) text: String,
    /// Of the whole text.
    pub(crate) total: u32,
    /// Where the next part begins, unless this is the last.
    pub(crate) next: Option<u32>,
}

/// Which characters are wanted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Range {
    start: u32,
    length: u32,
}

impl Range {
    /// `length` characters from `start` on.
    pub(crate) fn new(start: Option<u32>, length: Option<u32>) -> Result<Range, Problem> {
        let length = length.unwrap_or(LENGTH_DEFAULT);
        if length == 0 || length > LENGTH_MAX {
            return Err(Problem::Invalid(format!(
                "`length` is {length}; give 1 to {LENGTH_MAX}"
            )));
        }
        let start = start.unwrap_or(0);
        Ok(Range { start, length })
    }

    /// The part of `text` in this range.
    pub(crate) fn of(self, text: &str) -> Result<Part, Problem> {
        let total = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        if self.start > 0 && self.start >= total {
            return Err(Problem::Invalid(format!(
                "`start` is {} and the text has {total} characters; give a smaller one",
                self.start
            )));
        }
        let end = self.start.saturating_add(self.length);
        let part = text
            .chars()
            .skip(self.start as usize)
            .take(self.length as usize);
        Ok(Part {
            text: part.collect(),
            total,
            next: (end < total).then_some(end),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_join_to_the_whole() {
        let text = "aéb\u{1f345}c".repeat(10);
        let mut joined = String::new();
        let mut start = Some(0);
        while start.is_some() {
            let part = Range::new(start, Some(7)).unwrap().of(&text).unwrap();
            assert_eq!(part.total, 50);
            joined.push_str(&part.text);
            start = part.next;
        }
        assert_eq!(joined, text);
    }

    #[test]
    fn senseless_ranges_are_refused() {
        for (start, length) in [
            (None, Some(0)),
            (None, Some(100_001)),
            (Some(3), None),
            (Some(u32::MAX), None),
        ] {
            let part = Range::new(start, length).and_then(|range| range.of("abc"));
            assert!(part.is_err(), "{start:?} {length:?}");
        }
        let empty = Range::new(None, None).unwrap().of("").unwrap();
        assert_eq!((empty.total, empty.next), (0, None));
    }
}
