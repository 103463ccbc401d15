//! The catalog as a whole.

use super::*;

#[test]
fn the_embedded_catalog_loads() {
    if let Err(problems) = Catalog::load(&toml::Table::new()) {
        panic!("{}", problems.iter().map(|p| format!("{p}\n")).collect::<String>());
    }
}
