//! JSON written straight into bytes: a load target has no time for trees.

use bytes::{BufMut, BytesMut};

use crate::sim::usage;

/// A buffer that JSON is written into.
#[derive(Debug, Default)]
pub(super) struct JsonWriter {
    pub(super) bytes: BytesMut,
}

impl JsonWriter {
    /// JSON, as it is.
    pub(super) fn raw(&mut self, json: &str) -> &mut Self {
        self.bytes.put_slice(json.as_bytes());
        self
    }

    /// A string, quoted.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        let plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
        if text.bytes().all(plain) {
            return self.raw("\"").raw(text).raw("\"");
        }
        let quoted = serde_json::to_string(text).unwrap_or_default();
        self.raw(&quoted)
    }

    /// A number.
    pub(super) fn number(&mut self, number: u64) -> &mut Self {
        self.raw(&number.to_string())
    }

    /// Anything that serialises.
    pub(super) fn value(&mut self, value: &impl serde::Serialize) -> &mut Self {
        let json = serde_json::to_string(value).unwrap_or_default();
        self.raw(&json)
    }

    /// The items of a list, with commas between them.
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

    /// The `logprobs` of a text, `None` where none were asked for.
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

    /// A token with its probability, left open.
    fn token(&mut self, piece: &str, rank: u64) -> &mut Self {
        self.raw("{\"token\":").text(piece).raw(",\"bytes\":").value(&piece.as_bytes());
        self.raw(",\"logprob\":-").number(rank).raw(".25")
    }
}
