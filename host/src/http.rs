//! Llama Stack's HTTP API: routes, wire types, error bodies.
//!
//! This room turns requests into invocations and answers into JSON that every
//! `llama-stack-client` from 0.1.0 to 0.7.0 reads: bodies hold the union of what those
//! versions expect. It runs no tool and decides nothing about one; calls go to the router.
//! CORS headers are never sent, so no web page reads an answer.
//! Start reading at `routes`, the list of everything that is served.

mod base64;
mod body;
mod error;
mod health;
mod hosts;
mod index;
mod layers;
mod metrics;
mod openapi;
mod query;
mod reply;
mod routes;
mod trace_parent;
pub mod v1;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Bytes;
use axum::middleware;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;

use crate::config;
use crate::router::Router;
use crate::telemetry::Scrape;

/// Everything that is served, ready for [`serve`] or for a test that needs no socket.
pub type Routes = axum::Router;

/// What the routes need.
pub struct State {
    /// Where calls go.
    pub router: Arc<Router>,
    /// Where `/metrics` comes from.
    pub scrape: Scrape,
    /// Limits and allowed hosts.
    pub server: config::Server,
    /// The address that the server is really bound to, which differs from the configured one
    /// if that has port 0. A loopback address switches the checks of `Host` and `Origin` on.
    pub listen: SocketAddr,
}

/// A [`State`] and what is derived from it once.
pub(crate) struct Shared {
    state: State,
    hosts: hosts::Hosts,
    openapi: Bytes,
}

/// Everything that is served.
pub fn routes(state: State) -> Routes {
    let shared = Arc::new(Shared {
        hosts: hosts::Hosts::new(state.listen, &state.server.allowed_hosts),
        openapi: openapi::document(),
        state,
    });
    routes::mounted()
        .layer(middleware::from_fn_with_state(
            shared.clone(),
            layers::guard,
        ))
        .with_state(shared)
}

/// Serves `routes` until `shutdown` is ready, then finishes the requests in flight.
///
/// There is no limit on how long those may take: the caller bounds this future.
pub async fn serve(
    listener: TcpListener,
    routes: Routes,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let listener = listener.tap_io(|stream| {
        // Answers are small; waiting to fill a packet would only delay them.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "cannot set TCP_NODELAY");
        }
    });
    axum::serve(listener, routes)
        .with_graceful_shutdown(shutdown)
        .await
}
