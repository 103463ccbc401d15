//! Checks of the surface, the model, and the names of the body's members.

use crate::sim::{
    api_version,
    errors::{self, CheckResult, SimError, engine, missing, unknown_parameter},
    request::ApiRequest,
    surface::{Operation, Surface},
};

/// The first api-version with this operation (Microsoft's api-version-lifecycle page).
const SINCE: &str = "2025-03-01-preview";

/// The 18 members of Azure's specification 2025-03-01-preview.
const FIRST: &[&str] = &[
    "include",
    "input",
    "instructions",
    "max_output_tokens",
    "metadata",
    "model",
    "parallel_tool_calls",
    "previous_response_id",
    "reasoning",
    "store",
    "stream",
    "temperature",
    "text",
    "tool_choice",
    "tools",
    "top_p",
    "truncation",
    "user",
];

/// Further members of Azure's v1 specification and of OpenAI's of 2026-08. `context_management` is missing because
/// Azure refuses it (litellm's `responses/transformation.py`). No document lists the members of 2025-04-01-preview, so
/// it takes all of these.
const LATER: &[&str] = &[
    "background",
    // Codex CLI sends it to every provider, and works against Azure (openai/codex#37487).
    "client_metadata",
    "conversation",
    "max_tool_calls",
    "moderation",
    "prompt",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "safety_identifier",
    "service_tier",
    "stream_options",
    "top_logprobs",
];

/// Checks that the surface has the operation.
pub(in crate::sim) fn has_operation(on: &Surface) -> CheckResult {
    api_version::known(on)?;
    match on {
        Surface::Dated(version) if version.as_str() < SINCE => Err(errors::resource_not_found()),
        Surface::Dated(_) | Surface::V1 => Ok(()),
    }
}

pub(super) fn surface(request: &ApiRequest<'_>) -> CheckResult {
    has_operation(request.surface)
}

pub(super) fn operation(request: &ApiRequest<'_>) -> CheckResult {
    if !request.model.serves(Operation::Responses) {
        return Err(errors::wrong_operation("responses", request.model.name));
    }
    api_version::serves_model(request)
}

/// Checks the names of the members. A body without `input` is refused before its names are checked.
pub(super) fn member_names(request: &ApiRequest<'_>) -> CheckResult {
    if request.body.contains_key("messages") {
        return Err(moved());
    }
    if !request.body.contains_key("input") {
        return Err(missing("input"));
    }
    let later = matches!(request.surface, Surface::V1) || request.since("2025-04-01-preview");
    let known = |name: &&String| FIRST.contains(&name.as_str()) || (later && LATER.contains(&name.as_str()));
    match request.body.keys().find(|name| !known(name)) {
        Some(name) => Err(unknown_parameter(name)),
        None => Ok(()),
    }
}

/// cline#5419, chatwise-releases#1023, both on Azure.
fn moved() -> SimError {
    let message = "Unsupported parameter: 'messages'. In the Responses API, this parameter has moved to 'input'. Try \
                   again with the new parameter. See the API documentation for more information: \
                   https://platform.openai.com/docs/api-reference/responses/create.";
    engine(message, None, Some("unsupported_parameter"))
}
