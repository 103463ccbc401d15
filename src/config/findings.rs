//! Collects the problems of a config, each with its location.

use super::{KeyPath, locations::Locations, problem::Problem};

/// The problems found so far.
pub(super) struct Findings<'a> {
    locations: &'a Locations,
    problems: Vec<Problem>,
}

impl<'a> Findings<'a> {
    pub(super) fn new(locations: &'a Locations) -> Self {
        Findings { locations, problems: Vec::new() }
    }

    /// Adds an error about a key itself, or about its absence.
    pub(super) fn key_error(&mut self, at: &KeyPath, message: impl Into<String>, remedy: impl Into<String>) {
        self.problems.push(Problem::error(self.locations.key(at), at, message, remedy));
    }

    /// Adds an error about the value of a key.
    pub(super) fn value_error(
        &mut self,
        at: &KeyPath,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.problems.push(Problem::error(self.locations.value(at), at, message, remedy));
    }

    /// Adds a warning about the value of a key.
    pub(super) fn value_warning(
        &mut self,
        at: &KeyPath,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.problems.push(Problem::warning(self.locations.value(at), at, message, remedy));
    }

    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.problems
    }
}
