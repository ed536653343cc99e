//! The content of a result, in the two forms that clients read.

use serde::Serialize;
use utoipa::ToSchema;

use crate::http::base64::Base64;
use crate::invocation::{Content, ResourceBody};

/// `content`: clients know texts, images and lists of them.
#[derive(Serialize, ToSchema)]
#[schema(as = ToolContent)]
#[serde(untagged)]
pub(crate) enum Shown<'a> {
    Nothing,
    Text(&'a str),
    Item(Item<'a>),
    Items(Vec<Item<'a>>),
}

#[derive(Serialize, ToSchema)]
#[schema(as = ToolContentItem)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(crate) enum Item<'a> {
    Text {
        #[schema(value_type = String)]
        text: ItemText<'a>,
    },
    Image {
        image: Image<'a>,
        mime_type: &'a str,
    },
}

/// The text of an item, or what stands for an item that clients do not know.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum ItemText<'a> {
    Own(&'a str),
    StandIn(String),
}

#[derive(Serialize, ToSchema)]
#[schema(as = ToolContentImage)]
pub(crate) struct Image<'a> {
    /// Always null.
    url: Option<&'a str>,
    #[schema(value_type = String, content_encoding = "base64")]
    data: Base64<'a>,
}

/// An item of content in MCP's form.
#[derive(Serialize, ToSchema)]
#[schema(as = McpItem)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum McpItem<'a> {
    Text {
        text: &'a str,
    },
    Image {
        #[schema(value_type = String, content_encoding = "base64")]
        data: Base64<'a>,
        #[serde(rename = "mimeType")]
        mime_type: &'a str,
    },
    Audio {
        #[schema(value_type = String, content_encoding = "base64")]
        data: Base64<'a>,
        #[serde(rename = "mimeType")]
        mime_type: &'a str,
    },
    Resource {
        resource: McpResource<'a>,
    },
    ResourceLink {
        uri: &'a str,
        name: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        description: Option<&'a str>,
        #[serde(rename = "mimeType", skip_serializing_if = "Option::is_none")]
        mime_type: Option<&'a str>,
    },
}

#[derive(Serialize, ToSchema)]
#[schema(as = McpResource)]
#[serde(rename_all = "camelCase")]
pub(crate) struct McpResource<'a> {
    uri: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    mime_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, content_encoding = "base64")]
    blob: Option<Base64<'a>>,
}

/// The content as Llama Stack's clients read it.
pub(crate) fn shown(content: &[Content]) -> Shown<'_> {
    match content {
        [] => Shown::Nothing,
        [Content::Text(text)] => Shown::Text(text),
        [only] => Shown::Item(item(only)),
        items => Shown::Items(items.iter().map(item).collect()),
    }
}

fn item(content: &Content) -> Item<'_> {
    match content {
        Content::Text(text) => Item::Text {
            text: ItemText::Own(text),
        },
        Content::Image { data, media_type } => Item::Image {
            image: Image {
                url: None,
                data: Base64(data),
            },
            mime_type: media_type,
        },
        Content::Audio { .. } | Content::Resource { .. } | Content::Link { .. } => Item::Text {
            text: ItemText::StandIn(stand_in(content)),
        },
    }
}

/// Text for an item that clients do not know: its JSON, without bytes that no model can read.
fn stand_in(content: &Content) -> String {
    let no_bytes: &[u8] = &[];
    let mut item = mcp_item(content);
    match &mut item {
        McpItem::Audio { data, .. } => *data = Base64(no_bytes),
        McpItem::Resource { resource } => resource.blob = None,
        McpItem::Text { .. } | McpItem::Image { .. } | McpItem::ResourceLink { .. } => {}
    }
    // These types always serialise: their keys are texts.
    serde_json::to_string(&item).unwrap_or_default()
}

/// The whole content, if some of it is neither text nor image.
pub(crate) fn whole(content: &[Content]) -> Option<Vec<McpItem<'_>>> {
    let is_known = |item: &Content| matches!(item, Content::Text(_) | Content::Image { .. });
    (!content.iter().all(is_known)).then(|| content.iter().map(mcp_item).collect())
}

