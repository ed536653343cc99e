//! Where each span stands in the tree of its trace, drawn with lines.

use std::collections::HashMap;

use crate::http::viewer::wire::Span;

/// The lines before each name: `├─ `, `│  └─ `; empty at a root. Spans come depth first.
pub fn outline(spans: &[Span]) -> Vec<String> {
    let depths = depths(spans);
    // Whether a span follows at each level, below the same parents.
    let mut follows: Vec<bool> = Vec::new();
    let mut lines = Vec::with_capacity(depths.len());
    for depth in depths.into_iter().rev() {
        follows.truncate(depth + 1);
        let has_sibling = follows.get(depth) == Some(&true);
        follows.resize(depth + 1, false);
        follows[depth] = true;
        let mut line = String::new();
        if depth > 0 {
            for follows in &follows[1..depth] {
                line.push_str(if *follows { "│  " } else { "   " });
            }
            line.push_str(if has_sibling { "├─ " } else { "└─ " });
        }
        lines.push(line);
    }
    lines.reverse();
    lines
}

/// How many spans stand above each; a span whose parent does not come before it has none.
fn depths(spans: &[Span]) -> Vec<usize> {
    let mut known: HashMap<&str, usize> = HashMap::new();
    let mut depths = Vec::with_capacity(spans.len());
    for span in spans {
        let parent = span.parent_span_id.as_deref();
        let above = parent.and_then(|parent| known.get(parent).copied());
        let depth = above.map_or(0, |above| above + 1);
        known.insert(&span.span_id, depth);
        depths.push(depth);
    }
    depths
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::traces::tests::span;

    #[test]
    fn lines_lead_from_each_span_to_its_parent() {
        for (tree, expected) in [
            (&[][..], &[][..]),
            (&[("a", "")], &[""]),
            (&[("a", ""), ("b", "a")], &["", "└─ "]),
            (
                &[("a", ""), ("b", "a"), ("c", "b"), ("d", "b"), ("e", "a")],
                &["", "├─ ", "│  ├─ ", "│  └─ ", "└─ "],
            ),
            (
                &[("a", ""), ("b", "a"), ("c", "b"), ("d", "c"), ("e", "")],
                &["", "└─ ", "   └─ ", "      └─ ", ""],
            ),
            (&[("a", "elsewhere"), ("b", "b")], &["", ""]),
        ] {
            let spans: Vec<Span> = tree
                .iter()
                .map(|(id, parent)| Span {
                    span_id: (*id).to_owned(),
                    parent_span_id: Some((*parent).to_owned()),
                    ..span()
                })
                .collect();
            assert_eq!(outline(&spans), expected);
        }
    }
}
