//! The shape of a config, read from its own JSON schema: which keys exist and what each of them takes.
//!
//! Serde alone stops at the first problem and repeats the value in its message. With the shape, the check finds every
//! unknown key, wrong type and missing key at once. The shape also gives the type of an environment variable.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::schema;

/// What a key takes.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum ConfigShape {
    /// A string.
    Text,
    /// A list of strings. A variable has them with commas.
    Texts,
    /// `true` or `false`.
    Boolean,
    /// A whole number from 0 up to this one.
    Integer(i64),
    /// One of these strings.
    Choice(Vec<String>),
    /// The place of a secret.
    Secret,
    /// A table of these keys.
    Table(BTreeMap<String, Slot>),
    /// A table whose keys are names that the operator chooses.
    Named(Box<ConfigShape>),
    /// A table that the catalog checks.
    Free,
}

/// A key of a table.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Slot {
    pub(super) shape: ConfigShape,
    pub(super) required: bool,
    /// The first sentence of its documentation.
    pub(super) meaning: String,
}

impl ConfigShape {
    /// Returns the shape of a whole config.
    pub(super) fn of_config() -> ConfigShape {
        let schema = schema::json_schema().to_value();
        let definitions = schema.get("$defs").and_then(Value::as_object).cloned().unwrap_or_default();
        ConfigShape::read(&schema, &definitions)
    }

    fn read(schema: &Value, definitions: &Map<String, Value>) -> ConfigShape {
        let name = |schema: &Value| Some(schema.get("$ref")?.as_str()?.rsplit('/').next()?.to_owned());
        // `Option<T>` of a named type is `anyOf: [T, null]`.
        let named = name(schema).or_else(|| schema.get("anyOf")?.as_array()?.iter().find_map(name));
        match named.as_deref() {
            Some("Secret") => return ConfigShape::Secret,
            Some(name) => {
                return ConfigShape::read(definitions.get(name).unwrap_or(&Value::Null), definitions);
            }
            None => {}
        }
        if let Some(choices) = choices(schema) {
            return ConfigShape::Choice(choices);
        }
        match kind(schema) {
            Some("string") => ConfigShape::Text,
            Some("array") => ConfigShape::Texts,
            Some("boolean") => ConfigShape::Boolean,
            Some("integer") if schema.get("format").and_then(Value::as_str) == Some("uint32") => {
                ConfigShape::Integer(u32::MAX.into())
            }
            Some("integer") => ConfigShape::Integer(i64::MAX),
            _ => ConfigShape::read_table(schema, definitions),
        }
    }

