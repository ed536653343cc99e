//! Makes connections, each to an address that was vetted for it.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::task::JoinSet;
use tower_service::Service;

use super::error::Error;
use super::network::Network;
use super::own::Own;
use super::tls::Tls;
use crate::policy::{Denial, Host, NetworkGrant, Scheme, Target, admit, excess};

/// Longest that a connection may take to be made, whoever still waits for it.
const CONNECT_MAX: Duration = Duration::from_secs(30);

type Stream = MaybeHttpsStream<TokioIo<TcpStream>>;

/// Makes the connections of one grant: resolves the name, vets every address, connects to one
/// of those very addresses.
#[derive(Clone, Debug)]
pub struct Connector(Arc<Way>);

#[derive(Debug)]
struct Way {
    grant: NetworkGrant,
    site: Site,
    tls: Tls,
}

/// Where connections are made from.
#[derive(Clone, Debug)]
pub struct Site {
    /// Where they lead to.
    pub network: Network,
    /// Where no connection goes.
    pub own: Arc<Own>,
    /// Where connections live.
    pub runtime: Handle,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum NoConnection {
    /// The name resolves to these, to which no connection may be made.
    #[error("the addresses are not granted")]
    Unfit(Vec<IpAddr>),
    /// Any other reason.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl Connector {
    /// For connections from `site` that `grant` lets through. The error is a sentence for
    /// people.
    pub fn new(grant: &NetworkGrant, site: Site) -> Result<Connector, String> {
        Ok(Connector(Arc::new(Way {
            grant: grant.clone(),
            site,
            tls: Tls::new(grant.ca.as_deref())?,
        })))
    }

    /// Whether a connection for `target` may be made to any of `addresses`.
    pub fn vet(&self, target: &Target, addresses: &[IpAddr]) -> Result<(), Denial> {
        let Way { grant, site, .. } = &*self.0;
        // First, because no grant changes it.
        if addresses
            .iter()
            .any(|&ip| site.own.is_at(SocketAddr::new(ip, target.port)))
        {
            return Err(excess::own_port(target));
        }
        admit(grant, target, addresses)
    }

    async fn connect(&self, uri: Uri) -> Result<Stream, NoConnection> {
        let way = &*self.0;
        let target = read(&uri)?;
        let addresses = match &target.host {
            Host::Domain(name) => way.site.network.look_up(name).await.unwrap_or_default(),
            Host::Ipv4(address) => vec![IpAddr::V4(*address)],
            Host::Ipv6(address) => vec![IpAddr::V6(*address)],
        };
        if addresses.is_empty() {
            return Err(Error::NoAddress.into());
        }
        if self.vet(&target, &addresses).is_err() {
            return Err(NoConnection::Unfit(addresses));
        }
        let mut http = HttpConnector::new_with_resolver(Vetted(addresses));
        http.enforce_http(false);
        http.set_nodelay(true);
        match target.scheme {
            Scheme::Http => match http.call(uri).await {
                Ok(stream) => Ok(Stream::Http(stream)),
                Err(error) => Err(Error::of_connection(&error).into()),
            },
            Scheme::Https => {
                let mut https = HttpsConnector::from((http, way.tls.config().await?));
                let connected = https.call(uri).await;
                connected.map_err(|error| Error::of_connection(&*error).into())
            }
        }
    }
}

/// Reads back where `uri` leads, which was written from a target.
fn read(uri: &Uri) -> Result<Target, Error> {
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    Target::parse("GET", uri.scheme_str().unwrap_or_default(), authority, "/")
        .map_err(|denial| Error::Connect(denial.reason))
}

impl Service<Uri> for Connector {
    type Response = Stream;
    type Error = NoConnection;
    type Future = Pin<Box<dyn Future<Output = Result<Stream, NoConnection>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), NoConnection>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connector = self.clone();
        let runtime = self.0.site.runtime.clone();
        Box::pin(async move {
            // A socket is served by the runtime that made it, and it may outlive the call.
            let mut tasks = JoinSet::new();
            let connected = async move {
                tokio::time::timeout(CONNECT_MAX, connector.connect(uri))
                    .await
                    .unwrap_or(Err(Error::Timeout.into()))
            };
            tasks.spawn_on(connected, &runtime);
            match tasks.join_next().await {
                Some(Ok(connected)) => connected,
                Some(Err(_)) | None => {
                    Err(Error::Connect("the connection was given up".to_owned()).into())
                }
            }
        })
    }
}

/// Resolves the one name that is asked for to what was vetted.
#[derive(Clone, Debug)]
struct Vetted(Vec<IpAddr>);

impl Service<Name> for Vetted {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Name) -> Self::Future {
        // The connector puts the port in place of 0.
        let addresses: Vec<_> = self.0.iter().map(|&ip| SocketAddr::new(ip, 0)).collect();
        ready(Ok(addresses.into_iter()))
    }
}
