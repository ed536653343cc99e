//! Security schemes: which credentials the host can add, and how.

use serde_json::{Map, Value};

use super::notes::shown;
use super::spec::Spec;

/// A credential as a header carries it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// In lower case.
    pub header: String,
    pub prefix: Option<String>,
    /// What the operator puts into the variable.
    pub what: String,
    /// Whether the operator has to get it by a flow that the host does not make.
    pub is_fetched: bool,
}

/// The credential of a security scheme. The error is why the host cannot add it.
pub fn read(spec: &Spec, name: &str) -> Result<Credential, String> {
    let scheme = spec.scheme(name)?;
    let text = |key: &str| scheme[key].as_str().unwrap_or_default();
    let authorization = |prefix: &str, what: &str, is_fetched| Credential {
        header: "authorization".to_owned(),
        prefix: Some(prefix.to_owned()),
        what: what.to_owned(),
        is_fetched,
    };
    match text("type") {
        "http" => match text("scheme").to_ascii_lowercase().as_str() {
            "bearer" => Ok(authorization("Bearer ", "the bearer token", false)),
            "basic" => Ok(authorization(
                "Basic ",
                "user and password in base64, as `printf %s USER:PASSWORD | base64 -w0` prints",
                false,
            )),
            other => Err(format!(
                "the host does not speak the scheme `{}` of HTTP",
                shown(other)
            )),
        },
        "apiKey" => api_key(text("in"), text("name")),
        "oauth2" | "openIdConnect" => Ok(authorization(
            "Bearer ",
            "an access token; the host reads it when it starts and does not renew it",
            true,
        )),
        "mutualTLS" => Err("the host has no client certificates".to_owned()),
        other => Err(format!("its type `{}` is unknown", shown(other))),
    }
}

fn api_key(place: &str, name: &str) -> Result<Credential, String> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || name.len() > 128 || !name.bytes().all(is_token) {
        return Err("its key has no name that can be sent".to_owned());
    }
    let key = |header: &str, prefix| Credential {
        header: header.to_ascii_lowercase(),
        prefix,
        what: "the API key".to_owned(),
        is_fetched: false,
    };
    match place {
        "header" => Ok(key(name, None)),
        "cookie" => Ok(key("cookie", Some(format!("{name}=")))),
        "query" => Err(format!(
            "its key goes into the query, as `{name}`, and secrets go into headers alone; ask \
             whether the API takes it in a header"
        )),
        other => Err(format!("`in: {}` is unknown", shown(other))),
    }
}

/// What an operation needs, chosen among the alternatives that its description gives.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Needs<'s> {
    /// Names of schemes that the host can add, all of them.
    pub schemes: Vec<&'s str>,
    /// Whether it can be asked without.
    pub is_optional: bool,
    /// If no alternative can be had: each scheme that stands in the way, and why.
    pub missing: Vec<(&'s str, String)>,
}

/// Chooses: what is simplest to have, the first of them.
pub fn choose<'s>(spec: &'s Spec, operation: &'s Value) -> Needs<'s> {
    let own = operation.get("security").unwrap_or(spec.security());
    let alternatives: Vec<&Map<String, Value>> = own
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .collect();
    let mut needs = Needs {
        is_optional: alternatives.iter().any(|schemes| schemes.is_empty()),
        ..Needs::default()
    };
    let mut best: Option<bool> = None;
    for schemes in alternatives
        .into_iter()
        .filter(|schemes| !schemes.is_empty())
    {
        let read = schemes
            .iter()
            .map(|(name, _)| (name.as_str(), read(spec, name)));
        let mut is_fetched = false;
        let mut missing = Vec::new();
        for (name, credential) in read {
            match credential {
                Ok(credential) => is_fetched |= credential.is_fetched,
                Err(why) => missing.push((name, why)),
            }
        }
        if !missing.is_empty() {
            needs.missing.extend(missing);
        } else if best.is_none_or(|was_fetched| was_fetched && !is_fetched) {
            best = Some(is_fetched);
            needs.schemes = schemes.iter().map(|(name, _)| name.as_str()).collect();
        }
    }
    if best.is_some() || needs.is_optional {
        needs.missing.clear();
    }
    needs
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn spec() -> Spec {
        let schemes = json!({
            "bearer": {"type": "http", "scheme": "Bearer"},
            "basic": {"type": "http", "scheme": "basic"},
            "digest": {"type": "http", "scheme": "digest"},
            "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
            "cookie": {"type": "apiKey", "in": "cookie", "name": "sid"},
            "query": {"type": "apiKey", "in": "query", "name": "key"},
            "evil": {"type": "apiKey", "in": "header", "name": "a\r\nb: c"},
            "oauth": {"type": "oauth2"},
            "tls": {"type": "mutualTLS"},
        });
        let root = json!({
            "openapi": "3.1.0",
            "security": [{"bearer": []}],
            "components": {"securitySchemes": schemes},
        });
        Spec::new(root).unwrap()
    }

    #[test]
    fn schemes_become_headers_or_say_why_not() {
        let spec = spec();
        for (name, expected) in [
            ("bearer", "authorization: Bearer …"),
            ("basic", "authorization: Basic …"),
            ("header", "x-api-key: …"),
            ("cookie", "cookie: sid=…"),
            ("oauth", "authorization: Bearer …"),
            ("digest", "does not speak the scheme `digest`"),
            ("query", "query"),
            ("evil", "no name"),
            ("tls", "certificates"),
            ("nobody", "no such"),
        ] {
            match read(&spec, name) {
                Ok(one) => {
                    let prefix = one.prefix.unwrap_or_default();
                    assert_eq!(format!("{}: {prefix}…", one.header), expected);
                }
                Err(why) => assert!(why.contains(expected), "{name}: {why}"),
            }
        }
    }

    #[test]
    fn of_alternatives_the_simplest_that_can_be_had_is_chosen() {
        let spec = spec();
        for (security, schemes, is_optional, missing) in [
            (json!(null), vec![], false, vec![]),
            (json!([]), vec![], false, vec![]),
            (
                json!([{"oauth": []}, {"header": [], "basic": []}, {"bearer": []}]),
                vec!["header", "basic"],
                false,
                vec![],
            ),
            (
                json!([{"query": []}, {"oauth": ["read"]}]),
                vec!["oauth"],
                false,
                vec![],
            ),
            (json!([{}, {"bearer": []}]), vec!["bearer"], true, vec![]),
            (
                json!([{"query": [], "bearer": []}, {"tls": []}]),
                vec![],
                false,
                vec!["query", "tls"],
            ),
            (json!([{"query": []}, {}]), vec![], true, vec![]),
        ] {
            let operation = json!({"security": security});
            let needs = choose(&spec, &operation);
            assert_eq!(needs.schemes, schemes, "{security}");
            assert_eq!(needs.is_optional, is_optional, "{security}");
            let names: Vec<&str> = needs.missing.iter().map(|(name, _)| *name).collect();
            assert_eq!(names, missing, "{security}");
        }
        assert_eq!(choose(&spec, &json!({})).schemes, ["bearer"]);
    }
}
