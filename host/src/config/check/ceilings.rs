//! `toolhost.limits` and `toolhost.grants`: what the operator lets no provider exceed.

use super::Check;
use super::read::{Fields, Spot};
use crate::config::keys::NEVER;
use crate::policy::{BOUNDS, Limits};

/// What the operator forbids to every provider of the config.
#[derive(Default)]
pub(super) struct Ceilings {
    limits: Vec<Most>,
    never: Vec<Never>,
}

/// One key of `toolhost.limits.max`.
struct Most {
    key: &'static str,
    amount: u64,
    /// As a problem shows it.
    shown: String,
    line: u64,
}

/// One entry of `toolhost.grants.never`.
struct Never {
    capability: &'static str,
    line: u64,
}

impl Check<'_> {
    /// `toolhost.limits`; reads `max` first, which bounds these and all others.
    pub(super) fn default_limits(&mut self, toolhost: &Fields<'_>) -> Limits {
        let limits = self.section(toolhost, "limits", "toolhost.limits");
        let max = self.section(&limits, "max", "toolhost.limits.max");
        for bound in BOUNDS {
            let (Some(amount), Some(spot)) = (self.amount(&max, bound.key), max.get(bound.key))
            else {
                continue;
            };
            let (shown, line) = (spot.node.shown(), spot.line);
            self.ceilings.limits.push(Most {
                key: bound.key,
                amount,
                shown,
                line,
            });
        }
        self.refuse_defaults_above_max(&limits, &max);
        Limits::DEFAULT.with(&self.limits_in(&limits))
    }

    /// A ceiling below the default would leave every provider that states nothing above it.
    fn refuse_defaults_above_max(&mut self, limits: &Fields<'_>, max: &Fields<'_>) {
        for bound in BOUNDS {
            let key = limits.key(bound.key);
            let default = key.bounds().0.parse(key.default);
            let most = self
                .ceilings
                .limits
                .iter()
                .find(|most| most.key == bound.key);
            let (None, Some(most), Some(spot)) = (
                limits.get(bound.key),
                most.filter(|most| default.is_some_and(|default| default > most.amount)),
                max.get(bound.key),
            ) else {
                continue;
            };
            let message = format!(
                "{} is below the default of `toolhost.limits.{}`, `{}`",
                most.shown, bound.key, bound.default
            );
            let remedy = format!("state `{}` under `toolhost.limits` too", bound.key);
            self.problem(&spot, message, remedy);
        }
    }

    /// Reports a limit above what `toolhost.limits.max` allows.
    pub(super) fn refuse_above_max(&mut self, limits: &Fields<'_>, name: &str, amount: u64) {
        let exceeded = |most: &&Most| most.key == name && amount > most.amount;
        let (Some(most), Some(spot)) =
            (self.ceilings.limits.iter().find(exceeded), limits.get(name))
        else {
            return;
        };
        let message = format!(
            "{} is above the most that `toolhost.limits.max.{name}` in line {} allows, {}",
            spot.node.shown(),
            most.line,
            most.shown
        );
        let remedy = format!("lower it, or raise `toolhost.limits.max.{name}`");
        self.problem(&spot, message, remedy);
    }

    /// `toolhost.grants`.
    pub(super) fn forbidden_grants(&mut self, toolhost: &Fields<'_>) {
        let grants = self.section(toolhost, "grants", "toolhost.grants");
        for (spot, capability) in self.choices(&grants, "never", NEVER).unwrap_or_default() {
            self.ceilings.never.push(Never {
                capability,
                line: spot.line,
            });
        }
    }

    /// Reports the grant at `spot` if the operator never grants `capability`.
    pub(super) fn refuse_forbidden(&mut self, spot: &Spot<'_>, capability: &str) {
        debug_assert!(
            NEVER.contains(&capability),
            "`{capability}` is in no config"
        );
        let never = self.ceilings.never.iter();
        let Some(never) = never
            .into_iter()
            .find(|never| never.capability == capability)
        else {
            return;
        };
        let message = format!(
            "`toolhost.grants.never` in line {} forbids `{capability}`",
            never.line
        );
        let remedy = format!("remove this grant, or `{capability}` from `toolhost.grants.never`");
        self.problem(spot, message, remedy);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::check::tests::{check, check_with, granted, problems, read};

    fn limited(toolhost: &str, provider: &str) -> String {
        let config = format!("{{{provider}}}");
        let text = granted("{}").replace("{grants: {}}", &config);
        format!("toolhost:\n  limits: {toolhost}\n{text}")
    }

    #[test]
    fn limits_below_the_operators_ceilings_are_accepted() {
        for (toolhost, provider) in [
            ("{max: {}}", "limits: {fuel: 1T}"),
            ("{max: {fuel: 2G}}", "limits: {fuel: 2G}"),
            (
                "{fuel: 1M, max: {fuel: 1M}}",
                "limits: {fuel: 1M}, tools: {t: {limits: {fuel: 1K}}}",
            ),
            (
                "{timeout: 1s, max: {timeout: 2s}}",
                "limits: {timeout: 2s, fuel: 1T}",
            ),
        ] {
            let read = read(&limited(toolhost, provider), &[]);
            read.unwrap_or_else(|problems| panic!("{toolhost} {provider}: {problems}"));
        }
    }

    #[test]
    fn limits_above_the_operators_ceilings_are_problems() {
        let most = "the most that `toolhost.limits.max.fuel` in line 2 allows, `2G`";
        for provider in ["limits: {fuel: 3G}", "tools: {t: {limits: {fuel: 3G}}}"] {
            let text = limited("{max: {fuel: 2G}}", provider);
            let remedy = "lower it, or raise `toolhost.limits.max.fuel`";
            check(&text, &format!("`3G` is above {most}"), remedy);
            assert!(
                problems(&text, &[])[0].starts_with("3 "),
                "names its own line first"
            );
        }
        for bound in BOUNDS {
            let max = format!("{{{0}: {1}, max: {{{0}: {1}}}}}", bound.key, bound.floor);
            let text = limited(
                &max,
                &format!("limits: {{{}: {}}}", bound.key, bound.ceiling),
            );
            check(
                &text,
                "is above the most that `toolhost.limits.max.",
                "lower it",
            );
            let text = format!(
                "toolhost: {{limits: {{max: {{{}: {}}}}}}}",
                bound.key, bound.floor
            );
            check(
                &text,
                "is below the default of `toolhost.limits.",
                "state `",
            );
        }
        let text = "toolhost: {limits: {fuel: 3G, max: {fuel: 2G}}}";
        check(text, "`3G` is above the most that", "lower it");
        let text = "toolhost: {limits: {max: {fuel: 2G, max: {}}}}";
        check(text, "key `max` is unknown", "known keys");
        let text = limited("{}", "limits: {max: {fuel: 2G}}");
        check(&text, "key `max` is unknown", "known keys");
        let text = limited(
            "{fuel: 1K, max: {fuel: '${env.MOST}'}}",
            "limits: {fuel: 3G}",
        );
        let found = problems(&text, &[("MOST", "424242")]);
        assert!(found[0].contains("(from the environment)") && !found[0].contains("424242"));
    }

    #[test]
    fn what_the_operator_never_grants_is_a_problem() {
        let variables = [("TOOLHOST_DATA_DIR", "/d"), ("KEY", "hunter2")];
        let secret = "network: [{host: a.example}], secrets: [{name: k, from: 'env:KEY', send_to: a.example}]";
        let grants = [
            ("network", "network: [{host: a.example}]"),
            (
                "network.http",
                "network: [{host: a.example, schemes: [https, http]}]",
            ),
            (
                "network.private",
                "network: [{host: a.example, addresses: [10.0.0.0/8]}]",
            ),
            ("files", "files: [{host: /, guest: /d}]"),
            (
                "files.write",
                "files: [{host: /, guest: /d, access: write}]",
            ),
            ("env", "env: {A: b}"),
            ("secrets", secret),
            ("config", "config: {a: b}"),
            ("keyvalue", "keyvalue: {store: s}"),
            ("clock", "clock: coarse"),
            ("random", "random: seeded"),
        ];
        assert_eq!(grants.map(|(capability, _)| capability), NEVER);
        for (capability, written) in grants {
            let grants = granted(&format!("{{{written}}}"));
            let forbid =
                |never: &str| format!("toolhost:\n  grants: {{never: [{never}]}}\n{grants}");
            let message = format!("`toolhost.grants.never` in line 2 forbids `{capability}`");
            let remedy = format!("or `{capability}` from `toolhost.grants.never`");
            check_with(&forbid(capability), &variables, &message, &remedy);
            let belongs = |other: &&str| {
                *other == capability
                    || capability.starts_with(&format!("{other}."))
                    || (capability == "secrets" && *other == "network")
            };
            let others: Vec<&str> = NEVER.into_iter().filter(|other| !belongs(other)).collect();
            let read = read(&forbid(&others.join(", ")), &variables);
            read.unwrap_or_else(|problems| panic!("{capability}: {problems}"));
        }
        // What changes nothing is granted to everybody.
        let text = format!("toolhost: {{grants: {{never: [{}]}}}}\n", NEVER.join(", "));
        let nothing = granted(
            "{network: [], files: [], env: {}, secrets: [], config: {}, clock: real, random: real}",
        );
        assert!(read(&format!("{text}{nothing}"), &[]).is_ok());
        check(
            "toolhost: {grants: {never: [netwrok]}}",
            "`netwrok` is none of",
            "write `network`",
        );
        check(
            "toolhost: {grants: {always: [env]}}",
            "key `always` is unknown",
            "known keys",
        );
    }
}
