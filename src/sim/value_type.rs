//! Checks of JSON types and ranges. The wording of the errors is OpenAI's.

use serde_json::Value;

use super::{
    errors::{CheckResult, SimError, engine, invalid_value, quoted_list},
    request::whole,
};

/// The type and range of a value.
pub(super) enum ValueType {
    Whole {
        min: u64,
        max: u64,
    },
    Decimal {
        min: f64,
        max: f64,
    },
    Flag,
    Text,
    List {
        min: usize,
        max: usize,
    },
    Object,
    /// One of these strings.
    OneOf(&'static [&'static str]),
    /// A string or an object.
    Choice,
    /// A string, or a list of at most this many strings.
    Stops(usize),
}

pub(super) const ANY: u64 = u64::MAX;

impl ValueType {
    pub(super) fn check(&self, name: &str, value: &Value) -> CheckResult {
        match (self, value) {
            (Self::Whole { min, max }, Value::Number(_)) => in_whole_range(name, value, *min, *max),
            (Self::Decimal { min, max }, Value::Number(_)) => in_range(name, value, *min, *max),
            (Self::List { min, max }, Value::Array(items)) => sized(name, items.len(), *min, *max),
            (Self::Stops(max), Value::Array(items)) => sized(name, items.len(), 1, *max),
            (Self::OneOf(values), Value::String(one)) if values.contains(&one.as_str()) => Ok(()),
            (Self::OneOf(values), Value::String(one)) => Err(invalid_value(name, one, &quoted_list(values))),
            (Self::Flag, Value::Bool(_))
            | (Self::Text | Self::Choice | Self::Stops(_), Value::String(_))
            | (Self::Object | Self::Choice, Value::Object(_)) => Ok(()),
            _ => Err(wrong_type(name, self.expected(), value)),
        }
    }

    fn expected(&self) -> &'static str {
        match self {
            Self::Whole { .. } => "an integer",
            Self::Decimal { .. } => "a decimal",
            Self::Flag => "a boolean",
            Self::Text | Self::OneOf(_) => "a string",
            Self::List { .. } => "an array",
            Self::Object => "an object",
            Self::Choice => "one of a string or object",
            Self::Stops(_) => "one of a string or array of strings",
        }
    }
}

/// Refuses a string that is longer than `most` characters.
pub(super) fn max_length(path: &str, text: &str, most: usize) -> CheckResult {
    let length = text.chars().count();
    if length <= most {
        return Ok(());
    }
    let message = format!(
        "Invalid '{path}': string too long. Expected a string with maximum length {most}, but got a string with \
         length {length} instead."
    );
    Err(engine(&message, Some(path), Some("string_above_max_length")))
}

/// Returns the error for a value of the wrong type.
pub(super) fn wrong_type(name: &str, expected: &str, value: &Value) -> SimError {
    let got = match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.is_f64() => "a decimal number",
        Value::Number(_) => "an integer",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    };
    let message = format!("Invalid type for '{name}': expected {expected}, but got {got} instead.");
    engine(&message, Some(name), Some("invalid_type"))
}

fn in_whole_range(name: &str, value: &Value, min: u64, max: u64) -> CheckResult {
    let refuse = |side: &str, sign: &str, bound: u64, code: &str| {
        let message = format!(
            "Invalid '{name}': integer {side} value. Expected a value {sign} {bound}, but got {value} instead."
        );
        Err(engine(&message, Some(name), Some(code)))
    };
    match whole(value) {
        Some(number) if number > max => refuse("above maximum", "<=", max, "integer_above_max_value"),
        Some(number) if number >= min => Ok(()),
        None if value.as_f64().is_some_and(|float| float.fract() != 0.0) => {
            Err(wrong_type(name, "an integer", value))
        }
        Some(_) | None => refuse("below minimum", ">=", min, "integer_below_min_value"),
    }
}

fn in_range(name: &str, value: &Value, min: f64, max: f64) -> CheckResult {
    let number = value.as_f64().unwrap_or_default();
    let (side, sign, bound, code) = if number < min {
        ("below minimum", ">=", min, "decimal_below_min_value")
    } else if number > max {
        ("above maximum", "<=", max, "decimal_above_max_value")
    } else {
        return Ok(());
    };
    let message = format!(
        "Invalid '{name}': decimal {side} value. Expected a value {sign} {bound}, but got {value} instead."
    );
    Err(engine(&message, Some(name), Some(code)))
}

fn sized(name: &str, length: usize, min: usize, max: usize) -> CheckResult {
    if length < min {
        let message = format!(
            "Invalid '{name}': empty array. Expected an array with minimum length {min}, but got an empty array \
             instead."
        );
        return Err(engine(&message, Some(name), Some("empty_array")));
    }
    if length > max {
        let message = format!(
            "Invalid '{name}': array too long. Expected an array with maximum length {max}, but got an array with \
             length {length} instead."
        );
        return Err(engine(&message, Some(name), Some("array_above_max_length")));
    }
    Ok(())
}
