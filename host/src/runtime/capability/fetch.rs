//! `toolhost:tool/http`: a request and its answer in one call, by way of the provider's gate.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Response, Uri};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};

use super::contract::http::{self as wit, Host};
use crate::egress::{Body, Error, Patience};
use crate::runtime::sandbox::Sandbox;

impl Host for Sandbox {
    async fn fetch(&mut self, asked: wit::Request) -> Result<wit::Response, wit::Error> {
        let request = request(asked).map_err(wit::Error::InvalidRequest)?;
        let (gate, ledger) = (self.world.gate(), self.account.ledger.clone());
        let answer = gate
            .send(request, ledger)
            .await
            .map_err(|error| to_guest(&error))?;
        // More than the guest has memory for is of no use to it, whatever is granted.
        read(answer, self.limiter.memory_bytes_max).await
    }
}

/// The request, or what is wrong with it. Which headers may be sent is for the gate to say.
fn request(asked: wit::Request) -> Result<Request<Body>, String> {
    let method = asked.method.to_ascii_uppercase();
    let method = Method::from_bytes(method.as_bytes())
        .map_err(|_| "the method is no HTTP method; write one such as `GET`".to_owned())?;
    let uri: Uri = (asked.url.parse())
        .map_err(|error| format!("the URL cannot be read: {error}; write an absolute one"))?;
    if uri.scheme().is_none() || uri.host().is_none() {
        return Err("the URL is not absolute; begin it with `https://` and a host".to_owned());
    }
    let mut request = Request::new(body(asked.body));
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    for (name, value) in asked.headers {
        let name: HeaderName = name
            .parse()
            .map_err(|_| "a header has a name that HTTP does not allow".to_owned())?;
        let value: HeaderValue = value
            .parse()
            .map_err(|_| format!("the header `{name}` has a value that HTTP does not allow"))?;
        request.headers_mut().append(name, value);
    }
    request.extensions_mut().insert(Patience {
        first_byte: asked.timeout_ms.map(u64::from).map(Duration::from_millis),
        between_bytes: None,
    });
    Ok(request)
}

fn body(bytes: Option<Vec<u8>>) -> Body {
    let bytes = Bytes::from(bytes.unwrap_or_default());
    Full::new(bytes)
        .map_err(|never| match never {})
        .boxed_unsync()
}

async fn read(answer: Response<Body>, bytes_max: u64) -> Result<wit::Response, wit::Error> {
    let (head, body) = answer.into_parts();
    let bytes_max = usize::try_from(bytes_max).unwrap_or(usize::MAX);
    let body = Limited::new(body, bytes_max).collect().await;
    let body = body.map_err(|error| match error.downcast::<Error>() {
        Ok(error) => to_guest(&error),
        Err(error) if error.is::<LengthLimitError>() => wit::Error::TooLarge(format!(
            "the answer has more than {bytes_max} bytes, all the memory that the tool has"
        )),
        Err(error) => wit::Error::Unreachable(error.to_string()),
    })?;
    let header = |(name, value): (&HeaderName, &HeaderValue)| {
        let value = String::from_utf8_lossy(value.as_bytes());
        (name.as_str().to_owned(), value.into_owned())
    };
    Ok(wit::Response {
        status: head.status.as_u16(),
        headers: head.headers.iter().map(header).collect(),
        body: body.to_bytes().into(),
    })
}

/// What the guest reads of a failure.
fn to_guest(error: &Error) -> wit::Error {
    let text = error.to_string();
    match error {
        Error::Denied(_) => wit::Error::Denied(text),
        Error::TooLong { .. } => wit::Error::TooLarge(text),
        Error::Timeout => wit::Error::Timeout(text),
        Error::NoAddress
        | Error::Connect(_)
        | Error::Certificate(_)
        | Error::Tls(_)
        | Error::Broken(_)
        | Error::Encoded => wit::Error::Unreachable(text),
    }
}
