//! The gate that every outgoing request of one provider passes.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body as _;
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioTimer;
use tokio::runtime::Handle;
use tokio::time::{Instant, timeout_at};

use super::body::{Body, Cap, Incoming, Sent, Wait, until};
use super::connect::{Connector, NoConnection, Site};
use super::credential::{Credential, may_ride};
use super::error::{Error, find};
use super::ledger::Ledger;
use super::network::{self, Network, Stubs};
use super::own::Own;
use super::rate::Bucket;
use super::redact::Redactor;
use super::request;
use super::response::Intake;
use super::trace::Exchanging;
use crate::policy::{
    Denial, Grants, Host, HostPattern, Needs, NetworkGrant, Rule, SecretGrant, Target, decide,
    excess,
};

/// How long a connection waits for the next request.
const IDLE: Duration = Duration::from_secs(90);
/// The same where a guest can name any number of hosts, each with connections of its own.
const IDLE_UNDER: Duration = Duration::from_secs(10);
/// Connections to one host that wait at the same time.
const IDLE_MAX: usize = 16;
/// Largest head of a response, in bytes, and most of a body that is read ahead.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// How long a guest itself wants to wait, within the call's deadline. Optional: an extension of
/// the request.
#[derive(Clone, Copy, Debug, Default)]
pub struct Patience {
    /// For the head of the answer, connecting included. Default: no limit.
    pub first_byte: Option<Duration>,
    /// For each further piece of its body. Default: no limit.
    pub between_bytes: Option<Duration>,
}

/// Every request of one provider's tools goes through here.
pub struct Gate {
    grants: Grants,
    needs: Option<Needs>,
    /// One for each of `grants.network`.
    ways: Vec<Way>,
    credentials: Vec<Credential>,
    redactor: Redactor,
}

/// The way to where one grant leads. Its connections are its own, so each was vetted under it.
struct Way {
    grant: Arc<NetworkGrant>,
    /// Its host, as metrics name it.
    granted: Arc<str>,
    connector: Connector,
    client: Client<Connector, Sent>,
    stubs: Option<Arc<Stubs>>,
    bucket: Bucket,
}

/// One request that policy lets go.
struct Passage<'g> {
    grant: &'g NetworkGrant,
    way: &'g Way,
    target: Target,
    ledger: Arc<Ledger>,
}

impl Gate {
    /// A gate for what `grants` grants and, if the component has a manifest, `needs` declares.
    /// Call it on the runtime where connections shall live, which may be another than that of
    /// the calls; without network grants any thread will do.
    ///
    /// # Errors
    ///
    /// A sentence for people: a CA file that cannot be read, a secret that is too short or that
    /// no header can carry, no runtime.
    pub fn new(grants: &Grants, needs: Option<&Needs>, own: Arc<Own>) -> Result<Gate, String> {
        Gate::with_network(grants, needs, own, Network::System)
    }

    /// The same with `network` beyond it.
    ///
    /// # Errors
    ///
    /// As for [`Gate::new`].
    pub fn with_network(
        grants: &Grants,
        needs: Option<&Needs>,
        own: Arc<Own>,
        network: Network,
    ) -> Result<Gate, String> {
        let ways = match &*grants.network {
            [] => Vec::new(),
            granted => {
                let runtime = Handle::try_current()
                    .map_err(|_| "connections need a tokio runtime to live on".to_owned())?;
                let site = Site {
                    network,
                    own,
                    runtime,
                };
                let way = |grant| Way::new(grant, site.clone());
                granted.iter().map(way).collect::<Result<_, _>>()?
            }
        };
        let credentials: &[SecretGrant] = &grants.secrets;
        Ok(Gate {
            needs: needs.cloned(),
            ways,
            redactor: Redactor::new(credentials)?,
            credentials: credentials
                .iter()
                .map(Credential::new)
                .collect::<Result<_, _>>()?,
            grants: grants.clone(),
        })
    }

    /// Sends `request`, whose URI is absolute, or says why not. What comes back is the answer of
    /// the one server that was asked, redirects included. Dropping the future or the answer's
    /// body gives up the exchange.
    ///
    /// # Errors
    ///
    /// See [`Error`]; denials are on `ledger` too, each once. The answer's body ends with the
    /// same errors.
    pub async fn send(
        self: Arc<Self>,
        request: Request<Body>,
        ledger: Arc<Ledger>,
    ) -> Result<Response<Body>, Error> {
        let deadline = Instant::from_std(ledger.deadline);
        let patience = request.extensions().get::<Patience>();
        let patience = patience.copied().unwrap_or_default();
        let exchange = async {
            let (mut request, passage) = self.let_go(request, &ledger)?;
            let exchanging = Exchanging::begin(
                &ledger,
                &passage.target,
                &passage.way.granted,
                &self.redactor,
            );
            exchanging.write(request.headers_mut());
            let wait = || Wait::new(deadline, patience.between_bytes);
            let response = match &passage.way.stubs {
                None => (passage.way.client.request(request).await)
                    .map_err(|error| passage.explain(&error))
                    .and_then(|response| self.take_in(response, &passage, wait())),
                Some(stubs) => (passage.stubbed(&**stubs, request).await)
                    .and_then(|response| self.take_in(response, &passage, wait())),
            };
            exchanging.end(response.as_ref().map(|response| response.status().as_u16()));
            response
        };
        let exchange = Box::pin(exchange);
        timeout_at(until(deadline, patience.first_byte), exchange)
            .await
            .unwrap_or(Err(Error::Timeout))
            .map_err(|error| error.redacted(&self.redactor))
    }

