//! Tools in the shape of the Responses API in a chat call. Chat has what describes a tool in a member that is named as
//! the tool's type is (openai-cookbook and Cursor send both shapes, even in one list).

use super::{
    flatten::spread_but,
    rule::{CHAT, Rule},
    spelling::without_comma,
};
use crate::{
    call::{Effect, Refusal},
    json::{Change, Document, Kind, Pointer, Raw, View, text},
    translate::{Draft, ParamValue},
};

pub(super) const RULE: Rule = Rule {
    ids: &[ID],
    summary: "In a chat call, function tools, custom tools and tool_choice in the shape of the Responses API get that \
              of chat.",
    on: CHAT,
    run,
};

const ID: &str = "nest.tools";
const WHY: &str = "chat completions have what describes a tool in a member that is named as its type";

/// The kinds of tools, and what describes each.
const KINDS: [(&str, &[&str]); 2] = [
    ("function", &["name", "description", "parameters", "strict"]),
    ("custom", &["name", "description", "format"]),
];

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if let Some(ParamValue::Sent(tools)) = draft.get("tools") {
        for (index, tool) in tools.items().enumerate() {
            if let Some(value) = nested(tool) {
                let at = Pointer::key("tools").item(index);
                draft.edit(ID, Effect::Same, WHY, Change::Set { at, value })?;
            }
        }
    }
    if let Some(ParamValue::Sent(choice)) = draft.get("tool_choice")
        && let Some(value) = nested(choice).or_else(|| allowed(choice))
    {
        draft.edit(ID, Effect::Same, WHY, Change::Set { at: Pointer::key("tool_choice"), value })?;
    }
    Ok(())
}

