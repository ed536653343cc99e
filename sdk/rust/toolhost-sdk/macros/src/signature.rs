//! A tool's function, read.

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{
    Attribute, Error, Expr, ExprLit, FnArg, Ident, ItemFn, Lit, Pat, Result, ReturnType, Type,
    Visibility,
};

use crate::docs;

/// What the tool is made from.
pub(crate) struct Signature {
    pub(crate) ident: Ident,
    pub(crate) visibility: Visibility,
    pub(crate) description: String,
    pub(crate) parameters: Vec<Parameter>,
    /// What the function returns, and whether that is a `Result`.
    pub(crate) output: Output,
}

/// One parameter.
pub(crate) struct Parameter {
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
    pub(crate) description: String,
    /// What it is if it is left out.
    pub(crate) default: Option<Expr>,
    /// `#[serde(…)]` and `#[schemars(…)]`, which go to the field made from it.
    pub(crate) attributes: Vec<Attribute>,
}

/// What a function returns.
pub(crate) enum Output {
    /// A value, in any case.
    Value(Type),
    /// A type whose last name is `Result`.
    Fallible(Type),
}

impl Signature {
    /// Reads `function` and takes from it the attributes that only mean something here.
    pub(crate) fn take(function: &mut ItemFn) -> Result<Self> {
        // Attributes go first: what is left of them is an error of its own.
        let parameters: Vec<Result<Parameter>> =
            function.sig.inputs.iter_mut().map(parameter).collect();
        refuse_what_no_tool_can_be(function)?;
        let mut parameters = parameters.into_iter().collect::<Result<Vec<_>>>()?;

        let names: Vec<String> = parameters.iter().map(Parameter::name).collect();
        let docs = docs::split(&docs::text(&function.attrs), &names);
        if docs.description.is_empty() {
            let problem = "a tool needs a doc comment: it is the description that a model reads";
            return Err(Error::new(function.sig.ident.span(), problem));
        }
        for (name, about) in docs.parameters {
            let found = parameters
                .iter_mut()
                .find(|parameter| parameter.name() == name);
            describe(found, about)?;
        }
        Ok(Self {
            ident: function.sig.ident.clone(),
            visibility: function.vis.clone(),
            description: docs.description,
            parameters,
            output: output(&function.sig.output)?,
        })
    }
}

impl Parameter {
    /// The name that callers use.
    fn name(&self) -> String {
        let name = self.ident.to_string();
        name.strip_prefix("r#").map(str::to_owned).unwrap_or(name)
    }
}

fn describe(parameter: Option<&mut Parameter>, about: String) -> Result<()> {
    // The docs were split by these very names.
    let Some(parameter) = parameter else {
        return Ok(());
    };
    if !parameter.description.is_empty() {
        let problem = "this parameter is described twice; remove one description";
        return Err(Error::new(parameter.ident.span(), problem));
    }
    parameter.description = about;
    Ok(())
}

fn refuse_what_no_tool_can_be(function: &ItemFn) -> Result<()> {
    let refuse = |span: Span, problem: &str| Err(Error::new(span, problem));
    let sig = &function.sig;
    if let Some(token) = &sig.asyncness {
        return refuse(
            token.span(),
            "a tool is not async; `http::fetch` waits by itself",
        );
    }
    if !sig.generics.params.is_empty() {
        return refuse(
            sig.generics.span(),
            "a tool has no generics: its types are its schema",
        );
    }
    if let Some(token) = &sig.variadic {
        return refuse(token.span(), "a tool has a fixed list of parameters");
    }
    Ok(())
}

fn parameter(input: &mut FnArg) -> Result<Parameter> {
    let input = match input {
        FnArg::Typed(input) => input,
        FnArg::Receiver(receiver) => {
            let problem = "a tool is a free function, without `self`";
            return Err(Error::new(receiver.span(), problem));
        }
    };
    let attributes = take(&mut input.attrs, &["serde", "schemars"]);
    let description = docs::text(&take(&mut input.attrs, &["doc"]));
    let default = match take(&mut input.attrs, &["default"]).pop() {
        Some(attribute) => Some(attribute.parse_args::<Expr>()?),
        None => None,
    };
    let Pat::Ident(pattern) = &*input.pat else {
        return Err(Error::new(input.pat.span(), "a parameter needs a name"));
    };
    match &*input.ty {
        Type::Reference(ty) => {
            let problem = "a parameter owns its value; take `String` or `Vec<…>`";
            Err(Error::new(ty.span(), problem))
        }
        Type::ImplTrait(ty) => Err(Error::new(
            ty.span(),
            "a parameter needs a type with a name",
        )),
        ty => Ok(Parameter {
            ident: pattern.ident.clone(),
            ty: ty.clone(),
            description,
            default,
            attributes,
        }),
    }
}

