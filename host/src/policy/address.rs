//! Which addresses a granted host may resolve to: decided after the look-up.

use std::net::IpAddr;

use ipnet::IpNet;

use super::denial::{Denial, Rule};
use super::grants::NetworkGrant;
use super::host::Host;
use super::network::Target;
use super::special::{never, not_public};
use super::yaml::shown;

/// Most addresses that a suggested grant adds; names resolve to a handful.
const ADDED_MAX: usize = 16;

/// Whether `address` is one of the public internet: not private, loopback, link-local,
/// carrier-grade NAT, unique-local, multicast, documentation, reserved or a cloud's own. IPv6
/// addresses are public only within `2000::/3`, and those that stand for an IPv4 address (mapped,
/// NAT64, 6to4) only if that one is.
pub fn is_public(address: IpAddr) -> bool {
    not_public(address.to_canonical()).is_none()
}

/// Whether a connection to `addresses`, all that the name resolved to, may be made. One that
/// is neither public nor in `grant.addresses` spoils all: mixed answers are an attack. That the
/// grant's `host` is the very address does not put it in `grant.addresses`. Clouds' metadata,
/// link-local, unspecified and multicast addresses spoil all even if a range there has them.
///
/// No address at all is no matter of policy, and `Ok`.
pub fn admit(grant: &NetworkGrant, target: &Target, addresses: &[IpAddr]) -> Result<(), Denial> {
    let canonical = || addresses.iter().map(IpAddr::to_canonical);
    let denial = |address: IpAddr, why: String, grant: Option<String>| Denial {
        rule: Rule::Address,
        target: shown(&target.to_string()),
        reason: match &target.host {
            Host::Domain(name) => format!("`{name}` resolves to `{address}`, which {why}"),
            Host::Ipv4(_) | Host::Ipv6(_) => format!("`{address}` {why}"),
        },
        grant,
    };
    if let Some((address, what)) = canonical().find_map(|ip| Some((ip, never(ip)?))) {
        let why = format!("no grant can allow ({what})");
        return Err(denial(address, why, None));
    }
    let mut refused = Vec::new();
    for address in canonical() {
        let is_granted = grant.addresses.iter().any(|range| range.contains(&address));
        if let Some(what) = not_public(address).filter(|_| !is_granted)
            && !refused.contains(&(address, what))
            && refused.len() < ADDED_MAX
        {
            refused.push((address, what));
        }
    }
    let Some((address, what)) = refused.first() else {
        return Ok(());
    };
    let why = format!("is not public ({what}) and not in `addresses` of the grant for its host");
    let added = refused.iter().map(|(address, _)| IpNet::from(*address));
    Err(denial(*address, why, Some(with_addresses(grant, added))))
}

/// The YAML of `grant` with further addresses, to be put in the place of `grant`.
fn with_addresses(grant: &NetworkGrant, added: impl Iterator<Item = IpNet>) -> String {
    let mut grant = grant.clone();
    grant.addresses.extend(added);
    grant.yaml()
}
