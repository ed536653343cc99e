//! The fetch tool: `fetch-page`, which gets a page of the web as text.
//!
//! Here is the request, which the host sends if it is granted; [`visit`] follows redirects,
//! [`media`] decodes, [`page`] converts HTML and [`paging`] cuts.

mod media;
mod page;
mod paging;
mod problem;
mod visit;

use exports::toolhost::fetch::fetch::{Guest, Page, PageFormat, PagePart};
use problem::Problem;
use toolhost::tool::http::{self, Error, Request};
use toolhost::tool::types::ToolError;
use url::Url;

wit_bindgen::generate!({
    path: "../../wit/fetch",
    world: "fetch-tool",
    generate_all,
});

const HEADERS: [(&str, &str); 3] = [
    (
        "accept",
        "text/html, application/xhtml+xml, text/*;q=0.9, application/json;q=0.9, application/xml;q=0.9",
    ),
    // Nothing here unpacks.
    ("accept-encoding", "identity"),
    (
        "user-agent",
        concat!("toolhost-fetch/", env!("CARGO_PKG_VERSION")),
    ),
];

struct Fetch;

impl Guest for Fetch {
    fn fetch_page(
        url: String,
        format: Option<PageFormat>,
        part: Option<PagePart>,
        start: Option<u32>,
        length: Option<u32>,
    ) -> Result<Page, ToolError> {
        let form = match format {
            None | Some(PageFormat::Markdown) => Some(page::Form::Markdown),
            Some(PageFormat::Text) => Some(page::Form::Text),
            Some(PageFormat::Raw) => None,
        };
        let extent = match part {
            None | Some(PagePart::Main) => page::Extent::Main,
            Some(PagePart::Whole) => page::Extent::Whole,
        };
        let range = paging::Range::new(start, length)?;
        let visit = visit::visit(&url, get)?;
        let page = page::read(&visit, form, extent)?;
        let part = range.of(&page.text)?;
        Ok(Page {
            url: visit.url.into(),
            title: page.title,
            text: part.text,
            total: part.total,
            next: part.next,
            note: page.note,
        })
    }
}

fn get(url: &Url) -> Result<visit::Answer, Problem> {
    let headers = HEADERS.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let request = Request {
        method: "GET".to_owned(),
        url: url.to_string(),
        headers: headers.to_vec(),
        body: None,
        timeout_ms: None,
    };
    let response = http::fetch(&request).map_err(|error| match error {
        Error::InvalidRequest(why) => {
            Problem::Invalid(format!("`{url}` cannot be asked for: {why}"))
        }
        Error::Denied(why) => {
            Problem::Failed(format!("`{url}` is not granted to this tool: {why}"))
        }
        Error::Timeout(why) => Problem::Failed(format!("`{url}` did not answer in time: {why}")),
        Error::TooLarge(why) => Problem::Failed(format!("`{url}` is too large: {why}")),
        Error::Unreachable(why) => Problem::Failed(format!("`{url}` cannot be reached: {why}")),
    })?;
    Ok(visit::Answer {
        status: response.status,
        headers: response.headers,
        body: response.body,
    })
}

impl From<Problem> for ToolError {
    fn from(problem: Problem) -> ToolError {
        match problem {
            Problem::Invalid(text) => ToolError::InvalidInput(text),
            Problem::NotFound(text) => ToolError::NotFound(text),
            Problem::Failed(text) => ToolError::Failed(text),
        }
    }
}

export!(Fetch);
