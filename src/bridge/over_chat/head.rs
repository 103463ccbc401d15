//! What an answer says of itself first, and the ids that are made of it.

use crate::json::{Kind, View, text};

/// What a response says of itself first. Each is the first that says something, as JSON.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub(super) id: Option<Vec<u8>>,
    pub(super) created: Option<Vec<u8>>,
    pub(super) model: Option<Vec<u8>>,
    pub(super) tier: Option<Vec<u8>>,
}

impl Head {
    /// Azure opens a stream with a chunk whose id and model are empty (Microsoft, content-streaming.md).
    pub(super) fn read(&mut self, root: View<'_>) {
        let empty = |value: &View<'_>| matches!(value.raw(), b"\"\"" | b"0");
        for (slot, key, kind) in [
            (&mut self.id, "id", Kind::String),
            (&mut self.created, "created", Kind::Number),
            (&mut self.model, "model", Kind::String),
            (&mut self.tier, "service_tier", Kind::String),
        ] {
            let told = root.get(key).filter(|value| value.kind() == kind && !empty(value));
            if let (None, Some(value)) = (&slot, told) {
                *slot = Some(value.raw().into());
            }
        }
    }

    /// An id that is made of the chat answer's own: the inside of a JSON string.
    pub(super) fn derived(&self, prefix: &str, suffix: &str) -> Vec<u8> {
        let id = self.id.as_deref().map(text::inner).unwrap_or_default();
        let id = id.strip_prefix(b"chatcmpl-").unwrap_or(id);
        [prefix.as_bytes(), id, suffix.as_bytes()].concat()
    }
}
