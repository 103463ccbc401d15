//! Makes instances of JSON schemas, for the arguments of tool calls and for structured output.

use serde_json::{Map, Value, json};

/// The depth at which recursive schemas end. From here on only required members are filled, and arrays stay empty.
const DEEP: usize = 6;

/// The depth below which every value is null.
const BOTTOM: usize = 40;

/// Returns an instance of `schema`. A `$ref` is looked up in the same document.
pub(super) fn instance(schema: &Value) -> Value {
    InstanceBuilder { root: schema }.value(schema, "value", 0)
}

/// Returns an object with the required members of `schema` alone. Each text is `word`.
pub(super) fn least(schema: &Value, word: &str) -> Value {
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    let members = required.filter_map(Value::as_str).map(|key| {
        let property = schema.get("properties").and_then(|all| all.get(key)).unwrap_or(&Value::Null);
        let is_text = property.get("type").is_some_and(|kind| kind == "string");
        let value = if is_text { Value::from(word) } else { instance(property) };
        (key.to_owned(), value)
    });
    Value::Object(members.collect())
}

struct InstanceBuilder<'a> {
    root: &'a Value,
}

impl InstanceBuilder<'_> {
    fn value(&self, schema: &Value, name: &str, depth: usize) -> Value {
        if depth > BOTTOM {
            return Value::Null;
        }
        if let Some(fixed) = schema.get("const").or_else(|| schema.get("enum")?.get(0)) {
            return fixed.clone();
        }
        if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
            return self.lookup(target).map_or(Value::Null, |target| self.value(target, name, depth + 1));
        }
        if let Some(options) = alternatives(schema) {
            return self.value(choose(options, depth), name, depth + 1);
        }
        if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
            return self.merged(schema, parts, name, depth);
        }
        match kind(schema, depth) {
            "object" => self.object(schema, depth),
            "array" => self.array(schema, name, depth),
            "string" => Value::String(text(schema, name)),
            "integer" => json!(number(schema, 1.0).round()).as_f64().map_or(json!(1), whole),
            "number" => json!(number(schema, 0.5)),
            "boolean" => Value::Bool(true),
            _ => Value::Null,
        }
    }

    fn lookup(&self, target: &str) -> Option<&Value> {
        self.root.pointer(target.strip_prefix('#')?)
    }

    /// Returns an instance of `allOf`: objects are merged, otherwise the first part counts.
    fn merged(&self, schema: &Value, parts: &[Value], name: &str, depth: usize) -> Value {
        let mut whole = Map::new();
        let own = schema.get("properties").map(|_| self.object(schema, depth));
        for part in parts.iter().map(|part| self.value(part, name, depth + 1)).chain(own) {
            match part {
                Value::Object(members) => whole.extend(members),
                other => return other,
            }
        }
        Value::Object(whole)
    }

    fn object(&self, schema: &Value, depth: usize) -> Value {
        let required = schema.get("required").and_then(Value::as_array);
        let is_required = |key: &str| required.is_some_and(|keys| keys.iter().any(|one| one == key));
        let mut members = Map::new();
        let properties = schema.get("properties").and_then(Value::as_object);
        for (key, property) in properties.into_iter().flatten() {
            if depth < DEEP || is_required(key) {
                members.insert(key.clone(), self.value(property, key, depth + 1));
            }
        }
        Value::Object(members)
    }

    fn array(&self, schema: &Value, name: &str, depth: usize) -> Value {
        let least = schema.get("minItems").and_then(Value::as_u64).unwrap_or(0);
        let most = schema.get("maxItems").and_then(Value::as_u64).unwrap_or(u64::MAX);
        let length = if depth < DEEP { least.max(1).min(most) } else { least };
        let any = json!({"type": "string"});
        let fixed = schema.get("prefixItems").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let item = schema.get("items").filter(|items| items.is_object()).unwrap_or(&any);
        let prefix = fixed.iter().map(|one| self.value(one, name, depth + 1));
        let length = usize::try_from(length).unwrap_or(0).max(fixed.len()).min(64);
        prefix.chain((fixed.len()..length).map(|_| self.value(item, name, depth + 1))).collect()
    }
}

fn alternatives(schema: &Value) -> Option<&Vec<Value>> {
    schema.get("anyOf").or_else(|| schema.get("oneOf"))?.as_array()
}

/// Chooses the first alternative, or deep down one that ends the recursion.
fn choose(options: &[Value], depth: usize) -> &Value {
    let ends = |option: &&Value| {
        option.get("$ref").is_none() && option.get("type").is_some_and(|kind| kind == "null")
    };
    let first = options.first().unwrap_or(&Value::Null);
    if depth < DEEP { first } else { options.iter().find(ends).unwrap_or(first) }
}

