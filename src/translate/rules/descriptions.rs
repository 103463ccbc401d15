//! Empty descriptions of tools. Codex groups tools in namespaces without a description, and adds tools in an item of
//! the input. Azure refuses that: "Invalid 'input\[0\].tools\[0\].description': empty string. Expected a string with
//! minimum length 1" (openai/codex#37380, #37692, maximhq/bifrost#6047). A function in `tools` may have none.

use super::rule::{RESPONSES, Rule};
use crate::{
    call::{Effect, Refusal},
    json::{self, Change, Pointer, Raw, View},
    translate::Draft,
};

pub(super) const RULE: Rule = Rule {
    ids: &[ID],
    summary: "A namespace of tools without a description, and a tool in the input whose description is empty, is \
              described by its name.",
    on: RESPONSES,
    run,
};

const ID: &str = "fill.description";
const WHY: &str = "Azure refuses an empty description here, and the name says as much";

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let root = draft.call.body.root();
    let mut changes = Vec::new();
    if let Some(tools) = root.get("tools") {
        describe(tools, &Pointer::key("tools"), false, &mut changes);
    }
    for (index, item) in root.get("input").into_iter().flat_map(View::items).enumerate() {
        if let Some(tools) = item.get("tools") {
            describe(tools, &Pointer::key("input").item(index).then("tools"), true, &mut changes);
        }
    }
    for change in changes {
        draft.edit(ID, Effect::Same, WHY, change)?;
    }
    Ok(())
}

/// Describes the namespaces of a list, and every other tool too if `each` says so.
fn describe(tools: View<'_>, at: &Pointer, each: bool, changes: &mut Vec<Change>) {
    for (index, tool) in tools.items().enumerate() {
        let at = at.clone().item(index);
        let is_namespace = tool.get("type").and_then(View::text).as_deref() == Some("namespace");
        let lacks = match tool.get("description") {
            Some(text) if !text.is_null() => (is_namespace || each) && text.raw() == b"\"\"",
            _ => is_namespace,
        };
        let name = tool.get("name").or_else(|| tool.get("type")).and_then(View::text).unwrap_or_default();
        if lacks {
            let text =
                if is_namespace { format!("The tools of {name}.") } else { format!("The tool {name}.") };
            changes.push(Change::Set { at: at.clone().then("description"), value: Raw::string(&text) });
        }
        if let Some(inner) = tool.get("tools").filter(|_| is_namespace).and_then(described_inside) {
            changes.push(Change::Set { at: at.then("tools"), value: inner });
        }
    }
}

/// Returns the tools of a namespace with their descriptions filled in; `None` if none is empty. They lie deeper than
/// the outline of a call.
fn described_inside(tools: View<'_>) -> Option<Raw> {
    let list = tools.reparse(2)?;
    let mut changes = Vec::new();
    describe(list.root(), &Pointer::default(), true, &mut changes);
    if changes.is_empty() {
        return None;
    }
    let bytes = json::apply(&list, &changes).concat();
    Some(Raw::json(String::from_utf8_lossy(&bytes).into_owned()))
}

#[cfg(test)]
mod tests {
    use crate::translate::{
        Action,
        rules::testing::{responses, responses_with},
    };

    #[test]
    fn what_azure_refuses_is_described_by_its_name_and_nothing_else_changes() {
        let body = |a: &str, b: &str, c: &str| {
            format!(
                r#"{{"tools":[{{"type":"namespace","name":"crm",{a}"tools":[{{"type":"function","name":"f", "description":"d","x":1.0}}]}},{{"type":"function","name":"g","description":""}}],"input":[{{"type":"additional_tools","role":"developer","tools":[{{"type":"custom","name":"exec"{b}}},{{"type":"namespace","name":"n","description":"d","tools":[{{"type":"function","name":"h"{c}}}]}}]}},{{"role":"user","content":"Hi"}}]}}"#
            )
        };
        let given = body(r#""description":"","#, r#","description":"""#, r#","description":"""#);
        let filled = body(
            r#""description":"The tools of crm.","#,
            r#","description":"The tool exec.""#,
            r#","description":"The tool h.""#,
        );
        for family in ["gpt-5-codex", "gpt-5.6", "unknown"] {
            assert_eq!(responses(family, "v1", &given), (filled.clone(), "fill.description;n=3".into()));
            assert_eq!(responses(family, "v1", &filled), (filled.clone(), "none".into()), "{family}");
        }
        assert_eq!(responses_with("fill.description", Action::Pass, "gpt-5", &given).unwrap().0, given);
    }

    #[test]
    fn a_namespace_needs_a_description_and_a_tool_does_not() {
        for description in ["", r#""description":null,"#] {
            let body = |description: &str| {
                format!(
                    r#"{{"tools":[{{"type":"namespace","name":"crm",{description}"tools":[{{"type":"function","name":"f"}}]}}]}}"#
                )
            };
            let (sent, _) = responses("gpt-5", "v1", &body(description));
            assert!(sent.contains(r#""description":"The tools of crm.""#), "{sent}");
        }
    }
}
