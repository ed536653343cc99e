//! What stands behind a granted host: its addresses and who vouches for it.

use std::fs;
use std::net::Ipv4Addr;
use std::path::PathBuf;

use ipnet::{IpNet, Ipv6Net};

use crate::config::check::Check;
use crate::config::check::read::{Fields, Spot};

/// Largest file of certificate authorities in bytes; what a system trusts is a quarter of it.
const CA_BYTES_MAX: u64 = 1024 * 1024;

/// IPv6 addresses that stand for IPv4 ones.
const MAPPED: Ipv6Net = Ipv6Net::new_assert(Ipv4Addr::UNSPECIFIED.to_ipv6_mapped(), 96);

impl Check<'_> {
    /// Ranges that a host may resolve to although they are not public.
    pub(super) fn addresses(&mut self, fields: &Fields<'_>) -> Vec<IpNet> {
        let Some(list) = fields.get("addresses") else {
            return Vec::new();
        };
        let mut ranges = Vec::new();
        for spot in self.few(fields, "addresses") {
            if let Some(text) = self.text_at(&spot) {
                ranges.extend(self.address_range(&spot, &text));
            }
        }
        // Two halves make a whole, too.
        let covered = IpNet::aggregate(&ranges);
        if covered.iter().any(|range| range.prefix_len() == 0) {
            let message = "the ranges cover every address, which opens the host's own networks";
            self.problem(&list, message, "name the ranges that the host is in");
        }
        if !list.node.is_vacant() {
            self.refuse_forbidden(&list, "network.private");
        }
        ranges
    }

    fn address_range(&mut self, spot: &Spot<'_>, text: &str) -> Option<IpNet> {
        let is_shown = spot.node.substituted.is_none();
        let shown = spot.node.shown();
        let remedy = "write a range such as `10.1.0.0/16`, or one address such as `10.1.2.3/32`";
        let Ok(range) = text.parse::<IpNet>() else {
            self.problem(spot, format!("{shown} is no range of addresses"), remedy);
            return None;
        };
        if range != range.trunc() {
            let message = format!("{shown} does not begin where its range does");
            let remedy = match is_shown {
                true => format!("write `{}`", range.trunc()),
                false => remedy.to_owned(),
            };
            self.problem(spot, message, remedy);
            return None;
        }
        if let IpNet::V6(range) = range
            && (MAPPED.contains(&range) || range.contains(&MAPPED))
            && range.prefix_len() > 0
        {
            let message = format!("{shown} holds IPv4 addresses in the form of IPv6 ones");
            self.problem(spot, message, "write them as a range of IPv4 addresses");
            return None;
        }
        Some(range)
    }

    pub(super) fn certificate_authorities(&mut self, fields: &Fields<'_>) -> Option<PathBuf> {
        let spot = fields.get("ca")?;
        let path = self.path(fields, "ca")?;
        let shown = spot.node.shown();
        let remedy = "name a PEM file of certificates, or remove `ca`";
        let message = match fs::metadata(&path) {
            Err(error) => format!("{shown} cannot be read: {}", error.kind()),
            Ok(found) if !found.is_file() => format!("{shown} is no file"),
            Ok(found) if found.len() > CA_BYTES_MAX => format!("{shown} is larger than `1MiB`"),
            Ok(_) => match fs::read_to_string(&path) {
                Ok(text) if text.contains("-----BEGIN CERTIFICATE-----") => return Some(path),
                Ok(_) => format!("{shown} holds no certificate"),
                Err(error) => format!("{shown} cannot be read: {}", error.kind()),
            },
        };
        self.problem(&spot, message, remedy);
        None
    }
}

#[cfg(test)]
mod tests {
    use crate::config::check::tests::{check, granted};

    #[test]
    fn ranges_and_authorities_that_are_none_are_problems() {
        for (more, message, remedy) in [
            ("addresses: [10.0.0.1]", "no range", "`10.1.2.3/32`"),
            ("addresses: [10.0.0.0/33]", "no range", "`10.1.0.0/16`"),
            (
                "addresses: [10.1.2.3/8]",
                "does not begin",
                "write `10.0.0.0/8`",
            ),
            (
                "addresses: [0.0.0.0/0]",
                "cover every address",
                "name the ranges",
            ),
            (
                "addresses: ['::/0']",
                "cover every address",
                "name the ranges",
            ),
            (
                "addresses: [0.0.0.0/1, 128.0.0.0/1]",
                "every address",
                "name",
            ),
            (
                "addresses: ['::ffff:10.0.0.0/104']",
                "IPv4",
                "range of IPv4",
            ),
            (
                "addresses: ['::/1']",
                "in the form of IPv6",
                "range of IPv4",
            ),
            ("ca: /nowhere/ca.pem", "cannot be read", "PEM file"),
            ("ca: /", "`/` is no file", "PEM file"),
            ("ca: /proc/self/status", "holds no certificate", "PEM file"),
        ] {
            let text = granted(&format!("{{network: [{{host: a.example, {more}}}]}}"));
            check(&text, message, remedy);
        }
    }
}
