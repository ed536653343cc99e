//! The text of an HTML page.

use dom_query::{Document, NodeRef};
use dom_smoothie::{Config, ParsePolicy, Readability, TextMode};
use url::Url;

use crate::media::{self, Kind};
use crate::problem::Problem;
use crate::visit::Visit;

/// Bytes of HTML that are converted: what it costs grows with them.
const HTML_BYTES_MAX: usize = 1024 * 1024;
/// Elements within elements. Converters call themselves for each level, and have one stack.
const DEPTH_MAX: usize = 256;
/// Elements of pages whose main part is looked for, which costs more than to convert them.
const ELEMENTS_MAX: usize = 6_000;
/// A main part with fewer characters is probably none.
const MAIN_CHARS_MIN: usize = 200;
/// Elements without text for readers.
const SILENT: [&str; 9] = [
    "head", "script", "style", "meta", "noscript", "template", "svg", "iframe", "object",
];
/// Elements around the main part.
const SURROUNDING: [&str; 3] = ["nav", "footer", "dialog"];

/// The form of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// With headings, lists, tables and links.
    Markdown,
    /// Only what stands there.
    Text,
}

/// How much of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Without menus and footers.
    Main,
    /// All of it.
    Whole,
}

/// A page as text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) title: Option<String>,
    pub(crate) text: String,
    /// What is missing.
    pub(crate) note: Option<String>,
}

/// The text of an answer: HTML in the given form, or as it is if there is none; anything else as
/// it is.
pub(crate) fn read(visit: &Visit, form: Option<Form>, extent: Extent) -> Result<Page, Problem> {
    let answer = &visit.answer;
    let encoding = answer.header("content-encoding").unwrap_or("identity");
    if !encoding.eq_ignore_ascii_case("identity") {
        let shown: String = encoding.chars().take(40).collect();
        return Err(Problem::Failed(format!(
            "the server sends the page compressed as `{shown}` although it was not asked to, and it \
             cannot be read"
        )));
    }
    let content_type = answer.header("content-type");
    let kind = media::kind(content_type, &answer.body)?;
    let text = media::text(content_type, &answer.body, kind);
    Ok(match (kind, form) {
        (Kind::Html, Some(form)) => convert(&text, &visit.url, form, extent),
        (Kind::Html, None) | (Kind::Plain, _) => Page {
            title: None,
            text,
            note: None,
        },
    })
}

/// Converts the page `html`, found at `url`.
fn convert(html: &str, url: &Url, form: Form, extent: Extent) -> Page {
    let cut = html.len() > HTML_BYTES_MAX;
    let html = &html[..html.floor_char_boundary(HTML_BYTES_MAX)];
    let document = Document::from(html);
    let flattened = flatten(&document);
    make_absolute(&document, url);
    let title = title(&document);
    let main = match extent {
        Extent::Main => main_part(&document, url, form),
        Extent::Whole => None,
    };
    let text = main.unwrap_or_else(|| match extent {
        Extent::Main => whole(&document, form, &[&SILENT[..], &SURROUNDING].concat()),
        Extent::Whole => whole(&document, form, &SILENT),
    });
    let text = tidy(&text);
    let note = if cut {
        Some(format!(
            "the page has more than {HTML_BYTES_MAX} bytes, and what is beyond is left out"
        ))
    } else if flattened {
        Some("parts of the page that are nested too deeply are left out".to_owned())
    } else if text.is_empty() {
        Some("the page has no text; it may be made by scripts, which are not run".to_owned())
    } else {
        None
    };
    Page { title, text, note }
}

/// The article of the page, if it seems to have one.
fn main_part(document: &Document, url: &Url, form: Form) -> Option<String> {
    let config = Config {
        keep_classes: true,
        disable_json_ld: true,
        max_elements_to_parse: ELEMENTS_MAX,
        text_mode: match form {
            Form::Markdown => TextMode::Markdown,
            Form::Text => TextMode::Formatted,
        },
        ..Config::default()
    };
    let mut readability =
        Readability::with_document(document.clone(), Some(url.as_str()), Some(config)).ok()?;
    if !readability.is_probably_readable() {
        return None;
    }
    let article = readability.parse_with_policy(ParsePolicy::Strict).ok()?;
    let text = article.text_content.to_string();
    (text.trim().chars().count() >= MAIN_CHARS_MIN).then_some(text)
}