/// Returns a tool in chat's shape; `None` if it has that shape, or is of another kind. What stands inside already
/// wins over what stands beside the type.
fn nested(tool: View<'_>) -> Option<Raw> {
    let kind = tool.get("type")?.text()?;
    let (kind, described) = KINDS.into_iter().find(|(known, _)| *known == kind)?;
    let beside: Vec<&str> = described.iter().copied().filter(|key| tool.get(key).is_some()).collect();
    if beside.is_empty() {
        return None;
    }
    let inner = tool.get(kind).filter(|inner| inner.kind() == Kind::Object);
    let inner = inner.and_then(|inner| Some((inner, inner.reparse(1)?)));
    let mut members = Raw::empty();
    for key in beside {
        let is_inside = inner.as_ref().is_some_and(|(_, inner)| inner.root().get(key).is_some());
        let Some(value) = tool.non_null(key).filter(|_| !is_inside) else { continue };
        members.push(format!(",{}:", text::quote(key)));
        members.extend(if key == "format" { grammar(value) } else { Raw::source(value.span()) });
    }
    if let Some((inner, _)) = &inner {
        spread_but(&mut members, *inner, &[]);
    }
    let mut value = Raw::json(format!(r#"{{"type":"{kind}","{kind}":{{"#));
    value.extend(without_comma(members));
    value.push("}");
    let known: Vec<&str> = described.iter().copied().chain(["type", kind]).collect();
    spread_but(&mut value, tool, &known);
    value.push("}");
    Some(value)
}

/// Returns the form of a custom tool's input with the members of a grammar in an object of their own.
fn grammar(format: View<'_>) -> Raw {
    let outlined = Document::parse(format.slice(), 1).ok();
    let root = outlined.as_ref().map(Document::root);
    let is_flat = root.is_some_and(|root| {
        root.get("type").and_then(View::text).as_deref() == Some("grammar") && root.get("grammar").is_none()
    });
    if !is_flat {
        return Raw::source(format.span());
    }
    let mut inner = Raw::empty();
    spread_but(&mut inner, format, &["type"]);
    let mut nested = Raw::json(r#"{"type":"grammar","grammar":{"#);
    nested.extend(without_comma(inner));
    nested.push("}}");
    nested
}

/// Returns a choice among some tools in chat's shape; `None` if it has that shape, or is another choice.
fn allowed(choice: View<'_>) -> Option<Raw> {
    if choice.get("type")?.text()? != "allowed_tools" {
        return None;
    }
    let inside = choice.get("allowed_tools").filter(|inside| inside.kind() == Kind::Object);
    let list = inside.unwrap_or(choice).get("tools")?;
    let tools: Vec<Option<Raw>> = list.items().map(nested).collect();
    if inside.is_some() && tools.iter().all(Option::is_none) {
        return None;
    }
    let mut members = Raw::empty();
    spread_but(&mut members, inside.unwrap_or(choice), &["type", "tools", "allowed_tools"]);
    members.push(r#","tools":["#);
    for (index, (tool, nested)) in list.items().zip(tools).enumerate() {
        members.push(if index == 0 { "" } else { "," });
        members.extend(nested.unwrap_or_else(|| Raw::source(tool.span())));
    }
    members.push("]");
    let mut value = Raw::json(r#"{"type":"allowed_tools","allowed_tools":{"#);
    value.extend(without_comma(members));
    value.push("}}");
    Some(value)
}

#[cfg(test)]
mod tests {
    use crate::translate::{
        Action,
        rules::testing::{sent, with},
    };

    fn tools(tools: &str) -> String {
        format!(r#"{{"messages":[{{"role":"user","content":"a"}}],"tools":[{tools}]}}"#)
    }

    #[test]
    fn a_tool_is_described_inside_a_member_whatever_stands_beside_it_in_the_list() {
        const NESTED: &str = r#"{"type":"function","function":{"name":"grep","parameters":{}}}"#;
        for (flat, own) in [
            (
                r#"{"type":"function","name":"f", "parameters":{"a":1.0},"strict":false}"#,
                r#"{"type":"function","function":{"name":"f","parameters":{"a":1.0},"strict":false}}"#,
            ),
            (
                r#"{"type":"function","name":"f","description":null,"strict":null,"x":1}"#,
                r#"{"type":"function","function":{"name":"f"},"x":1}"#,
            ),
            (
                r#"{"type":"function","name":"f","function":{"parameters":{"b":1}}}"#,
                r#"{"type":"function","function":{"name":"f","parameters":{"b":1}}}"#,
            ),
            (
                r#"{"type":"function","name":"f","function":{"name":"g"}}"#,
                r#"{"type":"function","function":{"name":"g"}}"#,
            ),
            (
                r#"{"type":"custom","name":"c","format":{"type":"grammar","syntax":"lark","definition":"x"}}"#,
                r#"{"type":"custom","custom":{"name":"c","format":{"type":"grammar","grammar":{"syntax":"lark","definition":"x"}}}}"#,
            ),
            (
                r#"{"type":"custom","name":"c","format":{"type":"text"}}"#,
                r#"{"type":"custom","custom":{"name":"c","format":{"type":"text"}}}"#,
            ),
        ] {
            for family in ["gpt-5", "unknown"] {
                let (body, edits) = sent(family, "v1", &tools(&format!("{NESTED},{flat}")));
                assert_eq!((body, &*edits), (tools(&format!("{NESTED},{own}")), "nest.tools"), "{family}");
            }
        }
        let body = tools(r#"{"type":"function","name":"f"}"#);
        assert_eq!(with("nest.tools", Action::Pass, "gpt-4.1", &body).unwrap().0, body);
        assert_eq!(sent("gpt-4.1", "v1", &tools(NESTED)), (tools(NESTED), "none".to_owned()));
    }

    #[test]
    fn a_choice_names_the_tool_inside_a_member() {
        for (flat, own) in [
            (r#"{"type":"function","name":"f"}"#, r#"{"type":"function","function":{"name":"f"}}"#),
            (r#"{"type":"custom","name":"c"}"#, r#"{"type":"custom","custom":{"name":"c"}}"#),
            (
                r#"{"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"f"},{"type":"function","function":{"name":"g"}}]}"#,
                r#"{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"function","function":{"name":"f"}},{"type":"function","function":{"name":"g"}}]}}"#,
            ),
            (
                r#"{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"custom","name":"c"}]}}"#,
                r#"{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"custom","custom":{"name":"c"}}]}}"#,
            ),
            (r#""required""#, r#""required""#),
        ] {
            let body = |choice: &str| {
                format!(
                    r#"{{"messages":[],"tools":[{{"type":"function","function":{{"name":"f"}}}}],"tool_choice":{choice}}}"#
                )
            };
            assert_eq!(sent("gpt-5", "v1", &body(flat)).0, body(own));
        }
    }

    #[test]
    fn legacy_functions_and_tools_of_both_shapes_come_together() {
        let body = r#"{"messages":[],"tools":[{"type":"function","name":"f"}],"functions":[{"name":"g"}]}"#;
        let (body, _) = sent("gpt-5", "v1", body);
        assert!(
            body.contains(
                r#""tools":[{"type":"function","function":{"name":"f"}},{"type":"function","function":{"name":"g"}}]"#
            ),
            "{body}"
        );
    }
}
