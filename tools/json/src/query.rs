//! Runs filters in the language of jq. Nothing here knows about WebAssembly.

use std::mem;

use jaq_core::data::JustLut;
use jaq_core::load::{self, Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Vars, compile};
use jaq_json::{Val, read};

use crate::write::{self, DEPTH_MAX, Problem};

const JSON_BYTES_MAX: usize = 512 * 1024;
const QUERY_CHARS_MAX: usize = 2_000;

/// The parser recurses at each bracket and word that opens something.
const QUERY_NESTING_MAX: usize = 50;

/// Chains of operators become as deep as they are long.
const QUERY_OPERATORS_MAX: usize = 200;

const RESULTS: u32 = 100;
const RESULTS_MAX: u32 = 1_000;

/// The most bytes that all results have together.
const RESULTS_BYTES_MAX: usize = 256 * 1024;

/// The most characters of a value that an error repeats.
const ERROR_CHARS_MAX: usize = 500;

/// Filters of the library that have no sense here: they end the program, or look at it.
const DENIED: [&str; 3] = ["env", "halt", "halt_error"];

type Program = jaq_core::Filter<JustLut<Val>>;

/// What a query gave.
#[derive(Debug, PartialEq)]
pub(crate) struct Found {
    /// Each as JSON.
    pub(crate) results: Vec<String>,
    /// Whether there are more.
    pub(crate) truncated: bool,
}

/// The results of `query` over `json`; the error says what to write in place of them.
pub(crate) fn run(json: &str, query: &str, limit: Option<u32>) -> Result<Found, String> {
    let limit = limit.unwrap_or(RESULTS);
    if !(1..=RESULTS_MAX).contains(&limit) {
        return Err("`limit` is 1 to 1,000 results".to_owned());
    }
    let input = parsed(json)?;
    let program = compiled(query)?;
    let context = Ctx::<JustLut<Val>>::new(&program.lut, Vars::new([]));
    let mut found = Found {
        results: Vec::new(),
        truncated: false,
    };
    let mut bytes_left = RESULTS_BYTES_MAX;
    for result in program.id.run((context, input)) {
        let value = match result {
            Ok(value) => value,
            Err(exception) => return Err(failed(exception, found.results.len())),
        };
        if found.results.len() == limit as usize {
            found.truncated = true;
            break;
        }
        let mut text = String::new();
        let written = write::write(&value, &mut text, bytes_left);
        // To drop a value that is nested without bound would overflow the stack, and the memory
        // ends with the call.
        mem::forget(value);
        match written {
            Ok(()) => {}
            // Half a value is none, but those before it are whole.
            Err(Problem::TooLong) if !found.results.is_empty() => {
                found.truncated = true;
                break;
            }
            Err(problem) => return Err(unwritable(&problem)),
        }
        bytes_left -= text.len();
        found.results.push(text);
    }
    Ok(found)
}

fn parsed(json: &str) -> Result<Val, String> {
    if json.len() > JSON_BYTES_MAX {
        return Err(format!(
            "`json` has {} bytes, more than 524,288; give a part of it",
            json.len()
        ));
    }
    if depth(json) > DEPTH_MAX {
        return Err("`json` is nested more than 100 deep; give a part of it".to_owned());
    }
    // The library reads more than JSON, such as comments and NaN.
    serde_json::from_str::<serde::de::IgnoredAny>(json)
        .map_err(|error| format!("`json` is no JSON: {error}"))?;
    read::parse_single(json.as_bytes()).map_err(|error| format!("`json` is no JSON: {error}"))
}

/// How deep brackets are nested outside of strings.
fn depth(json: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut bytes = json.bytes();
    let mut is_string = false;
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' if is_string => {
                bytes.next();
            }
            b'"' => is_string = !is_string,
            b'[' | b'{' if !is_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !is_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

