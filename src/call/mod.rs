//! The vocabulary of a call: its operation, address and body, how it is changed, and which tokens it used.

mod dialect;
mod dialogue;
pub mod name;
mod operation;
mod plan;
mod remembered;
mod replayed;
mod request;
mod summary;
mod usage;
mod version;

pub use dialect::{Dialect, PerDialect};
pub use dialogue::{Dialogue, OUTLINE_DEPTH, written_in};
pub use operation::{Addressing, AnswerKind, BodyKind, OPERATIONS, Operation};
pub use plan::{
    BridgedDialogue, Change, Compaction, Copies, Edit, Effect, Framing, NamespacedTool, OverChat,
    OverResponses, Plan, Refusal, ReplyPlan, ReplyTweak, RuleId, Shape, UsageChunk,
};
pub use remembered::{KeptReasoning, Remembered};
pub use replayed::ReplayedReasoning;
pub use request::{Address, Body, Call};
pub use summary::AnswerSummary;
pub use usage::Usage;
pub use version::{ApiVersion, InvalidApiVersion, Surface};
