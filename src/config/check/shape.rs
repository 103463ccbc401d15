//! Compares a config with its shape. What has the wrong shape is reported and removed, so that the rest can be checked.

use std::collections::BTreeMap;

use toml::{Table, Value};

use super::checker::Checker;
use crate::config::{
    KeyPath,
    schema::Secret,
    shape::{ConfigShape, Slot},
    suggest::suggest,
};

impl Checker<'_> {
    /// Removes every value that has the wrong shape. A table stays even if keys are missing.
    pub(super) fn remove_misshapen(&mut self, tree: &mut Table) {
        if let ConfigShape::Table(keys) = ConfigShape::of_config() {
            self.table(&keys, tree, &KeyPath::default());
        }
    }

    /// Returns whether a value has the shape, after removing from it what does not.
    fn has_shape(&mut self, shape: &ConfigShape, value: &mut Value, at: &KeyPath) -> bool {
        let is_right = match (shape, &mut *value) {
            (ConfigShape::Table(keys), Value::Table(inner)) => {
                self.table(keys, inner, at);
                true
            }
            (ConfigShape::Named(each), Value::Table(inner)) => {
                inner.retain(|name, value| self.has_shape(each, value, &at.child(name)));
                true
            }
            (ConfigShape::Free, Value::Table(_))
            | (ConfigShape::Text, Value::String(_))
            | (ConfigShape::Boolean, Value::Boolean(_)) => true,
            (ConfigShape::Texts, Value::Array(texts)) => texts.iter().all(Value::is_str),
            (ConfigShape::Integer(most), Value::Integer(number)) => (0..=*most).contains(number),
            (ConfigShape::Choice(names), Value::String(name)) => names.contains(name),
            (ConfigShape::Secret, value) => Secret::written(value).is_some(),
            _ => false,
        };
        if !is_right {
            self.removed.push(at.clone());
            self.findings.value_error(at, mismatch(shape, value), shape.remedy());
        }
        is_right
    }

    fn table(&mut self, keys: &BTreeMap<String, Slot>, table: &mut Table, at: &KeyPath) {
        for (key, slot) in keys.iter().filter(|(key, slot)| slot.required && !table.contains_key(*key)) {
            let remedy = match &slot.shape {
                ConfigShape::Secret if self.context.dry_run => continue,
                ConfigShape::Secret => slot.shape.remedy(),
                _ => format!("write {}", lower(&slot.meaning)),
            };
            self.findings.key_error(&at.child(key), "missing", remedy);
        }
        table.retain(|key, value| {
            let at = at.child(key);
            if let Some(slot) = keys.get(key) {
                return self.has_shape(&slot.shape, value, &at);
            }
            let remedy = suggest(key, keys.keys().map(String::as_str));
            self.findings.key_error(&at, "unknown key", remedy);
            false
        });
    }
}

/// Returns what is wrong with a value, without the value itself.
fn mismatch(shape: &ConfigShape, value: &Value) -> &'static str {
    match (shape, value) {
        (ConfigShape::Integer(_), Value::Integer(_)) => "out of range",
        (ConfigShape::Choice(_), Value::String(_)) => "not one of the known values",
        (ConfigShape::Text | ConfigShape::Choice(_), _) => "not a string",
        (ConfigShape::Texts, _) => "not a list of strings",
        (ConfigShape::Boolean, _) => "not true or false",
        (ConfigShape::Integer(_), _) => "not a whole number",
        (ConfigShape::Secret, _) => "not the place of a secret",
        (ConfigShape::Table(_) | ConfigShape::Named(_) | ConfigShape::Free, _) => "not a table",
    }
}

/// Returns a sentence with a small first letter.
fn lower(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
