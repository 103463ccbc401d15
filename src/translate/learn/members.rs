//! Members inside the objects of a call: where a refused one stands, and how it may be treated.
//!
//! A lesson is about a kind of place, such as every part of every message. A name that Azure knows in one kind of item
//! and not in another, such as `status`, is removed from items of that kind alone. Any other name is removed from all.

use super::{
    meaning::{is_alike, is_meant_member, may_be_cap},
    params::Remedy,
    place::PlaceStep,
};
use crate::{
    catalog::{MemberPath, MemberStep, kind_of, recorded},
    json::{Document, Kind, View},
};

/// Members that say what the call is about: the conversation, the tools, the form of the answer, who may do what. These
/// go only where a policy says so.
const MEANT: &[&str] = &[
    "action",
    "allowed_tools",
    "arguments",
    "attachments",
    "audio",
    "authorization",
    "call_id",
    "citations",
    "code",
    "connector_id",
    "container",
    "content",
    "contents",
    "custom",
    "data",
    "definition",
    "description",
    "documents",
    "effort",
    "encrypted_content",
    "enum",
    "file",
    "file_data",
    "file_id",
    "file_ids",
    "file_url",
    "filename",
    "filters",
    "format",
    "function",
    "function_call",
    "functions",
    "grammar",
    "headers",
    "image",
    "image_url",
    "images",
    "input",
    "input_audio",
    "input_schema",
    "instructions",
    "json_schema",
    "max_num_results",
    "messages",
    "namespace",
    "output",
    "parameters",
    "parts",
    "properties",
    "queries",
    "ranking_options",
    "refusal",
    "require_approval",
    "required",
    "result",
    "results",
    "role",
    "role_information",
    "schema",
    "server_label",
    "server_url",
    "source",
    "summary",
    "syntax",
    "system",
    "text",
    "toolInvocations",
    "tool_call_id",
    "tool_calls",
    "tool_choice",
    "tools",
    "type",
    "url",
    "user_location",
    "vector_store_ids",
    "video_url",
];

/// Objects that narrow what a tool may find, or fix which tool is called and which form the answer has. Without any of
/// their members they mean something else.
const WHOLE: &[&str] = &["filters", "format", "ranking_options", "response_format", "tool_choice"];

/// Members that Azure knows in some kinds of items. They can go from the kind where Azure refuses them.
const KNOWN: &[&str] = &["annotations", "detail", "id", "logprobs", "name", "phase", "status", "strict"];

/// Known members that many kinds of items need. The bare name does not say which kind refused it.
const NEEDED: &[&str] = &["id", "name"];

/// The lists of what was said. What a body has beside them is about the call as a whole.
const SAID: &[&str] = &["input[", "messages["];

/// Members that the answer does not depend on: hints for a cache, and what an earlier answer told its reader.
const IDLE: &[&str] =
    &["annotations", "cache_control", "index", "logprobs", "parsed", "prompt_cache_breakpoint", "status"];

/// Objects whose members are the client's own names: schemas, labels, arguments.
const FREE: &[&str] = &[
    "arguments",
    "attributes",
    "headers",
    "input_schema",
    "logit_bias",
    "metadata",
    "parameters",
    "properties",
    "schema",
    "variables",
];

/// How deep azgate looks for a bare name.
const DEEPEST: usize = 8;

/// The longest name of a member that is learned.
const LONGEST: usize = 64;

