//! The chunks of a stream, with what all of them have in common.

use bytes::BytesMut;

use crate::{
    json::{Document, View, write::member},
    sse,
};

/// The chunks of a stream, as far as they are written.
pub(super) struct ChunkStream {
    pub(super) out: BytesMut,
    /// The beginning of every chunk: id, object, created, model and, if the answer has them, service tier and
    /// fingerprint.
    head: Vec<u8>,
    /// Members for the first chunk only, each with its comma: Azure's `prompt_filter_results` and unknown members.
    extras: Vec<u8>,
    /// If the client asked for usage, every chunk but the last has `"usage":null`, as OpenAI's have.
    usage: &'static [u8],
}

impl ChunkStream {
    pub(super) fn new(answer: &Document, wanted: bool) -> ChunkStream {
        let root = answer.root();
        let mut head = Vec::from(b"{");
        for (key, absent) in [("id", "\"\""), ("object", ""), ("created", "0"), ("model", "\"\"")] {
            let value = if key == "object" {
                b"\"chat.completion.chunk\""
            } else {
                root.get(key).map_or(absent.as_bytes(), View::raw)
            };
            member(&mut head, key, value);
        }
        let mut extras = Vec::new();
        for (key, value) in root.members() {
            match &*key {
                "id" | "object" | "created" | "model" | "choices" | "usage" => {}
                "service_tier" | "system_fingerprint" => member(&mut head, &key, value.raw()),
                _ => {
                    extras.push(b',');
                    member(&mut extras, &key, value.raw());
                }
            }
        }
        let usage: &[u8] = if wanted { b",\"usage\":null" } else { b"" };
        let out = BytesMut::with_capacity(answer.source().len() * 2 + 1024);
        ChunkStream { out, head, extras, usage }
    }

    pub(super) fn chunk(&mut self, choice: &[&[u8]]) {
        let parts = [&self.head, &b",\"choices\":["[..]].into_iter().chain(choice.iter().copied());
        sse::data(&mut self.out, parts.chain([&b"]"[..], self.usage, &self.extras, b"}"]));
        self.extras.clear();
    }

    pub(super) fn end(&mut self, usage: Option<View<'_>>) {
        if !self.extras.is_empty() {
            self.chunk(&[]);
        }
        if let Some(usage) = usage {
            sse::data(&mut self.out, [&self.head, &b",\"choices\":[],\"usage\":"[..], usage.raw(), b"}"]);
        }
        self.out.extend_from_slice(sse::DONE);
    }
}
