//! The checks of a Responses call, in OpenAI's order: the surface, the form of every member, what is stored, and then
//! what the model takes.

mod able;
mod content;
mod input;
mod keys;
mod known_members;
mod members;
mod output;
mod schema;
mod state;
mod tools;

use serde_json::Value;

pub(super) use self::keys::served;
use crate::sim::{
    errors::{SimError, Verdict, engine},
    models::Window,
    request::Ask,
    responses::{read, store::Memory},
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

#[cfg(test)]
mod tests;
