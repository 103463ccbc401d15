//! A Responses call that Azure serves as a chat completion. [`request()`] translates the call to chat. [`answer()`]
//! translates the whole answer back, and [`Events`] a stream of chunks to the events of a response.
//!
//! Nothing is stored, so a response's id cannot be retrieved. It is the chat answer's own id with the prefix of a
//! response, and every other id is derived from it or from a call's id.

mod answer;
mod builder;
mod chunk;
mod compaction;
mod delta;
pub mod event_writer;
mod events;
mod head;
mod item;
mod logprobs;
mod member_map;
mod message;
mod request;
mod response;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod usage;
mod verdicts;

pub use crate::call::OverChat as Reply;
pub use answer::{NotAnAnswer, answer};
pub use events::{DEPTH, Events};
pub use request::{LOSS_RULES, Lacking, lacking, request};
