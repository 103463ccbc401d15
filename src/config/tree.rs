//! Sets a value in nested tables.

use toml::Table;

/// Sets the value at `path`, and makes the tables on the path. If a plain value is in the way of a table, it stays.
pub(super) fn insert(table: &mut Table, path: &[String], value: toml::Value) {
    match path {
        [] => {}
        [key] => {
            table.insert(key.clone(), value);
        }
        [key, rest @ ..] => {
            let inner = table.entry(key.clone()).or_insert_with(|| Table::new().into());
            if let Some(inner) = inner.as_table_mut() {
                insert(inner, rest, value);
            }
        }
    }
}
