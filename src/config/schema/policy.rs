//! `[policy]`, `[models.NAME.policy]` and `[keys.NAME.policy]`: what translation may do to a call.

pub use crate::translate::{Action, Lossy, PolicyLayer as Policy};
