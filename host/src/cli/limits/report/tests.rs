//! What people read and paste.

use super::*;
use crate::cli::limits::propose::{Seen, Usage, propose};
use crate::http::viewer::wire::Moment;
use crate::policy::Limits;
use crate::traces::Time;

const SCREEN: Screen = Screen {
    columns: 80,
    is_coloured: false,
};

fn tool(name: &str) -> Configured {
    Configured {
        tool: name.to_owned(),
        provider: "weather-runtime".to_owned(),
        limits: Limits {
            fuel: 4_000_000,
            ..Limits::DEFAULT
        },
    }
}

fn seen(calls: u64, hits: &[(&str, u64)]) -> Observations {
    let of = |p50, p99, max| Seen {
        calls,
        p50,
        p99,
        max,
    };
    Observations {
        since: Moment(Time(1_795_214_873_855_118_000)),
        usage: Usage {
            calls,
            errors: hits
                .iter()
                .map(|(kind, count)| ((*kind).to_owned(), *count))
                .collect(),
            seen: [
                (Resource::Fuel, of(2.4e6, 3.9e6, 4e6)),
                (Resource::Memory, of(1.2e6, 1.5e6, 1_572_864.0)),
                (Resource::Timeout, of(24e6, 150e6, 152e6)),
                (Resource::HttpRequests, of(1.0, 2.0, 16.0)),
            ]
            .into(),
        },
        untold: vec![Resource::Output, Resource::Log],
    }
}

fn check(tool: &Configured, seen: &Observations, expected: &str) {
    let proposals = propose(&tool.limits, &seen.usage);
    let lines = lines(tool, seen, &proposals, SCREEN);
    let shown = lines.join("\n");
    assert_eq!(shown, expected.trim_matches('\n'), "\n{shown}\n");
    assert!(lines.iter().all(|line| line.chars().count() <= 80));
}

#[test]
fn proposals_are_a_table_and_lines_to_paste() {
    check(
        &tool("get_weather"),
        &seen(1200, &[("out_of_fuel", 3), ("timeout", 1), ("trap", 4)]),
        "
get_weather: 1200 calls since 2026-11-20 22:47:53.855 UTC

LIMIT          CONFIGURED       P50       P99       MAX  PROPOSED
fuel                   4M     2.40M     3.90M     4.00M        8M
memory              64MiB  1.14 MiB  1.43 MiB  1.50 MiB      3MiB
timeout                5s   24.0 ms    150 ms    152 ms     400ms
http_requests          16         1         2        16        40

`fuel`: 3 calls failed at 4M; the proposal raises it.
`timeout`: 1 call failed when the limit was lower, about 152 ms.
`http_requests`: calls used all of 16; the proposal raises it.
`output`, `log`: a running host does not tell; ask its file, with `--file`.
`concurrency`, `tables` and `handles` are not measured.

Put this under `config` of the provider `weather-runtime` in the config:

tools:
  get_weather:
    limits:
      fuel: 8M
      memory: 3MiB
      timeout: 400ms
      http_requests: 40
",
    );
}

#[test]
fn few_calls_get_a_table_without_proposals() {
    check(
        &tool("get_weather"),
        &seen(20, &[("out_of_fuel", 20)]),
        "
get_weather: 20 calls since 2026-11-20 22:47:53.855 UTC

LIMIT          CONFIGURED       P50       P99       MAX  PROPOSED
fuel                   4M     2.40M     3.90M     4.00M         -
memory              64MiB  1.14 MiB  1.43 MiB  1.50 MiB         -
timeout                5s   24.0 ms    150 ms    152 ms         -
http_requests          16         1         2        16         -

`fuel`: 20 calls failed at 4M.
80 more calls are needed for a proposal; `--since 30d` may find some.
",
    );
    let none = Observations {
        usage: Usage::default(),
        ..seen(0, &[])
    };
    check(
        &tool("get_weather"),
        &none,
        "
get_weather: 0 calls since 2026-11-20 22:47:53.855 UTC

100 more calls are needed for a proposal; `--since 30d` may find some.
",
    );
}

#[test]
fn limits_that_fit_are_left_alone() {
    let seen = seen(1200, &[]);
    let mut tool = tool("add");
    tool.limits = Limits {
        fuel: 8_000_000,
        memory_bytes: 3 << 20,
        timeout: std::time::Duration::from_millis(300),
        http_requests: 25,
        ..Limits::DEFAULT
    };
    let proposals = propose(&tool.limits, &seen.usage);
    assert_eq!(yaml(&tool, &proposals), [] as [String; 0]);
    let lines = lines(&tool, &seen, &proposals, SCREEN).join("\n");
    assert!(lines.contains("nothing to change"), "{lines}");
    assert_eq!(lines.matches("the same").count(), 4, "{lines}");
}

#[test]
fn a_name_that_yaml_would_read_as_something_else_is_quoted() {
    let seen = seen(1200, &[]);
    for (name, expected) in [("add", "  add:"), ("no", "  \"no\":"), ("1", "  \"1\":")] {
        let tool = tool(name);
        let proposals = propose(&tool.limits, &seen.usage);
        assert_eq!(yaml(&tool, &proposals)[1], expected);
    }
}

#[test]
fn programs_get_numbers_and_the_same_lines() {
    let (tool, seen) = (tool("get_weather"), seen(1200, &[("out_of_fuel", 3)]));
    let proposals = propose(&tool.limits, &seen.usage);
    let json = to_json(&tool, &seen, &proposals);
    assert_eq!(json["calls"], 1200);
    assert_eq!(
        json["limits"][0],
        serde_json::json!({
            "limit": "fuel", "configured": "4M", "p50": 2.4e6, "p99": 3.9e6, "max": 4e6,
            "unit": "1", "hits": 3, "proposed": "8M", "calls_missing": null,
        })
    );
    let yaml = json["yaml"].as_str().unwrap();
    assert!(yaml.starts_with("tools:\n  get_weather:\n    limits:\n      fuel: 8M\n"));
}
