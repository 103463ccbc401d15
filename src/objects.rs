//! Which of the objects that Azure stores a call names: responses, conversations, files, vector stores, containers, answers in
//! audio. Azure gives them to whoever has the resource's key (Azure assistants.md, "data access guidance"), so where several callers
//! share one, it must be known what a call reaches for.
//!
//! The places are a tree of data, walked with the body: each member of the body is looked at once. A list stands for each
//! of its items. Keys that stand twice are all read, since it is not known which of them Azure reads.

use std::borrow::Cow;

use crate::json::{Document, Kind, Pointer, Step, View};

/// An object that a call names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Where its id stands.
    pub at: Pointer,
    /// The id.
    pub id: String,
}

impl Named {
    /// What a call can say in place of the object, if there is something.
    pub fn instead(&self) -> Option<&'static str> {
        let is_audio = self.at.steps().contains(&Step::Key("audio".into()));
        is_audio.then_some(
            "Or send the transcript of that answer as the message's `content`, and no `audio`: it is in the answer.",
        )
    }
}

/// The first stored object that a call's body names, whichever operation it is for.
pub fn named(body: &Document) -> Option<Named> {
    let mut way = Vec::new();
    let id = within(body, body.root(), CALL, &mut way)?;
    let step = |at: Pointer, step| match step {
        Step::Key(key) => at.then(key),
        Step::Index(index) => at.item(index),
    };
    Some(Named { at: way.into_iter().fold(Pointer::default(), step), id })
}

