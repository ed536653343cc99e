//! `#[json]`: the derives that a type of an argument or of a result needs.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, Result};

/// Puts the derives on `item`, which stays as it is otherwise.
pub(crate) fn derive(options: &TokenStream, item: &DeriveInput) -> Result<TokenStream> {
    if !options.is_empty() {
        let problem = "`#[json]` has no options; write them as `#[serde(…)]` or `#[schemars(…)]`";
        return Err(Error::new_spanned(options, problem));
    }
    let rename = match &item.data {
        // Cases read as the names of fields do, unless the author renames them.
        Data::Enum(_) if !renames(item)? => Some(quote!(, rename_all = "snake_case")),
        Data::Enum(_) | Data::Struct(_) => None,
        Data::Union(_) => return Err(Error::new_spanned(item, "a union has no JSON")),
    };
    Ok(quote! {
        #[derive(
            ::toolhost_sdk::__private::serde::Serialize,
            ::toolhost_sdk::__private::serde::Deserialize,
            ::toolhost_sdk::__private::schemars::JsonSchema,
        )]
        #[serde(crate = "::toolhost_sdk::__private::serde" #rename)]
        #[schemars(crate = "::toolhost_sdk::__private::schemars")]
        #item
    })
}

fn renames(item: &DeriveInput) -> Result<bool> {
    let mut found = false;
    for attribute in item
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("serde"))
    {
        attribute.parse_nested_meta(|meta| {
            found |= meta.path.is_ident("rename_all");
            // Whatever else stands there is for serde to read.
            if meta.input.peek(syn::Token![=]) {
                meta.value()?.parse::<syn::Expr>()?;
            } else if meta.input.peek(syn::token::Paren) {
                let group;
                syn::parenthesized!(group in meta.input);
                group.parse::<TokenStream>()?;
            }
            Ok(())
        })?;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    fn renamed(item: DeriveInput) -> bool {
        derive(&TokenStream::new(), &item)
            .unwrap()
            .to_string()
            .contains("snake_case")
    }

    #[test]
    fn cases_of_enums_are_in_snake_case_unless_renamed() {
        assert!(renamed(parse_quote!(
            enum Units {
                Celsius,
            }
        )));
        assert!(renamed(parse_quote!(
            #[serde(tag = "kind", bound(deserialize = "T: X"))]
            enum U {
                A,
            }
        )));
        assert!(!renamed(parse_quote!(
            #[serde(rename_all = "kebab-case")]
            enum U {
                A,
            }
        )));
        assert!(!renamed(parse_quote!(
            struct Point {
                x: f64,
            }
        )));
    }

    #[test]
    fn options_and_unions_are_refused() {
        let item: DeriveInput = parse_quote!(
            struct Point {
                x: f64,
            }
        );
        assert!(derive(&quote!(strict), &item).is_err());
        assert!(derive(&TokenStream::new(), &parse_quote!(union U { a: u8 })).is_err());
    }
}
