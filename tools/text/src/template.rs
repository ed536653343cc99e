//! Fills templates.

use std::io;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, ErrorKind, UndefinedBehavior};

use crate::size;

const TEMPLATE_BYTES_MAX: usize = 64 * 1024;

/// The parser recurses at each sign and operator of a tag.
const TAG_BYTES_MAX: usize = 2_000;

/// Instructions of the template engine; a loop over 10,000 items with thirty of them fits.
const FUEL: u64 = 400_000;

/// How deep macros may call each other, within the stack of a sandbox.
const RECURSION_MAX: usize = 50;

/// `template` filled with the JSON object `values`; the error says what to give in place of them.
pub(crate) fn render(template: &str, values: &str) -> Result<String, String> {
    size::check("values", values)?;
    if template.len() > TEMPLATE_BYTES_MAX {
        return Err("`template` has more than 65,536 bytes; give a shorter one".to_owned());
    }
    if longest_tag(template) > TAG_BYTES_MAX {
        return Err("`template` has a tag of more than 2,000 bytes; give long values in `values`, or split it with `{% set … %}`".to_owned());
    }
    let values: serde_json::Value = serde_json::from_str(values).map_err(|error| {
        format!("`values` is no JSON: {error}; give an object such as `{{\"name\": \"Ada\"}}`")
    })?;
    if !values.is_object() {
        return Err(
            "`values` is no JSON object; give one such as `{\"name\": \"Ada\"}`".to_owned(),
        );
    }
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(RECURSION_MAX);
    environment.set_syntax(
        SyntaxConfig::builder()
            .keep_trailing_newline(true)
            .build()
            .map_err(|error| explained(&error))?,
    );
    let template = environment
        .template_from_named_str("template", template)
        .map_err(|error| explained(&error))?;
    let mut output = Bounded(Vec::new());
    let rendered = template.render_captured_to(Value::from(Serde(&values)), &mut output);
    match rendered {
        Ok(_) => String::from_utf8(output.0).map_err(|error| error.to_string()),
        Err(error) => Err(explained(&error)),
    }
}

/// The bytes of the longest `{{ … }}` or `{% … %}`.
fn longest_tag(template: &str) -> usize {
    let mut longest = 0;
    let mut rest = template.as_bytes();
    while let Some(at) = rest.windows(2).position(|two| two == b"{{" || two == b"{%") {
        let tag = &rest[at + 2..];
        let len = tag_len(tag);
        longest = longest.max(len);
        rest = &tag[len..];
    }
    longest
}

/// How far a tag reaches: to its end outside of quotes.
fn tag_len(tag: &[u8]) -> usize {
    let mut quote = None;
    let mut at = 0;
    while at < tag.len() {
        match (quote, tag[at]) {
            (Some(_), b'\\') => at += 1,
            (Some(open), byte) if byte == open => quote = None,
            (None, byte @ (b'"' | b'\'')) => quote = Some(byte),
            (None, b'}' | b'%') if tag.get(at + 1) == Some(&b'}') => return at,
            _ => {}
        }
        at += 1;
    }
    tag.len()
}

/// The engine's own words, with the line and what to do.
fn explained(error: &minijinja::Error) -> String {
    let line = error
        .line()
        .map_or_else(String::new, |line| format!(" in line {line}"));
    let remedy = match error.kind() {
        ErrorKind::OutOfFuel => {
            return format!("the template does too much{line}; loop over fewer items");
        }
        ErrorKind::WriteFailure => {
            return "the filled template is larger than 524,288 bytes; give fewer values"
                .to_owned();
        }
        ErrorKind::UndefinedError => "; give it in `values`, or write `|default(\"\")` after it",
        ErrorKind::TemplateNotFound => "; there are no other templates, so write its text here",
        _ => "",
    };
    let detail = error
        .detail()
        .map_or_else(String::new, |detail| format!(": {detail}"));
    format!(
        "`template` cannot be filled{line}: {}{detail}{remedy}",
        error.kind()
    )
}