/// A member that is an id, or has ids below it, or both.
struct Place {
    /// The member's key; `*` for any.
    key: &'static str,
    /// Whether the member may be an id itself, and in which objects it is one.
    id: Option<fn(View<'_>) -> bool>,
    /// What is below it.
    below: &'static [Place],
}

const fn id(key: &'static str) -> Place {
    Place { key, id: Some(|_| true), below: &[] }
}

const fn below(key: &'static str, below: &'static [Place]) -> Place {
    Place { key, id: None, below }
}

/// The body of a call. Chat calls may have what only the Responses API knows: they are bridged to it.
const CALL: &[Place] = &[
    id("previous_response_id"),
    Place { below: &[id("id")], ..id("conversation") },
    below("prompt", &[id("id")]),
    below("input", ITEM),
    below("messages", MESSAGE),
    below("tools", TOOL),
    // What the tools of an assistant are given (assistants.md).
    below("tool_resources", &[below("*", RESOURCES)]),
    // File search as Azure's users write it beside `azure_search`.
    below("data_sources", &[below("parameters", &[id("vector_store_id"), id("vector_store_ids")])]),
];

/// An item of the input of a Responses call (`InputItem` in OpenAI's specification).
const ITEM: &[Place] = &[
    Place { key: "id", id: Some(stands_for_a_stored_item), below: &[] },
    below("content", PART),
    // A tool's output: parts, or a screenshot.
    below("output", PART),
    // A code interpreter call that is said again: its container goes on.
    id("container_id"),
    // A shell call's.
    below("environment", ENVIRONMENT),
    // Tools that come along within the input.
    below("tools", TOOL),
];

/// A chat message.
///
/// `azgate`, which the bridge keeps there of an earlier answer, is looked at by the bridge itself: nothing goes back of it that
/// needs what Azure stores.
const MESSAGE: &[Place] = &[below("content", PART), below("attachments", PART), below("audio", AUDIO)];

/// An earlier answer in audio, which Azure keeps for a while (`expires_at`) and finds by its id alone.
const AUDIO: &[Place] = &[id("id")];

/// A part of a content: `input_file`, `input_image`, and chat's `file`.
const PART: &[Place] = &[id("file_id"), below("file", &[id("file_id")])];

/// A tool: file search, code interpreter, shell, image generation, MCP through a tunnel.
const TOOL: &[Place] = &[
    id("vector_store_ids"),
    // As clients of the Assistants API spell the two; the bridge puts them where they belong.
    id("file_ids"),
    CONTAINER,
    below("environment", ENVIRONMENT),
    MASK,
    id("tunnel_id"),
    // Options in a member of the tool's name, which the bridge puts there too.
    below("file_search", &[id("vector_store_ids")]),
    below("code_interpreter", &[id("file_ids"), CONTAINER]),
    below("image_generation", &[MASK]),
    below("mcp", &[id("tunnel_id")]),
];

const CONTAINER: Place = Place { below: &[id("file_ids")], ..id("container") };

const MASK: Place = below("input_image_mask", &[id("file_id")]);

/// Where a shell runs.
const ENVIRONMENT: &[Place] = &[id("container_id"), id("file_ids"), below("skills", &[id("skill_id")])];

const RESOURCES: &[Place] =
    &[id("file_ids"), id("vector_store_ids"), below("vector_stores", &[id("file_ids")])];

/// Whether an item of the input does not say what it is, but has Azure look it up by its id: a reference, whose type may be
/// left out (`ItemReferenceParam`), or an item without that which it is there for.
fn stands_for_a_stored_item(item: View<'_>) -> bool {
    let all = |key: &'static str| item.members().filter(move |(name, _)| name == key).map(|(_, value)| value);
    let is = |kind: &str| all("type").any(|said| said.text().as_deref() == Some(kind));
    let is_untyped = all("type").next().is_none() || all("type").any(View::is_null);
    let lacks =
        |key| all(key).next().is_none() || all(key).any(|value| matches!(value.raw(), b"null" | b"\"\""));
    is("item_reference")
        || (is_untyped && lacks("role"))
        || (is("reasoning") && lacks("encrypted_content"))
        || (is("image_generation_call") && lacks("result"))
}

/// The levels that are outlined of what lies deeper than the body's own outline.
const DEEPER: u32 = 2;

/// The id that is told where there are too many values to look for one.
const UNREAD: &str = "?";

/// The first id in an object's members, and the way to it.
fn within(document: &Document, object: View<'_>, places: &[Place], way: &mut Vec<Step>) -> Option<String> {
    for (key, value) in object.members() {
        for place in places.iter().filter(|place| place.key == key || place.key == "*") {
            let is_id = place.id.is_some_and(|is_one| is_one(object));
            way.push(Step::Key(key.to_string().into()));
            let found = member(document, value, (is_id, place.below), way);
            if found.is_some() {
                return found;
            }
            way.pop();
        }
    }
    None
}

/// The first id in a member: itself, or one in the object that it is, or in the items that it has.
fn member(
    document: &Document,
    value: View<'_>,
    place: (bool, &[Place]),
    way: &mut Vec<Step>,
) -> Option<String> {
    if value.is_opaque() {
        let deeper = Document::parse(document.source().slice(value.span().range()), DEEPER);
        return deeper
            .map_or_else(|_| Some(UNREAD.to_owned()), |deeper| member(&deeper, deeper.root(), place, way));
    }
    let (is_id, places) = place;
    match value.kind() {
        Kind::String if is_id => Some(spelt(value)),
        Kind::Object => within(document, value, places, way),
        // A list in a list has no meaning anywhere.
        Kind::Array => value.items().enumerate().filter(|(_, item)| item.kind() != Kind::Array).find_map(
            |(index, item)| {
                way.push(Step::Index(index));
                let found = member(document, item, place, way);
                if found.is_none() {
                    way.pop();
                }
                found
            },
        ),
        _ => None,
    }
}

/// An id as it is shown. One that is no Unicode is one all the same.
fn spelt(id: View<'_>) -> String {
    id.text().map_or_else(|| String::from_utf8_lossy(id.raw()).into_owned(), Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::call::OUTLINE_DEPTH;

    fn of(body: &str) -> Option<(String, String)> {
        let body = Document::parse(Bytes::copy_from_slice(body.as_bytes()), OUTLINE_DEPTH).unwrap();
        named(&body).map(|Named { at, id }| (at.to_string(), id))
    }

    /// A body whose value at `at` is `value`, where `0` is the second item of a list.
    fn body(at: &str, value: &str) -> String {
        at.rsplit('.').fold(value.to_owned(), |inner, step| match step {
            "0" => format!("[{{}},{inner}]"),
            key => format!("{{\"x\":[[\"{key}\"]],\"{key}\":{inner}}}"),
        })
    }

    #[test]
    fn an_id_is_found_in_every_place_however_deep() {
        for at in [
            "previous_response_id",
            "conversation",
            "conversation.id",
            "prompt.id",
            "input.0.content.0.file_id",
            "input.0.output.0.file_id",
            "input.0.output.file_id",
            "input.0.container_id",
            "input.0.environment.container_id",
            "input.0.environment.skills.0.skill_id",
            "input.0.tools.0.vector_store_ids",
            "input.0.tools.0.container.file_ids",
            "messages.0.content.0.file_id",
            "messages.0.content.0.file.file_id",
            "messages.0.attachments.0.file_id",
            "messages.0.audio.id",
            "tools.0.vector_store_ids",
            "tools.0.file_ids",
            "tools.0.file_search.vector_store_ids",
            "tools.0.code_interpreter.file_ids",
            "tools.0.code_interpreter.container",
            "tools.0.code_interpreter.container.file_ids",
            "tools.0.image_generation.input_image_mask.file_id",
            "tools.0.mcp.tunnel_id",
            "tools.0.container",
            "tools.0.container.file_ids",
            "tools.0.environment.container_id",
            "tools.0.environment.file_ids",
            "tools.0.environment.skills.0.skill_id",
            "tools.0.input_image_mask.file_id",
            "tools.0.tunnel_id",
            "tool_resources.code_interpreter.file_ids",
            "tool_resources.file_search.vector_store_ids",
            "tool_resources.file_search.vector_stores.0.file_ids",
            "data_sources.0.parameters.vector_store_id",
            "data_sources.0.parameters.vector_store_ids",
        ] {
            let shown = at.replace(".0", "[1]");
            assert_eq!(of(&body(at, r#""id_1""#)), Some((shown.clone(), "id_1".to_owned())), "{at}");
            let list = of(&body(at, r#"["id_1","id_2"]"#));
            assert_eq!(list, Some((format!("{shown}[0]"), "id_1".to_owned())), "{at}");
            for nothing in ["null", "[]", "{}", "[null]", "7", r#"{"x":"id_1"}"#, r#"[["id_1"]]"#] {
                assert_eq!(of(&body(at, nothing)), None, "{at}: {nothing}");
            }
        }
    }

    #[test]
    fn an_item_that_only_has_an_id_is_looked_up_by_azure_and_one_that_says_what_it_is_is_not() {
        for (item, is_named) in [
            (r#"{"type":"item_reference","id":"i"}"#, true),
            (r#"{"type":"item_referenc\u0065","id":"i"}"#, true),
            (r#"{"type":null,"id":"i"}"#, true),
            (r#"{"id":"i"}"#, true),
            (r#"{"id":"i","role":null}"#, true),
            (r#"{"id":"i","type":"item_reference","type":"message","role":"user"}"#, true),
            (r#"{"id":"i","role":"assistant","content":"Hi"}"#, false),
            (r#"{"type":"message","id":"i","role":"assistant","content":[]}"#, false),
            (r#"{"type":"function_call","id":"i","call_id":"c","name":"f","arguments":"{}"}"#, false),
            (r#"{"type":"reasoning","id":"i","summary":[]}"#, true),
            (r#"{"type":"reasoning","id":"i","encrypted_content":null}"#, true),
            (r#"{"type":"reasoning","id":"i","encrypted_content":""}"#, true),
            (r#"{"type":"reasoning","id":"i","encrypted_content":"g","encrypted_content":null}"#, true),
            (r#"{"type":"reasoning","id":"i","encrypted_content":"gAAA"}"#, false),
            (r#"{"type":"reasoning","summary":[],"content":[]}"#, false),
            (r#"{"type":"image_generation_call","id":"i"}"#, true),
            (r#"{"type":"image_generation_call","id":"i","result":"aGk="}"#, false),
        ] {
            let expected = |at: &str| is_named.then(|| (at.to_owned(), "i".to_owned()));
            assert_eq!(of(&format!(r#"{{"input":[{item}]}}"#)), expected("input[0].id"), "{item}");
            let kept = format!(r#"{{"messages":[{{"role":"assistant","azgate":{{"output":[{item}]}}}}]}}"#);
            assert_eq!(of(&kept), None, "{item}");
        }
    }

    #[test]
    fn what_only_looks_like_an_id_is_none() {
        for body in [
            r#"{"metadata":{"file_id":"a","previous_response_id":"b"},"user":"resp_1"}"#,
            r#"{"tools":[{"type":"function","name":"f","parameters":{"properties":{"file_id":{"type":"string"},"id":{}}}}]}"#,
            r#"{"tools":[{"type":"function","function":{"name":"f","parameters":{"required":["file_ids"]}}}]}"#,
            r#"{"input":"previous_response_id","tools":[{"type":"code_interpreter","container":{"type":"auto"}}]}"#,
            r#"{"messages":[{"role":"tool","tool_call_id":"call_1","content":"{\"file_id\":\"a\"}"}]}"#,
            r#"{"messages":[{"role":"assistant","tool_calls":[{"id":"call_1","type":"function"}]}]}"#,
            r#"{"input":[{"type":"message","role":"user","content":[{"type":"input_file","file_data":"a"}]}]}"#,
            r#"{"messages":[{"content":[{"type":"input_audio","input_audio":{"data":"a","format":"wav"}}],"audio":null}],"audio":{"voice":"alloy","format":"wav"}}"#,
            r#"{"prompt":"text","tool_resources":{},"messages":null,"input":{},"tools":"x"}"#,
            r#"[{"previous_response_id":"r"}]"#,
        ] {
            assert_eq!(of(body), None, "{body}");
        }
    }

    #[test]
    fn an_id_cannot_hide_behind_a_key_that_stands_twice_an_escape_or_a_surrogate() {
        for body in [
            r#"{"input":[{"content":[{"file_id":"i","file_id":null}]}]}"#,
            r#"{"messages":[{"content":[{"file":{"file\u005fid":"i"}}]}]}"#,
            r#"{"tools":[{"container":{"type":"auto"},"container":"i"}]}"#,
        ] {
            assert_eq!(of(body).unwrap().1, "i", "{body}");
        }
        assert_eq!(of(r#"{"previous_response_id":"\ud800"}"#).unwrap().1, r#""\ud800""#);
    }

    #[test]
    fn lists_in_lists_do_not_reach_the_stack_and_too_many_values_are_not_let_through() {
        let deep = 200_000;
        assert_eq!(of(&format!(r#"{{"input":{}{}}}"#, "[".repeat(deep), "]".repeat(deep))), None);
        let members = r#""a":0,"#.repeat(1 << 18);
        let many = format!(r#"{{"messages":[{{"content":[{{"file":{{{members}"file_id":"i"}}}}]}}]}}"#);
        assert_eq!(of(&many).unwrap(), ("messages[0].content[0].file".to_owned(), UNREAD.to_owned()));
    }
}
