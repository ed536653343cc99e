//! The attributes of `toolhost-sdk`, which re-exports and documents them.
//!
//! [`tool`] reads a function into a [`signature`], whose [`docs`] are split, and [`expand`] writes
//! the tool beside the function.

mod docs;
mod expand;
mod json;
mod options;
mod signature;

use proc_macro::TokenStream;
use syn::{DeriveInput, ItemFn, parse_macro_input};

/// Makes a tool of a function; see the crate `toolhost-sdk`.
#[proc_macro_attribute]
pub fn tool(options: TokenStream, function: TokenStream) -> TokenStream {
    let mut function = parse_macro_input!(function as ItemFn);
    let result = options::Options::parse(options.into())
        .and_then(|options| Ok((options, signature::Signature::take(&mut function)?)))
        .map(|(options, signature)| expand::tool(&options, &signature));
    // The function stays in any case, so that one mistake does not make its callers fail too.
    let tool = result.unwrap_or_else(|error| error.to_compile_error());
    quote::quote!(#function #tool).into()
}

/// Lets a type go to and from JSON; see the crate `toolhost-sdk`.
#[proc_macro_attribute]
pub fn json(options: TokenStream, item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as DeriveInput);
    json::derive(&options.into(), &item)
        .unwrap_or_else(|error| error.to_compile_error())
        .into()
}
