//! Denials by a bound rather than by a place: what is too much, and where to allow more.

use crate::policy::{Denial, NetworkGrant, Rate, Rule, Target};

/// The most that a grant's `request_bytes` and `response_bytes` may be.
const BYTES_CEILING: u64 = 64 << 20;

/// The most that `limits.http_requests` may be.
const REQUESTS_CEILING: u32 = 1024;

/// Characters kept of a target or reason.
const TEXT_CHARS_MAX: usize = 200;

/// One more request than `limits.http_requests`.
pub fn requests(target: &Target, requests_max: u32) -> Denial {
    let more = requests_max.saturating_mul(2).clamp(1, REQUESTS_CEILING);
    denial(
        Rule::Requests,
        target,
        &format!("the call has sent {requests_max} requests, its limit"),
        (more > requests_max).then(|| format!("limits:\n  http_requests: {more}")),
    )
}

/// One more request than the grant's `rate`.
pub fn rate(target: &Target, grant: &NetworkGrant) -> Denial {
    let more = Rate {
        count: grant.rate.count.saturating_mul(2),
        ..grant.rate
    };
    denial(
        Rule::Rate,
        target,
        &format!("more requests than {}, the grant's rate", grant.rate),
        Some(network(grant, &format!("rate: {more}"))),
    )
}

/// A request's body that is larger than the grant allows.
pub fn request_bytes(target: &Target, grant: &NetworkGrant) -> Denial {
    let bytes_max = grant.request_bytes;
    denial(
        Rule::RequestBytes,
        target,
        &format!("the request's body is larger than {bytes_max} bytes"),
        more_bytes(bytes_max).map(|more| network(grant, &format!("request_bytes: {more}"))),
    )
}

/// A response's body that is larger than the grant allows.
pub fn response_bytes(target: &Target, grant: &NetworkGrant) -> Denial {
    let bytes_max = grant.response_bytes;
    denial(
        Rule::ResponseBytes,
        target,
        &format!("the response's body is larger than {bytes_max} bytes"),
        more_bytes(bytes_max).map(|more| network(grant, &format!("response_bytes: {more}"))),
    )
}

/// What can be read in more than one way, or is not for guests to say.
pub fn malformed(target: &Target, reason: &str) -> Denial {
    denial(Rule::Malformed, target, reason, None)
}

/// A connection to this host itself.
pub fn own_port(target: &Target) -> Denial {
    denial(
        Rule::OwnPort,
        target,
        "this host listens there itself",
        None,
    )
}

fn denial(rule: Rule, target: &Target, reason: &str, grant: Option<String>) -> Denial {
    Denial {
        rule,
        target: short(&target.to_string()),
        reason: short(reason),
        grant,
    }
}

/// The beginning of `text`, of which a guest may have written any amount.
fn short(text: &str) -> String {
    match text.char_indices().nth(TEXT_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn network(grant: &NetworkGrant, line: &str) -> String {
    // Quoted, because `*` and `[` mean something else at the beginning of a YAML value.
    let host = &grant.host;
    format!("grants:\n  network:\n    - {{ host: \"{host}\", {line} }}")
}

/// Twice as many as `bytes_max`, as a config has it; `None` if none can have more.
fn more_bytes(bytes_max: u64) -> Option<String> {
    let more = bytes_max.saturating_mul(2).clamp(1, BYTES_CEILING);
    (more > bytes_max).then(|| match more {
        more if more % (1 << 20) == 0 => format!("{}MiB", more >> 20),
        more if more % (1 << 10) == 0 => format!("{}KiB", more >> 10),
        more => more.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Host, Scheme};

    #[test]
    fn a_denial_is_short_whatever_the_guest_wrote() {
        let path = "/é".repeat(10_000);
        let target = Target {
            scheme: Scheme::Https,
            host: Host::Domain("a.example".to_owned()),
            port: 443,
            method: "GET".to_owned(),
            path: path.clone(),
        };
        let denial = malformed(&target, &path);
        for text in [denial.target, denial.reason] {
            assert_eq!(text.chars().count(), TEXT_CHARS_MAX + 1, "{text}");
        }
    }

    #[test]
    fn twice_as_many_bytes_are_suggested_up_to_the_ceiling() {
        let table = [
            (0, Some("1")),
            (100, Some("200")),
            (64 << 10, Some("128KiB")),
            (4 << 20, Some("8MiB")),
            (40 << 20, Some("64MiB")),
            (64 << 20, None),
        ];
        for (bytes_max, more) in table {
            assert_eq!(more_bytes(bytes_max).as_deref(), more, "{bytes_max}");
        }
    }
}
