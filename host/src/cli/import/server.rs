//! Servers: where requests of operations go.

use std::net::IpAddr;

use reqwest::Url;
use serde_json::Value;

use super::notes::{Notes, shown};
use super::spec::Spec;
use crate::cli::exit::Stop;
use crate::policy::{HostPattern, is_public};

/// A server, without a path that ends in a slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// `https` or `http`.
    pub scheme: String,
    /// As grants name it; an IPv6 address is in brackets.
    pub host: String,
    /// If it is not the scheme's own.
    pub port: Option<u16>,
    /// What paths begin with: empty, or such as `/v1`.
    pub base: String,
    /// Ranges of addresses that are not public and that the operator chose.
    pub addresses: Vec<String>,
}

impl Server {
    /// Such as `https://api.example.com:8443/v1`.
    pub fn url(&self) -> String {
        let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("{}://{}{port}{}", self.scheme, self.host, self.base)
    }

    fn parse(text: &str) -> Result<Server, String> {
        let wrong = |why: &str| format!("the server `{}` {why}", shown(text));
        let url = Url::parse(text).map_err(|error| match error.to_string().as_str() {
            "relative URL without a base" => wrong("is relative; name it with `--server URL`"),
            why => wrong(&format!("is no URL: {why}")),
        })?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(wrong("is not of `https` or `http`"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong(
                "has a user name or password; they belong into a secret",
            ));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("has a query or fragment"));
        }
        let host = url.host_str().unwrap_or_default().trim_end_matches('.');
        match HostPattern::parse(host) {
            Ok(HostPattern::Exact(_)) => {}
            Ok(HostPattern::Under(_)) => return Err(wrong("has no host: it is a pattern")),
            Err(why) => return Err(wrong(&format!("has no host: {why}"))),
        }
        let base = url.path().trim_end_matches('/').to_owned();
        Ok(Server {
            scheme: url.scheme().to_owned(),
            host: host.to_owned(),
            port: url.port(),
            base,
            addresses: Vec::new(),
        })
    }

    /// Whether it is an address that is not public, or a name of this machine.
    fn is_private(&self) -> bool {
        match self.host.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(address) => !is_public(address),
            Err(_) => self.host == "localhost" || self.host.ends_with(".localhost"),
        }
    }

    /// The same, allowed to be at addresses that are not public, since the operator named it.
    fn chosen(mut self) -> Server {
        if self.is_private() {
            self.addresses = match self.host.trim_matches(['[', ']']).parse::<IpAddr>() {
                Ok(IpAddr::V4(address)) => vec![format!("{address}/32")],
                Ok(IpAddr::V6(address)) => vec![format!("{address}/128")],
                Err(_) => vec!["127.0.0.0/8".to_owned(), "::1/128".to_owned()],
            };
        }
        self
    }
}

/// Which server operations use.
#[derive(Debug)]
pub struct Servers {
    /// That of `--server`, for all of them.
    chosen: Option<Server>,
    /// That of the document, or why there is none.
    shared: Result<Server, String>,
}

impl Servers {
    /// Those of the document, or the one at `url`, which the operator chose.
    pub fn read(spec: &Spec, url: Option<&str>) -> Result<Servers, Stop> {
        let chosen = url.map(|url| Server::parse(url).map(Server::chosen));
        let chosen = chosen.transpose().map_err(Stop::usage)?;
        Ok(Servers {
            chosen,
            shared: first(spec.servers(), &mut Notes::default()),
        })
    }

    /// The server of an operation: its own, its path's or the document's.
    pub fn of(&self, item: &Value, operation: &Value, notes: &mut Notes) -> Result<Server, String> {
        if let Some(server) = &self.chosen {
            return Ok(server.clone());
        }
        let own = [operation, item].map(|level| &level["servers"]);
        let own = own.into_iter().find(|servers| !is_vacant(servers));
        let server = match own {
            Some(servers) => first(servers, notes)?,
            None => self.shared.clone()?,
        };
        if server.is_private() {
            notes.add(
                "",
                format!(
                    "`{}` is not public, and requests to it are denied; if it is meant, name it with `--server {}`",
                    server.host, server.url()
                ),
            );
        }
        Ok(server)
    }

    /// Says which servers of the document are not used, and which variables are set.
    pub fn tell(&self, spec: &Spec, notes: &mut Notes) {
        if self.chosen.is_none() {
            let _ = first(spec.servers(), notes);
        }
    }
}

fn is_vacant(servers: &Value) -> bool {
    servers.as_array().is_none_or(Vec::is_empty)
}

