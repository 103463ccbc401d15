//! What can be wrong with a config, and where.

use std::fmt;

use super::{KeyPath, location::Location};

/// One thing that is wrong. Its texts never contain the value of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Whether the problem prevents a start.
    pub severity: Severity,
    /// Where it was written.
    pub location: Location,
    /// The key, dotted. Empty: the problem is with the whole config.
    pub key: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

impl Problem {
    /// Returns an error at that location.
    pub(super) fn error(
        location: Location,
        at: &KeyPath,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Problem {
        let (key, message, remedy) = (at.to_string(), message.into(), remedy.into());
        Problem { severity: Severity::Error, location, key, message, remedy }
    }

    /// Returns a warning at that location.
    pub(super) fn warning(
        location: Location,
        at: &KeyPath,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Problem {
        Problem { severity: Severity::Warning, ..Problem::error(location, at, message, remedy) }
    }
}

/// Whether a problem prevents a start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The gateway does not start with it.
    Error,
    /// The gateway starts with it.
    Warning,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        })
    }
}

/// Writes `file:line:column: error: key: message (remedy)`, as compilers do.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: ", self.location, self.severity)?;
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        write!(f, "{} ({})", self.message, self.remedy)
    }
}