fn whole(document: &Document, form: Form, without: &[&str]) -> String {
    match form {
        Form::Markdown => document.md(Some(without)).to_string(),
        Form::Text => {
            document.select(&without.join(",")).remove();
            document.formatted_text().to_string()
        }
    }
}

fn title(document: &Document) -> Option<String> {
    let title = document.select_single("head > title").text();
    let words: Vec<&str> = title.split_whitespace().collect();
    let title: String = words.join(" ").chars().take(300).collect();
    (!title.is_empty()).then_some(title)
}

/// Makes links absolute, and removes what is no address: images within the page, and scripts.
fn make_absolute(document: &Document, url: &Url) {
    let base = document.select_single("base[href]").attr("href");
    let base = base.and_then(|base| url.join(&base).ok());
    let base = base.as_ref().unwrap_or(url);
    for (selector, attribute) in [("a[href]", "href"), ("img[src]", "src")] {
        for node in document.select(selector).nodes() {
            let Some(link) = node.attr(attribute) else {
                continue;
            };
            match base.join(link.trim()) {
                Ok(target) if matches!(target.scheme(), "data" | "javascript" | "blob") => {
                    node.remove_attr(attribute);
                }
                Ok(target) => node.set_attr(attribute, target.as_str()),
                Err(_) => {}
            }
        }
    }
    for image in document.select("img:not([src])").nodes() {
        image.remove_from_parent();
    }
}

