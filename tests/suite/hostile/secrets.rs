//! Rows 34 to 36: a guest that wants a credential which it never has, and a server that helps.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use toolhost::invocation::Failure;
use toolhost_tests::collector::Collector;
use toolhost_tests::servers::{
    Authority, CHUNKED, Request, Say, Server, chunk, echo, ok, redirect, with_headers,
};
use toolhost_tests::{Setup, binary, hostile, root};

use super::Arena;

/// Of the characters that keys are made of, some of which are written otherwise in URLs and JSON.
const VALUE: &str = "sk-live/0123+4567=\"89\"";
/// In base64: alone, and as much of it as is the same in any longer text.
const ALONE: &str = "c2stbGl2ZS8wMTIzKzQ1Njc9Ijg5Ig";
const BEARER: &str = "QmVhcmVyIHNrLWxpdmUvMDEyMys0NTY3PSI4OSI=";
/// What must not be seen either.
const ENCODED: [&str; 5] = [
    ALONE,
    "rLWxpdmUvMDEyMys0NTY3PSI4OS",
    "sk-live%2F0123%2B4567%3D%2289%22",
    "sk-live%2f0123%2b4567%3d%2289%22",
    "sk-live/0123+4567=\\\"89\\\"",
];

/// Fails if `text` shows the credential, or more than the server may well know of it.
fn assert_clean(text: &str, what: &str) {
    for shown in [VALUE].iter().chain(&ENCODED) {
        assert!(!text.contains(shown), "{what}: {shown} in {text}");
        let escaped = shown.escape_debug().to_string();
        assert!(!text.contains(&escaped), "{what}: {escaped} in {text}");
    }
}

/// Says the credential that came with `request` back in the way that its path names.
fn blab(request: &Request) -> Say {
    let sent = request.headers("authorization").join(" ");
    let value = sent.trim_start_matches("Bearer ");
    match request.path() {
        "/head" => echo(request),
        "/body" => ok(&format!("your key is {value}, {value}{value}.")),
        "/json" => ok(&json!({"error": {"key": value, value: 1}}).to_string()),
        "/header" => with_headers(&format!("x-echo: {value}\r\nx-echo: <{value}>\r\n"), "{}"),
        "/redirect" => redirect(&format!("https://elsewhere.test/?key={value}")),
        "/percent" => ok(&format!("/?key={} {}", ENCODED[2], ENCODED[3])),
        "/base64" => ok(&format!("{ALONE}== {BEARER}")),
        "/reason" => {
            Say::This(format!("HTTP/1.1 403 {value}\r\ncontent-length: 2\r\n\r\nno").into_bytes())
        }
        "/chunks" => {
            let bytes = value.chars().map(|c| chunk(&c.to_string()));
            let end = format!("0\r\nx-end: {value}\r\n\r\n").into_bytes();
            let head = format!("{}trailer: x-end\r\n\r\n", &CHUNKED[..CHUNKED.len() - 2]);
            Say::Pieces(
                [head.into_bytes()]
                    .into_iter()
                    .chain(bytes)
                    .chain([end])
                    .collect(),
            )
        }
        "/broken" => Say::Close(format!("HTTP/1.1 200 {value}\r\n{value}\r\n\r\n").into_bytes()),
        // For a guest that knows how to read it.
        "/apart" => ok(&value.chars().map(|c| format!("{c}~")).collect::<String>()),
        "/packed" => with_headers("content-encoding: gzip\r\n", value),
        _ => ok(""),
    }
}

const PATHS: [&str; 12] = [
    "/head",
    "/body",
    "/json",
    "/header",
    "/redirect",
    "/percent",
    "/base64",
    "/reason",
    "/chunks",
    "/broken",
    "/apart",
    "/packed",
];

/// Writes the credential to a file and says how it is granted for `host`.
fn granted(folder: &Path, host: &str) -> String {
    let file = folder.join("key");
    std::fs::write(&file, format!("{VALUE}\n")).expect("written");
    format!(
        "{{name: API_KEY, from: \"file:{}\", send_to: {host}, prefix: \"Bearer \"}}",
        file.display()
    )
}

