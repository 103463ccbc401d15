//! Tools in chat's shape in a Responses call. The members under `function` move beside `type`. A schema is strict by
//! default on the Responses API, and not strict by default in chat (Azure's and OpenAI's documents).

use bytes::Bytes;

use super::rule::{RESPONSES, Rule};
use crate::{
    call::{Effect, Refusal},
    json::{Change, Document, Kind, Pointer, Raw, Span, View, text},
    translate::{Draft, ParamValue},
};

pub(super) const RULE: Rule = Rule {
    ids: &[ID],
    summary: "In a Responses call, function tools, custom tools and tool_choice in chat's shape get the shape of the \
              Responses API.",
    on: RESPONSES,
    run,
};

const ID: &str = "flatten.tools";
const WHY: &str = "the Responses API has what describes a tool beside its type";

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if let Some(ParamValue::Sent(tools)) = draft.get("tools") {
        for (index, tool) in tools.items().enumerate() {
            let Some((kind, inner)) = nested(tool) else { continue };
            let mut value = head(kind);
            spread_but(&mut value, tool, &["type", kind]);
            let beside: Vec<String> = tool.members().map(|(key, _)| key.into_owned()).collect();
            let beside: Vec<&str> = beside.iter().map(String::as_str).chain(["type"]).collect();
            describe(&mut value, kind, inner, beside);
            value.push("}");
            let at = Pointer::key("tools").item(index);
            draft.edit(ID, Effect::Same, WHY, Change::Set { at, value })?;
        }
    }
    if let Some(ParamValue::Sent(choice)) = draft.get("tool_choice")
        && let Some(value) = flat_choice(choice)
    {
        draft.edit(ID, Effect::Same, WHY, Change::Set { at: Pointer::key("tool_choice"), value })?;
    }
    Ok(())
}

/// The type of a tool that is described inside a member of that name, and the description.
fn nested(tool: View<'_>) -> Option<(&'static str, View<'_>)> {
    let kind = tool.get("type")?.text()?;
    let kind = ["function", "custom"].into_iter().find(|known| *known == kind)?;
    let inner = tool.get(kind).filter(|inner| inner.kind() == Kind::Object)?;
    Some((kind, inner))
}

/// Adds the members beside a choice's type, then those inside that are not beside it.
fn chosen(value: &mut Raw, choice: View<'_>, kind: &str, inner: View<'_>) {
    let beside: Vec<String> = choice.members().map(|(key, _)| key.into_owned()).collect();
    let beside: Vec<&str> = beside.iter().map(String::as_str).chain(["type", kind]).collect();
    spread_but(value, choice, &["type", kind]);
    spread_but(value, inner, &beside);
    value.push("}");
}

