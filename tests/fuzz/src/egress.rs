//! Where a guest's request may go, whatever it writes; and what it may see of secrets.

use std::path::Path;
use std::sync::LazyLock;

use toolhost::config::{self, Overrides};
use toolhost::egress::Redactor;
use toolhost::policy::{
    Denial, Grants, HostPattern, PathPattern, Target, decide, header_is_refused,
};

/// Grants for the requests of inputs.
const GRANTS: &str = "{network: [\
    {host: a.example, path: /v1/**}, \
    {host: '*.b.example', schemes: [https, http], methods: [POST], path: /v1/*/x, ports: [8443]}, \
    {host: '[2001:db8::1]', schemes: [http]}]}";

/// Of few letters, so that inputs are full of them and of their beginnings.
const SECRETS: &str = "{network: [{host: a.example}], secrets: [\
    {name: one, from: 'env:ONE', send_to: a.example, header: x-one}, \
    {name: two, from: 'env:TWO', send_to: a.example, header: x-two}, \
    {name: three, from: 'env:THREE', send_to: a.example, header: x-three}, \
    {name: four, from: 'env:FOUR', send_to: a.example, header: x-four}]}";

const VALUES: [(&str, &str); 4] = [
    ("ONE", "abab"),
    ("TWO", "ababb"),
    ("THREE", "bbaab"),
    ("FOUR", "a/\"b +\\"),
];

static GRANTED: LazyLock<Grants> =
    LazyLock::new(|| granted(GRANTS).unwrap_or_else(|why| panic!("{why}")));

static REDACTOR: LazyLock<Redactor> = LazyLock::new(|| {
    let grants = granted(SECRETS).unwrap_or_else(|why| panic!("{why}"));
    Redactor::new(&grants.secrets).unwrap_or_else(|why| panic!("{why}"))
});

/// The lines of the input are a method, a scheme, an authority, a path with query, a pattern of
/// hosts, a pattern of paths and, in all that follows, what a server answers.
///
/// Nothing panics. A target has one spelling, which reads as itself. What a grant lets through
/// goes to its host and, on servers that decode twice, that cut off parameters or that take
/// backslashes for slashes, stays under its path. A denial shows neither control characters nor
/// passwords, and the YAML in it grants what was denied. Redaction finds the same in pieces as
/// in the whole, and leaves no secret.
pub fn egress(input: &[u8]) {
    let mut lines = input.splitn(7, |byte| *byte == b'\n');
    let mut line = || String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
    let (method, scheme, authority, path) = (line(), line(), line(), line());
    patterns(&line(), &line());
    let _ = header_is_refused(&method);
    match Target::parse(&method, &scheme, &authority, &path) {
        Ok(target) => reach(&target, &path),
        Err(denial) => {
            shown(&denial);
            assert_eq!(denial.grant, None, "{denial}");
        }
    }
    // A denial is the same whatever the password was.
    let [one, other] = ["me:hunter2", ""].map(|userinfo| {
        let authority = format!("{userinfo}@{authority}");
        Target::parse(&method, &scheme, &authority, &path).expect_err("userinfo is always denied")
    });
    assert_eq!(one, other);
    redact(lines.next().unwrap_or_default());
}

fn patterns(host: &str, path: &str) {
    if let Ok(pattern) = HostPattern::parse(host) {
        assert_eq!(HostPattern::parse(&pattern.to_string()), Ok(pattern));
    }
    if let Ok(pattern) = PathPattern::parse(path) {
        assert_eq!(
            PathPattern::parse(&pattern.to_string()),
            Ok(pattern.clone())
        );
        // Of what fits a pattern, nothing climbs out of what stands before its first star.
        assert!(
            !pattern.to_string().split('/').any(|part| part == ".."),
            "{pattern}"
        );
    }
}

/// What holds for a target that was written with `path`.
fn reach(target: &Target, path: &str) {
    let written = target.to_string();
    let spelling = |text: &str| {
        let (method, url) = text.split_once(' ')?;
        let (scheme, rest) = url.split_once("://")?;
        let slash = rest.find('/')?;
        Target::parse(method, scheme, &rest[..slash], &rest[slash..]).ok()
    };
    assert_eq!(spelling(&written).as_ref(), Some(target), "{written}");
    assert!(target.path.starts_with('/') && target.port != 0);
    assert!(
        !target
            .path
            .split('/')
            .any(|part| part == ".." || part == "."),
        "{written}"
    );

    match decide(&GRANTED, None, target) {
        Ok(index) => {
            let host = target.host.to_string();
            let is_its_own = match index {
                0 => host == "a.example",
                1 => host.ends_with(".b.example"),
                _ => host == "[2001:db8::1]",
            };
            assert!(is_its_own, "{written} by grant {index}");
            if index < 2 {
                confined(path);
            }
        }
        Err(denial) => {
            shown(&denial);
            if let Some(grant) = &denial.grant {
                remedied(target, grant);
            }
        }
    }
}

