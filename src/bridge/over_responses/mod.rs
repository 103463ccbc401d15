//! A chat call that Azure serves on the Responses API.

mod annotations;
mod answer;
mod citations;
mod filters;
mod finish;
mod head;
mod item;
mod kept;
mod spelt;
mod stop;
mod stream;
mod tool_call;
mod usage;

use std::sync::Arc;

pub use answer::{ANSWER_DEPTH, NoAnswer, answer};
pub use stream::{Chunks, Told};

/// What a deployment adds to the calls that are bridged to it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wishes<'a> {
    /// The Azure resource that the call goes to. Reasoning that another one made is of no use to it.
    pub resource: &'a str,
    /// Ask for the reasoning in its encrypted form, so that a client can send it back.
    pub encrypted: bool,
    /// Ask for a summary of the reasoning: `auto`, `concise` or `detailed`.
    pub summary: Option<&'a str>,
}

/// How the answer to a bridged chat call is given back.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    /// The Azure resource that answers; reasoning is marked with it.
    pub resource: Arc<str>,
    /// Sequences at which the text is cut, and behind which Azure need not go on.
    pub stop: Vec<String>,
}