/// Returns the type of a schema, or a guess from its members if it has none. From a list it takes the first type that
/// is not `null`.
fn kind(schema: &Value, depth: usize) -> &str {
    match schema.get("type") {
        Some(Value::String(kind)) => kind,
        Some(Value::Array(kinds)) => {
            let mut kinds = kinds.iter().filter_map(Value::as_str);
            let nullable = kinds.clone().any(|kind| kind == "null");
            if depth >= DEEP && nullable {
                "null"
            } else {
                kinds.find(|kind| *kind != "null").unwrap_or("null")
            }
        }
        _ if schema.get("properties").is_some() => "object",
        _ if schema.get("items").is_some() => "array",
        _ => "string",
    }
}

fn text(schema: &Value, name: &str) -> String {
    let sample = match schema.get("format").and_then(Value::as_str) {
        Some("date-time") => "2026-01-02T03:04:05Z",
        Some("date") => "2026-01-02",
        Some("time") => "03:04:05Z",
        Some("duration") => "PT1M",
        Some("email") => "someone@example.com",
        Some("hostname") => "example.com",
        Some("ipv4") => "192.0.2.1",
        Some("ipv6") => "2001:db8::1",
        Some("uuid") => "00000000-0000-4000-8000-000000000000",
        Some("uri" | "url") => "https://example.com/",
        Some(_) | None => name,
    };
    let limit =
        |key: &str| schema.get(key).and_then(Value::as_u64).and_then(|limit| usize::try_from(limit).ok());
    let least = limit("minLength").unwrap_or(0).min(100_000);
    let most = limit("maxLength").unwrap_or(usize::MAX);
    sample
        .chars()
        .chain(std::iter::repeat_n('x', least.saturating_sub(sample.chars().count())))
        .take(most)
        .collect()
}

/// Returns a number within the bounds that is a multiple of `multipleOf`.
fn number(schema: &Value, preferred: f64) -> f64 {
    let bound = |key: &str| schema.get(key).and_then(Value::as_f64);
    let step = bound("multipleOf").filter(|step| *step > 0.0);
    let above = bound("exclusiveMinimum").map(|low| low + step.unwrap_or(preferred));
    let below = bound("exclusiveMaximum").map(|high| high - step.unwrap_or(preferred));
    let low = [bound("minimum"), above].into_iter().flatten().fold(f64::NEG_INFINITY, f64::max);
    let high = [bound("maximum"), below].into_iter().flatten().fold(f64::INFINITY, f64::min);
    let value = preferred.max(low).min(high);
    step.map_or(value, |step| (value / step).ceil() * step)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a JSON integer of an unbounded schema; the cast saturates"
)]
fn whole(number: f64) -> Value {
    json!(number.ceil() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_filled_with_values_that_fit() {
        let schema = json!({
            "type": "object",
            "properties": {
                "city": {"type": "string"},
                "unit": {"type": "string", "enum": ["celsius", "kelvin"]},
                "days": {"type": "integer", "minimum": 3},
                "share": {"type": "number", "maximum": 0.25},
                "on": {"type": "string", "format": "date"},
                "code": {"type": "string", "minLength": 6, "maxLength": 6},
                "tags": {"type": "array", "items": {"type": "string"}, "minItems": 2},
                "note": {"type": ["null", "string"]},
                "kind": {"const": "forecast"},
            },
            "required": ["city"],
        });
        assert_eq!(
            instance(&schema),
            json!({"city": "city", "unit": "celsius", "days": 3, "share": 0.25, "on": "2026-01-02",
                   "code": "codexx", "tags": ["tags", "tags"], "note": "note", "kind": "forecast"})
        );
    }

    #[test]
    fn references_and_alternatives_are_followed() {
        let schema = json!({
            "$defs": {"point": {"type": "object", "properties": {"x": {"type": "integer"}}}},
            "type": "object",
            "properties": {
                "at": {"$ref": "#/$defs/point"},
                "either": {"anyOf": [{"type": "boolean"}, {"type": "string"}]},
                "both": {"allOf": [{"$ref": "#/$defs/point"}, {"properties": {"y": {"type": "integer"}}}]},
            },
        });
        assert_eq!(instance(&schema), json!({"at": {"x": 1}, "either": true, "both": {"x": 1, "y": 1}}));
    }

    #[test]
    fn recursion_ends() {
        let tree = json!({"type": "object", "properties": {
            "children": {"type": "array", "items": {"$ref": "#"}},
            "next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}}, "required": ["children", "next"]});
        let text = instance(&tree).to_string();
        assert!(text.len() < 10_000 && text.contains(r#""children":[]"#), "{}", text.len());
        let endless = json!({"$ref": "#"});
        assert_eq!(instance(&endless), Value::Null);
    }
}