fn shown(denial: &Denial) {
    let text = denial.to_string();
    assert!(!text.contains(char::is_control), "{text:?}");
    assert!(denial.target.chars().count() <= 200, "{text:?}");
}

/// Checks that the YAML of a denial, pasted into a config, lets `target` through.
fn remedied(target: &Target, yaml: &str) {
    let map = yaml
        .strip_prefix("grants:\n")
        .unwrap_or_else(|| panic!("{yaml}"));
    let lines: String = map
        .lines()
        .map(|line| format!("        {line}\n"))
        .collect();
    let grants = granted(&format!("\n{lines}")).unwrap_or_else(|why| panic!("{yaml}: {why}"));
    assert_eq!(decide(&grants, None, target), Ok(0), "{target} by {yaml}");
}

/// The grants of a provider, from YAML.
fn granted(grants: &str) -> Result<Grants, String> {
    let text = format!(
        "providers:\n  tool_runtime:\n  - provider_id: p\n    provider_type: inline::p\n    config:\n      grants: {grants}\n"
    );
    let environment = |name: &str| {
        let (_, value) = VALUES.iter().find(|(known, _)| *known == name)?;
        Some((*value).to_owned())
    };
    let config = config::parse(
        &text,
        Path::new("fuzz.yaml"),
        &Overrides::default(),
        &environment,
    );
    let mut config = config.map_err(|problems| problems.to_string())?;
    Ok(config.providers.remove(0).grants)
}

/// Checks that a path under `/v1` ends up there on careless servers.
fn confined(path: &str) {
    let path = path.split('?').next().unwrap_or_default().as_bytes();
    let once = decode(path);
    let twice = decode(&once);
    assert_eq!(
        once,
        twice,
        "decoding twice finds something in {}",
        path.escape_ascii()
    );
    for seen in [path, &once] {
        let first = resolve(seen).into_iter().next();
        assert_eq!(first.as_deref(), Some("v1"), "{}", path.escape_ascii());
    }
}

/// Percent-decodes what can be decoded, as a careless server does.
fn decode(path: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::new();
    let mut rest = path;
    while let [byte, tail @ ..] = rest {
        let digits = tail
            .get(..2)
            .filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let value = digits
            .and_then(|digits| str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok())
            .filter(|_| *byte == b'%');
        decoded.push(value.unwrap_or(*byte));
        rest = if value.is_some() { &tail[2..] } else { tail };
    }
    decoded
}

/// The segments that are left on a server that takes backslashes for slashes, cuts off
/// parameters and trims.
fn resolve(path: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(path).replace('\\', "/");
    let mut segments: Vec<String> = Vec::new();
    for segment in text.split('/') {
        match segment.split(';').next().unwrap_or_default().trim() {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            name => segments.push(name.to_owned()),
        }
    }
    segments
}

fn redact(answer: &[u8]) {
    let whole = REDACTOR.bytes(answer);
    for (name, value) in VALUES {
        let is_left = whole
            .windows(value.len())
            .any(|part| part == value.as_bytes());
        assert!(!is_left, "{name} is left in {}", whole.escape_ascii());
    }
    // Pieces as long as the bytes of the answer say.
    let mut stream = REDACTOR.stream();
    let mut clean = Vec::new();
    let mut rest = answer;
    while let [first, ..] = rest {
        let (piece, tail) = rest.split_at(rest.len().min(usize::from(first % 8)));
        // A piece of nothing, then one of something.
        let (piece, tail) = if piece.is_empty() {
            tail.split_at(1)
        } else {
            (piece, tail)
        };
        clean.extend_from_slice(&stream.push(piece.to_vec().into()));
        rest = tail;
    }
    clean.extend_from_slice(&stream.finish());
    assert_eq!(
        clean.escape_ascii().to_string(),
        whole.escape_ascii().to_string()
    );
    if let Ok(text) = str::from_utf8(answer) {
        assert_eq!(REDACTOR.text(text).as_bytes(), &*whole);
        let mut value = serde_json::json!({text: [text]});
        REDACTOR.value(&mut value);
        let clean = str::from_utf8(&whole).ok();
        let found = value.as_object().and_then(|object| object.iter().next());
        assert_eq!(found.map(|(key, _)| key.as_str()), clean);
        assert_eq!(found.and_then(|(_, value)| value[0].as_str()), clean);
    }
}
