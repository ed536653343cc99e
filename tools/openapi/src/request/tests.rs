//! Tables of operations and arguments, and what is sent.

use super::*;

fn operation(path: &str, parameters: &str, body: &str) -> Operation {
    let text = format!(
        r#"{{"name":"x","method":"POST","url":"https://a.example/v1","path":"{path}","parameters":[{parameters}],"input":{{}}{body}}}"#
    );
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn parameter(place: &str, style: &str, explode: bool) -> String {
    format!(
        r#"{{"argument":"a","name":"n[x]","in":"{place}","style":"{style}","explode":{explode}}}"#
    )
}

fn sent(operation: &Operation, arguments: &str) -> Request {
    build(operation, arguments).unwrap_or_else(|problem| panic!("{arguments}: {problem:?}"))
}

fn refused(operation: &Operation, arguments: &str) -> String {
    match build(operation, arguments) {
        Err(Problem::Invalid(text)) => text,
        other => panic!("{arguments}: {other:?}"),
    }
}

#[test]
fn queries_are_written_in_every_style() {
    let table = [
        ("form", true, r#""a b&c""#, "n%5Bx%5D=a%20b%26c"),
        ("form", true, r#"["a,b", 2]"#, "n%5Bx%5D=a%2Cb&n%5Bx%5D=2"),
        ("form", false, r#"["a,b", 2]"#, "n%5Bx%5D=a%2Cb,2"),
        ("form", true, r#"{"k": 1, "l=": true}"#, "k=1&l%3D=true"),
        ("form", false, r#"{"k": 1, "l": 2}"#, "n%5Bx%5D=k,1,l,2"),
        ("spaceDelimited", false, "[1, 2]", "n%5Bx%5D=1%202"),
        ("pipeDelimited", false, "[1, 2]", "n%5Bx%5D=1%7C2"),
        ("pipeDelimited", true, "[1, 2]", "n%5Bx%5D=1&n%5Bx%5D=2"),
        (
            "deepObject",
            true,
            r#"{"k": 1, "l": "]"}"#,
            "n%5Bx%5D%5Bk%5D=1&n%5Bx%5D%5Bl%5D=%5D",
        ),
        (
            "json",
            false,
            r#"{"k":[1]}"#,
            "n%5Bx%5D=%7B%22k%22%3A%5B1%5D%7D",
        ),
    ];
    for (style, explode, value, query) in table {
        let operation = operation("/p", &parameter("query", style, explode), "");
        let request = sent(&operation, &format!(r#"{{"a": {value}}}"#));
        assert_eq!(
            request.url,
            format!("https://a.example/v1/p?{query}"),
            "{style} {value}"
        );
    }
    for absent in ["{}", r#"{"a": null}"#, r#"{"a": []}"#] {
        let operation = operation("/p", &parameter("query", "form", true), "");
        assert_eq!(sent(&operation, absent).url, "https://a.example/v1/p");
    }
}

#[test]
fn values_stay_in_their_segment_of_the_path() {
    let simple = |explode| {
        operation(
            "/pets/{n[x]}/a b",
            &parameter("path", "simple", explode),
            "",
        )
    };
    for (explode, value, segment) in [
        (false, r#""cat?#;:@&=""#, "cat%3F%23%3B%3A%40%26%3D"),
        (false, "12", "12"),
        (false, r#"["a,b", "c"]"#, "a%2Cb,c"),
        (false, r#"{"k": 1}"#, "k,1"),
        (true, r#"{"k": 1}"#, "k%3D1"),
        (false, r#""...""#, "..."),
        (false, r#""%2e%2e%2fadmin""#, "%252e%252e%252fadmin"),
    ] {
        let request = sent(&simple(explode), &format!(r#"{{"a": {value}}}"#));
        assert_eq!(
            request.url,
            format!("https://a.example/v1/pets/{segment}/a%20b")
        );
    }
    for value in [
        r#""../admin""#,
        r#""..\\admin""#,
        r#""..""#,
        r#"".""#,
        r#""""#,
        "null",
        "[]",
        r#""a\u0000b""#,
        r#""a\nb""#,
        r#""\uff0e\uff0e""#,
        r#""a\uff0fb""#,
    ] {
        refused(&simple(false), &format!(r#"{{"a": {value}}}"#));
    }
    assert!(refused(&simple(false), "{}").contains("`a`"));
    let partial = operation("/{n[x]}.", &parameter("path", "simple", false), "");
    refused(&partial, r#"{"a": "."}"#);
    assert_eq!(
        sent(&partial, r#"{"a": "b"}"#).url,
        "https://a.example/v1/b."
    );
}

#[test]
fn headers_are_on_one_line() {
    let operation = operation("/p", &parameter("header", "simple", false), "");
    let headers = |arguments: &str| {
        let headers = sent(&operation, arguments).headers;
        let mut own = headers.into_iter().filter(|(name, _)| name == "n[x]");
        own.next().map(|(_, value)| value)
    };
    assert_eq!(headers(r#"{"a": ["b", 1]}"#).unwrap(), "b,1");
    assert_eq!(headers(r#"{"a": null}"#), None);
    for value in [r#""a\r\nhost: b""#, r#""ä""#, r#""\u0000""#] {
        refused(&operation, &format!(r#"{{"a": {value}}}"#));
    }
}

#[test]
fn bodies_are_what_the_caller_wrote() {
    let body = |form: &str| {
        operation(
            "/p",
            "",
            &format!(r#","body":{{"argument":"body","media":"m/{form}","as":"{form}"}}"#),
        )
    };
    for (form, value, expected) in [
        (
            "json",
            r#"{"b": 1.50, "a": [null, 9007199254740993]}"#,
            r#"{"b": 1.50, "a": [null, 9007199254740993]}"#,
        ),
        ("text", r#""a\nb""#, "a\nb"),
        (
            "form",
            r#"{"a": ["x", 2], "b c": "d&e", "f": {"g": 1}, "h": null}"#,
            "a=x&a=2&b%20c=d%26e&f=%7B%22g%22%3A%201%7D",
        ),
    ] {
        let request = sent(&body(form), &format!(r#"{{"body": {value}}}"#));
        assert_eq!(request.body.as_deref(), Some(expected.as_bytes()), "{form}");
        let media = ("content-type".to_owned(), format!("m/{form}"));
        assert!(request.headers.contains(&media));
    }
    let request = sent(&body("json"), "{}");
    assert_eq!(request.body, None);
    assert!(
        request
            .headers
            .iter()
            .all(|(name, _)| name != "content-type")
    );
}

#[test]
fn arguments_that_are_no_object_are_refused() {
    let operation = operation("/p", "", "");
    for arguments in ["", "[]", "7"] {
        assert!(refused(&operation, arguments).contains("no JSON object"));
    }
}
