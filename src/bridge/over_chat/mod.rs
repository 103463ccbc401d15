//! A Responses call that Azure serves as a chat completion. [`request()`] says the call in the words of chat, [`answer()`] the
//! whole answer in those of Responses, and [`Events`] a stream of chunks as the events of a response.
//!
//! Nothing is stored, so a response's id leads nowhere: it is the chat answer's own, under a response's prefix, and every
//! other id is derived from it or from a call's.

mod answer;
mod builder;
mod events;
mod head;
mod item;
mod list;
mod logprobs;
mod message;
mod request;
mod response;
mod rest;
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

pub use crate::call::OverChat as Reply;

/// The body is no chat completion (it has no `choices`): it goes to the client as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body has no `choices`, so it is not a chat completion")]
pub struct NotAnAnswer;

/// How deep a chat answer or chunk must be parsed for this module: down to the members of a message. What lies deeper
/// (calls, annotations) is opened where it occurs, so that long `logprobs` cost nothing.
pub const DEPTH: u32 = 4;
