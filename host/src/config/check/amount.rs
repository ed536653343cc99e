//! Amounts out of the tree, within the bounds of the table of keys.

use std::time::Duration;

use super::Check;
use super::read::{Fields, Spot};
use crate::config::keys::Key;
use crate::config::node::Kind;
use crate::config::units::Unit;
use crate::policy::LimitsPatch;

const LIMITS: &str = "providers.tool_runtime[].config.limits";

impl Check<'_> {
    /// An amount within its bounds, in ones, bytes or nanoseconds.
    pub(super) fn amount(&mut self, fields: &Fields<'_>, name: &str) -> Option<u64> {
        self.amount_at(&fields.get(name)?, fields.key(name))
    }

    /// A list of amounts within their bounds; `None` if it is missing.
    pub(super) fn amounts(&mut self, fields: &Fields<'_>, name: &str) -> Option<Vec<u64>> {
        fields.get(name)?;
        let spots = self.few(fields, name);
        let amounts = spots
            .iter()
            .filter_map(|spot| self.amount_at(spot, fields.key(name)));
        Some(amounts.collect())
    }

    fn amount_at(&mut self, spot: &Spot<'_>, key: &Key) -> Option<u64> {
        let (unit, floor, ceiling) = key.bounds();
        let text = match spot.node.kind {
            Kind::Int(number) if spot.node.substituted.is_none() => Some(number.to_string()),
            _ => spot.node.text(),
        };
        let shown = spot.node.shown();
        let remedy = match unit.parse(key.default) {
            Some(_) => format!("write `{floor}` to `{ceiling}`, such as `{}`", key.default),
            None => format!("write `{floor}` to `{ceiling}`"),
        };
        let Some(amount) = text.as_deref().and_then(|text| unit.parse(text)) else {
            match (unit, &spot.node.kind) {
                (Unit::Time, Kind::Int(number)) if spot.node.substituted.is_none() => {
                    self.problem(
                        spot,
                        format!("{shown} has no unit"),
                        format!("write `{number}s`"),
                    );
                }
                (Unit::Time, Kind::Int(_)) => {
                    self.problem(spot, format!("{shown} has no unit"), remedy)
                }
                _ => self.problem(spot, format!("{shown} is no {unit}"), remedy),
            }
            return None;
        };
        if unit.parse(floor).is_some_and(|floor| amount < floor) {
            self.problem(
                spot,
                format!("{shown} is below the least, `{floor}`"),
                remedy,
            );
            return None;
        }
        if unit.parse(ceiling).is_none_or(|ceiling| amount > ceiling) {
            self.problem(
                spot,
                format!("{shown} is above the most, `{ceiling}`"),
                remedy,
            );
            return None;
        }
        Some(amount)
    }

    pub(super) fn amount_or_default(&mut self, fields: &Fields<'_>, name: &str) -> u64 {
        let key = fields.key(name);
        let default = || {
            key.bounds()
                .0
                .parse(key.default)
                .expect("defaults in the table are amounts, which a test checks")
        };
        self.amount(fields, name).unwrap_or_else(default)
    }

    /// The limits of a provider or tool.
    pub(super) fn limits(&mut self, fields: &Fields<'_>) -> LimitsPatch {
        let limits = self.section(fields, "limits", LIMITS);
        self.limits_in(&limits)
    }

    /// The limits in a section, none of which is above what the operator allows.
    pub(super) fn limits_in(&mut self, limits: &Fields<'_>) -> LimitsPatch {
        LimitsPatch {
            fuel: self.limit(limits, "fuel"),
            memory_bytes: self.limit(limits, "memory"),
            timeout: self.limit(limits, "timeout").map(Duration::from_nanos),
            output_bytes: self.limit(limits, "output"),
            log_bytes: self.limit(limits, "log"),
            concurrency: self.limit(limits, "concurrency").map(saturate),
            hostcalls: self.limit(limits, "hostcalls"),
            tables: self.limit(limits, "tables"),
            handles: self.limit(limits, "handles").map(saturate),
            http_requests: self.limit(limits, "http_requests").map(saturate),
        }
    }

    fn limit(&mut self, limits: &Fields<'_>, name: &str) -> Option<u64> {
        let amount = self.amount(limits, name)?;
        self.refuse_above_max(limits, name, amount);
        Some(amount)
    }
}

