//! A plain value of the catalog, read and written as JSON.

use std::fmt;

use crate::json::{Kind, View, text};

/// A plain JSON value as the catalog writes it.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A string.
    Text(String),
}

impl Scalar {
    /// Returns the value of a view if it is plain.
    pub fn read(view: View<'_>) -> Option<Scalar> {
        match view.kind() {
            Kind::Bool => view.boolean().map(Scalar::Bool),
            Kind::Number => view.number().map(Scalar::Number),
            Kind::String => view.text().map(|text| Scalar::Text(text.into_owned())),
            Kind::Null | Kind::Array | Kind::Object => None,
        }
    }

    /// Returns the value of JSON text if it is plain.
    pub fn parse(json: &[u8]) -> Option<Scalar> {
        match json {
            b"true" => Some(Scalar::Bool(true)),
            b"false" => Some(Scalar::Bool(false)),
            [b'"', ..] => text::unquote(json).map(|text| Scalar::Text(text.into_owned())),
            _ => std::str::from_utf8(json).ok()?.parse().ok().map(Scalar::Number),
        }
    }

    /// Returns the value as JSON text.
    pub fn json(&self) -> String {
        match self {
            Scalar::Bool(value) => value.to_string(),
            Scalar::Number(value) => value.to_string(),
            Scalar::Text(value) => text::quote(value),
        }
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scalar::Text(text) => f.write_str(text),
            other => f.write_str(&other.json()),
        }
    }
}
