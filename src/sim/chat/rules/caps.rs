//! The caps on an answer and the window of a prompt.

use crate::sim::{
    chat::read,
    errors::{Verdict, engine, unrecognized, use_instead},
    models::{Feature, Window},
    request::Ask,
};

const OLD: &str = "max_tokens";
const NEW: &str = "max_completion_tokens";

pub(super) fn check(ask: &Ask<'_>) -> Verdict {
    if ask.model.is_strict() && ask.get(OLD).is_some() {
        return Err(use_instead(OLD, NEW));
    }
    if ask.get(NEW).is_some() && !ask.has(Feature::CompletionCap) {
        return Err(unrecognized(&[NEW]));
    }
    if ask.get(OLD).is_some() && ask.get(NEW).is_some() {
        let message = "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.";
        return Err(engine(message, Some(OLD), Some("invalid_parameter_combination")));
    }
    [OLD, NEW].iter().try_for_each(|name| fits(ask, name))
}

fn fits(ask: &Ask<'_>, name: &str) -> Verdict {
    let most = ask.model.output;
    match ask.number(name) {
        Some(cap) if cap > most => {
            let message = format!(
                "{name} is too large: {cap}. This model supports at most {most} completion tokens, whereas you \
                 provided {cap}."
            );
            Err(engine(&message, Some(name), Some("invalid_value")))
        }
        Some(_) | None => Ok(()),
    }
}

/// The prompt against the window, with the simulator's own estimate of tokens.
pub(super) fn window(ask: &Ask<'_>) -> Verdict {
    let prompt = read::prompt_tokens(ask.body);
    let cap = ask.number(NEW).or_else(|| ask.number(OLD)).unwrap_or(0);
    let message = match ask.model.window {
        Window::Shared(most) if prompt > most => format!(
            "This model's maximum context length is {most} tokens. However, your messages resulted in {prompt} \
             tokens. Please reduce the length of the messages."
        ),
        Window::Shared(most) if prompt + cap > most => format!(
            "This model's maximum context length is {most} tokens. However, you requested {} tokens ({prompt} in \
             the messages, {cap} in the completion). Please reduce the length of the messages or completion.",
            prompt + cap
        ),
        Window::Input(most) if prompt > most => format!(
            "Input tokens exceed the configured limit of {most} tokens. Your messages resulted in {prompt} tokens. \
             Please reduce the length of the messages."
        ),
        Window::Shared(_) | Window::Input(_) => return Ok(()),
    };
    Err(engine(&message, Some("messages"), Some("context_length_exceeded")))
}
