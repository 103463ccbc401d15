//! The messages of a chat call in their order. Adjacent items of the assistant are joined into one message. The
//! outputs of its calls follow that message directly, wherever they stood in the input. All other messages keep their
//! order.

use std::collections::{HashMap, VecDeque};

use super::content::ChatContent;
use crate::{
    bridge::{Unbridgeable, require::refuse, tool_kind::ToolKind},
    json::{Pointer, Raw, RawBuilder, View, text},
};

/// The messages so far.
#[derive(Debug, Default)]
pub(super) struct Conversation {
    messages: Vec<MessageWithOutputs>,
    /// The message of the assistant that items are still joined to.
    turn: Option<AssistantTurn>,
    /// The calls without an output yet, by their ids.
    pending: HashMap<Vec<u8>, VecDeque<PendingCall>>,
}

/// A message, and the outputs of the tools that it called.
#[derive(Debug)]
struct MessageWithOutputs {
    message: Raw,
    outputs: Vec<Raw>,
}

/// A message of the assistant while its items are joined.
#[derive(Debug)]
struct AssistantTurn {
    content: Option<ChatContent>,
    /// The other members of its message item. Chat decides whether they are valid.
    rest: Vec<(String, Raw)>,
    calls: RawBuilder,
}

/// A call that waits for its output.
#[derive(Debug)]
struct PendingCall {
    /// The index of the message with the call.
    message: usize,
    /// The index of the call's item in the input.
    item: usize,
    kind: ToolKind,
}

impl Conversation {
    /// Adds a message of anyone but the assistant.
    pub(super) fn push(&mut self, message: Raw) {
        self.end_turn();
        self.messages.push(MessageWithOutputs { message, outputs: Vec::new() });
    }

    /// Adds a text of the assistant. It joins calls that have no text yet.
    pub(super) fn push_text(&mut self, content: ChatContent, rest: Vec<(String, Raw)>) {
        match &mut self.turn {
            Some(turn) if turn.content.is_none() => {
                turn.content = Some(content);
                turn.rest = rest;
            }
            _ => {
                self.end_turn();
                self.turn = Some(AssistantTurn { content: Some(content), rest, calls: RawBuilder::list() });
            }
        }
    }

    /// Adds a call of a tool, which is the input's item of that index.
    pub(super) fn push_call(&mut self, call: Raw, kind: ToolKind, id: View<'_>, item: usize) {
        // The turn will be the next message.
        let pending = PendingCall { message: self.messages.len(), item, kind };
        self.pending.entry(key(id)).or_default().push_back(pending);
        let turn = self.turn.get_or_insert_with(|| AssistantTurn {
            content: None,
            rest: Vec::new(),
            calls: RawBuilder::list(),
        });
        turn.calls.item(call);
    }

    /// Adds the output of the first call with this id that has none yet. Chat refuses an output without a call, as
    /// Responses does: "No tool call found for function call output" (continue#10092).
    pub(super) fn push_output(
        &mut self,
        message: Raw,
        id: View<'_>,
        at: &Pointer,
    ) -> Result<(), Unbridgeable> {
        self.end_turn();
        let pending = self.pending.get_mut(&key(id)).and_then(VecDeque::pop_front);
        let caller = pending.and_then(|pending| self.messages.get_mut(pending.message));
        let Some(caller) = caller else {
            let id = shown(&key(id));
            return refuse(
                at,
                format!(
                    "No tool call found for the output with call_id `{id}`: send the call before its output"
                ),
            );
        };
        caller.outputs.push(message);
        Ok(())
    }

    /// Returns the messages. Both chat and Responses refuse a call without an output: "No tool output found for
    /// function call" (openai-agents-python#673).
    pub(super) fn finish(mut self) -> Result<impl Iterator<Item = Raw>, Unbridgeable> {
        self.end_turn();
        let pending = self.pending.iter().flat_map(|(id, calls)| calls.iter().map(move |call| (id, call)));
        if let Some((id, call)) = pending.min_by_key(|(_, call)| call.item) {
            let id = shown(id);
            let kind = match call.kind {
                ToolKind::Function => "function",
                ToolKind::Custom => "custom tool",
            };
            return refuse(
                &Pointer::key("input").item(call.item),
                format!("No tool output found for {kind} call `{id}`: send its output behind it"),
            );
        }
        Ok(self.messages.into_iter().flat_map(|one| std::iter::once(one.message).chain(one.outputs)))
    }

    /// Turns the joined items of the assistant into a message. Azure requires `content` even if it is null.
    fn end_turn(&mut self) {
        let Some(turn) = self.turn.take() else { return };
        let mut out = RawBuilder::object();
        out.member("role", Raw::json("\"assistant\""));
        let (content, refusal) = turn
            .content
            .map_or_else(|| (Raw::json("null"), None), |content| (content.value, content.refusal));
        out.member("content", content);
        if let Some(refusal) = refusal {
            out.member("refusal", refusal);
        }
        for (key, value) in turn.rest {
            out.copy_along(&key, value);
        }
        if !turn.calls.is_empty() {
            out.member("tool_calls", turn.calls.finish());
        }
        self.messages.push(MessageWithOutputs { message: out.finish(), outputs: Vec::new() });
    }
}

/// Returns an id's text, so that its escapes do not matter. A value that is not a string stays as it is.
fn key(id: View<'_>) -> Vec<u8> {
    id.text().map_or_else(|| id.raw().into(), |id| id.into_owned().into_bytes())
}

fn shown(id: &[u8]) -> String {
    text::shortened(&String::from_utf8_lossy(id)).into_owned()
}