/// The first server over `https`, else the first.
fn first(servers: &Value, notes: &mut Notes) -> Result<Server, String> {
    if is_vacant(servers) {
        return Err("the description names no server; name it with `--server URL`".to_owned());
    }
    let mut found: Vec<(Result<Server, String>, String)> = Vec::new();
    for server in servers.as_array().into_iter().flatten().take(50) {
        let (url, variables) = substituted(server)?;
        if !variables.is_empty() {
            notes.add(
                "",
                format!(
                    "variables of the server have their defaults ({}): `{}`; `--server URL` names another",
                    variables.join(", "), shown(&url)
                ),
            );
        }
        found.push((Server::parse(&url), url));
    }
    let is_safe = |(server, _): &(Result<Server, String>, String)| {
        server.as_ref().is_ok_and(|server| server.scheme == "https")
    };
    let is_good = |(server, _): &(Result<Server, String>, String)| server.is_ok();
    let at = found.iter().position(is_safe);
    let at = at.or_else(|| found.iter().position(is_good)).unwrap_or(0);
    let chosen = found.remove(at);
    let others: Vec<String> = found
        .iter()
        .map(|(_, url)| format!("`{}`", shown(url)))
        .collect();
    if !others.is_empty() && chosen.0.is_ok() {
        notes.add(
            "",
            format!(
                "requests go to `{}`, not to {}; `--server URL` names another",
                shown(&chosen.1),
                others.join(", ")
            ),
        );
    }
    chosen.0
}

/// The URL of a server with the defaults of its variables, and these.
fn substituted(server: &Value) -> Result<(String, Vec<String>), String> {
    let mut url = server["url"].as_str().unwrap_or_default().to_owned();
    let mut set = Vec::new();
    for (name, variable) in server["variables"].as_object().into_iter().flatten() {
        let place = format!("{{{name}}}");
        if !url.contains(&place) {
            continue;
        }
        let default = match &variable["default"] {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => {
                let name = shown(name);
                return Err(format!(
                    "the variable `{name}` of the server has no default; name the server with `--server URL`"
                ));
            }
        };
        url = url.replace(&place, &default);
        set.push(shown(&format!("{name}={default}")));
        // A variable that holds another one, and so on, is nobody's need.
        if url.len() > 2_000 {
            return Err("the URL of the server is too long".to_owned());
        }
    }
    Ok((url, set))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn server(servers: &Value) -> Result<String, String> {
        first(servers, &mut Notes::default()).map(|server| server.url())
    }

    #[test]
    fn the_first_server_over_https_is_taken() {
        for (servers, url) in [
            (
                json!([{"url": "https://a.example/v1/"}]),
                "https://a.example/v1",
            ),
            (
                json!([{"url": "http://a.example"}, {"url": "https://B.example:8443"}]),
                "https://b.example:8443",
            ),
            (
                json!([{"url": "/v1"}, {"url": "http://a.example:80/x"}]),
                "http://a.example/x",
            ),
            (
                json!([{"url": "https://{r}.a.example/{v}", "variables": {"r": {"default": "eu"}, "v": {"default": 2}}}]),
                "https://eu.a.example/2",
            ),
            (
                json!([{"url": "https://[2001:db8::1]/"}]),
                "https://[2001:db8::1]",
            ),
        ] {
            assert_eq!(server(&servers).as_deref(), Ok(url), "{servers}");
        }
    }

    #[test]
    fn servers_that_are_none_are_refused_in_words() {
        for (servers, words) in [
            (json!(null), "--server"),
            (json!([]), "--server"),
            (json!([{"url": "/v1"}]), "is relative"),
            (json!([{}]), "is relative"),
            (json!([{"url": "ftp://a.example"}]), "https"),
            (json!([{"url": "https://me:word@a.example"}]), "secret"),
            (json!([{"url": "https://a.example/?k=v"}]), "query"),
            (json!([{"url": "https://*.example"}]), "no host"),
            (json!([{"url": "https://*.a.example"}]), "no host"),
            (
                json!([{"url": "https://{t}.example", "variables": {"t": {}}}]),
                "no default",
            ),
            (json!([{"url": "https://{t}.example"}]), "server"),
        ] {
            let why = server(&servers).unwrap_err();
            assert!(why.contains(words), "{servers}: {why}");
        }
    }

    #[test]
    fn private_addresses_are_granted_to_the_operator_alone() {
        for (url, addresses) in [
            ("http://127.0.0.1:8080", vec!["127.0.0.1/32"]),
            ("http://[::1]", vec!["::1/128"]),
            ("http://10.0.0.7/v1", vec!["10.0.0.7/32"]),
            ("http://localhost", vec!["127.0.0.0/8", "::1/128"]),
            ("https://a.example", vec![]),
        ] {
            let parsed = Server::parse(url).unwrap();
            assert!(parsed.addresses.is_empty());
            assert_eq!(parsed.chosen().addresses, addresses, "{url}");
        }
    }
}
