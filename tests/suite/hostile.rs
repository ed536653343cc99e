//! What a hostile tool or client tries, and what must happen.
//!
//! Each test attacks with a real component or a real socket. Its doc comment begins with the number of the row
//! in the list of attacks, in the form `Row 7: what is tried; what must happen.`

mod clients;
mod compile;
mod contract;
mod egress;
mod escapes;
mod files;
mod loading;
mod manifest;
mod operations;
mod secrets;
mod space;
mod spellings;
mod time;
mod told;
mod upstream;

use serde_json::{Value, json};
use toolhost::invocation::{Answer, Failure, Outcome, Output};
use toolhost::policy::Denial;
use toolhost_tests::{Setup, TestHost};

/// A host with attackers and one good neighbour, which must never notice.
struct Arena {
    host: TestHost,
}

impl Arena {
    /// With one attacker, named like its component.
    async fn of(attacker: &str, config: &str) -> Arena {
        Arena::with(Setup::new().hostile(attacker, config)).await
    }

    /// With whatever `setup` has.
    async fn with(setup: Setup) -> Arena {
        Arena {
            host: setup.weather().start().await,
        }
    }

    /// Calls a tool; afterwards the call is recorded once, with the right status, nothing runs
    /// any more, and the neighbour answers.
    async fn attack(&self, tool: &str, args: Value) -> Answer {
        let before = self.recorded(tool);
        let answer = self.host.invoke(tool, args).await;
        let (good, bad) = self.recorded(tool);
        let is_good = matches!(&answer.decided, Ok(outcome) if outcome.result.is_ok());
        let expected = if is_good {
            (before.0 + 1, before.1)
        } else {
            (before.0, before.1 + 1)
        };
        assert_eq!((good, bad), expected, "{tool} is recorded once: {answer:?}");
        self.host.router().idle().await;
        self.host.good("get_weather", json!({"city": "Oslo"})).await;
        answer
    }

    /// An attack that must run; what came of it.
    async fn runs(&self, tool: &str, args: Value) -> Outcome {
        match self.attack(tool, args).await.decided {
            Ok(outcome) => outcome,
            Err(rejection) => panic!("{tool}: {rejection:?}"),
        }
    }

    /// An attack that the host must end, or that the guest must fail at.
    async fn fails(&self, tool: &str, args: Value) -> Failure {
        match self.runs(tool, args).await.result {
            Err(Failure::Host) => panic!("{tool}: it is no fault of the host"),
            Err(failure) => failure,
            Ok(output) => panic!("{tool}: {output:?}"),
        }
    }

    /// An attack that comes to nothing: the guest is told no, and answers.
    async fn good(&self, tool: &str, args: Value) -> Output {
        match self.runs(tool, args).await.result {
            Ok(output) => output,
            Err(failure) => panic!("{tool}: {failure:?}"),
        }
    }

    /// The answer as data.
    async fn value(&self, tool: &str, args: Value) -> Value {
        let output = self.good(tool, args).await;
        output
            .structured
            .unwrap_or_else(|| panic!("{tool}: {:?}", output.content))
    }

    /// The words that the guest fails with itself.
    async fn refusal(&self, tool: &str, args: Value) -> String {
        match self.fails(tool, args).await {
            Failure::Tool { message, .. } => message,
            other => panic!("{tool}: {other:?}"),
        }
    }

    /// An attack that policy stops: what the guest was told, and the one denial, which the
    /// metric counts.
    async fn denied(&self, tool: &str, args: Value) -> (String, Denial) {
        let before = self.denials(tool);
        let outcome = self.runs(tool, args.clone()).await;
        let Err(Failure::Tool { message, .. }) = outcome.result else {
            panic!("{tool} {args}: {:?}", outcome.result)
        };
        let [denial] = &outcome.denials.first[..] else {
            panic!("{tool} {args}: {message}: {:?}", outcome.denials)
        };
        let after = self.denials(tool);
        assert_eq!(after.0, before.0 + 1, "{tool} {args}: all denials");
        let counted = |lines: &str| lines.matches(denial.rule.as_str()).count();
        assert!(counted(&after.1) >= 1, "{tool} {args}: {after:?}");
        (message, denial.clone())
    }

    /// How often a tool succeeded and failed.
    fn recorded(&self, tool: &str) -> (u64, u64) {
        let status = |status: &str| format!("status=\"{status}\"");
        let count = |label: &str| self.counted("invocations_total", &[&named(tool), label]).0;
        (count(&status("success")), count(&status("error")))
    }

    /// What a tool was denied so far: how often, and the lines of the metric.
    fn denials(&self, tool: &str) -> (u64, String) {
        self.counted("denials_total", &[&named(tool)])
    }

    /// The sum of the series of a metric that have all of `labels`, and their lines.
    fn counted(&self, metric: &str, labels: &[&str]) -> (u64, String) {
        let text = self.host.app().scrape().render();
        let begin = format!("llama_stack_tool_runtime_{metric}{{");
        let lines = text.lines().filter(|line| {
            line.starts_with(&begin) && labels.iter().all(|label| line.contains(label))
        });
        let lines: Vec<&str> = lines.collect();
        let values = lines.iter().filter_map(|line| line.rsplit(' ').next());
        let sum = values.filter_map(|value| value.parse::<u64>().ok()).sum();
        (sum, lines.join("\n"))
    }
}

fn named(tool: &str) -> String {
    format!("tool_name=\"{tool}\"")
}
