//! Reads the parameter tables of a block from TOML.

use toml::Value;

use super::{
    row::Row,
    row_reader::row,
    section::{Section, shown},
};
use crate::call::Dialect;

/// What a block writes for one parameter.
#[derive(Debug)]
pub(super) enum Entry {
    /// `"take"`: removes every inherited row of this parameter.
    Take(String),
    /// One row.
    Row(Row),
}

impl Entry {
    /// Returns the row, if the entry is one.
    pub(super) fn row(self) -> Option<Row> {
        match self {
            Entry::Take(_) => None,
            Entry::Row(row) => Some(row),
        }
    }

    fn id(&self) -> Option<&str> {
        match self {
            Entry::Take(_) => None,
            Entry::Row(row) => Some(&row.id),
        }
    }
}

/// Reads every entry of the table that is named after the dialect. A parameter holds one row, `"take"`, or a list of
/// these.
pub(super) fn entries(section: &mut Section<'_, '_>, dialect: Dialect) -> Vec<Entry> {
    let Some(table) = section.table(dialect.name()) else { return Vec::new() };
    let mut rows = section.child(&[dialect.name()], table);
    table.iter().flat_map(|(param, value)| entries_of(&mut rows, param, value)).collect()
}

fn entries_of<'t>(rows: &mut Section<'t, '_>, param: &str, value: &'t Value) -> Vec<Entry> {
    let entries: Vec<Entry> = match value {
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items.filter_map(|(at, item)| entry(rows, param, &[param, &at.to_string()], item)).collect()
        }
        one => entry(rows, param, &[param], one).into_iter().collect(),
    };
    let mut ids: Vec<&str> = entries.iter().filter_map(Entry::id).collect();
    ids.sort_unstable();
    let duplicate = ids.windows(2).find_map(|pair| match pair {
        [one, other] if one == other => Some(*one),
        _ => None,
    });
    if let Some(id) = duplicate {
        rows.problem(&[param], format!("`{id}` is written twice"), "write one row for each verb");
    }
    entries
}

fn entry<'t>(rows: &mut Section<'t, '_>, param: &str, keys: &[&str], value: &'t Value) -> Option<Entry> {
    match value {
        Value::String(keyword) if keyword == "take" => Some(Entry::Take(param.to_owned())),
        Value::Table(table) => row(&mut rows.child(keys, table), param, &[]).map(Entry::Row),
        other => {
            rows.problem(
                keys,
                format!("{} is not a row for `{param}`", shown(other)),
                "write a row such as `{ drop = true, why = \"…\" }`, or \"take\" to remove the inherited rows",
            );
            None
        }
    }
}
