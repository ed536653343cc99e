//! One request, written as it is asked for and without any care.

use wasip2::clocks::monotonic_clock;
use wasip2::http::outgoing_handler;
use wasip2::http::types::{
    Fields, FutureIncomingResponse, IncomingBody, IncomingResponse, Method, OutgoingBody,
    OutgoingRequest, Scheme, http_error_code,
};
use wasip2::io::streams::StreamError;

use crate::Response;

/// Kept of a body, in bytes.
const TEXT_MAX: usize = 64 * 1024;
const READ_MAX: u64 = 64 * 1024;
/// What one `blocking-write-and-flush` takes, in bytes.
const WRITE_MAX: usize = 4096;

/// Where a request goes, in the parts that the interface takes.
pub struct Url {
    pub scheme: String,
    pub authority: String,
    pub path: String,
}

/// A request that was sent, its body still open.
pub struct Asked {
    pub body: OutgoingBody,
    pub coming: FutureIncomingResponse,
}

impl Url {
    /// Splits at the first `://` and the next `/`, and checks nothing.
    pub fn parse(url: &str) -> Url {
        let (scheme, rest) = url.split_once("://").unwrap_or(("https", url));
        let at = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(at);
        Url {
            scheme: scheme.to_owned(),
            authority: authority.to_owned(),
            path: if path.is_empty() { "/" } else { path }.to_owned(),
        }
    }

    /// Where a `location` leads from here.
    pub fn join(&self, location: &str) -> Url {
        if location.contains("://") {
            return Url::parse(location);
        }
        match location.strip_prefix("//") {
            Some(rest) => Url::parse(&format!("{}://{rest}", self.scheme)),
            None => Url {
                scheme: self.scheme.clone(),
                authority: self.authority.clone(),
                path: location.to_owned(),
            },
        }
    }
}

impl Asked {
    /// Sends the head of a request.
    pub fn new(method: &str, url: &Url, headers: &[(String, String)]) -> Result<Asked, String> {
        let fields = Fields::new();
        for (name, value) in headers {
            fields
                .append(name, value.as_bytes())
                .map_err(|error| format!("header `{name}`: {}", bare(&error)))?;
        }
        let request = OutgoingRequest::new(fields);
        let unfit = |part: &'static str| move |()| format!("unfit {part}");
        request
            .set_method(&self::method(method))
            .map_err(unfit("method"))?;
        request
            .set_scheme(Some(&scheme(&url.scheme)))
            .map_err(unfit("scheme"))?;
        request
            .set_authority(Some(&url.authority))
            .map_err(unfit("authority"))?;
        request
            .set_path_with_query(Some(&url.path))
            .map_err(unfit("path"))?;
        let body = request.body().map_err(unfit("body"))?;
        let coming = outgoing_handler::handle(request, None).map_err(|error| bare(&error))?;
        Ok(Asked { body, coming })
    }

    /// Ends the body.
    pub fn sent(self) -> Result<FutureIncomingResponse, String> {
        // A request that was refused has no one to take its body; the answer says why.
        let _ = OutgoingBody::finish(self.body, None);
        Ok(self.coming)
    }

    /// Ends the body and waits for the head of the answer.
    pub fn answer(self) -> Result<IncomingResponse, String> {
        wait(&self.sent()?)
    }
}

/// Waits for the head of the answer.
pub fn wait(coming: &FutureIncomingResponse) -> Result<IncomingResponse, String> {
    loop {
        if let Some(answer) = coming.get() {
            let answer = answer.map_err(|()| "taken twice".to_owned())?;
            return answer.map_err(|error| bare(&error));
        }
        coming.subscribe().block();
    }
}

/// Writes a body. That the other side took no more is no error: the answer says why.
pub fn write(body: &OutgoingBody, bytes: &[u8]) {
    if let Ok(stream) = body.write() {
        for chunk in bytes.chunks(WRITE_MAX) {
            if stream.blocking_write_and_flush(chunk).is_err() {
                return;
            }
        }
    }
}

/// Writes that many bytes, as fast as they are taken or with a pause after each.
pub fn pour(body: &OutgoingBody, bytes: u64, pause_millis: Option<u64>) {
    let Ok(stream) = body.write() else { return };
    let chunk = [b'x'; WRITE_MAX];
    let mut left = bytes;
    while left > 0 {
        let size = match pause_millis {
            Some(_) => 1,
            None => left.min(WRITE_MAX as u64),
        };
        if stream
            .blocking_write_and_flush(&chunk[..size as usize])
            .is_err()
        {
            return;
        }
        if let Some(millis) = pause_millis {
            monotonic_clock::subscribe_duration(millis.saturating_mul(1_000_000)).block();
        }
        left -= size;
    }
}

/// Reads an answer to its end.
pub fn read(response: IncomingResponse, hops: u32) -> Result<Response, String> {
    let status = response.status();
    let headers = shown(&response.headers());
    let body = response.consume().map_err(|()| "no body".to_owned())?;
    let stream = body.stream().map_err(|()| "no stream".to_owned())?;
    let (mut text, mut bytes) = (Vec::new(), 0);
    loop {
        match stream.blocking_read(READ_MAX) {
            Ok(chunk) => {
                bytes += chunk.len() as u64;
                let room = TEXT_MAX - text.len();
                text.extend_from_slice(&chunk[..chunk.len().min(room)]);
            }
            Err(StreamError::Closed) => break,
            Err(StreamError::LastOperationFailed(error)) => {
                return Err(match http_error_code(&error) {
                    Some(code) => bare(&code),
                    None => error.to_debug_string(),
                });
            }
        }
    }
    drop(stream);
    Ok(Response {
        status,
        headers,
        text: String::from_utf8_lossy(&text).into_owned(),
        bytes,
        trailers: trailers(body)?,
        hops,
    })
}

fn trailers(body: IncomingBody) -> Result<Vec<(String, String)>, String> {
    let coming = IncomingBody::finish(body);
    loop {
        match coming.get() {
            Some(Ok(Ok(trailers))) => return Ok(trailers.map(|t| shown(&t)).unwrap_or_default()),
            Some(Ok(Err(error))) => return Err(format!("trailers: {}", bare(&error))),
            Some(Err(())) => return Err("trailers: taken twice".to_owned()),
            None => coming.subscribe().block(),
        }
    }
}

fn shown(fields: &Fields) -> Vec<(String, String)> {
    let entries = fields.entries().into_iter();
    entries
        .map(|(name, value)| (name, String::from_utf8_lossy(&value).into_owned()))
        .collect()
}

fn method(name: &str) -> Method {
    match name {
        "GET" => Method::Get,
        "HEAD" => Method::Head,
        "POST" => Method::Post,
        "PUT" => Method::Put,
        "DELETE" => Method::Delete,
        "CONNECT" => Method::Connect,
        "OPTIONS" => Method::Options,
        "TRACE" => Method::Trace,
        "PATCH" => Method::Patch,
        other => Method::Other(other.to_owned()),
    }
}

fn scheme(name: &str) -> Scheme {
    match name {
        "http" => Scheme::Http,
        "https" => Scheme::Https,
        other => Scheme::Other(other.to_owned()),
    }
}

/// The name of an error without its type.
fn bare(error: &impl std::fmt::Debug) -> String {
    let text = format!("{error:?}");
    text.trim_start_matches("ErrorCode::")
        .trim_start_matches("HeaderError::")
        .to_owned()
}
