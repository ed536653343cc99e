//! What a tool may touch, in words; values of variables and secrets are not among them.

use super::wire::Grant;
use crate::policy::{Access, Clock, Grants, NetworkGrant, Random, Scheme};

/// A line for each thing granted.
pub fn lines(grants: &Grants) -> Vec<Grant> {
    let Grants {
        network,
        files,
        env,
        secrets,
        config,
        keyvalue,
        clock,
        random,
    } = grants;
    let mut lines = Vec::new();
    let mut line = |kind: &str, text: String| {
        lines.push(Grant {
            kind: kind.to_owned(),
            text,
        });
    };
    for grant in network {
        line("network", destination(grant));
    }
    for grant in files {
        let access = match grant.access {
            Access::Read => "read",
            Access::Write => "write",
        };
        line("files", format!("{access} {}", grant.guest));
    }
    for (name, _) in env {
        line("env", name.clone());
    }
    for grant in secrets {
        let (name, host, header) = (&grant.name, &grant.send_to, &grant.header);
        line("secrets", format!("{name} to {host} as {header}"));
    }
    for key in config.keys() {
        line("config", key.clone());
    }
    if let Some(grant) = keyvalue {
        line("keyvalue", grant.store.clone());
    }
    match clock {
        Clock::Real => {}
        Clock::Frozen => line("clock", "frozen".to_owned()),
        Clock::Coarse => line("clock", "coarse".to_owned()),
        Clock::At(_) => line("clock", "fixed".to_owned()),
    }
    match random {
        Random::Real => {}
        Random::Seeded => line("random", "seeded".to_owned()),
    }
    lines
}

fn destination(grant: &NetworkGrant) -> String {
    let schemes: Vec<_> = grant.schemes.iter().map(|scheme| scheme.as_str()).collect();
    let ports: Vec<_> = match grant.ports.as_slice() {
        [] => grant
            .schemes
            .iter()
            .copied()
            .map(Scheme::port)
            .map(|port| port.to_string())
            .collect(),
        ports => ports.iter().map(u16::to_string).collect(),
    };
    format!(
        "{} {}:{} {} {}, {}",
        schemes.join("|"),
        grant.host,
        ports.join("|"),
        grant.methods.join("|"),
        grant.path,
        grant.rate
    )
}
