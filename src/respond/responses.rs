//! What an answer of the Responses API tells of itself: the response object, and the events that end a stream.

use super::{envelope::error_code, usage::usage};
use crate::{
    call::{AnswerSummary, Dialect},
    json::{Kind, View, text},
};

/// How deep an event must be parsed for what is read here: down to the details of its response's `usage`.
pub(super) const EVENT_DEPTH: u32 = 4;

/// How the types begin of the events that may be an [`Ending`].
pub(super) const ENDS: [&[u8]; 4] =
    [b"\"response.completed\"", b"\"response.incomplete\"", b"\"response.failed\"", b"\"error\""];

/// The items whose output the client is asked for: a response that ends with one waits for the next call, as a chat
/// completion does that ends with `tool_calls`.
const CALLS: [&str; 5] =
    ["function_call", "custom_tool_call", "computer_call", "local_shell_call", "apply_patch_call"];

/// The event that ends a stream.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ending<'d> {
    /// The response is there, whole or cut short.
    Came(View<'d>),
    /// The response failed. Azure may tell why only in an `error` event behind it, which OpenAI sends before it
    /// (earendil-works/pi#7983, vercel/ai#6534).
    Failed(View<'d>),
    /// An error: flat as documented, or with the `error` object that servers send (openai/openai-dotnet#881).
    Error(View<'d>),
}

impl<'d> Ending<'d> {
    /// What the event at this root ends, if anything.
    pub(super) fn of(event: View<'d>) -> Option<Ending<'d>> {
        let response = || event.get("response").filter(|response| response.kind() == Kind::Object);
        match &*event.get("type")?.text()? {
            "response.completed" | "response.incomplete" => response().map(Ending::Came),
            "response.failed" => response().map(Ending::Failed),
            "error" => Some(Ending::Error(event)),
            _ => None,
        }
    }
}

/// The object that says what the error was, of an `error` event: within it, or else the event itself.
pub(super) fn error_of(event: View<'_>) -> View<'_> {
    event.get("error").filter(|error| error.kind() == Kind::Object).unwrap_or(event)
}

/// What names the error of an `error` event in the log. A flat one's type says only that it is one.
pub(super) fn error_name(event: View<'_>) -> Option<String> {
    error_code(error_of(event)).filter(|name| name != "error")
}

/// Reads a response.
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
    }
}

/// Why the response ended, in chat's words, so that a log has one word for one thing.
fn finish_reason(response: View<'_>) -> Option<String> {
    let reason = match &*response.get("status")?.text()? {
        "completed" if items(response).any(|(kind, _)| CALLS.contains(&&*kind)) => "tool_calls".into(),
        "completed" => "stop".into(),
        "incomplete" => match response.get("incomplete_details")?.get("reason")?.text()? {
            // The documentation's examples have the second.
            reason if matches!(&*reason, "max_output_tokens" | "max_tokens") => "length".into(),
            other => other,
        },
        _ => return None,
    };
    Some(reason.into_owned())
}

/// Whether a response, of a document parsed to [`super::answer::DEPTH`], holds more than reasoning and empty texts.
pub(super) fn says_something(response: View<'_>) -> bool {
    items(response).any(|(kind, item)| match &*kind {
        "reasoning" => false,
        "message" => {
            let content = item.get("content").and_then(|content| content.reparse(2));
            content.is_some_and(|content| content.root().items().any(is_said))
        }
        _ => true,
    })
}

/// Whether a part of a message holds anything.
fn is_said(part: View<'_>) -> bool {
    let mut texts = ["text", "refusal"].into_iter().filter_map(|key| part.get(key)).peekable();
    texts.peek().is_none() || texts.any(|said| !text::inner(said.raw()).is_empty())
}

/// The items of a response's output, with their types.
fn items(response: View<'_>) -> impl Iterator<Item = (std::borrow::Cow<'_, str>, View<'_>)> {
    let output = response.get("output").into_iter().flat_map(View::items);
    output.filter_map(|item| Some((item.get("type")?.text()?, item)))
}
