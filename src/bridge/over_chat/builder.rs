//! Builds a response from a chat answer, whole or chunk by chunk, and writes the events of each change. A whole
//! answer is a chunk that has everything.
//!
//! Items grow one at a time, in the order in which they begin. Azure sends the pieces of one item together. If a
//! piece comes for an item that has ended, the item grows on, and its end is sent again with all it has.

use std::sync::Arc;

use super::{
    Reply,
    event_writer::EventWriter,
    item::{ItemContent, ItemState, ResponseItem},
    response::ResponseState,
};
use crate::{call::AnswerSummary, json::View};

/// The response so far.
#[derive(Debug)]
pub(super) struct ResponseBuilder {
    pub(super) response: ResponseState,
    /// Whether the first events are sent.
    begun: bool,
    /// How many bytes the chunks have brought that are kept to the end.
    kept: usize,
    pub(super) summary: AnswerSummary,
}

impl ResponseBuilder {
    pub(super) fn new(reply: Arc<Reply>) -> ResponseBuilder {
        ResponseBuilder {
            response: ResponseState::new(reply),
            begun: false,
            kept: 0,
            summary: AnswerSummary::default(),
        }
    }

    /// Counts what a chunk brings, and returns the sum so far. Nothing counts that each chunk repeats and that is kept
    /// once.
    pub(super) fn kept(&mut self, chunk: View<'_>) -> usize {
        self.kept = self.kept.saturating_add(size(chunk, 4));
        self.kept
    }

    /// Returns whether the first events are sent.
    pub(super) fn has_begun(&self) -> bool {
        self.begun
    }

    /// Returns whether the answer had a finish reason.
    pub(super) fn is_finished(&self) -> bool {
        self.response.finish.is_some()
    }

    /// Writes the first events, once.
    pub(super) fn begin(&mut self, events: &mut EventWriter<'_>) {
        if !std::mem::replace(&mut self.begun, true) {
            let response = self.response.json(false);
            events.response("created", &response);
            events.response("in_progress", &response);
        }
    }

    /// Opens the item that `is` finds, or a new one, and closes the others. Calls stay open beside each other, since
    /// their pieces may alternate: a client that acts on the end of a call must have all of it. Returns the item's
    /// position.
    pub(super) fn open_item(
        &mut self,
        is: impl Fn(&ResponseItem) -> bool,
        make: impl FnOnce(&ResponseState) -> ResponseItem,
        events: &mut EventWriter<'_>,
    ) -> usize {
        self.begin(events);
        let response = &mut self.response;
        let found = response.items.iter().position(is);
        let at = found.unwrap_or(response.items.len());
        let new = found.is_none().then(|| make(response));
        let is_call = new.as_ref().or(response.items.get(at)).is_some_and(ResponseItem::is_call);
        for (output, item) in response.items.iter_mut().enumerate().filter(|(output, _)| *output != at) {
            if !(is_call && item.is_call()) {
                item.close(output, false, events);
            }
        }
        if let Some(item) = new {
            events.item_added(at, &item.json(ItemState::Begun));
            response.items.push(item);
        }
        if let Some(item) = response.items.get_mut(at) {
            item.closed = false;
        }
        at
    }

    /// Closes all items.
    pub(super) fn close_all(&mut self, events: &mut EventWriter<'_>) {
        let cut = self.response.incomplete_reason().is_some();
        let last = self.response.items.len().saturating_sub(1);
        for (output, item) in self.response.items.iter_mut().enumerate() {
            item.close(output, cut && output == last, events);
        }
    }

    /// Ends the answer: writes the last events and returns the response.
    pub(super) fn end(&mut self, events: &mut EventWriter<'_>) -> Vec<u8> {
        self.begin(events);
        self.close_all(events);
        let response = self.response.json(true);
        let is_incomplete = self.response.incomplete_reason().is_some();
        events.response(if is_incomplete { "incomplete" } else { "completed" }, &response);
        response
    }
}

/// Makes an item whose id is derived from the answer's.
pub(super) fn new_item(
    response: &ResponseState,
    prefix: &str,
    suffix: &str,
    content: ItemContent,
) -> ResponseItem {
    let id = [b"\"", &*response.head.derived(prefix, suffix), b"\""].concat();
    ResponseItem { id, content, closed: false }
}

/// What a member or an item is counted for, beside its value: about what an entry takes in memory.
const ENTRY: usize = 32;

/// The members that each chunk of a stream repeats.
const REPEATED: [&str; 12] = [
    "id",
    "object",
    "created",
    "model",
    "index",
    "role",
    "usage",
    "service_tier",
    "system_fingerprint",
    "obfuscation",
    "content_filter_results",
    "prompt_filter_results",
];

/// Returns about how much memory the values of a chunk take.
fn size(value: View<'_>, depth: u32) -> usize {
    let of = |inner: View<'_>| size(inner, depth.saturating_sub(1)).saturating_add(ENTRY);
    let counts = |key: &str, value: &View<'_>| !REPEATED.contains(&key) && !value.is_null();
    let members = value.members().filter(|(key, value)| counts(key, value)).map(|(_, value)| value);
    let mut inner = members.chain(value.items()).peekable();
    match inner.peek() {
        Some(_) if depth > 0 => inner.map(of).sum(),
        _ => value.raw().len(),
    }
}
