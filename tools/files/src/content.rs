//! What a file holds, judged by its first bytes.

/// How many of the first bytes are looked at.
pub(crate) const HEAD_BYTES: usize = 8 * 1024;

const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";

/// First bytes of formats that are no text, with what they are.
const FORMATS: [(&[u8], &str); 12] = [
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive, or a document kept as one"),
    (b"\x1f\x8b", "compressed by gzip"),
    (b"\x28\xb5\x2f\xfd", "compressed by zstd"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"\0asm", "a WebAssembly module"),
    (b"\x7fELF", "a program"),
    (b"\xff\xfe", "text in UTF-16"),
    (b"\xfe\xff", "text in UTF-16"),
];

/// What the file with the first bytes `head` is, if it is no UTF-8 text.
pub(crate) fn binary(head: &[u8]) -> Option<&'static str> {
    let format = FORMATS.iter().find(|(start, _)| head.starts_with(start));
    if let Some((_, what)) = format {
        return Some(what);
    }
    if head.contains(&0) {
        return Some("binary");
    }
    match std::str::from_utf8(head) {
        // A character at the end of the head may be incomplete.
        Err(error) if error.error_len().is_some() => {
            Some("binary, or text in another encoding than UTF-8")
        }
        _ => None,
    }
}

/// `text` without the mark that some programs begin UTF-8 with.
pub(crate) fn unmarked(text: &[u8]) -> &[u8] {
    text.strip_prefix(UTF8_MARK).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_other_files_are_told_apart() {
        for text in ["", "plain", "café\r\n", "\u{feff}marked", "\t\u{1b}[0m"] {
            assert_eq!(binary(text.as_bytes()), None, "{text:?}");
        }
        // The head may end within a character.
        assert_eq!(binary(&"é".as_bytes()[..1]), None);
        for (head, what) in [
            (&b"\x89PNG\r\n"[..], "a PNG image"),
            (b"%PDF-1.7", "a PDF document"),
            (b"a\0b", "binary"),
            (
                b"caf\xe9 au lait",
                "binary, or text in another encoding than UTF-8",
            ),
            (b"\xff\xfea\0", "text in UTF-16"),
        ] {
            assert_eq!(binary(head), Some(what));
        }
    }
}
