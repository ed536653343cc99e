//! A server on this machine that a guest may call, and that answers badly.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// It serves until the test is over.
pub struct Upstream {
    port: u16,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    begun: AtomicUsize,
    over: AtomicUsize,
}

/// What is sent after a request was read.
#[derive(Clone, Copy)]
enum Manner {
    Nothing,
    /// A head, then a byte of the body at a time.
    Drops,
    Whole(&'static str),
}

impl Upstream {
    /// Reads and never answers.
    pub async fn silent() -> Upstream {
        Upstream::start(Manner::Nothing).await
    }

    /// Answers a byte at a time and never ends.
    pub async fn dripping() -> Upstream {
        Upstream::start(Manner::Drops).await
    }

    /// Answers every request with these bytes, and hangs up.
    pub async fn answering(answer: &'static str) -> Upstream {
        Upstream::start(Manner::Whole(answer)).await
    }

    async fn start(manner: Manner) -> Upstream {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let counts = Arc::new(Counts::default());
        let counted = counts.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let counts = counted.clone();
                counts.begun.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(async move {
                    serve(stream, manner).await;
                    counts.over.fetch_add(1, Ordering::SeqCst);
                });
            }
        });
        Upstream { port, counts }
    }

    /// A provider's config that lets it reach this server, and `more`.
    pub fn grant(&self, more: &str) -> String {
        format!(
            "{{grants: {{network: [{{host: 127.0.0.1, schemes: [http], methods: [GET, POST], ports: [{}], addresses: [127.0.0.0/8]}}]}}, {more}}}",
            self.port
        )
    }

    /// Such as `127.0.0.1:34567`.
    pub fn authority(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The URL of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.authority())
    }

    /// Connections so far.
    pub fn connections(&self) -> usize {
        self.counts.begun.load(Ordering::SeqCst)
    }

    /// Waits until no connection is open: whoever is gone must have let go of them.
    pub async fn until_all_hung_up(&self) {
        let wait = async {
            while self.counts.over.load(Ordering::SeqCst) < self.connections() {
                tokio::task::yield_now().await;
            }
        };
        let patience = Duration::from_secs(20);
        tokio::time::timeout(patience, wait)
            .await
            .expect("connections outlive the call that they were for");
    }
}

/// Reads the head of a request, answers, and goes on until the other side hangs up.
async fn serve(mut stream: TcpStream, manner: Manner) {
    let mut read = Vec::new();
    while !read.windows(4).any(|bytes| bytes == b"\r\n\r\n") {
        if stream.read_buf(&mut read).await.unwrap_or(0) == 0 {
            return;
        }
    }
    match manner {
        Manner::Nothing => {
            // Until the other side hangs up.
            let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
        }
        Manner::Drops => {
            let head = b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n";
            let mut sent = stream.write_all(head).await;
            while sent.is_ok() {
                tokio::time::sleep(Duration::from_millis(20)).await;
                sent = stream.write_all(b"x").await;
            }
        }
        Manner::Whole(answer) => {
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    }
}
