//! The checks that Azure makes before it answers, in the order in which it makes them.
//!
//! A check is a pure function of the model, the surface and the body. Where no source settles a question the
//! stricter reading is taken if a careful caller can satisfy it; the check says so.

mod caps;
mod data_sources;
mod effort;
mod messages;
mod output;
mod sampling;
pub(super) mod surface;
mod tools;
pub(super) mod types;

use serde_json::{Map, Value};

use super::{
    Surface,
    errors::SimError,
    models::{Class, Feature, Model},
};

/// What a check says.
pub(super) type Verdict = Result<(), SimError>;

/// One call: what it asks, of which model, on which surface.
#[derive(Debug)]
pub(super) struct Ask<'a> {
    pub(super) model: &'a Model,
    pub(super) surface: &'a Surface,
    pub(super) body: &'a Map<String, Value>,
}

/// Every check, in Azure's order: the front door's, then the body's form, then what the model takes.
const RULES: &[fn(&Ask<'_>) -> Verdict] = &[
    |ask| surface::known_version(ask.surface),
    surface::operation,
    surface::version_of_the_model,
    data_sources::check,
    effort::known,
    surface::keys,
    types::check,
    messages::check,
    caps::check,
    sampling::check,
    output::streaming,
    output::format,
    output::storage,
    output::prediction,
    output::modalities,
    tools::legacy,
    tools::check,
    tools::effort,
    caps::window,
];

/// Runs every check; the first refusal wins.
pub(super) fn check(ask: &Ask<'_>) -> Verdict {
    RULES.iter().try_for_each(|rule| rule(ask))
}

impl<'a> Ask<'a> {
    /// The value of a key; a null is no value.
    pub(super) fn get(&self, key: &str) -> Option<&'a Value> {
        self.body.get(key).filter(|value| !value.is_null())
    }

    /// The elements of a key that is an array.
    pub(super) fn list(&self, key: &str) -> &'a [Value] {
        self.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    pub(super) fn text(&self, key: &str) -> Option<&'a str> {
        self.get(key).and_then(Value::as_str)
    }

    pub(super) fn number(&self, key: &str) -> Option<u64> {
        self.get(key).and_then(whole)
    }

    pub(super) fn is_true(&self, key: &str) -> bool {
        self.get(key) == Some(&Value::Bool(true))
    }

    /// The effort that counts: the one given, or the model's default.
    pub(super) fn effort(&self) -> &'a str {
        self.text("reasoning_effort").unwrap_or(self.model.default_effort)
    }

    /// Whether the model reasons in this call.
    fn is_reasoning(&self) -> bool {
        self.model.is_strict() && !(self.model.class == Class::Switchable && self.effort() == "none")
    }

    pub(super) fn has(&self, feature: Feature) -> bool {
        self.model.has(feature)
    }
}

/// A whole number, also when it is written as `100.0`.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the value is checked to be whole and small enough first"
)]
fn whole(value: &Value) -> Option<u64> {
    let whole_float = |float: &f64| float.fract() == 0.0 && (0.0..9_007_199_254_740_992.0).contains(float);
    value.as_u64().or_else(|| value.as_f64().filter(whole_float).map(|float| float as u64))
}

#[cfg(test)]
mod tests;
