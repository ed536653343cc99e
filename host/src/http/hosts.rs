//! Which `Host` and `Origin` headers are served while the server is bound to loopback.
//!
//! A web page can make a browser send requests to loopback: directly, or by a name of its own
//! that it resolves to 127.0.0.1 (DNS rebinding). Both show in these headers, which a page
//! cannot forge. On any other address the server is meant to be reached by names that nobody
//! lists, and whoever exposed it puts protection in front.

use std::net::{IpAddr, SocketAddr};

use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, StatusCode, Uri};

use super::error::{Error, shorten};

/// The rule for one server.
pub(crate) struct Hosts {
    is_checked: bool,
    /// Names in lower case, for any port.
    allowed: Vec<String>,
}

impl Hosts {
    pub(crate) fn new(listen: SocketAddr, allowed: &[String]) -> Hosts {
        Hosts {
            is_checked: listen.ip().to_canonical().is_loopback(),
            allowed: allowed.to_vec(),
        }
    }

    /// Refuses a request that a web page of another site may have caused.
    pub(crate) fn check(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Error> {
        if !self.is_checked {
            return Ok(());
        }
        let mut hosts = headers.get_all(HOST).iter();
        let host = match (hosts.next(), hosts.next()) {
            (Some(host), None) => host.to_str().unwrap_or_default(),
            _ => return Err(refused("Host", "exactly one `Host` header is needed")),
        };
        if !self.allows(host) {
            return Err(refused(
                "Host",
                &format!("host `{}` is not served here", shorten(host)),
            ));
        }
        // A request line with a whole URL names the host a second time.
        if let Some(authority) = uri
            .authority()
            .filter(|authority| !self.allows(authority.as_str()))
        {
            return Err(refused(
                "Host",
                &format!("host `{}` is not served here", shorten(authority.as_str())),
            ));
        }
        for origin in headers.get_all(ORIGIN) {
            let origin = origin.to_str().unwrap_or_default();
            if !origin
                .split_once("://")
                .is_some_and(|(_, host)| self.allows(host))
            {
                return Err(refused(
                    "Origin",
                    &format!("origin `{}` is not served here", shorten(origin)),
                ));
            }
        }
        Ok(())
    }

    /// Whether `host`, with or without a port, is loopback or listed.
    fn allows(&self, host: &str) -> bool {
        let Some(name) = without_port(host) else {
            return false;
        };
        let is_loopback = match name.parse::<IpAddr>() {
            Ok(address) => address.to_canonical().is_loopback(),
            Err(_) => name.eq_ignore_ascii_case("localhost"),
        };
        is_loopback
            || self
                .allowed
                .iter()
                .any(|allowed| allowed.eq_ignore_ascii_case(name))
    }
}

/// The name or address in front of a port; an IPv6 address without its brackets.
fn without_port(host: &str) -> Option<&str> {
    let (name, port) = if let Some(rest) = host.strip_prefix('[') {
        let (address, port) = rest.split_once(']')?;
        address.parse::<std::net::Ipv6Addr>().ok()?;
        (address, port)
    } else {
        host.split_at(host.find(':').unwrap_or(host.len()))
    };
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    (port.is_empty() || port.strip_prefix(':').is_some_and(is_port)).then_some(name)
}

fn refused(header: &str, reason: &str) -> Error {
    let text = format!(
        "{reason}: while bound to loopback the server answers only loopback names in `{header}`; \
         list others under `toolhost.allowed_hosts`"
    );
    Error::new(StatusCode::FORBIDDEN, text)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn hosts(listen: &str) -> Hosts {
        Hosts::new(listen.parse().unwrap(), &["dev.example".to_owned()])
    }

    fn check(host: &[&str], origin: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        for host in host {
            headers.append(HOST, HeaderValue::from_str(host).unwrap());
        }
        if let Some(origin) = origin {
            headers.append(ORIGIN, HeaderValue::from_str(origin).unwrap());
        }
        hosts("127.0.0.1:8321")
            .check(&Uri::from_static("/v1/tools"), &headers)
            .is_ok()
    }

    #[test]
    fn loopback_and_listed_hosts_pass_with_any_port() {
        for host in [
            "localhost",
            "LocalHost:8321",
            "127.0.0.1:8321",
            "127.0.0.2",
            "[::1]",
            "[::1]:8321",
            "[::ffff:127.0.0.1]:1",
            "dev.example",
            "DEV.example:99",
        ] {
            assert!(check(&[host], None), "{host}");
        }
    }

    #[test]
    fn other_hosts_are_refused() {
        for host in [
            "",
            "evil.example",
            "localhost.evil.example",
            "evil.localhost",
            "127.0.0.1.evil.example",
            "user@localhost",
            "localhost:",
            "localhost:80:80",
            "localhost:x",
            "[localhost]",
            "[::1",
            "[::1]x",
            "::1",
            "0.0.0.0",
            "10.0.0.1",
            "2130706433",
            "127.1",
        ] {
            assert!(!check(&[host], None), "{host}");
        }
        assert!(!check(&[], None), "no host");
        assert!(!check(&["localhost", "localhost"], None), "two hosts");
    }

    #[test]
    fn an_origin_must_be_loopback_or_listed_too() {
        for origin in [
            "http://localhost:3000",
            "https://127.0.0.1",
            "http://[::1]:1",
            "https://dev.example",
        ] {
            assert!(check(&["localhost"], Some(origin)), "{origin}");
        }
        for origin in [
            "null",
            "",
            "localhost",
            "https://evil.example",
            "http://localhost@evil.example",
            "http://",
        ] {
            assert!(!check(&["localhost"], Some(origin)), "{origin}");
        }
    }

    #[test]
    fn a_whole_url_in_the_request_line_is_checked_as_well() {
        let headers = HeaderMap::from_iter([(HOST, HeaderValue::from_static("localhost"))]);
        let hosts = hosts("[::1]:0");
        assert!(
            hosts
                .check(&Uri::from_static("http://localhost/v1/tools"), &headers)
                .is_ok()
        );
        assert!(
            hosts
                .check(&Uri::from_static("http://evil.example/v1/tools"), &headers)
                .is_err()
        );
    }

    #[test]
    fn nothing_is_checked_off_loopback() {
        assert!(
            hosts("0.0.0.0:8321")
                .check(&Uri::from_static("/"), &HeaderMap::new())
                .is_ok()
        );
    }
}
