//! What the api-version knows: versions themselves, the models they serve, and body keys.

use super::{Ask, Verdict};
use crate::sim::{Operation, Surface, errors};

/// The dated api-versions that the data plane answers to (Microsoft's api-version-lifecycle page).
const VERSIONS: &[&str] = &[
    "2023-05-15",
    "2023-06-01-preview",
    "2023-07-01-preview",
    "2023-08-01-preview",
    "2023-09-01-preview",
    "2023-12-01-preview",
    "2024-02-01",
    "2024-02-15-preview",
    "2024-03-01-preview",
    "2024-04-01-preview",
    "2024-05-01-preview",
    "2024-06-01",
    "2024-07-01-preview",
    "2024-08-01-preview",
    "2024-09-01-preview",
    "2024-10-01-preview",
    "2024-10-21",
    "2024-12-01-preview",
    "2025-01-01-preview",
    "2025-02-01-preview",
    "2025-03-01-preview",
    "2025-04-01-preview",
];

/// The body keys of the chat operation and the api-version that brought them. Summed up they give the 23 keys of
/// Azure's specification 2024-10-21 and the 30 of 2025-03-01-preview; `model` is tolerated, since the SDKs send it.
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
    // The newest dated version: no document lists its keys, so what OpenAI added since then is let through.
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

/// Keys of OpenAI's chat operation that no Azure document has, on the v1 surface either.
const NOT_ON_AZURE: &[&str] = &["web_search_options"];

impl Ask<'_> {
    /// Whether the surface is at least this api-version; v1 is newer than all of them.
    pub(in crate::sim) fn since(&self, version: &str) -> bool {
        match self.surface {
            Surface::V1 => true,
            Surface::Dated(ours) => ours.as_str() >= version,
        }
    }
}

/// Whether Azure answers to this api-version.
pub(in crate::sim) fn known_version(surface: &Surface) -> Verdict {
    match surface {
        Surface::Dated(version) if !VERSIONS.contains(&version.as_str()) => Err(errors::version_unknown()),
        Surface::Dated(_) | Surface::V1 => Ok(()),
    }
}

pub(super) fn operation(ask: &Ask<'_>) -> Verdict {
    if ask.model.serves(Operation::Chat) {
        return Ok(());
    }
    Err(errors::wrong_operation("chatCompletion", ask.model.name))
}

pub(in crate::sim) fn version_of_the_model(ask: &Ask<'_>) -> Verdict {
    if ask.since(ask.model.since) { Ok(()) } else { Err(errors::model_needs(ask.model.since)) }
}

/// An unknown key is refused on a dated surface. The v1 surface grows without notice, so there only the keys are
/// refused that are known to be OpenAI's alone.
pub(super) fn keys(ask: &Ask<'_>) -> Verdict {
    let known = |key: &str| match ask.surface {
        Surface::V1 => !NOT_ON_AZURE.contains(&key),
        Surface::Dated(version) => knows(version, key),
    };
    let unknown: Vec<&str> = ask.body.keys().map(String::as_str).filter(|key| !known(key)).collect();
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
    fn the_key_table_agrees_with_the_published_specifications() {
        assert_eq!(count("2024-10-21"), 23);
        assert_eq!(count("2025-03-01-preview"), 30);
    }

    #[test]
    fn versions_sort_as_text() {
        assert!(VERSIONS.is_sorted());
    }
}
