//! The parameters of a chat call that the Responses API lacks, from `lacking.toml`: rows like a family's.

use std::sync::LazyLock;

use super::{
    embedded,
    entry::{Entry, entries},
    problem::CatalogProblem,
    row::Row,
    section::Section,
};
use crate::call::Dialect;

const EMBEDDED: &str = include_str!("lacking.toml");

#[expect(clippy::expect_used, reason = "a test loads the embedded file")]
static RESPONSES: LazyLock<Vec<Row>> = LazyLock::new(|| load(EMBEDDED).expect("the embedded table is sound"));

/// Returns what happens to each parameter of a chat call that the Responses API lacks.
pub fn lacking_on_responses() -> &'static [Row] {
    &RESPONSES
}

fn load(text: &str) -> Result<Vec<Row>, Vec<CatalogProblem>> {
    let table = embedded::parse("lacking", text)?;
    let mut problems = Vec::new();
    let mut section = Section::new(&table, &["lacking"], &mut problems);
    section.allow_only(&["responses"]);
    let rows = entries(&mut section, Dialect::Responses).into_iter().filter_map(Entry::row).collect();
    if problems.is_empty() { Ok(rows) } else { Err(problems) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sound() {
        let rows = load(EMBEDDED).unwrap();
        assert!(rows.iter().any(|row| &*row.id == "refuse.n"));
        assert!(rows.iter().all(|row| row.why.contains("Responses API") || row.param == "data_sources"));
    }
}
