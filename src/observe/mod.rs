//! What is seen of azgate from outside: one log line a call, and metrics.

mod json;
mod lines;
pub mod logging;
mod metrics;
mod record;

pub use metrics::Metrics;
pub use record::Record;
