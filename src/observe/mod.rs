//! What azgate reports about its calls: one log line for each, and metrics.

mod json;
mod lines;
pub mod logging;
mod metrics;
mod record;

pub use metrics::Metrics;
pub use record::Record;
