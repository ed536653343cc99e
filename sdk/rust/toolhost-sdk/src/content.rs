//! Makes the pieces of a rich result.

use serde::Serialize;

use crate::{Blob, Content, Document, DocumentBody, Reference, ToolError};

impl Content {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// An image, such as of `image/png`.
    pub fn image(data: impl Into<Vec<u8>>, media_type: &str) -> Self {
        Self::Image(blob(data.into(), media_type))
    }

    /// A sound, such as of `audio/wav`.
    pub fn audio(data: impl Into<Vec<u8>>, media_type: &str) -> Self {
        Self::Audio(blob(data.into(), media_type))
    }

    /// A document of text, handed over whole.
    pub fn document(uri: &str, media_type: &str, text: impl Into<String>) -> Self {
        Self::whole(uri, media_type, DocumentBody::Text(text.into()))
    }

    /// A document of bytes, handed over whole.
    pub fn file(uri: &str, media_type: &str, data: impl Into<Vec<u8>>) -> Self {
        Self::whole(uri, media_type, DocumentBody::Bytes(data.into()))
    }

    /// A pointer to a document; its other fields are those of [`Reference`].
    pub fn link(uri: &str, name: &str) -> Self {
        Self::Link(Reference {
            uri: uri.to_owned(),
            name: name.to_owned(),
            description: None,
            media_type: None,
        })
    }

    /// A value, which reaches the caller both as text and as data.
    ///
    /// # Errors
    ///
    /// `Failed` for a value that JSON cannot hold, such as a map whose keys are no texts.
    pub fn json(value: &(impl Serialize + ?Sized)) -> Result<Self, ToolError> {
        let text = serde_json::to_string(value)?;
        Ok(Self::Json(text))
    }

    fn whole(uri: &str, media_type: &str, body: DocumentBody) -> Self {
        let (uri, media_type) = (uri.to_owned(), Some(media_type.to_owned()));
        Self::Document(Document {
            uri,
            media_type,
            body,
        })
    }
}

fn blob(data: Vec<u8>, media_type: &str) -> Blob {
    Blob {
        data,
        media_type: media_type.to_owned(),
    }
}
