//! Stubs of servers.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderName, HeaderValue};

use crate::config::cases::{Stub, StubAnswer, StubBody};
use crate::config::check::Check;
use crate::config::check::read::{Fields, Spot};

impl Check<'_> {
    /// The stubs under `http`.
    pub(super) fn stubs(&mut self, fields: &Fields<'_>) -> Vec<Stub> {
        let spots = self.few(fields, "http");
        spots.iter().filter_map(|spot| self.stub(spot)).collect()
    }

    fn stub(&mut self, spot: &Spot<'_>) -> Option<Stub> {
        let place = self.place(spot);
        let fields = self.must_be_map(spot.clone(), "http[]")?;
        let url = self.required(&fields, "url");
        let url = url.and_then(|(spot, url)| self.stub_url(&spot, url));
        let method = self.text(&fields, "method");
        let expect = self.section(&fields, "expect", "http[].expect");
        let stub = Stub {
            method: method.map_or_else(|| "GET".to_owned(), |method| method.to_ascii_uppercase()),
            url: String::new(),
            times: self.amount(&fields, "times"),
            headers: self.headers(&expect),
            body: self.asked_body(&expect),
            answer: self.stub_answer(&fields, spot),
            place,
        };
        Some(Stub { url: url?, ..stub })
    }

    /// `url`, with a path if it has none.
    fn stub_url(&mut self, spot: &Spot<'_>, url: String) -> Option<String> {
        let rest = (url.strip_prefix("https://"))
            .or_else(|| url.strip_prefix("http://"))
            .or_else(|| url.starts_with('*').then_some("*/"));
        let Some(rest) = rest else {
            let remedy = "begin it with `https://`, `http://` or `*`";
            self.problem(spot, format!("{} is no URL", spot.node.shown()), remedy);
            return None;
        };
        let is_bare = !rest.contains(['/', '*', '?']);
        Some(if is_bare { format!("{url}/") } else { url })
    }

    /// Headers by their names in lower case.
    fn headers(&mut self, fields: &Fields<'_>) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        for (name, spot) in self.few_entries(fields, "headers") {
            let Some(value) = self.text_at(&spot) else {
                continue;
            };
            let is_header =
                name.parse::<HeaderName>().is_ok() && value.parse::<HeaderValue>().is_ok();
            if is_header {
                found.insert(name.to_ascii_lowercase(), value);
            } else {
                let remedy = "correct its name and value";
                self.problem(&spot, "HTTP has no such header", remedy);
            }
        }
        found
    }

    fn asked_body(&mut self, expect: &Fields<'_>) -> Option<StubBody> {
        self.at_most_one(expect, &["body", "json"]);
        let text = self.text(expect, "body").map(StubBody::Text);
        let data = expect.get_or_null("json");
        text.or_else(|| data.map(|spot| StubBody::Json(spot.node.to_json())))
    }

    fn stub_answer(&mut self, fields: &Fields<'_>, spot: &Spot<'_>) -> StubAnswer {
        let fails = [
            None,
            Some(StubAnswer::Timeout),
            Some(StubAnswer::Unreachable),
        ];
        let fails: [Option<&StubAnswer>; 3] = fails.each_ref().map(Option::as_ref);
        let fail = self.choice(fields, "fail", fails).cloned();
        let (is_said, is_answered) = (fields.get("fail").is_some(), fields.get("answer").is_some());
        if (fail.is_some() && is_answered) || !(is_said || is_answered) {
            let message = "a stub has either `answer` or `fail`";
            let remedy = "write one of the two, such as `answer: { status: 200, body: hello }`";
            self.problem(spot, message, remedy);
        }
        let answer = self.section(fields, "answer", "http[].answer");
        self.at_most_one(&answer, &["body", "json", "base64"]);
        let mut headers = self.headers(&answer);
        let mut body = self.text(&answer, "body").unwrap_or_default().into_bytes();
        if let Some(bytes) = self.base64(&answer, "base64") {
            body = bytes;
        }
        if let Some(spot) = answer.get_or_null("json") {
            body = spot.node.to_json().to_string().into_bytes();
            let is_free = !headers.contains_key("content-type");
            if is_free {
                let json = "application/json".to_owned();
                headers.insert("content-type".to_owned(), json);
            }
        }
        let status = self.amount_or_default(&answer, "status");
        let response = StubAnswer::Response {
            status: u16::try_from(status).unwrap_or(u16::MAX),
            headers,
            body,
            after: Duration::from_nanos(self.amount_or_default(&answer, "after")),
        };
        fail.unwrap_or(response)
    }

    pub(super) fn base64(&mut self, fields: &Fields<'_>, name: &str) -> Option<Vec<u8>> {
        let spot = fields.get(name)?;
        let text = self.text_at(&spot)?;
        let bytes = STANDARD.decode(text.split_whitespace().collect::<String>());
        if bytes.is_err() {
            let remedy = "write what `base64` prints, padding included";
            self.problem(&spot, "the text is no base64", remedy);
        }
        bytes.ok()
    }

    /// A problem for every second key of `names`.
    pub(super) fn at_most_one(&mut self, fields: &Fields<'_>, names: &[&str]) {
        let mut there = names
            .iter()
            .filter(|name| fields.get_or_null(name).is_some());
        let Some(first) = there.next() else { return };
        for name in there {
            let spot = fields
                .get_or_null(name)
                .unwrap_or_else(|| fields.missing(name));
            let message = format!("`{name}` stands beside `{first}`");
            self.problem(&spot, message, "remove one of the two");
        }
    }
}