    /// Removes this provider's secrets from text.
    pub fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// Decides on `request`, without any I/O, and writes what goes out in its place.
    fn let_go(
        &self,
        request: Request<Body>,
        ledger: &Arc<Ledger>,
    ) -> Result<(Request<Sent>, Passage<'_>), Error> {
        let denied = |denial: Denial| {
            ledger.deny(denial.clone());
            Error::Denied(denial)
        };
        let (mut parts, body) = request.into_parts();
        let target = request::read(&parts).map_err(denied)?;
        let index = decide(&self.grants, self.needs.as_ref(), &target).map_err(denied)?;
        let passage = Passage {
            grant: &self.grants.network[index],
            way: &self.ways[index],
            ledger: ledger.clone(),
            target,
        };
        let Passage { grant, target, .. } = &passage;
        let length = request::declared_length(&parts.headers, body.is_end_stream(), target)
            .map_err(denied)?;
        request::rewrite(&mut parts, target).map_err(denied)?;
        passage.count().map_err(denied)?;

        let cap = passage.cap(grant.request_bytes, excess::large_request);
        if length.is_some_and(|length| length > cap.bytes_max) {
            return Err(cap.refuse());
        }
        if self.knows_secret(target) {
            request::ask_in_plain(&mut parts.headers);
        }
        if may_ride(grant, target.scheme) {
            for credential in self.credentials_for(target) {
                credential.add(&mut parts.headers);
            }
        }
        Ok((Request::from_parts(parts, Sent::new(body, cap)), passage))
    }

    fn take_in<B: Incoming>(
        &self,
        response: Response<B>,
        passage: &Passage<'_>,
        wait: Wait,
    ) -> Result<Response<Body>, Error> {
        let Passage { grant, target, .. } = passage;
        let intake = Intake {
            cap: passage.cap(grant.response_bytes, excess::large_response),
            redactor: &self.redactor,
            knows_secret: self.knows_secret(target),
            wait,
        };
        intake.take(response)
    }

    /// Whether the server is one that gets secrets, with this request or another.
    fn knows_secret(&self, target: &Target) -> bool {
        self.credentials_for(target).next().is_some()
    }

    fn credentials_for(&self, target: &Target) -> impl Iterator<Item = &Credential> {
        self.credentials
            .iter()
            .filter(|credential| credential.is_for(&target.host))
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate")
            .field("grants", &self.grants)
            .field("needs", &self.needs)
            .finish_non_exhaustive()
    }
}

impl Way {
    fn new(grant: &NetworkGrant, site: Site) -> Result<Way, String> {
        let (home, stubs) = (Home(site.runtime.clone()), site.network.stubs());
        let connector = Connector::new(grant, site)?;
        let idle = match grant.host {
            HostPattern::Exact(_) => IDLE,
            HostPattern::Under(_) => IDLE_UNDER,
        };
        let client = Client::builder(home)
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(idle)
            .pool_max_idle_per_host(IDLE_MAX)
            .http1_max_buf_size(HEAD_BYTES_MAX)
            // Only what was never written to a connection that had closed meanwhile: nothing
            // is executed twice, and a server may close idle connections whenever it likes.
            .retry_canceled_requests(true)
            .set_host(false)
            .build(connector.clone());
        Ok(Way {
            grant: Arc::new(grant.clone()),
            granted: grant.host.to_string().into(),
            connector,
            client,
            stubs,
            bucket: Bucket::new(grant.rate),
        })
    }
}

impl Passage<'_> {
    /// Counts the request, if call and grant have one left.
    fn count(&self) -> Result<(), Denial> {
        let Passage { grant, target, .. } = self;
        let now = std::time::Instant::now();
        match self.ledger.count_request(&self.way.bucket, now) {
            Ok(()) => Ok(()),
            Err(Rule::Requests) => Err(excess::too_many_requests(target, self.ledger.requests_max)),
            Err(_) => Err(excess::too_fast(target, grant)),
        }
    }

    fn cap(&self, bytes_max: u64, word: fn(&Target, &NetworkGrant) -> Denial) -> Cap {
        Cap {
            bytes_max,
            ledger: self.ledger.clone(),
            word,
            target: self.target.clone(),
            grant: self.way.grant.clone(),
            passed: 0,
        }
    }

    /// What a stub answers. Of addresses, those that the request itself names are vetted.
    async fn stubbed(
        &self,
        stubs: &Stubs,
        request: Request<Sent>,
    ) -> Result<Response<Full<Bytes>>, Error> {
        let address = match self.target.host {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some(IpAddr::V4(address)),
            Host::Ipv6(address) => Some(IpAddr::V6(address)),
        };
        if let Some(address) = address {
            let vetted = self.way.connector.vet(&self.target, &[address]);
            vetted.map_err(|denial| self.deny(denial))?;
        }
        network::exchange(stubs, request).await
    }

    fn deny(&self, denial: Denial) -> Error {
        self.ledger.deny(denial.clone());
        Error::Denied(denial)
    }

    /// Why the client has no answer. What its connector did not admit is denied here, where it
    /// is known which request wanted it.
    fn explain(&self, error: &(dyn std::error::Error + 'static)) -> Error {
        match find::<NoConnection>(error) {
            Some(NoConnection::Unfit(addresses)) => {
                match self.way.connector.vet(&self.target, addresses) {
                    Err(denial) => self.deny(denial),
                    Ok(()) => Error::Connect("the addresses changed".to_owned()),
                }
            }
            Some(NoConnection::Failed(error)) => error.clone(),
            None => Error::of_exchange(error),
        }
    }
}

/// The runtime where connections live.
#[derive(Clone)]
struct Home(Handle);

impl<F> hyper::rt::Executor<F> for Home
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, future: F) {
        self.0.spawn(future);
    }
}
