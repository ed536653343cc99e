//! Where this host itself listens.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::{PoisonError, RwLock};

/// Where this host itself listens; guests never get there, whatever is granted.
#[derive(Debug, Default)]
pub struct Own(RwLock<Vec<SocketAddr>>);

impl Own {
    /// Says that the host listens at `address`.
    pub fn add(&self, address: SocketAddr) {
        let mut listens = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if !listens.contains(&address) {
            listens.push(address);
        }
    }

    /// Whether a connection to `address` would end at this host. Another machine's address that
    /// is forwarded back here cannot be told apart from any other.
    pub fn is_at(&self, address: SocketAddr) -> bool {
        let ip = address.ip().to_canonical();
        let listens = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut here = listens
            .iter()
            .filter(|listen| listen.port() == address.port())
            .peekable();
        here.peek().is_some()
            && (here.any(|listen| listen.ip().to_canonical() == ip) || is_of_this_machine(ip))
    }
}

/// Only its own addresses can be bound; a UDP socket of a free port disturbs nobody.
fn is_of_this_machine(ip: IpAddr) -> bool {
    ip.is_loopback() || ip.is_unspecified() || UdpSocket::bind((ip, 0)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_of_this_machine_leads_to_its_own_port() {
        let table = [
            ("127.0.0.1:8321", true),
            ("127.9.9.9:8321", true),
            ("0.0.0.0:8321", true),
            ("[::1]:8321", true),
            ("[::]:8321", true),
            ("[::ffff:127.0.0.1]:8321", true),
            ("192.0.2.7:8321", true),
            ("[::ffff:192.0.2.7]:8321", true),
            ("127.0.0.1:8322", false),
            ("192.0.2.7:80", false),
            // Of another machine.
            ("192.0.2.8:8321", false),
            ("[2001:db8::8]:8321", false),
        ];
        let own = Own::default();
        own.add("0.0.0.0:8321".parse().unwrap());
        own.add("192.0.2.7:8321".parse().unwrap());
        for (address, expected) in table {
            assert_eq!(own.is_at(address.parse().unwrap()), expected, "{address}");
        }
    }

    #[test]
    fn a_host_that_does_not_listen_has_no_port_of_its_own() {
        assert!(!Own::default().is_at("127.0.0.1:8321".parse().unwrap()));
    }
}
