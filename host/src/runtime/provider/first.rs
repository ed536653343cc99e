//! Version 0.1 of the contract, in the words of the present one.

use wasmtime::Store;
use wasmtime::component::{Instance, InstancePre};

use super::{WitError, wit};
use crate::runtime::sandbox::Sandbox;

mod bindings {
    wasmtime::component::bindgen!({
        path: "../wit/tool-0.1",
        world: "tool-provider",
        exports: { default: async },
    });
}

use bindings::exports::toolhost::tool::provider as old;
use bindings::toolhost::tool::types::ToolError as OldError;

/// The provider exports of a component of that version.
pub struct Exports(bindings::ToolProviderIndices);

impl Exports {
    pub fn find(pre: &InstancePre<Sandbox>) -> wasmtime::Result<Exports> {
        bindings::ToolProviderIndices::new(pre).map(Exports)
    }

    pub async fn list_tools(
        &self,
        store: &mut Store<Sandbox>,
        instance: &Instance,
    ) -> wasmtime::Result<Vec<wit::Definition>> {
        let provider = self.0.load(&mut *store, instance)?;
        let provider = provider.toolhost_tool_provider();
        let definitions = provider.call_list_tools(&mut *store).await?;
        Ok(definitions.into_iter().map(definition).collect())
    }

    pub async fn invoke(
        &self,
        store: &mut Store<Sandbox>,
        instance: &Instance,
        (name, args): (&str, &str),
    ) -> wasmtime::Result<Result<Vec<wit::Content>, WitError>> {
        let provider = self.0.load(&mut *store, instance)?;
        let provider = provider.toolhost_tool_provider();
        let answer = provider.call_invoke(&mut *store, name, args).await?;
        Ok(answer
            .map(|items| items.into_iter().map(content).collect())
            .map_err(error))
    }
}

/// It had no title and no hints.
fn definition(old: old::Definition) -> wit::Definition {
    wit::Definition {
        name: old.name,
        title: None,
        description: old.description,
        input_schema: old.input_schema,
        output_schema: old.output_schema,
        annotations: wit::Annotations {
            read_only: None,
            destructive: None,
            idempotent: None,
            open_world: None,
        },
    }
}

fn content(item: old::Content) -> wit::Content {
    let blob = |blob: old::Blob| wit::Blob {
        data: blob.data,
        media_type: blob.media_type,
    };
    match item {
        old::Content::Text(text) => wit::Content::Text(text),
        old::Content::Image(image) => wit::Content::Image(blob(image)),
        old::Content::Audio(audio) => wit::Content::Audio(blob(audio)),
        old::Content::Document(document) => wit::Content::Document(wit::Document {
            uri: document.uri,
            media_type: document.media_type,
            body: match document.body {
                old::DocumentBody::Text(text) => wit::DocumentBody::Text(text),
                old::DocumentBody::Bytes(bytes) => wit::DocumentBody::Bytes(bytes),
            },
        }),
        old::Content::Link(link) => wit::Content::Link(wit::Reference {
            uri: link.uri,
            name: link.name,
            description: link.description,
            media_type: link.media_type,
        }),
        old::Content::Json(text) => wit::Content::Json(text),
    }
}

fn error(error: OldError) -> WitError {
    match error {
        OldError::InvalidInput(message) => WitError::InvalidInput(message),
        OldError::NotFound(message) => WitError::NotFound(message),
        OldError::Failed(message) => WitError::Failed(message),
    }
}
