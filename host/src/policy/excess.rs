//! Denials by a bound rather than by a place: what is too much, and where to allow more. And
//! of what no config can allow.

use super::denial::{Denial, Rule};
use super::grants::{NetworkGrant, Rate};
use super::limits::Limits;
use super::network::Target;
use super::yaml::shown;

/// One more request than `limits.http_requests`.
pub fn too_many_requests(target: &Target, requests_max: u32) -> Denial {
    let more = requests_max
        .saturating_mul(2)
        .clamp(1, Limits::CEILING.http_requests);
    denial(
        Rule::Requests,
        target,
        &format!("the call has sent {requests_max} requests, its limit"),
        (more > requests_max).then(|| format!("limits:\n  http_requests: {more}")),
    )
}

/// One more request than the grant's `rate`.
pub fn too_fast(target: &Target, grant: &NetworkGrant) -> Denial {
    let rate = Rate {
        count: grant.rate.count.saturating_mul(2),
        ..grant.rate
    };
    denial(
        Rule::Rate,
        target,
        &format!("more requests than {}, the grant's rate", grant.rate),
        Some(
            NetworkGrant {
                rate,
                ..grant.clone()
            }
            .yaml(),
        ),
    )
}

/// A request's body that is larger than the grant allows.
pub fn large_request(target: &Target, grant: &NetworkGrant) -> Denial {
    let bytes_max = grant.request_bytes;
    let more = more_bytes(bytes_max).map(|request_bytes| NetworkGrant {
        request_bytes,
        ..grant.clone()
    });
    denial(
        Rule::RequestBytes,
        target,
        &format!("the request's body is larger than {bytes_max} bytes"),
        more.map(|grant| grant.yaml()),
    )
}

/// A response's body that is larger than the grant allows.
pub fn large_response(target: &Target, grant: &NetworkGrant) -> Denial {
    let bytes_max = grant.response_bytes;
    let more = more_bytes(bytes_max).map(|response_bytes| NetworkGrant {
        response_bytes,
        ..grant.clone()
    });
    denial(
        Rule::ResponseBytes,
        target,
        &format!("the response's body is larger than {bytes_max} bytes"),
        more.map(|grant| grant.yaml()),
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
        target: shown(&target.to_string()),
        reason: shown(reason),
        grant,
    }
}

/// Twice as many as `bytes_max`; `None` if none can have more.
fn more_bytes(bytes_max: u64) -> Option<u64> {
    let more = bytes_max
        .saturating_mul(2)
        .clamp(1, NetworkGrant::BYTES_CEILING);
    (more > bytes_max).then_some(more)
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
            assert!(text.chars().count() < 210, "{text}");
        }
    }

    #[test]
    fn twice_as_many_bytes_are_suggested_up_to_the_ceiling() {
        let table = [
            (0, Some(1)),
            (100, Some(200)),
            (40 << 20, Some(64 << 20)),
            (64 << 20, None),
        ];
        for (bytes_max, more) in table {
            assert_eq!(more_bytes(bytes_max), more, "{bytes_max}");
        }
    }
}
