//! HTTP requests with any body, to a host with one tool.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::LazyLock;

use axum::body::{Body, Bytes};
use axum::http::header::HOST;
use axum::http::{HeaderName, HeaderValue, Method, Request, StatusCode, Uri};
use axum::response::Response;
use futures_util::stream;
use serde_json::Value;
use tokio::runtime::Runtime;
use toolhost::app::App;
use toolhost::catalog::{Registration, Shipped};
use toolhost::config::{self, Overrides};
use toolhost::http::Routes;
use toolhost::tool::{GroupName, Type, integer};
use tower_service::Service;

use crate::values::same;

/// The only group and the only provider.
const GROUP: &str = "shapes";

const CONFIG: &str = "\
providers: {tool_runtime: [{provider_id: shapes, provider_type: 'inline::shapes'}]}
tool_groups: [{toolgroup_id: shapes, provider_id: shapes}]
toolhost: {concurrency: 2, body_bytes_max: 2KiB}
";

/// `toolhost.body_bytes_max` of `CONFIG`.
const BODY_BYTES_MAX: usize = 2048;

/// Largest answer; more is a finding.
const ANSWER_BYTES_MAX: usize = 1 << 20;

const INVOKE: &str = "/v1/tool-runtime/invoke";

/// The type of `shape` in `shapes.wat`.
static SHAPE: LazyLock<Type> = LazyLock::new(|| {
    use Type::{
        Bool, Char, F32, F64, List, Option, Result, S8, S16, S32, S64, String, Tuple, U8, U16, U32,
        U64,
    };
    Tuple(vec![
        Bool,
        S8,
        U8,
        S16,
        U16,
        S32,
        U32,
        S64,
        U64,
        F32,
        F64,
        Char,
        String,
        List(Box::new(String)),
        Option(Box::new(Option(Box::new(U8)))),
        Result(Some(Box::new(U8)), Some(Box::new(String))),
        List(Box::new(Tuple(vec![U8, Bool]))),
    ])
});

/// A host in this process, without a socket.
struct Host {
    runtime: Runtime,
    app: App,
    routes: Routes,
}

static HOSTED: LazyLock<Host> = LazyLock::new(|| start().unwrap_or_else(|why| panic!("{why}")));

/// The input is a request: `METHOD TARGET`, header lines, an empty line, the body.
///
/// Nothing panics, and no answer is a 500. Whatever is no success says why, in the shape that
/// clients read. A call that is accepted has a body that any JSON reader takes for one, and a
/// body that any reader takes for a call is not refused for its form. What goes through the tool
/// comes back as it was.
pub fn bodies(input: &[u8]) {
    let end = input.windows(2).position(|pair| pair == b"\n\n");
    let (head, body) = match end {
        Some(end) => (&input[..end], &input[end + 2..]),
        None => (input, &[][..]),
    };
    let Some(request) = request(head, body) else {
        return;
    };
    let is_head = *request.method() == Method::HEAD;
    let is_call = *request.method() == Method::POST && request.uri().path() == INVOKE;
    let says_type = request.headers().contains_key("content-type");
    let is_whole = !request.headers().contains_key("content-length");
    let host = &*HOSTED;
    restore(host);
    let (status, answer) = host.runtime.block_on(async {
        let mut routes = host.routes.clone();
        let Ok(response) = routes.call(request).await;
        read(response).await
    });
    assert_ne!(
        status,
        StatusCode::INTERNAL_SERVER_ERROR,
        "{}",
        answer.escape_ascii()
    );
    let is_refused = status.is_client_error() || status.is_server_error();
    if is_head {
        assert!(answer.is_empty(), "{}", answer.escape_ascii());
    } else if is_refused {
        explained(&answer);
    }
    if !is_call {
        return;
    }
    let call: Value = serde_json::from_slice(body).unwrap_or_default();
    let is_accepted = call["tool_name"].is_string() && call["kwargs"].is_object();
    let answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
    if status.is_success() {
        assert!(is_accepted, "{}", body.escape_ascii());
        answered(&call, &answer);
    } else if is_accepted && !says_type && is_whole && body.len() <= BODY_BYTES_MAX {
        assert!(answer["detail"]["errors"].is_null(), "{answer}");
    }
}