/// Refuses what is too much.
struct Bounded(Vec<u8>);

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > size::RESULT_BYTES_MAX {
            return Err(io::Error::other("too large"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(template: &str, values: &str, expected: &str) {
        assert_eq!(
            render(template, values).as_deref(),
            Ok(expected),
            "{template}"
        );
    }

    fn refusal(template: &str, values: &str) -> String {
        render(template, values).expect_err(template)
    }

    #[test]
    fn templates_are_filled() {
        check(
            "Hello {{ name|title }}!\n",
            r#"{"name": "ada"}"#,
            "Hello Ada!\n",
        );
        check(
            "{% for item in items %}{{ loop.index }}. {{ item.title }} ({{ item.price|round(2) }})\n{% endfor %}",
            r#"{"items": [{"title": "one", "price": 1.005}, {"title": "two", "price": 2}]}"#,
            "1. one (1.0)\n2. two (2)\n",
        );
        check(
            "{% if total > 3 %}many{% else %}few{% endif %}",
            r#"{"total": 4}"#,
            "many",
        );
        check(
            "{{ names|sort|join(', ') }}",
            r#"{"names": ["b", "a"]}"#,
            "a, b",
        );
        check(
            "{% macro twice(x) %}{{ x }}{{ x }}{% endmacro %}{{ twice('ab') }}",
            "{}",
            "abab",
        );
        check(
            "{{ missing|default('-') }}{% if missing %}x{% endif %}",
            "{}",
            "-",
        );
        check(
            "{{ map|tojson }}",
            r#"{"map": {"b": 1, "a": "<"}}"#,
            r#"{"b": 1, "a": "\u003c"}"#,
        );
        check(
            "{% set n = namespace(v=0) %}{% for i in range(4) %}{% set n.v = n.v + i %}{% endfor %}{{ n.v }}",
            "{}",
            "6",
        );
    }

    #[test]
    fn nothing_is_escaped_unless_asked() {
        check("{{ a }} {{ a|escape }}", r#"{"a": "<b>"}"#, "<b> &lt;b&gt;");
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        for (template, values, expected) in [
            ("a\n{{ nme }}", "{}", "in line 2: undefined value"),
            ("{{ a.b.c }}", r#"{"a": {}}"#, "give it in `values`"),
            ("{% if %}", "{}", "syntax error"),
            ("{{ a|shout }}", r#"{"a": 1}"#, "unknown filter"),
            (
                "{% include 'other' %}",
                "{}",
                "there are no other templates",
            ),
            (
                "{% extends 'other' %}",
                "{}",
                "there are no other templates",
            ),
            ("x", "", "`values` is no JSON"),
            ("x", "[1]", "`values` is no JSON object"),
            ("x", "{'a': 1}", "`values` is no JSON"),
        ] {
            let refusal = refusal(template, values);
            assert!(refusal.contains(expected), "{template}: {refusal}");
        }
    }

    #[test]
    fn templates_that_do_too_much_are_given_up() {
        for template in [
            "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
            "{% for a in range(9999) %}{{ 'x' * 1000 }}{% endfor %}",
            "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
            "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
            "{{ range(100000000) }}",
        ] {
            assert!(render(template, "{}").is_err(), "{template}");
        }
        assert!(
            refusal(
                "{{ x }}{{ x }}{{ x }}",
                &format!(r#"{{"x": "{}"}}"#, "x".repeat(250_000))
            )
            .contains("524,288")
        );
        assert!(refusal(&"x".repeat(65_537), "{}").contains("65,536"));
        assert!(render("x", &format!("{{\"a\": {}", "[".repeat(100_000))).is_err());
    }

    #[test]
    fn deep_templates_do_not_overflow_the_stack() {
        // Without optimization frames are far larger than in a sandbox.
        let thread = std::thread::Builder::new().stack_size(64 * 1024 * 1024);
        let checks = || {
            let pieces = [
                "-",
                "- ",
                "(",
                "[",
                "{",
                "not ",
                "a.b",
                ".b",
                "|upper",
                "1 ~",
                "1+",
                "1**",
                "x if x else ",
                "x[",
                "f(",
                "{'a':",
                "1 is not ",
                "1 < ",
                "a and ",
            ];
            for piece in pieces {
                for template in [
                    format!("{{{{ {}", piece.repeat(60_000 / piece.len())),
                    format!("{{{{ {}1 }}}}", piece.repeat(1_990 / piece.len())),
                    format!("{{{{ a{} }}}}", piece.repeat(1_990 / piece.len())),
                ] {
                    let _ = render(&template, "{}");
                }
            }
            for block in [
                "{% if 1 %}",
                "{% for x in y %}",
                "{% macro a() %}",
                "{% set a %}",
                "{% filter upper %}",
                "{{ '}}' }}",
            ] {
                let _ = render(&block.repeat(64_000 / block.len()), "{}");
            }
        };
        thread.spawn(checks).unwrap().join().unwrap();
    }
}
