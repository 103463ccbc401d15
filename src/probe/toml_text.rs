//! Writes the tables of an overlay as TOML. The `toml` crate is built without its printer.

use toml::{Table, Value};

use crate::{json::text, translate::learn::key};

/// Returns a family's block: its fields, then each of its tables.
pub(super) fn block(path: &str, table: &Table) -> String {
    let (tables, fields): (Vec<_>, Vec<_>) = table.iter().partition(|(_, value)| value.is_table());
    let mut lines = vec![format!("[{path}]")];
    lines.extend(fields.into_iter().map(|(name, field)| line(name, field)));
    for (name, inner) in tables {
        lines.push(format!("[{path}.{}]", key(name)));
        let inner = inner.as_table().into_iter().flatten();
        lines.extend(inner.map(|(name, field)| line(name, field)));
    }
    lines.join("\n") + "\n"
}

/// The width up to which a list of texts stays on one line, and at which it is broken otherwise.
const WIDTH: usize = 80;

/// Returns a key with its value. A long list of texts takes several lines.
fn line(name: &str, field: &Value) -> String {
    let line = format!("{} = {}", key(name), value(field));
    let Some(texts) = field.as_array().filter(|list| line.len() > WIDTH && list.iter().all(Value::is_str))
    else {
        return line;
    };
    let mut lines = vec![format!("{} = [", key(name))];
    let mut row = String::from(" ");
    for text in texts {
        let item = format!(" {},", value(text));
        if row.len() + item.len() > WIDTH {
            lines.push(std::mem::replace(&mut row, String::from(" ")));
        }
        row.push_str(&item);
    }
    lines.extend([row, "]".to_owned()]);
    lines.join("\n")
}

/// Returns a value on one line.
fn value(value: &Value) -> String {
    match value {
        Value::String(string) => text::quote(string),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => format!("{number:?}"),
        Value::Boolean(flag) => flag.to_string(),
        Value::Datetime(date) => date.to_string(),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(self::value).collect::<Vec<_>>().join(", "))
        }
        Value::Table(table) => {
            let pair = |(name, field): (&String, &Value)| format!("{} = {}", key(name), self::value(field));
            format!("{{ {} }}", table.iter().map(pair).collect::<Vec<_>>().join(", "))
        }
    }
}
