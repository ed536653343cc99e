//! Takes a guest's request apart and writes the one that goes out.

use http::header::{self, HeaderMap, HeaderValue};
use http::request::Parts;
use http::{Method, Uri};

use crate::policy::excess::malformed;
use crate::policy::{Denial, Target, header_refusal};

/// Where the request wants to go, if it says so in one way only: its URL, its `host` and its
/// length can be read alike by everyone, and no header is about the connection.
pub fn read(parts: &Parts) -> Result<Target, Denial> {
    let uri = &parts.uri;
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let target = Target::parse(
        parts.method.as_str(),
        uri.scheme_str().unwrap_or_default(),
        authority,
        uri.path_and_query().map_or("/", |path| path.as_str()),
    )?;
    if parts.method == Method::CONNECT {
        return Err(malformed(&target, "tunnels cannot be granted"));
    }
    for (name, value) in &parts.headers {
        if name == header::HOST {
            if value.as_bytes() != authority.as_bytes() {
                return Err(malformed(&target, "header `host` is not what the URL says"));
            }
        } else if let Some(why) = header_refusal(name.as_str()) {
            let reason = format!("header `{name}` is refused: {why}");
            return Err(malformed(&target, &reason));
        }
    }
    Ok(target)
}

/// The length that the request says its body has. `is_empty` tells of a body that is known to
/// have no bytes: a length that nothing follows would swallow the next request on the
/// connection.
pub fn declared_length(
    headers: &HeaderMap,
    is_empty: bool,
    target: &Target,
) -> Result<Option<u64>, Denial> {
    let mut values = headers.get_all(header::CONTENT_LENGTH).iter();
    let (Some(value), next) = (values.next(), values.next()) else {
        return Ok(None);
    };
    let digits = value.to_str().ok().filter(|text| {
        next.is_none() && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
    });
    match digits.and_then(|digits| digits.parse().ok()) {
        Some(length) if length == 0 || !is_empty => Ok(Some(length)),
        _ => {
            let reason = "header `content-length` is not the length of the body";
            Err(malformed(target, reason))
        }
    }
}

/// Writes `target`, which is what was decided, in place of what the guest wrote; the query stays.
/// The host's own headers, such as for tracing, would be added after this.
pub fn rewrite(parts: &mut Parts, target: &Target) -> Result<(), Denial> {
    let unwritable = |_| malformed(target, "the URL cannot be written");
    let mut authority = target.host.to_string();
    if target.port != target.scheme.port() {
        authority = format!("{authority}:{}", target.port);
    }
    let mut uri = format!("{}://{authority}{}", target.scheme.as_str(), target.path);
    if let Some(query) = parts.uri.query() {
        uri = format!("{uri}?{query}");
    }
    parts.uri = Uri::try_from(uri)
        .map_err(http::Error::from)
        .map_err(unwritable)?;
    let host = HeaderValue::try_from(authority)
        .map_err(http::Error::from)
        .map_err(unwritable)?;
    parts.headers.insert(header::HOST, host);
    parts.version = http::Version::HTTP_11;
    parts.extensions.clear();
    Ok(())
}

/// Asks for an answer that can be searched: whole and in plain text.
pub fn ask_in_plain(headers: &mut HeaderMap) {
    headers.insert(
        header::ACCEPT_ENCODING,
        HeaderValue::from_static("identity"),
    );
    headers.remove(header::RANGE);
    headers.remove(header::IF_RANGE);
}
