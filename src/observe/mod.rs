//! The log and the metrics: azgate writes one log line for each call, and counts the calls.

mod json;
mod lines;
pub mod logging;
mod metrics;
mod record;

pub use metrics::Metrics;
pub use record::Record;
