//! The bridge between two dialects that express the same call. [`over_responses`] serves a chat call on the Responses
//! API, and [`over_chat`] serves a Responses call as a chat completion. Each translates the request, the whole answer
//! and the stream of events. The bridge is pure: values in, values out, and no policy. What one dialect can express
//! and the other cannot comes back as a [`Loss`], and the caller decides whether to allow it.
//!
//! The bridge copies values as spans of the original: numbers keep their digits, and no image is decoded.

pub mod filters;
mod fnv;
pub mod over_chat;
pub mod over_responses;
mod require;
pub mod tool_call_id;
mod tool_kind;
mod values;

use std::borrow::Cow;

use crate::json::{Pointer, Raw};

/// How deep the bridge needs a body to be parsed: to the text of a replayed message,
/// `messages[].content[].azgate.output[].content[].text`, which litellm keeps one level deeper.
pub const DEPTH: u32 = 11;

/// The code and the message that a client reads when upstream breaks off a stream. The SDKs raise on this error; they
/// take a plain end for success.
pub const INTERRUPTED: (&str, &str) =
    ("upstream_stream_interrupted", "The stream from Azure OpenAI broke off before its end.");

/// The code and the message that a client reads when upstream sends an event that is not JSON: text may be missing.
const UNREADABLE: (&str, &str) =
    ("upstream_stream_unreadable", "Azure OpenAI sent an event that is no JSON.");

/// How many bytes the bridge keeps of one stream. It must keep what the last event repeats. This is as much as azgate
/// buffers of an answer that is not a stream.
pub const MOST_KEPT: usize = crate::sse::EVENT_LIMIT;

/// The code and the message that a client reads when the bridge would have to keep more than that.
fn too_large(limit: usize) -> (&'static str, String) {
    let message =
        format!("The answer of Azure OpenAI is longer than azgate translates in one stream: {limit} bytes.");
    ("upstream_answer_too_large", message)
}

/// The value in `include` that asks for log probabilities.
const INCLUDE_LOGPROBS: &str = "message.output_text.logprobs";

/// A call translated into the other dialect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bridged {
    /// The body, made of pieces of the original.
    pub body: Raw,
    /// What the body lost, in the order of the original.
    pub losses: Vec<Loss>,
}

/// A part of a call that the other dialect cannot express, and without which the call still makes sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The rule that a policy names, such as `drop.name`.
    pub rule: &'static str,
    /// The place in the original body.
    pub at: Pointer,
    /// The reason, in a sentence for the caller.
    pub why: Cow<'static, str>,
    /// Whether the call still asks for the same.
    pub same: bool,
}

/// Why a call cannot be bridged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{param}` cannot be carried: {why}")]
pub struct Unbridgeable {
    /// The parameter at fault, as OpenAI's errors name it (`messages[0].content[1]`).
    pub param: String,
    /// The reason, and what to do instead.
    pub why: Cow<'static, str>,
}
