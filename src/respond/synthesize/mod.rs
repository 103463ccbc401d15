//! A JSON chat answer made into the stream that OpenAI would have sent: for families that cannot stream. Values are
//! copied as they are spelt and strings are only cut, so nothing of the answer is re-encoded or lost.

use bytes::{Bytes, BytesMut};

use self::choice::Choice;
use crate::{
    call::UsageChunk,
    json::{Document, Kind, View, write::member},
    sse,
};

mod choice;
pub mod responses;
#[cfg(test)]
mod tests;

/// The body is no chat answer (it has no `choices`): it goes to the client as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body has no `choices`, so it is not a chat completion")]
pub struct NotAnAnswer;

/// The stream of `answer`, which was parsed to [`super::answer::DEPTH`].
pub fn synthesize(answer: &Document, usage: UsageChunk) -> Result<Bytes, NotAnAnswer> {
    let root = answer.root();
    let choices = root.get("choices").filter(|choices| choices.kind() == Kind::Array).ok_or(NotAnAnswer)?;
    let wanted = usage == UsageChunk::Wanted;
    let mut stream = Stream::new(answer, wanted);
    for (position, choice) in choices.items().enumerate() {
        Choice::new(&mut stream, choice, position).write(choice);
    }
    stream.end(root.get("usage").filter(|usage| wanted && usage.kind() == Kind::Object));
    Ok(stream.out.freeze())
}

/// The chunks being written.
struct Stream<'a> {
    answer: &'a Document,
    out: BytesMut,
    /// Every chunk's beginning: id, object, created, model and, where the answer has them, service tier and fingerprint.
    head: Vec<u8>,
    /// Members that the first chunk alone carries, each with its comma: Azure's `prompt_filter_results`, unknown ones.
    extras: Vec<u8>,
    /// Where the client asked for usage, every chunk but the last says `"usage":null`, as OpenAI's do.
    usage: &'static [u8],
}

impl<'a> Stream<'a> {
    fn new(answer: &'a Document, wanted: bool) -> Stream<'a> {
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
        Stream { answer, out, head, extras, usage }
    }

    fn chunk(&mut self, choice: &[&[u8]]) {
        let parts = [&self.head, &b",\"choices\":["[..]].into_iter().chain(choice.iter().copied());
        sse::data(&mut self.out, parts.chain([&b"]"[..], self.usage, &self.extras, b"}"]));
        self.extras.clear();
    }

    fn end(&mut self, usage: Option<View<'_>>) {
        if !self.extras.is_empty() {
            self.chunk(&[]);
        }
        if let Some(usage) = usage {
            sse::data(&mut self.out, [&self.head, &b",\"choices\":[],\"usage\":"[..], usage.raw(), b"}"]);
        }
        self.out.extend_from_slice(sse::DONE);
    }
}
