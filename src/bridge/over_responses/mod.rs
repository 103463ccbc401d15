//! A chat call that Azure serves on the Responses API.

mod assistant;

mod content;
pub mod hosted;
mod messages;
mod object;
#[cfg(test)]
mod properties;
mod replay;
mod request;
mod settings;
#[cfg(test)]
mod testing;
mod tool_calls;
mod tools;

use std::sync::Arc;

pub use request::request;

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
