//! Sets a value in nested tables, and lays one tree of tables over another.

use toml::Table;

/// Lays one tree over another. Tables are merged key by key, and any other value replaces the older one.
pub(super) fn merge(under: &mut Table, over: Table) {
    for (key, value) in over {
        match (under.get_mut(&key), value) {
            (Some(toml::Value::Table(inner)), toml::Value::Table(value)) => merge(inner, value),
            (_, value) => {
                under.insert(key, value);
            }
        }
    }
}

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
