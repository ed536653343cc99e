//! Reads request bodies and collects everything that is wrong with one.
//!
//! Kinds and texts are pydantic's, because clients have learned them.

mod bytes;

use std::time::Duration;

use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use serde_json::{Map, Value};

use super::error::{Error, Invalid, Step};

/// The fields of a JSON body, and what is wrong with those read so far.
pub(crate) struct Fields {
    object: Map<String, Value>,
    errors: Vec<Invalid>,
    bytes: u64,
}

impl Fields {
    /// Reads a body of `bytes_max` at most that arrives within `wait`. One that is no JSON object counts as an object without fields, as
    /// upstream has it; so does one that claims to be something else than JSON, which also
    /// keeps web forms out.
    pub(crate) async fn read(
        request: Request,
        bytes_max: u64,
        wait: Duration,
    ) -> Result<Fields, Error> {
        let is_json = is_json(request.headers());
        let bytes = bytes::read(request, bytes_max, wait).await?;
        let object = if !is_json || bytes.is_empty() {
            Map::new()
        } else {
            match serde_json::from_slice(&bytes) {
                Ok(Value::Object(object)) => object,
                Ok(_) => Map::new(),
                Err(error) => return Err(Error::invalid(vec![syntax(&bytes, &error)])),
            }
        };
        Ok(Fields {
            object,
            errors: Vec::new(),
            bytes: bytes.len() as u64,
        })
    }

    /// The size of the whole body.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Takes a field out; null counts as missing.
    pub(crate) fn optional(&mut self, name: &str) -> Option<Value> {
        self.object.remove(name).filter(|value| !value.is_null())
    }

    /// Takes a field out, or notes that it is missing.
    pub(crate) fn required(&mut self, name: &'static str) -> Option<Value> {
        let value = self.optional(name);
        if value.is_none() {
            return self.wrong(name, "missing", "Field required");
        }
        value
    }

    /// A value as text, or a note that it is none.
    pub(crate) fn text(&mut self, name: &'static str, value: Value) -> Option<String> {
        match value {
            Value::String(text) => Some(text),
            _ => self.wrong(name, "string_type", "Input should be a valid string"),
        }
    }

    /// A value as an object, or a note that it is none.
    pub(crate) fn object(
        &mut self,
        name: &'static str,
        value: Value,
    ) -> Option<Map<String, Value>> {
        match value {
            Value::Object(object) => Some(object),
            _ => self.wrong(name, "dict_type", "Input should be a valid dictionary"),
        }
    }

    /// Notes that a field is wrong; for the caller's convenience that is `None`.
    pub(crate) fn wrong<T>(
        &mut self,
        name: &'static str,
        kind: &'static str,
        msg: impl Into<String>,
    ) -> Option<T> {
        let loc = vec![Step::Name("body"), Step::Name(name)];
        self.errors.push(Invalid {
            loc,
            msg: msg.into().into(),
            kind,
            reason: None,
        });
        None
    }

    /// Whether nothing is wrong with the fields read so far.
    pub(crate) fn checked(self) -> Result<(), Error> {
        if self.errors.is_empty() {
            Ok(())
        } else {
            Err(Error::invalid(self.errors))
        }
    }
}

/// `application/json`, `application/*+json`, or nothing said.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(CONTENT_TYPE) else {
        return true;
    };
    let essence = value.to_str().unwrap_or_default().split(';').next();
    let Some((kind, subtype)) = essence.and_then(|essence| essence.trim().split_once('/')) else {
        return false;
    };
    let suffix = subtype.rsplit('+').next().unwrap_or_default();
    kind.eq_ignore_ascii_case("application") && suffix.eq_ignore_ascii_case("json")
}

