//! Parses a table that azgate ships.

use toml::Table;

use super::{key_path::KeyPath, problem::CatalogProblem};

/// Parses the text of the file that describes `name`.
pub(super) fn parse(name: &str, text: &str) -> Result<Table, Vec<CatalogProblem>> {
    text.parse().map_err(|error: toml::de::Error| {
        vec![CatalogProblem::new(KeyPath::new([name]), error.to_string(), "report this to azgate")]
    })
}
