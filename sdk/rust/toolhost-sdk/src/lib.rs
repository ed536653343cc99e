//! Writes tools for toolhost: a function with docs and types is a tool.
//!
//! ```
//! use toolhost_sdk::{ToolError, tool};
//!
//! /// Counts the words of a text.
//! #[tool(read_only, idempotent)]
//! fn count_words(
//!     /// The text.
//!     text: String,
//!     /// Words with fewer characters do not count.
//!     #[default(1)]
//!     shortest: usize,
//! ) -> Result<usize, ToolError> {
//!     if shortest == 0 {
//!         return Err(ToolError::invalid_input("`shortest` must be at least 1"));
//!     }
//!     Ok(text.split_whitespace().filter(|word| word.chars().count() >= shortest).count())
//! }
//!
//! toolhost_sdk::export!(count_words);
//!
//! assert_eq!(count_words("one and two".to_owned(), 1).unwrap(), 3);
//! ```
//!
//! The function stays what it was, and is tested as any other. Only a build for wasm32 exports
//! the component; elsewhere the imports are those of [`fake`], which a test sets.
//!
//! Each module here is one import of a component, and one that is not used is not imported.

extern crate self as toolhost_sdk;

#[doc(hidden)]
#[allow(clippy::all, missing_docs, reason = "it is generated from the WIT")]
pub mod bindings {
    wit_bindgen::generate!({
        path: "wit",
        world: "tool-provider-with-imports",
        additional_derives: [PartialEq],
        pub_export_macro: true,
        default_bindings_module: "toolhost_sdk::bindings",
    });
}

mod content;
mod error;
mod output;
#[doc(hidden)]
pub mod schema;

pub mod clock;
pub mod config;
#[cfg(not(target_arch = "wasm32"))]
pub mod fake;
pub mod http;
pub mod log;
pub mod progress;
pub mod random;

#[cfg(target_arch = "wasm32")]
use bindings::toolhost::tool as host;
#[cfg(not(target_arch = "wasm32"))]
use fake::host;

pub use bindings::exports::toolhost::tool::provider::{
    Annotations, Blob, Content, Definition, Document, DocumentBody, Reference,
};
pub use error::ToolError;
pub use output::IntoContent;
/// Makes a type fit for arguments and results: it goes to and from JSON and has a schema.
///
/// Docs of fields and cases become descriptions. Cases of enums are in `snake_case` unless
/// `#[serde(rename_all = "…")]` says otherwise; `#[serde(…)]` and `#[schemars(…)]` work as ever.
///
/// ```
/// /// The unit of temperatures.
/// #[toolhost_sdk::json]
/// enum Units {
///     Celsius,
///     Fahrenheit,
/// }
/// ```
pub use toolhost_sdk_macros::json;
/// Makes a tool of a function, which stays callable.
///
/// The doc comment is the description. Parameters are described by doc comments of their own, or
/// by items of a list in the function's, each of the form ``- `city`: Which city.``
///
/// | In the brackets | What it says |
/// |---|---|
/// | `read_only` | It changes nothing outside itself. |
/// | `destructive` | What it changes may be lost. |
/// | `idempotent` | To call it again with the same arguments changes nothing more. |
/// | `open_world` | It reaches something outside the host. |
/// | `title = "…"` | Its name for people. |
/// | `name = "…"` | Its name, if it is not the function's. |
///
/// A hint may be denied: `open_world = false`.
///
/// | On a parameter | What it does |
/// |---|---|
/// | `Option<T>` | It may be left out. |
/// | `#[default(…)]` | It may be left out, and is this then. |
/// | `#[schemars(range(min = 1, max = 9))]`, `length`, `regex` … | The host checks it. |
/// | `#[serde(…)]` | As on a field. |
pub use toolhost_sdk_macros::tool;

/// A tool; `#[tool]` implements it for a type with the name of the function.
pub trait Tool {
    /// Its name.
    const NAME: &'static str;

    /// What the host and models read about it.
    fn definition() -> Definition;

    /// Calls it as the host does, with arguments as a JSON object.
    ///
    /// # Errors
    ///
    /// The function's own, and arguments that do not fit its parameters.
    fn call(arguments: &str) -> Result<Vec<Content>, ToolError>;
}

/// Makes a component of tools: `export!(get_weather, other::tool);`, once in a crate.
///
/// Two tools with one name do not compile.
#[macro_export]
macro_rules! export {
    ($($tool:ty),+ $(,)?) => {
        const _: () = $crate::__private::assert_distinct(&[$(<$tool as $crate::Tool>::NAME),+]);

        #[cfg(target_arch = "wasm32")]
        const _: () = {
            struct Component;

            impl $crate::__private::Guest for Component {
                fn list_tools() -> ::std::vec::Vec<$crate::Definition> {
                    ::std::vec![$(<$tool as $crate::Tool>::definition()),+]
                }

                fn invoke(
                    name: ::std::string::String,
                    arguments: ::std::string::String,
                ) -> ::std::result::Result<
                    ::std::vec::Vec<$crate::Content>,
                    $crate::__private::WitError,
                > {
                    $(if name == <$tool as $crate::Tool>::NAME {
                        return $crate::__private::to_wit(<$tool as $crate::Tool>::call(&arguments));
                    })+
                    $crate::__private::to_wit($crate::__private::unknown(&name))
                }
            }

            $crate::bindings::export!(Component with_types_in $crate::bindings);
        };
    };
}

/// What the macros write; no part of the interface.
#[doc(hidden)]
pub mod __private {
    pub use crate::bindings::exports::toolhost::tool::provider::Guest;
    pub use crate::bindings::toolhost::tool::types::ToolError as WitError;
    pub use crate::output::{AsContent, AsJson, AsTypedJson, Fallible, Probe};
    pub use crate::schema;
    pub use schemars;
    pub use serde;

    use crate::{Content, ToolError};

    pub type Outcome = Result<Vec<Content>, ToolError>;

    pub fn parse_arguments<'a, T: serde::Deserialize<'a>>(
        arguments: &'a str,
    ) -> Result<T, ToolError> {
        serde_json::from_str(arguments).map_err(|error| {
            let text = error.to_string();
            // The caller never sees the JSON text, so a place in it says nothing.
            let text = text.split(" at line ").next().unwrap_or(&text);
            ToolError::invalid_input(format!("the arguments do not fit: {text}"))
        })
    }

    pub fn to_wit(outcome: Outcome) -> Result<Vec<Content>, WitError> {
        outcome.map_err(|error| match error {
            ToolError::InvalidInput(text) => WitError::InvalidInput(text),
            ToolError::NotFound(text) => WitError::NotFound(text),
            ToolError::Failed(text) => WitError::Failed(text),
        })
    }

    pub fn unknown(name: &str) -> Outcome {
        Err(ToolError::not_found(format!("there is no tool `{name}`")))
    }

    pub const fn assert_distinct(names: &[&str]) {
        let mut first = 0;
        while first < names.len() {
            let mut second = first + 1;
            while second < names.len() {
                assert!(
                    !same(names[first], names[second]),
                    "two tools have the same name"
                );
                second += 1;
            }
            first += 1;
        }
    }

    const fn same(left: &str, right: &str) -> bool {
        let (left, right) = (left.as_bytes(), right.as_bytes());
        if left.len() != right.len() {
            return false;
        }
        let mut at = 0;
        while at < left.len() {
            if left[at] != right[at] {
                return false;
            }
            at += 1;
        }
        true
    }
}

/// The examples of the README are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
