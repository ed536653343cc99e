//! Servers on this machine that say exactly what a test wants, in plain text or over TLS, and
//! remember what was asked of them.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// Longest wait for what must come soon.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two pieces that come slowly.
const PAUSE: Duration = Duration::from_millis(20);

/// What was asked of a server.
#[derive(Clone, Debug)]
pub struct Request {
    /// The request line and the headers as they came, without the empty line.
    pub head: String,
    /// The body as it came, chunked or not.
    pub body: Vec<u8>,
}

impl Request {
    /// The second word of the request line.
    pub fn path(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }

    /// The values of a header, in the order that they came in.
    pub fn headers(&self, name: &str) -> Vec<&str> {
        let lines = self.head.lines().skip(1);
        let fields = lines.filter_map(|line| line.split_once(": "));
        fields
            .filter(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
            .collect()
    }
}

/// What a server says to a request.
#[derive(Clone, Debug)]
pub enum Say {
    /// This; then it waits for the next request.
    This(Vec<u8>),
    /// These, each sent by itself.
    Pieces(Vec<Vec<u8>>),
    /// The first, and then the second for ever.
    Forever(Vec<u8>, Vec<u8>),
    /// The same with a pause before each piece.
    Slowly(Vec<u8>, Vec<u8>),
    /// This, and then nothing for ever.
    Silence(Vec<u8>),
    /// This; then it hangs up.
    Close(Vec<u8>),
}

/// 200 and this body.
pub fn ok(body: &str) -> Say {
    with_headers("", body)
}

/// 200 with header lines, each ended by CRLF, and a body.
pub fn with_headers(headers: &str, body: &str) -> Say {
    let length = body.len();
    let text = format!("HTTP/1.1 200 OK\r\n{headers}content-length: {length}\r\n\r\n{body}");
    Say::This(text.into_bytes())
}

/// 302 to `location`.
pub fn redirect(location: &str) -> Say {
    let text = format!("HTTP/1.1 302 Found\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n");
    Say::This(text.into_bytes())
}

/// 200 and what arrived, as the body.
pub fn echo(request: &Request) -> Say {
    ok(&request.head)
}

/// The beginning of an answer whose body comes in chunks.
pub const CHUNKED: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";

/// One of its chunks.
pub fn chunk(text: &str) -> Vec<u8> {
    format!("{:x}\r\n{text}\r\n", text.len()).into_bytes()
}

type Script = Arc<dyn Fn(&Request) -> Say + Send + Sync>;

/// It serves until the test is over.
pub struct Server {
    scheme: &'static str,
    port: u16,
    known: Arc<Known>,
}

#[derive(Default)]
struct Known {
    begun: AtomicUsize,
    over: AtomicUsize,
    requests: Mutex<Vec<Request>>,
}

impl Server {
    /// Answers as `script` says, in plain text.
    pub async fn plain(script: impl Fn(&Request) -> Say + Send + Sync + 'static) -> Server {
        Server::start(None, Arc::new(script)).await
    }

    /// The same over TLS, with a certificate of `authority` for `names`.
    pub async fn tls(
        authority: &Authority,
        names: &[&str],
        script: impl Fn(&Request) -> Say + Send + Sync + 'static,
    ) -> Server {
        let acceptor = TlsAcceptor::from(authority.certify(names));
        Server::start(Some(acceptor), Arc::new(script)).await
    }

    /// Reads and never answers.
    pub async fn silent() -> Server {
        Server::plain(|_| Say::Silence(Vec::new())).await
    }

    /// Answers a byte at a time and never ends.
    pub async fn dripping() -> Server {
        let head = b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n";
        Server::plain(move |_| Say::Slowly(head.to_vec(), b"x".to_vec())).await
    }

    /// Answers every request with these bytes, and hangs up.
    pub async fn answering(answer: &'static str) -> Server {
        Server::plain(|_| Say::Close(answer.into())).await
    }

    async fn start(tls: Option<TlsAcceptor>, script: Script) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let known = Arc::new(Known::default());
        let scheme = if tls.is_some() { "https" } else { "http" };
        let knows = known.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                knows.begun.fetch_add(1, Ordering::SeqCst);
                let (tls, script, knows) = (tls.clone(), script.clone(), knows.clone());
                tokio::spawn(async move {
                    // Whoever asks may hang up at any time.
                    let _ = match tls {
                        None => serve(stream, &script, &knows).await,
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => serve(stream, &script, &knows).await,
                            Err(error) => Err(error),
                        },
                    };
                    knows.over.fetch_add(1, Ordering::SeqCst);
                });
            }
        });
        Server {
            scheme,
            port,
            known,
        }
    }

    /// Where it listens, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// A provider's config that lets it reach a server in plain text, and `more`.
    pub fn grant(&self, more: &str) -> String {
        format!(
            "{{grants: {{network: [{}]}}, {more}}}",
            self.entry("127.0.0.1", "")
        )
    }

    /// An entry of `grants.network` for GET and POST to this server as `host`, at addresses of
    /// this machine, and `more`.
    pub fn entry(&self, host: &str, more: &str) -> String {
        format!(
            "{{host: \"{host}\", schemes: [{}], methods: [GET, POST], ports: [{}], addresses: [127.0.0.0/8], rate: 1000/s{more}}}",
            self.scheme, self.port
        )
    }

    /// Such as `127.0.0.1:34567`.
    pub fn authority(&self) -> String {
        self.at("127.0.0.1")
    }

    /// The authority of this server as `host`.
    pub fn at(&self, host: &str) -> String {
        format!("{host}:{}", self.port)
    }

    /// The URL of a path.
    pub fn url(&self, path: &str) -> String {
        self.url_at("127.0.0.1", path)
    }

    /// The URL of a path of this server as `host`.
    pub fn url_at(&self, host: &str, path: &str) -> String {
        format!("{}://{host}:{}{path}", self.scheme, self.port)
    }

    /// Connections so far.
    pub fn connections(&self) -> usize {
        self.known.begun.load(Ordering::SeqCst)
    }

    /// Every request so far.
    pub fn requests(&self) -> Vec<Request> {
        self.known.requests.lock().expect("no panic").clone()
    }

    /// Waits until no connection is open: whoever is gone must have let go of them.
    pub async fn until_all_hung_up(&self) {
        let wait = async {
            while self.known.over.load(Ordering::SeqCst) < self.connections() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, wait)
            .await
            .expect("connections outlive the call that they were for");
    }
}

