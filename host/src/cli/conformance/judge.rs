//! Whether what came of a call is what must come of it. Nothing here calls anything.

use std::time::Duration;

use super::reply::{End, Reply, shown};

/// What betrays the host in the words of an error.
const HOST_WORDS: [&str; 6] = [
    "/home/",
    "/root/",
    "/Users/",
    ".cargo",
    ".rs:",
    "stack backtrace",
];
/// What a tool says that went out, or tried to.
const WENT_OUT: [&str; 5] = [
    "answered",
    "connected",
    "resolved",
    "connection-",
    "remote-",
];
/// Bytes of a page of WebAssembly's memory.
const PAGE_BYTES: u64 = 65_536;

/// What must come of a call.
#[derive(Clone, Copy, Debug)]
pub enum Expect {
    /// An error.
    Error,
    /// An error whose words show nothing of the host.
    HarmlessError,
    /// Any answer or error.
    End,
    /// This answer.
    Answer(&'static str),
    /// Another answer than that of the call before.
    Another,
    /// An error, or a number that is no larger.
    NoMoreThan(i64),
    /// An error, or a number of pages that is no larger than the memory limit.
    Pages,
    /// An error, or the answer `none`, and no waiting.
    Nothing,
    /// An error, or an answer that names one, and no waiting.
    Denial,
}

/// The limits that the host under test gives the attacks.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Time of a call.
    pub time: Duration,
    /// Memory of a call, in bytes.
    pub memory_bytes: u64,
}

/// What happened in a few words, as `Err` if it must not. `before` is the answer of the call
/// before.
pub fn judge(
    expect: Expect,
    reply: &Reply,
    before: Option<&Reply>,
    limits: &Limits,
) -> Result<String, String> {
    match &reply.end {
        End::Lost(reason) => Err(reason.clone()),
        End::TurnedAway(reason) => Err(format!("it never ran: {reason}")),
        End::Error { kind, message } => {
            let words = format!("{kind}: {}", shown(message));
            let must_not_wait = matches!(expect, Expect::Nothing | Expect::Denial);
            if must_not_wait && reply.took >= limits.time {
                return Err(format!("it waited until it was stopped: {words}"));
            }
            judge_error(expect, message)
                .map(|()| kind.clone())
                .map_err(|wrong| format!("{wrong}: {words}"))
        }
        End::Answer(text) => {
            let text = bare(text);
            let (is_good, wanted) = judge_answer(expect, text, before, limits);
            let answer = match text {
                "" => "nothing".to_owned(),
                text => format!("`{}`", shown(text)),
            };
            if is_good {
                return Ok(answer);
            }
            Err(format!("it answered {answer}, where {wanted} is due"))
        }
    }
}

fn judge_error(expect: Expect, message: &str) -> Result<(), String> {
    match expect {
        Expect::Answer(_) | Expect::Another => Err("it failed, where an answer is due".to_owned()),
        Expect::HarmlessError => match HOST_WORDS.iter().find(|words| message.contains(*words)) {
            Some(words) => Err(format!("the error has `{words}` in it")),
            None => Ok(()),
        },
        Expect::Error
        | Expect::End
        | Expect::NoMoreThan(_)
        | Expect::Pages
        | Expect::Nothing
        | Expect::Denial => Ok(()),
    }
}

/// Whether an answer is good, and what would be.
fn judge_answer(
    expect: Expect,
    text: &str,
    before: Option<&Reply>,
    limits: &Limits,
) -> (bool, String) {
    match expect {
        Expect::Error | Expect::HarmlessError => (false, "an error".to_owned()),
        Expect::End => (true, String::new()),
        Expect::Answer(wanted) => (text == wanted, format!("`{wanted}`")),
        Expect::Another => {
            let is_same =
                |before: &Reply| matches!(&before.end, End::Answer(old) if bare(old) == text);
            (!before.is_some_and(is_same), "another answer".to_owned())
        }
        Expect::NoMoreThan(most) => (
            text.parse().is_ok_and(|number: i64| number <= most),
            format!("an error or at most {most}"),
        ),
        Expect::Pages => {
            let most = limits.memory_bytes / PAGE_BYTES;
            (
                text.parse().is_ok_and(|pages: u64| pages <= most),
                format!("an error or at most {most} pages"),
            )
        }
        Expect::Nothing => (text == "none", "`none`".to_owned()),
        Expect::Denial => (
            !WENT_OUT.iter().any(|words| text.starts_with(words)),
            "a refusal".to_owned(),
        ),
    }
}

