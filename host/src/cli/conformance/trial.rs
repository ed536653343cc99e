//! Runs rows against a host, while others keep calling it.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::canary::Canary;
use super::judge::{Expect, Limits, judge};
use super::reply::{End, Reply, shown};
use super::rows::{CONTROL, Call, HOST, PORT, Row};
use super::target::Target;

/// What a host may take besides the time of the tool itself.
const TOLERANCE: Duration = Duration::from_secs(2);
/// Between two looks at whether others are served.
const PAUSE: Duration = Duration::from_millis(50);

/// A host and all that is needed to judge it.
pub struct Trial<'a> {
    /// The host.
    pub target: Target<'a>,
    /// Its `host:port`.
    pub authority: String,
    /// The bare names of its tools.
    pub offered: BTreeSet<String>,
    /// What its tools may use up.
    pub limits: Limits,
    /// What its tools may not reach.
    pub canary: Canary,
}

/// What came of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Pass,
    Fail,
    /// A tool is not offered.
    Skip,
}

/// A row that was run.
pub struct Outcome {
    pub row: &'static Row,
    pub verdict: Verdict,
    /// What happened, in a few words.
    pub reason: String,
    pub took: Duration,
    /// The longest that another call took meanwhile.
    pub control: Duration,
}

/// What the calls of a row came to.
#[derive(Default)]
struct Attempt {
    /// Each good thing once.
    happened: Vec<String>,
    wrong: Option<String>,
    missing: BTreeSet<&'static str>,
}

/// How others fared meanwhile.
#[derive(Default)]
struct Others {
    slowest: Duration,
    trouble: Option<String>,
}

impl Trial<'_> {
    /// Runs one row.
    pub async fn run(&self, row: &'static Row) -> Outcome {
        let begun = Instant::now();
        let (attempt, others) = self.beside_others(self.attempt(row)).await;
        let (verdict, reason) = attempt.verdict(others.trouble);
        Outcome {
            row,
            verdict,
            reason,
            took: begun.elapsed(),
            control: others.slowest,
        }
    }

    /// One look at whether the host serves anyone.
    pub async fn answers(&self) -> Result<(), String> {
        let mut others = Others::default();
        self.look(&mut others).await;
        others.trouble.map_or(Ok(()), Err)
    }

    async fn attempt(&self, row: &Row) -> Attempt {
        let mut attempt = Attempt::default();
        let mut before: Option<Reply> = None;
        for call in row.calls {
            if !self.offered.contains(call.tool) {
                attempt.missing.insert(call.tool);
                continue;
            }
            let visits = self.canary.visits();
            let mut replies = self.call(call, row.at_once).await;
            let mut judged = self.judge(call.expect, &replies, before.as_ref());
            if self.canary.visits() > visits {
                judged = Err(format!("it reached 127.0.0.1:{}", self.canary.port));
            }
            match judged {
                Ok(happened) => attempt.note(happened),
                Err(wrong) => {
                    attempt.wrong = Some(format!("{}: {wrong}", call.tool));
                    return attempt;
                }
            }
            before = replies.pop();
        }
        attempt
    }

    /// Makes the same call so often at the same time.
    async fn call(&self, call: &Call, at_once: u32) -> Vec<Reply> {
        let kwargs = call
            .kwargs
            .replace(PORT, &self.canary.port.to_string())
            .replace(HOST, &self.authority);
        let kwargs: Value = serde_json::from_str(&kwargs).unwrap_or_else(|_| json!({}));
        // A host may run one after another.
        let patience = self.limits.time.saturating_mul(at_once);
        let patience = patience.saturating_add(TOLERANCE);
        let one = || self.target.call(call.tool, &kwargs, patience);
        join_all((0..at_once).map(|_| one())).await
    }

    /// What happened, each thing once; or what is wrong.
    fn judge(
        &self,
        expect: Expect,
        replies: &[Reply],
        before: Option<&Reply>,
    ) -> Result<Vec<String>, String> {
        let is_away = |reply: &&Reply| matches!(reply.end, End::TurnedAway(_));
        let away = replies.iter().filter(is_away).count();
        let mut happened = Vec::new();
        // A crowd may be turned away, but not all of it.
        let ran = replies
            .iter()
            .filter(|reply| away == replies.len() || !is_away(reply));
        for reply in ran {
            happened.push(judge(expect, reply, before, &self.limits)?);
        }
        if away > 0 {
            happened.push(format!("{away} turned away"));
        }
        Ok(happened)
    }

    /// Does something while others call the host, and once more when it is done.
    async fn beside_others<T>(&self, attack: impl Future<Output = T>) -> (T, Others) {
        let over = Notify::new();
        let attack = async {
            let done = attack.await;
            over.notify_one();
            done
        };
        let look = async {
            let mut others = Others::default();
            loop {
                self.look(&mut others).await;
                if tokio::time::timeout(PAUSE, over.notified()).await.is_ok() {
                    self.look(&mut others).await;
                    return others;
                }
            }
        };
        tokio::join!(attack, look)
    }

    /// Asks for the host's health and calls the good tool.
    async fn look(&self, others: &mut Others) {
        let patience = self.limits.time.saturating_add(TOLERANCE);
        let begun = Instant::now();
        let health = self.target.health(patience).await;
        let control = self.target.call(CONTROL, &json!({}), patience).await;
        others.slowest = others.slowest.max(begun.elapsed());
        let control = judge(Expect::Answer("alive"), &control, None, &self.limits);
        let trouble = health
            .map_err(|reason| format!("`GET /v1/health`: {reason}"))
            .and(control.map_err(|reason| format!("`{CONTROL}`: {reason}")));
        if let Err(trouble) = trouble {
            others.trouble.get_or_insert(trouble);
        }
    }
}

impl Attempt {
    fn note(&mut self, happened: Vec<String>) {
        for happened in happened {
            if !self.happened.contains(&happened) {
                self.happened.push(happened);
            }
        }
    }

    fn verdict(self, trouble: Option<String>) -> (Verdict, String) {
        if let Some(wrong) = self.wrong {
            return (Verdict::Fail, wrong);
        }
        if let Some(trouble) = trouble {
            return (Verdict::Fail, format!("others were not served: {trouble}"));
        }
        let happened = shown(&self.happened.join(", "));
        if self.missing.is_empty() {
            return (Verdict::Pass, happened);
        }
        let missing: Vec<&str> = self.missing.into_iter().collect();
        let missing = format!("not offered: {}", missing.join(", "));
        (Verdict::Skip, missing)
    }
}
