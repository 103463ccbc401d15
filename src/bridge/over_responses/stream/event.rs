//! What the events of a response are to a stream of chunks.

use crate::{
    bridge::over_responses::item::PartKind,
    json::{Kind, View},
};

/// What an event tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Happening {
    /// The response is there, and has nothing in it yet.
    Begun,
    /// More of a text.
    Text(PartKind),
    /// All of a text.
    TextDone(PartKind),
    /// An item begins.
    Item,
    /// All of an item.
    ItemDone,
    /// More of what a tool is called with.
    Input,
    /// All of what a tool is called with.
    InputDone,
    /// The response came to its end.
    Ended,
    /// The stream came to its end.
    Error,
    /// Nothing that a chunk could say, or what a later event says again.
    Nothing,
}

/// Reads an event by its `type`. Azure's specification calls the reasoning's own text `response.reasoning`.
pub(super) fn happening(event: View<'_>) -> Happening {
    let Some(kind) = event.get("type").and_then(View::text) else {
        let is_error = event.get("error").is_some_and(|error| error.kind() == Kind::Object);
        return if is_error { Happening::Error } else { Happening::Nothing };
    };
    match &*kind {
        "response.output_text.delta" => Happening::Text(PartKind::Text),
        "response.refusal.delta" => Happening::Text(PartKind::Refusal),
        "response.reasoning_summary_text.delta" => Happening::Text(PartKind::Summary),
        "response.reasoning_text.delta" | "response.reasoning.delta" => Happening::Text(PartKind::Thought),
        "response.output_text.done" => Happening::TextDone(PartKind::Text),
        "response.refusal.done" => Happening::TextDone(PartKind::Refusal),
        "response.reasoning_summary_text.done" => Happening::TextDone(PartKind::Summary),
        "response.reasoning_text.done" | "response.reasoning.done" => Happening::TextDone(PartKind::Thought),
        "response.function_call_arguments.delta" | "response.custom_tool_call_input.delta" => {
            Happening::Input
        }
        "response.function_call_arguments.done" | "response.custom_tool_call_input.done" => {
            Happening::InputDone
        }
        "response.output_item.added" => Happening::Item,
        "response.output_item.done" => Happening::ItemDone,
        "response.created" | "response.queued" | "response.in_progress" => Happening::Begun,
        "response.completed" | "response.incomplete" | "response.failed" | "response.cancelled" => {
            Happening::Ended
        }
        "error" => Happening::Error,
        _ => Happening::Nothing,
    }
}