/// Returns the parameter that a place of the call names, as rows write it: a key, a path, or the path of a member of
/// items. `None` if the call has no such member.
pub(super) fn parameter(place: &[PlaceStep<'_>], body: View<'_>) -> Option<String> {
    let followed = |place| {
        let mut steps = Vec::new();
        follow(place, body, &mut steps).then_some(steps)
    };
    let steps = followed(place).or_else(|| match place {
        // A validator calls the whole body so.
        [PlaceStep::Key("body"), rest @ ..] => followed(rest),
        _ => None,
    });
    written(steps?)
}

/// Returns every kind of place where a member with this name stands, but for the body itself.
pub(super) fn standing(name: &str, body: View<'_>) -> Vec<String> {
    let mut found = Vec::new();
    if !is_meant(name) && !NEEDED.contains(&name) {
        search(name, body, &mut Vec::new(), &mut found);
    }
    found
}

/// Returns the same for a name that every body has, such as `model`. The body's own member cannot be the refused one,
/// and a tool's says which model the tool runs.
pub(super) fn standing_in_messages(name: &str, body: View<'_>) -> Vec<String> {
    let mut found = standing(name, body);
    found.retain(|path| SAID.iter().any(|list| path.starts_with(list)));
    found
}

/// Returns whether a member says what the call is about, however it is spelt.
fn is_meant(name: &str) -> bool {
    let is_known = KNOWN.contains(&name) || IDLE.contains(&name);
    !is_known && (MEANT.iter().any(|meant| is_alike(meant, name)) || is_meant_member(name))
}

/// Returns how a member inside an object may be treated. A budget of tokens is never dropped: an answer without one
/// costs more.
pub(super) fn remedy(param: &str) -> Option<Remedy> {
    let (objects, member) = param.rsplit_once('.')?;
    if may_be_cap(member) {
        return None;
    }
    let mut objects = objects.split('.').map(|step| step.split('[').next().unwrap_or_default());
    let is_whole = objects.any(|object| WHOLE.iter().any(|whole| is_alike(whole, object)));
    Some(if is_whole || is_meant(member) {
        Remedy::Refuse
    } else {
        Remedy::Drop { same: IDLE.contains(&member) }
    })
}

/// Follows a place through the body. Each list adds a step with the kind of the item.
fn follow(place: &[PlaceStep<'_>], value: View<'_>, steps: &mut Vec<MemberStep>) -> bool {
    let Some((step, rest)) = place.split_first() else {
        return matches!(steps.last(), Some(MemberStep::Key(_)));
    };
    let deeper = recorded(value);
    let value = deeper.as_ref().map_or(value, Document::root);
    match *step {
        PlaceStep::Key(key) => {
            let before = steps.len();
            if let Some(member) = value.get(key) {
                steps.push(MemberStep::Key(key.to_owned()));
                if follow(rest, member, steps) {
                    return true;
                }
                steps.truncate(before);
            }
            // A validator of unions names the kind of the item as a step of its own.
            value.kind() == Kind::Object
                && !rest.is_empty()
                && [value.get("type"), value.get("role")]
                    .into_iter()
                    .flatten()
                    .any(|kind| kind.text().as_deref() == Some(key))
                && follow(rest, value, steps)
        }
        PlaceStep::Index(index) => value.items().nth(index).is_some_and(|item| {
            steps.push(kind_step(item));
            follow(rest, item, steps)
        }),
    }
}

fn search(name: &str, value: View<'_>, steps: &mut Vec<MemberStep>, found: &mut Vec<String>) {
    if steps.len() >= DEEPEST {
        return;
    }
    let deeper = recorded(value);
    let value = deeper.as_ref().map_or(value, Document::root);
    for (key, member) in value.members() {
        let is_it = key == name && !steps.is_empty();
        let is_free = FREE.contains(&&*key);
        steps.push(MemberStep::Key(key.into_owned()));
        if is_it {
            let path = written(steps.clone()).filter(|path| !found.contains(path));
            found.extend(path);
        } else if !is_free {
            search(name, member, steps, found);
        }
        steps.pop();
    }
    for item in value.items() {
        steps.push(kind_step(item));
        search(name, item, steps, found);
        steps.pop();
    }
}

fn kind_step(item: View<'_>) -> MemberStep {
    let deeper = recorded(item);
    let kind = kind_of(deeper.as_ref().map_or(item, Document::root)).map(std::borrow::Cow::into_owned);
    kind.map_or(MemberStep::Every, MemberStep::Kind)
}

/// Returns the steps as a row writes them. Only the last list keeps its kind, and only for a name that Azure knows.
/// `None` for a place whose names a row cannot write, or that lies in an object of the client's own names.
fn written(mut steps: Vec<MemberStep>) -> Option<String> {
    let (last, path) = steps.split_last_mut()?;
    let MemberStep::Key(name) = last else { return None };
    let is_known = is_meant(name) || KNOWN.contains(&name.as_str());
    let is_plain = is_name(name);
    let mut is_nearest = true;
    for step in path.iter_mut().rev() {
        match step {
            MemberStep::Key(key) if !is_name(key) || FREE.contains(&key.as_str()) => return None,
            MemberStep::Key(_) => {}
            MemberStep::Every => is_nearest = false,
            MemberStep::Kind(kind) if is_known && is_nearest => {
                if !is_name(kind) {
                    return None;
                }
                is_nearest = false;
            }
            MemberStep::Kind(_) => *step = MemberStep::Every,
        }
    }
    if !is_plain {
        return None;
    }
    let keys: Option<Vec<&str>> = steps
        .iter()
        .map(|step| match step {
            MemberStep::Key(key) => Some(key.as_str()),
            MemberStep::Every | MemberStep::Kind(_) => None,
        })
        .collect();
    keys.map(|keys| keys.join(".")).or_else(|| MemberPath::new(steps).map(|path| path.to_string()))
}

/// Returns whether a row can write the name.
fn is_name(name: &str) -> bool {
    (1..=LONGEST).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::{call::OUTLINE_DEPTH, translate::learn::place::read_place};

    const BODY: &str = r#"{"top":1,"reasoning":{"enabled":true},"messages":[{"role":"user","name":"n","x":1,"content":[{"type":"text","text":"a","x":2},{"type":"image_url","image_url":{"url":"u","x":3}}]},{"role":"assistant","annotations":[],"tool_calls":[{"type":"function","function":{"name":"f","arguments":"{}","x":4}}]}],"tools":[{"type":"function","function":{"name":"f","strict":true,"parameters":{"properties":{"x":{"type":"string"}}}}}],"metadata":{"x":"5"}}"#;

    fn body() -> Document {
        Document::parse(Bytes::from(BODY), OUTLINE_DEPTH).unwrap()
    }

    #[test]
    fn a_place_becomes_the_path_of_its_kind() {
        for (place, param) in [
            ("top", "top"),
            ("#/top", "top"),
            ("body.top", "top"),
            ("reasoning.enabled", "reasoning.enabled"),
            ("messages[0].content[0].x", "messages[*].content[*].x"),
            ("messages.0.content.1.image_url.x", "messages[*].content[*].image_url.x"),
            // A validator names the kind of the item on the way.
            ("messages.0.user.content.0.text.x", "messages[*].content[*].x"),
            ("messages[1].tool_calls[0].function.x", "messages[*].tool_calls[*].function.x"),
            ("messages[1].annotations", "messages[assistant].annotations"),
            ("messages[0].name", "messages[user].name"),
            ("tools[0].function.strict", "tools[function].function.strict"),
            ("messages[0].content", "messages[user].content"),
        ] {
            assert_eq!(
                parameter(&read_place(place).unwrap(), body().root()).as_deref(),
                Some(param),
                "{place}"
            );
        }
        for place in [
            "nothing",
            "messages[0]",
            "messages[7].x",
            "messages[0].content[0].y",
            "tools[0].function.parameters.properties.x",
            "metadata.x",
            "user",
        ] {
            assert_eq!(parameter(&read_place(place).unwrap(), body().root()), None, "{place}");
        }
    }

    #[test]
    fn a_bare_name_is_found_in_every_kind_of_place_but_not_among_the_clients_own_names() {
        let places = [
            "messages[*].x",
            "messages[*].content[*].x",
            "messages[*].content[*].image_url.x",
            "messages[*].tool_calls[*].function.x",
        ];
        assert_eq!(standing("x", body().root()), places);
        assert_eq!(standing("strict", body().root()), ["tools[function].function.strict"]);
        for name in ["name", "content", "type", "top", "nothing", "text"] {
            assert_eq!(standing(name, body().root()), [""; 0], "{name}");
        }
        assert_eq!(standing_in_messages("x", body().root()), places);
        assert_eq!(standing_in_messages("strict", body().root()), [""; 0]);
    }

    #[test]
    fn the_meaning_of_a_call_is_not_dropped() {
        assert_eq!(remedy("messages[*].content[*].cache_control"), Some(Remedy::Drop { same: true }));
        assert_eq!(remedy("reasoning.enabled"), Some(Remedy::Drop { same: false }));
        for param in ["messages[user].content", "tools[function].function", "response_format.json_schema"] {
            assert_eq!(remedy(param), Some(Remedy::Refuse), "{param}");
        }
        assert_eq!(remedy("reasoning.max_tokens"), None);
        for param in [
            "messages[user].images",
            "messages[*].experimental_attachments",
            "messages[*].files",
            "messages[*].parts",
            "messages[*].content[*].source",
            "messages[*].content[*].video_url",
            "messages[*].content[*].fileUri",
            "messages[*].toolCalls",
            "tools[*].filters.x",
            "tools[*].filters.filters[*].key",
            "tools[*].max_num_results",
            "tools[*].ranking_options.x",
            "tool_choice.x",
            "text.format.x",
            "text.format.strict",
            "response_format.json_schema.x",
            "reasoning.budget",
        ] {
            assert_eq!(remedy(param), Some(Remedy::Refuse), "{param}");
        }
        for param in ["tools[function].strict", "tools[function].function.strict", "messages[*].context"] {
            assert_eq!(remedy(param), Some(Remedy::Drop { same: false }), "{param}");
        }
    }
}