async fn serve<S>(mut stream: S, script: &Script, known: &Known) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut read = Vec::new();
    while let Some(request) = next(&mut stream, &mut read).await? {
        let said = script(&request);
        known.requests.lock().expect("no panic").push(request);
        match said {
            Say::This(bytes) => stream.write_all(&bytes).await?,
            Say::Pieces(pieces) => {
                for piece in pieces {
                    stream.write_all(&piece).await?;
                    stream.flush().await?;
                    tokio::task::yield_now().await;
                }
            }
            Say::Forever(head, piece) => {
                stream.write_all(&head).await?;
                loop {
                    stream.write_all(&piece).await?;
                    tokio::task::yield_now().await;
                }
            }
            Say::Slowly(head, piece) => {
                stream.write_all(&head).await?;
                loop {
                    stream.flush().await?;
                    tokio::time::sleep(PAUSE).await;
                    stream.write_all(&piece).await?;
                }
            }
            Say::Silence(head) => {
                stream.write_all(&head).await?;
                stream.flush().await?;
                // Until the other side hangs up.
                tokio::io::copy(&mut stream, &mut tokio::io::sink()).await?;
                return Ok(());
            }
            Say::Close(bytes) => {
                stream.write_all(&bytes).await?;
                return stream.shutdown().await;
            }
        }
        stream.flush().await?;
    }
    Ok(())
}

/// The next request of a connection; `None` if there is none.
async fn next<S>(stream: &mut S, read: &mut Vec<u8>) -> io::Result<Option<Request>>
where
    S: AsyncRead + Unpin,
{
    loop {
        let end = read.windows(4).position(|bytes| bytes == b"\r\n\r\n");
        if let Some(end) = end {
            let mut request = Request {
                head: String::from_utf8_lossy(&read[..end]).into_owned(),
                body: Vec::new(),
            };
            if let Some(length) = body_length(&request, &read[end + 4..]) {
                request.body = read[end + 4..][..length].to_vec();
                read.drain(..end + 4 + length);
                return Ok(Some(request));
            }
        }
        if stream.read_buf(read).await? == 0 {
            return Ok(None);
        }
    }
}

/// How long the body of `request` is, if all of it is in `read`; its chunks count as they are.
fn body_length(request: &Request, read: &[u8]) -> Option<usize> {
    const LAST_CHUNK: &[u8] = b"0\r\n\r\n";
    if let [length] = request.headers("content-length")[..] {
        let length = length.parse().ok()?;
        return (read.len() >= length).then_some(length);
    }
    if request.headers("transfer-encoding").is_empty() {
        return Some(0);
    }
    let last = |at: &usize| *at == 0 || read[..*at].ends_with(b"\r\n");
    let mut ends = read.windows(LAST_CHUNK.len()).enumerate();
    let end = ends.find(|(at, bytes)| *bytes == LAST_CHUNK && last(at));
    end.map(|(at, _)| at + LAST_CHUNK.len())
}

/// A certificate authority that nobody trusts who is not told to.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    dir: TempDir,
}

impl Authority {
    /// A new one.
    pub fn new() -> Authority {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let name = &mut params.distinguished_name;
        name.push(DnType::CommonName, "an authority of a test");
        let key = KeyPair::generate().expect("random numbers");
        let own = params.self_signed(&key).expect("a certificate");
        let dir = tempfile::tempdir().expect("a folder");
        std::fs::write(dir.path().join("ca.pem"), own.pem()).expect("written");
        Authority {
            issuer: Issuer::new(params, key),
            dir,
        }
    }

    /// Its own certificate in PEM, for `ca` of a grant.
    pub fn file(&self) -> PathBuf {
        self.folder().join("ca.pem")
    }

    /// The folder of that file, which is there as long as this is.
    pub fn folder(&self) -> &Path {
        self.dir.path()
    }

    /// A server that has a certificate for `names`, which may be addresses.
    fn certify(&self, names: &[&str]) -> Arc<ServerConfig> {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let params = CertificateParams::new(names).expect("names and addresses");
        let key = KeyPair::generate().expect("random numbers");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key);
        Arc::new(config.expect("key and certificate fit"))
    }
}

impl Default for Authority {
    fn default() -> Authority {
        Authority::new()
    }
}
