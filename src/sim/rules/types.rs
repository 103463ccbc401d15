//! JSON types and ranges of the body's keys, as in Azure's specification; the wording is OpenAI's.

use serde_json::Value;

use super::{Ask, Verdict, whole};
use crate::sim::errors::{engine, invalid_value, listed, missing};

/// What a value may be.
pub(in crate::sim) enum Kind {
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
    /// A string or a list of at most this many.
    Stops(usize),
}

pub(in crate::sim) const ANY: u64 = u64::MAX;

/// The message limit is the one on Microsoft's quotas page.
const TYPES: &[(&str, Kind)] = &[
    ("messages", Kind::List { min: 1, max: 2048 }),
    ("temperature", Kind::Decimal { min: 0.0, max: 2.0 }),
    ("top_p", Kind::Decimal { min: 0.0, max: 1.0 }),
    ("presence_penalty", Kind::Decimal { min: -2.0, max: 2.0 }),
    ("frequency_penalty", Kind::Decimal { min: -2.0, max: 2.0 }),
    ("n", Kind::Whole { min: 1, max: 128 }),
    ("max_tokens", Kind::Whole { min: 1, max: ANY }),
    ("max_completion_tokens", Kind::Whole { min: 1, max: ANY }),
    ("top_logprobs", Kind::Whole { min: 0, max: 20 }),
    ("logprobs", Kind::Flag),
    ("stream", Kind::Flag),
    ("store", Kind::Flag),
    ("parallel_tool_calls", Kind::Flag),
    ("user", Kind::Text),
    ("reasoning_effort", Kind::Text),
    ("verbosity", Kind::Text),
    ("stop", Kind::Stops(4)),
    ("tools", Kind::List { min: 0, max: 128 }),
    ("functions", Kind::List { min: 1, max: 128 }),
    ("modalities", Kind::List { min: 1, max: 2 }),
    ("tool_choice", Kind::Choice),
    ("function_call", Kind::Choice),
    ("response_format", Kind::Object),
    ("stream_options", Kind::Object),
    ("metadata", Kind::Object),
    ("logit_bias", Kind::Object),
    ("prediction", Kind::Object),
];

pub(super) fn check(ask: &Ask<'_>) -> Verdict {
    if !ask.body.contains_key("messages") {
        return Err(missing("messages"));
    }
    for (name, kind) in TYPES {
        // A null stands for an absent value, except for `messages`, which must be there.
        let value = if *name == "messages" { ask.body.get(*name) } else { ask.get(name) };
        if let Some(value) = value {
            kind.check(name, value)?;
        }
    }
    Ok(())
}

impl Kind {
    pub(in crate::sim) fn check(&self, name: &str, value: &Value) -> Verdict {
        match (self, value) {
            (Self::Whole { min, max }, Value::Number(_)) => in_whole_range(name, value, *min, *max),
            (Self::Decimal { min, max }, Value::Number(_)) => in_range(name, value, *min, *max),
            (Self::List { min, max }, Value::Array(items)) => sized(name, items.len(), *min, *max),
            (Self::Stops(max), Value::Array(items)) => sized(name, items.len(), 1, *max),
            (Self::OneOf(values), Value::String(one)) if values.contains(&one.as_str()) => Ok(()),
            (Self::OneOf(values), Value::String(one)) => Err(invalid_value(name, one, &listed(values))),
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

/// A string of at most so many characters.
pub(in crate::sim) fn no_longer(path: &str, text: &str, most: usize) -> Verdict {
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

/// A value of another type than was expected.
pub(in crate::sim) fn wrong_type(name: &str, expected: &str, value: &Value) -> crate::sim::SimError {
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

fn in_whole_range(name: &str, value: &Value, min: u64, max: u64) -> Verdict {
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

fn in_range(name: &str, value: &Value, min: f64, max: f64) -> Verdict {
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

fn sized(name: &str, length: usize, min: usize, max: usize) -> Verdict {
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
