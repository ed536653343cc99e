//! Files of golden calls, from text to cases or problems.

use serde_json::json;

use super::*;
use crate::config::cases::{Expect, Good, PieceKind, StubAnswer, StubBody};

const ERRORS: [&str; 3] = ["invalid_input", "failed", "timeout"];

fn read(text: &str) -> CaseFile {
    parse_cases(text, Path::new("tests/x.yaml"), &ERRORS)
        .unwrap_or_else(|problems| panic!("{text}\n{problems}"))
}

fn problems(text: &str) -> Vec<String> {
    let found = parse_cases(text, Path::new("tests/x.yaml"), &ERRORS).err();
    let found = found.unwrap_or_else(|| panic!("{text} is accepted")).0;
    assert!(found.iter().all(|problem| !problem.remedy.is_empty()));
    let line = |problem: &crate::config::Problem| {
        let place = &problem.place;
        format!("{} {} {}", place.line, place.path, problem.message)
    };
    found.iter().map(line).collect()
}

#[test]
fn a_list_of_calls_is_a_whole_file() {
    let file = read(
        "- call: hello\n  arguments: { name: Ada, n: 2 }\n  expect: { text: Hi }\n- { call: g/x }\n",
    );
    assert_eq!(file.cases.len(), 2);
    let case = &file.cases[0];
    assert_eq!((&*case.tool, case.place.line), ("hello", 1));
    assert_eq!(json!(case.arguments), json!({"name": "Ada", "n": 2}));
    let text = Some("Hi".to_owned());
    assert_eq!(
        case.expect,
        Some(Expect::Good(Good {
            text,
            ..Good::default()
        }))
    );
    assert_eq!(
        (&*file.cases[1].tool, &file.cases[1].expect),
        ("g/x", &None)
    );
}

#[test]
fn a_file_says_what_holds_for_all_its_calls() {
    let file = read(
        "env: { PORT: '80' }\nconfig: { greeting: Hi }\nclock: 2026-01-31T12:00:00Z\nrandom: seeded\nhttp: [{ url: 'https://a.example', fail: timeout }]\ncalls: [{ call: a, name: one, limits: { fuel: 10M, memory: 2MiB, time: 1s, output: 1KiB, hostcalls: 5, http_requests: 0 } }]\n",
    );
    assert_eq!(file.env["PORT"], "80");
    let (value, place) = &file.config["greeting"];
    assert_eq!((&**value, place.line), ("Hi", 2));
    assert_eq!(file.clock, Some(Duration::from_secs(1_769_860_800)));
    assert!(file.is_seeded);
    let stub = &file.stubs[0];
    assert_eq!((&*stub.method, &*stub.url), ("GET", "https://a.example/"));
    assert_eq!(stub.answer, StubAnswer::Timeout);
    let case = &file.cases[0];
    assert_eq!(case.name.as_deref(), Some("one"));
    let expected = Bounds {
        fuel: Some(10_000_000),
        memory_bytes: Some(2 << 20),
        time: Some(Duration::from_secs(1)),
        output_bytes: Some(1024),
        hostcalls: Some(5),
        http_requests: Some(0),
    };
    assert_eq!(case.bounds, expected);
}

