//! What `--update` writes: an expectation of what came back.

use super::judge::{brief, piece, result, text};
use crate::config::{Expect, Good};
use crate::invocation::{Answer, Content, Output};

/// What fits `answer`, in the way of `former`, if there was an expectation.
pub fn expect(former: Option<&Expect>, answer: &Answer) -> Expect {
    match result(answer) {
        Ok(output) => Expect::Good(match former {
            Some(Expect::Good(former)) => like(former, output),
            Some(Expect::Error { .. }) | None => whole(output),
        }),
        Err(missed) => {
            // Words are worth as much as the author of the file thought of them.
            let tells = match former {
                Some(Expect::Error { message, .. }) => message.is_some(),
                Some(Expect::Good(_)) => false,
                None => true,
            };
            Expect::Error {
                kind: missed.kinds[0].to_owned(),
                message: tells.then_some(missed.message),
            }
        }
    }
}

/// The same parts of the answer as before.
fn like(former: &Good, output: &Output) -> Good {
    let wants_text = former.text.is_some() || !former.contains.is_empty();
    let pieces = || output.content.iter().map(|content| brief(piece(content)));
    let good = Good {
        text: wants_text.then(|| text(output)),
        contains: Vec::new(),
        structured: former.structured.as_ref().and(output.structured.clone()),
        content: former.content.is_some().then(|| pieces().collect()),
    };
    if good == Good::default() {
        whole(output)
    } else {
        good
    }
}

/// Everything, in the shortest way.
fn whole(output: &Output) -> Good {
    let is_text = |content: &Content| matches!(content, Content::Text(_));
    let is_plain = output.content.iter().all(is_text) && !output.content.is_empty();
    let pieces = || output.content.iter().map(|content| brief(piece(content)));
    Good {
        text: (is_plain && output.structured.is_none()).then(|| text(output)),
        contains: Vec::new(),
        structured: output.structured.clone(),
        // The one text of an answer that is data is that data.
        content: (!is_plain || output.structured.is_some() && output.content.len() > 1)
            .then(|| pieces().collect()),
    }
}
