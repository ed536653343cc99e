//! A file of golden calls: what a tool's author expects of the tool, without a network.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value};

use super::problem::Place;

/// One file of `tests/`, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseFile {
    /// `env`: the variables that the config finds.
    pub env: BTreeMap<String, String>,
    /// `config`: values in the place of those of `grants.config`, and where they stand.
    pub config: BTreeMap<String, (String, Place)>,
    /// `clock`: the time that tools read, since 1970. Default: what is granted.
    pub clock: Option<Duration>,
    /// `random: seeded`: whether random bytes are the same in each call. Default false: as granted.
    pub is_seeded: bool,
    /// `http`: stubs for all calls.
    pub stubs: Vec<Stub>,
    /// `calls`, of which there is at least one.
    pub cases: Vec<Case>,
}

/// One call and what must come back.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// `name`. Default: made of tool and arguments by whoever shows it.
    pub name: Option<String>,
    /// `call`: the tool.
    pub tool: String,
    /// `arguments`. Default none.
    pub arguments: Map<String, Value>,
    /// `http`: stubs for this call alone, tried before those of the file.
    pub stubs: Vec<Stub>,
    /// `limits`: what it may use.
    pub bounds: Bounds,
    /// `expect`; without it the case fails.
    pub expect: Option<Expect>,
    /// Where it stands.
    pub place: Place,
}

/// `limits` of a case: what its call may use. The tool's own limits stay in force.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bounds {
    /// `fuel`
    pub fuel: Option<u64>,
    /// `memory`, in bytes.
    pub memory_bytes: Option<u64>,
    /// `time`: from the call to its answer.
    pub time: Option<Duration>,
    /// `output`, in bytes.
    pub output_bytes: Option<u64>,
    /// `hostcalls`
    pub hostcalls: Option<u64>,
    /// `http_requests`
    pub http_requests: Option<u64>,
}

/// What must come back.
#[derive(Debug, Clone, PartialEq)]
pub enum Expect {
    /// An answer.
    Good(Good),
    /// An error.
    Error {
        /// `error`: `invalid_input`, `not_found`, `failed`, or a kind of failure or rejection.
        kind: String,
        /// `message`: what its message contains. Default anything.
        message: Option<String>,
    },
}

/// What an answer must be; what is none is not looked at.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Good {
    /// `text`: all texts, on lines of their own.
    pub text: Option<String>,
    /// `contains`: parts of that text.
    pub contains: Vec<String>,
    /// `structured`: the answer as data.
    pub structured: Option<Value>,
    /// `content`: every piece, in order.
    pub content: Option<Vec<Piece>>,
}

/// What one piece of content must be; what is none is not looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// `kind`. Default `text`.
    pub kind: PieceKind,
    /// `media_type`
    pub media_type: Option<String>,
    /// `uri`
    pub uri: Option<String>,
    /// `name`
    pub name: Option<String>,
    /// `description`
    pub description: Option<String>,
    /// `text`: the whole text.
    pub text: Option<String>,
    /// `base64`: the bytes.
    pub data: Option<Vec<u8>>,
    /// `bytes`: how many bytes.
    pub size: Option<u64>,
}

/// A kind of content, by the words of the contract.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PieceKind {
    /// `text`
    #[default]
    Text,
    /// `image`
    Image,
    /// `audio`
    Audio,
    /// `document`
    Document,
    /// `link`
    Link,
}

impl PieceKind {
    /// All of them, in the order of [`PieceKind::WORDS`].
    pub const ALL: [PieceKind; 5] = [
        PieceKind::Text,
        PieceKind::Image,
        PieceKind::Audio,
        PieceKind::Document,
        PieceKind::Link,
    ];

    /// How files write them.
    pub const WORDS: [&str; 5] = ["text", "image", "audio", "document", "link"];

    /// How a file writes it.
    pub fn as_str(self) -> &'static str {
        Self::WORDS[self as usize]
    }
}

/// What stands for a server.
#[derive(Debug, Clone, PartialEq)]
pub struct Stub {
    /// `method`. Default `GET`.
    pub method: String,
    /// `url`: whole; `*` stands for any characters.
    pub url: String,
    /// `times`: how many requests it answers. Default any number.
    pub times: Option<u64>,
    /// `expect.headers`: headers that the request has, in lower case.
    pub headers: BTreeMap<String, String>,
    /// `expect.body` and `expect.json`: the body that the request has. Default any.
    pub body: Option<StubBody>,
    /// What the tool gets.
    pub answer: StubAnswer,
    /// Where it stands.
    pub place: Place,
}

/// A body that a request must have.
#[derive(Debug, Clone, PartialEq)]
pub enum StubBody {
    /// This very text.
    Text(String),
    /// This data, however it is written.
    Json(Value),
}

/// What a tool gets from a stub.
#[derive(Debug, Clone, PartialEq)]
pub enum StubAnswer {
    /// `answer`
    Response {
        /// `status`. Default 200.
        status: u16,
        /// `headers`
        headers: BTreeMap<String, String>,
        /// `body`, `json` or `base64`. Default empty.
        body: Vec<u8>,
        /// `after`: how long it takes. Default no time.
        after: Duration,
    },
    /// `fail: timeout`
    Timeout,
    /// `fail: unreachable`
    Unreachable,
}
