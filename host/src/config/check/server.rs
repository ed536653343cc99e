//! `server`: where to listen, and what must not be dropped in silence.

use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::time::Duration;

use super::Check;
use super::amount::saturate;
use super::read::{Fields, Spot};
use crate::config::Server;
use crate::config::env;
use crate::config::keys::{self, REFUSED};
use crate::config::node::{self, Kind};

const PORT_VARIABLE: &str = "LLAMA_STACK_PORT";

impl Check<'_> {
    pub(super) fn server(&mut self, top: &Fields<'_>, toolhost: &Fields<'_>) -> Server {
        let spot = top
            .get("server")
            .unwrap_or_else(|| self.nothing(top, "server"));
        let handled: Vec<&str> = REFUSED.iter().copied().chain(["workers"]).collect();
        let fields = self.fields_with(spot, "server", &handled);
        self.refuse_protection(&fields);
        if let Some(workers) = fields.get("workers") {
            self.ignored.push(workers.path);
        }
        let port = self.port(&fields);
        Server {
            listen: self.listen(&fields, port),
            body_bytes_max: self.amount_or_default(toolhost, "body_bytes_max"),
            connections: self.count(toolhost, "connections"),
            connections_per_address: self.count(toolhost, "connections_per_address"),
            head_timeout: self.time(toolhost, "head_timeout"),
            idle_timeout: self.time(toolhost, "idle_timeout"),
            body_timeout: self.time(toolhost, "body_timeout"),
            write_timeout: self.time(toolhost, "write_timeout"),
            grace: self.time(toolhost, "grace"),
            allowed_hosts: self.allowed_hosts(toolhost),
            auth: self.auth(&fields),
        }
    }

    fn count(&mut self, fields: &Fields<'_>, name: &str) -> u32 {
        saturate(self.amount_or_default(fields, name))
    }

    fn time(&mut self, fields: &Fields<'_>, name: &str) -> Duration {
        Duration::from_nanos(self.amount_or_default(fields, name))
    }

    fn refuse_protection(&mut self, fields: &Fields<'_>) {
        for name in REFUSED {
            if let Some(spot) = fields
                .get(name)
                .filter(|spot| spot.node.kind != Kind::Bool(false))
            {
                let message =
                    format!("this host has no `{name}`, and to ignore it would be unsafe");
                self.problem(
                    &spot,
                    message,
                    "remove it, and put a proxy that does it in front of this host",
                );
            }
        }
    }

    /// Flag over variable over file; each is checked even if another wins.
    fn port(&mut self, fields: &Fields<'_>) -> u16 {
        let from_file = self.amount_or_default(fields, "port");
        let from_file = u16::try_from(from_file).unwrap_or(u16::MAX);
        let from_variable =
            match env::variable(self.environment, PORT_VARIABLE).map(|text| text.parse::<u16>()) {
                Some(Ok(port)) => Some(port),
                Some(Err(_)) => {
                    let remedy = "set it to a number from 0 to 65535, or unset it";
                    self.outside_problem(
                        PORT_VARIABLE,
                        "the value (from the environment) is no port",
                        remedy,
                    );
                    None
                }
                None => None,
            };
        self.overrides.port.or(from_variable).unwrap_or(from_file)
    }

    fn listen(&mut self, fields: &Fields<'_>, port: u16) -> SocketAddr {
        let default = keys::get("server.host").default;
        let in_file = fields.get("host");
        let from_file = in_file.as_ref().and_then(|spot| self.text_at(spot));
        let host = self
            .overrides
            .host
            .as_deref()
            .or(from_file.as_deref())
            .unwrap_or(default);
        if let Some(address) = address(host, port) {
            return address;
        }
        let remedy =
            "write an address such as `127.0.0.1` or `::1`, or a name that resolves to one";
        match in_file {
            Some(spot) if self.overrides.host.is_none() => {
                self.problem(
                    &spot,
                    format!("{} is no address", spot.node.shown()),
                    remedy,
                );
            }
            _ => self.outside_problem(
                "--host",
                &format!("`{}` is no address", node::shorten(host)),
                remedy,
            ),
        }
        SocketAddr::from(([127, 0, 0, 1], port))
    }

    fn allowed_hosts(&mut self, toolhost: &Fields<'_>) -> Vec<String> {
        let mut hosts = Vec::new();
        for spot in self.items(toolhost, "allowed_hosts") {
            let Some(host) = self.text_at(&spot) else {
                continue;
            };
            if is_host(&host) {
                hosts.push(host.to_ascii_lowercase());
            } else {
                self.refuse_host(&spot);
            }
        }
        hosts
    }

    fn refuse_host(&mut self, spot: &Spot<'_>) {
        let remedy = "write a name such as `tools.example.com`, without scheme, port or `*`";
        self.problem(
            spot,
            format!("{} is no host name", spot.node.shown()),
            remedy,
        );
    }
}

