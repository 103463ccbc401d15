//! `[families]`, and the names of families and rules that the rest of a config uses.

use std::collections::BTreeSet;

use toml::Table;

use super::checker::Checker;
use crate::{
    call::Dialect,
    catalog::{Catalog, Surfaces, did_you_mean},
    config::{KeyPath, suggest::shortened},
    translate::{RULES, learn},
};

impl Checker<'_> {
    /// Returns the catalog under the operator's overlay, or the embedded catalog if the overlay has problems.
    pub(super) fn catalog(&mut self, overlay: &Table) -> Catalog {
        let catalog = Catalog::load(overlay).unwrap_or_else(|problems| {
            for problem in problems {
                self.findings.value_error(&problem.at, problem.message, problem.remedy);
            }
            Catalog::embedded()
        });
        self.rules = rule_ids(&catalog);
        catalog
    }

    /// Checks that a family exists. A family of the overlay can be missing in the catalog for its own problems.
    pub(super) fn family(&mut self, at: &KeyPath, name: &str, catalog: &Catalog, overlay: &Table) {
        let is_known = catalog.family(name).is_some() || overlay.contains_key(name);
        if !is_known && self.is_as_written(&KeyPath::new(["families"])) {
            let nearest = catalog.nearest(name).map(did_you_mean);
            let remedy = nearest.unwrap_or_else(|| "`azgate catalog list` shows all families".to_owned());
            self.findings.value_error(at, format!("there is no family `{}`", shortened(name)), remedy);
        }
    }
}

/// Returns the ids of every rule: of the code, the families, the api-versions and the lessons.
fn rule_ids(catalog: &Catalog) -> BTreeSet<String> {
    let surfaces = Surfaces::embedded();
    let code = RULES.iter().flat_map(|rule| rule.ids).map(|id| (*id).to_owned());
    let families = catalog.families().flat_map(|family| Dialect::ALL.map(|dialect| family.rows(dialect)));
    let families = families.flatten().map(|row| row.id.to_string());
    let rows = |version| Dialect::ALL.map(|dialect| surfaces.rows(version, dialect)).concat();
    let versions = surfaces.known_versions().iter().flat_map(rows).map(|row| row.id.to_string());
    code.chain(families).chain(versions).chain(learn::rule_ids()).collect()
}
