//! Writes other expectations into a file of golden calls, and leaves the rest as it is: comments,
//! order, the way in which everything else is written.
//!
//! The text is cut where an `expect` stands, which the tree tells, and the outcome is read again:
//! unless it says what it should, nothing is written at all.

mod cut;
mod write;

use std::path::Path;

use super::cases::{Case, CaseFile, Expect};
use super::check::parse_cases;
use super::node::{self, Kind, Node};
use super::problem::Place;

/// `text`, a file of golden calls that is accepted, with `changes` in it: what the call at an
/// index, from 0, must bring. The error is a sentence for people.
pub fn update_cases(
    text: &str,
    changes: &[(usize, Expect)],
    errors: &[&str],
) -> Result<String, String> {
    let unfit = || {
        "it is written in a way that cannot be changed in place; write what came back yourself"
            .to_owned()
    };
    let nowhere = Path::new("");
    let before = parse_cases(text, nowhere, errors).map_err(|_| unfit())?;
    let root = node::parse(text, None).map_err(|_| unfit())?;
    let calls = match root.get("calls").map_or(&root.kind, |calls| &calls.kind) {
        Kind::List(calls) => calls,
        _ => return Err(unfit()),
    };
    let mut wanted = before.clone();
    let mut cuts = Vec::new();
    for (index, expect) in changes {
        let (case, call) = (wanted.cases.get_mut(*index), calls.get(*index));
        let (case, call): (&mut Case, &Node) = case.zip(call).ok_or_else(unfit)?;
        cuts.push(cut::cut(text, call, expect).ok_or_else(unfit)?);
        case.expect = Some(expect.clone());
    }
    // From the end, so that the places before stay what they are.
    cuts.sort_by_key(|cut| std::cmp::Reverse(cut.range.start));
    let mut changed = text.to_owned();
    for cut in cuts {
        if !changed.is_char_boundary(cut.range.start) || !changed.is_char_boundary(cut.range.end) {
            return Err(unfit());
        }
        changed.replace_range(cut.range, &cut.text);
    }
    let after = parse_cases(&changed, nowhere, errors).map_err(|_| unfit())?;
    if placeless(after) == placeless(wanted) {
        Ok(changed)
    } else {
        Err(unfit())
    }
}

/// The file without its lines.
fn placeless(mut file: CaseFile) -> CaseFile {
    let stubs = |stubs: &mut Vec<super::Stub>| {
        for stub in stubs {
            stub.place = Place::default();
        }
    };
    stubs(&mut file.stubs);
    for case in &mut file.cases {
        stubs(&mut case.stubs);
        case.place = Place::default();
    }
    for (_, place) in file.config.values_mut() {
        *place = Place::default();
    }
    file
}

#[cfg(test)]
mod tests;
