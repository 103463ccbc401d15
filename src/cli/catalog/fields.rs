//! The fields of a family, as the commands show them.

use serde_json::{Map, Value, json};

use crate::call::Dialect;
use crate::catalog::{Keyword, Profile};

/// Returns where a field was written. A field that no block writes has azgate's own default.
pub(super) fn origin<'p>(profile: &'p Profile, key: &str) -> &'p str {
    let written = match key {
        "context_window" => "context.window",
        "max_input_tokens" => "context.input",
        "max_output_tokens" => "context.output",
        other => other,
    };
    let default = if key == "family" { profile.name.as_ref() } else { "default" };
    profile.origins.get(written).map_or(default, String::as_str)
}

/// Returns the fields of a family except its rows, by their names in the catalog.
pub(super) fn fields(profile: &Profile) -> Map<String, Value> {
    fn keywords<K: Keyword>(values: &[K]) -> Vec<&'static str> {
        values.iter().map(|value| value.keyword()).collect()
    }
    let operations: Vec<&str> = profile.dialects.iter().map(|dialect| dialect.name()).collect();
    let fields = json!({
        "family": *profile.name,
        "models": profile.models,
        "operations": operations,
        "streaming": profile.streaming.keyword(),
        "system_role": profile.system_role.keyword(),
        "min_api_version": profile.min_api_version.as_ref().map(ToString::to_string),
        "modalities": profile.modalities.as_deref().map(keywords),
        "context_window": profile.context.window,
        "max_input_tokens": profile.context.input,
        "max_output_tokens": profile.context.output,
        "efforts": profile.efforts.as_deref().map(keywords),
        "responses_efforts": profile.responses_efforts.as_deref().map(keywords),
        "default_effort": profile.default(Dialect::Chat, "reasoning_effort").map(ToString::to_string),
        "tools_with_effort": profile.tools_with_effort.keyword(),
        "replayed_reasoning": profile.replayed_reasoning.keyword(),
        "functions": profile.functions.keyword(),
        "custom_tools": profile.custom_tools,
        "retires": profile.retires,
        "replaced_by": profile.replaced_by,
        "source": profile.source,
    });
    if let Value::Object(fields) = fields { fields } else { Map::new() }
}

/// Returns a value without the quotes and brackets of JSON.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}
