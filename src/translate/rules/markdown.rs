//! From o1 on, models write no markdown over the API unless the first line of their instructions is
//! `Formatting re-enabled` (Microsoft, reasoning.md, "Markdown output"). Operators switch this on for a model. On the
//! Responses API the `instructions` go before the messages of the input.

use super::rule::{BOTH, Rule};
use crate::{
    call::{Dialect, Effect, Refusal},
    catalog::SystemRole,
    json::{Change, Kind, Pointer, Raw, Span, View, text},
    translate::Draft,
};

pub(super) const RULE: Rule = Rule {
    ids: &["add.markdown"],
    summary: "With `markdown = true` the instructions of a reasoning model begin with `Formatting re-enabled`.",
    on: BOTH,
    run,
};

const ID: &str = "add.markdown";
const LINE: &str = "Formatting re-enabled";
const WHY: &str = "`markdown = true` is configured for this model";

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if !draft.target.options.markdown
        || !matches!(draft.profile().system_role, SystemRole::Developer | SystemRole::DeveloperOnly)
    {
        return Ok(());
    }
    let on_responses = draft.call.dialect == Dialect::Responses;
    let list = draft.call.body.root().get(draft.parameter_names().messages).map(View::kind);
    if list != Some(Kind::Array) && !(on_responses && list == Some(Kind::String)) {
        return Ok(());
    }
    let own = draft.call.body.root().get("instructions").filter(|own| on_responses && !own.is_null());
    if own.is_some_and(|own| own.kind() != Kind::String || begins_with_line(own)) {
        return Ok(());
    }
    let instructions: Vec<(usize, Option<View<'_>>)> = draft
        .messages
        .iter()
        .enumerate()
        .filter(|(_, message)| message.role == "system" || message.role == "developer")
        .map(|(index, message)| (index, message.view.get("content")))
        .collect();
    if instructions.iter().any(|(_, content)| content.is_some_and(begins_with_line)) {
        return Ok(());
    }
    let change = if own.is_some() {
        prefixed(Pointer::key("instructions"), own, "")
    } else if let Some((index, content)) = instructions.first() {
        let at = draft.message_pointer(*index).then("content");
        let empty = content.is_some_and(|content| draft.items(content, &at).is_empty());
        let content = content.filter(|content| content.kind() == Kind::String || !empty);
        prefixed(at, content, draft.parameter_names().text)
    } else if on_responses {
        prefixed(Pointer::key("instructions"), None, "")
    } else {
        let role = if draft.knows_developer_role() { "developer" } else { "system" };
        let value = Raw::json(format!(r#"{{"role":"{role}","content":"{LINE}"}}"#));
        Change::Insert { at: Pointer::key("messages").item(0), value }
    };
    draft.edit(ID, Effect::Same, WHY, change)?;
    Ok(())
}

fn begins_with_line(content: View<'_>) -> bool {
    let first = match content.kind() {
        Kind::Array => content.items().next().and_then(|part| part.get("text")),
        _ => Some(content),
    };
    // As it is written first: what is no Unicode further on is no text.
    let written = |view: View<'_>| text::inner(view.raw()).starts_with(LINE.as_bytes());
    first.is_some_and(|view| written(view) || view.text().is_some_and(|text| text.starts_with(LINE)))
}

/// The content with the line before it; parts get a part of that type.
fn prefixed(at: Pointer, content: Option<View<'_>>, text_type: &str) -> Change {
    match content {
        Some(content) if content.kind() == Kind::Array => Change::Insert {
            at: at.item(0),
            value: Raw::json(format!(r#"{{"type":"{text_type}","text":"{LINE}"}}"#)),
        },
        Some(content) if content.kind() == Kind::String => {
            let span = content.span();
            let mut value = Raw::json(format!("\"{LINE}\\n"));
            value.push_source(Span { start: span.start + 1, end: span.end });
            Change::Set { at, value }
        }
        _ => Change::Set { at, value: Raw::string(LINE) },
    }
}

#[cfg(test)]
mod tests {
    use crate::translate::rules::testing::{respond, send, target};
    use crate::translate::{Policy, Target, TargetOptions};

    fn formatted(family: &str, surface: &str, messages: &str) -> String {
        let target = Target {
            options: TargetOptions { markdown: true, ..TargetOptions::default() },
            ..target(family, surface)
        };
        let body = format!(r#"{{"messages":[{messages}]}}"#);
        let once = send(&target, &body, &Policy::default()).unwrap();
        let twice = send(&target, &once.body, &Policy::default()).unwrap();
        assert_eq!(twice.body, once.body, "once");
        once.body.replace(r#"{"messages":["#, "").replace("]}", "")
    }

    #[test]
    fn the_line_goes_before_the_first_instruction_or_becomes_one() {
        assert_eq!(
            formatted("o1", "v1", r#"{"role":"user","content":"B"},{"role":"system","content":"A"}"#),
            r#"{"role":"user","content":"B"},{"role":"system","content":"Formatting re-enabled\nA"}"#
        );
        assert_eq!(
            formatted("o1", "v1", r#"{"role":"user","content":"B"}"#),
            r#"{"role":"developer","content":"Formatting re-enabled"},{"role":"user","content":"B"}"#
        );
        assert_eq!(formatted("o1", "v1", ""), r#"{"role":"developer","content":"Formatting re-enabled"}"#);
        assert_eq!(
            formatted("o1", "v1", r#"{"role":"developer","content":null}"#),
            r#"{"role":"developer","content":"Formatting re-enabled"}"#
        );
        assert_eq!(
            formatted("o1", "v1", r#"{"role":"developer","content":"\ud800"}"#),
            r#"{"role":"developer","content":"Formatting re-enabled\n\ud800"}"#
        );
    }

    #[test]
    fn parts_get_a_part() {
        let target = Target {
            options: TargetOptions { markdown: true, ..TargetOptions::default() },
            ..target("o3", "v1")
        };
        let body = r#"{"messages":[{"role":"developer","content":[{"type":"text","text":"A"}]}]}"#;
        let sent = send(&target, body, &Policy::default()).unwrap();
        assert_eq!(
            sent.body,
            r#"{"messages":[{"role":"developer","content":[{"type":"text","text":"Formatting re-enabled"},{"type":"text","text":"A"}]}]}"#
        );
        assert_eq!(send(&target, &sent.body, &Policy::default()).unwrap().edits, "none");
    }

    #[test]
    fn on_responses_the_instructions_go_first() {
        let formatted = |body: &str| {
            let target = Target {
                options: TargetOptions { markdown: true, ..TargetOptions::default() },
                ..target("gpt-5-pro", "v1")
            };
            let once = respond(&target, body, &Policy::default()).unwrap();
            assert_eq!(respond(&target, &once.body, &Policy::default()).unwrap().edits, "none", "{body}");
            once.body
        };
        let set = r#"{"input":"a","instructions":"Formatting re-enabled"}"#;
        assert_eq!(formatted(r#"{"input":"a"}"#), set);
        assert_eq!(
            formatted(r#"{"instructions":"A","input":[{"role":"developer","content":"B"}]}"#),
            r#"{"instructions":"Formatting re-enabled\nA","input":[{"role":"developer","content":"B"}]}"#
        );
        assert_eq!(
            formatted(
                r#"{"input":[{"role":"user","content":"a"},{"role":"system","content":[{"type":"input_text","text":"B"}]}]}"#
            ),
            r#"{"input":[{"role":"user","content":"a"},{"role":"system","content":[{"type":"input_text","text":"Formatting re-enabled"},{"type":"input_text","text":"B"}]}]}"#
        );
        assert_eq!(formatted(r#"{"previous_response_id":"r"}"#), r#"{"previous_response_id":"r"}"#);
    }

    #[test]
    fn it_is_for_reasoning_models_and_bodies_with_messages() {
        let user = r#"{"role":"user","content":"B"}"#;
        assert_eq!(formatted("gpt-4.1", "v1", user), user);
        let target = Target {
            options: TargetOptions { markdown: true, ..TargetOptions::default() },
            ..target("o1", "v1")
        };
        assert_eq!(send(&target, r#"{"messages":"x"}"#, &Policy::default()).unwrap().edits, "none");
    }
}
