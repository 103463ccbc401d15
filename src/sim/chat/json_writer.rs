//! Writes JSON straight into bytes. Load tests target the simulator, and building a tree for each answer is too slow.

use bytes::{BufMut, BytesMut};

use crate::sim::{filters, usage};

/// A buffer of JSON.
#[derive(Debug, Default)]
pub(super) struct JsonWriter {
    pub(super) bytes: BytesMut,
}

impl JsonWriter {
    /// Appends JSON as it is.
    pub(super) fn raw(&mut self, json: &str) -> &mut Self {
        self.bytes.put_slice(json.as_bytes());
        self
    }

    /// Appends a string with its quotes.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        let plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
        if text.bytes().all(plain) {
            return self.raw("\"").raw(text).raw("\"");
        }
        let quoted = serde_json::to_string(text).unwrap_or_default();
        self.raw(&quoted)
    }

    /// Appends a number.
    pub(super) fn number(&mut self, number: u64) -> &mut Self {
        self.raw(&number.to_string())
    }

    /// Appends a value that serializes.
    pub(super) fn value(&mut self, value: &impl serde::Serialize) -> &mut Self {
        let json = serde_json::to_string(value).unwrap_or_default();
        self.raw(&json)
    }

    /// Appends a list. `one` writes each item.
    pub(super) fn list<T>(&mut self, items: impl IntoIterator<Item = T>, mut one: impl FnMut(&mut Self, T)) {
        self.raw("[");
        for (at, item) in items.into_iter().enumerate() {
            if at > 0 {
                self.raw(",");
            }
            one(self, item);
        }
        self.raw("]");
    }

    /// Appends the content filter's annotation of a prompt that passed.
    pub(super) fn prompt_filter_results(&mut self) -> &mut Self {
        self.raw("\"prompt_filter_results\":[{\"prompt_index\":0,\"content_filter_results\":");
        self.raw(filters::PROMPT_RESULTS).raw("}]")
    }

    /// Appends the `logprobs` of a text with `top` alternatives, or null if the request did not ask for them.
    pub(super) fn logprobs(&mut self, text: &str, top: Option<u64>) -> &mut Self {
        let Some(top) = top else { return self.raw("null") };
        self.raw("{\"content\":");
        self.list(usage::pieces(text), |out, piece| {
            out.token(piece, 0).raw(",\"top_logprobs\":");
            out.list(0..top, |out, rank| {
                out.token(piece, rank).raw("}");
            });
            out.raw("}");
        });
        self.raw(",\"refusal\":null}")
    }

    /// Begins the object of a token. The caller closes it.
    fn token(&mut self, piece: &str, rank: u64) -> &mut Self {
        self.raw("{\"token\":").text(piece).raw(",\"bytes\":").value(&piece.as_bytes());
        self.raw(",\"logprob\":-").number(rank).raw(".25")
    }
}
