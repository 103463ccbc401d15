//! The probe: asks Azure itself what a deployment takes, one tiny call for each row of the catalog, and writes what
//! differs as lines for the config.
//!
//! This module is the pure part. [`Interview`] knows which questions are open and which of them is the cheapest, reads
//! Azure's answers, and says what follows from them. `cli/probe/` sends the calls.

mod answer;
mod body;
mod changes;
mod context;
mod effort_changes;
mod interview;
mod line;
mod media;
mod open;
mod overlay;
mod params;
mod question;
mod reading;
mod refusal;
mod row_changes;
mod row_effect;
mod says;
mod state;
mod toml_text;
mod versions;

pub use answer::{Answer, Verdict};
pub use interview::{Finding, Interview, Quote};
pub use overlay::{NotAnOverlay, Overlay};
pub use question::Question;
pub use reading::{Outcome, outcome};