fn compiled(query: &str) -> Result<Program, String> {
    if query.trim().is_empty() {
        return Err("`query` is empty; write a jq filter such as `.items[] | .name`".to_owned());
    }
    if query.chars().count() > QUERY_CHARS_MAX {
        return Err("`query` is longer than 2,000 characters; query in several steps".to_owned());
    }
    if nesting(query) > QUERY_NESTING_MAX {
        return Err("`query` is nested more than 50 deep; query in several steps".to_owned());
    }
    if query
        .matches(['|', ',', '+', '*', '/', '=', '%', '<', '>'])
        .count()
        > QUERY_OPERATORS_MAX
    {
        return Err(
            "`query` has more than 200 operators and commas; query in several steps".to_owned(),
        );
    }
    let is_allowed = |name: &str| !DENIED.contains(&name);
    let definitions = jaq_core::defs()
        .chain(jaq_std::defs())
        .chain(jaq_json::defs())
        .filter(|definition| is_allowed(definition.name));
    let functions = jaq_core::funs()
        .chain(jaq_std::funs())
        .chain(jaq_json::funs())
        .filter(|(name, ..)| is_allowed(name));
    let arena = Arena::default();
    let file = File {
        code: query,
        path: (),
    };
    let modules = Loader::new(definitions)
        .load(&arena, file)
        .map_err(|errors| unreadable(query, &errors))?;
    Compiler::default()
        .with_funs(functions)
        .compile(modules)
        .map_err(|errors| undefined(&errors))
}

/// How deep the parser may recurse at most: at brackets, signs, and words that open something.
fn nesting(query: &str) -> usize {
    let opened = query.matches(['(', '[', '{']).count();
    let words = [
        "if ", "def ", "try ", "reduce ", "foreach ", "label ", " as ",
    ]
    .iter()
    .map(|word| query.matches(word).count())
    .sum::<usize>();
    let signs = query.matches('-').count();
    opened.max(words).max(signs)
}

fn unreadable(query: &str, errors: &load::Errors<&str, ()>) -> String {
    let (expected, found) = match errors.first() {
        Some((_, load::Error::Lex(errors))) => errors.first().map(|(expected, found)| {
            let expected = match expected {
                load::lex::Expect::Delim(open) => format!("an end of `{open}`"),
                other => other.as_str().to_owned(),
            };
            (expected, *found)
        }),
        Some((_, load::Error::Parse(errors))) => errors
            .first()
            .map(|(expected, found)| (expected.as_str().to_owned(), *found)),
        Some((_, load::Error::Io(_))) => {
            return "`query` cannot load modules; write their definitions into it".to_owned();
        }
        None => None,
    }
    .unwrap_or_default();
    let place = if found.is_empty() {
        "at its end".to_owned()
    } else {
        let at = load::span(query, found).start;
        let characters = query.get(..at).map_or(0, |before| before.chars().count()) + 1;
        format!(
            "at character {characters}, before `{}`",
            shortened(found, 40)
        )
    };
    format!(
        "`query` is no jq filter: expected {expected} {place}; write one such as `.items[] | .name`"
    )
}

fn undefined(errors: &compile::Errors<&str, ()>) -> String {
    let Some((name, kind)) = errors.first().and_then(|(_, errors)| errors.first()) else {
        return "`query` cannot be compiled".to_owned();
    };
    let arguments = match kind {
        compile::Undefined::Filter(0) => String::new(),
        compile::Undefined::Filter(count) => format!(" with {count} argument(s)"),
        _ => String::new(),
    };
    format!(
        "`query` uses the {} `{name}`{arguments}, which there is not; write text in quotes, \
         fields with a dot, and define anything else with `def`",
        kind.as_str()
    )
}

fn failed(exception: jaq_core::Exn<'_, Val>, results: usize) -> String {
    let after = if results == 0 {
        String::new()
    } else {
        format!(" after {results} result(s)")
    };
    match exception.get_err() {
        Ok(error) => format!(
            "the query failed{after}: {}; write `?` after a step to skip what it does not fit",
            shortened(&error.to_string(), ERROR_CHARS_MAX)
        ),
        Err(_) => format!("the query ended itself{after}; write it without `break` and `halt`"),
    }
}

