//! Objects whose members are all known.

use serde_json::Value;

use crate::sim::errors::{CheckResult, unknown_parameter};

/// Refuses the first member that is not one of these.
pub(super) fn only_known(path: &str, value: &Value, known: &[&str]) -> CheckResult {
    let mut members = value.as_object().into_iter().flat_map(|members| members.keys());
    match members.find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(unknown_parameter(&format!("{path}.{name}"))),
        None => Ok(()),
    }
}
