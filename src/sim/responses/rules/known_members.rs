//! Refuses unknown members of objects.

use serde_json::Value;

use crate::sim::errors::{CheckResult, unknown_parameter};

/// Refuses the first member that is not in `known`.
pub(super) fn only_known(path: &str, value: &Value, known: &[&str]) -> CheckResult {
    let mut members = value.as_object().into_iter().flat_map(|members| members.keys());
    match members.find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(unknown_parameter(&format!("{path}.{name}"))),
        None => Ok(()),
    }
}
