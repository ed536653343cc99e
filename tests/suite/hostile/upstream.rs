//! Rows 4, 16 and 30: a server that answers badly, and a guest that asked it to.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use toolhost::invocation::Failure;
use toolhost::policy::Rule;
use toolhost_tests::servers::{CHUNKED, Say, Server, chunk, ok, with_headers};

use super::Arena;

/// Far more than any answer here may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a server says to each request.
type Says = Box<dyn Fn() -> Say + Send + Sync>;

fn get(url: &str) -> Value {
    json!({ "url": url })
}

/// What the guest tells of the size of an answer.
fn bytes(value: &Value) -> u64 {
    value["bytes"].as_u64().expect("a number")
}

/// Row 4: servers that take the connection and then say nothing: no TLS, no head, no end of it,
/// a head of a byte at a time; each ends with the call.
#[tokio::test]
async fn no_silence_of_a_server_outlives_the_call() {
    let limit = Duration::from_millis(300);
    let begins = |text: &'static str| move || Say::Silence(text.into());
    let table: [(&str, Says); 5] = [
        ("https", Box::new(begins(""))),
        ("http", Box::new(begins("HTTP/1.1 200 O"))),
        ("http", Box::new(begins("HTTP/1.1 100 Continue\r\n\r\n"))),
        (
            "http",
            Box::new(begins("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhel")),
        ),
        (
            "http",
            Box::new(|| Say::Slowly(b"HTTP/1.1 200 OK\r\nx: ".to_vec(), b"y".to_vec())),
        ),
    ];
    for (scheme, said) in table {
        let server = Server::plain(move |_| said()).await;
        let config = server.grant("limits: {timeout: 300ms}");
        let config = config.replace("schemes: [http]", &format!("schemes: [{scheme}]"));
        let arena = Arena::of("dials", &config).await;
        let url = format!("{scheme}://{}/", server.authority());
        let begun = Instant::now();
        let outcome = arena.runs("get", get(&url)).await;
        assert_eq!(outcome.result, Err(Failure::Timeout { limit }));
        assert_eq!(outcome.usage.http_requests, 1, "what was sent is counted");
        assert!(begun.elapsed() < PATIENCE);
        server.until_all_hung_up().await;
    }
}

/// Row 4: a server that takes no more of a body; the call's own deadline holds.
#[tokio::test]
async fn a_server_that_reads_nothing_outlives_no_call() {
    let limit = Duration::from_millis(500);
    // It reads the head, and never the body.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a free port");
    let address = listener.local_addr().expect("bound");
    let config = format!(
        "{{grants: {{network: [{{host: 127.0.0.1, schemes: [http], methods: [POST], ports: [{}], addresses: [127.0.0.0/8], request_bytes: 64MiB}}]}}, limits: {{timeout: 500ms}}}}",
        address.port()
    );
    let arena = Arena::of("dials", &config).await;
    let args = json!({"scheme": "http", "authority": address.to_string(), "path": "/", "bytes": 60_000_000});
    let outcome = arena.runs("upload", args).await;
    assert_eq!(outcome.result, Err(Failure::Timeout { limit }));
    assert!(outcome.usage.http_sent_bytes < 60_000_000);
}

