//! The place of a secret. A config never contains the secret itself, so it can be shown, committed and checked safely.

use std::{borrow::Cow, fmt, path::PathBuf};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de::Error};

/// Where azgate finds a secret, written as `{ env = "NAME" }` or `{ file = "/path" }`.
#[derive(Clone, PartialEq, Eq)]
pub enum Secret {
    /// In an environment variable.
    Env(String),
    /// In a file. White space around the secret is ignored.
    File(PathBuf),
}

impl Secret {
    /// What to write instead of the secret itself.
    pub const REMEDY: &str =
        "a secret is named, never written: { env = \"VARIABLE\" } or { file = \"/path\" }";

    /// Returns the place that a value names, if it has one of the two forms.
    pub fn written(value: &toml::Value) -> Option<Secret> {
        let mut keys = value.as_table()?.iter();
        let (Some((key, place)), None) = (keys.next(), keys.next()) else { return None };
        match (key.as_str(), place.as_str()?) {
            ("env", name) => Some(Secret::Env(name.to_owned())),
            ("file", path) => Some(Secret::File(path.into())),
            _ => None,
        }
    }
}

/// Leaves out the place, because a key can have been pasted there.
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Secret::Env(_) => "Env(..)",
            Secret::File(_) => "File(..)",
        })
    }
}

/// Written by hand, because a derived impl repeats the value in its error.
impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = toml::Value::deserialize(deserializer).map_err(|_| D::Error::custom(Secret::REMEDY))?;
        Secret::written(&value).ok_or_else(|| D::Error::custom(Secret::REMEDY))
    }
}

impl JsonSchema for Secret {
    fn schema_name() -> Cow<'static, str> {
        "Secret".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let place = |key: &str, description: &str| {
            serde_json::json!({
                "type": "object",
                "properties": { key: { "type": "string", "description": description } },
                "required": [key],
                "additionalProperties": false,
            })
        };
        json_schema!({
            "description": "Where a secret is found, never the secret itself.",
            "oneOf": [place("env", "An environment variable."), place("file", "A file.")],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Holder {
        secret: Secret,
    }

    #[test]
    fn only_the_two_forms_are_read_and_errors_do_not_repeat_the_value() {
        let holder: Holder = toml::from_str("secret = { env = \"NAME\" }").unwrap();
        assert_eq!(holder.secret, Secret::Env("NAME".to_owned()));
        let holder: Holder = toml::from_str("secret = { file = \"/run/key\" }").unwrap();
        assert_eq!(holder.secret, Secret::File("/run/key".into()));
        for wrong in [
            "\"hunter2\"",
            "4711",
            "true",
            "{ env = 4711 }",
            "{ env = 'A', file = 'B' }",
            "{}",
            "{ hunter2 = 'A' }",
        ] {
            let error = toml::from_str::<Holder>(&format!("secret = {wrong}")).unwrap_err();
            assert_eq!(error.message(), Secret::REMEDY, "{wrong}");
        }
    }

    #[test]
    fn debug_does_not_show_the_place() {
        let shown = format!("{:?} {:?}", Secret::Env("hunter2".to_owned()), Secret::File("hunter2".into()));
        assert_eq!(shown, "Env(..) File(..)");
    }
}
