//! Policies, wherever they stand.

use super::Judge;
use crate::{
    catalog::{did_you_mean, nearest},
    config::{KeyPath, schema::Policy},
    translate::PolicyLayer,
};

impl Judge<'_> {
    /// A layer of policy. Every rule that it names must exist.
    pub(super) fn policy(&mut self, at: &KeyPath, policy: &Policy) -> PolicyLayer {
        for rule in policy.rules.keys().filter(|rule| !self.rules.contains(*rule)) {
            let nearest = nearest(rule, self.rules.iter().map(String::as_str)).map(did_you_mean);
            let remedy = nearest.unwrap_or_else(|| "docs/rules.md lists all".to_owned());
            self.findings.key(&at.child("rules").child(rule), "no rule has this id", remedy);
        }
        policy.clone()
    }
}
