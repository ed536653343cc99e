//! A file and a running host give the same answers.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::time::Duration;

use reqwest::Url;
use serde_json::Value;

use super::super::source::Source;
use super::super::{pick, source::Question};
use crate::cli::args::TracesFrom;
use crate::http::viewer::ask;
use crate::http::viewer::wire;
use crate::traces::{Branch, Kind, Reader, Settings, Span, SpanId, Status, Time, TraceId, Writer};

const TRACE: &str = "0101010101010101010101010101ff00";

/// Writes three calls of `add` a minute ago, the last of which failed.
fn store(path: &Path) {
    let writer = Writer::open(path, Settings::default()).unwrap();
    let began = Time::now().before(Duration::from_secs(60));
    for number in 0..3u8 {
        let mut trace_id = TRACE.parse::<TraceId>().unwrap();
        trace_id.0[15] = number;
        let start = Time(began.0 + i64::from(number) * 1_000_001);
        let mut span = Span {
            trace_id,
            span_id: SpanId([number + 1; 8]),
            parent_span_id: None,
            name: "execute_tool add & more".into(),
            kind: Kind::Internal,
            start,
            end: Time(start.0 + 12_345_678),
            status: Status::Unset,
            status_message: String::new(),
            attributes: vec![("gen_ai.tool.name".into(), "add".into())],
            events: Vec::new(),
        };
        if number == 2 {
            span.status = Status::Error;
            span.attributes
                .push(("error.type".into(), "timeout".into()));
        }
        writer.send(Branch {
            spans: vec![span],
            is_important: false,
        });
    }
    assert!(writer.flush(Duration::from_secs(60)));
}

/// Answers as many requests as a host would, from the file.
fn serve(listener: &TcpListener, path: &Path, requests: usize) {
    for stream in listener.incoming().take(requests) {
        answer(stream.unwrap(), &Reader::open(path).unwrap());
    }
}

fn answer(mut stream: TcpStream, reader: &Reader) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let head = lines.next().unwrap().unwrap();
    let headers: Vec<String> = lines
        .map(Result::unwrap)
        .take_while(|line| !line.is_empty())
        .collect();
    assert!(headers.contains(&"authorization: Bearer key".to_owned()));
    let target = head.split(' ').nth(1).unwrap();
    let url = Url::parse(&format!("http://host{target}")).unwrap();
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let now = Time::now();
    let json = match url.path().strip_prefix("/v1/toolhost/").unwrap() {
        "traces" => {
            let filter = ask::list(pairs, now).unwrap();
            let found = reader.list(&filter).unwrap();
            serde_json::to_value(wire::Page::of(found, filter.limit.unwrap()))
        }
        "stats" => {
            let since = ask::stats(pairs, now).unwrap();
            serde_json::to_value(wire::Stats::of(since, reader.stats(since).unwrap()))
        }
        trace => {
            let id = trace.strip_prefix("traces/").unwrap().parse().unwrap();
            match wire::Trace::of(id, reader.walk(id).unwrap()) {
                Some(trace) => serde_json::to_value(trace),
                None => {
                    let body = r#"{"error":{"message":"no such trace"}}"#;
                    return reply(&mut stream, "404 Not Found", body);
                }
            }
        }
    };
    reply(&mut stream, "200 OK", &json.unwrap().to_string());
}

fn reply(stream: &mut TcpStream, status: &str, body: &str) {
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
    .unwrap();
}

fn from(file: Option<&Path>, endpoint: Option<String>) -> TracesFrom {
    TracesFrom {
        file: file.map(Path::to_owned),
        api_key: endpoint.as_ref().map(|_| "key".to_owned()),
        endpoint,
    }
}

/// All answers of a source that do not depend on the moment.
fn answers(source: &Source<'_>) -> BTreeMap<&'static str, Value> {
    let list = |question: &[(&'static str, &str)]| {
        let question: Question = question
            .iter()
            .map(|(key, value)| (*key, (*value).to_owned()))
            .collect();
        serde_json::to_value(source.list(&question).unwrap()).unwrap()
    };
    let failed = [
        ("tool", "add"),
        ("status", "error"),
        ("since", "1h"),
        ("slower_than", "10ms"),
    ];
    let id = pick::pick(source, &TRACE[..4]).unwrap_err().message;
    let only = pick::pick(source, &TRACE.replace("ff00", "ff01")).unwrap();
    BTreeMap::from([
        ("all", list(&[])),
        ("page", list(&[("limit", "2")])),
        ("failed", list(&failed)),
        ("text", list(&[("text", "add & more")])),
        ("none", list(&[("text", "' OR 1")])),
        ("id", id.into()),
        (
            "trace",
            serde_json::to_value(source.trace(only).unwrap()).unwrap(),
        ),
        (
            "missing",
            source.trace(TraceId([9; 16])).unwrap_err().code.into(),
        ),
        ("stats", {
            let stats = source.stats("1h").unwrap();
            serde_json::to_value(stats.data).unwrap()
        }),
    ])
}

#[test]
fn a_file_and_a_host_give_the_same_answers() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("traces.db");
    store(&path);
    let named = from(Some(&path), None);
    let of_file = answers(&Source::of(&named, None).unwrap());
    assert_eq!(of_file["all"]["data"].as_array().unwrap().len(), 3);
    assert_eq!(of_file["failed"]["data"][0]["error_type"], "timeout");
    assert_eq!(of_file["none"]["data"], serde_json::json!([]));
    assert!(of_file["page"]["next"].is_string());
    assert_eq!(of_file["missing"], 2);
    assert!(of_file["id"].as_str().unwrap().contains("3 traces begin"));
    assert_eq!(of_file["trace"]["spans"][0]["duration_ms"], 12.345_678);
    assert_eq!(of_file["stats"][0]["errors"]["timeout"], 1);

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}/", listener.local_addr().unwrap());
    let file = path.clone();
    // As many as `answers` asks for.
    let host = std::thread::spawn(move || serve(&listener, &file, 9));
    let named = from(None, Some(endpoint));
    let of_host = answers(&Source::of(&named, None).unwrap());
    host.join().unwrap();
    assert_eq!(of_host, of_file);
}

#[test]
fn a_file_is_neither_made_nor_changed_by_looking() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("traces.db");
    let named = from(Some(&path), None);
    let Err(stop) = Source::of(&named, None) else {
        panic!("there is no file");
    };
    assert!(stop.message.contains("No such file"), "{}", stop.message);
    assert!(stop.message.contains("`--endpoint`"), "{}", stop.message);
    assert!(!path.exists());

    store(&path);
    let before = std::fs::read(&path).unwrap();
    answers(&Source::of(&named, None).unwrap());
    assert_eq!(std::fs::read(&path).unwrap(), before);
    let names = std::fs::read_dir(dir.path()).unwrap();
    assert_eq!(names.count(), 1, "nothing is left beside it");
}

#[test]
fn what_a_host_writes_meanwhile_is_seen_by_the_next_question() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("traces.db");
    store(&path);
    let named = from(Some(&path), None);
    let source = Source::of(&named, None).unwrap();
    let count = || source.list(&Vec::new()).unwrap().data.len();
    assert_eq!(count(), 3);
    store(&path);
    assert_eq!(count(), 6);
}

#[test]
fn without_a_file_and_a_host_there_is_nothing_to_ask() {
    let named = from(None, None);
    let Err(stop) = Source::of(&named, None) else {
        panic!("nothing is named");
    };
    assert!(stop.message.contains("`--file`"), "{}", stop.message);
}
