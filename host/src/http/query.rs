//! Reads the values of a query string.

use axum::http::Uri;
use url::form_urlencoded;

/// The first value of `key`, decoded; `None` if it is missing or empty, which Python clients
/// mean when they write `key=`.
pub(crate) fn value(uri: &Uri, key: &str) -> Option<String> {
    pairs(uri)
        .find(|(name, _)| name == key)
        .map(|(_, value)| value)
        .filter(|value| !value.is_empty())
}

/// Every key and its value, decoded, in order; what is no valid escape stays as it is.
pub(crate) fn pairs(uri: &Uri) -> impl Iterator<Item = (String, String)> {
    form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_decoded_name_and_decoded() {
        let uri: Uri = "/v1/tools?x&toolgroup_id=builtin%3A%3Aweather&mcp_endpoint%5Buri%5D=http%3a%2F%2fh+h&e="
            .parse()
            .unwrap();
        assert_eq!(
            value(&uri, "toolgroup_id").as_deref(),
            Some("builtin::weather")
        );
        assert_eq!(
            value(&uri, "mcp_endpoint[uri]").as_deref(),
            Some("http://h h")
        );
        for missing in ["x", "e", "y", ""] {
            assert_eq!(value(&uri, missing), None, "{missing}");
        }
        assert_eq!(value(&"/".parse().unwrap(), "x"), None);
    }

    #[test]
    fn broken_escapes_stay_as_they_are() {
        for (text, decoded) in [
            ("%", "%"),
            ("%4", "%4"),
            ("%zz", "%zz"),
            ("a%+b", "a% b"),
            ("%ff", "\u{fffd}"),
        ] {
            let uri: Uri = format!("/?x={text}").parse().unwrap();
            assert_eq!(value(&uri, "x").as_deref(), Some(decoded));
        }
    }
}
