//! The settings that the Responses API groups in members of their own: `reasoning`, `text` and `include`; and the cap.

use std::{borrow::Cow, collections::HashSet};

use super::object::{Object, array, members};
use crate::{
    bridge::{INCLUDE_LOGPROBS, Loss, over_responses::BridgeOptions, values::type_of},
    json::{Kind, Pointer, Raw, View},
};

/// The chat parameters that become `max_output_tokens`. The first one that is present counts.
const CAPS: [&str; 2] = ["max_completion_tokens", "max_tokens"];
/// The smallest `max_output_tokens` (OpenAI's API description, `CreateResponse`).
const LEAST_CAP: u64 = 16;

/// The details that a call with a hosted tool asks for in `include`. Azure's API description lists no others
/// (`Includable`), so a client that wants the sources of a web search must ask for them itself.
const DETAILS: [(&str, &str); 2] =
    [("file_search", "file_search_call.results"), ("code_interpreter", "code_interpreter_call.outputs")];

/// Returns `max_output_tokens`.
pub(super) fn cap(root: View<'_>, losses: &mut Vec<Loss>) -> Option<Raw> {
    let Some((key, cap)) = CAPS.iter().find_map(|key| Some((*key, root.non_null(key)?))) else {
        return root.non_null("max_output_tokens").map(|cap| Raw::source(cap.span()));
    };
    if cap.whole().is_some_and(|cap| (1..LEAST_CAP).contains(&cap)) {
        let why = "the Responses API, on which this call is served, takes no cap below 16".into();
        losses.push(Loss { rule: "clamp.max_output_tokens", at: Pointer::key(key), why, same: false });
        return Some(Raw::json(LEAST_CAP.to_string()));
    }
    Some(Raw::source(cap.span()))
}

/// Returns `reasoning`: the effort, and the kind of summary.
pub(super) fn reasoning(root: View<'_>, options: &BridgeOptions<'_>) -> Option<Raw> {
    merged(
        root,
        "reasoning",
        |reasoning| {
            if let Some(effort) = root.non_null("reasoning_effort") {
                reasoning.put("effort", Raw::source(effort.span()));
            }
        },
        |reasoning| {
            if let Some(summary) = options.summary {
                reasoning.put("summary", Raw::string(summary));
            }
        },
    )
}

/// Returns `text`: the format of the answer, and its verbosity.
pub(super) fn text(root: View<'_>) -> Option<Raw> {
    merged(
        root,
        "text",
        |text| {
            if let Some(format) = root.non_null("response_format") {
                text.put("format", self::format(format));
            }
            text.take(root, "verbosity");
        },
        |_| {},
    )
}

/// Merges into one object: the chat parameters, then the member that the client sends under its Responses name, then
/// what the deployment adds. If the client's member is not an object it goes as it came, for Azure to refuse.
fn merged<'a>(
    root: View<'a>,
    key: &str,
    before: impl FnOnce(&mut Object<'a>),
    after: impl FnOnce(&mut Object<'a>),
) -> Option<Raw> {
    let client = root.non_null(key);
    if let Some(other) = client.filter(|client| client.kind() != Kind::Object) {
        return Some(Raw::source(other.span()));
    }
    let mut object = Object::default();
    before(&mut object);
    if let Some(client) = client {
        object.copy_all(members(client), &[]);
    }
    after(&mut object);
    (!object.is_empty()).then(|| object.finish())
}

fn format(format: View<'_>) -> Raw {
    match type_of(format).as_deref() {
        Some("json_schema") => Object::flattened(format, "json_schema").finish(),
        _ => Raw::source(format.span()),
    }
}

/// Returns `include`: what the client names, and what the tools and settings of the call are worth asking for.
pub(super) fn include(root: View<'_>, options: &BridgeOptions<'_>) -> Option<Raw> {
    let client = root.non_null("include");
    if let Some(other) = client.filter(|client| client.kind() != Kind::Array) {
        return Some(Raw::source(other.span()));
    }
    let mut named: HashSet<Cow<'_, str>> = HashSet::new();
    let mut items = Vec::new();
    for item in client.into_iter().flat_map(View::items) {
        if item.text().is_none_or(|name| named.insert(name)) {
            items.push(Raw::source(item.span()));
        }
    }
    let stored = root.get("store").and_then(View::boolean) == Some(true);
    let encrypted = (options.encrypted && !stored).then_some("reasoning.encrypted_content");
    let used: HashSet<Cow<'_, str>> =
        root.get("tools").into_iter().flat_map(View::items).filter_map(type_of).collect();
    let details = DETAILS.iter().filter(|(tool, _)| used.contains(*tool)).map(|(_, detail)| *detail);
    let logprobs = root.get("logprobs").and_then(View::boolean) == Some(true);
    let logprobs = logprobs.then_some(INCLUDE_LOGPROBS);
    let added = encrypted.into_iter().chain(details).filter(|name| !options.refused_includes.contains(name));
    for name in added.chain(logprobs) {
        if named.insert(Cow::Borrowed(name)) {
            items.push(Raw::string(name));
        }
    }
    (!items.is_empty()).then(|| array(items))
}

/// Returns `stream_options` without `include_usage`: a response always has its usage.
pub(super) fn stream_options(options: View<'_>) -> Option<Raw> {
    if options.kind() != Kind::Object {
        return Some(Raw::source(options.span()));
    }
    let mut kept = Object::default();
    kept.copy_all(members(options), &["include_usage"]);
    (!kept.is_empty()).then(|| kept.finish())
}