/// Removes what is nested too deeply; whether there was anything.
fn flatten(document: &Document) -> bool {
    let mut deep: Vec<NodeRef<'_>> = Vec::new();
    let mut open: Vec<(NodeRef<'_>, usize)> = vec![(document.root(), 0)];
    while let Some((node, depth)) = open.pop() {
        if depth == DEPTH_MAX {
            deep.push(node);
            continue;
        }
        let mut child = node.first_child();
        while let Some(node) = child {
            child = node.next_sibling();
            if node.is_element() {
                open.push((node, depth + 1));
            }
        }
    }
    for node in &deep {
        node.remove_from_parent();
    }
    !deep.is_empty()
}

/// `text` without blanks at the ends of lines, and with at most one empty line in a row.
fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.trim().lines() {
        let line = line.trim_end();
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty < 2 {
            tidy.push_str(line);
            tidy.push('\n');
        }
    }
    tidy.truncate(tidy.trim_end().len());
    tidy
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = include_str!("../tests/tomatoes.html");

    fn page(html: &str, form: Form, extent: Extent) -> Page {
        let url = Url::parse("https://example.com/garden/tomatoes").unwrap();
        convert(html, &url, form, extent)
    }

    #[test]
    fn main_part_is_markdown_without_what_surrounds_it() {
        let page = page(PAGE, Form::Markdown, Extent::Main);
        assert_eq!(
            page.title.as_deref(),
            Some("Growing tomatoes — The Garden Site")
        );
        assert_eq!(page.note, None);
        for words in [
            "need **sun**, *water*",
            "[good soil](https://example.com/guide/soil.html?x=1)",
            "## What you need",
            "- Seedlings\n    - cherry",
            "1. Dig\n2. Plant",
            "| May | plant \\| dig | 5 |",
            "```python\ndef water(plant):",
            "    return plant < 3\n```",
            "> Never count your tomatoes",
            "![A tomato](https://example.com/img/tomato.jpg)",
        ] {
            assert!(page.text.contains(words), "{words}\n{}", page.text);
        }
        for words in [
            "Home",
            "cookies",
            "Related",
            "Privacy",
            "var x",
            "color:red",
            "\n\n\n",
        ] {
            assert!(!page.text.contains(words), "{words}\n{}", page.text);
        }
    }

    #[test]
    fn whole_page_keeps_what_surrounds_the_main_part() {
        let page = page(PAGE, Form::Markdown, Extent::Whole);
        for words in [
            "[Home](https://example.com/)",
            "# Growing tomatoes",
            "Related",
            "Privacy",
        ] {
            assert!(page.text.contains(words), "{words}\n{}", page.text);
        }
        assert!(!page.text.contains("var x") && !page.text.contains("color:red"));
    }

    #[test]
    fn plain_text_has_no_marks() {
        for extent in [Extent::Main, Extent::Whole] {
            let text = page(PAGE, Form::Text, extent).text;
            assert!(text.contains("need sun, water and patience"), "{text}");
            for words in ["**", "](", "var x", "<p>"] {
                assert!(!text.contains(words), "{words}\n{text}");
            }
        }
    }

    #[test]
    fn page_without_a_main_part_is_shown_but_for_its_menus() {
        let html = "<title> Two\n links </title><nav>Menu</nav><a href=a>A</a> <a href='/b'>B</a>\
                    <img src='data:image/png;base64,AAAA'><a href='javascript:x()'>C</a><footer>Foot</footer>";
        let page = page(html, Form::Markdown, Extent::Main);
        assert_eq!(page.title.as_deref(), Some("Two links"));
        assert!(
            page.text
                .starts_with("[A](https://example.com/garden/a) [B](https://example.com/b)"),
            "{}",
            page.text
        );
        for words in ["Menu", "Foot", "base64", "javascript"] {
            assert!(!page.text.contains(words), "{words}\n{}", page.text);
        }
    }

    #[test]
    fn links_start_at_the_base_that_the_page_names() {
        let html = "<base href='https://other.example/x/'><a href=y>Y</a>";
        let page = page(html, Form::Markdown, Extent::Whole);
        assert_eq!(page.text, "[Y](https://other.example/x/y)");
    }

    #[test]
    fn answers_are_read_by_their_kind() {
        let read = |content_type: &str, form| {
            let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
            let visit = Visit {
                url: Url::parse("https://example.com/").unwrap(),
                answer: crate::visit::Answer {
                    status: 200,
                    headers: vec![header("content-type", content_type)],
                    body: b"<b>caf\xe9</b>".to_vec(),
                },
            };
            read(&visit, form, Extent::Main).map(|page| page.text)
        };
        for (content_type, form, expected) in [
            ("text/html", Some(Form::Markdown), "**café**"),
            ("text/html", Some(Form::Text), "café"),
            ("text/html", None, "<b>café</b>"),
            ("text/plain", Some(Form::Markdown), "<b>café</b>"),
        ] {
            assert_eq!(
                read(content_type, form).unwrap(),
                expected,
                "{content_type} {form:?}"
            );
        }
        assert!(read("image/png", None).is_err());
    }

    #[test]
    fn pages_without_text_say_so() {
        for html in ["", "<div id=app></div><script>start()</script>", "\u{feff}"] {
            let page = page(html, Form::Markdown, Extent::Main);
            assert_eq!((page.text.as_str(), page.title), ("", None), "{html:?}");
            assert!(page.note.unwrap().contains("no text"));
        }
    }

    #[test]
    fn hostile_pages_are_converted_all_the_same() {
        let deep = |tag: &str| format!("<{tag}>").repeat(1_000) + "deep";
        for html in [
            deep("div"),
            deep("ul><li"),
            deep("b"),
            deep("blockquote"),
            deep("table><tr><td"),
            deep("a href=x"),
            deep("p><span"),
            deep("svg"),
            "<".repeat(10_000),
            "&".repeat(10_000),
            "<a href='".repeat(5_000),
            format!("<p title='{}'>", "x".repeat(300_000)),
            "<table>".to_owned() + &"<td>x".repeat(3_000),
            "\0<p>\0".repeat(100),
        ] {
            for (form, extent) in [(Form::Markdown, Extent::Main), (Form::Text, Extent::Whole)] {
                page(&html, form, extent);
            }
        }
    }

    #[test]
    fn large_pages_are_cut_and_say_so() {
        let html = "<p>é</p>".repeat(HTML_BYTES_MAX / 9 + 1_000);
        let page = page(&html, Form::Markdown, Extent::Whole);
        assert!(page.note.unwrap().contains("left out"));
        assert!(page.text.starts_with("é\n\né"));
    }
}
