//! The policies: `[policy]`, and those of models and keys.

use super::checker::Checker;
use crate::{
    catalog::{did_you_mean, nearest},
    config::KeyPath,
    translate::PolicyLayer,
};

impl Checker<'_> {
    /// Returns a layer of policy. Every rule that it names must exist.
    pub(super) fn policy(&mut self, at: &KeyPath, policy: &PolicyLayer) -> PolicyLayer {
        for rule in policy.rules.keys().filter(|rule| !self.rules.contains(*rule)) {
            let nearest = nearest(rule, self.rules.iter().map(String::as_str)).map(did_you_mean);
            let remedy = nearest.unwrap_or_else(|| "docs/rules.md lists all rules".to_owned());
            self.findings.key_error(&at.child("rules").child(rule), "no rule has this id", remedy);
        }
        policy.clone()
    }
}
