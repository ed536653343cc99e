//! Shows calls as they come.

use std::collections::HashSet;
use std::fs::File;
use std::future::pending;
use std::io::{self, Write, stdout};
use std::os::fd::AsFd;
use std::os::unix::fs::FileTypeExt;
use std::time::Duration;

use tokio::io::Interest;
use tokio::net::unix::pipe::Sender;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::sleep;

use super::source::{Question, Source};
use crate::cli::exit::Stop;
use crate::cli::tokio_runtime;
use crate::http::viewer::wire::{Page, Summary};

/// Between two looks.
const EACH: Duration = Duration::from_secs(1);
/// Calls that one look sees; of more in a second, the newest are shown.
const SEEN_MAX: u32 = 1000;
/// How far back a look goes if nobody says: no call takes longer than ten minutes.
const SINCE: &str = "15m";

/// Calls that were shown before.
#[derive(Default)]
struct Seen(HashSet<(String, String)>);

/// Prints the newest calls, at most `most`, that answer `question`, the newest last, and then each that
/// comes. Ends when the reader goes away or Ctrl-C is pressed.
pub fn follow(
    source: &Source<'_>,
    mut question: Question,
    most: u32,
    line: impl Fn(&Summary) -> String,
) -> Result<(), Stop> {
    question.retain(|(name, _)| *name != "limit");
    question.push(("limit", SEEN_MAX.to_string()));
    if !question.iter().any(|(name, _)| *name == "since") {
        question.push(("since", SINCE.to_owned()));
    }
    let runtime = tokio_runtime()?;
    let listen = |error| Stop::host(format!("no signals: {error}"));
    let mut end = runtime.block_on(async { End::listen() }).map_err(listen)?;
    let mut seen = Seen::default();
    let mut most = most as usize;
    loop {
        let fresh = seen.fresh(source.list(&question)?);
        let skipped = fresh.len().saturating_sub(most);
        most = usize::MAX;
        for summary in &fresh[skipped..] {
            if writeln!(stdout(), "{}", line(summary)).is_err() {
                return Ok(());
            }
        }
        if runtime.block_on(end.within(EACH)) {
            return Ok(());
        }
    }
}

impl Seen {
    /// What of the page was never on one before, the oldest first.
    fn fresh(&mut self, page: Page) -> Vec<Summary> {
        let mut fresh = Vec::new();
        let mut seen = HashSet::with_capacity(page.data.len());
        for summary in page.data {
            let key = (summary.trace_id.clone(), summary.root_span_id.clone());
            if !self.0.contains(&key) {
                fresh.push(summary);
            }
            seen.insert(key);
        }
        // A call that has left the page is older than all that can come.
        self.0 = seen;
        fresh.reverse();
        fresh
    }
}

/// What ends a command that goes on.
struct End {
    interrupt: Signal,
    /// The output, if it is a pipe: the system tells when its reader goes away.
    output: Option<Sender>,
}

impl End {
    fn listen() -> io::Result<End> {
        let output = File::from(stdout().as_fd().try_clone_to_owned()?);
        let is_pipe = output.metadata()?.file_type().is_fifo();
        Ok(End {
            interrupt: signal(SignalKind::interrupt())?,
            // It is only asked about, never written to, and so it may go on blocking.
            output: is_pipe
                .then(|| Sender::from_file_unchecked(output))
                .transpose()?,
        })
    }

    /// Whether the end comes within that time, which is waited for.
    async fn within(&mut self, time: Duration) -> bool {
        let closed = async {
            match &self.output {
                Some(output) => drop(output.ready(Interest::ERROR).await),
                None => pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => true,
            () = closed => true,
            () = sleep(time) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::traces::tests::summary;

    fn page(rows: &[(&str, &str)]) -> Page {
        let row = |(trace, tool): &(&str, &str)| Summary {
            trace_id: (*trace).to_owned(),
            root_span_id: format!("{trace}{tool}"),
            name: format!("GET /{tool}"),
            tool: (!tool.is_empty()).then(|| (*tool).to_owned()),
            ..summary()
        };
        Page {
            data: rows.iter().map(row).collect(),
            next: None,
        }
    }

    #[test]
    fn each_call_is_shown_once_and_the_oldest_first() {
        let mut seen = Seen::default();
        let mut check = |rows: &[(&str, &str)], expected: &[&str]| {
            let fresh = seen.fresh(page(rows));
            let ids: Vec<&str> = fresh.iter().map(|row| row.trace_id.as_str()).collect();
            assert_eq!(ids, expected);
        };
        check(&[("b", "x"), ("a", "x")], &["a", "b"]);
        check(&[("b", "x"), ("a", "x")], &[]);
        // One that began earlier and took longer comes later.
        check(
            &[("c", "x"), ("b", "x"), ("slow", "x"), ("a", "x")],
            &["slow", "c"],
        );
    }
}
