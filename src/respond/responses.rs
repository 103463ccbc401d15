//! Reads answers of the Responses API: the response object, and the events that end a stream.

use super::{envelope::error_code, usage::usage};
use crate::{
    call::{AnswerSummary, Dialect},
    json::{Kind, View, text},
};

/// How deep an event must be parsed for this file: down to the details of its response's `usage`.
pub(super) const EVENT_DEPTH: u32 = 4;

/// The types of the events that may be an [`LastEvent`].
pub(super) const LAST_EVENTS: [&[u8]; 4] =
    [b"\"response.completed\"", b"\"response.incomplete\"", b"\"response.failed\"", b"\"error\""];

/// The items that ask the client for an output. A response that has one corresponds to a chat completion that ends with
/// `tool_calls`.
const CALLS: [&str; 5] =
    ["function_call", "custom_tool_call", "computer_call", "local_shell_call", "apply_patch_call"];

/// The event that ends a stream.
#[derive(Clone, Copy, Debug)]
pub(super) enum LastEvent<'d> {
    /// The response, completed or incomplete.
    Response(View<'d>),
    /// The response failed. Azure may give the reason only in an `error` event after this one; OpenAI sends that event
    /// before it (earendil-works/pi#7983, vercel/ai#6534).
    Failed(View<'d>),
    /// An error: flat as documented, or with the `error` object that servers send (openai/openai-dotnet#881).
    Error(View<'d>),
}

impl<'d> LastEvent<'d> {
    /// Reads the event at this root; `None` if it does not end the stream.
    pub(super) fn of(event: View<'d>) -> Option<LastEvent<'d>> {
        let response = || event.get("response").filter(|response| response.kind() == Kind::Object);
        match &*event.get("type")?.text()? {
            "response.completed" | "response.incomplete" => response().map(LastEvent::Response),
            "response.failed" => response().map(LastEvent::Failed),
            "error" => Some(LastEvent::Error(event)),
            _ => None,
        }
    }
}

/// Returns the error object of an `error` event: its member `error`, or else the event itself.
pub(super) fn error_of(event: View<'_>) -> View<'_> {
    event.get("error").filter(|error| error.kind() == Kind::Object).unwrap_or(event)
}

/// Returns the name of an `error` event's error for the log. The type of a flat event is always `error`, so it is not
/// one.
pub(super) fn error_name(event: View<'_>) -> Option<String> {
    error_code(error_of(event)).filter(|name| name != "error")
}

/// Reads the summary of a response.
pub(super) fn summary(response: View<'_>) -> AnswerSummary {
    let string = |key: &str| response.get(key).and_then(View::text).map(std::borrow::Cow::into_owned);
    let failed = || {
        let error = response.get("error").filter(|error| error.kind() == Kind::Object);
        error.and_then(error_code).or_else(|| {
            let status = string("status");
            status.filter(|status| matches!(&**status, "failed" | "cancelled"))
        })
    };
    AnswerSummary {
        usage: usage(Dialect::Responses, response),
        model: string("model").filter(|model| !model.is_empty()),
        finish_reason: finish_reason(response),
        error: failed(),
        reasoning: Vec::new(),
    }
}

/// Returns why the response ended, as chat completions name it, so that the log uses one name for both dialects.
fn finish_reason(response: View<'_>) -> Option<String> {
    let reason = match &*response.get("status")?.text()? {
        "completed" if items(response).any(|(kind, _)| CALLS.contains(&&*kind)) => "tool_calls".into(),
        "completed" => "stop".into(),
        "incomplete" => match response.get("incomplete_details")?.get("reason")?.text()? {
            // The documentation's examples have `max_tokens`.
            reason if matches!(&*reason, "max_output_tokens" | "max_tokens") => "length".into(),
            other => other,
        },
        _ => return None,
    };
    Some(reason.into_owned())
}

/// Returns whether a response, parsed to [`super::answer::DEPTH`], has more than reasoning and empty texts.
pub(super) fn has_output(response: View<'_>) -> bool {
    items(response).any(|(kind, item)| match &*kind {
        "reasoning" => false,
        "message" => {
            let content = item.get("content").and_then(|content| content.reparse(2));
            content.is_some_and(|content| content.root().items().any(has_content))
        }
        _ => true,
    })
}

/// Returns whether a part of a message has content.
fn has_content(part: View<'_>) -> bool {
    let mut texts = ["text", "refusal"].into_iter().filter_map(|key| part.get(key)).peekable();
    texts.peek().is_none() || texts.any(|text| !text::inner(text.raw()).is_empty())
}

/// Returns the items of a response's output, with their types.
fn items(response: View<'_>) -> impl Iterator<Item = (std::borrow::Cow<'_, str>, View<'_>)> {
    let output = response.get("output").into_iter().flat_map(View::items);
    output.filter_map(|item| Some((item.get("type")?.text()?, item)))
}
