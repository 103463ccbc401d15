//! Content parts under the other operation's names: `input_text` in a chat message, `text` in a Responses item. Clients
//! that speak both operations mix them up, and Azure takes only its own.

use super::{
    flatten::spread_but,
    rule::{BOTH, Rule},
};
use crate::{
    call::{Dialect, Effect, Refusal},
    json::{Change, Kind, Pointer, Raw, RawBuilder, Span, View},
    translate::Draft,
};

pub(super) const RULE: Rule = Rule {
    ids: &[ID],
    summary: "Content parts under the names of the other operation (`input_text`, `output_text`, `input_image` and \
              `input_file` in a chat call, `text`, `image_url` and `file` in a Responses call) get those of the \
              operation.",
    on: BOTH,
    run,
};

const ID: &str = "rename.parts";

/// What only a text of an earlier answer has.
const OF_AN_ANSWER: [&str; 2] = ["annotations", "logprobs"];

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let dialect = draft.call.dialect;
    let Some(list) = draft.call.body.root().get(draft.parameter_names().messages) else { return Ok(()) };
    let at = Pointer::key(draft.parameter_names().messages);
    let mut changes = Vec::new();
    for (index, item) in list.items().enumerate() {
        let Some((key, is_answer)) = holder(dialect, item) else { continue };
        let Some(content) = item.get(key).filter(|content| content.kind() == Kind::Array) else { continue };
        for (part, view) in content.items().enumerate() {
            let Some(kind) = view.get("type").and_then(View::text) else { continue };
            let at = || at.clone().item(index).then(key).item(part);
            match dialect {
                Dialect::Chat => in_chat(view, &kind, at, &mut changes),
                Dialect::Responses => in_responses(view, &kind, is_answer, at, &mut changes),
            }
        }
    }
    let why = match dialect {
        Dialect::Chat => {
            "this is the name of the part on the Responses API; chat completions have another one"
        }
        Dialect::Responses => {
            "this is the name of the part in chat completions; the Responses API has another one"
        }
    };
    for change in changes {
        draft.edit(ID, Effect::Same, why, change)?;
    }
    Ok(())
}

/// Returns the member of a message or an item that holds parts, and whether the model wrote them.
fn holder(dialect: Dialect, item: View<'_>) -> Option<(&'static str, bool)> {
    let is_answer = || item.get("role").and_then(View::text).as_deref() == Some("assistant");
    if dialect == Dialect::Chat {
        return Some(("content", is_answer()));
    }
    match item.non_null("type").and_then(View::text).as_deref() {
        Some("message") => Some(("content", is_answer())),
        Some("function_call_output" | "custom_tool_call_output") => Some(("output", false)),
        None if item.get("role").is_some() => Some(("content", is_answer())),
        _ => None,
    }
}

fn named(at: Pointer, kind: &str) -> Change {
    Change::Set { at: at.then("type"), value: Raw::string(kind) }
}

/// Adds the removal of what only a text of an answer has.
fn no_answer(part: View<'_>, at: impl Fn() -> Pointer, changes: &mut Vec<Change>) {
    let there = OF_AN_ANSWER.into_iter().filter(|key| part.get(key).is_some());
    changes.extend(there.map(|key| Change::Remove { at: at().then(key) }));
}

/// Gives a part in a chat message its name there. A part that chat does not have stays.
fn in_chat(part: View<'_>, kind: &str, at: impl Fn() -> Pointer, changes: &mut Vec<Change>) {
    match kind {
        "input_text" | "output_text" => {
            changes.push(named(at(), "text"));
            no_answer(part, at, changes);
        }
        "input_image" if part.non_null("file_id").is_none() => match part.non_null("image_url") {
            Some(url) if url.kind() == Kind::String => {
                let mut image = RawBuilder::object();
                image.copy("url", url);
                part.non_null("detail").into_iter().for_each(|detail| image.copy("detail", detail));
                let but = ["type", "image_url", "detail", "file_id"];
                let value = wrapped("image_url", image, part, &but);
                changes.push(Change::Set { at: at(), value });
            }
            Some(_) => changes.push(named(at(), "image_url")),
            None => {}
        },
        "input_file" if part.non_null("file").is_some() => changes.push(named(at(), "file")),
        "input_file" if part.non_null("file_url").is_none() => {
            let mut file = RawBuilder::object();
            for key in ["file_id", "filename", "file_data"] {
                part.non_null(key).into_iter().for_each(|value| file.copy(key, value));
            }
            let but = ["type", "file_id", "filename", "file_data", "file_url"];
            changes.push(Change::Set { at: at(), value: wrapped("file", file, part, &but) });
        }
        _ => {}
    }
}

