//! Searches and replaces with regular expressions.

use regex::{Captures, Regex, RegexBuilder};

use crate::size;

const PATTERN_CHARS_MAX: usize = 1_000;

/// What a compiled pattern may take; enough for every pattern of daily use.
const PATTERN_BYTES_MAX: usize = 1024 * 1024;

/// How deep groups may be nested.
const NESTING_MAX: u32 = 50;

const MATCHES: u32 = 100;
const MATCHES_MAX: u32 = 1_000;

/// The most characters that are returned of a match or a group.
const MATCH_CHARS_MAX: usize = 1_000;

/// The most bytes that are returned of all matches together.
const MATCHES_BYTES_MAX: usize = 256 * 1024;

/// What a search found.
#[derive(Debug)]
pub(crate) struct Found {
    /// How many matches there are.
    pub(crate) count: u32,
    /// The first of them.
    pub(crate) matches: Vec<Match>,
    /// Whether any is left out or cut.
    pub(crate) truncated: bool,
}

/// A place where a pattern matches.
#[derive(Debug)]
pub(crate) struct Match {
    /// From 1.
    pub(crate) line: u32,
    /// From 1, in characters.
    pub(crate) column: u32,
    pub(crate) text: String,
    /// Names or numbers, and what they matched.
    pub(crate) groups: Vec<(String, Option<String>)>,
}

/// The matches of `pattern` in `text`; the error says what to give in place of them.
pub(crate) fn search(text: &str, pattern: &str, limit: Option<u32>) -> Result<Found, String> {
    size::check("text", text)?;
    let limit = limit.unwrap_or(MATCHES);
    if !(1..=MATCHES_MAX).contains(&limit) {
        return Err("`limit` is 1 to 1,000 matches".to_owned());
    }
    let regex = compiled(pattern)?;
    let mut place = Place::start();
    let mut cutter = Cutter {
        bytes_left: MATCHES_BYTES_MAX,
        has_cut: false,
    };
    let mut found = Found {
        count: 0,
        matches: Vec::new(),
        truncated: false,
    };
    for captures in regex.captures_iter(text) {
        found.count += 1;
        if found.count > limit || cutter.bytes_left == 0 {
            found.truncated = true;
            // The rest need only be counted, which is cheaper without groups.
            let at = captures.get_match().start();
            found.count = found.count - 1 + matches_from(&regex, text, at);
            break;
        }
        place.advance(text, captures.get_match().start());
        found
            .matches
            .push(described(&regex, &captures, &place, &mut cutter));
    }
    found.truncated |= cutter.has_cut;
    Ok(found)
}

/// `text` with every match of `pattern` replaced, and how many there were.
pub(crate) fn replace(
    text: &str,
    pattern: &str,
    replacement: &str,
) -> Result<(String, u32), String> {
    size::check("text", text)?;
    size::check("replacement", replacement)?;
    let regex = compiled(pattern)?;
    let mut result = String::new();
    let mut copied = 0;
    let mut count = 0;
    for captures in regex.captures_iter(text) {
        let whole = captures.get_match();
        result += &text[copied..whole.start()];
        captures.expand(replacement, &mut result);
        copied = whole.end();
        count += 1;
        if result.len() > size::RESULT_BYTES_MAX {
            break;
        }
    }
    result += &text[copied..];
    if result.len() > size::RESULT_BYTES_MAX {
        return Err("the new text is larger than 524,288 bytes; replace with less, or in a part of the text".to_owned());
    }
    Ok((result, count))
}

fn compiled(pattern: &str) -> Result<Regex, String> {
    if pattern.is_empty() {
        return Err("`pattern` is empty; give a regular expression such as `\\d+`".to_owned());
    }
    if pattern.chars().count() > PATTERN_CHARS_MAX {
        return Err(
            "`pattern` is longer than 1,000 characters; search in several steps".to_owned(),
        );
    }
    RegexBuilder::new(pattern)
        .multi_line(true)
        .size_limit(PATTERN_BYTES_MAX)
        .dfa_size_limit(PATTERN_BYTES_MAX)
        .nest_limit(NESTING_MAX)
        .build()
        .map_err(|error| refused(&error))
}

fn refused(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(_) => {
            "`pattern` gets too large when it is compiled; use smaller repetitions, or `[A-Za-z0-9_]` \
             in place of `\\w`"
                .to_owned()
        }
        regex::Error::Syntax(text) => {
            let hint = if text.contains("look-around") || text.contains("backreferences") {
                "; write it without, and use groups for the parts that you need"
            } else {
                ""
            };
            format!("`pattern` is no regular expression that is understood{hint}:\n{text}")
        }
        other => format!("`pattern` cannot be used: {other}"),
    }
}

/// How many matches there are from the one that begins at `at`.
fn matches_from(regex: &Regex, text: &str, at: usize) -> u32 {
    let mut count = 0;
    for found in regex.find_iter(text) {
        count += u32::from(found.start() >= at);
    }
    count
}

fn described(regex: &Regex, captures: &Captures<'_>, place: &Place, cutter: &mut Cutter) -> Match {
    let text = cutter.cut(captures.get_match().as_str());
    let groups = regex
        .capture_names()
        .enumerate()
        .skip(1)
        .map(|(number, name)| {
            let name = name.map_or_else(|| number.to_string(), str::to_owned);
            // What is left out for lack of room still has its name, to keep groups in order.
            let text = captures.get(number).map(|group| cutter.cut(group.as_str()));
            (name, text)
        })
        .collect();
    cutter.bytes_left = cutter.bytes_left.saturating_sub(32 * captures.len());
    Match {
        line: place.line,
        column: place.column,
        text,
        groups,
    }
}

