//! The members with which an answer begins, and the ids that are derived from them.

use crate::json::{Kind, View, text};

/// The first members of an answer, as JSON. The first value that is not empty counts.
#[derive(Debug, Default)]
pub(super) struct AnswerHead {
    pub(super) id: Option<Vec<u8>>,
    pub(super) created: Option<Vec<u8>>,
    pub(super) model: Option<Vec<u8>>,
    pub(super) tier: Option<Vec<u8>>,
}

impl AnswerHead {
    /// Reads a chunk. Azure opens a stream with one whose id and model are empty (Microsoft, content-streaming.md).
    pub(super) fn read(&mut self, root: View<'_>) {
        let empty = |value: &View<'_>| matches!(value.raw(), b"\"\"" | b"0");
        for (slot, key, kind) in [
            (&mut self.id, "id", Kind::String),
            (&mut self.created, "created", Kind::Number),
            (&mut self.model, "model", Kind::String),
            (&mut self.tier, "service_tier", Kind::String),
        ] {
            let value = root.get(key).filter(|value| value.kind() == kind && !empty(value));
            if let (None, Some(value)) = (&slot, value) {
                *slot = Some(value.raw().into());
            }
        }
    }

    /// Returns an id made of the chat answer's, the inside of a JSON string.
    pub(super) fn derived(&self, prefix: &str, suffix: &str) -> Vec<u8> {
        let id = self.id.as_deref().map(text::inner).unwrap_or_default();
        let id = id.strip_prefix(b"chatcmpl-").unwrap_or(id);
        [prefix.as_bytes(), id, suffix.as_bytes()].concat()
    }
}
