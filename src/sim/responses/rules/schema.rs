//! The rules of strict schemas (OpenAI's guide to structured outputs).

use serde_json::Value;

/// The depth below which a schema is not checked.
const BOTTOM: usize = 40;

/// Returns the first problem of a strict schema, in OpenAI's words.
pub(super) fn strict(schema: &Value) -> Result<(), String> {
    walk(schema, &mut Vec::new())
}

fn walk(schema: &Value, path: &mut Vec<String>) -> Result<(), String> {
    if path.len() > BOTTOM {
        return Ok(());
    }
    if is_object(schema) {
        object(schema, path)?;
    }
    for group in ["properties", "$defs", "definitions"] {
        for (key, inner) in schema.get(group).and_then(Value::as_object).into_iter().flatten() {
            within(inner, path, &[group, key])?;
        }
    }
    if let Some(items) = schema.get("items") {
        within(items, path, &["items"])?;
    }
    for (at, option) in schema.get("anyOf").and_then(Value::as_array).into_iter().flatten().enumerate() {
        within(option, path, &["anyOf", &at.to_string()])?;
    }
    Ok(())
}

fn within(schema: &Value, path: &mut Vec<String>, steps: &[&str]) -> Result<(), String> {
    let before = path.len();
    path.extend(steps.iter().map(|step| (*step).to_owned()));
    let result = walk(schema, path);
    path.truncate(before);
    result
}

fn is_object(schema: &Value) -> bool {
    match schema.get("type") {
        Some(Value::String(kind)) => kind == "object",
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "object"),
        _ => schema.get("properties").is_some(),
    }
}

fn object(schema: &Value, path: &[String]) -> Result<(), String> {
    let place = place(path);
    if schema.get("additionalProperties") != Some(&Value::Bool(false)) {
        return Err(format!(
            "In context={place}, 'additionalProperties' is required to be supplied and to be false."
        ));
    }
    let required = schema.get("required").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    match properties.find(|(key, _)| !required.iter().any(|one| one == key.as_str())) {
        Some((key, _)) => Err(format!(
            "In context={place}, 'required' is required to be supplied and to be an array including every key in \
             properties. Missing '{key}'."
        )),
        None => Ok(()),
    }
}

/// Prints a path as Python prints a tuple.
fn place(path: &[String]) -> String {
    if let [one] = path {
        return format!("('{one}',)");
    }
    let steps: Vec<String> = path.iter().map(|step| format!("'{step}'")).collect();
    format!("({})", steps.join(", "))
}
