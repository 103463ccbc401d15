//! What azgate knows of each deployment: its family, how the family was found, and what Azure's refusals taught.
//!
//! [`crate::translate::learn`] says what one refusal teaches. This module keeps it, for as long as it holds.

mod family;
mod knowledge;
mod metrics;
mod permit;
mod store;
#[cfg(test)]
mod tests;
mod trial;

pub use knowledge::{FamilySource, Knowledge, LearningOptions};
pub use metrics::LearningMetrics;
pub use permit::{FirstCallPermit, LearningPermit, MOST_AMENDMENTS};
pub use store::KnowledgeStore;
