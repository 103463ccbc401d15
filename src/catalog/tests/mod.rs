//! The catalog as a whole: the embedded table, the overlay, and how mistakes are reported.

mod answers;
mod embedded;
mod facts;
mod mistakes;
mod overlay;

use std::{collections::BTreeSet, fmt::Write, sync::Arc};

use super::*;
use crate::call::Dialect;

fn load(overlay: &str) -> Result<Catalog, Vec<String>> {
    let families = format!("[families]\n{overlay}").parse::<toml::Table>().unwrap();
    let families = families["families"].as_table().unwrap();
    Catalog::load(families).map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

fn family(catalog: &Catalog, name: &str) -> Arc<Profile> {
    catalog
        .families()
        .find(|family| &*family.name == name)
        .cloned()
        .unwrap_or_else(|| panic!("no family {name}"))
}

fn row<'p>(profile: &'p Profile, id: &str) -> Option<&'p Row> {
    profile.rows(Dialect::Chat).iter().find(|row| &*row.id == id)
}

fn text(word: &str) -> Scalar {
    Scalar::Text(word.to_owned())
}
