//! Writes the tool that stands beside its function.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use crate::options::Options;
use crate::signature::{Output, Parameter, Signature, is_text};

/// A type with the name of the function, which can be told from it everywhere, and its `Tool`.
pub(crate) fn tool(options: &Options, signature: &Signature) -> TokenStream {
    let Signature {
        ident, visibility, ..
    } = signature;
    let definition = definition(options, signature);
    let call = call(signature);
    let fields = signature.parameters.iter().map(field);
    let defaults = signature.parameters.iter().filter_map(default);
    let name = options
        .name
        .clone()
        .unwrap_or_else(|| ident.unraw().to_string());
    quote! {
        #[doc(hidden)]
        #[allow(non_camel_case_types, reason = "it has the name of the function")]
        #visibility enum #ident {}

        #[allow(clippy::all, reason = "it is generated")]
        const _: () = {
            use ::toolhost_sdk::__private as __sdk;

            #[derive(__sdk::serde::Deserialize, __sdk::schemars::JsonSchema)]
            #[serde(crate = "::toolhost_sdk::__private::serde", deny_unknown_fields)]
            #[schemars(crate = "::toolhost_sdk::__private::schemars")]
            struct __ToolArguments { #(#fields,)* }

            #(#defaults)*

            impl ::toolhost_sdk::Tool for #ident {
                const NAME: &'static str = #name;
                #definition
                #call
            }
        };
    }
}

fn definition(options: &Options, signature: &Signature) -> TokenStream {
    let description = &signature.description;
    let title = option(
        options
            .title
            .as_ref()
            .map(|title| quote!(#title.to_owned())),
    );
    let hint = |hint: Option<bool>| option(hint.map(|hint| quote!(#hint)));
    let read_only = hint(options.read_only);
    let destructive = hint(options.destructive);
    let idempotent = hint(options.idempotent);
    let open_world = hint(options.open_world);
    let kind = kind(&signature.output);
    let value = value(&signature.output);
    quote! {
        fn definition() -> ::toolhost_sdk::Definition {
            ::toolhost_sdk::Definition {
                name: <Self as ::toolhost_sdk::Tool>::NAME.to_owned(),
                title: #title,
                description: #description.to_owned(),
                input_schema: __sdk::schema::input::<__ToolArguments>(),
                output_schema: #kind.schema::<#value>(),
                annotations: ::toolhost_sdk::Annotations {
                    read_only: #read_only,
                    destructive: #destructive,
                    idempotent: #idempotent,
                    open_world: #open_world,
                },
            }
        }
    }
}

fn call(signature: &Signature) -> TokenStream {
    let ident = &signature.ident;
    let names: Vec<_> = signature
        .parameters
        .iter()
        .map(|parameter| &parameter.ident)
        .collect();
    let kind = kind(&signature.output);
    let run = match &signature.output {
        Output::Value(_) => quote!(#ident(#(#names),*)),
        Output::Fallible(_) => quote!(__sdk::Fallible::or_tool_error(#ident(#(#names),*))?),
    };
    quote! {
        fn call(arguments: &str) -> __sdk::Outcome {
            let __ToolArguments { #(#names),* } = __sdk::parse_arguments(arguments)?;
            #kind.contents(#run)
        }
    }
}

/// The type of the value that becomes content.
fn value(output: &Output) -> TokenStream {
    match output {
        Output::Value(ty) => quote!(#ty),
        Output::Fallible(ty) => quote!(<#ty as __sdk::Fallible>::Value),
    }
}

/// Picks how the value becomes content: the first kind that fits its type, by the number of
/// references that the compiler has to take off to find the method.
fn kind(output: &Output) -> TokenStream {
    let value = value(output);
    let span = match output {
        Output::Value(ty) | Output::Fallible(ty) => ty.span(),
    };
    quote_spanned! {span=> {
        #[allow(unused_imports, reason = "one of them is used")]
        use __sdk::{AsContent as _, AsJson as _, AsTypedJson as _};
        (&&&__sdk::Probe::<#value>::new()).kind()
    }}
}

fn field(parameter: &Parameter) -> TokenStream {
    let Parameter {
        ident,
        ty,
        attributes,
        description,
        default,
    } = parameter;
    let docs = (!description.is_empty()).then(|| quote!(#[doc = #description]));
    let default = default.as_ref().map(|_| {
        let path = default_ident(parameter).to_string();
        quote!(#[serde(default = #path)])
    });
    quote!(#docs #default #(#attributes)* #ident: #ty)
}

fn default(parameter: &Parameter) -> Option<TokenStream> {
    let expr = parameter.default.as_ref()?;
    let ident = default_ident(parameter);
    let ty = &parameter.ty;
    let body = match is_text(expr) {
        true => quote!(::core::convert::Into::into(#expr)),
        false => quote!(#expr),
    };
    Some(quote!(fn #ident() -> #ty { #body }))
}

fn default_ident(parameter: &Parameter) -> syn::Ident {
    format_ident!("__default_of_{}", parameter.ident.unraw())
}

fn option(value: Option<TokenStream>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}
