//! Checks of the caps on an answer, and of the prompt against the context window.

use crate::sim::{
    chat::read,
    checks::output_limit,
    errors::{CheckResult, engine, unrecognized, use_instead},
    models::{ContextWindow, Feature},
    request::ApiRequest,
};

const OLD: &str = "max_tokens";
const NEW: &str = "max_completion_tokens";

pub(super) fn check(request: &ApiRequest<'_>) -> CheckResult {
    if request.model.is_strict() && request.get(OLD).is_some() {
        return Err(use_instead(OLD, NEW));
    }
    if request.get(NEW).is_some() && !request.has(Feature::CompletionCap) {
        return Err(unrecognized(&[NEW]));
    }
    if request.get(OLD).is_some() && request.get(NEW).is_some() {
        let message = "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.";
        return Err(engine(message, Some(OLD), Some("invalid_parameter_combination")));
    }
    [OLD, NEW].iter().try_for_each(|name| output_limit(request, name))
}

/// Checks the prompt against the context window, with the simulator's own estimate of tokens.
pub(super) fn window(request: &ApiRequest<'_>) -> CheckResult {
    let prompt = read::prompt_tokens(request);
    let cap = request.number(NEW).or_else(|| request.number(OLD)).unwrap_or(0);
    let message = match request.model.window {
        ContextWindow::Shared(most) if prompt > most => format!(
            "This model's maximum context length is {most} tokens. However, your messages resulted in {prompt} \
             tokens. Please reduce the length of the messages."
        ),
        ContextWindow::Shared(most) if prompt + cap > most => format!(
            "This model's maximum context length is {most} tokens. However, you requested {} tokens ({prompt} in \
             the messages, {cap} in the completion). Please reduce the length of the messages or completion.",
            prompt + cap
        ),
        ContextWindow::Input(most) if prompt > most => format!(
            "Input tokens exceed the configured limit of {most} tokens. Your messages resulted in {prompt} tokens. \
             Please reduce the length of the messages."
        ),
        ContextWindow::Shared(_) | ContextWindow::Input(_) => return Ok(()),
    };
    Err(engine(&message, Some("messages"), Some("context_length_exceeded")))
}
