//! Translation: from the call a client made to the call that Azure takes for this deployment's family. Pure; every
//! change is an [`crate::call::Edit`] with its rule and reason, and only [`crate::json::apply`] touches bytes.

mod bridging;
mod compacting;
mod docs;
mod draft;
mod edited_params;
pub mod learn;
mod members;
mod options;
mod other_body;
mod other_words;
mod parameter_names;
mod plan;
mod policy;
mod report;
pub mod rules;
mod target;
#[cfg(test)]
mod tests;

pub use compacting::compacting;
pub use docs::rules_markdown;
pub use draft::{Draft, Message};
pub use edited_params::ParamValue;
pub use options::{OnToolsWithEffort, Summary, TargetOptions};
pub use parameter_names::{ParameterNames, parameter_names};
pub use plan::{named_deployment, plan};
pub use policy::{Action, Lossy, Policy, PolicyLayer};
pub use report::edits_header;
pub use rules::{RULES, Rule};
pub use target::{Target, Version};
