//! A line of a family's block.

use crate::call::Dialect;

/// A line of a family's block.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    /// The table of parameters that holds it; `None` for a field.
    pub(super) table: Option<Dialect>,
    pub(super) key: String,
    /// The value, as TOML.
    pub(super) value: String,
}

pub(super) fn field(key: &str, value: String) -> Line {
    Line { table: None, key: key.to_owned(), value }
}

pub(super) fn quoted(text: &str) -> String {
    crate::json::text::quote(text)
}

pub(super) fn list<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    format!("[{}]", texts.into_iter().map(quoted).collect::<Vec<_>>().join(", "))
}
