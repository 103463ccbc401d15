//! The engine's errors about one parameter or value. Each names where its wording was captured.

use super::envelope::{SimError, engine, engine_with, front_door};

/// lobehub#7493, langchain4j#3258, BERTopic#2423.
pub(in crate::sim) fn unsupported_parameter(name: &str) -> SimError {
    let message = format!("Unsupported parameter: '{name}' is not supported with this model.");
    engine(&message, Some(name), Some("unsupported_parameter"))
}

/// lobehub#4315, dify#9746.
pub(in crate::sim) fn use_instead(name: &str, instead: &str) -> SimError {
    let message =
        format!("Unsupported parameter: '{name}' is not supported with this model. Use '{instead}' instead.");
    engine(&message, Some(name), Some("unsupported_parameter"))
}

/// vscode#253673, aider#4707. `tail` is the sentence about what the model supports.
pub(in crate::sim) fn unsupported_value(name: &str, shown: &str, tail: &str) -> SimError {
    let message = format!("Unsupported value: '{name}' does not support {shown} with this model.{tail}");
    engine(&message, Some(name), Some("unsupported_value"))
}

/// The error of [`unsupported_value`] for a string, with the list of strings that the model supports.
pub(in crate::sim) fn unsupported_value_of(name: &str, value: &str, supported: &[&str]) -> SimError {
    let tail = format!(" Supported values are: {}.", quoted_list(supported));
    unsupported_value(name, &format!("'{value}'"), &tail)
}

/// openai-python#1080, azure-rest-api-specs#29545: one message lists several names.
pub(in crate::sim) fn unrecognized(names: &[&str]) -> SimError {
    let mut message = format!("Unrecognized request argument supplied: {}", names.join(", "));
    if names.contains(&"parallel_tool_calls") {
        message.push_str(
            ". Please contact us through an Azure support request at: \
             https://go.microsoft.com/fwlink/?linkid=2213926 for further questions.",
        );
    }
    engine(&message, None, None)
}

/// `llama_index`#17731, promptfoo#3781.
pub(in crate::sim) fn unknown_parameter(name: &str) -> SimError {
    engine(&format!("Unknown parameter: '{name}'."), Some(name), Some("unknown_parameter"))
}

/// `llama_index`#17748, litellm#16704. `supported` is the list as Azure prints it.
pub(in crate::sim) fn invalid_value(param: &str, value: &str, supported: &str) -> SimError {
    let message = format!("Invalid value: '{value}'. Supported values are: {supported}.");
    engine(&message, Some(param), Some("invalid_value"))
}

/// openai/codex#37380, on Azure: a text that must not be empty.
pub(in crate::sim) fn empty_string(param: &str) -> SimError {
    let message = format!(
        "Invalid '{param}': empty string. Expected a string with minimum length 1, but got an empty string instead."
    );
    engine(&message, Some(param), Some("empty_string"))
}

/// OpenAI's wording for a member that must be there.
pub(in crate::sim) fn missing(param: &str) -> SimError {
    let message = format!("Missing required parameter: '{param}'.");
    engine(&message, Some(param), Some("missing_required_parameter"))
}

/// OpenAI's wording for a parameter that needs another one beside it.
pub(in crate::sim) fn only_with(name: &str, needed: &str) -> SimError {
    engine(&format!("'{name}' is only allowed when '{needed}' are specified."), Some(name), None)
}

/// OpenAI's wording for a parameter that needs a flag to be true.
pub(in crate::sim) fn only_when_enabled(name: &str, flag: &str) -> SimError {
    let message = format!("The '{name}' parameter is only allowed when '{flag}' is enabled.");
    engine(&message, Some(name), None)
}

/// OpenAI's wording for a cap above the most tokens that the model gives.
pub(in crate::sim) fn above_output_limit(name: &str, cap: u64, most: u64) -> SimError {
    let message = format!(
        "{name} is too large: {cap}. This model supports at most {most} completion tokens, whereas you provided {cap}."
    );
    engine(&message, Some(name), Some("invalid_value"))
}

/// A `tool_choice` that names a tool which is not among the tools.
pub(in crate::sim) fn tool_choice_not_found(name: &str) -> SimError {
    let message = format!("Tool choice '{name}' not found in 'tools' parameter.");
    engine(&message, Some("tool_choice"), None)
}

/// The engine's 404 for an id.
pub(in crate::sim) fn not_found(message: &str, param: Option<&str>) -> SimError {
    engine_with(404, message, param, None)
}

/// A value that the api-version does not know yet.
pub(in crate::sim) fn value_needs_version(name: &str, value: &str, version: &str) -> SimError {
    let message = format!("{name} value as {value} is enabled only for api versions {version} and later");
    front_door(400, "BadRequest", &message)
}

/// Returns `'a', 'b', and 'c'`, as Azure prints a list of values.
pub(in crate::sim) fn quoted_list(values: &[&str]) -> String {
    match values {
        [] => String::new(),
        [one] => format!("'{one}'"),
        [one, two] => format!("'{one}' and '{two}'"),
        [first @ .., last] => {
            let first: Vec<String> = first.iter().map(|value| format!("'{value}'")).collect();
            format!("{}, and '{last}'", first.join(", "))
        }
    }
}
