//! How many connections are open, and whether there is room for one more.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::pace::{Pace, Timeouts};
use crate::config;

/// The connections of a server: their bounds and their number.
pub struct Connections {
    max: usize,
    per_address_max: usize,
    pub(super) timeouts: Timeouts,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    places: HashMap<u64, Held>,
    next: u64,
    /// Only addresses that hold a connection, so that the map is bounded by `max`.
    by_address: HashMap<IpAddr, usize>,
}

struct Held {
    address: IpAddr,
    pace: Arc<Pace>,
}

/// The right to keep one connection open; given back when it is dropped, or earlier to another
/// connection.
pub(super) struct Place {
    connections: Arc<Connections>,
    number: u64,
}

impl Connections {
    /// None open; bounds as configured.
    pub fn new(server: &config::Server) -> Arc<Connections> {
        let count = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
        Arc::new(Connections {
            max: count(server.connections),
            per_address_max: count(server.connections_per_address),
            timeouts: Timeouts {
                head: server.head_timeout,
                idle: server.idle_timeout,
                write: server.write_timeout,
            },
            open: Mutex::default(),
        })
    }

    /// How many are open.
    pub fn open(&self) -> usize {
        self.lock().places.len()
    }

    /// A place for a connection from `address`, if need be that of one that waits for its
    /// client: without this, clients that do nothing could lock out all others.
    ///
    /// If `address` is full, it is one of its own. If the server is, it is one of the address
    /// that holds the most, so that who floods the server displaces himself first.
    pub(super) fn enter(self: &Arc<Self>, address: IpAddr, pace: &Arc<Pace>) -> Option<Place> {
        let address = client(address);
        let mut open = self.lock();
        let has_room = if open.held(address) >= self.per_address_max {
            open.displace(|other| other == address)
        } else {
            open.places.len() < self.max || open.displace(|_| true)
        };
        has_room.then(|| Place {
            connections: self.clone(),
            number: open.add(address, pace.clone()),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn held(&self, address: IpAddr) -> usize {
        self.by_address.get(&address).copied().unwrap_or_default()
    }

    fn add(&mut self, address: IpAddr, pace: Arc<Pace>) -> u64 {
        let number = self.next;
        self.next += 1;
        self.places.insert(number, Held { address, pace });
        *self.by_address.entry(address).or_default() += 1;
        number
    }

    fn remove(&mut self, number: u64) {
        let Some(Held { address, .. }) = self.places.remove(&number) else {
            return;
        };
        match self.by_address.get_mut(&address) {
            Some(held) if *held > 1 => *held -= 1,
            Some(_) | None => {
                self.by_address.remove(&address);
            }
        }
    }

    /// Ends the connection that waits longest for its client, of those whose address `may` be
    /// chosen and holds the most. Linear in their number, and only when there is no room.
    fn displace(&mut self, may: impl Fn(IpAddr) -> bool) -> bool {
        let waiting = self.places.iter().filter_map(|(number, held)| {
            let since = may(held.address).then(|| held.pace.waits_since())??;
            Some((self.held(held.address), Reverse((since, *number))))
        });
        let Some((_, Reverse((_, number)))) = waiting.max() else {
            return false;
        };
        let is_over = self
            .places
            .get(&number)
            .is_some_and(|held| held.pace.displace());
        if is_over {
            self.remove(number);
        }
        is_over
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connections.lock().remove(self.number);
    }
}

/// What counts as one client: an IPv4 address, or the /64 network that an IPv6 host has for
/// itself.
fn client(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::body::Body;

    use super::*;
    use crate::http::pace::Busy;

    const TIMEOUTS: Timeouts = Timeouts {
        head: Duration::MAX,
        idle: Duration::MAX,
        write: Duration::MAX,
    };

    fn connections(max: usize, per_address_max: usize) -> Arc<Connections> {
        Arc::new(Connections {
            max,
            per_address_max,
            timeouts: TIMEOUTS,
            open: Mutex::default(),
        })
    }

    /// A connection that waits for its client from now on.
    fn enter(connections: &Arc<Connections>, address: &str) -> Option<Place> {
        let pace = Arc::new(Pace::new(TIMEOUTS));
        connections.enter(address.parse().unwrap(), &pace)
    }

    /// A connection that no other takes the place of.
    fn enter_busy(connections: &Arc<Connections>, address: &str) -> Option<(Place, Busy)> {
        let pace = Arc::new(Pace::new(TIMEOUTS));
        let place = connections.enter(address.parse().unwrap(), &pace)?;
        Some((place, pace.begin(Body::empty()).unwrap().0))
    }

    fn is_open(place: &Place) -> bool {
        place.connections.lock().places.contains_key(&place.number)
    }

    #[test]
    fn one_address_cannot_take_all_places() {
        let connections = connections(4, 2);
        let held = [(), ()].map(|()| enter_busy(&connections, "10.0.0.1").unwrap());
        assert!(enter(&connections, "10.0.0.1").is_none());
        assert!(
            enter(&connections, "::ffff:10.0.0.1").is_none(),
            "the same client"
        );
        let other = enter(&connections, "10.0.0.2").unwrap();
        assert_eq!(connections.open(), 3);
        drop(held);
        assert_eq!(connections.open(), 1);
        assert!(enter(&connections, "10.0.0.1").is_some());
        drop(other);
        assert_eq!(connections.open(), 0);
        assert!(
            connections.lock().by_address.is_empty(),
            "nothing is kept of those that went"
        );
    }

    #[test]
    fn all_addresses_together_have_a_bound_too() {
        let connections = connections(2, 2);
        let _held =
            ["10.0.0.1", "10.0.0.2"].map(|address| enter_busy(&connections, address).unwrap());
        assert!(enter(&connections, "10.0.0.3").is_none());
    }

    #[test]
    fn a_full_server_ends_what_waits_longest_of_who_holds_the_most() {
        let connections = connections(4, 3);
        let enter = |last: u8| enter(&connections, &format!("10.0.0.{last}")).unwrap();
        let first = enter(1);
        let (busy, _busy) = enter_busy(&connections, "10.0.0.2").unwrap();
        let mut open = vec![enter(2), enter(2)];
        for (newcomer, ends) in [(3, 0), (2, 1), (4, 3)] {
            open.push(enter(newcomer));
            assert!(!is_open(&open[ends]), "{newcomer}");
            assert_eq!(connections.open(), 4, "{newcomer}");
        }
        assert!(is_open(&first), "others held more");
        open.push(enter(5));
        assert!(!is_open(&first), "now all hold one");
        assert!(is_open(&busy));
        drop((first, busy, open));
        assert_eq!(connections.open(), 0);
        assert!(connections.lock().by_address.is_empty());
    }

    #[test]
    fn a_full_address_ends_what_waits_longest_of_its_own() {
        let connections = connections(9, 2);
        let enter = |last: u8| enter(&connections, &format!("10.0.0.{last}")).unwrap();
        let oldest = enter(1);
        let held = [enter(2), enter(2)];
        let newcomer = enter(2);
        assert!(is_open(&oldest) && is_open(&newcomer));
        assert!(!is_open(&held[0]) && is_open(&held[1]));
    }

    #[test]
    fn addresses_of_one_network_are_one_client() {
        let connections = connections(9, 1);
        let _held = enter_busy(&connections, "2001:db8::1").unwrap();
        assert!(enter(&connections, "2001:db8::ffff:1").is_none());
        assert!(enter(&connections, "2001:db8:0:1::1").is_some());
        assert!(enter(&connections, "::1").is_some());
    }
}
