//! The vocabulary of a call: what was asked, on which surface, how it is changed, what it cost.

mod dialect;
pub mod name;
mod plan;
mod replayed;
mod summary;
mod usage;
mod version;

pub use dialect::{Dialect, PerDialect};
pub use plan::{
    Change, Copies, Crossing, Edit, Effect, Framing, OverChat, OverResponses, Plan, Refusal, ReplyPlan,
    ReplyTweak, RuleId, Shape, UsageChunk,
};
pub use replayed::ReplayedReasoning;
pub use summary::AnswerSummary;
pub use usage::Usage;
pub use version::{ApiVersion, InvalidApiVersion, Surface};

use crate::json::Document;

/// How deep a call's body is looked into: down to the members of a message's content parts.
pub const OUTLINE_DEPTH: u32 = 5;

/// A call as a client made it, whatever path and dialect it came by.
#[derive(Clone, Debug)]
pub struct Call {
    /// The operation asked for.
    pub dialect: Dialect,
    /// The model or deployment named, from the path or else from the body.
    pub model: String,
    /// The client asked for a stream.
    pub stream: bool,
    /// The body, outlined to [`OUTLINE_DEPTH`].
    pub body: Document,
    /// The caller wants odd stream chunks in the form that strict OpenAI clients expect.
    pub normalize: bool,
    /// What Azure stores of it cannot be named by a later call, so its answer must hold what that call needs.
    pub stateless: bool,
}
