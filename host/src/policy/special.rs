//! The addresses that are not public, as the IANA registries of special-purpose addresses and
//! some clouds have them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

/// A range of addresses that is not public.
pub(super) struct Special<N> {
    net: N,
    /// What it is for and which document says so.
    what: &'static str,
}

/// <https://www.iana.org/assignments/iana-ipv4-special-registry>, and multicast. Ranges that the
/// registry calls globally reachable are here too: no website is in them.
pub(super) const V4: [Special<Ipv4Net>; 19] = [
    v4([0, 0, 0, 0], 8, "this network, RFC 791"),
    v4([10, 0, 0, 0], 8, "private use, RFC 1918"),
    v4([100, 64, 0, 0], 10, "shared by carrier-grade NAT, RFC 6598"),
    v4([127, 0, 0, 0], 8, "loopback, RFC 1122"),
    v4([168, 63, 129, 16], 32, "Azure's platform"),
    v4([169, 254, 0, 0], 16, "link-local, RFC 3927"),
    v4([172, 16, 0, 0], 12, "private use, RFC 1918"),
    v4([192, 0, 0, 0], 24, "IETF protocols, RFC 6890"),
    v4([192, 0, 2, 0], 24, "documentation, RFC 5737"),
    v4([192, 31, 196, 0], 24, "AS112, RFC 7535"),
    v4([192, 52, 193, 0], 24, "AMT relays, RFC 7450"),
    v4([192, 88, 99, 0], 24, "6to4 relays, RFC 7526"),
    v4([192, 168, 0, 0], 16, "private use, RFC 1918"),
    v4([192, 175, 48, 0], 24, "AS112, RFC 7534"),
    v4([198, 18, 0, 0], 15, "benchmarking, RFC 2544"),
    v4([198, 51, 100, 0], 24, "documentation, RFC 5737"),
    v4([203, 0, 113, 0], 24, "documentation, RFC 5737"),
    v4([224, 0, 0, 0], 4, "multicast, RFC 5771"),
    v4([240, 0, 0, 0], 4, "reserved, RFC 1112"),
];

/// <https://www.iana.org/assignments/iana-ipv6-special-registry>, and multicast. What is outside
/// [`GLOBAL`] needs no row to be not public; it has one to be called by its name.
pub(super) const V6: [Special<Ipv6Net>; 20] = [
    v6([0, 0, 0, 0, 0, 0, 0, 0], 128, "unspecified, RFC 4291"),
    v6([0, 0, 0, 0, 0, 0, 0, 1], 128, "loopback, RFC 4291"),
    v6(
        [0, 0, 0, 0, 0, 0, 0, 0],
        96,
        "compatible with IPv4, RFC 4291",
    ),
    v6(
        [0, 0, 0, 0, 0xffff, 0, 0, 0],
        96,
        "translated IPv4, RFC 2765",
    ),
    v6(
        [0x64, 0xff9b, 1, 0, 0, 0, 0, 0],
        48,
        "NAT64 of a site, RFC 8215",
    ),
    v6([0x100, 0, 0, 0, 0, 0, 0, 0], 64, "discarded, RFC 6666"),
    v6([0x100, 0, 0, 1, 0, 0, 0, 0], 64, "dummy prefix, RFC 9780"),
    v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 32, "Teredo, RFC 4380"),
    v6([0x2001, 2, 0, 0, 0, 0, 0, 0], 48, "benchmarking, RFC 5180"),
    v6([0x2001, 0x10, 0, 0, 0, 0, 0, 0], 28, "ORCHID, RFC 4843"),
    v6([0x2001, 0x20, 0, 0, 0, 0, 0, 0], 28, "ORCHIDv2, RFC 7343"),
    v6(
        [0x2001, 0, 0, 0, 0, 0, 0, 0],
        23,
        "IETF protocols, RFC 2928",
    ),
    v6(
        [0x2001, 0xdb8, 0, 0, 0, 0, 0, 0],
        32,
        "documentation, RFC 3849",
    ),
    v6([0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0], 48, "AS112, RFC 7534"),
    v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20, "documentation, RFC 9637"),
    v6(
        [0x5f00, 0, 0, 0, 0, 0, 0, 0],
        16,
        "segment routing, RFC 9602",
    ),
    v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7, "unique local, RFC 4193"),
    v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10, "link-local, RFC 4291"),
    v6([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10, "site-local, RFC 3879"),
    v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8, "multicast, RFC 4291"),
];

/// What no grant allows: where clouds hand out credentials to whoever asks, and what is no
/// address of one other host.
const NEVER_V4: [Special<Ipv4Net>; 7] = [
    v4([0, 0, 0, 0], 8, "this network"),
    v4([100, 100, 100, 200], 32, "metadata of Alibaba Cloud"),
    v4([168, 63, 129, 16], 32, "platform of Azure"),
    v4([169, 254, 0, 0], 16, "link-local, metadata of most clouds"),
    v4([192, 0, 0, 192], 32, "metadata of Oracle Cloud"),
    v4([224, 0, 0, 0], 4, "multicast"),
    v4([255, 255, 255, 255], 32, "broadcast, RFC 919"),
];

