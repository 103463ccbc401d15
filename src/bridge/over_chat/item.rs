//! An item of a response while it grows. Texts are kept as the inside of a JSON string, joined as they came.

use super::{
    compaction::OWN,
    event_writer::{ARGUMENTS, EventWriter, INPUT, REASONING_TEXT, TextEvents, TextPosition},
    message::MessageItem,
};
use crate::bridge::tool_kind::ToolKind;

/// An item of the output.
#[derive(Debug)]
pub(super) struct ResponseItem {
    /// The item's id, a JSON string with its quotes.
    pub(super) id: Vec<u8>,
    pub(super) content: ItemContent,
    /// Whether the event for its end is sent.
    pub(super) closed: bool,
}

#[derive(Debug)]
pub(super) enum ItemContent {
    /// The reasoning of a model that shows it.
    Reasoning(Vec<u8>),
    Message(MessageItem),
    Call(ToolCallItem),
    /// The summary that stands for a conversation, as the inside of a JSON string.
    Compaction(Vec<u8>),
}

/// A call of a tool. Texts are the insides of JSON strings.
#[derive(Debug)]
pub(super) struct ToolCallItem {
    /// Its index among the calls of the chat message.
    pub(super) index: u64,
    pub(super) kind: ToolKind,
    pub(super) id: Vec<u8>,
    pub(super) name: Vec<u8>,
    /// The namespace of the tool, or nothing.
    pub(super) namespace: Vec<u8>,
    pub(super) input: Vec<u8>,
}

/// In which state an item is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ItemState {
    /// As it begins, without its content.
    Begun,
    /// With its content.
    Whole {
        /// Whether the answer broke off in it.
        cut: bool,
    },
}

impl ItemState {
    fn status(self) -> &'static [u8] {
        match self {
            ItemState::Begun => b"in_progress",
            ItemState::Whole { cut: false } => b"completed",
            ItemState::Whole { cut: true } => b"incomplete",
        }
    }
}

impl ToolCallItem {
    fn events(&self) -> &'static TextEvents {
        match self.kind {
            ToolKind::Function => &ARGUMENTS,
            ToolKind::Custom => &INPUT,
        }
    }

    /// Adds a piece of the input.
    pub(super) fn add(
        &mut self,
        piece: &[u8],
        position: TextPosition<'_>,
        padding: &[u8],
        events: &mut EventWriter<'_>,
    ) {
        self.input.extend_from_slice(piece);
        events.delta(self.events(), position, piece, &[padding]);
    }

    fn json(&self, out: &mut Vec<u8>, state: ItemState) {
        let input = if state == ItemState::Begun { &b""[..] } else { &self.input };
        for part in [
            &b",\"type\":\""[..],
            self.kind.call_item().as_bytes(),
            b"\",\"status\":\"",
            state.status(),
            b"\",\"call_id\":\"",
            &self.id,
            b"\",\"name\":\"",
            &self.name,
            if self.namespace.is_empty() { b"" } else { b"\",\"namespace\":\"" },
            &self.namespace,
            b"\",\"",
            self.kind.input().as_bytes(),
            b"\":\"",
            input,
            b"\"",
        ] {
            out.extend_from_slice(part);
        }
    }
}

impl ResponseItem {
    /// Returns whether the item is a call of a tool.
    pub(super) fn is_call(&self) -> bool {
        matches!(self.content, ItemContent::Call(_))
    }

    /// Adds a piece of the reasoning, which is one part that begins with its item.
    pub(super) fn add_reasoning(
        &mut self,
        piece: &[u8],
        output: usize,
        padding: &[u8],
        events: &mut EventWriter<'_>,
    ) {
        let ItemContent::Reasoning(text) = &mut self.content else { return };
        let position = TextPosition { item: &self.id, output, part: 0 };
        if text.is_empty() {
            events.part_added(&REASONING_TEXT, position, &reasoning_part(b""));
        }
        text.extend_from_slice(piece);
        events.delta(&REASONING_TEXT, position, piece, &[padding]);
    }

    /// Writes the events for the end of the item, unless they are written.
    pub(super) fn close(&mut self, output: usize, cut: bool, events: &mut EventWriter<'_>) {
        if std::mem::replace(&mut self.closed, true) {
            return;
        }
        let position = TextPosition { item: &self.id, output, part: 0 };
        match &mut self.content {
            ItemContent::Reasoning(text) => {
                events.done(&REASONING_TEXT, position, text, &[]);
                events.part_done(&REASONING_TEXT, position, &reasoning_part(text));
            }
            ItemContent::Message(message) => message.close(position, events),
            ItemContent::Compaction(_) => {}
            ItemContent::Call(call) => match call.kind {
                ToolKind::Custom => events.done(&INPUT, position, &call.input, &[]),
                ToolKind::Function => {
                    events.done(&ARGUMENTS, position, &call.input, &[b",\"name\":\"", &call.name, b"\""]);
                }
            },
        }
        events.item_done(output, &self.json(ItemState::Whole { cut }));
    }

    /// Returns the item. Reasoning has no status: Azure refuses a status in the input (litellm,
    /// responses/transformation.py).
    pub(super) fn json(&self, state: ItemState) -> Vec<u8> {
        let mut out = [b"{\"id\":", &*self.id].concat();
        match &self.content {
            ItemContent::Reasoning(text) => {
                let content = if state == ItemState::Begun { Vec::new() } else { reasoning_part(text) };
                out.extend_from_slice(b",\"type\":\"reasoning\",\"summary\":[],\"content\":[");
                out.extend_from_slice(&content);
                out.push(b']');
            }
            ItemContent::Message(message) => {
                let content = if state == ItemState::Begun { b"[]".to_vec() } else { message.content() };
                for part in [
                    &b",\"type\":\"message\",\"status\":\""[..],
                    state.status(),
                    b"\",\"content\":",
                    &content,
                    b",\"role\":\"assistant\"",
                ] {
                    out.extend_from_slice(part);
                }
                if state != ItemState::Begun {
                    message.extras.write(&mut out);
                }
            }
            ItemContent::Call(call) => call.json(&mut out, state),
            ItemContent::Compaction(summary) => {
                let summary = if state == ItemState::Begun { b"" } else { &**summary };
                let head = b",\"type\":\"compaction\",\"encrypted_content\":\"";
                out.extend_from_slice(&[head, OWN.as_bytes(), summary, b"\""].concat());
            }
        }
        out.push(b'}');
        out
    }
}

fn reasoning_part(text: &[u8]) -> Vec<u8> {
    [b"{\"type\":\"reasoning_text\",\"text\":\"", text, b"\"}"].concat()
}
