//! Finds the title in a page. Nothing here knows about the web or WebAssembly.

const CHARS_MAX: usize = 500;

const ENTITIES: [(&str, &str); 6] = [
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", "\""),
    ("&#39;", "'"),
    ("&nbsp;", " "),
    // The last, so that `&amp;lt;` stays `&lt;`.
    ("&amp;", "&"),
];

/// What stands between `<title>` and `</title>`, on one line, cut to 500 characters.
pub(crate) fn title(page: &str) -> Option<String> {
    // Bytes stay at their places, since only ASCII letters change.
    let lower = page.to_ascii_lowercase();
    let start = opening(&lower)?;
    let end = start + lower[start..].find("</title")?;
    let mut text = page[start..end].to_owned();
    for (entity, character) in ENTITIES {
        text = text.replace(entity, character);
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    (!line.is_empty()).then(|| line.chars().take(CHARS_MAX).collect())
}

/// Where the text of the first title begins.
fn opening(lower: &str) -> Option<usize> {
    for (at, tag) in lower.match_indices("<title") {
        let after = at + tag.len();
        let rest = &lower[after..];
        // Not `<titlebar>`.
        if rest.starts_with(|c: char| c == '>' || c == '/' || c.is_ascii_whitespace()) {
            return Some(after + rest.find('>')? + 1);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_found_in_any_case_and_shape() {
        let cases = [
            ("<title>A</title>", Some("A")),
            ("<TITLE lang=en>\n A  b\n</Title>", Some("A b")),
            (
                "<titlebar>x</titlebar><title>Ü &amp;lt; &lt;B&gt;</title>",
                Some("Ü &lt; <B>"),
            ),
            (
                "<svg><title>first</title></svg><title>second</title>",
                Some("first"),
            ),
            ("<title></title>", None),
            ("<title>open", None),
            ("<title", None),
            ("İ<title>ı</title>", Some("ı")),
            ("", None),
        ];
        for (page, expected) in cases {
            assert_eq!(title(page).as_deref(), expected, "{page}");
        }
    }

    #[test]
    fn long_titles_are_cut() {
        let page = format!("<title>{}</title>", "é".repeat(600));
        assert_eq!(title(&page).unwrap().chars().count(), 500);
    }
}
