//! Writes the chunks of one choice: role, texts in slices, calls, finish reason.

use super::stream::ChunkStream;
use crate::json::{Kind, View, text, write::member};

/// The least size of a slice of text in a chunk.
const SLICE: usize = 64;
/// A long text is cut into about this many slices. The text is complete already, so smaller slices would only cost
/// more: every chunk repeats some 200 bytes.
const SLICES: usize = 256;

/// The chunks of one choice.
pub(super) struct Choice<'s, 'a> {
    stream: &'s mut ChunkStream,
    index: Vec<u8>,
    /// The choice's logprobs, until the chunk that carries them is written.
    logprobs: Option<&'a [u8]>,
}

impl<'s, 'a> Choice<'s, 'a> {
    pub(super) fn new(stream: &'s mut ChunkStream, choice: View<'a>, position: usize) -> Choice<'s, 'a> {
        let index =
            choice.get("index").map_or_else(|| position.to_string().into_bytes(), |at| at.raw().into());
        Choice { stream, index, logprobs: None }
    }

    pub(super) fn write(&mut self, choice: View<'a>) {
        let message = choice.get("message");
        self.role(message);
        self.logprobs = choice.get("logprobs").map(View::raw);
        for key in ["reasoning_content", "content", "refusal"] {
            if let Some(value) = message.and_then(|message| message.get(key)) {
                self.slices(&format!("\"{key}\":\""), value, "\"");
            }
        }
        if let Some(call) = message.and_then(|message| message.get("function_call")) {
            self.function_call(call);
        }
        if let Some(calls) = message.and_then(|message| message.get("tool_calls")) {
            self.tool_calls(calls);
        }
        self.finish(choice);
    }

    /// Writes the first chunk: the role, empty texts, and the message's other members (annotations, audio, context).
    fn role(&mut self, message: Option<View<'_>>) {
        let role = message.and_then(|message| message.get("role")).map_or(&b"\"assistant\""[..], View::raw);
        let mut delta = Vec::new();
        member(&mut delta, "role", role);
        for (key, value) in message.into_iter().flat_map(View::members) {
            match (&*key, value.kind()) {
                ("role", _)
                | ("tool_calls", Kind::Array | Kind::Null)
                | ("function_call", Kind::Object | Kind::Null) => {}
                ("reasoning_content" | "content" | "refusal", Kind::String) => {
                    member(&mut delta, &key, b"\"\"");
                }
                _ => member(&mut delta, &key, value.raw()),
            }
        }
        self.delta(&[&delta]);
    }

    /// Writes a string in slices, each between `open` and `close`. Other values are already in an earlier chunk.
    fn slices(&mut self, open: &str, value: View<'_>, close: &str) {
        if value.kind() != Kind::String {
            return;
        }
        for piece in slices(text::inner(value.raw())) {
            self.delta(&[open.as_bytes(), piece, close.as_bytes()]);
        }
    }

    /// Writes the deprecated form of a tool call: its name first, then its arguments.
    fn function_call(&mut self, call: View<'_>) {
        let Some(call) = call.reparse(1).filter(|call| call.root().kind() == Kind::Object) else {
            return;
        };
        self.delta(&[b"\"function_call\":", &emptied(call.root(), "arguments")]);
        if let Some(arguments) = call.root().get("arguments") {
            self.slices("\"function_call\":{\"arguments\":\"", arguments, "\"}");
        }
    }

    fn tool_calls(&mut self, calls: View<'_>) {
        let Some(calls) = calls.reparse(3) else { return };
        for (index, call) in calls.root().items().enumerate() {
            self.tool_call(index, call);
        }
    }

    /// Writes index, id, type and name first, then the arguments of a function or the input of a custom tool.
    fn tool_call(&mut self, index: usize, call: View<'_>) {
        let slot_of = |key: &str| match key {
            "function" => Some("arguments"),
            "custom" => Some("input"),
            _ => None,
        };
        let mut first = format!("\"tool_calls\":[{{\"index\":{index}").into_bytes();
        for (key, value) in call.members().filter(|(key, _)| key != "index") {
            match slot_of(&key).filter(|_| value.kind() == Kind::Object) {
                Some(slot) => member(&mut first, &key, &emptied(value, slot)),
                None => member(&mut first, &key, value.raw()),
            }
        }
        first.extend_from_slice(b"}]");
        self.delta(&[&first]);
        for (key, value) in call.members() {
            if let Some((slot, text)) = slot_of(&key).and_then(|slot| Some((slot, value.get(slot)?))) {
                self.slices(
                    &format!("\"tool_calls\":[{{\"index\":{index},\"{key}\":{{\"{slot}\":\""),
                    text,
                    "\"}}]",
                );
            }
        }
    }

    /// Writes the last chunk: the finish reason, Azure's filter results, and the choice's other members.
    fn finish(&mut self, choice: View<'_>) {
        let reason = choice.get("finish_reason").map_or(&b"null"[..], View::raw);
        let mut rest = Vec::new();
        for (key, value) in choice.members() {
            if !matches!(&*key, "index" | "message" | "logprobs" | "finish_reason") {
                rest.push(b',');
                member(&mut rest, &key, value.raw());
            }
        }
        self.choice(&[], reason, &rest);
    }

    fn delta(&mut self, delta: &[&[u8]]) {
        self.choice(delta, b"null", b"");
    }

    fn choice(&mut self, delta: &[&[u8]], reason: &[u8], rest: &[u8]) {
        let logprobs = self.logprobs.take().unwrap_or(b"null");
        let mut parts: Vec<&[u8]> = vec![b"{\"index\":", &self.index, b",\"delta\":{"];
        parts.extend_from_slice(delta);
        parts.extend([&b"},\"logprobs\":"[..], logprobs, b",\"finish_reason\":", reason, rest, b"}"]);
        self.stream.chunk(&parts);
    }
}

/// Cuts the inside of a string into the slices of a stream.
pub(super) fn slices(inner: &[u8]) -> impl Iterator<Item = &[u8]> {
    text::pieces(inner, SLICE.max(inner.len() / SLICES))
}

/// Returns an object with one string emptied. The text of that string follows in slices.
fn emptied(object: View<'_>, slot: &str) -> Vec<u8> {
    let mut out = Vec::from(b"{");
    for (key, value) in object.members() {
        let text = key == slot && value.kind() == Kind::String;
        member(&mut out, &key, if text { b"\"\"" } else { value.raw() });
    }
    out.push(b'}');
    out
}