/// Where parsing stopped, as Python counts: from the start of the body.
fn syntax(bytes: &[u8], error: &serde_json::Error) -> Invalid {
    let before: usize = bytes
        .split_inclusive(|byte| *byte == b'\n')
        .take(error.line().saturating_sub(1))
        .map(<[u8]>::len)
        .sum();
    let position = before + error.column().saturating_sub(usize::from(!error.is_eof()));
    Invalid {
        loc: vec![Step::Name("body"), Step::Position(position)],
        msg: "JSON decode error".into(),
        kind: "json_invalid",
        reason: Some(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use axum::body::Body;
    use axum::response::IntoResponse;
    use serde_json::json;

    use super::*;

    /// Reads `tool_name` and `kwargs` as the invoke route does.
    fn check(content_type: Option<&str>, body: &str) -> Result<(String, Value), Value> {
        let mut request = Request::builder();
        if let Some(content_type) = content_type {
            request = request.header(CONTENT_TYPE, content_type);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        runtime.block_on(async {
            let outcome = match Fields::read(request, 1000, Duration::from_secs(60)).await {
                Ok(mut fields) => {
                    let tool = fields
                        .required("tool_name")
                        .and_then(|value| fields.text("tool_name", value));
                    let args = fields
                        .required("kwargs")
                        .and_then(|value| fields.object("kwargs", value));
                    fields
                        .checked()
                        .map(|()| (tool.unwrap(), Value::Object(args.unwrap())))
                }
                Err(error) => Err(error),
            };
            match outcome {
                Ok(read) => Ok(read),
                Err(error) => {
                    let response = error.into_response();
                    let status = response.status().as_u16();
                    let bytes = axum::body::to_bytes(response.into_body(), 10_000)
                        .await
                        .unwrap();
                    let body: Value = serde_json::from_slice(&bytes).unwrap();
                    assert_eq!(body["detail"], body["error"]["detail"]);
                    assert!(body["error"]["message"].is_string());
                    let detail = body["detail"].clone();
                    Err(if status == 400 {
                        detail["errors"].clone()
                    } else {
                        json!([status])
                    })
                }
            }
        })
    }

    fn missing(name: &str) -> Value {
        json!({"loc": ["body", name], "msg": "Field required", "type": "missing"})
    }

    #[test]
    fn a_good_body_is_read_whatever_else_it_holds() {
        let body = r#"{"tool_name": "t", "kwargs": {"a": 0}, "kwargs": {"a": 1}, "foo": [1], "authorization": null}"#;
        for content_type in [
            None,
            Some("application/json"),
            Some("Application/JSON; charset=utf-8"),
            Some("application/x+json"),
        ] {
            assert_eq!(
                check(content_type, body),
                Ok(("t".to_owned(), json!({"a": 1}))),
                "{content_type:?}"
            );
        }
    }

    #[test]
    fn every_missing_or_mistyped_field_is_named() {
        let both = json!([missing("tool_name"), missing("kwargs")]);
        for body in [
            "",
            "{}",
            "[1]",
            "null",
            "5",
            "\"x\"",
            r#"{"tool_name": null, "kwargs": null}"#,
        ] {
            assert_eq!(
                check(Some("application/json"), body),
                Err(both.clone()),
                "{body}"
            );
        }
        let text = json!({"loc": ["body", "tool_name"], "msg": "Input should be a valid string", "type": "string_type"});
        let dict = json!({"loc": ["body", "kwargs"], "msg": "Input should be a valid dictionary", "type": "dict_type"});
        assert_eq!(
            check(None, r#"{"tool_name": 5, "kwargs": []}"#),
            Err(json!([text, dict]))
        );
        assert_eq!(
            check(None, r#"{"tool_name": "t", "kwargs": "{}"}"#),
            Err(json!([dict]))
        );
        assert_eq!(
            check(None, r#"{"tool_name": "t"}"#),
            Err(json!([missing("kwargs")]))
        );
    }

    #[test]
    fn a_body_of_another_type_has_no_fields() {
        let both = json!([missing("tool_name"), missing("kwargs")]);
        for content_type in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "",
            "application/jsonx",
        ] {
            let read = check(Some(content_type), r#"{"tool_name": "t", "kwargs": {}}"#);
            assert_eq!(read, Err(both.clone()), "{content_type}");
        }
    }

    #[test]
    fn broken_json_says_where() {
        let at = |position: usize| {
            Err(
                json!([{"loc": ["body", position], "msg": "JSON decode error", "type": "json_invalid"}]),
            )
        };
        assert_eq!(check(None, "{nope"), at(1));
        assert_eq!(check(None, "{\n\n  nope"), at(5));
        assert_eq!(check(None, "{"), at(1));
        assert_eq!(check(None, "{} x"), at(3));
        let deep = ["[".repeat(200), "]".repeat(200)].concat();
        assert!(check(None, &deep).unwrap_err()[0]["type"] == "json_invalid");
    }

    #[test]
    fn a_body_that_does_not_arrive_is_not_waited_for() {
        let body =
            Body::from_stream(futures_util::stream::pending::<Result<Vec<u8>, Infallible>>());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        let read = runtime.block_on(Fields::read(Request::new(body), 1000, Duration::ZERO));
        let response = read.err().unwrap().into_response();
        assert_eq!(response.status(), 408);
    }

    #[test]
    fn a_body_over_the_limit_is_refused() {
        let body = format!("{{\"a\": \"{}\"}}", "x".repeat(1000));
        assert_eq!(check(None, &body), Err(json!([413])));
    }
}