/// Row 34: a credential for one host among others that are granted; it goes to that one alone,
/// whatever the guest sets in its place.
#[tokio::test]
async fn a_credential_goes_to_its_host_alone() {
    let authority = Authority::new();
    let hosts = ["a.test", "b.test", "x.a.test"];
    let server = Server::tls(&authority, &hosts, |_| ok("")).await;
    let ca = format!(", ca: \"{}\"", authority.file().display());
    let network: Vec<String> = hosts.map(|host| server.entry(host, &ca)).into();
    let config = format!(
        "{{grants: {{network: [{}], secrets: [{}]}}}}",
        network.join(", "),
        granted(authority.folder(), "a.test")
    );
    let setup = Setup::new().hostile("dials", &config);
    let arena = Arena::with(setup.names(|_| vec![[127, 0, 0, 1].into()])).await;
    for host in ["a.test", "b.test", "x.a.test", "A.TEST."] {
        for headers in [
            json!([]),
            json!([["authorization", "Basic mine"], ["Authorization", "x"]]),
        ] {
            let args = json!({"method": "GET", "scheme": "https", "authority": server.at(host), "path": "/", "headers": headers});
            arena.good("fetch", args).await;
            let arrived = server.requests().pop().expect("it arrived");
            let found = arrived.headers("authorization");
            if host.eq_ignore_ascii_case("a.test.") || host == "a.test" {
                assert_eq!(found, [format!("Bearer {VALUE}")], "{host} {headers}");
            } else {
                assert_eq!(
                    found.len(),
                    headers.as_array().map_or(0, Vec::len),
                    "{host}"
                );
                assert_clean(&arrived.head, host);
            }
        }
    }
}

/// Row 23: a redirect to another host that is granted; it gets neither the credential nor the
/// server's copy of it.
#[tokio::test]
async fn a_redirect_does_not_take_a_credential_along() {
    let authority = Authority::new();
    let there = Server::tls(&authority, &["b.test"], |_| ok("there")).await;
    let to = there.url_at("b.test", "/");
    let here = Server::tls(&authority, &["a.test"], move |request| {
        redirect(&format!(
            "{to}?key={}",
            request.headers("authorization").concat().replace(' ', "_")
        ))
    })
    .await;
    let ca = format!(", ca: \"{}\"", authority.file().display());
    let config = format!(
        "{{grants: {{network: [{}, {}], secrets: [{}]}}}}",
        here.entry("a.test", &ca),
        there.entry("b.test", &ca),
        granted(authority.folder(), "a.test")
    );
    let setup = Setup::new().hostile("dials", &config);
    let arena = Arena::with(setup.names(|_| vec![[127, 0, 0, 1].into()])).await;
    let args = json!({"method": "GET", "scheme": "https", "authority": here.at("a.test"), "path": "/", "follow_redirects": true});
    let outcome = arena.runs("fetch", args).await;
    for request in there.requests() {
        assert_clean(&request.head, "b.test");
    }
    assert_eq!(here.requests().len(), 1);
    assert_clean(&format!("{outcome:?}"), "the outcome");
}

/// Row 34: plain text where both are granted, which the guest could choose; no credential rides.
#[tokio::test]
async fn a_guest_cannot_have_a_credential_sent_in_plain_text() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::plain(echo).await;
    for (schemes, rides) in [("[https, http]", false), ("[http]", true)] {
        let config = format!(
            "{{grants: {{network: [{}], secrets: [{}]}}}}",
            server.entry("a.test", "").replace("[http]", schemes),
            granted(folder.path(), "a.test")
        );
        let setup = Setup::new().hostile("dials", &config);
        let arena = Arena::with(setup.names(|_| vec![[127, 0, 0, 1].into()])).await;
        let url = server.url_at("a.test", "/");
        arena.good("get", json!({ "url": url })).await;
        let arrived = server.requests().pop().expect("it arrived");
        assert_eq!(
            !arrived.headers("authorization").is_empty(),
            rides,
            "{schemes}"
        );
    }
}

/// Rows 35 and 36: a server that says the credential back in every way, to a guest that answers
/// with it, fails with it, crashes with it, prints it and asks others for it; nobody reads it.
#[tokio::test]
async fn what_a_server_says_back_is_shown_to_nobody() {
    let authority = Authority::new();
    let server = Server::tls(&authority, &["a.test"], blab).await;
    let ca = format!(", ca: \"{}\"", authority.file().display());
    let config = format!(
        "{{grants: {{network: [{}], secrets: [{}]}}}}",
        server.entry("a.test", &ca),
        granted(authority.folder(), "a.test")
    );
    let setup = Setup::new().hostile("dials", &config);
    let arena = Arena::with(setup.names(|_| vec![[127, 0, 0, 1].into()])).await;
    for path in PATHS {
        let url = server.url_at("a.test", path);
        let outcome = arena.runs("get", json!({ "url": url })).await;
        if path != "/apart" {
            // Not even the guest.
            assert_clean(&format!("{outcome:?}"), path);
        }
        for how in ["answer", "fail", "panic"] {
            let args = json!({"url": url, "without": "~", "how": how});
            let outcome = arena.runs("gossip", args).await;
            assert_clean(&format!("{outcome:?}"), &format!("{path}, {how}"));
        }
    }
    // The server had it, and it did say it.
    let seen = server.requests();
    assert!(
        seen.iter()
            .all(|request| request.headers("authorization") == [format!("Bearer {VALUE}")])
    );
    let outcome = arena
        .runs("get", json!({"url": server.url_at("a.test", "/body")}))
        .await;
    let text = outcome.result.expect("an answer").structured.expect("data")["text"].clone();
    assert_eq!(
        text,
        json!("your key is [API_KEY redacted], [API_KEY redacted][API_KEY redacted].")
    );
    let url = server.url_at("a.test", "/packed");
    assert!(
        arena
            .refusal("get", json!({ "url": url }))
            .await
            .starts_with("HttpResponseContentCoding")
    );
}

