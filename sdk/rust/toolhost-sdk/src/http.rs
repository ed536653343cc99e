//! Requests to the hosts that are granted. Secrets are added on the way; a tool never has them.
//!
//! ```
//! use toolhost_sdk::{ToolError, http, tool};
//!
//! /// Tells how long a page is.
//! #[tool(read_only, open_world)]
//! fn page_length(url: String) -> Result<usize, ToolError> {
//!     let page = http::get(&url)?.successful()?;
//!     Ok(page.text().len())
//! }
//! ```

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::bindings::toolhost::tool::http::Error as WitError;
pub use crate::bindings::toolhost::tool::http::{Request, Response};
use crate::{ToolError, host};

/// Why nothing came back. Each says what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The request makes no sense.
    InvalidRequest(String),
    /// No grant allows it.
    Denied(String),
    /// No answer in time.
    Timeout(String),
    /// The request or its answer has more bytes than the grant allows.
    TooLarge(String),
    /// The server cannot be reached or does not speak HTTP.
    Unreachable(String),
}

/// Gets a page.
///
/// # Errors
///
/// Why nothing came back. An answer of any status is none of it.
pub fn get(url: &str) -> Result<Response, Error> {
    fetch(&Request::new("GET", url))
}

/// Sends a request and waits for the whole answer. Redirects are not followed.
///
/// # Errors
///
/// Why nothing came back. An answer of any status is none of it.
pub fn fetch(request: &Request) -> Result<Response, Error> {
    host::http::fetch(request).map_err(Error::from)
}

impl Request {
    /// A request without headers and body, such as `GET` of `https://api.example.com/v1?q=x`.
    pub fn new(method: &str, url: &str) -> Self {
        Self {
            method: method.to_owned(),
            url: url.to_owned(),
            headers: Vec::new(),
            body: None,
            timeout_ms: None,
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Sets the body to a value as JSON, and the header that says so.
    ///
    /// # Errors
    ///
    /// `Failed` for a value that JSON cannot hold.
    pub fn json(self, value: &(impl Serialize + ?Sized)) -> Result<Self, ToolError> {
        let body = serde_json::to_vec(value)?;
        Ok(self.header("content-type", "application/json").body(body))
    }

    /// Bounds the wait for the answer; the call's own limit holds in any case.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout_ms = Some(u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX));
        self
    }
}

impl Response {
    /// The first header of a name, whose case does not matter.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The body as text; what is no UTF-8 is replaced.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    /// The body, read as JSON.
    ///
    /// # Errors
    ///
    /// `Failed` for a body that does not fit the type.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, ToolError> {
        let problem =
            |error| ToolError::failed(format!("the server's answer does not fit: {error}"));
        serde_json::from_slice(&self.body).map_err(problem)
    }

    /// The response itself if its status is 200 to 299.
    ///
    /// # Errors
    ///
    /// `NotFound` for 404 and 410, `Failed` for any other.
    pub fn successful(self) -> Result<Self, ToolError> {
        let text = format!("the server answered with status {}", self.status);
        match self.status {
            200..=299 => Ok(self),
            404 | 410 => Err(ToolError::NotFound(text)),
            _ => Err(ToolError::Failed(text)),
        }
    }
}

impl From<WitError> for Error {
    fn from(error: WitError) -> Self {
        match error {
            WitError::InvalidRequest(text) => Self::InvalidRequest(text),
            WitError::Denied(text) => Self::Denied(text),
            WitError::Timeout(text) => Self::Timeout(text),
            WitError::TooLarge(text) => Self::TooLarge(text),
            WitError::Unreachable(text) => Self::Unreachable(text),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidRequest(text)
            | Self::Denied(text)
            | Self::Timeout(text)
            | Self::TooLarge(text)
            | Self::Unreachable(text) => formatter.write_str(text),
        }
    }
}

impl std::error::Error for Error {}
