//! A chat call that Azure serves on the Responses API.

mod annotations;
mod answer;
mod citations;
mod filters;
mod finish;
mod head;
mod item;
mod kept;
mod merge;
mod plain;
mod request;
mod spelt;
mod stop;
mod stream;
mod tool_call;
mod usage;

pub use crate::call::OverResponses as Reply;
pub use answer::{ANSWER_DEPTH, NoAnswer, answer};
pub use filters::innererror;
pub use finish::status;
pub use merge::merge;
pub use request::{has_reasoning, hosted, request};
pub use stream::Chunks;

use crate::call::ReplayedReasoning;

/// What a deployment adds to the calls that are bridged to it.
#[derive(Clone, Copy, Debug, Default)]
pub struct BridgeOptions<'a> {
    /// The Azure resource that the call goes to. Reasoning that another one made is of no use to it.
    pub resource: &'a str,
    /// Ask for the reasoning in its encrypted form, so that a client can send it back.
    pub encrypted: bool,
    /// What Azure refuses to be asked for (`include`), so that nothing but the client asks for it.
    pub untold: &'a [&'a str],
    /// Ask for a summary of the reasoning: `auto`, `concise` or `detailed`.
    pub summary: Option<&'a str>,
    /// Of which earlier answers the reasoning goes back, where the client gives it back.
    pub replayed: ReplayedReasoning,
}
