//! Text as YAML, and text as people see it.

use super::super::yaml::{Section, entry, grants, list, quote, shown};

#[test]
fn text_is_quoted_unless_it_is_certainly_text() {
    let plain = [
        "example.com",
        "a_b.example.com",
        "GET",
        "X-Y",
        "M-SEARCH",
        "/",
        "/v1/**",
        "/v1/*/x",
        "/~me/",
        "192.0.2.1",
        "10.0.0.0/8",
        "1.2.example.com",
        "10/s",
        "nullable.example.com",
    ];
    for text in plain {
        assert_eq!(quote(text), text);
    }
    let quoted = [
        ("", r#""""#),
        ("*.x.com", r#""*.x.com""#),
        ("[::1]", r#""[::1]""#),
        ("fd00::/8", r#""fd00::/8""#),
        ("/a:b", r#""/a:b""#),
        ("/a,b", r#""/a,b""#),
        ("/a#b", r#""/a#b""#),
        ("/a b", r#""/a b""#),
        ("/a'b&c;d=(e)!@$+", r#""/a'b&c;d=(e)!@$+""#),
        ("{x}", r#""{x}""#),
        ("- x", r#""- x""#),
        ("-x", r#""-x""#),
        ("?x", r#""?x""#),
        ("!x", r#""!x""#),
        ("&x", r#""&x""#),
        ("%x", r#""%x""#),
        ("@x", r#""@x""#),
        ("`x", r#""`x""#),
        ("|", r#""|""#),
        (">", r#"">""#),
        ("~", r#""~""#),
        (".", r#"".""#),
        ("---", r#""---""#),
        ("null", r#""null""#),
        ("True", r#""True""#),
        ("NO", r#""NO""#),
        ("on", r#""on""#),
        ("Y", r#""Y""#),
        ("nan", r#""nan""#),
        ("443", r#""443""#),
        ("1.5", r#""1.5""#),
        ("0x10", r#""0x10""#),
        ("1e5", r#""1e5""#),
        ("2001-01-01", r#""2001-01-01""#),
        (r#"a"b"#, r#""a\"b""#),
        (r"a\b", r#""a\\b""#),
        ("a\nb", r#""a\U0000000Ab""#),
        ("a\0", r#""a\U00000000""#),
        ("a\u{85}", r#""a\U00000085""#),
        ("a\u{2028}b", r#""a\U00002028b""#),
        ("a\u{202e}b", r#""a\U0000202Eb""#),
        ("\u{feff}a", r#""\U0000FEFFa""#),
        ("🦀", r#""\U0001F980""#),
        ("é", r#""é""#),
        ("/${env.KEY}", r#""/$ {env.KEY}""#),
    ];
    for (text, expected) in quoted {
        assert_eq!(quote(text), expected, "{text:?}");
    }
}

#[test]
fn lines_stand_in_the_sections_they_belong_to_each_once() {
    let network = entry(&[("host", quote("*.x.com")), ("methods", list(["GET", "NO"]))]);
    let yaml = grants(&[
        (Section::Env, "A: VALUE"),
        (Section::Network, &network),
        (Section::Keyvalue, "store: notes"),
        (Section::Env, "A: VALUE"),
        (Section::Env, "B: VALUE"),
    ]);
    let expected = r#"grants:
  network:
    - { host: "*.x.com", methods: [GET, "NO"] }
  env:
    A: VALUE
    B: VALUE
  keyvalue:
    store: notes"#;
    assert_eq!(yaml, expected);
    assert_eq!(grants(&[]), "");
}

#[test]
fn text_for_people_is_short_and_does_nothing_to_terminals() {
    let fits = "a".repeat(200);
    let cut = format!("{}…", "a".repeat(199));
    let table = [
        ("GET https://example.com/", "GET https://example.com/"),
        ("a\r\nb", r"a\u{d}\u{a}b"),
        ("\u{1b}[31m", r"\u{1b}[31m"),
        ("a\u{202e}b", r"a\u{202e}b"),
        ("ü", "ü"),
        (fits.as_str(), fits.as_str()),
        (&format!("{fits}a"), cut.as_str()),
        (&format!("{fits}{fits}"), cut.as_str()),
    ];
    for (text, expected) in table {
        assert_eq!(shown(text), expected);
    }
    assert_eq!(shown(&"\u{7}".repeat(100_000)).chars().count(), 200);
}