/// Checks what the tool made of its arguments.
fn answered(call: &Value, answer: &Value) {
    if !answer["error_code"].is_null() {
        assert!(answer["error_message"].is_string(), "{answer}");
        return;
    }
    let name = call["tool_name"].as_str().unwrap_or_default();
    let (args, back) = (&call["kwargs"], &answer["metadata"]["structured"]);
    let is_good = match name.rsplit('/').next() {
        Some("echo") => same(&SHAPE, &args["shape"], back),
        Some("text") => args["some_text"] == answer["content"],
        Some("add") => {
            let [a, b] = ["a", "b"].map(|name| integer(&args[name]).unwrap_or(0));
            integer(back) == Some((a + b) % (1 << 32))
        }
        _ => false,
    };
    assert!(is_good, "{call} {answer}");
}

/// The request that an input is, if HTTP can carry it.
fn request(head: &[u8], body: &[u8]) -> Option<Request<Body>> {
    let mut lines = head.split(|byte| *byte == b'\n');
    let mut first = lines.next()?.splitn(2, |byte| *byte == b' ');
    let method = Method::from_bytes(first.next()?).ok()?;
    let uri = Uri::try_from(first.next()?).ok()?;
    // In one piece or in several.
    let body = match body.len() % 2 {
        0 => Body::from(body.to_vec()),
        _ => {
            let pieces: Vec<_> = body.chunks(7).map(Bytes::copy_from_slice).collect();
            Body::from_stream(stream::iter(pieces.into_iter().map(Ok::<_, Infallible>)))
        }
    };
    let mut request = Request::builder().method(method).uri(uri).body(body).ok()?;
    let headers = request.headers_mut();
    headers.insert(HOST, HeaderValue::from_static("localhost"));
    for line in lines {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let name = HeaderName::from_bytes(&line[..colon]).ok()?;
        let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?;
        headers.append(name, value);
    }
    Some(request)
}

async fn read(response: Response) -> (StatusCode, Bytes) {
    let status = response.status();
    let bytes = axum::body::to_bytes(response.into_body(), ANSWER_BYTES_MAX).await;
    (status, bytes.unwrap_or_else(|error| panic!("{error}")))
}

/// Checks that a refusal has the shape of all of them.
fn explained(answer: &[u8]) {
    let body: Value = serde_json::from_slice(answer)
        .unwrap_or_else(|error| panic!("{error}: {}", answer.escape_ascii()));
    assert!(body["error"]["message"].is_string(), "{body}");
    assert_eq!(body["detail"], body["error"]["detail"], "{body}");
    let detail = &body["detail"];
    assert!(detail.is_string() || detail["errors"].is_array(), "{body}");
}

fn start() -> Result<Host, String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let wasm = wat::parse_str(include_str!("bodies/shapes.wat"));
    let wasm = wasm.map_err(|error| error.to_string())?;
    let shipped = [Shipped {
        name: "shapes",
        wasm: wasm.leak(),
        needs_config: false,
    }];
    let environment = |name: &str| (name == "TOOLHOST_LOG").then(|| "off".to_owned());
    let path = Path::new("fuzz.yaml");
    let config = config::parse(CONFIG, path, &Overrides::default(), &environment);
    let config = config.map_err(|problems| problems.to_string())?;
    let app = runtime.block_on(App::build(config, &shipped, None));
    let app = app.map_err(|error| error.to_string())?;
    let routes = app.routes(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    // A host takes so many new ids and no more; ours is among them from the start.
    let registry = app.router().registry();
    registry.unregister(GROUP).map_err(|why| why.to_string())?;
    Ok(Host {
        runtime,
        app,
        routes,
    })
}

/// Takes back what the last input registered and unregistered.
fn restore(host: &Host) {
    let router = host.app.router();
    let registry = router.registry();
    let current = registry.current();
    let is_ours = |name: &GroupName| name.as_str() == GROUP;
    for group in current
        .groups()
        .iter()
        .filter(|group| !is_ours(&group.name))
    {
        registry
            .unregister(group.name.as_str())
            .unwrap_or_else(|why| panic!("{why}"));
    }
    if !current.groups().iter().any(|group| is_ours(&group.name)) {
        let name = GroupName::parse(GROUP).unwrap_or_else(|why| panic!("{why}"));
        let group = Registration {
            name,
            provider: None,
            args: None,
        };
        router
            .register(group)
            .map(drop)
            .unwrap_or_else(|why| panic!("{why}"));
    }
}
