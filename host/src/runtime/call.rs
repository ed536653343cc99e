//! One call: a fresh store, the guest's code, what came of it, and nothing left behind.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use serde_json::Value;
use wasmtime::Store;
use wasmtime::component::{ComponentExportIndex, Instance, Val};

use super::fault;
use super::program::{Entry, Function, Program};
use super::provider::Definition;
use super::redact;
use super::sandbox::{self, Account, Sandbox};
use super::size;
use super::values::{lift, lower_args};
use super::world::World;
use super::{Error, Slot};
use crate::egress::Entries;
use crate::invocation::{
    Content, Exchange, Failure, Output, Progress, Timing, ToolError, TraceParent, Usage,
};
use crate::policy::{Denials, Limits};
use crate::tool::{Args, GroupName, Type};

/// What came of one call, as facts.
#[derive(Debug)]
pub struct Run {
    /// What the tool answered, or how the run failed.
    pub result: Result<Output, Failure>,
    /// What it cost.
    pub usage: Usage,
    /// What it tried and may not.
    pub denials: Denials,
    /// The requests that it sent.
    pub exchanges: Vec<Exchange>,
    /// When what of it happened.
    pub timing: Timing,
    /// What the guest wrote to stdout, printable and cut.
    pub stdout: String,
    /// What the guest wrote to stderr, likewise.
    pub stderr: String,
    /// How far it came, as it said itself.
    pub progress: Vec<Progress>,
}

/// What bounds one call, and what it may reach.
#[derive(Clone, Copy, Debug)]
pub struct Rights<'a> {
    /// What it may use up.
    pub limits: &'a Limits,
    /// What it may reach.
    pub world: &'a Arc<World>,
    /// The tool group that it was called through, which owns what it stores; `None` while its
    /// component is loaded.
    pub group: Option<&'a GroupName>,
    /// The span that the call's own requests belong to, if somebody keeps spans.
    pub trace: Option<TraceParent>,
}

/// What to do in a sandbox. Owned, so that it can move to another thread.
enum Work {
    Typed {
        function: Arc<Function>,
        args: Vec<Val>,
    },
    Provided {
        name: String,
        args: String,
        output_bytes_max: u64,
    },
    ListTools,
}

/// What a guest gave back.
enum Gave {
    Output(Result<Output, Failure>),
    Tools(Result<Vec<Definition>, Vec<String>>),
}

/// What is known of a call when its store is gone.
struct Left {
    instantiated: Option<Duration>,
    gave: Result<Gave, Failure>,
    usage: Usage,
    stdout: String,
    stderr: String,
    progress: Vec<Progress>,
}

impl Left {
    /// Of a call that had no store.
    fn nothing() -> Left {
        Left {
            instantiated: None,
            gave: Err(Failure::Host),
            usage: Usage::default(),
            stdout: String::new(),
            stderr: String::new(),
            progress: Vec::new(),
        }
    }
}

impl Program {
    /// Runs `function` with `args`, which its `input` has checked.
    ///
    /// The store lives and dies in here. Dropping the future stops the guest at its next tick
    /// or host call and frees the slot.
    pub async fn call(
        self: &Arc<Self>,
        slot: Slot,
        function: &Arc<Function>,
        args: &Args,
        rights: Rights<'_>,
    ) -> Run {
        let account = Account::new(&rights);
        let left = match work(function, args, rights.limits) {
            Ok(work) => self.enter(slot, work, rights, &account).await,
            Err(error) => {
                tracing::error!(tool = %function.name, %error, "checked arguments do not fit the component's types");
                Left::nothing()
            }
        };
        let result = match left.gave {
            Ok(Gave::Output(result)) => result,
            Ok(Gave::Tools(_)) => Err(Failure::Host),
            Err(failure) => Err(failure),
        };
        let output_bytes = size::of(&result);
        let result = if output_bytes > rights.limits.output_bytes {
            Err(Failure::OutputTooLarge {
                limit_bytes: rights.limits.output_bytes,
            })
        } else {
            result
        };
        let Entries {
            traffic,
            denials,
            exchanges,
        } = account.ledger.take();
        let mut run = Run {
            result,
            usage: Usage {
                output_bytes,
                http_requests: traffic.requests,
                http_sent_bytes: traffic.sent_bytes,
                http_received_bytes: traffic.received_bytes,
                ..left.usage
            },
            denials,
            exchanges,
            timing: Timing {
                began: account.began,
                instantiated: left.instantiated,
                ended: account.began.elapsed(),
            },
            stdout: left.stdout,
            stderr: left.stderr,
            progress: left.progress,
        };
        redact::run(&mut run, rights.world.redactor());
        run
    }

