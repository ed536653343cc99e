//! Tries everything a program could reach outside itself, and tells what it got.
//!
//! The host must grant none of it unless its policy says so. A refused connection counts as
//! granted: it proves that the network was reached.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::net::{TcpStream, ToSocketAddrs, UdpSocket};
use std::{env, fmt::Debug};

use exports::toolhost_test::reads_world::surroundings::Guest;
use wasip2::http::outgoing_handler;
use wasip2::http::types::{ErrorCode, Fields, OutgoingRequest, Scheme};

wit_bindgen::generate!();

const NOBODY: &str = "127.0.0.1:9";

struct ReadsWorld;

impl Guest for ReadsWorld {
    fn look() -> Vec<(String, String)> {
        [
            ("env", non_empty(env::vars().map(|(name, _)| name))),
            ("args", non_empty(env::args())),
            ("stdin", stdin()),
            ("cwd", cwd()),
            ("read /", told(fs::read_dir("/"))),
            ("open /", told(File::open("/"))),
            ("open /etc/passwd", told(File::open("/etc/passwd"))),
            ("create /left-behind", told(File::create("/left-behind"))),
            ("tcp connect", tcp()),
            ("udp bind", told(UdpSocket::bind("127.0.0.1:0"))),
            (
                "lookup localhost",
                told(("localhost", 80).to_socket_addrs()),
            ),
            ("http get", http()),
        ]
        .map(|(what, answer)| (what.to_owned(), answer))
        .into()
    }
}

fn granted(what: impl Debug) -> String {
    format!("granted: {what:?}")
}

fn denied(why: impl Debug) -> String {
    format!("denied: {why:?}")
}

fn told<T: Debug>(result: io::Result<T>) -> String {
    match result {
        Ok(value) => granted(value),
        Err(error) => denied(error),
    }
}

fn non_empty(values: impl Iterator<Item = String>) -> String {
    let values: Vec<String> = values.collect();
    if values.is_empty() {
        "denied: empty".to_owned()
    } else {
        granted(values)
    }
}

fn stdin() -> String {
    match io::stdin().read(&mut [0; 16]) {
        Ok(0) => "denied: empty".to_owned(),
        other => told(other),
    }
}

/// The C library says `/` when the host says nothing.
fn cwd() -> String {
    match env::current_dir() {
        Ok(path) if path.as_os_str() == "/" => "denied: empty".to_owned(),
        other => told(other),
    }
}

fn tcp() -> String {
    match TcpStream::connect(NOBODY) {
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => granted(error),
        other => told(other),
    }
}

fn http() -> String {
    match get() {
        Ok(status) => granted(status),
        Err(error @ ErrorCode::ConnectionRefused) => granted(error),
        Err(error) => denied(error),
    }
}

fn get() -> Result<u16, ErrorCode> {
    let request = OutgoingRequest::new(Fields::new());
    let unfit = |()| ErrorCode::HttpRequestUriInvalid;
    request.set_scheme(Some(&Scheme::Http)).map_err(unfit)?;
    request.set_authority(Some(NOBODY)).map_err(unfit)?;
    request.set_path_with_query(Some("/")).map_err(unfit)?;

    let response = outgoing_handler::handle(request, None)?;
    response.subscribe().block();
    match response.get() {
        Some(Ok(answer)) => answer.map(|response| response.status()),
        Some(Err(())) | None => Err(ErrorCode::InternalError(None)),
    }
}

export!(ReadsWorld);
