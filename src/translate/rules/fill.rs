//! Members of messages, calls and results that Azure wants and that programs leave out or set to null: the text of a
//! message ("Invalid value for 'content': expected a string, got null"), the type of a tool call, the arguments of one
//! without any.

use std::borrow::Cow;

use super::rule::{BOTH, Rule};
use crate::{
    call::{Dialect, Effect, Refusal},
    json::{Change, Kind, Pointer, Raw, RawBuilder, Span, View},
    translate::Draft,
};

pub(super) const RULE: Rule = Rule {
    ids: &[CONTENT, CALL],
    summary: "A text that Azure wants and that is null or absent becomes empty: the content of a message, the output \
              of a tool. A tool call without a type or arguments gets them.",
    on: BOTH,
    run,
};

const CONTENT: &str = "fill.content";
const CALL: &str = "fill.tool_call";
const NO_TEXT: &str = "Azure wants a text here, and refuses null or nothing";
const NO_TYPE: &str = "Azure wants the type of each tool call";
const NO_INPUT: &str = "Azure wants the input of each tool call as a text";

/// The members with a call's input, and their values for a call without any.
const ARGUMENTS: (&str, &str) = ("arguments", r#""{}""#);
const INPUT: (&str, &str) = ("input", r#""""#);

/// The items of an input, the member that each must have, and its value for an item without it. A type that is absent
/// is that of a message.
const OF_ITEMS: &[(&str, &str, (&str, &str))] = &[
    ("message", CONTENT, ("content", r#""""#)),
    ("function_call_output", CONTENT, ("output", r#""""#)),
    ("custom_tool_call_output", CONTENT, ("output", r#""""#)),
    ("function_call", CALL, ARGUMENTS),
    ("custom_tool_call", CALL, INPUT),
];

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    match draft.call.dialect {
        Dialect::Chat => messages(draft),
        Dialect::Responses => items(draft),
    }
}

fn items(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Some(input) = draft.call.body.root().get("input") else { return Ok(()) };
    for (index, item) in draft.items(input, &Pointer::key("input")) {
        let kind = match item.non_null("type") {
            Some(kind) => kind.text().unwrap_or_default(),
            None if item.get("role").and_then(View::text).is_some() => Cow::Borrowed("message"),
            None => continue,
        };
        let Some((_, id, (key, value))) = OF_ITEMS.iter().find(|(known, ..)| *known == kind) else {
            continue;
        };
        if item.non_null(key).is_none() {
            let change =
                Change::Set { at: Pointer::key("input").item(index).then(*key), value: Raw::json(*value) };
            draft.edit(id, Effect::Same, if *id == CALL { NO_INPUT } else { NO_TEXT }, change)?;
        }
    }
    Ok(())
}

fn messages(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    for index in 0..draft.messages.len() {
        let Some(message) = draft.messages.get(index).filter(|message| !message.removed) else { continue };
        let (view, at) = (message.view, draft.message_pointer(index));
        let empty = view.non_null("content").is_none() && wants_text(&message.role, view, draft.bridging);
        if empty {
            let change = Change::Set { at: at.clone().then("content"), value: Raw::string("") };
            draft.edit(CONTENT, Effect::Same, NO_TEXT, change)?;
        }
        let calls = view.get("tool_calls").filter(|calls| calls.kind() == Kind::Array);
        for (call, made) in calls.into_iter().flat_map(View::items).enumerate() {
            tool_call(draft, made, &at.clone().then("tool_calls").item(call))?;
        }
        if let Some(called) = view.get("function_call").and_then(|called| completed(called, ARGUMENTS)) {
            let change = Change::Set { at: at.then("function_call"), value: called };
            draft.edit(CALL, Effect::Same, NO_INPUT, change)?;
        }
    }
    Ok(())
}

/// Returns whether a message must have a text. An assistant that calls something need not say anything, and the bridge
/// makes nothing of one that says nothing.
fn wants_text(role: &str, message: View<'_>, bridging: bool) -> bool {
    const INSTEAD: &[&str] = &["tool_calls", "function_call", "refusal", "audio"];
    let is_there = |value: View<'_>| value.kind() != Kind::Array || !value.is_empty();
    match role {
        "tool" | "function" | "user" | "system" | "developer" => true,
        "assistant" => !bridging && !INSTEAD.iter().any(|key| message.non_null(key).is_some_and(is_there)),
        _ => false,
    }
}

fn tool_call(draft: &mut Draft<'_>, call: View<'_>, at: &Pointer) -> Result<(), Refusal> {
    if call.kind() != Kind::Object {
        return Ok(());
    }
    let named = call.non_null("type").map(|kind| kind.text().unwrap_or_default());
    let has = |key: &&str| call.get(key).is_some_and(|called| called.kind() == Kind::Object);
    let kind = match named.as_deref() {
        Some("") | None => {
            let Some(kind) = ["function", "custom"].into_iter().find(has) else { return Ok(()) };
            let change = Change::Set { at: at.clone().then("type"), value: Raw::string(kind) };
            draft.edit(CALL, Effect::Same, NO_TYPE, change)?;
            kind
        }
        Some("function") => "function",
        Some("custom") => "custom",
        Some(_) => return Ok(()),
    };
    let input = if kind == "custom" { INPUT } else { ARGUMENTS };
    if let Some(value) = call.get(kind).and_then(|called| completed(called, input)) {
        draft.edit(CALL, Effect::Same, NO_INPUT, Change::Set { at: at.clone().then(kind), value })?;
    }
    Ok(())
}

/// Returns an object of a call with its input; `None` if it has one. The outline may end above its members.
pub(super) fn called(call: View<'_>) -> Raw {
    completed(call, ARGUMENTS).unwrap_or_else(|| Raw::source(call.span()))
}

fn completed(call: View<'_>, (key, value): (&str, &'static str)) -> Option<Raw> {
    let outlined = call.reparse(1).filter(|_| call.kind() == Kind::Object)?;
    if outlined.root().non_null(key).is_some() {
        return None;
    }
    let mut completed = RawBuilder::object();
    for (name, member) in outlined.root().members().filter(|(name, _)| name != key) {
        let (within, Span { start, end }) = (call.span().start, member.span());
        completed.member(&name, Raw::source(Span { start: within + start, end: within + end }));
    }
    completed.member(key, Raw::json(value));
    Some(completed.finish())
}

#[cfg(test)]
mod tests {
    use crate::translate::{
        Action,
        rules::testing::{responses, sent, strictly, with},
    };

    /// A message, and what it becomes in a chat call; the edits.
    fn check(family: &str, message: &str, becomes: &str, edits: &str) {
        let body = |message: &str| format!(r#"{{"messages":[{{"role":"user","content":"a"}},{message}]}}"#);
        assert_eq!(
            sent(family, "v1", &body(message)),
            (body(becomes), edits.to_owned()),
            "{family} {message}"
        );
    }

    #[test]
    fn a_message_without_a_text_gets_an_empty_one() {
        for family in ["gpt-4.1", "gpt-4o", "model-router", "unknown"] {
            for role in ["tool", "user", "system", "assistant"] {
                let start = format!(r#"{{"role":"{role}","tool_call_id":"c""#);
                let filled = format!(r#"{start},"content":""}}"#);
                check(family, &format!(r#"{start},"content":null}}"#), &filled, "fill.content");
                check(family, &format!("{start}}}"), &filled, "fill.content");
            }
        }
        check("gpt-4.1", r#"{"role":"critic"}"#, r#"{"role":"critic"}"#, "none");
        let empty = r#"{"role":"assistant","content":null,"tool_calls":[]}"#;
        check("gpt-4.1", empty, r#"{"role":"assistant","content":""}"#, "fill.content, drop.empty_tools");
    }

    #[test]
    fn an_assistant_that_calls_refuses_or_speaks_needs_no_text() {
        for more in [
            r#""tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]"#,
            r#""function_call":{"name":"f","arguments":"{}"}"#,
            r#""refusal":"no""#,
            r#""audio":{"id":"a"}"#,
        ] {
            let message = format!(r#"{{"role":"assistant","content":null,{more}}}"#);
            check("gpt-4o", &message, &message, "none");
        }
    }

    #[test]
    fn a_tool_call_gets_its_type_and_its_input() {
        for (call, becomes, edits) in [
            (
                r#"{"id":"c","function":{"name":"f","arguments":"{}"}}"#,
                r#"{"id":"c","function":{"name":"f","arguments":"{}"},"type":"function"}"#,
                "fill.tool_call",
            ),
            (
                r#"{"id":"c","type":"","function":{"name":"f"}}"#,
                r#"{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}"#,
                "fill.tool_call;n=2",
            ),
            (
                r#"{"id":"c","type":"function","function":{"arguments":null,"name":"f","x":1.0}}"#,
                r#"{"id":"c","type":"function","function":{"name":"f","x":1.0,"arguments":"{}"}}"#,
                "fill.tool_call",
            ),
            (
                r#"{"id":"c","type":null,"custom":{"name":"f","input":null}}"#,
                r#"{"id":"c","type":"custom","custom":{"name":"f","input":""}}"#,
                "fill.tool_call;n=2",
            ),
            (r#"{"id":"c","type":"new"}"#, r#"{"id":"c","type":"new"}"#, "none"),
        ] {
            let message =
                |call: &str| format!(r#"{{"role":"assistant","content":"a","tool_calls":[{call}]}}"#);
            check("gpt-5", &message(call), &message(becomes), edits);
        }
        let legacy = r#"{"role":"assistant","content":null,"function_call":{"name":"f","arguments":null}}"#;
        check("gpt-4o", legacy, &legacy.replace("null}}", r#""{}"}}"#), "fill.tool_call");
        let body = format!(r#"{{"messages":[{legacy},{{"role":"function","name":"f","content":null}}]}}"#);
        let (body, _) = sent("gpt-5", "v1", &body);
        assert!(body.contains(r#""function":{"name":"f","arguments":"{}"}"#), "{body}");
        assert!(body.contains(r#""content":"""#), "{body}");
    }

    #[test]
    fn a_bridged_call_gets_them_too() {
        let body = r#"{"messages":[{"role":"user","content":null},{"role":"assistant","content":null,"tool_calls":[{"id":"c","function":{"name":"f"}}]},{"role":"tool","tool_call_id":"c"},{"role":"assistant","content":null}]}"#;
        let (body, edits) = sent("gpt-5-codex", "v1", body);
        let input = r#""input":[{"type":"message","role":"user","content":""},{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c","output":""}]"#;
        assert!(body.contains(input), "{body}");
        assert_eq!(edits, "bridge.responses, fill.content;n=2, fill.tool_call;n=2");
    }

    #[test]
    fn on_responses_items_get_them() {
        let item = |kind: &str, more: &str| format!(r#"{{"type":"{kind}","call_id":"c"{more}}}"#);
        for (kind, key, value) in [
            ("function_call_output", "output", r#""""#),
            ("custom_tool_call_output", "output", r#""""#),
            ("function_call", "arguments", r#""{}""#),
            ("custom_tool_call", "input", r#""""#),
        ] {
            let body = |more: &str| format!(r#"{{"input":[{}]}}"#, item(kind, more));
            let filled = body(&format!(r#","{key}":{value}"#));
            for missing in ["", &format!(r#","{key}":null"#)] {
                assert_eq!(responses("gpt-5", "v1", &body(missing)).0, filled, "{kind}");
            }
        }
        let body =
            r#"{"input":[{"role":"user","content":null},{"type":"message","role":"assistant"},{"id":"x"}]}"#;
        let filled = r#"{"input":[{"role":"user","content":""},{"type":"message","role":"assistant","content":""},{"id":"x"}]}"#;
        assert_eq!(responses("gpt-5", "v1", body), (filled.into(), "fill.content;n=2".into()));
    }

    #[test]
    fn nothing_is_lost_by_it_and_a_policy_may_leave_it() {
        let body = r#"{"messages":[{"role":"user","content":null}]}"#;
        assert!(strictly("gpt-4.1", "v1", body).is_ok());
        assert_eq!(with("fill.content", Action::Pass, "gpt-4.1", body).unwrap().0, body);
    }
}
