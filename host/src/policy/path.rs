//! Paths in one spelling, and the patterns that grants allow them by.

use std::fmt;

use super::yaml::shown;

/// Longest pattern, in bytes.
const PATTERN_BYTES_MAX: usize = 1024;

/// Characters that some servers turn into dots and slashes: the full-width forms.
const LOOKALIKES: [char; 3] = ['\u{ff0e}', '\u{ff0f}', '\u{ff3c}'];

/// A pattern over normalised paths: `*` is one segment, `**` at the end is any number.
///
/// The text is private so that what stands in it can fit some normalised path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathPattern(String);

impl PathPattern {
    /// Reads a pattern, which begins with `/`, has no `%` and at most 1,024 bytes. `*` fits one
    /// segment that is not empty; `**` fits any number of segments, none included, so that
    /// `/v1/**` fits `/v1`, `/v1/` and `/v1/a/b`. The error is a sentence for people.
    pub fn parse(text: &str) -> Result<PathPattern, String> {
        let refuse = |why: &str| Err(format!("`{}` is no pattern of paths: {why}", shown(text)));
        if text.len() > PATTERN_BYTES_MAX {
            return refuse("it is too long");
        }
        let Some(segments) = text.strip_prefix('/') else {
            return refuse("it does not begin with `/`");
        };
        let mut segments = segments.split('/').peekable();
        while let Some(segment) = segments.next() {
            let is_last = segments.peek().is_none();
            if segment == "**" && !is_last {
                return refuse("`**` stands only at the end");
            }
            if segment.is_empty() && !is_last {
                return refuse("it has an empty segment");
            }
            if matches!(segment, "*" | "**") {
                continue;
            }
            if segment.contains('*') {
                return refuse("`*` stands for a whole segment");
            }
            if segment.contains('%') {
                return refuse("it has a `%`; write `*` for a segment that is encoded");
            }
            if let Err(why) = normalise_segment(segment) {
                return refuse(&why);
            }
        }
        Ok(PathPattern(text.to_owned()))
    }

    /// Every path: `/**`.
    pub fn any() -> PathPattern {
        PathPattern("/**".to_owned())
    }

    /// Whether it fits `path`, which is normalised.
    pub fn matches(&self, path: &str) -> bool {
        let Some(path) = path.strip_prefix('/') else {
            return false;
        };
        let mut segments = path.split('/');
        for wanted in self.segments() {
            if wanted == "**" {
                return true;
            }
            let fits = match segments.next() {
                Some(segment) if wanted == "*" => !segment.is_empty(),
                Some(segment) => wanted == segment,
                None => false,
            };
            if !fits {
                return false;
            }
        }
        segments.next().is_none()
    }

    /// Whether it fits every path that `other` fits.
    pub(super) fn covers(&self, other: &PathPattern) -> bool {
        let mut narrow = other.segments();
        for wide in self.segments() {
            if wide == "**" {
                return true;
            }
            let covers = match narrow.next() {
                Some("**") | None => false,
                Some(segment) if wide == "*" => !segment.is_empty(),
                Some(segment) => wide == segment,
            };
            if !covers {
                return false;
            }
        }
        narrow.next().is_none()
    }

    /// The narrowest pattern that fits `path`, which is normalised: segments that no pattern
    /// can spell become `*`, and what is too long ends in `**`.
    pub(super) fn fitting(path: &str) -> PathPattern {
        let mut pattern = String::new();
        for segment in path.split('/').skip(1) {
            let segment = match segment {
                "" => "",
                encoded if encoded.contains(['%', '*']) => "*",
                literal => literal,
            };
            // Room for `/**` stays.
            if pattern.len() + segment.len() + 4 > PATTERN_BYTES_MAX {
                pattern.push_str("/**");
                break;
            }
            pattern.push('/');
            pattern.push_str(segment);
        }
        PathPattern(pattern)
    }

    fn segments(&self) -> impl Iterator<Item = &str> {
        self.0.split('/').skip(1)
    }
}

impl fmt::Display for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The one spelling of a path (RFC 3986, 6.2.2): letters, digits and `-_~` that are encoded are
/// decoded, other encodings are in upper case. What servers may read as another path is an
/// error, a part of a sentence for people.
pub(super) fn normalise(path: &str) -> Result<String, String> {
    let Some(segments) = path.strip_prefix('/') else {
        return Err("the path does not begin with `/`".to_owned());
    };
    let mut normal = String::with_capacity(path.len());
    let mut segments = segments.split('/').peekable();
    while let Some(segment) = segments.next() {
        if segment.is_empty() && segments.peek().is_some() {
            return Err("the path has an empty segment".to_owned());
        }
        let segment =
            normalise_segment(segment).map_err(|why| format!("a segment of the path: {why}"))?;
        normal.push('/');
        normal.push_str(&segment);
    }
    Ok(normal)
}

fn normalise_segment(segment: &str) -> Result<String, String> {
    let mut normal = String::with_capacity(segment.len());
    let mut decoded = Vec::with_capacity(segment.len());
    let mut bytes = segment.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            if !is_path_byte(byte) {
                let shown = byte.escape_ascii();
                return Err(format!("it has a `{shown}` that is not percent-encoded"));
            }
            decoded.push(byte);
            normal.push(char::from(byte));
            continue;
        }
        let digits = (bytes.next().and_then(hex), bytes.next().and_then(hex));
        let (Some(high), Some(low)) = digits else {
            return Err("it has a `%` without two hexadecimal digits".to_owned());
        };
        let byte = high << 4 | low;
        decoded.push(byte);
        match byte {
            b'.' | b'/' | b'\\' => {
                let shown = char::from(byte);
                return Err(format!("it has a `{shown}` that is percent-encoded"));
            }
            byte if byte.is_ascii_alphanumeric() || b"-_~".contains(&byte) => {
                normal.push(char::from(byte));
            }
            byte => normal.push_str(&format!("%{byte:02X}")),
        }
    }
    refuse_ambiguous(&decoded)?;
    Ok(normal)
}

/// An error if the segment `decoded` is one that servers may read differently.
fn refuse_ambiguous(decoded: &[u8]) -> Result<(), &'static str> {
    let Ok(text) = str::from_utf8(decoded) else {
        return Err("it is no UTF-8");
    };
    if text.chars().any(char::is_control) {
        return Err("it has control characters");
    }
    if text.contains(LOOKALIKES) {
        return Err("it has characters that some servers read as dots or slashes");
    }
    if is_encoded_again(decoded) {
        return Err("it is percent-encoded twice");
    }
    // Java servers cut off what follows the `;`, Windows trims dots and spaces.
    let name = text.split(';').next().unwrap_or_default();
    if name.is_empty() && !text.is_empty() {
        return Err("it begins with `;`");
    }
    if name.contains('.') && name.chars().all(|c| c == '.' || c.is_whitespace()) {
        return Err("it is `.` or `..`");
    }
    Ok(())
}

/// Whether a second decoding would find something, `%u002e` included, which is IIS's own.
fn is_encoded_again(decoded: &[u8]) -> bool {
    decoded.windows(3).any(|window| {
        let digits = window[1..].iter().all(u8::is_ascii_hexdigit);
        window[0] == b'%' && (digits || window[1].eq_ignore_ascii_case(&b'u'))
    })
}

/// Whether a path may have `byte` as it is (`pchar` of RFC 3986).
fn is_path_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&byte)
}

fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}