fn head(kind: &str) -> Raw {
    Raw::json(format!(r#"{{"type":"{kind}""#))
}

/// Adds the members of the description that are not beside the tool's type already.
fn describe(value: &mut Raw, kind: &str, inner: View<'_>, mut beside: Vec<&str>) {
    if kind == "function" {
        let strict =
            inner.get("strict").is_some_and(|strict| !strict.is_null()) || beside.contains(&"strict");
        beside.extend((!strict).then_some("strict"));
        spread_but(value, inner, &beside);
        if !strict {
            value.push(r#","strict":false"#);
        }
        return;
    }
    let grammar = inner.get("format").and_then(|format| Some((format.get("type")?, format.get("grammar")?)));
    let Some((kind, grammar)) = grammar.filter(|_| !beside.contains(&"format")) else {
        return spread_but(value, inner, &beside);
    };
    beside.push("format");
    spread_but(value, inner, &beside);
    value.push(r#","format":{"type":"#);
    value.push_source(kind.span());
    spread_but(value, grammar, &["type", "grammar"]);
    value.push("}");
}

/// A choice of one tool, or among some, in the shape of the Responses API; `None` where it has it.
fn flat_choice(choice: View<'_>) -> Option<Raw> {
    if let Some((kind, inner)) = nested(choice) {
        let mut value = head(kind);
        chosen(&mut value, choice, kind, inner);
        return Some(value);
    }
    if choice.get("type")?.text()? != "allowed_tools" {
        return None;
    }
    let inside = choice.get("allowed_tools").filter(|allowed| allowed.kind() == Kind::Object);
    let tools = inside.unwrap_or(choice).get("tools");
    let is_flat = tools.into_iter().flat_map(View::items).all(|tool| nested(tool).is_none());
    if inside.is_none() && is_flat {
        return None;
    }
    let mut value = head("allowed_tools");
    spread_but(&mut value, inside.unwrap_or(choice), &["type", "tools", "allowed_tools"]);
    if let Some(tools) = tools {
        value.push(r#","tools":["#);
        for (index, tool) in tools.items().enumerate() {
            value.push(if index == 0 { "" } else { "," });
            match nested(tool) {
                Some((kind, inner)) => {
                    value.extend(head(kind));
                    chosen(&mut value, tool, kind, inner);
                }
                None => value.push_source(tool.span()),
            }
        }
        value.push("]");
    }
    value.push("}");
    Some(value)
}

/// Adds the members of an object behind others, without some: as they are written, where none of these is there. They
/// may lie deeper than the outline goes.
pub(super) fn spread_but(value: &mut Raw, object: View<'_>, without: &[&str]) {
    let inner = text::inner(object.raw());
    if object.kind() != Kind::Object || inner.trim_ascii().is_empty() {
        return;
    }
    let Ok(outlined) = Document::parse(Bytes::copy_from_slice(object.raw()), 1) else { return };
    let members = || outlined.root().members();
    // No operation takes a mark for another vendor's cache. `drop.cache_control` reads what the call had.
    let is_left_out = |key: &str| without.contains(&key) || key == "cache_control";
    if !members().any(|(key, _)| is_left_out(&key)) {
        let Span { start, end } = object.span();
        value.push(",");
        value.push_source(Span { start: start + 1, end: end - 1 });
        return;
    }
    for (key, member) in members().filter(|(key, _)| !is_left_out(key)) {
        value.push(format!(",{}:{}", text::quote(&key), String::from_utf8_lossy(member.raw())));
    }
}

#[cfg(test)]
mod tests {
    use crate::translate::Action;
    use crate::translate::rules::testing::{responses, responses_with};

    #[test]
    fn a_mark_for_a_cache_does_not_come_along() {
        let tool = r#"{"type":"function","function":{"name":"f","parameters":{},"cache_control":{"type":"ephemeral"}}}"#;
        let (body, _) = responses("gpt-5", "v1", &format!(r#"{{"input":"a","tools":[{tool}]}}"#));
        assert!(!body.contains("cache_control") && body.contains(r#""name":"f""#), "{body}");
    }

    #[test]
    fn a_function_is_described_beside_its_type_and_is_not_strict_unless_it_said_so() {
        let (body, edits) = responses(
            "gpt-5",
            "v1",
            r#"{"tools":[{"type":"function","function":{"name":"f", "parameters":{"a":1.0}}},{"function":{"name":"g","strict":true},"type":"function","x":2},{"type":"function","function":{"name":"h","strict":null}}]}"#,
        );
        assert_eq!(
            body,
            r#"{"tools":[{"type":"function","name":"f", "parameters":{"a":1.0},"strict":false},{"type":"function","x":2,"name":"g","strict":true},{"type":"function","name":"h","strict":false}]}"#
        );
        assert_eq!(edits, "flatten.tools;n=3");
    }

    #[test]
    fn a_custom_tool_and_its_grammar_too() {
        let (body, _) = responses(
            "gpt-5",
            "v1",
            r#"{"tools":[{"type":"custom","custom":{"name":"c","format":{"type":"grammar","grammar":{"syntax":"lark","definition":"x"}}}},{"type":"custom","custom":{"name":"d"}}]}"#,
        );
        assert_eq!(
            body,
            r#"{"tools":[{"type":"custom","name":"c","format":{"type":"grammar","syntax":"lark","definition":"x"}},{"type":"custom","name":"d"}]}"#
        );
    }

    #[test]
    fn a_choice_names_the_tool_beside_its_type() {
        for (chat, own) in [
            (r#"{"type":"function","function":{"name":"f"}}"#, r#"{"type":"function","name":"f"}"#),
            (r#"{"type":"custom","custom":{"name":"c"}}"#, r#"{"type":"custom","name":"c"}"#),
            (
                r#"{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"function","function":{"name":"f"}},{"type":"mcp"}]}}"#,
                r#"{"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"f"},{"type":"mcp"}]}"#,
            ),
        ] {
            let body = |choice: &str| {
                format!(r#"{{"tools":[{{"type":"function","name":"f"}}],"tool_choice":{choice}}}"#)
            };
            assert_eq!(responses("gpt-5", "v1", &body(chat)), (body(own), "flatten.tools".to_owned()));
        }
    }

    #[test]
    fn what_stands_beside_a_type_stands_there_once_and_is_flat() {
        for (chat, own) in [
            (
                r#"{"type":"function","x":1,"function":{"name":"f","type":"y","function":{},"x":2,"strict":true}}"#,
                r#"{"type":"function","x":1,"name":"f","strict":true}"#,
            ),
            (
                r#"{"type":"custom","custom":{"name":"c","format":{"type":"grammar","grammar":{"type":"z","syntax":"lark"}}}}"#,
                r#"{"type":"custom","name":"c","format":{"type":"grammar","syntax":"lark"}}"#,
            ),
        ] {
            let (body, _) = responses("gpt-5", "v1", &format!(r#"{{"tools":[{chat}]}}"#));
            assert_eq!(body, format!(r#"{{"tools":[{own}]}}"#));
        }
        let choice = r#"{"tools":[{"type":"custom","name":"c"}],"tool_choice":{"type":"custom","custom":{"type":"custom","custom":{},"name":"c"}}}"#;
        let (body, _) = responses("gpt-5", "v1", choice);
        assert_eq!(
            body,
            r#"{"tools":[{"type":"custom","name":"c"}],"tool_choice":{"type":"custom","name":"c"}}"#
        );
    }

    #[test]
    fn shapes_may_be_mixed_in_a_list_and_in_a_tool() {
        let body = |tools: &str, choice: &str| format!(r#"{{"tools":[{tools}],"tool_choice":{choice}}}"#);
        let mixed = r#"{"type":"function","name":"f","strict":true},{"type":"function","function":{"name":"g","strict":true}},{"type":"function","name":"h","function":{"name":"x","strict":true}}"#;
        let flat = r#"{"type":"function","name":"f","strict":true},{"type":"function","name":"g","strict":true},{"type":"function","name":"h","strict":true}"#;
        for (choice, own) in [
            (
                r#"{"type":"allowed_tools","mode":"auto","tools":[{"type":"function","function":{"name":"f"}},{"type":"function","name":"g"}]}"#,
                r#"{"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"f"},{"type":"function","name":"g"}]}"#,
            ),
            (
                r#"{"type":"function","name":"f","function":{"name":"g"}}"#,
                r#"{"type":"function","name":"f"}"#,
            ),
        ] {
            let expected = (body(flat, own), "flatten.tools;n=3".to_owned());
            assert_eq!(responses("gpt-5", "v1", &body(mixed, choice)), expected);
        }
    }

    #[test]
    fn what_has_the_shape_stays() {
        let body = r#"{"tools":[{"type":"function","name":"f","parameters":{}},{"type":"web_search"}],"tool_choice":{"type":"function","name":"f"}}"#;
        assert_eq!(responses("gpt-5", "v1", body), (body.into(), "none".into()));
        let chat = r#"{"tools":[{"type":"function","function":{"name":"f"}}]}"#;
        assert_eq!(responses_with("flatten.tools", Action::Pass, "gpt-5", chat).unwrap().0, chat);
    }
}
