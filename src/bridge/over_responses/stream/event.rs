//! What the events of a response mean for a stream of chunks.

use crate::{
    bridge::{over_responses::item::PartKind, values::type_of},
    json::{Document, Kind, View},
};

/// What an event means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EventKind {
    /// The response has begun, and has nothing in it yet.
    ResponseBegun,
    /// A piece of a text.
    TextDelta(PartKind),
    /// The whole text.
    TextDone(PartKind),
    /// An item begins.
    ItemAdded,
    /// The whole item.
    ItemDone,
    /// A piece of the input of a tool call.
    InputDelta,
    /// The whole input of a tool call.
    InputDone,
    /// The response has ended.
    ResponseEnded,
    /// The stream has failed.
    Error,
    /// The event has nothing for a chunk, or a later event repeats it.
    Ignored,
}

/// Reads the kind of an event from its `type`. Azure's specification calls the text of the reasoning
/// `response.reasoning`.
pub(super) fn kind(event: View<'_>) -> EventKind {
    let Some(name) = type_of(event) else {
        let is_error = event.get("error").is_some_and(|error| error.kind() == Kind::Object);
        return if is_error { EventKind::Error } else { EventKind::Ignored };
    };
    match &*name {
        "response.output_text.delta" => EventKind::TextDelta(PartKind::Text),
        "response.refusal.delta" => EventKind::TextDelta(PartKind::Refusal),
        "response.reasoning_summary_text.delta" => EventKind::TextDelta(PartKind::Summary),
        "response.reasoning_text.delta" | "response.reasoning.delta" => {
            EventKind::TextDelta(PartKind::Thought)
        }
        "response.output_text.done" => EventKind::TextDone(PartKind::Text),
        "response.refusal.done" => EventKind::TextDone(PartKind::Refusal),
        "response.reasoning_summary_text.done" => EventKind::TextDone(PartKind::Summary),
        "response.reasoning_text.done" | "response.reasoning.done" => EventKind::TextDone(PartKind::Thought),
        "response.function_call_arguments.delta" | "response.custom_tool_call_input.delta" => {
            EventKind::InputDelta
        }
        "response.function_call_arguments.done" | "response.custom_tool_call_input.done" => {
            EventKind::InputDone
        }
        "response.output_item.added" => EventKind::ItemAdded,
        "response.output_item.done" => EventKind::ItemDone,
        "response.created" | "response.queued" | "response.in_progress" => EventKind::ResponseBegun,
        "response.completed" | "response.incomplete" | "response.failed" | "response.cancelled" => {
            EventKind::ResponseEnded
        }
        "error" => EventKind::Error,
        _ => EventKind::Ignored,
    }
}

/// Returns the position in the output of the item that an event is about.
pub(super) fn output(event: View<'_>) -> Option<u64> {
    event.get("output_index").and_then(View::whole)
}

/// Parses a member of an event that is an object.
pub(super) fn object(event: View<'_>, key: &str, depth: u32) -> Option<Document> {
    event.get(key).filter(|value| value.kind() == Kind::Object)?.reparse(depth)
}