    /// Asks the component for the tools that it describes itself.
    pub(super) async fn list_tools(
        self: &Arc<Self>,
        slot: Slot,
        rights: Rights<'_>,
    ) -> Result<Vec<Function>, Error> {
        let account = Account::new(&rights);
        match self
            .enter(slot, Work::ListTools, rights, &account)
            .await
            .gave
        {
            Ok(Gave::Tools(Ok(definitions))) => Ok(definitions.into_iter().map(provided).collect()),
            Ok(Gave::Tools(Err(problems))) => Err(Error::Contract(problems)),
            Ok(Gave::Output(_)) => Err(Error::ListTools(Failure::Host)),
            Err(failure) => Err(Error::ListTools(failure)),
        }
    }

    async fn enter(
        self: &Arc<Self>,
        slot: Slot,
        work: Work,
        rights: Rights<'_>,
        account: &Arc<Account>,
    ) -> Left {
        let store = match sandbox::store(&self.engine, rights, account) {
            Ok(store) => store,
            Err(error) => {
                tracing::error!(%error, "no store for a call");
                return Left::nothing();
            }
        };
        let job = self.clone().job(slot, store, work, *rights.limits);
        let done = self.lanes.run(Box::pin(job), &account.ticks).await;
        done.unwrap_or_else(Left::nothing)
    }

    /// The whole life of a store, in whichever thread.
    async fn job(
        self: Arc<Self>,
        slot: Slot,
        mut store: Store<Sandbox>,
        work: Work,
        limits: Limits,
    ) -> Left {
        let deadline = store.data().deadline();
        // The engine interrupts guest code; the timeout also covers a guest that waits in a
        // host call. The outer catch keeps a panic of a host function from ending the host.
        let work = AssertUnwindSafe(self.work(&mut store, work)).catch_unwind();
        let gave = match tokio::time::timeout_at(deadline.into(), work).await {
            Ok(Ok(Ok(gave))) => Ok(gave),
            Ok(Ok(Err(error))) => Err(fault::failure(&error, &store, &limits)),
            Ok(Err(_panic)) => {
                tracing::error!(digest = %self.digest, "a host function panicked");
                Err(Failure::Host)
            }
            Err(_elapsed) => Err(Failure::Timeout {
                limit: limits.timeout,
            }),
        };
        let unburned = store.get_fuel().unwrap_or(0);
        let sandbox = store.data_mut();
        let progress = std::mem::take(&mut sandbox.progress);
        let began = sandbox.account.began;
        let left = Left {
            instantiated: sandbox.instantiated.map(|ready| ready - began),
            gave,
            usage: Usage {
                fuel: limits.fuel.saturating_sub(unburned),
                memory_peak_bytes: sandbox.limiter.memory_peak_bytes,
                log_bytes: sandbox.stdout.written() + sandbox.stderr.written(),
                hostcalls: sandbox.hostcalls,
                ..Usage::default()
            },
            stdout: sandbox.stdout.text(),
            stderr: sandbox.stderr.text(),
            progress,
        };
        // In this order: the next holder of the slot must find the pool's place free.
        drop(store);
        drop(slot);
        left
    }

    async fn work(&self, store: &mut Store<Sandbox>, work: Work) -> wasmtime::Result<Gave> {
        let instance = self.pre.instantiate_async(&mut *store).await?;
        store.data_mut().instantiated = Some(Instant::now());
        match work {
            Work::Typed { function, args } => {
                let Entry::Typed { export, result, .. } = &function.entry else {
                    return Err(wasmtime::Error::msg(
                        "the function has no export of its own",
                    ));
                };
                call_typed(store, &instance, export, &args, result.as_ref())
                    .await
                    .map(Gave::Output)
            }
            Work::Provided {
                name,
                args,
                output_bytes_max,
            } => self
                .provider()?
                .invoke(store, &instance, (&name, &args), output_bytes_max)
                .await
                .map(Gave::Output),
            Work::ListTools => self
                .provider()?
                .list_tools(store, &instance)
                .await
                .map(Gave::Tools),
        }
    }