/// Removes the attributes of these names and returns them.
fn take(attributes: &mut Vec<Attribute>, names: &[&str]) -> Vec<Attribute> {
    let named = |attribute: &Attribute| names.iter().any(|name| attribute.path().is_ident(name));
    let (taken, left) = std::mem::take(attributes).into_iter().partition(named);
    *attributes = left;
    taken
}

fn output(output: &ReturnType) -> Result<Output> {
    let ty = match output {
        ReturnType::Default => return Ok(Output::Value(syn::parse_quote!(()))),
        ReturnType::Type(_, ty) => ty,
    };
    match &**ty {
        Type::ImplTrait(ty) => Err(Error::new(ty.span(), "a result needs a type with a name")),
        Type::Path(path)
            if path
                .path
                .segments
                .last()
                .is_some_and(|last| last.ident == "Result") =>
        {
            Ok(Output::Fallible((**ty).clone()))
        }
        ty => Ok(Output::Value(ty.clone())),
    }
}

/// Whether a default is a text, which becomes whatever the parameter is.
pub(crate) fn is_text(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Lit(ExprLit {
            lit: Lit::Str(_),
            ..
        })
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::ToTokens;
    use syn::parse_quote;

    fn refusal(mut function: ItemFn) -> String {
        Signature::take(&mut function)
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default()
    }

    #[test]
    fn attributes_of_parameters_are_taken_off() {
        let mut function: ItemFn = parse_quote! {
            /// Repeats.
            fn repeat(
                /// What.
                text: String,
                #[default(2)] #[schemars(range(max = 9))] #[allow(unused)] times: u32,
            ) -> Result<String, ToolError> { todo() }
        };
        let signature = Signature::take(&mut function).unwrap();
        assert_eq!(signature.parameters[0].description, "What.");
        assert!(signature.parameters[1].default.is_some());
        assert_eq!(signature.parameters[1].attributes.len(), 1);
        assert!(matches!(signature.output, Output::Fallible(_)));
        let left = function.sig.inputs.to_token_stream().to_string();
        assert_eq!(left, "text : String , # [allow (unused)] times : u32 ,");
    }

    #[test]
    fn what_cannot_be_a_tool_is_refused_with_the_reason() {
        let cases: [(ItemFn, &str); 7] = [
            (
                parse_quote!(
                    fn f() {}
                ),
                "needs a doc comment",
            ),
            (
                parse_quote!(
                    /** D. */
                    async fn f() {}
                ),
                "not async",
            ),
            (
                parse_quote!(
                    /** D. */
                    fn f<T>(x: T) {}
                ),
                "no generics",
            ),
            (
                parse_quote!(
                    /** D. */
                    fn f(&self) {}
                ),
                "free function",
            ),
            (
                parse_quote!(
                    /** D. */
                    fn f(x: &str) {}
                ),
                "take `String`",
            ),
            (
                parse_quote!(
                    /** D. */
                    fn f((a, b): (u8, u8)) {}
                ),
                "needs a name",
            ),
            (
                parse_quote!(
                    /** D. */
                    fn f() -> impl Serialize {}
                ),
                "type with a name",
            ),
        ];
        for (function, reason) in cases {
            let name = function.to_token_stream().to_string();
            let refusal = refusal(function);
            assert!(refusal.contains(reason), "{name}: {refusal}");
        }
    }

    #[test]
    fn a_parameter_is_described_once() {
        let refusal = refusal(parse_quote! {
            /// Does.
            /// - `x`: One.
            fn f(/** Two. */ x: u8) {}
        });
        assert!(refusal.contains("described twice"), "{refusal}");
    }
}
