//! A chat call that Azure serves on the Responses API.

mod annotations;
mod answer;
mod approval;
mod citations;
mod decoded;
mod filters;
mod finish;
mod head;
mod item;
mod kept;
mod merge;
mod options;
mod request;
mod stop;
mod stream;
mod tool_call;
mod usage;
mod vendor_field;

pub use crate::call::OverResponses as Reply;
pub use answer::{ANSWER_DEPTH, NoAnswer, answer};
pub use filters::innererror;
pub use finish::{known_status, status};
pub use kept::kept_of_completion;
pub use merge::merge;
pub use options::BridgeOptions;
pub use request::{has_reasoning, hosted, request};
pub use stream::Chunks;