    fn provider(&self) -> wasmtime::Result<&super::provider::Exports> {
        self.provider
            .as_ref()
            .ok_or_else(|| wasmtime::Error::msg("the component describes no tools"))
    }
}

fn work(function: &Arc<Function>, args: &Args, limits: &Limits) -> wasmtime::Result<Work> {
    Ok(match &function.entry {
        Entry::Typed { params, .. } => Work::Typed {
            function: function.clone(),
            args: lower_args(params, args).map_err(wasmtime::Error::msg)?,
        },
        Entry::Provided => Work::Provided {
            name: function.name.to_string(),
            args: serde_json::to_string(args).map_err(wasmtime::Error::new)?,
            output_bytes_max: limits.output_bytes,
        },
    })
}

async fn call_typed(
    store: &mut Store<Sandbox>,
    instance: &Instance,
    export: &ComponentExportIndex,
    args: &[Val],
    result: Option<&Type>,
) -> wasmtime::Result<Result<Output, Failure>> {
    let function = instance
        .get_func(&mut *store, export)
        .ok_or_else(|| wasmtime::Error::msg("a function that was there at load is gone"))?;
    let Some(ty) = result else {
        function.call_async(&mut *store, args, &mut []).await?;
        return Ok(Ok(Output {
            content: Vec::new(),
            structured: None,
        }));
    };
    let mut results = [Val::Bool(false)];
    function.call_async(&mut *store, args, &mut results).await?;
    let [value] = results;
    Ok(answer(ty, value))
}

/// Splits a top-level `result` into output and failure; any other value is output.
fn answer(ty: &Type, value: Val) -> Result<Output, Failure> {
    match (ty, value) {
        (Type::Result(ok, _), Val::Result(Ok(value))) => Ok(match (ok, value) {
            (Some(ty), Some(value)) => output(ty, *value),
            _ => Output {
                content: Vec::new(),
                structured: None,
            },
        }),
        (Type::Result(_, err), Val::Result(Err(value))) => Err(match (err, value) {
            (Some(ty), Some(value)) => tool_failure(ty, &value),
            _ => Failure::Tool {
                reason: ToolError::Failed,
                message: "the tool failed and does not say why".to_owned(),
            },
        }),
        (ty, value) => Ok(output(ty, value)),
    }
}

fn output(ty: &Type, value: Val) -> Output {
    if let Val::String(text) = value {
        return Output {
            content: vec![Content::Text(text)],
            structured: None,
        };
    }
    let value = lift(ty, &value);
    Output {
        content: vec![Content::Text(value.to_string())],
        structured: Some(value),
    }
}

/// The shared `tool-error` says what kind it is; any other error type is written out.
fn tool_failure(ty: &Type, value: &Val) -> Failure {
    if let (Type::Variant(cases), Val::Variant(name, Some(payload))) = (ty, value)
        && let Val::String(message) = payload.as_ref()
    {
        let reason = match name.as_str() {
            "invalid-input" => ToolError::InvalidInput,
            "not-found" => ToolError::NotFound,
            _ => ToolError::Failed,
        };
        let is_shared = cases.len() == 3
            && ["invalid-input", "not-found", "failed"]
                .iter()
                .all(|shared| cases.iter().any(|c| c.name == *shared));
        let message = if is_shared {
            message.clone()
        } else {
            format!("{name}: {message}")
        };
        let reason = if is_shared { reason } else { ToolError::Failed };
        return Failure::Tool { reason, message };
    }
    let message = match lift(ty, value) {
        Value::String(text) => text,
        value => value.to_string(),
    };
    Failure::Tool {
        reason: ToolError::Failed,
        message,
    }
}

fn provided(definition: Definition) -> Function {
    Function {
        name: definition.name,
        description: definition.description,
        input: definition.input,
        output_schema: definition.output_schema,
        hints: definition.hints,
        entry: Entry::Provided,
    }
}
