//! The settings that the Responses API gathers in objects of their own: `reasoning`, `text`, `include`; and the cap.

use std::{borrow::Cow, collections::HashSet};

use super::{
    BridgeOptions,
    object::{Object, array, kind, members, said},
};
use crate::{
    bridge::Loss,
    json::{Kind, Pointer, Raw, View},
};

/// The chat parameters that become `max_output_tokens`, the one that counts first.
const CAPS: [&str; 2] = ["max_completion_tokens", "max_tokens"];
/// The smallest `max_output_tokens` (OpenAI's API description, `CreateResponse`).
const LEAST_CAP: u64 = 16;

/// What a call with a hosted tool asks to be told of its use. Azure's API description lists no more of it (`Includable`): the
/// sources of a web search are for the client to ask for.
const DETAILS: [(&str, &str); 2] =
    [("file_search", "file_search_call.results"), ("code_interpreter", "code_interpreter_call.outputs")];

/// `max_output_tokens`.
pub(super) fn cap(root: View<'_>, losses: &mut Vec<Loss>) -> Option<Raw> {
    let Some((key, cap)) = CAPS.iter().find_map(|key| Some((*key, said(root, key)?))) else {
        return said(root, "max_output_tokens").map(|cap| Raw::source(cap.span()));
    };
    if cap.whole().is_some_and(|cap| (1..LEAST_CAP).contains(&cap)) {
        let why = "the Responses API, on which this call is served, takes no cap below 16".into();
        losses.push(Loss { rule: "clamp.max_output_tokens", at: Pointer::key(key), why, same: false });
        return Some(Raw::json(LEAST_CAP.to_string()));
    }
    Some(Raw::source(cap.span()))
}

/// `reasoning`: how much, and whether to tell of it.
pub(super) fn reasoning(root: View<'_>, options: &BridgeOptions<'_>) -> Option<Raw> {
    merged(
        root,
        "reasoning",
        |reasoning| {
            if let Some(effort) = said(root, "reasoning_effort") {
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

/// `text`: the format of the answer, and its verbosity.
pub(super) fn text(root: View<'_>) -> Option<Raw> {
    merged(
        root,
        "text",
        |text| {
            if let Some(format) = said(root, "response_format") {
                text.put("format", self::format(format));
            }
            text.take(root, "verbosity");
        },
        |_| {},
    )
}

/// An object of what the chat parameters say, then what the client says in the words of the Responses API, then what
/// the deployment adds. What is no object goes as it came, for Azure to refuse.
fn merged<'a>(
    root: View<'a>,
    key: &str,
    before: impl FnOnce(&mut Object<'a>),
    behind: impl FnOnce(&mut Object<'a>),
) -> Option<Raw> {
    let client = said(root, key);
    if let Some(other) = client.filter(|client| client.kind() != Kind::Object) {
        return Some(Raw::source(other.span()));
    }
    let mut object = Object::default();
    before(&mut object);
    if let Some(client) = client {
        object.copy_all(members(client), &[]);
    }
    behind(&mut object);
    (!object.is_empty()).then(|| object.finish())
}

fn format(format: View<'_>) -> Raw {
    match kind(format).as_deref() {
        Some("json_schema") => Object::flattened(format, "json_schema").finish(),
        _ => Raw::source(format.span()),
    }
}

/// `include`: what the client names, and what is worth telling beside the tools and settings of the call.
pub(super) fn include(root: View<'_>, options: &BridgeOptions<'_>) -> Option<Raw> {
    let client = said(root, "include");
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
        root.get("tools").into_iter().flat_map(View::items).filter_map(kind).collect();
    let details = DETAILS.iter().filter(|(tool, _)| used.contains(*tool)).map(|(_, detail)| *detail);
    let logprobs = root.get("logprobs").and_then(View::boolean) == Some(true);
    let logprobs = logprobs.then_some("message.output_text.logprobs");
    let unasked = encrypted.into_iter().chain(details).filter(|name| !options.untold.contains(name));
    for name in unasked.chain(logprobs) {
        if named.insert(Cow::Borrowed(name)) {
            items.push(Raw::string(name));
        }
    }
    (!items.is_empty()).then(|| array(items))
}

/// `stream_options` without the usage, which a response always tells.
pub(super) fn stream_options(options: View<'_>) -> Option<Raw> {
    if options.kind() != Kind::Object {
        return Some(Raw::source(options.span()));
    }
    let mut kept = Object::default();
    kept.copy_all(members(options), &["include_usage"]);
    (!kept.is_empty()).then(|| kept.finish())
}
