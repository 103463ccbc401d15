//! Compares a config with its shape. What has the wrong shape is reported and removed, so that the rest can be checked.

use std::collections::BTreeMap;

use toml::{Table, Value};

use super::checker::Checker;
use crate::config::{
    KeyPath,
    schema::Secret,
    shape::{ConfigShape, Slot},
    suggest::{shortened, suggest},
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

/// Returns what is wrong with a value, and the value if it cannot be a secret.
fn mismatch(shape: &ConfigShape, value: &Value) -> String {
    let wrong = match (shape, value) {
        (ConfigShape::Integer(_), Value::Integer(_)) => "out of range",
        (ConfigShape::Choice(_), Value::String(_)) => "not one of the known values",
        (ConfigShape::Text | ConfigShape::Choice(_), _) => "not a string",
        (ConfigShape::Texts, _) => "not a list of strings",
        (ConfigShape::Boolean, _) => "not true or false",
        (ConfigShape::Integer(_), _) => "not a whole number",
        (ConfigShape::Secret, _) => "not the place of a secret",
        (ConfigShape::Table(_) | ConfigShape::Named(_) | ConfigShape::Free, _) => "not a table",
    };
    match harmless(shape, value) {
        Some(shown) => format!("{wrong}: `{shown}`"),
        None => wrong.to_owned(),
    }
}

/// Returns a value that cannot be a secret: a number, a boolean, or a text that was meant as one of these. Any other
/// text can be a key that was pasted into the wrong place.
fn harmless(shape: &ConfigShape, value: &Value) -> Option<String> {
    const LONGEST: usize = 12;
    match (shape, value) {
        (
            ConfigShape::Integer(_) | ConfigShape::Boolean | ConfigShape::Choice(_),
            Value::Integer(_) | Value::Float(_) | Value::Boolean(_),
        ) => plain(value),
        (ConfigShape::Integer(_), Value::String(text)) => {
            let is_number =
                text.trim_start_matches(['-', '+']).starts_with(|first: char| first.is_ascii_digit());
            (is_number && text.len() <= LONGEST).then(|| shortened(text))
        }
        (ConfigShape::Boolean, Value::String(text)) => {
            let words = ["true", "false", "yes", "no", "on", "off", "1", "0"];
            words.contains(&text.to_ascii_lowercase().as_str()).then(|| text.clone())
        }
        (ConfigShape::Choice(_), Value::String(text)) => (text.len() <= LONGEST).then(|| shortened(text)),
        _ => None,
    }
}

/// Returns a plain value as it is written.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Integer(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Boolean(flag) => Some(flag.to_string()),
        Value::String(_) | Value::Datetime(_) | Value::Array(_) | Value::Table(_) => None,
    }
}

/// Returns a sentence with a small first letter.
fn lower(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
