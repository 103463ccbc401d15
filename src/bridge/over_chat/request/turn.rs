//! The messages of a chat call in their order. What the assistant says in one go is gathered into one message; the outputs of
//! its calls stand right behind it, wherever they stood in the input, and all else stays in its order.

use std::collections::{HashMap, VecDeque};

use super::{content::Content, row::Row};
use crate::{
    bridge::{Uncarried, needed::refuse},
    json::{Pointer, Raw, View, text},
};

/// The messages so far.
#[derive(Debug, Default)]
pub(super) struct Conversation {
    said: Vec<Said>,
    /// What the assistant says at present.
    turn: Option<Turn>,
    /// The calls without an output yet, by their ids.
    open: HashMap<Vec<u8>, VecDeque<Open>>,
}

/// A message, and the messages of the tools that it called.
#[derive(Debug)]
struct Said {
    message: Raw,
    outputs: Vec<Raw>,
}

/// A message of the assistant while its items are gathered.
#[derive(Debug)]
struct Turn {
    content: Option<Content>,
    /// Members of its message item that are chat's to judge.
    rest: Vec<(String, Raw)>,
    calls: Row,
}

/// A call that waits for its output.
#[derive(Debug)]
struct Open {
    /// Which message calls.
    message: usize,
    /// Which item of the input it is.
    item: usize,
    kind: &'static str,
}

impl Conversation {
    /// A message of somebody else than the assistant.
    pub(super) fn push(&mut self, message: Raw) {
        self.end_turn();
        self.said.push(Said { message, outputs: Vec::new() });
    }

    /// A text of the assistant. It joins calls that have none yet.
    pub(super) fn say(&mut self, content: Content, rest: Vec<(String, Raw)>) {
        match &mut self.turn {
            Some(turn) if turn.content.is_none() => {
                turn.content = Some(content);
                turn.rest = rest;
            }
            _ => {
                self.end_turn();
                self.turn = Some(Turn { content: Some(content), rest, calls: Row::list() });
            }
        }
    }

    /// A call of a tool, which is that item of the input.
    pub(super) fn call(&mut self, call: Raw, kind: &'static str, id: View<'_>, item: usize) {
        // The turn will stand behind all that was said.
        let open = Open { message: self.said.len(), item, kind };
        self.open.entry(key(id)).or_default().push_back(open);
        let turn =
            self.turn.get_or_insert_with(|| Turn { content: None, rest: Vec::new(), calls: Row::list() });
        turn.calls.item(call);
    }

    /// What came of the first call of that id that has no output yet. Chat refuses one without a call, as Responses does: "No
    /// tool call found for function call output" (continue#10092).
    pub(super) fn output(&mut self, message: Raw, id: View<'_>, at: &Pointer) -> Result<(), Uncarried> {
        self.end_turn();
        let open = self.open.get_mut(&key(id)).and_then(VecDeque::pop_front);
        let said = open.and_then(|open| self.said.get_mut(open.message));
        let Some(said) = said else {
            let id = shown(&key(id));
            return refuse(
                at,
                format!(
                    "No tool call found for the output with call_id `{id}`: send the call before its output"
                ),
            );
        };
        said.outputs.push(message);
        Ok(())
    }

    /// The messages. A call without an output is refused by chat, and by Responses: "No tool output found for function call"
    /// (openai-agents-python#673).
    pub(super) fn done(mut self) -> Result<impl Iterator<Item = Raw>, Uncarried> {
        self.end_turn();
        let open = self.open.iter().flat_map(|(id, open)| open.iter().map(move |open| (id, open)));
        if let Some((id, open)) = open.min_by_key(|(_, open)| open.item) {
            let (kind, id) = (open.kind, shown(id));
            return refuse(
                &Pointer::key("input").item(open.item),
                format!("No tool output found for {kind} call `{id}`: send its output behind it"),
            );
        }
        Ok(self.said.into_iter().flat_map(|said| std::iter::once(said.message).chain(said.outputs)))
    }

    /// What the assistant said in one go becomes a message. Azure wants `content` even where it is null.
    fn end_turn(&mut self) {
        let Some(turn) = self.turn.take() else { return };
        let mut out = Row::object();
        out.member("role", Raw::json("\"assistant\""));
        let (content, refusal) = turn
            .content
            .map_or_else(|| (Raw::json("null"), None), |content| (content.value, content.refusal));
        out.member("content", content);
        if let Some(refusal) = refusal {
            out.member("refusal", refusal);
        }
        for (key, value) in turn.rest {
            out.member(&key, value);
        }
        if !turn.calls.is_empty() {
            out.member("tool_calls", turn.calls.done());
        }
        self.said.push(Said { message: out.done(), outputs: Vec::new() });
    }
}

/// An id by what it says, however it is spelt; what is no string, as it stands.
fn key(id: View<'_>) -> Vec<u8> {
    id.text().map_or_else(|| id.raw().into(), |id| id.into_owned().into_bytes())
}

fn shown(id: &[u8]) -> String {
    text::shortened(&String::from_utf8_lossy(id)).into_owned()
}
