//! Fits the tree to a shape: what does not fit is noted and taken out, so that the rest can still be judged.

use std::collections::BTreeMap;

use toml::{Table, Value};

use super::Judge;
use crate::config::{
    KeyPath,
    nearest::suggest,
    schema::Secret,
    shape::{Shape, Slot},
};

impl Judge<'_> {
    /// Takes out everything that does not fit. A table stays, whatever it lacks.
    pub(super) fn fit(&mut self, tree: &mut Table) {
        if let Shape::Table(keys) = Shape::of_config() {
            self.fit_table(&keys, tree, &KeyPath::default());
        }
    }

    /// Whether the tree holds what was written here. What was taken out must not be judged as if it were absent.
    pub(super) fn is_as_written(&self, at: &KeyPath) -> bool {
        !self.taken_out.iter().any(|gone| at.is_within(gone))
    }

    /// Whether a value fits, once what does not fit inside of it is gone.
    fn fits(&mut self, shape: &Shape, value: &mut Value, at: &KeyPath) -> bool {
        let is_right = match (shape, &mut *value) {
            (Shape::Table(keys), Value::Table(inner)) => {
                self.fit_table(keys, inner, at);
                true
            }
            (Shape::Named(each), Value::Table(inner)) => {
                inner.retain(|name, value| self.fits(each, value, &at.child(name)));
                true
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
            self.taken_out.push(at.clone());
            self.findings.value(at, mismatch(shape, value), shape.remedy());
        }
        is_right
    }

    fn fit_table(&mut self, keys: &BTreeMap<String, Slot>, table: &mut Table, at: &KeyPath) {
        for (key, slot) in keys.iter().filter(|(key, slot)| slot.required && !table.contains_key(*key)) {
            let remedy = match &slot.shape {
                Shape::Secret if self.surroundings.dry_run => continue,
                Shape::Secret => slot.shape.remedy(),
                _ => format!("write {}", lower(&slot.meaning)),
            };
            self.findings.key(&at.child(key), "missing", remedy);
        }
        table.retain(|key, value| {
            let at = at.child(key);
            if let Some(slot) = keys.get(key) {
                return self.fits(&slot.shape, value, &at);
            }
            self.findings.key(&at, "unknown key", suggest(key, keys.keys().map(String::as_str)));
            false
        });
    }
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
