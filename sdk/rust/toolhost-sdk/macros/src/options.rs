//! What stands in the brackets of `#[tool(…)]`.

use proc_macro2::TokenStream;
use syn::parse::Parser;
use syn::{LitBool, LitStr, Result, Token};

const NAME_CHARS_MAX: usize = 128;

/// The options of one tool; `None` is what was not written.
#[derive(Default)]
pub(crate) struct Options {
    /// The tool's name, if it is not the function's.
    pub(crate) name: Option<String>,
    /// Its name for people.
    pub(crate) title: Option<String>,
    /// It changes nothing outside itself.
    pub(crate) read_only: Option<bool>,
    /// What it changes may be lost.
    pub(crate) destructive: Option<bool>,
    /// To call it again changes nothing more.
    pub(crate) idempotent: Option<bool>,
    /// It reaches something outside the host.
    pub(crate) open_world: Option<bool>,
}

impl Options {
    /// Reads `read_only, open_world = false, title = "…"`.
    pub(crate) fn parse(tokens: TokenStream) -> Result<Self> {
        let mut options = Self::default();
        let parser = syn::meta::parser(|meta| {
            let Some(key) = meta.path.get_ident().map(ToString::to_string) else {
                return Err(meta.error(UNKNOWN));
            };
            let hint = match key.as_str() {
                "name" => {
                    let text: LitStr = meta.value()?.parse()?;
                    check_name(&text)?;
                    options.name = Some(text.value());
                    return Ok(());
                }
                "title" => {
                    options.title = Some(meta.value()?.parse::<LitStr>()?.value());
                    return Ok(());
                }
                "read_only" => &mut options.read_only,
                "destructive" => &mut options.destructive,
                "idempotent" => &mut options.idempotent,
                "open_world" => &mut options.open_world,
                _ => return Err(meta.error(UNKNOWN)),
            };
            // A bare word says yes.
            *hint = Some(if meta.input.peek(Token![=]) {
                meta.value()?.parse::<LitBool>()?.value
            } else {
                true
            });
            Ok(())
        });
        parser.parse2(tokens)?;
        Ok(options)
    }
}

const UNKNOWN: &str = "unknown option; known are `name`, `title`, `read_only`, `destructive`, \
                       `idempotent` and `open_world`";

fn check_name(text: &LitStr) -> Result<()> {
    let name = text.value();
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if name.is_empty() || name.len() > NAME_CHARS_MAX || !name.chars().all(allowed) {
        let problem = "a tool's name is 1 to 128 of `A-Z a-z 0-9 _ - .`";
        return Err(syn::Error::new(text.span(), problem));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    #[test]
    fn a_bare_hint_says_yes() {
        let options = Options::parse(quote!(read_only, open_world = false)).unwrap();
        assert_eq!(options.read_only, Some(true));
        assert_eq!(options.open_world, Some(false));
        assert_eq!(options.idempotent, None);
    }

    #[test]
    fn names_are_checked() {
        assert!(Options::parse(quote!(name = "a.b-c_1")).is_ok());
        for name in ["", "two words", "größe", &"x".repeat(129)] {
            assert!(Options::parse(quote!(name = #name)).is_err(), "{name:?}");
        }
    }

    #[test]
    fn unknown_options_are_refused() {
        assert!(Options::parse(quote!(readonly)).is_err());
        assert!(Options::parse(quote!(a::b)).is_err());
        assert!(Options::parse(quote!(read_only = "yes")).is_err());
    }
}
