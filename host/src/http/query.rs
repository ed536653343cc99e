//! Reads the values of a query string.

use axum::http::Uri;

/// The first value of `key`, decoded; `None` if it is missing or empty, which Python clients
/// mean when they write `key=`.
pub(crate) fn value(uri: &Uri, key: &str) -> Option<String> {
    pairs(uri)
        .find(|(name, _)| name == key)
        .map(|(_, value)| value)
        .filter(|value| !value.is_empty())
}

/// Every key and its value, decoded, in order.
pub(crate) fn pairs(uri: &Uri) -> impl Iterator<Item = (String, String)> {
    let pairs = uri.query().unwrap_or_default().split('&');
    let pairs = pairs.filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(key, value)| (decode(key), decode(value)))
}

/// Turns `+` and `%XX` back; what is no valid escape stays as it is.
fn decode(text: &str) -> String {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        match (first, tail) {
            (b'+', _) => decoded.push(b' '),
            (b'%', [high, low, after @ ..])
                if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
            {
                decoded.push(digit(*high) << 4 | digit(*low));
                rest = after;
            }
            _ => decoded.push(*first),
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

fn digit(hex: u8) -> u8 {
    match hex {
        b'0'..=b'9' => hex - b'0',
        _ => hex.to_ascii_lowercase() - b'a' + 10,
    }
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
            assert_eq!(decode(text), decoded);
        }
    }
}
