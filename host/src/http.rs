//! Llama Stack's HTTP API: routes, wire types, error bodies.
//!
//! This room turns requests into invocations and answers into JSON that every
//! `llama-stack-client` from 0.1.0 to 0.7.0 reads: bodies hold the union of what those
//! versions expect. It runs no tool and decides nothing about one; calls go to the router.
//! CORS headers are never sent, so no web page reads an answer.
//! Start reading at `routes`, the list of everything that is served; what stands around it is
//! `layers`, and around that `serve`.

mod base64;
mod body;
mod connections;
mod error;
mod health;
mod hosts;
mod index;
mod layers;
mod metrics;
mod openapi;
mod pace;
mod query;
mod reply;
mod routes;
mod serve;
mod trace_parent;
mod ui;
pub mod v1;
pub mod viewer;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Bytes;
use axum::middleware;

use crate::access::Keys;
use crate::config;
use crate::router::Router;
use crate::telemetry::{Recorder, Scrape, Store};

pub use connections::Connections;
pub use serve::serve;

/// Everything that is served, ready for [`serve`] or for a test that needs no socket.
pub type Routes = axum::Router;

/// What the routes need.
pub struct State {
    /// Where calls go.
    pub router: Arc<Router>,
    /// Records requests.
    pub recorder: Arc<Recorder>,
    /// The spans that are kept, if any are.
    pub traces: Option<Arc<Store>>,
    /// Where `/metrics` comes from.
    pub scrape: Scrape,
    /// Limits and allowed hosts.
    pub server: config::Server,
    /// Who may call, and what is left of their budgets.
    pub keys: Keys,
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
