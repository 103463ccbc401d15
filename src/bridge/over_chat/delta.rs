//! A delta of a chat message, or a whole message.

use super::{
    builder::{ResponseBuilder, new_item},
    event_writer::{EventWriter, TextPosition},
    item::{ItemContent, ResponseItem, ToolCallItem},
    logprobs::logprobs,
    member_map::MemberMap,
    message::MessageItem,
};
use crate::{
    bridge::{
        tool_kind::ToolKind,
        values::{string, type_of},
    },
    json::{Document, Kind, View, text},
};

/// A delta, or a whole message, with what the chunk has beside it.
#[derive(Clone, Copy, Debug)]
pub(super) struct ChatDelta<'a> {
    pub(super) message: View<'a>,
    pub(super) is_whole: bool,
    pub(super) logprobs: Option<View<'a>>,
    /// The member `obfuscation` behind a comma, or nothing.
    pub(super) padding: &'a [u8],
}

impl ResponseBuilder {
    pub(super) fn delta(&mut self, delta: ChatDelta<'_>, events: &mut EventWriter<'_>) {
        let ChatDelta { message: sent, is_whole, padding, .. } = delta;
        if self.response.reply.compaction.is_some() {
            let piece = string(sent, "content").map(text::inner).unwrap_or_default();
            return self.add_to_summary(piece, events);
        }
        let inner = |key: &str| string(sent, key).map(text::inner).unwrap_or_default();
        let reasoning =
            ["reasoning_content", "reasoning"].into_iter().find(|key| string(sent, key).is_some());
        if let Some(piece) = reasoning.map(inner).filter(|piece| !piece.is_empty()) {
            let at = self.open_item(
                |item| matches!(item.content, ItemContent::Reasoning(_)),
                |response| new_item(response, "rs_", "", ItemContent::Reasoning(Vec::new())),
                events,
            );
            if let Some(item) = self.response.items.get_mut(at) {
                item.add_reasoning(piece, at, padding, events);
            }
        }
        for (key, refusal) in [("content", false), ("refusal", true)] {
            let logprobs = logprobs(delta.logprobs.and_then(|logprobs| logprobs.get(key)));
            let piece = inner(key);
            if !piece.is_empty() || !logprobs.is_empty() {
                self.message(events, |message, position, events| {
                    message.add_text(refusal, piece, &logprobs, position, padding, events);
                });
            }
        }
        let annotations = array(sent, "annotations");
        for annotation in annotations.iter().flat_map(|all| all.root().items()) {
            let annotation = flattened(annotation);
            self.message(events, |message, position, events| message.annotate(&annotation, position, events));
        }
        self.vendor_members(sent, reasoning, events);
        let calls = array(sent, "tool_calls");
        for (position, call) in (0..).zip(calls.iter().flat_map(|calls| calls.root().items())) {
            self.call(call, is_whole.then_some(position), padding, events);
        }
    }

    /// Adds a piece to the summary, which is the one item of a compaction.
    fn add_to_summary(&mut self, piece: &[u8], events: &mut EventWriter<'_>) {
        let at = self.open_item(
            |item| matches!(item.content, ItemContent::Compaction(_)),
            |response| new_item(response, "cmp_", "", ItemContent::Compaction(Vec::new())),
            events,
        );
        if let Some(ResponseItem { content: ItemContent::Compaction(summary), .. }) =
            self.response.items.get_mut(at)
        {
            summary.extend_from_slice(piece);
        }
    }

    /// Keeps the members of a message that neither dialect of OpenAI has.
    fn vendor_members(&mut self, sent: View<'_>, reasoning: Option<&str>, events: &mut EventWriter<'_>) {
        for (key, value) in sent.members().filter(|(_, value)| !value.is_null()) {
            let is_known = match &*key {
                // The item has its own `id`, `type` and `status`.
                "role" | "content" | "refusal" | "tool_calls" | "annotations" | "id" | "type" | "status" => {
                    true
                }
                // Some servers send the same text under both names.
                "reasoning_content" | "reasoning" => reasoning.is_some() && value.kind() == Kind::String,
                _ => false,
            };
            if !is_known {
                self.message(events, |message, _, _| message.extras.join(&key, value));
            }
        }
    }

