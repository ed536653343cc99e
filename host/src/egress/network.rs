//! What requests that policy lets go find beyond the gate.

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{self, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};

use super::body::Sent;
use super::error::Error;

/// All addresses of a name; none if there is no such name.
pub type LookUp = dyn Fn(&str) -> Vec<IpAddr> + Send + Sync;

/// What stands for every server: it gets a request as the server would, credentials included.
pub type Stubs = dyn Fn(&Request<Bytes>) -> Stubbed + Send + Sync;

/// What requests find. No config can say it, only the code that builds the host.
#[derive(Clone, Default)]
pub enum Network {
    /// The network, with names resolved by the system, as for every program.
    #[default]
    System,
    /// The network, with names resolved by a function that is asked anew for each connection;
    /// nothing it says is kept.
    Names(Arc<LookUp>),
    /// No network. A function answers what policy lets go, so no name is looked up, no
    /// connection made and no address vetted. For the tests of a tool.
    Stubs(Arc<Stubs>),
}

/// What a stub has to say.
#[derive(Debug)]
pub struct Stubbed {
    /// How long it takes.
    pub after: Duration,
    /// The answer, or what goes wrong instead.
    pub result: Result<Response<Bytes>, Error>,
}

impl Network {
    /// All addresses of `name`, which may be none.
    pub(super) async fn look_up(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        match self {
            // The port goes unused; the call wants one.
            Network::System => Ok(tokio::net::lookup_host((name, 0))
                .await?
                .map(|address| address.ip())
                .collect()),
            Network::Names(names) => Ok(names(name)),
            // Nothing is connected to where stubs answer.
            Network::Stubs(_) => Ok(Vec::new()),
        }
    }

    /// What answers in the place of servers, if anything does.
    pub(super) fn stubs(&self) -> Option<Arc<Stubs>> {
        match self {
            Network::System | Network::Names(_) => None,
            Network::Stubs(stubs) => Some(stubs.clone()),
        }
    }
}

/// Has `stubs` answer `request`, of whose body all is read first, as a server may do.
pub(super) async fn exchange(
    stubs: &Stubs,
    request: Request<Sent>,
) -> Result<Response<Full<Bytes>>, Error> {
    let (head, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let request = Request::from_parts(head, body);
    let stubbed = stubs(&request);
    // To sleep for no time takes a millisecond.
    if !stubbed.after.is_zero() {
        tokio::time::sleep(stubbed.after).await;
    }
    let (mut head, mut body) = stubbed.result?.into_parts();
    // As a server frames it.
    let is_bare = [StatusCode::NO_CONTENT, StatusCode::NOT_MODIFIED].contains(&head.status);
    if !is_bare {
        let length = HeaderValue::from(body.len());
        head.headers.insert(header::CONTENT_LENGTH, length);
    }
    if is_bare || request.method() == Method::HEAD {
        body.clear();
    }
    Ok(Response::from_parts(head, Full::new(body)))
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Network::System => "System",
            Network::Names(_) => "Names",
            Network::Stubs(_) => "Stubs",
        })
    }
}