/// For amounts whose ceiling is far below `u32::MAX`.
pub(super) fn saturate(amount: u64) -> u32 {
    u32::try_from(amount).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use crate::config::check::tests::{NAMED_KEY, check, read};
    use crate::config::{KEYS, Takes, Unit};

    /// `inner` under the key `name`, beside what may not be missing there.
    fn wrapped(name: &str, inner: &str) -> String {
        let key = format!("{NAMED_KEY}, ");
        let required = match name {
            "keys[]" => &key,
            "tool_runtime[]" => "provider_id: p, provider_type: 'inline::x', ",
            "network[]" => "host: a.example, ",
            "files[]" => "host: /, guest: /d, access: write, ",
            "keyvalue" => "store: s, ",
            _ => "",
        };
        let inner = match inner.strip_prefix('{') {
            Some(rest) => format!("{{{required}{rest}"),
            None => inner.to_owned(),
        };
        match name.strip_suffix("[]") {
            Some(name) => format!("{{{name}: [{inner}]}}"),
            // A ceiling below the default needs another default.
            None if name == "max" => format!("{{{}, max: {inner}}}", &inner[1..inner.len() - 1]),
            None => format!("{{{name}: {inner}}}"),
        }
    }

    #[test]
    fn every_amount_is_bounded() {
        for key in KEYS {
            let Takes::Amount(unit, floor, ceiling) = key.takes else {
                continue;
            };
            let config = |value: &str| {
                let leaf = value.to_owned();
                let text = key
                    .path
                    .rsplit('.')
                    .fold(leaf, |inner, name| wrapped(name, &inner));
                let variables = [("TOOLHOST_DATA_DIR", "/d")];
                read(&text, &variables).map_err(|problems| problems.0[0].message.clone())
            };
            let default = if key.default == "none" {
                "null"
            } else {
                key.default
            };
            for good in [floor, default, ceiling, "null"] {
                config(good).unwrap_or_else(|message| panic!("{}: {good}: {message}", key.path));
            }
            let suffix = if unit == Unit::Time { "ns" } else { "" };
            let above = format!("{}{suffix}", unit.parse(ceiling).unwrap() + 1);
            assert_eq!(
                config(&above).unwrap_err(),
                format!("`{above}` is above the most, `{ceiling}`"),
                "{}",
                key.path
            );
            if let Some(below) = unit.parse(floor).unwrap().checked_sub(1) {
                let below = format!("{below}{suffix}");
                assert_eq!(
                    config(&below).unwrap_err(),
                    format!("`{below}` is below the least, `{floor}`"),
                    "{}",
                    key.path
                );
            }
            assert!(config("-1").is_err(), "{}", key.path);
        }
    }

    #[test]
    fn what_is_no_amount_is_a_problem() {
        for (text, message, remedy) in [
            ("toolhost: {grace: 10}", "`10` has no unit", "write `10s`"),
            (
                "toolhost: {grace: soon}",
                "`soon` is no time",
                "`0s` to `10m`",
            ),
            (
                "toolhost: {limits: {fuel: 1e9}}",
                "is no amount of fuel",
                "`1K` to `1T`",
            ),
            (
                "toolhost: {limits: {memory: lots}}",
                "`lots` is no number of bytes",
                "`64KiB` to `1GiB`",
            ),
            (
                "toolhost: {limits: {hostcalls: many}}",
                "`many` is no number",
                "`1` to `1G`",
            ),
        ] {
            check(text, message, remedy);
        }
    }
}
