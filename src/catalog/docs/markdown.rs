//! Small pieces of Markdown.

use crate::catalog::keyword::Keyword;

/// Returns the keywords, separated by commas.
pub(super) fn keywords<T: Keyword>(values: &[T]) -> String {
    values.iter().map(|value| value.keyword()).collect::<Vec<_>>().join(", ")
}

/// Returns the names as code spans, separated by commas.
pub(super) fn codes<'n>(names: impl Iterator<Item = &'n str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Returns what stands for a fact that no source states.
pub(super) fn unstated() -> String {
    "–".to_owned()
}

/// Returns a line of a table.
pub(super) fn line(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}
