//! Whether a row of the catalog changes a body.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::catalog::{Row, Scalar, Verb};

/// Returns whether a row changes the body. `defaults` are what Azure assumes for absent parameters.
pub(super) fn acts(row: &Row, body: &Value, defaults: &BTreeMap<String, Scalar>) -> bool {
    if let Some((list, text)) = row.item() {
        let items = get(body, list).and_then(Value::as_array).into_iter().flatten();
        return items.filter_map(Value::as_str).any(|item| item == text) && holds(row, body, defaults);
    }
    let Some(value) = get(body, &row.param) else { return false };
    let plain = scalar(value);
    if plain.as_ref().is_some_and(|plain| row.unless.contains(plain)) || !holds(row, body, defaults) {
        return false;
    }
    match &row.verb {
        Verb::Rename(_) | Verb::Drop | Verb::Refuse => true,
        Verb::Allow { values, .. } => plain.is_some_and(|plain| !values.contains(&plain)),
        Verb::Clamp { min, max } => value
            .as_f64()
            .is_some_and(|number| min.is_some_and(|min| number < min) || max.is_some_and(|max| number > max)),
    }
}

fn holds(row: &Row, body: &Value, defaults: &BTreeMap<String, Scalar>) -> bool {
    row.when.iter().all(|(param, values)| {
        let effective = match get(body, param) {
            Some(value) => scalar(value),
            None => defaults.get(param).cloned(),
        };
        effective.is_some_and(|value| values.contains(&value))
    })
}

fn get<'v>(body: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(body, |value, key| value.get(key)).filter(|value| !value.is_null())
}

fn scalar(value: &Value) -> Option<Scalar> {
    match value {
        Value::Bool(flag) => Some(Scalar::Bool(*flag)),
        Value::Number(number) => number.as_f64().map(Scalar::Number),
        Value::String(text) => Some(Scalar::Text(text.clone())),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
