//! What can be wrong with a config, and where.

use std::fmt;

use super::{KeyPath, places::Places};

/// One thing that is wrong. No text of it ever holds the value of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Whether it stops the start.
    pub severity: Severity,
    /// Where it was written.
    pub place: Place,
    /// The key it is about, dotted; empty where it is about the whole.
    pub key: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

/// Whether a problem stops the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It does.
    Error,
    /// It does not.
    Warning,
}

/// Where a value was written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Nowhere: something is missing altogether.
    Unwritten,
    /// In the config file; line and column count from 1, columns in characters.
    File {
        /// The file as it was named.
        file: String,
        /// The line.
        line: usize,
        /// The column.
        column: usize,
    },
    /// In an environment variable.
    Variable(String),
    /// In a command line flag.
    Flag(&'static str),
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Unwritten => f.write_str("config"),
            Place::File { file, line, column } => write!(f, "{file}:{line}:{column}"),
            Place::Variable(name) => f.write_str(name),
            Place::Flag(name) => f.write_str(name),
        }
    }
}

/// `file:line:column: error: key: message (remedy)`, as compilers write it.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: ", self.place, self.severity)?;
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        write!(f, "{} ({})", self.message, self.remedy)
    }
}

/// Collects problems and finds their places.
pub(super) struct Findings<'a> {
    places: &'a Places,
    problems: Vec<Problem>,
}

impl<'a> Findings<'a> {
    pub(super) fn new(places: &'a Places) -> Self {
        Findings { places, problems: Vec::new() }
    }

    /// The key itself, or the lack of one, is wrong.
    pub(super) fn key(&mut self, at: &KeyPath, message: impl Into<String>, remedy: impl Into<String>) {
        self.add(Severity::Error, self.places.key(at), at, message.into(), remedy.into());
    }

    /// The value of a key is wrong.
    pub(super) fn value(&mut self, at: &KeyPath, message: impl Into<String>, remedy: impl Into<String>) {
        self.add(Severity::Error, self.places.value(at), at, message.into(), remedy.into());
    }

    /// The value of a key is odd.
    pub(super) fn warn(&mut self, at: &KeyPath, message: impl Into<String>, remedy: impl Into<String>) {
        self.add(Severity::Warning, self.places.value(at), at, message.into(), remedy.into());
    }

    fn add(&mut self, severity: Severity, place: Place, at: &KeyPath, message: String, remedy: String) {
        self.problems.push(Problem { severity, place, key: at.to_string(), message, remedy });
    }

    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.problems
    }
}
