//! The checks of a Responses request, in OpenAI's order: the surface, the form of every member, stored state, and then
//! what the model takes.

mod content;
mod input;
mod keys;
mod known_members;
mod members;
mod model_support;
mod output;
mod schema;
mod state;
mod tools;

use serde_json::Value;

pub(super) use self::{keys::has_operation, tools::lite};
use crate::sim::{
    errors::{CheckResult, SimError, engine},
    models::ContextWindow,
    request::ApiRequest,
    responses::{read, store::ResponseStore},
};

/// Checks of the surface and the form.
const FORM_RULES: &[fn(&ApiRequest<'_>) -> CheckResult] = &[
    keys::surface,
    keys::operation,
    keys::member_names,
    input::check,
    members::check,
    output::include,
    tools::check,
    tools::choice,
    output::text_options,
    output::reasoning,
    output::stream_options,
];

/// Checks of what the model takes.
const MODEL_RULES: &[fn(&ApiRequest<'_>) -> CheckResult] = &[
    model_support::streaming,
    model_support::efforts,
    model_support::reasoning_items,
    model_support::calls_without_reasoning,
    model_support::sampling,
    model_support::include,
    model_support::cap,
    model_support::parallel,
    model_support::tools,
    model_support::history,
    model_support::text_options,
    model_support::images,
];

/// Runs the checks until the first refusal. Returns the conversation, including its stored items.
///
/// Without a store, every id of a stored object counts as known.
pub(in crate::sim) fn check(
    request: &ApiRequest<'_>,
    store: Option<&ResponseStore>,
    resource: &str,
) -> Result<Vec<Value>, SimError> {
    FORM_RULES.iter().try_for_each(|rule| rule(request))?;
    let items = state::resolve_input(request, store, resource)?;
    MODEL_RULES.iter().try_for_each(|rule| rule(request))?;
    window(request, &items)?;
    Ok(items)
}

/// Checks the prompt against the context window, in OpenAI's wording. With `truncation` the excess would be dropped.
fn window(request: &ApiRequest<'_>, items: &[Value]) -> CheckResult {
    let (ContextWindow::Shared(most) | ContextWindow::Input(most)) = request.model.window;
    if read::prompt_tokens(request, items) <= most || request.text("truncation") == Some("auto") {
        return Ok(());
    }
    let message =
        "Your input exceeds the context window of this model. Please adjust your input and try again.";
    Err(engine(message, Some("input"), Some("context_length_exceeded")))
}

#[cfg(test)]
mod tests;
