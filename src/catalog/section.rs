//! Reads a TOML table key by key. A mistake is noted and reading goes on, so that all mistakes are reported at once.

use std::str::FromStr;

use toml::{Table, Value};

use super::{
    key_path::KeyPath,
    keyword::Keyword,
    nearest::{did_you_mean, nearest},
    problem::CatalogProblem,
    scalar::Scalar,
};

/// A table, its path, and the problems found so far.
pub(super) struct Section<'t, 'p> {
    pub(super) table: &'t Table,
    at: KeyPath,
    problems: &'p mut Vec<CatalogProblem>,
}

impl<'t, 'p> Section<'t, 'p> {
    pub(super) fn new(
        table: &'t Table,
        at: &[&str],
        problems: &'p mut Vec<CatalogProblem>,
    ) -> Section<'t, 'p> {
        Section { table, at: KeyPath::new(at.iter().copied()), problems }
    }

    /// Returns a section for `table`, which lies below this one at `keys`.
    pub(super) fn child(&mut self, keys: &[&str], table: &'t Table) -> Section<'t, '_> {
        Section { table, at: self.at.join(keys), problems: self.problems }
    }

    /// Notes a problem with the value at `keys`.
    pub(super) fn problem(&mut self, keys: &[&str], message: impl Into<String>, remedy: impl Into<String>) {
        self.problems.push(CatalogProblem::new(self.at.join(keys), message, remedy));
    }

    /// Notes a problem with every key that is not one of `keys`.
    pub(super) fn allow_only(&mut self, keys: &[&str]) {
        for key in self.table.keys().filter(|key| !keys.contains(&key.as_str())) {
            self.problem(&[key], format!("unknown key `{key}`"), suggestion(key, keys));
        }
    }

    /// Returns the value at `key` as `parse` reads it. `wanted` names what `parse` takes, with its article.
    pub(super) fn read<T>(
        &mut self,
        key: &str,
        wanted: &str,
        parse: impl FnOnce(&'t Value) -> Option<T>,
    ) -> Option<T> {
        let value = self.table.get(key)?;
        let read = parse(value);
        if read.is_none() {
            self.problem(&[key], format!("{} is not {wanted}", shown(value)), format!("write {wanted}"));
        }
        read
    }

    pub(super) fn text(&mut self, key: &str) -> Option<&'t str> {
        self.read(key, "a text", |value| value.as_str().filter(|text| !text.trim().is_empty()))
    }

    pub(super) fn flag(&mut self, key: &str) -> Option<bool> {
        self.read(key, "true or false", Value::as_bool)
    }

    pub(super) fn count(&mut self, key: &str) -> Option<u64> {
        self.read(key, "a whole number above zero", |value| {
            value.as_integer().and_then(|count| u64::try_from(count).ok()).filter(|count| *count > 0)
        })
    }

    pub(super) fn number(&mut self, key: &str) -> Option<f64> {
        self.read(key, "a number", number)
    }

    pub(super) fn table(&mut self, key: &str) -> Option<&'t Table> {
        self.read(key, "a table", Value::as_table)
    }

    pub(super) fn texts(&mut self, key: &str) -> Option<Vec<String>> {
        self.read(key, "a list of texts", |value| {
            value.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect()
        })
    }

    /// Returns one plain value, or a list of them.
    pub(super) fn scalars(&mut self, key: &str) -> Option<Vec<Scalar>> {
        self.read(key, "a plain value or a list of plain values", |value| match value {
            Value::Array(items) => items.iter().map(scalar).collect(),
            one => scalar(one).map(|one| vec![one]),
        })
    }

    pub(super) fn parsed<T: FromStr>(&mut self, key: &str, wanted: &str) -> Option<T> {
        self.read(key, wanted, |value| value.as_str()?.parse().ok())
    }

    pub(super) fn keyword<T: Keyword>(&mut self, key: &str) -> Option<T> {
        let text = self.text(key)?;
        self.known(key, text)
    }

    pub(super) fn keywords<T: Keyword>(&mut self, key: &str) -> Option<Vec<T>> {
        let texts = self.texts(key)?;
        Some(texts.iter().filter_map(|text| self.known(key, text)).collect())
    }

    fn known<T: Keyword>(&mut self, key: &str, text: &str) -> Option<T> {
        let found = T::ALL.iter().copied().find(|known| known.keyword() == text);
        if found.is_none() {
            let keywords: Vec<&str> = T::ALL.iter().map(|known| known.keyword()).collect();
            self.problem(&[key], format!("`{text}` is not known here"), suggestion(text, &keywords));
        }
        found
    }
}

/// Returns the remedy for a misspelt name: the nearest known one, or else all of them.
fn suggestion(written: &str, known: &[&str]) -> String {
    let nearest = nearest(written, known.iter().copied());
    nearest.map_or_else(|| format!("write one of {}", listed(known)), did_you_mean)
}

/// Returns the names as `a`, `b`, `c`.
pub(super) fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Returns a TOML value if it is plain.
pub(super) fn scalar(value: &Value) -> Option<Scalar> {
    match value {
        Value::String(text) => Some(Scalar::Text(text.clone())),
        Value::Boolean(flag) => Some(Scalar::Bool(*flag)),
        Value::Integer(_) | Value::Float(_) => number(value).map(Scalar::Number),
        Value::Datetime(_) | Value::Array(_) | Value::Table(_) => None,
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        // No parameter of a call needs more than 32 bits, and these convert exactly.
        Value::Integer(whole) => i32::try_from(*whole).ok().map(f64::from),
        Value::Float(number) => number.is_finite().then_some(*number),
        _ => None,
    }
}

/// Returns how a message shows a value.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Table(_) => "a table".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Datetime(_) => "a bare date".to_owned(),
        Value::String(text) => format!("\"{text}\""),
        Value::Integer(number) => format!("`{number}`"),
        Value::Float(number) => format!("`{number}`"),
        Value::Boolean(flag) => format!("`{flag}`"),
    }
}
