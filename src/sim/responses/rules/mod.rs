//! The checks of a Responses call, in OpenAI's order: the surface, the form of every member, what is stored, and then
//! what the model takes.

mod able;
mod content;
mod input;
mod keys;
mod members;
mod output;
mod schema;
mod state;
mod tools;

use serde_json::Value;

pub(super) use self::keys::served;
use super::{memory::Memory, read};
use crate::sim::{
    SimError,
    errors::{engine, unknown_parameter},
    models::Window,
    rules::{Ask, Verdict},
};

/// The surface and the form.
const FORM: &[fn(&Ask<'_>) -> Verdict] = &[
    keys::surface,
    keys::operation,
    keys::known,
    input::check,
    members::check,
    output::include,
    tools::check,
    tools::choice,
    output::text,
    output::reasoning,
    output::stream_options,
];

/// What the model takes.
const ABLE: &[fn(&Ask<'_>) -> Verdict] = &[
    able::streaming,
    able::efforts,
    able::thoughts,
    able::sampling,
    able::include,
    able::cap,
    able::parallel,
    able::tools,
    able::history,
    able::text,
    able::images,
];

/// Runs every check; the first refusal wins. What comes back is the conversation, with what was stored of it.
///
/// Without a memory whatever may be stored is taken to be.
pub(in crate::sim) fn check(
    ask: &Ask<'_>,
    memory: Option<&Memory>,
    resource: &str,
) -> Result<Vec<Value>, SimError> {
    FORM.iter().try_for_each(|rule| rule(ask))?;
    let items = state::recall(ask, memory, resource)?;
    ABLE.iter().try_for_each(|rule| rule(ask))?;
    window(ask, &items)?;
    Ok(items)
}

/// The prompt against the window. OpenAI's wording; `truncation` would drop what is too much.
fn window(ask: &Ask<'_>, items: &[Value]) -> Verdict {
    let (Window::Shared(most) | Window::Input(most)) = ask.model.window;
    if read::prompt_tokens(ask, items) <= most || ask.text("truncation") == Some("auto") {
        return Ok(());
    }
    let message =
        "Your input exceeds the context window of this model. Please adjust your input and try again.";
    Err(engine(message, Some("input"), Some("context_length_exceeded")))
}

/// Refuses the first member that is not one of these.
fn only(path: &str, value: &Value, known: &[&str]) -> Verdict {
    let mut members = value.as_object().into_iter().flat_map(|members| members.keys());
    match members.find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(unknown_parameter(&format!("{path}.{name}"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
