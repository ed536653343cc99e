//! Reads the W3C `traceparent` header.

use axum::http::HeaderMap;

use crate::invocation::TraceParent;

/// The caller's span; `None` if the header is missing, repeated or not as the standard says.
pub(crate) fn read(headers: &HeaderMap) -> Option<TraceParent> {
    let mut values = headers.get_all("traceparent").iter();
    match (values.next(), values.next()) {
        (Some(value), None) => parse(value.to_str().ok()?),
        _ => None,
    }
}

fn parse(text: &str) -> Option<TraceParent> {
    let mut fields = text.split('-');
    let [version] = hex(fields.next()?)?;
    let trace_id: [u8; 16] = hex(fields.next()?)?;
    let span_id: [u8; 8] = hex(fields.next()?)?;
    let [flags] = hex(fields.next()?)?;
    // Version 0 ends here; later ones may go on after another dash.
    let is_valid = version != 0xff
        && (version != 0 || fields.next().is_none())
        && trace_id != [0; 16]
        && span_id != [0; 8];
    is_valid.then_some(TraceParent {
        trace_id,
        span_id,
        sampled: flags & 1 == 1,
    })
}

/// Lower-case hex of exactly `N` bytes.
fn hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if text.len() != 2 * N {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

fn digit(hex: u8) -> Option<u8> {
    match hex {
        b'0'..=b'9' => Some(hex - b'0'),
        b'a'..=b'f' => Some(hex - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
    const SPAN: &str = "b7ad6b7169203331";

    #[test]
    fn a_valid_parent_is_taken_with_its_sampling() {
        for (flags, sampled) in [("00", false), ("01", true), ("03", true), ("02", false)] {
            let parent = parse(&format!("00-{TRACE}-{SPAN}-{flags}")).unwrap();
            assert_eq!(parent.trace_id[..2], [0x0a, 0xf7]);
            assert_eq!(parent.span_id[..2], [0xb7, 0xad]);
            assert_eq!(parent.sampled, sampled, "{flags}");
        }
        assert!(
            parse(&format!("01-{TRACE}-{SPAN}-01-more")).is_some(),
            "a later version may say more"
        );
    }

    #[test]
    fn everything_else_is_ignored() {
        for text in [
            "",
            "00",
            &format!("00-{TRACE}-{SPAN}"),
            &format!("00-{TRACE}-{SPAN}-01-more"),
            &format!("00-{TRACE}-{SPAN}-1"),
            &format!("00-{TRACE}-{SPAN}-01 "),
            &format!("ff-{TRACE}-{SPAN}-01"),
            &format!("00-{}-{SPAN}-01", TRACE.to_uppercase()),
            &format!("00-{}-{SPAN}-01", "0".repeat(32)),
            &format!("00-{TRACE}-{}-01", "0".repeat(16)),
            &format!("00-{TRACE}{SPAN}-01"),
            &format!("00-{}-{SPAN}-01", "é".repeat(16)),
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn two_parents_are_none() {
        let mut headers = HeaderMap::new();
        let value = format!("00-{TRACE}-{SPAN}-01");
        headers.append("traceparent", value.parse().unwrap());
        assert!(read(&headers).is_some());
        headers.append("traceparent", value.parse().unwrap());
        assert_eq!(read(&headers), None);
    }
}