    fn read_table(schema: &Value, definitions: &Map<String, Value>) -> ConfigShape {
        let required: Vec<&str> = schema
            .get("required")
            .and_then(Value::as_array)
            .map(|names| names.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        match (schema.get("properties").and_then(Value::as_object), schema.get("additionalProperties")) {
            (Some(properties), _) => {
                let slot = |(key, schema): (&String, &Value)| {
                    let required = required.contains(&key.as_str());
                    let meaning = meaning(schema);
                    (key.clone(), Slot { shape: ConfigShape::read(schema, definitions), required, meaning })
                };
                ConfigShape::Table(properties.iter().map(slot).collect())
            }
            (None, Some(names @ Value::Object(_))) => {
                ConfigShape::Named(Box::new(ConfigShape::read(names, definitions)))
            }
            (None, _) => ConfigShape::Free,
        }
    }

    /// Returns what the key at a path takes, if it exists.
    pub(super) fn at(&self, path: &[String]) -> Option<&ConfigShape> {
        let Some((key, rest)) = path.split_first() else { return Some(self) };
        match self {
            ConfigShape::Table(keys) => keys.get(key)?.shape.at(rest),
            ConfigShape::Named(inner) => inner.at(rest),
            ConfigShape::Secret if rest.is_empty() && (key == "env" || key == "file") => {
                Some(&ConfigShape::Text)
            }
            _ => None,
        }
    }

    /// Returns the remedy for a value of another shape.
    pub(super) fn remedy(&self) -> String {
        match self {
            ConfigShape::Text => "write a string in quotes".to_owned(),
            ConfigShape::Texts => "write a list of strings, such as [\"a\", \"b\"]".to_owned(),
            ConfigShape::Boolean => "write true or false".to_owned(),
            ConfigShape::Integer(i64::MAX) => "write a whole number".to_owned(),
            ConfigShape::Integer(most) => format!("write a whole number from 0 to {most}"),
            ConfigShape::Choice(choices) => {
                let quoted: Vec<String> = choices.iter().map(|choice| format!("\"{choice}\"")).collect();
                format!("write {}", quoted.join(" or "))
            }
            ConfigShape::Secret => schema::Secret::REMEDY.to_owned(),
            ConfigShape::Table(_) | ConfigShape::Named(_) | ConfigShape::Free => "write a table".to_owned(),
        }
    }
}

/// Returns the first sentence of the description.
fn meaning(schema: &Value) -> String {
    let text = schema.get("description").and_then(Value::as_str).unwrap_or_default();
    let sentence = text.split_once(". ").map_or(text, |(first, _)| first);
    sentence.trim_end_matches('.').to_owned()
}

/// Returns the strings of an enumeration: documented variants are a `oneOf` of `const`s, others an `enum`.
fn choices(schema: &Value) -> Option<Vec<String>> {
    let own = |schema: &Value| match (schema.get("enum"), schema.get("const")) {
        (Some(Value::Array(names)), _) => Some(names.clone()),
        (None, Some(name)) => Some(vec![name.clone()]),
        _ => None,
    };
    let names = match schema.get("oneOf").and_then(Value::as_array) {
        Some(variants) => variants.iter().map(own).collect::<Option<Vec<_>>>()?.concat(),
        None => own(schema)?,
    };
    Some(names.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

/// Returns the type. `[type, "null"]` counts as the type.
fn kind(schema: &Value) -> Option<&str> {
    match schema.get("type")? {
        Value::Array(types) => types.iter().filter_map(Value::as_str).find(|name| *name != "null"),
        one => one.as_str(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(path: &str) -> Option<ConfigShape> {
        let path: Vec<String> = path.split('/').map(str::to_owned).collect();
        ConfigShape::of_config().at(&path).cloned()
    }

    #[test]
    fn each_key_takes_what_the_schema_says() {
        assert_eq!(shape("server/listen"), Some(ConfigShape::Text));
        assert_eq!(shape("server/hosts"), Some(ConfigShape::Texts));
        assert_eq!(shape("server/max_body_bytes"), Some(ConfigShape::Integer(i64::MAX)));
        assert_eq!(shape("models/any/requests_per_minute"), Some(ConfigShape::Integer(u32::MAX.into())));
        assert_eq!(shape("models/any/normalize_stream"), Some(ConfigShape::Boolean));
        assert_eq!(shape("resources/any/api_key"), Some(ConfigShape::Secret));
        assert_eq!(shape("resources/any/api_key/env"), Some(ConfigShape::Text));
        assert_eq!(shape("resources/any/ca_file"), Some(ConfigShape::Text));
        assert_eq!(shape("admin/listen"), Some(ConfigShape::Text));
        let choice = |names: [&str; 3]| Some(ConfigShape::Choice(names.map(str::to_owned).to_vec()));
        assert_eq!(shape("keys/any/policy/rules/x"), choice(["apply", "refuse", "pass"]));
        assert_eq!(shape("log/format"), choice(["auto", "text", "json"]));
        assert_eq!(shape("families"), Some(ConfigShape::Free));
        assert_eq!(shape("server/listen/x"), None);
        assert_eq!(shape("port"), None);
    }

    #[test]
    fn keys_without_a_default_are_required() {
        let Some(ConfigShape::Table(keys)) = shape("resources/any") else { panic!("no table") };
        let required: Vec<&str> =
            keys.iter().filter(|(_, slot)| slot.required).map(|(key, _)| key.as_str()).collect();
        assert_eq!(required, ["api_key", "endpoint"]);
    }
}