/// Row 16: answers with 40,000 headers, a header of 10 MiB, headers that are none; an error of
/// the guest's, never a panic.
#[tokio::test]
async fn a_head_that_is_too_much_is_an_error_of_the_guests() {
    let many: String = (0..40_000).map(|n| format!("x-{n}: y\r\n")).collect();
    let same = "set-cookie: a=b\r\n".repeat(40_000);
    let long = format!("x: {}\r\n", "y".repeat(10 << 20));
    let table = [
        format!("HTTP/1.1 200 OK\r\n{many}\r\n"),
        format!("HTTP/1.1 200 OK\r\n{same}\r\n"),
        format!("HTTP/1.1 200 OK\r\n{long}\r\n"),
        format!("HTTP/1.1 200 {}\r\n\r\n", "OK".repeat(1 << 20)),
        "HTTP/1.1 200 OK\r\nx y: z\r\n\r\n".to_owned(),
        "HTTP/1.1 200 OK\r\n: z\r\n\r\n".to_owned(),
        "HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999\r\n\r\n".to_owned(),
        "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx".to_owned(),
        "HTTP/1.1 99999 OK\r\n\r\n".to_owned(),
        "HTTP/9.9 200 OK\r\n\r\n".to_owned(),
        "\u{16}\u{3}\u{1}".to_owned(),
        String::new(),
    ];
    for text in table {
        let begin: String = text.chars().take(60).collect();
        let server = Server::plain(move |_| Say::Close(text.clone().into_bytes())).await;
        let arena = Arena::of("dials", &server.grant("")).await;
        let told = arena.refusal("get", get(&server.url("/"))).await;
        assert_eq!(told, "HttpProtocolError", "{begin:?}");
    }
    // What a server may well say.
    let headers: String = (0..80)
        .map(|n| format!("x-{n}: {}\r\n", "y".repeat(500)))
        .collect();
    let server = Server::plain(move |_| with_headers(&headers, "hello")).await;
    let arena = Arena::of("dials", &server.grant("")).await;
    let answer = arena.value("get", get(&server.url("/"))).await;
    assert_eq!(answer["headers"].as_array().map(Vec::len), Some(81));
}

/// Row 16: methods, hosts and paths of megabytes for a thousand requests that are never sent;
/// refused when they are set, so that the host keeps none of them.
#[tokio::test]
async fn texts_of_a_request_are_bounded_before_it_is_sent() {
    let arena = Arena::of("dials", "{limits: {memory: 256MiB}}").await;
    let long = "x".repeat(1 << 20);
    for (part, args) in [
        (
            "method",
            json!({"method": long, "scheme": "https", "authority": "a.test", "path": "/"}),
        ),
        (
            "authority",
            json!({"method": "GET", "scheme": "https", "authority": long, "path": "/"}),
        ),
        (
            "path",
            json!({"method": "GET", "scheme": "https", "authority": "a.test", "path": format!("/{long}")}),
        ),
        (
            "path",
            json!({"method": "GET", "scheme": "https", "authority": "a.test", "path": format!("/{}", &long[..20_000])}),
        ),
    ] {
        assert_eq!(arena.refusal("fetch", args).await, format!("unfit {part}"));
    }
}

