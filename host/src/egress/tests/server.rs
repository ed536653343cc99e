//! A server that says exactly what a test wants, byte for byte.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// What the server does about a request.
pub enum Answer {
    /// Writes this and waits for the next request.
    Bytes(Vec<u8>),
    /// Writes these, each by itself and flushed.
    Pieces(Vec<Vec<u8>>),
    /// Writes the first and then the second for ever.
    Forever(Vec<u8>, Vec<u8>),
    /// Writes this and then nothing for ever.
    Silence(Vec<u8>),
    /// Writes this and closes the connection.
    Close(Vec<u8>),
}

type Script = Arc<dyn Fn(&str) -> Answer + Send + Sync>;

pub struct Server {
    pub port: u16,
    seen: Arc<Mutex<Vec<String>>>,
    connections: Arc<AtomicUsize>,
    gone: tokio::sync::Mutex<mpsc::UnboundedReceiver<()>>,
}

/// An answer with status 200 and this body.
pub fn ok(body: &str) -> Answer {
    with_headers("", body)
}

/// The same with header lines, each ended by CRLF.
pub fn with_headers(headers: &str, body: &str) -> Answer {
    let length = body.len();
    let text = format!("HTTP/1.1 200 OK\r\n{headers}content-length: {length}\r\n\r\n{body}");
    Answer::Bytes(text.into_bytes())
}

impl Server {
    /// Answers every request as `script` says of its head and body.
    pub async fn start(script: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let connections = Arc::new(AtomicUsize::new(0));
        let (going, gone) = mpsc::unbounded_channel();
        let (requests, count) = (seen.clone(), connections.clone());
        let script: Script = Arc::new(script);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                let (script, requests, going) = (script.clone(), requests.clone(), going.clone());
                tokio::spawn(async move {
                    serve(stream, &script, &requests).await;
                    let _ = going.send(());
                });
            }
        });
        Server {
            port,
            seen,
            connections,
            gone: tokio::sync::Mutex::new(gone),
        }
    }

    /// Every request so far, as it came, in lower case up to its body.
    pub fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    /// How many connections were made.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// Waits until a connection is gone.
    pub async fn gone(&self) {
        self.gone.lock().await.recv().await.unwrap();
    }
}

async fn serve(mut stream: TcpStream, script: &Script, seen: &Mutex<Vec<String>>) {
    let mut buffer = Vec::new();
    while let Some(request) = read(&mut stream, &mut buffer).await {
        seen.lock().unwrap().push(request.clone());
        if play(&mut stream, script(&request)).await.is_none() {
            return;
        }
    }
}

/// `None` if the connection is over.
async fn play(stream: &mut TcpStream, answer: Answer) -> Option<()> {
    match answer {
        Answer::Bytes(bytes) => stream.write_all(&bytes).await.ok(),
        Answer::Pieces(pieces) => {
            stream.set_nodelay(true).ok()?;
            for piece in pieces {
                stream.write_all(&piece).await.ok()?;
                stream.flush().await.ok()?;
                tokio::task::yield_now().await;
            }
            Some(())
        }
        Answer::Forever(head, piece) => {
            stream.write_all(&head).await.ok()?;
            loop {
                stream.write_all(&piece).await.ok()?;
                tokio::task::yield_now().await;
            }
        }
        Answer::Silence(head) => {
            stream.write_all(&head).await.ok()?;
            // Nothing comes, so this ends with the connection.
            let _ = stream.read(&mut [0]).await;
            None
        }
        Answer::Close(bytes) => {
            stream.write_all(&bytes).await.ok()?;
            None
        }
    }
}

/// One request, its body by length or in chunks.
async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<String> {
    loop {
        let text = String::from_utf8_lossy(buffer).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_ascii_lowercase();
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .map(|length| length.parse::<usize>().unwrap());
            let chunked = head.contains("transfer-encoding: chunked");
            let end = match length {
                Some(length) => (body.len() >= length).then_some(length),
                None if chunked => body.find("0\r\n\r\n").map(|at| at + 5),
                None => Some(0),
            };
            if let Some(end) = end {
                let request = format!("{head}\r\n\r\n{}", &body[..end]);
                buffer.drain(..request.len());
                return Some(request);
            }
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
}
