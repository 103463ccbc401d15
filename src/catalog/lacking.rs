//! What one operation has no place for of the other's parameters, from `lacking.toml`: rows like a family's.

use std::sync::LazyLock;

use toml::Table;

use super::{
    problem::Problem,
    profile::Row,
    row::{Entry, entries},
    section::Section,
};

const EMBEDDED: &str = include_str!("lacking.toml");

/// What the Responses API lacks of a chat call's parameters.
#[expect(clippy::expect_used, reason = "a test loads the embedded file")]
static RESPONSES: LazyLock<Vec<Row>> = LazyLock::new(|| load(EMBEDDED).expect("the embedded table is sound"));

/// What becomes of a chat call's parameters that the Responses API has no place for.
pub fn lacking_on_responses() -> &'static [Row] {
    &RESPONSES
}

fn load(text: &str) -> Result<Vec<Row>, Vec<Problem>> {
    let mut problems = Vec::new();
    let table: Table = match text.parse() {
        Ok(table) => table,
        Err(error) => return Err(vec![Problem::new(&[], error.to_string(), "report this to azgate")]),
    };
    let mut section = Section::new(&table, &["lacking"], &mut problems);
    section.only(&["responses"]);
    let entries = section
        .table("responses")
        .map(|rows| entries(&mut section.below(&["responses"], rows)))
        .unwrap_or_default();
    let rows =
        entries.into_iter().filter_map(|entry| if let Entry::Row(row) = entry { Some(row) } else { None });
    let rows = rows.collect();
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