    fn message(
        &mut self,
        events: &mut EventWriter<'_>,
        change: impl FnOnce(&mut MessageItem, TextPosition<'_>, &mut EventWriter<'_>),
    ) {
        let at = self.open_item(
            |item| matches!(item.content, ItemContent::Message(_)),
            |response| new_item(response, "msg_", "_0", ItemContent::Message(MessageItem::default())),
            events,
        );
        let item = self.response.items.get_mut(at);
        if let Some(ResponseItem { id, content: ItemContent::Message(message), .. }) = item {
            change(message, TextPosition { item: id, output: at, part: 0 }, events);
        }
    }

    fn call(&mut self, sent: View<'_>, position: Option<u64>, padding: &[u8], events: &mut EventWriter<'_>) {
        let is_custom = sent.get("custom").is_some_and(|custom| custom.kind() == Kind::Object);
        let kind = if is_custom { ToolKind::Custom } else { ToolKind::Function };
        let called = sent.get(kind.name());
        let inner = |view: Option<View<'_>>, key: &str| -> Vec<u8> {
            view.and_then(|view| string(view, key)).map(text::inner).unwrap_or_default().into()
        };
        let (id, name) = (inner(Some(sent), "id"), inner(called, "name"));
        let (namespace, name) = self.tool_name(name);
        let piece = inner(called, kind.input());
        let index = sent.get("index").and_then(View::whole).or(position);
        let index = index.unwrap_or_else(|| self.call_index(&id, !name.is_empty()));
        let at = self.open_item(
            |item| matches!(&item.content, ItemContent::Call(call) if call.index == index),
            |response| {
                let call_id =
                    if id.is_empty() { response.head.derived("call_", &format!("_{index}")) } else { id };
                let prefix: &[u8] = if is_custom { b"\"ctc_" } else { b"\"fc_" };
                let id = [prefix, &call_id, b"\""].concat();
                let (name, namespace) = (name.clone(), namespace.clone());
                let call = ToolCallItem { index, kind, id: call_id, name, namespace, input: Vec::new() };
                ResponseItem { id, content: ItemContent::Call(call), closed: false }
            },
            events,
        );
        let item = self.response.items.get_mut(at);
        let Some(ResponseItem { id, content: ItemContent::Call(call), .. }) = item else { return };
        if call.name.is_empty() {
            (call.name, call.namespace) = (name, namespace);
        }
        if !piece.is_empty() {
            call.add(&piece, TextPosition { item: id, output: at, part: 0 }, padding, events);
        }
    }

    /// Returns the namespace of a tool, which may be empty, and its name there.
    fn tool_name(&self, called: Vec<u8>) -> (Vec<u8>, Vec<u8>) {
        let mut tools = self.response.reply.tools.iter();
        let Some(tool) = tools.find(|tool| tool.called.as_bytes() == called) else {
            return (Vec::new(), called);
        };
        let quoted = |name: &str| text::inner(text::quote(name).as_bytes()).to_vec();
        (quoted(&tool.namespace), quoted(&tool.name))
    }

    /// Returns the index of the call that a delta without an index belongs to: the call with its id. Without an id it
    /// is the last call, or a new one if the delta has a name.
    fn call_index(&self, id: &[u8], has_name: bool) -> u64 {
        let calls = || {
            self.response.items.iter().filter_map(|item| {
                if let ItemContent::Call(call) = &item.content { Some(call) } else { None }
            })
        };
        let known = if id.is_empty() {
            calls().next_back().filter(|_| !has_name)
        } else {
            calls().find(|call| call.id == id)
        };
        let next = || calls().map(|call| call.index.saturating_add(1)).max().unwrap_or(0);
        known.map_or_else(next, |call| call.index)
    }
}

/// Parses a member that is an array, and its items.
fn array(object: View<'_>, key: &str) -> Option<Document> {
    object.get(key).filter(|value| value.kind() == Kind::Array)?.reparse(3)
}

/// Returns an annotation of chat in the form of a response. Chat has its members one level deeper, in a member that
/// is named as its type is.
fn flattened(annotation: View<'_>) -> Vec<u8> {
    let kind = type_of(annotation).unwrap_or_default();
    let mut flat = MemberMap::default();
    for (key, value) in annotation.members() {
        if key == kind && value.kind() == Kind::Object {
            value.members().for_each(|(key, value)| flat.set(&key, value.raw()));
        } else {
            flat.set(&key, value.raw());
        }
    }
    flat.object()
}
