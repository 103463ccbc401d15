//! What a replayed message holds now. The client may have changed it since the answer that it came from.

use std::{
    borrow::Cow,
    collections::{HashMap, VecDeque},
};

use super::{
    assistant_items::{AssistantItems, message_item},
    content::{refusal_part, text_part},
    message_text::{MessageText, TextKind, parts, text_of_part},
    object::{Member, Object, array, members},
    past_answer::PastAnswer,
};
use crate::{
    bridge::values::text_of,
    json::{Raw, View},
};

/// The text and the calls of a message, to be put where the earlier answer had them.
pub(super) struct CurrentMessage<'a> {
    message: Option<Object<'a>>,
    calls: Vec<Option<Object<'a>>>,
    by_id: HashMap<Cow<'a, str>, VecDeque<usize>>,
    extras: Vec<Member<'a>>,
    /// The index in the output of the last message. If the messages go back unchanged, of the last one with a text.
    last: Option<usize>,
    /// Whether the message still has the text of the answer's messages.
    unchanged: bool,
}

impl<'a> CurrentMessage<'a> {
    pub(super) fn new(
        past: &PastAnswer<'a>,
        items: AssistantItems<'a>,
        message: View<'a>,
    ) -> CurrentMessage<'a> {
        let mut by_id: HashMap<_, VecDeque<usize>> = HashMap::new();
        for (index, call) in items.calls.iter().enumerate() {
            if let Some(id) = &call.id {
                by_id.entry(id.clone()).or_default().push_back(index);
            }
        }
        let is_message = |(kind, _): &(Cow<'_, str>, View<'_>)| kind == "message";
        let has_text = |(_, item): &(Cow<'_, str>, View<'_>)| {
            parts(*item).is_some_and(|mut parts| parts.any(|part| text_of_part(part).is_some()))
        };
        let last = past.output.iter().rposition(is_message);
        let last_text = past.output.iter().rposition(|item| is_message(item) && has_text(item));
        let messages = past.output.iter().filter(|item| is_message(item)).map(|(_, item)| *item);
        let unchanged =
            last_text.is_some() && MessageText::of_chat(message).is_some_and(|text| text.is_of(messages));
        let last = if unchanged { last_text } else { last };
        let calls = items.calls.into_iter().map(|call| Some(call.item)).collect();
        CurrentMessage { message: items.message, calls, by_id, extras: items.extras, last, unchanged }
    }

    /// Returns the text if the answer had no message. It goes first, as in any message.
    pub(super) fn unplaced(&mut self) -> Option<Raw> {
        if self.last.is_none() { self.message.take().map(Object::finish) } else { None }
    }

    /// Returns the item for a message of the answer: unchanged, or with the current text in place of the last message.
    pub(super) fn message(&mut self, index: usize, item: View<'a>) -> Option<Raw> {
        let is_last = self.last == Some(index);
        let mut message =
            if self.unchanged { past_message(item)? } else { self.message.take_if(|_| is_last)? };
        // An id would bind the message to reasoning that may be gone. Azure refuses a status in the input.
        message.copy_some(members(item), &["phase"]);
        if is_last {
            message.copy_all(std::mem::take(&mut self.extras), &[]);
        }
        Some(message.finish())
    }

    /// Returns the call that a mark names, if the message still holds it.
    pub(super) fn call(&mut self, mark: View<'a>) -> Option<Raw> {
        let index = self.by_id.get_mut(&text_of(mark, "call_id")?)?.pop_front()?;
        let mut call = self.calls.get_mut(index)?.take()?;
        call.copy_some(members(mark), &["namespace"]);
        Some(call.finish())
    }

    /// Returns the calls that no mark named.
    pub(super) fn remaining_calls(self) -> impl Iterator<Item = Raw> {
        self.calls.into_iter().flatten().map(Object::finish)
    }
}

/// Returns a message of the earlier answer with its own texts; `None` if it has none. Its citations and its other parts
/// were for the client only.
fn past_message(item: View<'_>) -> Option<Object<'_>> {
    let part = |(kind, text): (TextKind, View<'_>)| match kind {
        TextKind::Refusal => refusal_part(text),
        TextKind::Text => text_part(text),
    };
    let mut parts = parts(item)?.filter_map(text_of_part).map(part).peekable();
    parts.peek()?;
    let mut message = message_item();
    message.put("content", array(parts));
    Some(message)
}
