//! A listener on loopback that no tool may reach.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::cli::exit::Stop;

/// It listens as long as the runtime that it was made in.
pub struct Canary {
    /// Its port on 127.0.0.1.
    pub port: u16,
    visits: Arc<AtomicUsize>,
}

impl Canary {
    /// On any free port.
    pub async fn listen() -> Result<Canary, Stop> {
        let failed = |error| Stop::host(format!("no port to listen on: {error}"));
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        let visits = Arc::new(AtomicUsize::new(0));
        let counted = visits.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(greet(stream));
            }
        });
        Ok(Canary { port, visits })
    }

    /// Connections so far.
    pub fn visits(&self) -> usize {
        self.visits.load(Ordering::SeqCst)
    }
}

/// Answers any request, so that whoever came does not wait.
async fn greet(mut stream: TcpStream) {
    let mut request = [0; 4096];
    // A visitor that sends or reads nothing was counted all the same.
    if stream.read(&mut request).await.is_ok() {
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        let _ = stream.write_all(answer).await;
    }
}
