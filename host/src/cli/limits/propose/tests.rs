//! What is proposed for what was seen.

use super::*;

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const MS: u64 = 1_000_000;

fn seen(p99: f64, max: f64) -> Seen {
    Seen {
        calls: 1000,
        p50: p99 / 2.0,
        p99,
        max,
    }
}

fn usage(resource: Resource, seen: Option<Seen>, errors: &[(&str, u64)]) -> Usage {
    let errors = errors.iter();
    Usage {
        calls: seen.map_or(1000, |seen| seen.calls),
        errors: errors
            .map(|(kind, count)| ((*kind).to_owned(), *count))
            .collect(),
        seen: seen.map(|seen| (resource, seen)).into_iter().collect(),
    }
}

/// The only proposal there is.
fn only(limits: &Limits, usage: &Usage) -> Proposal {
    let proposals = propose(limits, usage);
    assert_eq!(proposals.len(), 1, "{proposals:?}");
    proposals[0]
}

#[test]
fn there_is_headroom_over_what_was_seen() {
    for (resource, p99, max, expected) in [
        // Half as much again as the most, or twice what nearly all used.
        (Resource::Fuel, 2e6, 4e6, 6_000_000),
        (Resource::Fuel, 4e6, 4e6, 8_000_000),
        (Resource::Timeout, 100e6, 160e6, 250 * MS),
        (Resource::Hostcalls, 80.0, 200.0, 300),
        (Resource::HttpRequests, 1.0, 2.0, 3),
        (Resource::Output, 3000.0, 9000.0, 16 * KIB),
        (Resource::Log, 9000.0, 9000.0, 24 * KIB),
        // Memory: twice the most.
        (Resource::Memory, 1e6, 1_572_864.0, 3 * MIB),
        // No less than noise takes.
        (Resource::Fuel, 10.0, 10.0, 1_000_000),
        (Resource::Memory, 65536.0, 65536.0, MIB),
        (Resource::Timeout, 1e5, 1e5, 100 * MS),
        (Resource::Output, 0.0, 0.0, 4 * KIB),
        (Resource::Log, 0.0, 0.0, 4 * KIB),
        (Resource::Hostcalls, 0.0, 0.0, 100),
        (Resource::HttpRequests, 0.0, 0.0, 1),
    ] {
        let of = only(
            &Limits::DEFAULT,
            &usage(resource, Some(seen(p99, max)), &[]),
        );
        assert_eq!(of.advice, Advice::Set(expected), "{resource:?} {max}");
    }
}

#[test]
fn nothing_is_proposed_beyond_what_a_config_may_say() {
    for resource in Resource::ALL {
        for max in [0.0, 1.0, 1e18, f64::MAX] {
            let of = only(
                &Limits::CEILING,
                &usage(resource, Some(seen(max, max)), &[]),
            );
            let (Advice::Set(value) | Advice::Raise(value)) = of.advice else {
                assert_eq!(of.advice, Advice::AtCeiling);
                continue;
            };
            assert!(value <= resource.of(&Limits::CEILING), "{resource:?}");
            assert!(value >= resource.of(&Limits::FLOOR), "{resource:?}");
        }
    }
}

#[test]
fn a_limit_that_calls_reach_is_raised() {
    let limits = Limits {
        fuel: 4_000_000,
        ..Limits::DEFAULT
    };
    let hit = usage(
        Resource::Fuel,
        Some(seen(3e6, 4e6)),
        &[("out_of_fuel", 3), ("timeout", 1)],
    );
    let proposals = propose(&limits, &hit);
    assert_eq!(proposals.len(), 2);
    assert_eq!(
        (proposals[0].hits, proposals[0].advice),
        (3, Advice::Raise(8_000_000))
    );
    // Nothing is known of the time but that it was too short.
    assert_eq!(
        (proposals[1].hits, proposals[1].advice),
        (1, Advice::Raise(10_000 * MS))
    );
    // Calls that were stopped used all there was, so that was less than now.
    let before = usage(Resource::Fuel, Some(seen(3e6, 4e6)), &[("out_of_fuel", 3)]);
    let before = only(&Limits::DEFAULT, &before);
    assert_eq!((before.hits, before.advice), (3, Advice::Set(8_000_000)));
    // A leap beyond the limit leaves no trace of how far it went.
    let leap = usage(
        Resource::Memory,
        Some(seen(2e6, 2e6)),
        &[("out_of_memory", 1)],
    );
    assert_eq!(
        only(&Limits::DEFAULT, &leap).advice,
        Advice::Raise(128 * MIB)
    );
    let most = only(
        &Limits::CEILING,
        &usage(Resource::Memory, None, &[("out_of_memory", 9)]),
    );
    assert_eq!(most.advice, Advice::AtCeiling);
    let handles = only(
        &Limits::DEFAULT,
        &usage(Resource::Handles, None, &[("too_many_handles", 2)]),
    );
    assert_eq!(handles.advice, Advice::Raise(2500));
}

#[test]
fn what_is_cut_or_denied_at_its_limit_counts_as_reached() {
    let of = only(
        &Limits::DEFAULT,
        &usage(Resource::Log, Some(seen(1000.0, 70_000.0)), &[]),
    );
    assert_eq!(of.advice, Advice::Raise(128 * KIB));
    let of = only(
        &Limits::DEFAULT,
        &usage(Resource::HttpRequests, Some(seen(2.0, 16.0)), &[]),
    );
    assert_eq!(of.advice, Advice::Raise(40));
}

#[test]
fn few_calls_propose_nothing_and_say_how_many_are_missing() {
    for (calls, expected) in [
        (0, Advice::TooFew(100)),
        (1, Advice::TooFew(99)),
        (99, Advice::TooFew(1)),
        (100, Advice::Set(6_000_000)),
    ] {
        let seen = Seen {
            calls,
            ..seen(2e6, 4e6)
        };
        let of = only(&Limits::DEFAULT, &usage(Resource::Fuel, Some(seen), &[]));
        assert_eq!(of.advice, expected, "{calls}");
    }
    let few = Usage {
        calls: 7,
        ..usage(Resource::Fuel, None, &[("out_of_fuel", 7)])
    };
    assert_eq!(only(&Limits::DEFAULT, &few).advice, Advice::TooFew(93));
}

#[test]
fn a_resource_that_nothing_is_known_of_is_left_out() {
    assert_eq!(propose(&Limits::DEFAULT, &Usage::default()), []);
}
