//! How large an answer is, which `limits.output` bounds.

use crate::invocation::{Content, Failure, Output, ResourceBody};

/// What an item counts for beside its own text, bytes and names: about what the caller's JSON
/// writes around it. A million empty ones are no small answer.
const ITEM_BYTES: usize = 64;

/// The size of what a tool said, good or bad, in bytes.
pub fn of(said: &Result<Output, Failure>) -> u64 {
    let bytes = match said {
        Ok(output) => of_output(output),
        Err(Failure::Tool { message, .. }) => message.len(),
        Err(_) => 0,
    };
    bytes as u64
}

/// The first item counts for what is in it alone: a text of the
/// very limit is an answer.
fn of_output(output: &Output) -> usize {
    let others = output.content.len().saturating_sub(1);
    let inside: usize = output.content.iter().map(content).sum();
    inside + others * ITEM_BYTES
}

fn content(content: &Content) -> usize {
    let optional = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    match content {
        Content::Text(text) => text.len(),
        Content::Image { data, media_type } | Content::Audio { data, media_type } => {
            data.len() + media_type.len()
        }
        Content::Resource {
            uri,
            body,
            media_type,
        } => {
            let body = match body {
                ResourceBody::Text(text) => text.len(),
                ResourceBody::Bytes(bytes) => bytes.len(),
            };
            uri.len() + body + optional(media_type)
        }
        Content::Link {
            uri,
            name,
            description,
            media_type,
        } => uri.len() + name.len() + optional(description) + optional(media_type),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(length: usize) -> String {
        "x".repeat(length)
    }

    #[test]
    fn everything_that_a_caller_reads_of_an_item_counts() {
        let table = [
            (Content::Text(text(7)), 7),
            (
                Content::Image {
                    data: vec![0; 10],
                    media_type: text(9),
                },
                19,
            ),
            (
                Content::Audio {
                    data: vec![0; 10],
                    media_type: text(9),
                },
                19,
            ),
            (
                Content::Resource {
                    uri: text(1),
                    media_type: Some(text(20)),
                    body: ResourceBody::Text(text(300)),
                },
                321,
            ),
            (
                Content::Link {
                    uri: text(1),
                    name: text(20),
                    description: Some(text(300)),
                    media_type: Some(text(4000)),
                },
                4321,
            ),
        ];
        for (item, size) in table {
            let output = Output {
                content: vec![item],
                structured: None,
            };
            assert_eq!(of_output(&output), size, "{output:?}");
        }
    }

    #[test]
    fn items_with_nothing_in_them_are_no_free_gift() {
        for (items, size) in [(0, 0), (1, 0), (2, 64), (1001, 64_000)] {
            let output = Output {
                content: vec![Content::Text(String::new()); items],
                structured: None,
            };
            assert_eq!(of_output(&output), size, "{items}");
        }
    }
}
