//! Checks of the operation, and of the body keys that an api-version knows.

use crate::sim::{
    errors::{self, CheckResult},
    request::ApiRequest,
    surface::{Operation, Surface},
};

/// The body keys of the chat operation, by the api-version that added them. Together they give the 23 keys of Azure's
/// specification 2024-10-21 and the 30 of 2025-03-01-preview. `model` is tolerated, since the SDKs send it.
const KEYS: &[(&str, &[&str])] = &[
    (
        "2023-05-15",
        &[
            "messages",
            "model",
            "temperature",
            "top_p",
            "n",
            "stream",
            "stop",
            "max_tokens",
            "presence_penalty",
            "frequency_penalty",
            "logit_bias",
            "user",
        ],
    ),
    ("2023-07-01-preview", &["functions", "function_call"]),
    ("2023-12-01-preview", &["tools", "tool_choice", "response_format", "seed"]),
    ("2024-02-01", &["data_sources"]),
    ("2024-02-15-preview", &["logprobs", "top_logprobs"]),
    ("2024-09-01-preview", &["max_completion_tokens", "parallel_tool_calls", "stream_options"]),
    ("2024-12-01-preview", &["store", "metadata", "reasoning_effort", "user_security_context"]),
    ("2025-01-01-preview", &["prediction", "audio", "modalities"]),
    // The newest dated version. No document lists its keys, so it takes what OpenAI has added since then.
    (
        "2025-04-01-preview",
        &[
            "moderation",
            "prompt_cache_key",
            "prompt_cache_options",
            "prompt_cache_retention",
            "safety_identifier",
            "service_tier",
            "verbosity",
        ],
    ),
];

/// Keys of OpenAI's chat operation that no Azure document lists, not even for the v1 surface.
const NOT_ON_AZURE: &[&str] = &["web_search_options"];

/// Keys of the Responses API alone (OpenAI's specification of 2026-08): `Unknown parameter: 'instructions'.`
const OF_RESPONSES: &[&str] = &[
    "background",
    "context_management",
    "conversation",
    "include",
    "input",
    "instructions",
    "max_output_tokens",
    "max_tool_calls",
    "previous_response_id",
    "prompt",
    "reasoning",
    "text",
    "truncation",
];

pub(super) fn operation(request: &ApiRequest<'_>) -> CheckResult {
    if request.model.serves(Operation::Chat) {
        return Ok(());
    }
    Err(errors::wrong_operation("chatCompletion", request.model.name))
}

/// Refuses unknown keys on a dated surface. The v1 surface grows without notice, so it refuses only keys that are known
/// to be OpenAI's alone.
pub(super) fn keys(request: &ApiRequest<'_>) -> CheckResult {
    if let Some(word) = OF_RESPONSES.iter().find(|word| request.body.contains_key(**word)) {
        return Err(errors::unknown_parameter(word));
    }
    let known = |key: &str| match request.surface {
        Surface::V1 => !NOT_ON_AZURE.contains(&key),
        Surface::Dated(version) => knows(version, key),
    };
    let unknown: Vec<&str> = request.body.keys().map(String::as_str).filter(|key| !known(key)).collect();
    if unknown.is_empty() { Ok(()) } else { Err(errors::unrecognized(&unknown)) }
}

fn knows(version: &str, key: &str) -> bool {
    KEYS.iter().any(|(since, keys)| version >= *since && keys.contains(&key))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(version: &str) -> usize {
        KEYS.iter().flat_map(|(_, keys)| *keys).filter(|key| **key != "model" && knows(version, key)).count()
    }

    #[test]
    fn the_key_table_has_as_many_keys_as_the_published_specifications() {
        assert_eq!(count("2024-10-21"), 23);
        assert_eq!(count("2025-03-01-preview"), 30);
    }
}
