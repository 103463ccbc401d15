//! Members of JSON values.

use serde_json::Value;

/// Returns a string member, or an empty string.
pub(super) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// Returns the elements of an array member, or nothing.
pub(super) fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Returns whether a member is there and not null.
pub(super) fn has(value: &Value, key: &str) -> bool {
    value.get(key).is_some_and(|value| !value.is_null())
}

/// Sets a member of an object. Does nothing to another value.
pub(super) fn set(value: &mut Value, key: &str, member: impl Into<Value>) {
    if let Some(members) = value.as_object_mut() {
        members.insert(key.to_owned(), member.into());
    }
}

/// Sets every member of `more`. Does nothing unless both values are objects.
pub(super) fn extend(value: &mut Value, more: Value) {
    if let (Some(members), Value::Object(more)) = (value.as_object_mut(), more) {
        members.extend(more);
    }
}
