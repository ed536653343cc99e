//! Gets a page and tells its title. The host sends the request only under a grant.

mod title;

use toolhost_sdk::{ToolError, http, tool};

/// Gets a page of the web and tells its title.
#[tool(read_only, open_world)]
fn fetch_title(
    /// The whole address of the page, such as `https://example.com/`.
    #[schemars(length(min = 1, max = 2000))]
    url: String,
) -> Result<String, ToolError> {
    let page = http::get(&url)?.successful()?;
    title::title(&page.text()).ok_or_else(|| ToolError::not_found("the page has no title"))
}

toolhost_sdk::export!(fetch_title);

#[cfg(test)]
mod tests {
    use toolhost_sdk::fake;
    use toolhost_sdk::http::{Error, Response};

    use super::*;

    fn answer(status: u16, body: &'static str) {
        fake::http(move |_| {
            Ok(Response {
                status,
                headers: Vec::new(),
                body: body.into(),
            })
        });
    }

    fn fetch() -> Result<String, ToolError> {
        fetch_title("https://a.example/".to_owned())
    }

    #[test]
    fn the_title_of_the_page_is_told() {
        answer(200, "<html><title>A page</title></html>");
        assert_eq!(fetch().unwrap(), "A page");
    }

    #[test]
    fn pages_that_are_missing_or_have_no_title_are_not_found() {
        for (status, body) in [(404, "<title>Oh</title>"), (200, "plain")] {
            answer(status, body);
            assert!(matches!(fetch(), Err(ToolError::NotFound(_))), "{body}");
        }
    }

    #[test]
    fn a_denial_is_a_failure_that_says_why() {
        fake::http(|_| Err(Error::Denied("no grant".to_owned())));
        assert_eq!(fetch(), Err(ToolError::failed("no grant")));
    }
}
