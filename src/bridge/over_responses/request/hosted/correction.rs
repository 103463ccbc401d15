//! The outcome of looking at one tool.

use crate::json::Raw;

/// A tool as it must be, and why; `None` if it is correct already.
pub(super) type Correction = Option<(Raw, &'static str)>;
