//! Policies, wherever they stand.

use super::Judge;
use crate::config::{KeyPath, nearest::suggest, schema::Policy};

impl Judge<'_> {
    /// Every rule that a policy names must exist.
    pub(super) fn policy(&mut self, at: &KeyPath, policy: &Policy) {
        let known = self.surroundings.rules;
        for rule in policy.rules.keys().filter(|rule| !known.contains(rule)) {
            let remedy = suggest(rule, known.iter().map(String::as_str));
            self.findings.key(&at.child("rules").child(rule), "no rule has this id", remedy);
        }
    }
}