fn mcp_item(content: &Content) -> McpItem<'_> {
    match content {
        Content::Text(text) => McpItem::Text { text },
        Content::Image { data, media_type } => McpItem::Image {
            data: Base64(data),
            mime_type: media_type,
        },
        Content::Audio { data, media_type } => McpItem::Audio {
            data: Base64(data),
            mime_type: media_type,
        },
        Content::Resource {
            uri,
            media_type,
            body,
        } => {
            let (text, blob) = match body {
                ResourceBody::Text(text) => (Some(text.as_str()), None),
                ResourceBody::Bytes(bytes) => (None, Some(Base64(bytes))),
            };
            McpItem::Resource {
                resource: McpResource {
                    uri,
                    mime_type: media_type.as_deref(),
                    text,
                    blob,
                },
            }
        }
        Content::Link {
            uri,
            name,
            description,
            media_type,
        } => McpItem::ResourceLink {
            uri,
            name,
            description: description.as_deref(),
            mime_type: media_type.as_deref(),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn text(text: &str) -> Content {
        Content::Text(text.to_owned())
    }

    fn image() -> Content {
        Content::Image {
            data: b"hello".to_vec(),
            media_type: "image/png".to_owned(),
        }
    }

    fn audio() -> Content {
        Content::Audio {
            data: b"hello".to_vec(),
            media_type: "audio/wav".to_owned(),
        }
    }

    fn check(content: &[Content], expected: &Value) {
        assert_eq!(&serde_json::to_value(shown(content)).unwrap(), expected);
    }

    #[test]
    fn texts_and_images_have_the_shapes_that_clients_know() {
        let picture = json!({"type": "image", "image": {"url": null, "data": "aGVsbG8="}, "mime_type": "image/png"});
        let item = |text: &str| json!({"type": "text", "text": text});
        check(&[], &json!(null));
        check(&[text("one")], &json!("one"));
        check(&[text("")], &json!(""));
        check(&[image()], &picture);
        check(
            &[text("one"), text("two")],
            &json!([item("one"), item("two")]),
        );
        check(&[text("one"), image()], &json!([item("one"), picture]));
        assert!(whole(&[text("one"), image()]).is_none());
    }

    #[test]
    fn an_item_that_clients_do_not_know_is_a_text_and_stands_whole_in_the_metadata() {
        let stand_in = r#"{"type":"audio","data":"","mimeType":"audio/wav"}"#;
        check(&[audio()], &json!({"type": "text", "text": stand_in}));
        let expected = json!([
            {"type": "text", "text": "one"},
            {"type": "audio", "data": "aGVsbG8=", "mimeType": "audio/wav"},
        ]);
        assert_eq!(
            serde_json::to_value(whole(&[text("one"), audio()])).unwrap(),
            expected
        );
    }

    #[test]
    fn documents_and_links_have_mcps_shapes() {
        let uri = "file:///a".to_owned();
        let resource = |body| Content::Resource {
            uri: uri.clone(),
            media_type: None,
            body,
        };
        let link = Content::Link {
            uri: uri.clone(),
            name: "a".to_owned(),
            description: None,
            media_type: Some("text/plain".to_owned()),
        };
        let content = [
            resource(ResourceBody::Text("x".to_owned())),
            resource(ResourceBody::Bytes(vec![0])),
            link,
        ];
        let expected = json!([
            {"type": "resource", "resource": {"uri": uri, "text": "x"}},
            {"type": "resource", "resource": {"uri": uri, "blob": "AA=="}},
            {"type": "resource_link", "uri": uri, "name": "a", "mimeType": "text/plain"},
        ]);
        assert_eq!(serde_json::to_value(whole(&content)).unwrap(), expected);
        assert_eq!(
            stand_in(&content[1]),
            r#"{"type":"resource","resource":{"uri":"file:///a"}}"#
        );
    }
}
