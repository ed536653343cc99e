//! One call: a fresh store, the guest's code, what came of it, and nothing left behind.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use futures_util::FutureExt;
use serde_json::Value;
use wasmtime::Store;
use wasmtime::component::{ComponentExportIndex, Instance, Val};

use super::fault;
use super::program::{Entry, Function, Program};
use super::provider::Definition;
use super::sandbox::{self, Sandbox};
use super::values::{lift, lower_args};
use super::{Error, Slot};
use crate::invocation::{Content, Failure, Output, ResourceBody, ToolError, Usage};
use crate::policy::Limits;
use crate::tool::{Args, Type};

/// What came of one call, as facts.
#[derive(Debug)]
pub struct Run {
    /// What the tool answered, or how the run failed.
    pub result: Result<Output, Failure>,
    /// What it cost.
    pub usage: Usage,
    /// What the guest wrote to stdout, printable and cut.
    pub stdout: String,
    /// What the guest wrote to stderr, likewise.
    pub stderr: String,
}

/// What to do in a sandbox.
enum Work<'a> {
    Typed {
        export: &'a ComponentExportIndex,
        args: Vec<Val>,
        result: Option<&'a Type>,
    },
    Provided {
        name: &'a str,
        args: &'a Args,
        output_bytes_max: u64,
    },
    ListTools,
}

/// What a guest gave back.
enum Gave {
    Output(Result<Output, Failure>),
    Tools(Result<Vec<Definition>, Vec<String>>),
}

struct Entered {
    gave: Result<Gave, Failure>,
    usage: Usage,
    stdout: String,
    stderr: String,
}

impl Program {
    /// Runs `function` with `args`, which its `input` has checked, under `limits`.
    ///
    /// The store lives and dies in here. Dropping the future stops the guest at its next tick
    /// or host call and frees the slot.
    pub async fn call(&self, slot: Slot, function: &Function, args: &Args, limits: &Limits) -> Run {
        let work = match &function.entry {
            Entry::Typed {
                export,
                params,
                result,
            } => match lower_args(params, args) {
                Ok(args) => Work::Typed {
                    export,
                    args,
                    result: result.as_ref(),
                },
                Err(error) => {
                    tracing::error!(tool = %function.name, %error, "checked arguments do not fit the component's types");
                    return Run {
                        result: Err(Failure::Host),
                        usage: Usage::default(),
                        stdout: String::new(),
                        stderr: String::new(),
                    };
                }
            },
            Entry::Provided => Work::Provided {
                name: function.name.as_str(),
                args,
                output_bytes_max: limits.output_bytes,
            },
        };
        let entered = self.enter(slot, work, limits).await;
        let result = match entered.gave {
            Ok(Gave::Output(result)) => within(result, limits),
            Ok(Gave::Tools(_)) => Err(Failure::Host),
            Err(failure) => Err(failure),
        };
        Run {
            result,
            usage: entered.usage,
            stdout: entered.stdout,
            stderr: entered.stderr,
        }
    }

    /// Asks the component for the tools that it describes itself.
    pub(super) async fn list_tools(
        &self,
        slot: Slot,
        limits: &Limits,
    ) -> Result<Vec<Function>, Error> {
        match self.enter(slot, Work::ListTools, limits).await.gave {
            Ok(Gave::Tools(Ok(definitions))) => Ok(definitions.into_iter().map(provided).collect()),
            Ok(Gave::Tools(Err(problems))) => Err(Error::Contract(problems)),
            Ok(Gave::Output(_)) => Err(Error::ListTools(Failure::Host)),
            Err(failure) => Err(Error::ListTools(failure)),
        }
    }

    async fn enter(&self, slot: Slot, work: Work<'_>, limits: &Limits) -> Entered {
        let deadline = Instant::now() + limits.timeout;
        let mut store = match sandbox::store(&self.engine, limits, deadline) {
            Ok(store) => store,
            Err(error) => {
                tracing::error!(%error, "no store for a call");
                return Entered {
                    gave: Err(Failure::Host),
                    usage: Usage::default(),
                    stdout: String::new(),
                    stderr: String::new(),
                };
            }
        };
        // The engine interrupts guest code; the timeout also covers a guest that waits in a
        // host call. The outer catch keeps a panic of a host function from ending the host.
        let work = AssertUnwindSafe(self.work(&mut store, work)).catch_unwind();
        let gave = match tokio::time::timeout_at(deadline.into(), work).await {
            Ok(Ok(Ok(gave))) => Ok(gave),
            Ok(Ok(Err(error))) => Err(fault::failure(&error, &store, limits)),
            Ok(Err(_panic)) => {
                tracing::error!(digest = %self.digest, "a host function panicked");
                Err(Failure::Host)
            }
            Err(_elapsed) => Err(Failure::Timeout {
                limit: limits.timeout,
            }),
        };
        let left = store.get_fuel().unwrap_or(0);
        let sandbox = store.data();
        let entered = Entered {
            gave,
            usage: Usage {
                fuel: limits.fuel.saturating_sub(left),
                memory_peak_bytes: sandbox.limiter.memory_peak_bytes,
                log_bytes: sandbox.stdout.written() + sandbox.stderr.written(),
            },
            stdout: sandbox.stdout.text(),
            stderr: sandbox.stderr.text(),
        };
        // In this order: the next holder of the slot must find the pool's place free.
        drop(store);
        drop(slot);
        entered
    }

    async fn work(&self, store: &mut Store<Sandbox>, work: Work<'_>) -> wasmtime::Result<Gave> {
        let instance = self.pre.instantiate_async(&mut *store).await?;
        match work {
            Work::Typed {
                export,
                args,
                result,
            } => call_typed(store, &instance, export, &args, result)
                .await
                .map(Gave::Output),
            Work::Provided {
                name,
                args,
                output_bytes_max,
            } => self
                .provider()?
                .invoke(store, &instance, (name, args), output_bytes_max)
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

/// Holds what the tool said, good or bad, to the output limit, counted as the caller sees it.
fn within(said: Result<Output, Failure>, limits: &Limits) -> Result<Output, Failure> {
    let size = match &said {
        Ok(output) => output.content.iter().map(content_len).sum(),
        Err(Failure::Tool { message, .. }) => message.len(),
        Err(_) => 0,
    };
    if size as u64 > limits.output_bytes {
        return Err(Failure::OutputTooLarge {
            limit_bytes: limits.output_bytes,
        });
    }
    said
}

fn content_len(content: &Content) -> usize {
    match content {
        Content::Text(text) => text.len(),
        Content::Image { data, media_type } | Content::Audio { data, media_type } => {
            data.len() + media_type.len()
        }
        Content::Resource { uri, body, .. } => {
            uri.len()
                + match body {
                    ResourceBody::Text(text) => text.len(),
                    ResourceBody::Bytes(bytes) => bytes.len(),
                }
        }
        Content::Link {
            uri,
            name,
            description,
            ..
        } => uri.len() + name.len() + description.as_ref().map_or(0, String::len),
    }
}

fn provided(definition: Definition) -> Function {
    Function {
        name: definition.name,
        description: definition.description,
        input: definition.input,
        output_schema: definition.output_schema,
        entry: Entry::Provided,
    }
}
