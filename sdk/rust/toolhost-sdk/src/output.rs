//! How what a function returns becomes content.
//!
//! A type that is content by itself is taken as it is; any other that serde can write becomes
//! JSON. A type may be both, so a blanket implementation for each cannot be: `#[tool]` knows the
//! type and calls `kind()` on `&&&Probe<T>`, where the compiler finds the first trait that fits.

use std::borrow::Cow;
use std::marker::PhantomData;

use schemars::JsonSchema;
use serde::Serialize;

use crate::{Content, ToolError, schema};

/// What is content by itself and never becomes JSON.
pub trait IntoContent {
    /// The pieces of the result.
    fn into_content(self) -> Vec<Content>;
}

impl IntoContent for String {
    fn into_content(self) -> Vec<Content> {
        vec![Content::Text(self)]
    }
}

impl IntoContent for &str {
    fn into_content(self) -> Vec<Content> {
        vec![Content::text(self)]
    }
}

impl IntoContent for Cow<'_, str> {
    fn into_content(self) -> Vec<Content> {
        vec![Content::text(self)]
    }
}

/// No content.
impl IntoContent for () {
    fn into_content(self) -> Vec<Content> {
        Vec::new()
    }
}

impl IntoContent for Content {
    fn into_content(self) -> Vec<Content> {
        vec![self]
    }
}

impl IntoContent for Vec<Content> {
    fn into_content(self) -> Vec<Content> {
        self
    }
}

impl<const N: usize> IntoContent for [Content; N] {
    fn into_content(self) -> Vec<Content> {
        self.into()
    }
}

/// A function that may fail.
pub trait Fallible {
    /// What it returns if it does not.
    type Value;

    /// The value, or an error that the host understands.
    fn or_tool_error(self) -> Result<Self::Value, ToolError>;
}

impl<T, E: Into<ToolError>> Fallible for Result<T, E> {
    type Value = T;

    fn or_tool_error(self) -> Result<T, ToolError> {
        self.map_err(Into::into)
    }
}

/// Stands for a type while its kind is looked for.
#[derive(Default)]
pub struct Probe<T>(PhantomData<T>);

impl<T> Probe<T> {
    /// One.
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

/// Content by itself.
pub struct Rich;

/// JSON with a schema.
pub struct Typed;

/// JSON without a schema.
pub struct Plain;

/// The first that is tried.
pub trait AsContent {
    /// Content by itself.
    fn kind(&self) -> Rich {
        Rich
    }
}

/// The second.
pub trait AsTypedJson {
    /// JSON with a schema.
    fn kind(&self) -> Typed {
        Typed
    }
}

/// The last.
pub trait AsJson {
    /// JSON without a schema.
    fn kind(&self) -> Plain {
        Plain
    }
}

impl<T: IntoContent> AsContent for &&Probe<T> {}
impl<T: Serialize + JsonSchema> AsTypedJson for &Probe<T> {}
impl<T: Serialize> AsJson for Probe<T> {}

impl Rich {
    /// None: there is no structured result.
    #[expect(
        clippy::extra_unused_type_parameters,
        reason = "all kinds are called alike"
    )]
    pub fn schema<T>(self) -> Option<String> {
        None
    }

    /// The value itself.
    pub fn contents<T: IntoContent>(self, value: T) -> Result<Vec<Content>, ToolError> {
        Ok(value.into_content())
    }
}

impl Typed {
    /// The schema of the value.
    pub fn schema<T: JsonSchema>(self) -> Option<String> {
        Some(schema::output::<T>())
    }

    /// The value as JSON.
    pub fn contents<T: Serialize>(self, value: T) -> Result<Vec<Content>, ToolError> {
        Ok(vec![Content::json(&value)?])
    }
}

impl Plain {
    /// None: the type has none.
    #[expect(
        clippy::extra_unused_type_parameters,
        reason = "all kinds are called alike"
    )]
    pub fn schema<T>(self) -> Option<String> {
        None
    }

    /// The value as JSON.
    pub fn contents<T: Serialize>(self, value: T) -> Result<Vec<Content>, ToolError> {
        Ok(vec![Content::json(&value)?])
    }
}
