//! Amounts out of the tree, within the bounds of the table of keys.

use std::time::Duration;

use super::Check;
use super::read::Fields;
use crate::config::node::Kind;
use crate::config::units::Unit;
use crate::policy::LimitsPatch;

impl Check<'_> {
    /// An amount within its bounds, in ones, bytes or nanoseconds.
    pub(super) fn amount(&mut self, fields: &Fields<'_>, name: &str) -> Option<u64> {
        let spot = fields.get(name)?;
        let key = fields.key(name);
        let (unit, floor, ceiling) = key.bounds();
        let text = match spot.node.kind {
            Kind::Int(number) if spot.node.substituted.is_none() => Some(number.to_string()),
            _ => spot.node.text(),
        };
        let shown = spot.node.shown();
        let remedy = format!("write `{floor}` to `{ceiling}`, such as `{}`", key.default);
        let Some(amount) = text.as_deref().and_then(|text| unit.parse(text)) else {
            match (unit, &spot.node.kind) {
                (Unit::Time, Kind::Int(number)) if spot.node.substituted.is_none() => {
                    self.problem(
                        &spot,
                        format!("{shown} has no unit"),
                        format!("write `{number}s`"),
                    );
                }
                (Unit::Time, Kind::Int(_)) => {
                    self.problem(&spot, format!("{shown} has no unit"), remedy)
                }
                _ => self.problem(&spot, format!("{shown} is no {unit}"), remedy),
            }
            return None;
        };
        if unit.parse(floor).is_some_and(|floor| amount < floor) {
            self.problem(
                &spot,
                format!("{shown} is below the least, `{floor}`"),
                remedy,
            );
            return None;
        }
        if unit.parse(ceiling).is_none_or(|ceiling| amount > ceiling) {
            self.problem(
                &spot,
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

    pub(super) fn limits(&mut self, fields: &Fields<'_>) -> LimitsPatch {
        let limits = self.section(fields, "limits", "toolhost.limits");
        LimitsPatch {
            fuel: self.amount(&limits, "fuel"),
            memory_bytes: self.amount(&limits, "memory"),
            timeout: self.amount(&limits, "timeout").map(Duration::from_nanos),
            output_bytes: self.amount(&limits, "output"),
            concurrency: self.amount(&limits, "concurrency").map(saturate),
        }
    }
}

/// For amounts whose ceiling is far below `u32::MAX`.
pub(super) fn saturate(amount: u64) -> u32 {
    u32::try_from(amount).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use crate::config::check::tests::{check, read};
    use crate::config::{KEYS, Takes, Unit};

    #[test]
    fn every_amount_is_bounded() {
        for key in KEYS {
            let Takes::Amount(unit, floor, ceiling) = key.takes else {
                continue;
            };
            let config = |value: &str| {
                let section =
                    key.path.rsplit('.').fold(value.to_owned(), |inner, name| {
                        match name.strip_suffix("[]") {
                            Some(name) => format!(
                                "{{{name}: [{{provider_id: p, provider_type: 'inline::x', {}]}}",
                                &inner[1..]
                            ),
                            None => format!("{{{name}: {inner}}}"),
                        }
                    });
                read(&section, &[]).map_err(|problems| problems.0[0].message.clone())
            };
            for good in [floor, key.default, ceiling, "null"] {
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
        ] {
            check(text, message, remedy);
        }
    }
}