#[test]
fn a_stub_says_what_it_wants_and_what_it_answers() {
    let file = read(
        "- call: a\n  http:\n    - { method: post, url: '*/v1?q=*', times: 2, expect: { headers: { X-A: b }, json: [1] }, answer: { status: 201, headers: { X-B: c }, json: { a: 1 }, after: 5ms } }\n    - { url: 'http://a.example/', expect: { body: hi }, answer: { base64: aGk= } }\n",
    );
    let [first, second] = &file.cases[0].stubs[..] else {
        panic!("two stubs");
    };
    assert_eq!((&*first.method, &*first.url), ("POST", "*/v1?q=*"));
    assert_eq!((first.times, &*first.headers["x-a"]), (Some(2), "b"));
    assert_eq!(first.body, Some(StubBody::Json(json!([1]))));
    let StubAnswer::Response {
        status,
        headers,
        body,
        after,
    } = &first.answer
    else {
        panic!("an answer");
    };
    assert_eq!((*status, *after), (201, Duration::from_millis(5)));
    assert_eq!(String::from_utf8_lossy(body), r#"{"a":1}"#);
    assert_eq!(headers["content-type"], "application/json");
    assert_eq!(second.body, Some(StubBody::Text("hi".to_owned())));
    assert!(matches!(&second.answer, StubAnswer::Response { body, .. } if body == b"hi"));
}

#[test]
fn an_expectation_is_an_answer_or_an_error() {
    let expect = |written: &str| {
        read(&format!("- {{ call: a, expect: {written} }}\n")).cases[0]
            .expect
            .clone()
    };
    let Some(Expect::Good(good)) = expect(
        "{ contains: a, structured: null, content: [image, { media_type: image/png, kind: image, bytes: 3 }, { text: b }] }",
    ) else {
        panic!("an answer");
    };
    assert_eq!(good.contains, ["a"]);
    assert_eq!(good.structured, Some(json!(null)));
    let pieces = good.content.unwrap();
    assert_eq!(pieces[0].kind, PieceKind::Image);
    assert_eq!(
        (pieces[1].size, pieces[1].media_type.as_deref()),
        (Some(3), Some("image/png"))
    );
    assert_eq!(
        (pieces[2].kind, pieces[2].text.as_deref()),
        (PieceKind::Text, Some("b"))
    );
    let Some(Expect::Error { kind, message }) = expect("{ error: failed, message: no }") else {
        panic!("an error");
    };
    assert_eq!((&*kind, message.as_deref()), ("failed", Some("no")));
}

#[test]
fn all_problems_of_a_file_are_listed_with_their_lines() {
    let text = "\
env: { A: 5, 'B=': x }
clock: yesterday
random: dice
http:
  - { url: ftp://a.example, answer: {} }
  - { url: 'https://a.example/' }
  - { url: 'https://a.example/', fail: never }
  - { answer: { body: a, json: 1, status: 99, headers: { 'a b': c } } }
calls:
  - { cal: hello }
  - call: hello
    argument: {}
    expect: { txt: a }
  - { call: hello, expect: { error: faild } }
  - { call: hello, expect: { error: failed, text: a } }
  - { call: hello, expect: { message: a } }
  - { call: hello, expect: {}, limits: { fuel: lots, time: 5 } }
  - { call: hello, expect: { content: [picture, { kind: pic }, { text: a, base64: '?' }] } }
  - hello
  -
  - { call: hello, http: [ { url: 'http://a.example/', fail: timeout, answer: { base64: '?' } } ] }
shared: true
";
    let expected = [
        "1 env.A `5` is no text",
        "1 env.B= the name can be that of no variable or key",
        "2 clock `yesterday` is no time since 1970",
        "3 random `dice` is none of `granted`, `seeded`",
        "5 http[0].url `ftp://a.example` is no URL",
        "6 http[1] a stub has either `answer` or `fail`",
        "7 http[2].fail `never` is none of `none`, `timeout`, `unreachable`",
        "8 http[3].url `url` is missing",
        "8 http[3].answer.status `99` is below the least, `200`",
        "8 http[3].answer.json `json` stands beside `body`",
        "8 http[3].answer.headers.a b HTTP has no such header",
        "10 calls[0].call `call` is missing",
        "10 calls[0].cal key `cal` is unknown here",
        "12 calls[1].argument key `argument` is unknown here",
        "13 calls[1].expect.txt key `txt` is unknown here",
        "13 calls[1].expect it says nothing of what must come back",
        "14 calls[2].expect.error `faild` is no kind of error",
        "15 calls[3].expect.text `text` is about an answer, and an error is none",
        "16 calls[4].expect.error `error` is missing",
        "17 calls[5].expect it says nothing of what must come back",
        "17 calls[5].limits.fuel `lots` is no amount of fuel",
        "17 calls[5].limits.time `5` has no unit",
        "18 calls[6].expect.content[0] `picture` is no kind of content",
        "18 calls[6].expect.content[1].kind `pic` is none of `text`, `image`, `audio`, `document`, `link`",
        "18 calls[6].expect.content[2].base64 `base64` stands beside `text`",
        "19 calls[7] `hello` is no map",
        "20 calls[8] null is no map",
        "21 calls[9].http[0] a stub has either `answer` or `fail`",
        "21 calls[9].http[0].answer.base64 the text is no base64",
        "22 shared key `shared` is unknown here",
    ];
    let mut found = problems(text);
    let mut expected = expected.map(str::to_owned).to_vec();
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
    assert_eq!(problems(""), ["1  the file has no calls"]);
    assert_eq!(problems("[]"), ["1  the file has no calls"]);
    assert_eq!(problems("calls: []").len(), 1);
    assert!(problems("- {")[0].contains("not YAML"));
}
