//! The way to a page: addresses, redirects, and answers that are none. Requests are the caller's.

use url::Url;

use crate::problem::Problem;

const URL_BYTES_MAX: usize = 4_000;
const REDIRECTS_MAX: usize = 5;

/// What a server answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The first header of that name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let header = self.headers.iter().find(|(other, _)| other == name);
        header.map(|(_, value)| value.as_str())
    }
}

/// A good answer, and where it was found.
pub(crate) struct Visit {
    pub(crate) url: Url,
    pub(crate) answer: Answer,
}

/// Follows redirects from `url` to an answer that is good. `get` sends one request.
pub(crate) fn visit(
    url: &str,
    mut get: impl FnMut(&Url) -> Result<Answer, Problem>,
) -> Result<Visit, Problem> {
    let mut url = address(url)?;
    for _ in 0..=REDIRECTS_MAX {
        let answer = get(&url)?;
        match answer.status {
            200..=299 => return Ok(Visit { url, answer }),
            301 | 302 | 303 | 307 | 308 => url = target(&url, &answer)?,
            _ => return Err(refusal(&url, &answer)),
        }
    }
    Err(Problem::Failed(format!(
        "`{url}` is one of more than {REDIRECTS_MAX} redirects in a row, and no page came"
    )))
}

fn address(text: &str) -> Result<Url, Problem> {
    let text = text.trim();
    if text.is_empty() || text.len() > URL_BYTES_MAX {
        return Err(Problem::Invalid(format!(
            "`url` must be 1 to {URL_BYTES_MAX} bytes; give an address such as `https://example.com/news`"
        )));
    }
    let url = Url::parse(text).map_err(|error| {
        Problem::Invalid(format!(
            "`{text}` is no absolute address ({error}); write one such as `https://example.com/news`"
        ))
    })?;
    checked(url)
}

/// `url` without its fragment, if it is one of the web.
fn checked(mut url: Url) -> Result<Url, Problem> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Problem::Invalid(format!(
            "`{}` is no scheme of the web; give an address with `https` or `http`",
            url.scheme()
        )));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Problem::Invalid(
            "`url` contains a user name or a password; leave them out, as the operator's secrets are \
             added by the host"
                .to_owned(),
        ));
    }
    url.set_fragment(None);
    Ok(url)
}

fn target(url: &Url, answer: &Answer) -> Result<Url, Problem> {
    let broken = |why: String| Problem::Failed(format!("`{url}` redirects {why}"));
    let location = answer
        .header("location")
        .ok_or_else(|| broken("without saying where to".to_owned()))?;
    let shown: String = location.chars().take(200).collect();
    let target = url
        .join(location)
        .map_err(|error| broken(format!("to `{shown}`, which is no address: {error}")))?;
    if target.as_str().len() > URL_BYTES_MAX {
        return Err(broken("to an address that is too long".to_owned()));
    }
    checked(target).map_err(|_| broken(format!("to `{shown}`, which is no page of the web")))
}

fn refusal(url: &Url, answer: &Answer) -> Problem {
    let status = answer.status;
    match status {
        404 | 410 => Problem::NotFound(format!(
            "`{url}` does not exist: the server answers {status}"
        )),
        401 | 403 => Problem::Failed(format!(
            "the server does not give `{url}` to this tool: it answers {status}"
        )),
        429 | 503 => {
            let wait: String = answer
                .header("retry-after")
                .unwrap_or_default()
                .chars()
                .take(40)
                .collect();
            let wait = if wait.is_empty() {
                "later".to_owned()
            } else {
                format!("after: {wait}")
            };
            Problem::Failed(format!(
                "the server is too busy for `{url}`: it answers {status}; try again {wait}"
            ))
        }
        _ => Problem::Failed(format!(
            "`{url}` cannot be had: the server answers {status}"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, headers: &[(&str, &str)]) -> Answer {
        let headers = headers.iter();
        Answer {
            status,
            headers: headers
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            body: Vec::new(),
        }
    }

    fn failure(url: &str, status: u16, headers: &[(&str, &str)]) -> Problem {
        visit(url, |_| Ok(answer(status, headers))).err().unwrap()
    }

    #[test]
    fn redirects_are_followed_from_page_to_page() {
        let mut seen = Vec::new();
        let visit = visit(" https://example.com/a#part ", |url| {
            seen.push(url.to_string());
            Ok(match seen.len() {
                1 => answer(301, &[("location", "/b?x=1#y")]),
                2 => answer(302, &[("location", "//other.example/c/")]),
                3 => answer(307, &[("location", "../d")]),
                _ => answer(200, &[]),
            })
        })
        .unwrap();
        let expected = [
            "https://example.com/a",
            "https://example.com/b?x=1",
            "https://other.example/c/",
            "https://other.example/d",
        ];
        assert_eq!(seen, expected);
        assert_eq!(visit.url.as_str(), expected[3]);
    }

    #[test]
    fn redirects_in_a_circle_end() {
        let mut count = 0;
        let result = visit("https://example.com/", |_| {
            count += 1;
            Ok(answer(302, &[("location", "/")]))
        });
        assert!(
            matches!(result.err(), Some(Problem::Failed(text)) if text.contains("more than 5"))
        );
        assert_eq!(count, 6);
    }

    #[test]
    fn redirects_that_lead_nowhere_are_said() {
        for (location, words) in [
            ("file:///etc/passwd", "no page of the web"),
            ("https://user:word@example.com/", "no page of the web"),
            ("https://[", "no address"),
            ("javascript:alert(1)", "no page of the web"),
        ] {
            let problem = failure("https://example.com/", 302, &[("location", location)]);
            assert!(
                matches!(&problem, Problem::Failed(text) if text.contains(words)),
                "{problem:?}"
            );
        }
        assert!(matches!(
            failure("https://example.com/", 302, &[]),
            Problem::Failed(_)
        ));
    }

    #[test]
    fn senseless_addresses_are_refused() {
        for url in [
            "",
            "example.com/news",
            "/news",
            "ftp://example.com/",
            "file:///etc/passwd",
            "data:text/plain,x",
            "https://",
            "https://me:word@example.com/",
            "http://exa mple.com/",
            &format!("https://example.com/{}", "x".repeat(4_000)),
        ] {
            let result = visit(url, |_| panic!("nothing is to be asked for {url}"));
            assert!(matches!(result.err(), Some(Problem::Invalid(_))), "{url}");
        }
    }

    #[test]
    fn refusals_of_the_server_are_told_apart() {
        assert!(matches!(
            failure("https://example.com/", 404, &[]),
            Problem::NotFound(_)
        ));
        for (status, words) in [
            (403, "does not give"),
            (429, "after: 30"),
            (500, "answers 500"),
            (304, "answers 304"),
        ] {
            let problem = failure("https://example.com/", status, &[("retry-after", "30")]);
            assert!(
                matches!(&problem, Problem::Failed(text) if text.contains(words)),
                "{problem:?}"
            );
        }
    }
}