/// Row 30: bodies that do not end, or say that they are too long; cut off at the grant's bytes,
/// and the connection is given up.
#[tokio::test]
async fn a_body_ends_at_the_bytes_that_are_granted() {
    const MAX: u64 = 64 * 1024;
    let piece = chunk(&"x".repeat(1024));
    let table: [(&str, Say); 4] = [
        (
            "endless chunks",
            Say::Forever(CHUNKED.into(), piece.clone()),
        ),
        (
            "until it hangs up",
            Say::Forever(b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![b'x'; 1024]),
        ),
        (
            "a declared terabyte",
            Say::Silence(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000000\r\n\r\n".to_vec()),
        ),
        ("one byte too many", ok(&"x".repeat(64 * 1024 + 1))),
    ];
    for (what, said) in table {
        let server = Server::plain(move |_| said.clone()).await;
        let config = server
            .grant("")
            .replace("rate:", "response_bytes: 64KiB, rate:");
        let arena = Arena::of("dials", &config).await;
        let begun = Instant::now();
        let outcome = arena.runs("get", get(&server.url("/"))).await;
        let Err(Failure::Tool { message, .. }) = outcome.result else {
            panic!("{what}: {:?}", outcome.result)
        };
        assert_eq!(
            message,
            format!("HttpResponseBodySize(Some({MAX}))"),
            "{what}"
        );
        assert_eq!(outcome.denials.counts, [(Rule::ResponseBytes, 1)], "{what}");
        let received = outcome.usage.http_received_bytes;
        assert!(received <= MAX + 64 * 1024, "{what}: {received}");
        assert!(begun.elapsed() < PATIENCE, "{what}");
        server.until_all_hung_up().await;
    }
    let server = Server::plain(|_| ok(&"x".repeat(64 * 1024))).await;
    let config = server
        .grant("")
        .replace("rate:", "response_bytes: 64KiB, rate:");
    let arena = Arena::of("dials", &config).await;
    assert_eq!(bytes(&arena.value("get", get(&server.url("/"))).await), MAX);
}

/// Row 30: a body that grows a thousandfold when it is unpacked; the host unpacks nothing.
#[tokio::test]
async fn the_host_unpacks_nothing() {
    // 1 MiB of zeros, packed as deflate's longest matches would have it, is not even needed:
    // what is marked as packed goes through as it is.
    let packed = "\u{1}".repeat(10_000);
    for coding in ["gzip", "br", "zstd", "deflate, gzip"] {
        let (header, packed) = (format!("content-encoding: {coding}\r\n"), packed.clone());
        let server = Server::plain(move |_| with_headers(&header, &packed)).await;
        let arena = Arena::of("dials", &server.grant("")).await;
        let outcome = arena.runs("get", get(&server.url("/"))).await;
        let answer = outcome.result.expect("an answer").structured.expect("data");
        assert_eq!(
            (bytes(&answer), outcome.usage.http_received_bytes),
            (10_000, 10_000)
        );
        assert_eq!(answer["headers"][0], json!(["content-encoding", coding]));
    }
}

/// Row 30: a million trailers; an error of the guest's. A few are read.
#[tokio::test]
async fn trailers_end_at_a_size() {
    for (count, is_fine) in [(1_000_000, false), (2000, false), (3, true)] {
        let trailers: String = (0..count).map(|n| format!("x-{n}: y\r\n")).collect();
        let text = format!("{CHUNKED}2\r\nhi\r\n0\r\n{trailers}\r\n");
        let server = Server::plain(move |_| Say::Close(text.clone().into_bytes())).await;
        let arena = Arena::of("dials", &server.grant("")).await;
        if is_fine {
            let answer = arena.value("get", get(&server.url("/"))).await;
            assert_eq!(answer["trailers"].as_array().map(Vec::len), Some(count));
        } else {
            let told = arena.refusal("get", get(&server.url("/"))).await;
            assert!(told.ends_with("HttpProtocolError"), "{told}");
        }
    }
}

/// Row 30: a request's body larger than granted, whether it says so or not; cut off, and what
/// was sent until then is accounted for.
#[tokio::test]
async fn a_request_body_ends_at_the_bytes_that_are_granted() {
    let server = Server::plain(|_| ok("")).await;
    let config = server
        .grant("")
        .replace("rate:", "request_bytes: 10KiB, rate:");
    let arena = Arena::of("dials", &config).await;
    let to = |bytes: u64| json!({"scheme": "http", "authority": server.authority(), "path": "/", "bytes": bytes});
    for size in [10 * 1024 + 1, 1_000_000_000] {
        let (told, denial) = arena.denied("upload", to(size)).await;
        assert_eq!(told, "HttpRequestBodySize(Some(10240))");
        assert_eq!(denial.rule, Rule::RequestBytes);
    }
    let mut declared =
        json!({"method": "POST", "scheme": "http", "authority": server.authority(), "path": "/"});
    declared["headers"] = json!([["content-length", "10241"]]);
    let (told, _) = arena.denied("fetch", declared).await;
    assert_eq!(told, "HttpRequestBodySize(Some(10240))");
    assert!(server.requests().is_empty(), "no whole request arrived");
    arena.good("upload", to(10 * 1024)).await;
    assert_eq!(server.requests().len(), 1);
}
