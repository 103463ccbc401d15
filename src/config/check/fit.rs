//! Fits a tree to a shape: what does not fit is noted and taken out, so that the rest can still be judged.

use std::collections::BTreeMap;

use toml::{Table, Value};

use crate::config::{
    KeyPath,
    nearest::suggest,
    problem::Findings,
    schema::Secret,
    shape::{Shape, Slot},
};

/// Takes out everything that does not fit.
pub(super) fn prune(shape: &Shape, tree: &mut Table, findings: &mut Findings<'_>) {
    if let Shape::Table(keys) = shape {
        table(keys, tree, &KeyPath::default(), findings);
    }
}

/// Whether a value fits, once what does not fit inside of it is gone.
fn fits(shape: &Shape, value: &mut Value, at: &KeyPath, findings: &mut Findings<'_>) -> bool {
    let is_right = match (shape, &mut *value) {
        (Shape::Table(keys), Value::Table(inner)) => return table(keys, inner, at, findings),
        (Shape::Named(each), Value::Table(inner)) => {
            inner.retain(|name, value| fits(each, value, &at.child(name), findings));
            return true;
        }
        (Shape::Free, Value::Table(_))
        | (Shape::Text, Value::String(_))
        | (Shape::Boolean, Value::Boolean(_)) => true,
        (Shape::Integer(most), Value::Integer(number)) => (0..=*most).contains(number),
        (Shape::Choice(names), Value::String(name)) => names.contains(name),
        (Shape::Secret, value) => Secret::written(value).is_some(),
        _ => false,
    };
    if !is_right {
        findings.value(at, mismatch(shape, value), shape.remedy());
    }
    is_right
}

/// Whether a table has all it needs, once what does not fit is gone.
fn table(
    keys: &BTreeMap<String, Slot>,
    table: &mut Table,
    at: &KeyPath,
    findings: &mut Findings<'_>,
) -> bool {
    for (key, slot) in keys.iter().filter(|(key, slot)| slot.required && !table.contains_key(*key)) {
        let remedy = match &slot.shape {
            Shape::Secret => slot.shape.remedy(),
            _ => format!("write {}", lower(&slot.meaning)),
        };
        findings.key(&at.child(key), "missing", remedy);
    }
    table.retain(|key, value| {
        let at = at.child(key);
        if let Some(slot) = keys.get(key) {
            return fits(&slot.shape, value, &at, findings);
        }
        findings.key(&at, "unknown key", suggest(key, keys.keys().map(String::as_str)));
        false
    });
    keys.iter().all(|(key, slot)| !slot.required || table.contains_key(key))
}

/// What is wrong with a value, without the value.
fn mismatch(shape: &Shape, value: &Value) -> &'static str {
    match (shape, value) {
        (Shape::Integer(_), Value::Integer(_)) => "out of range",
        (Shape::Choice(_), Value::String(_)) => "not one of the known words",
        (Shape::Text | Shape::Choice(_), _) => "not a string",
        (Shape::Boolean, _) => "not true or false",
        (Shape::Integer(_), _) => "not a whole number",
        (Shape::Secret, _) => "not the place of a secret",
        (Shape::Table(_) | Shape::Named(_) | Shape::Free, _) => "not a table",
    }
}

fn lower(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
