//! What must come back of a call.

use crate::config::cases::{Expect, Good, Piece, PieceKind};
use crate::config::check::Check;
use crate::config::check::read::{Fields, Spot};
use crate::config::keys;
use crate::config::node::Kind;

const GOOD: [&str; 4] = ["text", "contains", "structured", "content"];

impl Check<'_> {
    /// What `expect` says, if it is there.
    pub(super) fn expect(&mut self, case: &Fields<'_>, errors: &[&str]) -> Option<Expect> {
        let spot = case.get("expect")?;
        let fields = self.must_be_map(spot.clone(), "calls[].expect")?;
        if fields.get("error").is_some() || fields.get("message").is_some() {
            return self.expect_error(&fields, errors);
        }
        let good = Good {
            text: self.text(&fields, "text"),
            contains: self.one_or_more(&fields, "contains"),
            structured: (fields.get_or_null("structured")).map(|spot| spot.node.to_json()),
            content: self.pieces(&fields),
        };
        if GOOD.iter().all(|name| fields.get_or_null(name).is_none()) {
            let remedy = "write `text`, `contains`, `structured`, `content` or `error`";
            self.problem(&spot, "it says nothing of what must come back", remedy);
        }
        Some(Expect::Good(good))
    }

    fn expect_error(&mut self, fields: &Fields<'_>, errors: &[&str]) -> Option<Expect> {
        for name in GOOD {
            if let Some(spot) = fields.get_or_null(name) {
                let message = format!("`{name}` is about an answer, and an error is none");
                self.problem(&spot, message, "remove it, or `error` and `message`");
            }
        }
        let message = self.text(fields, "message");
        let (spot, kind) = self.required(fields, "error")?;
        if !errors.contains(&&*kind) {
            let remedy = match keys::nearest(&kind, errors.iter().copied()) {
                Some(near) => format!("write `{near}`"),
                None => format!("write one of `{}`", errors.join("`, `")),
            };
            let message = format!("{} is no kind of error", spot.node.shown());
            self.problem(&spot, message, remedy);
        }
        Some(Expect::Error { kind, message })
    }

    fn one_or_more(&mut self, fields: &Fields<'_>, name: &str) -> Vec<String> {
        match fields.get(name) {
            Some(spot) if matches!(spot.node.kind, Kind::Text(_)) => {
                self.text_at(&spot).into_iter().collect()
            }
            _ => self.texts(fields, name),
        }
    }

    fn pieces(&mut self, fields: &Fields<'_>) -> Option<Vec<Piece>> {
        fields.get("content")?;
        let spots = self.few(fields, "content");
        Some(
            spots
                .into_iter()
                .filter_map(|spot| self.piece(spot))
                .collect(),
        )
    }

    /// A piece by all that is known of it, or by its kind alone.
    fn piece(&mut self, spot: Spot<'_>) -> Option<Piece> {
        let mut piece = Piece {
            kind: PieceKind::Text,
            media_type: None,
            uri: None,
            name: None,
            description: None,
            text: None,
            data: None,
            size: None,
        };
        if let Kind::Text(word) = &spot.node.kind {
            let kinds = PieceKind::ALL.into_iter().zip(PieceKind::WORDS);
            let Some((kind, _)) = kinds.into_iter().find(|(_, known)| known == word) else {
                let known = PieceKind::WORDS.join("`, `");
                let message = format!("{} is no kind of content", spot.node.shown());
                self.problem(&spot, message, format!("write one of `{known}`"));
                return None;
            };
            piece.kind = kind;
            return Some(piece);
        }
        let fields = self.must_be_map(spot, "calls[].expect.content[]")?;
        self.at_most_one(&fields, &["text", "base64"]);
        piece.kind = self.choice(&fields, "kind", PieceKind::ALL);
        piece.media_type = self.text(&fields, "media_type");
        piece.uri = self.text(&fields, "uri");
        piece.name = self.text(&fields, "name");
        piece.description = self.text(&fields, "description");
        piece.text = self.text(&fields, "text");
        piece.data = self.base64(&fields, "base64");
        piece.size = self.amount(&fields, "bytes");
        Some(piece)
    }
}
