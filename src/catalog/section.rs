//! A TOML table read key by key; what is wrong is noted and reading goes on, so that every problem is told at once.

use std::str::FromStr;

use toml::{Table, Value};

use super::{
    problem::{Problem, nearest},
    profile::Scalar,
    word::Word,
};

pub(super) struct Section<'t, 'p> {
    pub(super) table: &'t Table,
    at: Vec<String>,
    problems: &'p mut Vec<Problem>,
}

impl<'t, 'p> Section<'t, 'p> {
    pub(super) fn new(table: &'t Table, at: &[&str], problems: &'p mut Vec<Problem>) -> Section<'t, 'p> {
        Section { table, at: at.iter().map(|key| (*key).to_owned()).collect(), problems }
    }

    /// A section for `table`, which is found below this one at `keys`.
    pub(super) fn below(&mut self, keys: &[&str], table: &'t Table) -> Section<'t, '_> {
        let mut at = self.at.clone();
        at.extend(keys.iter().map(|key| (*key).to_owned()));
        Section { table, at, problems: self.problems }
    }

    pub(super) fn problem(&mut self, keys: &[&str], message: impl Into<String>, remedy: impl Into<String>) {
        let mut problem = Problem::new(keys, message, remedy);
        problem.at.splice(0..0, self.at.iter().cloned());
        self.problems.push(problem);
    }

    /// Notes every key that is none of `keys`.
    pub(super) fn only(&mut self, keys: &[&str]) {
        for key in self.table.keys().filter(|key| !keys.contains(&key.as_str())) {
            let remedy = match nearest(key, keys.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("write one of {}", listed(keys)),
            };
            self.problem(&[key], format!("unknown key `{key}`"), remedy);
        }
    }

    /// The value at `key`, as `of` understands it.
    pub(super) fn read<T>(
        &mut self,
        key: &str,
        wanted: &str,
        of: impl FnOnce(&'t Value) -> Option<T>,
    ) -> Option<T> {
        let value = self.table.get(key)?;
        let read = of(value);
        if read.is_none() {
            self.problem(&[key], format!("{} is no {wanted}", shown(value)), format!("write a {wanted}"));
        }
        read
    }

    pub(super) fn text(&mut self, key: &str) -> Option<&'t str> {
        self.read(key, "text", |value| value.as_str().filter(|text| !text.trim().is_empty()))
    }

    pub(super) fn flag(&mut self, key: &str) -> Option<bool> {
        self.read(key, "boolean", Value::as_bool)
    }

    pub(super) fn count(&mut self, key: &str) -> Option<u64> {
        self.read(key, "whole number above zero", |value| {
            value.as_integer().and_then(|count| u64::try_from(count).ok()).filter(|count| *count > 0)
        })
    }

    pub(super) fn number(&mut self, key: &str) -> Option<f64> {
        self.read(key, "number", number)
    }

    pub(super) fn table(&mut self, key: &str) -> Option<&'t Table> {
        self.read(key, "table", Value::as_table)
    }

    pub(super) fn texts(&mut self, key: &str) -> Option<Vec<String>> {
        self.read(key, "list of texts", |value| {
            value.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect()
        })
    }

    /// One plain value, or a list of them.
    pub(super) fn scalars(&mut self, key: &str) -> Option<Vec<Scalar>> {
        self.read(key, "plain value, or list of plain values", |value| match value {
            Value::Array(items) => items.iter().map(scalar).collect(),
            one => scalar(one).map(|one| vec![one]),
        })
    }

    pub(super) fn parsed<T: FromStr>(&mut self, key: &str, wanted: &str) -> Option<T> {
        self.read(key, wanted, |value| value.as_str()?.parse().ok())
    }

    pub(super) fn word<T: Word>(&mut self, key: &str) -> Option<T> {
        let text = self.text(key)?;
        self.known_word(key, text)
    }

    pub(super) fn words<T: Word>(&mut self, key: &str) -> Option<Vec<T>> {
        let texts = self.texts(key)?;
        Some(texts.iter().filter_map(|text| self.known_word(key, text)).collect())
    }

    fn known_word<T: Word>(&mut self, key: &str, text: &str) -> Option<T> {
        let found = T::ALL.iter().copied().find(|known| known.word() == text);
        if found.is_none() {
            let words: Vec<&str> = T::ALL.iter().map(|known| known.word()).collect();
            let remedy = match nearest(text, words.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("write one of {}", listed(&words)),
            };
            self.problem(&[key], format!("`{text}` is not known here"), remedy);
        }
        found
    }
}

/// `a`, `b`, `c`
pub(super) fn listed(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

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