/// Returns a part of chat: its members in a member that has the name of its type, and what else the part had.
fn wrapped(kind: &'static str, inner: RawBuilder, part: View<'_>, but: &[&str]) -> Raw {
    let mut value = Raw::json(format!(r#"{{"type":"{kind}","{kind}":"#));
    value.extend(inner.finish());
    spread_but(&mut value, part, but);
    value.push("}");
    value
}

/// Gives a part in a Responses item its name there.
fn in_responses(
    part: View<'_>,
    kind: &str,
    is_answer: bool,
    at: impl Fn() -> Pointer,
    changes: &mut Vec<Change>,
) {
    match kind {
        "text" | "input_text" | "output_text" => {
            let own = if is_answer { "output_text" } else { "input_text" };
            if kind == own {
                return;
            }
            changes.push(named(at(), own));
            if !is_answer {
                no_answer(part, at, changes);
            } else if part.non_null("annotations").is_none() {
                // Azure AI Foundry refuses a text of an answer without them (NousResearch/hermes-agent#67667).
                changes.push(Change::Set { at: at().then("annotations"), value: Raw::json("[]") });
            }
        }
        "image_url" => {
            let Some(image) = part.non_null("image_url") else { return };
            if image.kind() == Kind::Object {
                let Some(value) = unwrapped(part, "input_image", ("image_url", image), Some("url")) else {
                    return;
                };
                changes.push(Change::Set { at: at(), value });
            } else {
                changes.push(named(at(), "input_image"));
            }
        }
        "file" => match part.non_null("file").filter(|file| file.kind() == Kind::Object) {
            Some(file) => {
                let value = unwrapped(part, "input_file", ("file", file), None);
                changes.extend(value.map(|value| Change::Set { at: at(), value }));
            }
            None => changes.push(named(at(), "input_file")),
        },
        _ => {}
    }
}

/// Returns a part of the Responses API: the members of chat's object beside the type, the URL under the object's own
/// name. The object may lie deeper than the outline goes, so it is read on its own. `None` if the URL is missing.
fn unwrapped(
    part: View<'_>,
    kind: &'static str,
    (key, inner): (&'static str, View<'_>),
    url: Option<&'static str>,
) -> Option<Raw> {
    let outlined = inner.reparse(1)?;
    let members = || outlined.root().members().filter(|(_, value)| !value.is_null());
    let mut value = Raw::json(format!(r#"{{"type":"{kind}""#));
    let mut but = vec!["type".to_owned(), key.to_owned()];
    let start = inner.span().start;
    for (name, member) in members() {
        let name = if Some(&*name) == url { key.to_owned() } else { name.into_owned() };
        if name == "type" || (name != key && but.contains(&name)) {
            continue;
        }
        let Span { start: from, end } = member.span();
        value.push(format!(",{}:", crate::json::text::quote(&name)));
        value.push_source(Span { start: start + from, end: start + end });
        but.push(name);
    }
    if url.is_some_and(|url| outlined.root().non_null(url).is_none()) {
        return None;
    }
    let but: Vec<&str> = but.iter().map(String::as_str).collect();
    spread_but(&mut value, part, &but);
    value.push("}");
    Some(value)
}

#[cfg(test)]
mod tests {
    use crate::translate::{
        Action,
        rules::testing::{responses, responses_with, sent, with},
    };

    #[test]
    fn a_chat_call_may_name_its_parts_as_the_responses_api_does() {
        for (part, own) in [
            (
                r#"{"type":"input_text","text":"a\u00e9", "x":1}"#,
                r#"{"type":"text","text":"a\u00e9", "x":1}"#,
            ),
            (
                r#"{"type":"output_text","text":"a","annotations":[],"logprobs":[]}"#,
                r#"{"type":"text","text":"a"}"#,
            ),
            (
                r#"{"type":"input_image","image_url":"data:x","detail":"low","file_id":null}"#,
                r#"{"type":"image_url","image_url":{"url":"data:x","detail":"low"}}"#,
            ),
            (
                r#"{"type":"input_image","image_url":{"url":"u"}}"#,
                r#"{"type":"image_url","image_url":{"url":"u"}}"#,
            ),
            (r#"{"type":"refusal","refusal":"no"}"#, r#"{"type":"refusal","refusal":"no"}"#),
        ] {
            // An image of the assistant goes into a message of the user.
            let roles: &[&str] = if own.contains("image_url") { &["user"] } else { &["user", "assistant"] };
            for role in roles {
                let body = |part: &str| format!(r#"{{"messages":[{{"role":"{role}","content":[{part}]}}]}}"#);
                assert_eq!(sent("gpt-4.1", "v1", &body(part)).0, body(own));
                assert_eq!(sent("unknown", "v1", &body(part)).0, body(own));
            }
        }
        let body = r#"{"messages":[{"role":"user","content":[{"type":"input_text","text":"a"}]}]}"#;
        assert_eq!(sent("gpt-4.1", "v1", body).1, "rename.parts");
        assert_eq!(with("rename.parts", Action::Pass, "gpt-4.1", body).unwrap().0, body);
    }

    #[test]
    fn the_instructions_of_a_model_without_a_role_for_them_are_merged_with_their_new_names() {
        let body = r#"{"messages":[{"role":"system","content":[{"type":"input_text","text":"s"}]},{"role":"user","content":"u"}]}"#;
        let expected = r#"{"messages":[{"role":"user","content":[{"type":"text","text":"s"},{"type":"text","text":"u"}]}]}"#;
        assert_eq!(sent("o1-preview", "v1", body).0, expected);
    }

    #[test]
    fn a_responses_call_may_name_its_parts_as_chat_does() {
        for (role, part, own) in [
            ("user", r#"{"type":"text","text":"a"}"#, r#"{"type":"input_text","text":"a"}"#),
            ("system", r#"{"type":"text","text":"a"}"#, r#"{"type":"input_text","text":"a"}"#),
            (
                "assistant",
                r#"{"type":"text","text":"a"}"#,
                r#"{"type":"output_text","text":"a","annotations":[]}"#,
            ),
            (
                "assistant",
                r#"{"type":"input_text","text":"a","annotations":[]}"#,
                r#"{"type":"output_text","text":"a","annotations":[]}"#,
            ),
            (
                "user",
                r#"{"type":"output_text","text":"a","annotations":[]}"#,
                r#"{"type":"input_text","text":"a"}"#,
            ),
            (
                "user",
                r#"{"type":"image_url","image_url":{"detail":"low","url":"data:x"}}"#,
                r#"{"type":"input_image","detail":"low","image_url":"data:x"}"#,
            ),
            ("user", r#"{"type":"image_url","image_url":"u"}"#, r#"{"type":"input_image","image_url":"u"}"#),
            (
                "user",
                r#"{"type":"file","file":{"filename":"f","file_data":"d","file_id":null}}"#,
                r#"{"type":"input_file","filename":"f","file_data":"d"}"#,
            ),
        ] {
            let body = |part: &str| format!(r#"{{"input":[{{"role":"{role}","content":[{part}]}}]}}"#);
            assert_eq!(responses("gpt-4.1", "v1", &body(part)).0, body(own));
            assert_eq!(responses("unknown", "v1", &body(part)).0, body(own));
        }
        let body = r#"{"input":[{"role":"user","content":[{"type":"text","text":"b"}]}]}"#;
        assert_eq!(responses_with("rename.parts", Action::Pass, "gpt-4.1", body).unwrap().0, body);
    }

    #[test]
    fn what_a_tool_gave_back_has_parts_too() {
        let body = |kind: &str, more: &str| {
            format!(
                r#"{{"input":[{{"type":"function_call","call_id":"c","name":"f","arguments":"{{}}"}},{{"type":"function_call_output","call_id":"c","output":[{{"type":"{kind}","text":"b"}}{more}]}}]}}"#
            )
        };
        let image = r#",{"type":"input_image","image_url":"data:x"}"#;
        assert_eq!(responses("gpt-5", "v1", &body("text", image)).0, body("input_text", image));
        let bridged = responses("gpt-4", "v1", &body("text", "")).0;
        assert!(bridged.contains(r#""tool_call_id":"c","content":"b""#), "{bridged}");
    }

    #[test]
    fn a_call_that_crosses_takes_them_along() {
        let body = r#"{"input":[{"role":"user","content":[{"type":"text","text":"b"}]}]}"#;
        let (body, edits) = responses("gpt-35-turbo", "v1", body);
        assert_eq!(body, r#"{"messages":[{"role":"user","content":"b"}]}"#);
        assert_eq!(edits, "rename.parts, bridge.chat");
        let body = r#"{"messages":[{"role":"assistant","content":[{"type":"input_text","text":"a"}]},{"role":"user","content":[{"type":"input_image","image_url":"u"}]}]}"#;
        let (body, _) = sent("gpt-5-codex", "v1", body);
        assert!(body.contains(r#"[{"type":"output_text","text":"a","annotations":[]}]"#), "{body}");
        assert!(body.contains(r#"[{"type":"input_image","image_url":"u"}]"#), "{body}");
    }
}
