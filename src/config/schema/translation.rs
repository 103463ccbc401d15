//! The parts of `[models.NAME]` that translation itself defines.

pub use crate::translate::TargetOptions;