/// An answer as it was meant: hosts write it with quotes or without.
fn bare(text: &str) -> &str {
    text.trim().trim_matches('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        time: Duration::from_secs(1),
        memory_bytes: 64 << 20,
    };

    fn reply(end: End) -> Reply {
        Reply {
            end,
            took: Duration::from_millis(10),
        }
    }

    fn answer(text: &str) -> Reply {
        reply(End::Answer(text.to_owned()))
    }

    fn error(message: &str) -> Reply {
        reply(End::Error {
            kind: "trap".to_owned(),
            message: message.to_owned(),
        })
    }

    #[test]
    fn answers_and_errors_are_judged_by_what_must_come() {
        use Expect::*;
        let crashed = || error("the tool crashed");
        let table = [
            (Error, crashed(), true),
            (Error, answer("5"), false),
            (HarmlessError, crashed(), true),
            (
                HarmlessError,
                error("at /home/me/host/src/main.rs:5"),
                false,
            ),
            (HarmlessError, answer(""), false),
            (End, answer("5"), true),
            (End, crashed(), true),
            (Answer("0"), answer("0"), true),
            (Answer("0"), answer(" \"0\"\n"), true),
            (Answer("0"), answer("7"), false),
            (Answer("0"), crashed(), false),
            (Another, answer("8"), true),
            (Another, answer("7"), false),
            (Another, crashed(), false),
            (NoMoreThan(-1), answer("-1"), true),
            (NoMoreThan(-1), answer("1"), false),
            (NoMoreThan(-1), answer("some"), false),
            (NoMoreThan(-1), crashed(), true),
            (Pages, answer("1024"), true),
            (Pages, answer("1025"), false),
            (Pages, answer("-1"), false),
            (Nothing, answer("none"), true),
            (Nothing, answer("PATH HOME "), false),
            (Nothing, crashed(), true),
            (Denial, answer("HTTP-request-denied"), true),
            (Denial, answer("answered"), false),
            (Denial, answer("connection-refused"), false),
            (Denial, crashed(), true),
        ];
        let before = answer("7");
        for (expect, reply, is_good) in table {
            let judged = judge(expect, &reply, Some(&before), &LIMITS);
            assert_eq!(judged.is_ok(), is_good, "{expect:?}: {reply:?}: {judged:?}");
        }
        assert!(judge(Another, &answer("7"), None, &LIMITS).is_ok());
    }

    #[test]
    fn what_never_ran_or_never_came_is_never_good() {
        for end in [
            End::TurnedAway("busy".to_owned()),
            End::Lost("no answer".to_owned()),
        ] {
            let reply = reply(end);
            assert!(
                judge(Expect::End, &reply, None, &LIMITS).is_err(),
                "{reply:?}"
            );
            assert!(
                judge(Expect::Error, &reply, None, &LIMITS).is_err(),
                "{reply:?}"
            );
        }
    }

    #[test]
    fn to_be_stopped_while_waiting_is_no_refusal() {
        let late = Reply {
            took: LIMITS.time,
            ..error("it took too long")
        };
        assert!(judge(Expect::Error, &late, None, &LIMITS).is_ok());
        for expect in [Expect::Nothing, Expect::Denial] {
            assert!(judge(expect, &late, None, &LIMITS).is_err(), "{expect:?}");
        }
    }
}
