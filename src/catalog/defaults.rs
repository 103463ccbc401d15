//! What Azure assumes for parameters that a call leaves out, from `[defaults]` of `families.toml`.

use std::collections::BTreeMap;

use toml::Table;

use super::{
    problem::CatalogProblem,
    scalar::Scalar,
    section::{Section, scalar},
};
use crate::call::{Dialect, PerDialect};

/// What Azure assumes for absent parameters, by parameter.
pub type Defaults = PerDialect<BTreeMap<String, Scalar>>;

/// Reads the defaults of the embedded table.
pub(super) fn read(embedded: &Table, problems: &mut Vec<CatalogProblem>) -> Defaults {
    let mut section = Section::new(embedded, &[], problems);
    let Some(table) = section.table("defaults") else { return Defaults::default() };
    let mut defaults = section.child(&["defaults"], table);
    PerDialect::new(|dialect: Dialect| {
        let Some(table) = defaults.table(dialect.name()) else { return BTreeMap::new() };
        let mut section = defaults.child(&[dialect.name()], table);
        let value = |key: &String| Some((key.clone(), section.read(key, "a plain value", scalar)?));
        table.keys().filter_map(value).collect()
    })
}