/// Row 36: a guest that crashes with the text that a server gave it; a crash, without the text.
#[tokio::test]
async fn a_crash_shows_no_credential() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::plain(blab).await;
    let config = format!(
        "{{grants: {{network: [{}], secrets: [{}]}}}}",
        server.entry("127.0.0.1", ""),
        granted(folder.path(), "127.0.0.1")
    );
    let arena = Arena::of("dials", &config).await;
    let args = json!({"url": server.url("/apart"), "without": "~", "how": "panic"});
    let failure = arena.fails("gossip", args).await;
    let Failure::Trap { reason, stderr } = &failure else {
        panic!("{failure:?}")
    };
    assert!(stderr.contains("[API_KEY redacted]"), "{stderr}");
    assert_clean(reason, "the reason");
    assert_clean(&failure.to_string(), "the message");
}

/// A config file for `dials` with a credential from the environment.
fn file(folder: &Path, server: &Server, ca: &Path) -> String {
    let text = format!(
        "version: 2\nproviders:\n  tool_runtime:\n    - provider_id: p\n      provider_type: inline::wasm\n      config:\n        component: \"{}\"\n        grants:\n          network: [{}]\n          secrets: [{{name: API_KEY, from: \"env:TEST_API_KEY\", send_to: 127.0.0.1, prefix: \"Bearer \"}}]\ntool_groups: [{{toolgroup_id: g, provider_id: p}}]\n",
        hostile("dials").display(),
        server.entry("127.0.0.1", &format!(", ca: \"{}\"", ca.display()))
    );
    let file = folder.join("config.yaml");
    std::fs::write(&file, text).expect("written");
    file.display().to_string()
}

/// Rows 35 and 36: the same as a process of its own that logs all it can; neither its answer nor
/// its log nor its span shows the credential, and it reached the server.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn neither_answer_nor_log_nor_span_shows_a_credential() {
    let authority = Authority::new();
    let server = Server::tls(&authority, &["127.0.0.1"], blab).await;
    let collector = Collector::start().await;
    let config = file(authority.folder(), &server, &authority.file());
    let mut calls = Vec::new();
    for path in PATHS {
        for how in ["answer", "fail", "panic"] {
            calls.push(json!({"url": server.url(path), "without": "~", "how": how}));
        }
    }
    let (count, endpoint) = (calls.len(), collector.url.clone());
    let run = move |args: &Value| {
        let output = Command::new(binary())
            .args(["invoke", "gossip", "--json", "--config", &config, "--args"])
            .arg(args.to_string())
            .env("TEST_API_KEY", VALUE)
            .env("TOOLHOST_LOG", "trace")
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint)
            .env("TOOLHOST_CACHE_DIR", root().join("target/test-cache"))
            .output()
            .expect("`make build` made the binary");
        [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).expect("UTF-8"))
    };
    let ran = tokio::task::spawn_blocking(move || {
        let outputs = calls.iter().map(|args| (args.to_string(), run(args)));
        outputs.collect::<Vec<_>>()
    });
    let mut logged = 0;
    for (args, [answer, log]) in ran.await.expect("no panic") {
        assert_clean(&answer, &args);
        assert_clean(&log, &args);
        assert!(answer.contains("\"trace_id\""), "{args}: {answer}");
        logged += log.matches("[API_KEY redacted]").count();
    }
    assert!(logged > 0, "the log shows what the guest wrote");
    assert_eq!(collector.calls().len(), count);
    let spans = collector.received().spans;
    assert_clean(&format!("{spans:?}"), "the spans");
    let seen = server.requests();
    assert_eq!(seen.len(), count);
    assert!(
        seen.iter()
            .all(|request| request.headers("authorization") == [format!("Bearer {VALUE}")])
    );
}
