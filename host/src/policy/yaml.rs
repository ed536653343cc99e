//! The YAML that people paste into a config to grant what was denied or is missing.

/// Longest text that a denial repeats, in characters.
const SHOWN_CHARS_MAX: usize = 200;

/// Words that YAML 1.1 or 1.2 reads as something else than text.
const WORDS: [&str; 12] = [
    "null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf", "infinity",
];

/// A list or map under `grants`, in the order of the docs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    Network,
    Files,
    Env,
    Secrets,
    Config,
    Keyvalue,
}

impl Section {
    const ALL: [Section; 6] = [
        Section::Network,
        Section::Files,
        Section::Env,
        Section::Secrets,
        Section::Config,
        Section::Keyvalue,
    ];

    fn as_str(self) -> &'static str {
        match self {
            Section::Network => "network",
            Section::Files => "files",
            Section::Env => "env",
            Section::Secrets => "secrets",
            Section::Config => "config",
            Section::Keyvalue => "keyvalue",
        }
    }
}

/// One `grants:` with every line in its section, in the order given, each once; lines joined by
/// `\n`. Empty if there are none.
pub(super) fn grants(lines: &[(Section, &str)]) -> String {
    let mut yaml = Vec::new();
    for section in Section::ALL {
        let mut written: Vec<&str> = Vec::new();
        for (_, line) in lines.iter().filter(|(of, _)| *of == section) {
            if !written.contains(line) {
                written.push(line);
            }
        }
        if !written.is_empty() {
            yaml.push(format!("  {}:", section.as_str()));
            yaml.extend(written.iter().map(|line| format!("    {line}")));
        }
    }
    if !yaml.is_empty() {
        yaml.insert(0, "grants:".to_owned());
    }
    yaml.join("\n")
}

/// An entry of a list: `- { host: example.com, path: /x }`. The values are YAML.
pub(super) fn entry(pairs: &[(&str, String)]) -> String {
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(key, value)| format!("{key}: {value}"))
        .collect();
    format!("- {{ {} }}", pairs.join(", "))
}

/// A list of texts: `[GET, HEAD]`.
pub(super) fn list(texts: impl IntoIterator<Item: AsRef<str>>) -> String {
    let texts: Vec<String> = texts.into_iter().map(|text| quote(text.as_ref())).collect();
    format!("[{}]", texts.join(", "))
}

/// A number of bytes, in the largest unit that it is a whole number of.
pub(super) fn bytes(bytes: u64) -> String {
    match bytes {
        1.. if bytes.is_multiple_of(1 << 20) => format!("{}MiB", bytes >> 20),
        1.. if bytes.is_multiple_of(1 << 10) => format!("{}KiB", bytes >> 10),
        _ => bytes.to_string(),
    }
}

/// `text` as a scalar or key that YAML reads as that very text, also within `{}` and `[]`; in
/// double quotes unless it is certainly plain. `${`, with which a config begins what it takes
/// from the environment and which it cannot escape, is torn apart.
pub fn quote(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    let mut quoted = String::from('"');
    for c in text.replace("${", "$ {").chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if is_printable(c) => quoted.push(c),
            c => quoted.push_str(&format!("\\U{:08X}", u32::from(c))),
        }
    }
    quoted.push('"');
    quoted
}

fn is_plain(text: &str) -> bool {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "._/-*~".contains(c);
    // With two dots or a slash it is no number and no date.
    let is_number = |text: &str| text.matches('.').count() < 2 && !text.contains('/');
    let begins_well = match text.chars().next() {
        Some(c) if c.is_ascii_digit() => !is_number(text),
        Some(c) => c.is_ascii_alphabetic() || c == '/',
        None => false,
    };
    begins_well
        && text.chars().all(is_allowed)
        && !WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// `text` for people: characters that terminals act on or that look like others are escaped,
/// and what is longer than 200 characters ends in `…`.
pub(super) fn shown(text: &str) -> String {
    let mut shown = String::new();
    // One more than fits tells whether something is left out.
    for c in text.chars().take(SHOWN_CHARS_MAX + 1) {
        match is_printable(c) {
            true => shown.push(c),
            false => shown.extend(c.escape_unicode()),
        }
    }
    if let Some((end, _)) = shown.char_indices().nth(SHOWN_CHARS_MAX) {
        let last = shown[..end].char_indices().next_back();
        shown.truncate(last.map_or(0, |(start, _)| start));
        shown.push('…');
    }
    shown
}

fn is_printable(c: char) -> bool {
    c == ' ' || c.is_ascii_graphic() || (!c.is_ascii() && c.is_alphanumeric())
}
