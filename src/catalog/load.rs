//! Loads the catalog: the families that azgate ships, under an operator's overlay.

use std::sync::Arc;

use toml::{Table, Value};

use super::{
    block::Block,
    defaults::{self, Defaults},
    embedded,
    key_path::KeyPath,
    lineage::{WrittenFamily, lineage},
    problem::CatalogProblem,
    profile_builder::ProfileBuilder,
    registry::{Catalog, UNKNOWN},
    section::Section,
};

const EMBEDDED: &str = include_str!("families.toml");

impl Catalog {
    /// Returns the catalog that azgate ships.
    #[expect(clippy::expect_used, clippy::missing_panics_doc, reason = "a test loads the embedded file")]
    pub fn embedded() -> Catalog {
        Catalog::load(&Table::new()).expect("the embedded catalog is sound")
    }

    /// Returns the embedded catalog under an operator's `families` table, or every problem of it.
    pub fn load(overlay: &Table) -> Result<Catalog, Vec<CatalogProblem>> {
        let embedded = embedded::parse("families", EMBEDDED)?;
        let mut problems = Vec::new();
        let defaults = defaults::read(&embedded, &mut problems);
        let families = families(&embedded, overlay, &mut problems);
        let catalog = resolve(&families, &defaults, &mut problems);
        if problems.is_empty() { Ok(catalog) } else { Err(problems) }
    }
}

/// Reads the blocks of every family, those of the embedded table first.
fn families(embedded: &Table, overlay: &Table, problems: &mut Vec<CatalogProblem>) -> Vec<WrittenFamily> {
    let shipped = embedded.get("families").and_then(Value::as_table);
    let mut families = Vec::new();
    for (name, value) in shipped.into_iter().flatten() {
        let embedded = block(name, value, problems);
        families.push(WrittenFamily { name: name.clone(), embedded, overlay: None });
    }
    for (name, value) in overlay {
        let overlay = block(name, value, problems);
        match families.iter_mut().find(|family| family.name == *name) {
            Some(family) => family.overlay = overlay,
            None => families.push(WrittenFamily { name: name.clone(), embedded: None, overlay }),
        }
    }
    families
}

fn block(name: &str, value: &Value, problems: &mut Vec<CatalogProblem>) -> Option<Block> {
    let at = || KeyPath::new(["families", name]);
    if name == UNKNOWN {
        let message = "the name `unknown` stands for deployments about which nothing is known";
        let remedy = "give the family another name, and write that as the deployment's `family`";
        problems.push(CatalogProblem::new(at(), message, remedy));
        return None;
    }
    let Value::Table(table) = value else {
        let remedy = format!("write `[families.{name}]`");
        problems.push(CatalogProblem::new(at(), "a family is a table", remedy));
        return None;
    };
    Some(Block::read(&mut Section::new(table, &["families", name], problems)))
}

/// Resolves every family that is not abstract.
fn resolve(families: &[WrittenFamily], defaults: &Defaults, problems: &mut Vec<CatalogProblem>) -> Catalog {
    let mut catalog = Catalog::new(families.iter().map(|family| family.name.clone()), defaults);
    for family in families {
        let line = lineage(family, families, problems);
        if family.is_abstract() {
            continue;
        }
        let mut builder = ProfileBuilder::new(&family.name, family.models(), defaults);
        line.iter().flat_map(|one| one.layers()).for_each(|layer| builder.add(layer));
        catalog.add(Arc::new(builder.finish(problems)), problems);
    }
    catalog
}
