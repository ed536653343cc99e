//! The only door to a run: look up, check, admit, run, time, record.
//!
//! Knows neither wasmtime nor HTTP. HTTP, MCP and the command line all enter at
//! `Router::invoke`, so what happens to a call is the same and is tested once.

mod admission;

use std::sync::Arc;
use std::time::Instant;

use crate::catalog::{Catalog, Entry, Group, RegisterError, Registration, Registry};
use crate::invocation::{Answer, Failure, Invocation, Outcome, Rejection};
use crate::runtime::{Rights, Run};
use crate::telemetry::{Call, Labels, Recorder};

pub use admission::Admission;

/// Routes invocations to tools.
pub struct Router {
    registry: Registry,
    admission: Admission,
    recorder: Arc<Recorder>,
}

impl Router {
    /// A router over what `registry` knows. Every tool's metrics exist from now on.
    pub fn new(registry: Registry, admission: Admission, recorder: Arc<Recorder>) -> Router {
        let router = Router {
            registry,
            admission,
            recorder,
        };
        router.announce();
        router
    }

    /// Runs one invocation. Whatever becomes of it, also if this future is dropped, it is
    /// recorded exactly once.
    pub async fn invoke(&self, invocation: Invocation) -> Answer {
        let mut call = self
            .recorder
            .start(invocation.parent.as_ref(), invocation.input_bytes);
        let trace_id = call.trace_id();
        let decided = self.run(&invocation, &mut call).await;
        let duration = call.finish(&decided);
        Answer {
            trace_id,
            duration,
            decided,
        }
    }

    async fn run(
        &self,
        invocation: &Invocation,
        call: &mut Call<'_>,
    ) -> Result<Outcome, Rejection> {
        let catalog = self.registry.current();
        let entry = catalog.entry_among(&invocation.tool, invocation.groups.as_deref())?;
        call.identify(Labels::of(&entry.tool));
        call.keep(&invocation.args, |args| entry.world.redact(args));
        let input = &entry.tool.input;
        input
            .check(&invocation.args)
            .map_err(|problems| Rejection::InvalidArguments { problems })?;
        let waiting = Instant::now();
        let permit = self.admission.admit(entry).await?;
        let queued = waiting.elapsed();
        let run = entry
            .program
            .call(
                permit.slot,
                &entry.function,
                &invocation.args,
                Rights {
                    limits: &entry.limits,
                    world: &entry.world,
                    group: Some(&entry.tool.group),
                    trace: call.context(),
                },
            )
            .await;
        log(entry, call, &run);
        if run.result == Err(Failure::Host) {
            // What went wrong was logged where it did; this line ties it to the caller's answer.
            tracing::error!(tool = %entry.tool.qualified(), trace_id = %call.trace_id(), "the host failed to run a tool");
        }
        Ok(Outcome {
            result: run.result,
            usage: run.usage,
            denials: run.denials,
            exchanges: run.exchanges,
            stdout: run.stdout,
            stderr: run.stderr,
            progress: run.progress,
            queued,
            timing: run.timing,
        })
    }

    /// What exists, and how to change it.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Registers a group; its tools' metrics exist from now on.
    pub fn register(&self, registration: Registration) -> Result<Arc<Group>, RegisterError> {
        let group = self.registry.register(registration)?;
        for entry in &group.entries {
            self.recorder.announce(&Labels::of(&entry.tool));
        }
        Ok(group)
    }

    /// Puts `catalog` in force; its tools' metrics exist from now on.
    pub fn reload(&self, catalog: Catalog) {
        self.registry.replace(catalog);
        self.announce();
    }

    fn announce(&self) {
        for entry in self.registry.current().entries() {
            self.recorder.announce(&Labels::of(&entry.tool));
        }
    }

    /// Invocations that wait for a place now.
    pub fn waiting(&self) -> usize {
        self.admission.waiting()
    }

    /// Waits until no invocation runs.
    pub async fn idle(&self) {
        self.admission.idle().await;
    }

    /// From now on no new invocation is admitted.
    pub fn drain(&self) {
        self.admission.drain();
    }

    /// Whether [`Router::drain`] was called.
    pub fn is_draining(&self) -> bool {
        self.admission.is_draining()
    }
}

/// Passes on what the guest wrote, quoted, so that it cannot forge lines of our log, and what
/// it was denied.
fn log(entry: &Entry, call: &Call<'_>, run: &Run) {
    for denial in &run.denials.first {
        let grant = denial.grant.as_deref().unwrap_or("none possible");
        tracing::warn!(
            tool = %entry.tool.qualified(), trace_id = %call.trace_id(), rule = %denial.rule, target = denial.target, reason = denial.reason, grant, "a tool was denied something"
        );
    }
    for (stream, text) in [("stdout", &run.stdout), ("stderr", &run.stderr)] {
        if !text.is_empty() {
            tracing::info!(tool = %entry.tool.qualified(), trace_id = %call.trace_id(), stream, text, "the tool wrote");
        }
    }
}
