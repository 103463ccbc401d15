//! The vocabulary of a call: what was asked, on which surface, how it is changed, what it cost.

mod operation;
mod plan;
mod usage;
mod version;

pub use operation::Operation;
pub use plan::{Change, Edit, Effect, Framing, Plan, Refusal, ReplyPlan, ReplyTweak, RuleId, UsageChunk};
pub use usage::Usage;
pub use version::{ApiVersion, InvalidApiVersion, Surface};
