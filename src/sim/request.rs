//! A parsed request: its body, the model it is for, and the surface it came in on.

use serde_json::{Map, Value};

use super::{
    errors::{self, SimError},
    models::{Feature, Model},
    surface::Surface,
};

/// A request whose body is a JSON object and whose model is known.
#[derive(Debug)]
pub(super) struct ApiRequest<'a> {
    pub(super) model: &'a Model,
    pub(super) surface: &'a Surface,
    pub(super) body: &'a Map<String, Value>,
}

impl<'a> ApiRequest<'a> {
    /// Returns a member of the body. A null counts as absent.
    pub(super) fn get(&self, key: &str) -> Option<&'a Value> {
        self.body.get(key).filter(|value| !value.is_null())
    }

    /// Returns the elements of an array member, or nothing.
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

    /// Returns a flag of `stream_options`.
    pub(super) fn stream_option(&self, key: &str) -> Option<bool> {
        self.get("stream_options")?.get(key)?.as_bool()
    }

    pub(super) fn has(&self, feature: Feature) -> bool {
        self.model.has(feature)
    }

    /// Returns whether the surface is at least this api-version. The v1 surface is newer than every dated version.
    pub(super) fn since(&self, version: &str) -> bool {
        match self.surface {
            Surface::V1 => true,
            Surface::Dated(ours) => ours.as_str() >= version,
        }
    }
}

/// Returns a whole number, also if it is written as `100.0`.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the value is checked to be whole and small enough first"
)]
pub(super) fn whole(value: &Value) -> Option<u64> {
    let whole_float = |float: &f64| float.fract() == 0.0 && (0.0..9_007_199_254_740_992.0).contains(float);
    value.as_u64().or_else(|| value.as_f64().filter(whole_float).map(|float| float as u64))
}

/// Parses a body, which must be a JSON object.
pub(super) fn parse(body: &[u8]) -> Result<Map<String, Value>, SimError> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) | Err(_) => Err(errors::engine(
            "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP \
             library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON.)",
            None,
            None,
        )),
    }
}
