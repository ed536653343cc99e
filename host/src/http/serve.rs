//! Accepts connections and serves each until it ends, is overdue, or the server stops.
//!
//! HTTP/1.1 alone: without HTTP/2 none of its floods can arrive.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tower_service::Service;

use super::Routes;
use super::connections::{Connections, Place};
use super::error::{Error, FULL_RETRY_AFTER};
use super::pace::{Pace, Paced};

/// The most that a request line and headers may take together, and about what is read of a
/// connection ahead of its parsing. More is a 431, as are more than 100 headers, hyper's
/// default.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// Without a free file descriptor an attempt to accept fails at once, and the next must not
/// come at once too.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves `routes` until `shutdown` is ready, then finishes the requests in flight.
///
/// There is no limit on how long those may take: the caller bounds this future. Dropping it
/// ends every connection.
pub async fn serve(
    listener: TcpListener,
    routes: Routes,
    connections: Arc<Connections>,
    shutdown: impl Future<Output = ()>,
) {
    // Done here, it is not done for every request.
    let routes = routes.with_state::<()>(());
    let full = full();
    let (stop, _) = watch::channel(());
    let mut shutdown = pin!(shutdown);
    let mut is_failing = false;
    loop {
        let (stream, address) = tokio::select! {
            biased;
            () = shutdown.as_mut() => break,
            accepted = accept(&listener, &mut is_failing) => accepted,
        };
        let pace = Arc::new(Pace::new(connections.timeouts));
        match connections.enter(address.ip(), &pace) {
            Some(place) => {
                let stopped = stop.subscribe();
                tokio::spawn(keep(place, converse(stream, routes.clone(), pace, stopped)));
            }
            None => {
                tracing::debug!(%address, "refused a connection: too many are open");
                refuse(stream, &full);
            }
        }
    }
    drop(listener);
    // It fails only if no connection is left to be told.
    let _ = stop.send(());
    stop.closed().await;
}

/// The next connection. Errors are the system's and pass: one line is logged for a row of
/// them.
async fn accept(listener: &TcpListener, is_failing: &mut bool) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => {
                *is_failing = false;
                return accepted;
            }
            Err(error) => {
                if !std::mem::replace(is_failing, true) {
                    tracing::error!(%error, "cannot accept connections");
                }
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Holds `place` as long as `conversation` lasts, also if that panics.
async fn keep(place: Place, conversation: impl Future<Output = ()>) {
    conversation.await;
    drop(place);
}

/// Answers the requests of one connection.
async fn converse(
    stream: TcpStream,
    routes: Routes,
    pace: Arc<Pace>,
    mut stopped: watch::Receiver<()>,
) {
    // Answers are small; waiting to fill a packet would only delay them.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "cannot set TCP_NODELAY");
    }
    let answer = service_fn(|request: Request<Incoming>| {
        let (head, body) = request.into_parts();
        let begun = pace.clone().begin(body).map(|(busy, body)| {
            let request = Request::from_parts(head, Body::new(body));
            (busy, routes.clone().call(request))
        });
        async move {
            let (busy, answer) = begun.ok_or(io::ErrorKind::ConnectionAborted)?;
            let Ok(response) = answer.await;
            Ok::<_, io::Error>(response.map(|body| busy.until_sent(body)))
        }
    });
    let io = TokioIo::new(Paced::new(stream, pace.clone()));
    let mut connection = pin!(
        http1::Builder::new()
            .max_header_size(HEAD_BYTES_MAX)
            .max_buf_size(HEAD_BYTES_MAX)
            .serve_connection(io, answer)
    );
    let mut overdue = pin!(pace.overdue());
    let mut displaced = pin!(pace.displaced());
    loop {
        tokio::select! {
            // First the connection: what it does decides what is overdue.
            biased;
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "a connection broke off");
                }
                return;
            }
            stopping = stopped.changed() => match stopping {
                Ok(()) => connection.as_mut().graceful_shutdown(),
                Err(_) => return,
            },
            slow = overdue.as_mut() => {
                tracing::debug!(?slow, "closed a connection");
                return;
            }
            () = displaced.as_mut() => {
                tracing::debug!("closed a connection that waited, for a new one");
                return;
            }
        }
    }
}

/// Sends `answer` as far as the system takes it at once, and closes.
fn refuse(stream: TcpStream, answer: &[u8]) {
    let Ok(mut stream) = stream.into_std() else {
        return;
    };
    // The client may be gone, which is all the same.
    let _ = stream.write(answer);
    let _ = stream.shutdown(Shutdown::Write);
    // With bytes unread the system would cut the connection before the answer is read.
    let _ = stream.read(&mut [0; 4096]);
}

/// The whole answer to a connection that finds no place.
fn full() -> Vec<u8> {
    // These types always serialise: their keys are texts.
    let body = serde_json::to_vec(&Error::full().into_body()).unwrap_or_default();
    let head = format!(
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nretry-after: {}\r\nconnection: close\r\n\r\n",
        body.len(),
        FULL_RETRY_AFTER.as_secs(),
    );
    [head.into_bytes(), body].concat()
}