/// See [`NEVER_V4`].
const NEVER_V6: [Special<Ipv6Net>; 7] = [
    v6([0, 0, 0, 0, 0, 0, 0, 0], 128, "unspecified"),
    v6(
        [0xfd00, 0x42, 0, 0, 0, 0, 0, 0x42],
        128,
        "metadata of Scaleway",
    ),
    v6(
        [0xfd00, 0xc1, 0, 0, 0, 0, 0xa9fe, 0xa9fe],
        128,
        "metadata of Oracle Cloud",
    ),
    v6(
        [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0],
        32,
        "metadata and services of AWS",
    ),
    v6(
        [0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254],
        128,
        "metadata of Google Cloud",
    ),
    v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10, "link-local"),
    v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8, "multicast"),
];

/// What IANA allots to the internet (RFC 4291).
const GLOBAL: Ipv6Net = v6([0x2000, 0, 0, 0, 0, 0, 0, 0], 3, "").net;
/// Translated to IPv4 by the network; the last 32 bits are the address (RFC 6052).
const NAT64: Ipv6Net = v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96, "").net;
/// NAT64 with a prefix of the site's own choice (RFC 8215).
const NAT64_SITE: Ipv6Net = v6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48, "").net;
/// Tunnels to the IPv4 address in bits 16 to 47 (RFC 3056).
const SIX_TO_FOUR: Ipv6Net = v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16, "").net;
/// Tunnels to the IPv4 address in the last 32 bits, each of which is inverted (RFC 4380).
const TEREDO: Ipv6Net = v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 32, "").net;

const fn v4(octets: [u8; 4], bits: u8, what: &'static str) -> Special<Ipv4Net> {
    let [a, b, c, d] = octets;
    let net = Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), bits);
    Special { net, what }
}

const fn v6(segments: [u16; 8], bits: u8, what: &'static str) -> Special<Ipv6Net> {
    let [a, b, c, d, e, f, g, h] = segments;
    let net = Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, e, f, g, h), bits);
    Special { net, what }
}

/// Why `address`, which is canonical, is not of the public internet; `None` if it is.
pub(super) fn not_public(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => in_v4(&V4, address),
        IpAddr::V6(address) if NAT64.contains(&address) || SIX_TO_FOUR.contains(&address) => {
            embedded(address)
                .into_iter()
                .find_map(|inner| in_v4(&V4, inner))
        }
        IpAddr::V6(address) => in_v6(&V6, address)
            .or_else(|| (!GLOBAL.contains(&address)).then_some("not allotted, RFC 4291")),
    }
}

/// Why no grant allows `address`, which is canonical; `None` if one may.
pub(super) fn never(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => in_v4(&NEVER_V4, address),
        IpAddr::V6(Ipv6Addr::LOCALHOST) => None,
        IpAddr::V6(address) => in_v6(&NEVER_V6, address).or_else(|| {
            embedded(address)
                .into_iter()
                .find_map(|inner| in_v4(&NEVER_V4, inner))
        }),
    }
}

fn in_v4(table: &[Special<Ipv4Net>], address: Ipv4Addr) -> Option<&'static str> {
    let row = table.iter().find(|row| row.net.contains(&address));
    row.map(|row| row.what)
}

fn in_v6(table: &[Special<Ipv6Net>], address: Ipv6Addr) -> Option<&'static str> {
    let row = table.iter().find(|row| row.net.contains(&address));
    row.map(|row| row.what)
}

/// The IPv4 addresses that packets to `address` may end up at.
fn embedded(address: Ipv6Addr) -> Vec<Ipv4Addr> {
    let octets = address.octets();
    let at = |[a, b, c, d]: [usize; 4]| Ipv4Addr::new(octets[a], octets[b], octets[c], octets[d]);
    let last = at([12, 13, 14, 15]);
    if SIX_TO_FOUR.contains(&address) {
        vec![at([2, 3, 4, 5])]
    } else if TEREDO.contains(&address) {
        vec![Ipv4Addr::from(!u32::from(last))]
    } else if NAT64_SITE.contains(&address) {
        // Where it stands depends on how long the site made its prefix; RFC 6052 skips octet 8
        // and fills with zeros.
        let places = [
            [6, 7, 9, 10],
            [7, 9, 10, 11],
            [9, 10, 11, 12],
            [12, 13, 14, 15],
        ];
        let mut found: Vec<Ipv4Addr> = places.map(at).into();
        found.retain(|inner| inner.octets()[0] != 0);
        found
    } else if address.segments()[0] == 0 || NAT64.contains(&address) {
        // Compatible and translated.
        vec![last]
    } else {
        Vec::new()
    }
}
