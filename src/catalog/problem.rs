//! What can be wrong with a catalog, worded so that its author can fix it.

use std::fmt;

use super::key_path::KeyPath;

/// Something wrong in the catalog or in an operator's overlay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogProblem {
    /// The key that is wrong, from `families` or `defaults` down.
    pub at: KeyPath,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub remedy: String,
}

impl CatalogProblem {
    pub(super) fn new(at: KeyPath, message: impl Into<String>, remedy: impl Into<String>) -> CatalogProblem {
        CatalogProblem { at, message: message.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for CatalogProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.at, self.message, self.remedy)
    }
}