/// Bounds what is returned.
struct Cutter {
    bytes_left: usize,
    has_cut: bool,
}

impl Cutter {
    fn cut(&mut self, text: &str) -> String {
        let mut cut: String = text.chars().take(MATCH_CHARS_MAX).collect();
        if cut.len() < text.len() {
            self.has_cut = true;
            cut.push('…');
        }
        self.bytes_left = self.bytes_left.saturating_sub(cut.len());
        cut
    }
}

/// Where in a text something is; it only moves forward, so that all matches cost one pass.
struct Place {
    at: usize,
    line: u32,
    column: u32,
}

impl Place {
    fn start() -> Self {
        Self {
            at: 0,
            line: 1,
            column: 1,
        }
    }

    fn advance(&mut self, text: &str, to: usize) {
        for character in text[self.at..to].chars() {
            if character == '\n' {
                self.line += 1;
                self.column = 1;
            } else {
                self.column += 1;
            }
        }
        self.at = to;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_are_found_with_their_place_and_groups() {
        let text = "a = 1\nbé = 22\n\n  c=3";
        let found = search(text, r"^\s*(?<key>\w+)\s*=\s*(\d+)(x)?$", None).unwrap();
        let seen: Vec<(u32, u32, &str)> = found
            .matches
            .iter()
            .map(|found| (found.line, found.column, found.text.as_str()))
            .collect();
        assert_eq!(
            seen,
            [(1, 1, "a = 1"), (2, 1, "bé = 22"), (3, 1, "\n  c=3")]
        );
        assert_eq!(
            found.matches[1].groups,
            [
                ("key".to_owned(), Some("bé".to_owned())),
                ("2".to_owned(), Some("22".to_owned())),
                ("3".to_owned(), None),
            ]
        );
        let place = &search(text, "22", None).unwrap().matches[0];
        assert_eq!((place.line, place.column), (2, 6));
        assert_eq!((found.count, found.truncated), (3, false));
    }

    #[test]
    fn all_matches_are_counted_and_the_first_returned() {
        assert_eq!(search("strawberry", "r", None).unwrap().count, 3);
        assert_eq!(search("strawberry", "(?i)R|B", None).unwrap().count, 4);
        let found = search(&"ab ".repeat(500), r"\w", Some(2)).unwrap();
        assert_eq!(
            (found.count, found.matches.len(), found.truncated),
            (1_000, 2, true)
        );
        assert!(search("abc", "", None).is_err());
        assert_eq!(search("abc", "x*", None).unwrap().count, 4);
        assert_eq!(search("", "x", None).unwrap().count, 0);
    }

    #[test]
    fn long_matches_are_cut_and_their_sum_is_bounded() {
        let found = search(&"x".repeat(5_000), "x+", None).unwrap();
        assert_eq!(found.matches[0].text.chars().count(), 1_001);
        assert!(found.truncated);
        let groups = "(".repeat(40) + r"x{200}" + &")".repeat(40);
        let found = search(&"x".repeat(200_000), &groups, Some(1_000)).unwrap();
        assert!(found.truncated && found.matches.len() < 100);
        assert_eq!(found.count, 1_000);
    }

    #[test]
    fn replacements_use_groups() {
        for (text, pattern, replacement, expected, count) in [
            (
                "2025-07-18",
                r"(\d+)-(\d+)-(\d+)",
                "$3.$2.$1",
                "18.07.2025",
                1,
            ),
            ("a b", r"(?<word>\w)", "${word}${word}", "aa bb", 2),
            ("5 5", "5", "$$5", "$5 $5", 2),
            ("abc", "x", "y", "abc", 0),
            ("a\nb", "^", "> ", "> a\n> b", 2),
        ] {
            let result = replace(text, pattern, replacement);
            assert_eq!(result, Ok((expected.to_owned(), count)), "{pattern}");
        }
    }

    #[test]
    fn patterns_that_cannot_be_used_are_refused_with_a_remedy() {
        for (pattern, expected) in [
            ("(", "unclosed group"),
            (r"(?=x)", "write it without"),
            (r"(a)\1", "write it without"),
            ("a{1000}{1000}", "smaller repetitions"),
            (&"(".repeat(400), "no regular expression"),
            (&"x".repeat(1_001), "1,000 characters"),
            (
                &format!("{}{}", "(".repeat(60), ")".repeat(60)),
                "no regular expression",
            ),
        ] {
            let error = search("text", pattern, None).expect_err(pattern);
            assert!(error.contains(expected), "{pattern}: {error}");
        }
        assert!(search("a", "a", Some(0)).is_err());
        assert!(search("a", "a", Some(1_001)).is_err());
        assert!(search(&"a".repeat(262_145), "a", None).is_err());
    }

    #[test]
    fn replacements_do_not_grow_without_end() {
        let error = replace(&"x".repeat(200_000), "x", "1234567890").unwrap_err();
        assert!(error.contains("524,288"), "{error}");
        let error = replace(&"x".repeat(200_000), "(x+)", &"$1".repeat(100)).unwrap_err();
        assert!(error.contains("524,288"), "{error}");
    }
}
