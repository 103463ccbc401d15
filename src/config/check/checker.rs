//! The pass over a config. Each section has a file of methods of its own.

use std::{collections::BTreeSet, num::NonZeroU32};

use toml::Table;

use super::context::CheckContext;
use crate::{
    call::name,
    config::{KeyPath, findings::Findings, locations::Locations},
};

/// The pass over a config.
pub(super) struct Checker<'a> {
    pub(super) findings: Findings<'a>,
    pub(super) context: CheckContext<'a>,
    /// The names of all resources as written. A resource that was removed for its own problems must not cause others.
    pub(super) resources: Vec<String>,
    /// Whether any model was written.
    pub(super) has_models: bool,
    /// Whether any key was written.
    pub(super) has_keys: bool,
    /// The ids of all rules. Empty until the catalog is loaded.
    pub(super) rules: BTreeSet<String>,
    /// What had the wrong shape and is no longer in the tree.
    pub(super) removed: Vec<KeyPath>,
}

impl<'a> Checker<'a> {
    pub(super) fn new(tree: &Table, locations: &'a Locations, context: CheckContext<'a>) -> Checker<'a> {
        let names = |section| match tree.get(section) {
            Some(toml::Value::Table(table)) => table.keys().cloned().collect(),
            _ => Vec::new(),
        };
        Checker {
            findings: Findings::new(locations),
            context,
            resources: names("resources"),
            has_models: !names("models").is_empty(),
            has_keys: !names("keys").is_empty(),
            rules: BTreeSet::new(),
            removed: Vec::new(),
        }
    }

    /// Returns whether the tree still has what was written here. A value that was removed does not count as absent.
    pub(super) fn is_as_written(&self, at: &KeyPath) -> bool {
        !self.removed.iter().any(|removed| at.is_within(removed))
    }

    /// Checks a name that the operator chose, which stands in headers, logs and metrics.
    pub(super) fn name(&mut self, table: &KeyPath, name: &str) {
        if !name::is_model(name) {
            let message = format!("a name has 1 to {} bytes and no control characters", name::LONGEST);
            self.findings.key_error(table, message, "choose a shorter, plain name");
        }
    }

    /// Reports a number that is 0.
    pub(super) fn require_nonzero(&mut self, at: &KeyPath, value: u64) {
        if value == 0 {
            self.findings.value_error(at, "must not be 0", "write at least 1");
        }
    }

    /// Returns the request limit of a table. A limit of 0 would refuse every call.
    pub(super) fn requests_per_minute(&mut self, table: &KeyPath, limit: Option<u32>) -> Option<NonZeroU32> {
        self.require_nonzero(&table.child("requests_per_minute"), limit.unwrap_or(1).into());
        NonZeroU32::new(limit?)
    }
}
