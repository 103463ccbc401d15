//! The order `unknown=KEY`: the deployment does not know a key, wherever it stands in a call. Chat completions refuse
//! it by its bare name (litellm-connector-copilot#138), the Responses API by its path (litellm#13420).

use serde_json::Value;

use super::{
    errors::{CheckResult, unknown_parameter, unrecognized},
    request::ApiRequest,
    surface::Operation,
};

/// Refuses a call that has the key.
pub(super) fn check(request: &ApiRequest<'_>, key: Option<&str>, operation: Operation) -> CheckResult {
    let Some(key) = key else { return Ok(()) };
    let place = request.body.iter().find_map(|(name, value)| {
        if name == key { Some(name.clone()) } else { find(value, key).map(|rest| format!("{name}{rest}")) }
    });
    match place {
        None => Ok(()),
        Some(_) if operation == Operation::Chat => Err(unrecognized(&[key])),
        Some(path) => Err(unknown_parameter(&path)),
    }
}

/// Returns the rest of the path to the first member with that key.
fn find(value: &Value, key: &str) -> Option<String> {
    match value {
        Value::Object(members) => members.iter().find_map(|(name, member)| {
            let rest = if name == key { Some(String::new()) } else { find(member, key) };
            rest.map(|rest| format!(".{name}{rest}"))
        }),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(index, item)| find(item, key).map(|rest| format!("[{index}]{rest}"))),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}