fn unwritable(problem: &Problem) -> String {
    match problem {
        Problem::TooLong => "the result is larger than 262,144 bytes; select less of it",
        Problem::TooDeep => "the result is nested more than 100 deep; select a part of it",
        Problem::OtherKey => "the result has a key that is no text; write `tostring` after it",
    }
    .to_owned()
}

fn shortened(text: &str, chars_max: usize) -> String {
    let mut short: String = text.chars().take(chars_max).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOP: &str = r#"{"items": [
        {"name": "pen", "kind": "office", "price": 1.50, "count": 10},
        {"name": "cup", "kind": "kitchen", "price": 7.25, "count": 2},
        {"name": "ink", "kind": "office", "price": 12, "count": 1}
    ], "id": 12345678901234567890123}"#;

    fn check(query: &str, expected: &[&str]) {
        let found = run(SHOP, query, None).unwrap_or_else(|error| panic!("{query}: {error}"));
        assert_eq!(found.results, expected, "{query}");
        assert!(!found.truncated, "{query}");
    }

    fn refusal(json: &str, query: &str) -> String {
        run(json, query, None).expect_err(query)
    }

    #[test]
    fn values_are_selected_and_computed() {
        check(".items[0].name", &[r#""pen""#]);
        check(
            ".items[] | select(.price > 5) | .name",
            &[r#""cup""#, r#""ink""#],
        );
        check("[.items[] | .price * .count] | add", &["41.5"]);
        check(".items | length", &["3"]);
        check(
            ".items | group_by(.kind) | map({kind: .[0].kind, names: map(.name)})",
            &[r#"[{"kind":"kitchen","names":["cup"]},{"kind":"office","names":["pen","ink"]}]"#],
        );
        check(
            ".items | sort_by(.price) | reverse | .[:1] | .[0] | {name, price}",
            &[r#"{"name":"ink","price":12}"#],
        );
        check(
            ".items | map(.name) | join(\", \")",
            &[r#""pen, cup, ink""#],
        );
        check(
            "[.items[].name | select(test(\"^[pi]\"))]",
            &[r#"["pen","ink"]"#],
        );
        check(".items |= length | keys", &[r#"["id","items"]"#]);
        check("del(.items)", &[r#"{"id":12345678901234567890123}"#]);
        check(
            ".items[0] | to_entries | .[0]",
            &[r#"{"key":"name","value":"pen"}"#],
        );
        check("def twice(f): f, f; [twice(.items[0].count)]", &["[10,10]"]);
        check("if .id then \"yes\" else \"no\" end", &[r#""yes""#]);
        check("reduce .items[] as $x (0; . + $x.count)", &["13"]);
        check(".missing?", &["null"]);
        check(".items[0].name[]?", &[]);
        check("empty", &[]);
        check(".items[0].name | ascii_upcase | @base64", &[r#""UEVO""#]);
        check("try error(\"x\") catch .", &[r#""x""#]);
        check("1752840000 | todate", &[r#""2025-07-18T12:00:00Z""#]);
        check("[limit(3; repeat(1))]", &["[1,1,1]"]);
        check("[paths] | length", &["17"]);
    }

    #[test]
    fn every_result_is_json_with_all_its_digits() {
        check(".id", &["12345678901234567890123"]);
        check(".items[0].price", &["1.50"]);
        check("nan, infinite", &["null", "null"]);
        check(r#""a\"\\\n\u0001é😀""#, &[r#""a\"\\\n\u0001é😀""#]);
        check("\"+1.50\" | fromjson", &["1.50"]);
        assert!(refusal(SHOP, "{(1|tojson|fromjson): 2}").contains("tostring"));
        for query in [
            ".",
            "..",
            "[.[]?]",
            "1e1000",
            "-1e-400",
            "@json",
            "\"AP8=\" | @base64d",
            "[1.0, 1e3, -0, 0.1]",
            "now|floor > 0",
        ] {
            for result in run(SHOP, query, None).unwrap().results {
                serde_json::from_str::<serde::de::IgnoredAny>(&result)
                    .unwrap_or_else(|error| panic!("{query}: {error}: {result}"));
            }
        }
    }

    #[test]
    fn results_are_bounded_and_it_is_said() {
        let found = run(SHOP, "range(1000000)", Some(3)).unwrap();
        assert_eq!(
            (found.results.as_slice(), found.truncated),
            (["0", "1", "2"].map(str::to_owned).as_slice(), true)
        );
        let found = run(SHOP, "repeat(.items)", None).unwrap();
        assert_eq!((found.results.len(), found.truncated), (100, true));
        let found = run("null", "[range(20000)] | ., ., ., .", None).unwrap();
        assert_eq!((found.results.len(), found.truncated), (2, true));
        assert!(refusal("null", "[range(200000)]").contains("larger than 262,144"));
        assert!(run("1", ".", Some(0)).is_err());
        assert!(run("1", ".", Some(1_001)).is_err());
    }

    #[test]
    fn mistakes_in_queries_are_named_with_their_place() {
        for (query, expected) in [
            ("", "`query` is empty"),
            (".items[", "expected an end of `[`"),
            (".items | ", "at its end"),
            (".items | )", "at character 10"),
            ("\"é\" | &", "at character 7, before `&`"),
            ("\"abc", "expected an end of `\"`"),
            ("names", "the filter `names`, which there is not"),
            ("map()", "query"),
            ("$x", "the variable `$x`"),
            ("$ENV", "the variable `$ENV`"),
            ("env", "the filter `env`"),
            ("halt", "the filter `halt`"),
            ("halt(1)", "the filter `halt` with 1 argument"),
            ("halt_error", "the filter `halt_error`"),
            ("input", "the filter `input`"),
            ("include \"x\"; .", "cannot load modules"),
            ("import \"x\" as x; .", "cannot load modules"),
            (".id.name", "the query failed: cannot index"),
            (".id, error(\"bad\")", "after 1 result(s): \"bad\""),
            (".items | tonumber", "write `?`"),
            ("break $x", "query"),
        ] {
            let refusal = refusal(SHOP, query);
            assert!(refusal.contains(expected), "{query}: {refusal}");
            assert!(refusal.len() < 1_000, "{query}");
        }
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for (json, expected) in [
            ("", "line 1 column 0"),
            ("{'a': 1}", "line 1 column 2"),
            ("[1,]", "is no JSON"),
            ("NaN", "is no JSON"),
            ("1 2", "is no JSON"),
            ("# comment\n1", "is no JSON"),
            (&"[".repeat(400_000), "100 deep"),
            (&" ".repeat(600_000), "524,288"),
        ] {
            let refusal = refusal(json, ".");
            assert!(refusal.contains(expected), "{refusal}");
        }
        let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
        assert_eq!(run(&deep, ".", None).unwrap().results, [deep]);
        assert!(run("\"[[[\\\"[[{\"", ".", None).is_ok());
    }

    #[test]
    fn deep_queries_and_results_are_refused() {
        // Without optimization frames are far larger than in a sandbox.
        let thread = std::thread::Builder::new().stack_size(64 * 1024 * 1024);
        thread.spawn(check_deep_queries).unwrap().join().unwrap();
    }

    fn check_deep_queries() {
        for piece in [
            "(",
            "[",
            "{a:",
            "-",
            "if . then ",
            "def f: ",
            "try ",
            "reduce . as $x (",
            ". as $x | ",
            "label $x | ",
            "\"\\(",
        ] {
            let query = piece.repeat(2_000 / piece.len());
            assert!(run("1", &query, None).is_err(), "{piece}");
        }
        for piece in [
            ".a", "[0]", "|.", ",.", "+1", "//1", " and 1", "?", "=1", "|=.",
        ] {
            let query = format!(".{}", piece.repeat(190));
            let _ = run("1", &query, Some(1));
        }
        assert!(refusal("1", "reduce range(1000) as $i (1; [.])").contains("100 deep"));
        assert!(refusal("1", &".".repeat(2_001)).contains("2,000 characters"));
    }
}