/// The address of a literal or of a name; of several the first IPv4 one, which most clients
/// of `localhost` try.
fn address(host: &str, port: u16) -> Option<SocketAddr> {
    let bare = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(host);
    if let Ok(ip) = bare.parse::<IpAddr>() {
        return Some(SocketAddr::new(ip, port));
    }
    if !is_host(host) {
        return None;
    }
    let addresses: Vec<SocketAddr> = (host, port).to_socket_addrs().ok()?.collect();
    addresses
        .iter()
        .find(|address| address.is_ipv4())
        .or(addresses.first())
        .copied()
}

fn is_host(text: &str) -> bool {
    let is_name = |text: &str| {
        text.bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    };
    (!text.is_empty() && text.len() <= 253 && is_name(text)) || text.parse::<IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Overrides;
    use crate::config::check::tests::{check, problems, read, read_with};

    #[test]
    fn flag_wins_over_variable_wins_over_file_wins_over_default() {
        let file = "server: {host: '0.0.0.0', port: 1000}";
        let variable = [("LLAMA_STACK_PORT", "2000")];
        let flags = Overrides {
            host: Some("::1".to_owned()),
            port: Some(3000),
        };
        let none = Overrides::default();
        for (text, variables, overrides, expected) in [
            ("{}", &[][..], &none, "127.0.0.1:8321"),
            ("server: {host: null, port:}", &[], &none, "127.0.0.1:8321"),
            (file, &[], &none, "0.0.0.0:1000"),
            (file, &[("LLAMA_STACK_PORT", "")], &none, "0.0.0.0:1000"),
            (file, &variable, &none, "0.0.0.0:2000"),
            (file, &variable, &flags, "[::1]:3000"),
            (
                "server: {host: '[::]', port: '${env.P:=0}'}",
                &[],
                &none,
                "[::]:0",
            ),
            ("server: {host: localhost}", &[], &none, "127.0.0.1:8321"),
        ] {
            let listen = read_with(text, variables, overrides).unwrap().server.listen;
            assert_eq!(listen, expected.parse::<SocketAddr>().unwrap(), "{text}");
        }
        for port in ["http", "65536", "-1"] {
            assert_eq!(
                problems(file, &[("LLAMA_STACK_PORT", port)]),
                ["0 LLAMA_STACK_PORT the value (from the environment) is no port"]
            );
        }
        let bad = Overrides {
            host: Some("not a host".to_owned()),
            port: None,
        };
        let problem = read_with(file, &[], &bad).unwrap_err().0.remove(0);
        assert_eq!(
            problem.to_string().lines().next(),
            Some("`--host`: `not a host` is no address")
        );
    }

    #[test]
    fn what_a_connection_may_take_is_bounded_by_default() {
        let server = read("{}", &[]).unwrap().server;
        assert_eq!(
            (server.connections, server.connections_per_address),
            (1024, 512)
        );
        let seconds = |seconds| Duration::from_secs(seconds);
        assert_eq!(server.head_timeout, seconds(10));
        assert_eq!(server.idle_timeout, seconds(75));
        assert_eq!(server.body_timeout, seconds(30));
        assert_eq!(server.write_timeout, seconds(30));
        let text = "toolhost: {connections: 7, connections_per_address: 3, head_timeout: 1s, \
                    idle_timeout: 2s, body_timeout: 3s, write_timeout: 4s}";
        let server = read(text, &[]).unwrap().server;
        assert_eq!((server.connections, server.connections_per_address), (7, 3));
        assert_eq!(server.head_timeout, seconds(1));
        assert_eq!(server.idle_timeout, seconds(2));
        assert_eq!(server.body_timeout, seconds(3));
        assert_eq!(server.write_timeout, seconds(4));
    }

    #[test]
    fn protection_that_this_host_lacks_is_refused() {
        for name in REFUSED {
            check(
                &format!("server: {{{name}: {{a: 1}}}}"),
                &format!("no `{name}`"),
                "proxy",
            );
            check(
                &format!("server: {{{name}: true}}"),
                &format!("no `{name}`"),
                "proxy",
            );
            check(
                &format!("server: {{{name}: {{}}}}"),
                &format!("no `{name}`"),
                "proxy",
            );
            assert!(read(&format!("server: {{{name}: null}}"), &[]).is_ok());
        }
    }
}
