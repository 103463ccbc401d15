//! A Responses call that Azure serves as a chat completion. [`request`] says the call in the words of chat, [`answer`] the
//! whole answer in those of Responses, and [`Events`] a stream of chunks as the events of a response.
//!
//! Nothing is stored, so a response's id leads nowhere: it is the chat answer's own, under a response's prefix, and every
//! other id is derived from it or from a call's.

mod answer;
mod events;
mod head;
mod item;
mod list;
mod message;
mod request;
mod response;
mod rest;
mod story;
pub mod teller;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod usage;
mod verdicts;

pub use answer::answer;
pub use events::Events;
pub use request::{LOSSES, request};

use bytes::Bytes;

/// How the answer to a bridged Responses call is given back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// What a response repeats of its request, as the members of a JSON object without its braces.
    pub echo: Bytes,
}

/// The body is no chat completion (it has no `choices`): it goes to the client as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body has no `choices`, so it is not a chat completion")]
pub struct NotAnAnswer;

/// What a chat answer told of itself while it was put into other words: what a log line wants to know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Its token counts.
    pub usage: Option<Counts>,
    /// The model version that answered.
    pub model: Option<String>,
    /// Why it ended, in the words of chat (`stop`, `length`, `tool_calls`, `content_filter`).
    pub finish_reason: Option<String>,
    /// The code of an error in the stream, or else its type.
    pub error_code: Option<String>,
}

/// The tokens of an answer; absent counts are zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Tokens of the input, cached ones included.
    pub input: u64,
    /// Tokens of the input that came from Azure's cache.
    pub cached: u64,
    /// Tokens of the output, reasoning included.
    pub output: u64,
    /// Tokens spent on reasoning.
    pub reasoning: u64,
}

/// How deep a chat answer or chunk must be parsed for this module: down to the members of a message. What lies deeper
/// (calls, annotations) is opened where it occurs, so that long `logprobs` cost nothing.
pub const DEPTH: u32 = 4;
