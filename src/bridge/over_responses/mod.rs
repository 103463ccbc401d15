//! A chat call that Azure serves on the Responses API.

mod assistant;
mod calls;
mod content;
pub mod hosted;
mod messages;
mod object;
mod replay;
mod request;
mod settings;
#[cfg(test)]
mod testing;
mod tools;

pub use crate::call::OverResponses as Reply;
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
