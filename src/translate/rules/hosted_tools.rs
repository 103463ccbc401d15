//! Tools that no chat call has: file search, code interpreter and the like belong to the Responses API (Azure OpenAPI
//! v1: "only `function` is supported"; OpenAI adds `custom`).

use std::borrow::Cow;

use super::{CHAT, Rule};
use crate::{
    call::Refusal,
    json::{Change, Pointer, View},
    translate::{Draft, Value},
};

pub(super) const RULE: Rule = Rule {
    ids: &["refuse.hosted_tools"],
    summary: "Tools that exist on the Responses API alone are refused; a policy of `apply` drops them.",
    on: CHAT,
    run,
};

const ID: &str = "refuse.hosted_tools";

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Some(Value::Sent(tools)) = draft.get("tools") else { return Ok(()) };
    let hosted: Vec<(usize, String)> =
        tools.items().enumerate().filter_map(|(index, tool)| Some((index, hosted(tool)?))).collect();
    let mut dropped = 0;
    for (index, kind) in &hosted {
        let why = format!(
            "`{kind}` is no tool of chat completions: it exists on the Responses API (/v1/responses); chat takes \
             function tools"
        );
        let change = Change::Remove { at: Pointer::key("tools").item(*index) };
        dropped += usize::from(draft.refuse(ID, why, change)?);
    }
    if dropped == 0 {
        return Ok(());
    }
    if dropped == tools.items().count() {
        let why = "no tool is left that chat completions have";
        draft.refuse(ID, why, Change::Remove { at: Pointer::key("tools") })?;
    } else if let Some(Value::Sent(choice)) = draft.get("tool_choice")
        && hosted_choice(choice)
    {
        let why = "the tool that tool_choice names is no tool of chat completions";
        draft.refuse(ID, why, Change::Remove { at: Pointer::key("tool_choice") })?;
    }
    Ok(())
}

/// The type of a tool that chat completions do not have.
fn hosted(tool: View<'_>) -> Option<String> {
    let kind = tool.get("type").and_then(View::text).map(Cow::into_owned)?;
    (kind != "function" && kind != "custom").then_some(kind)
}

fn hosted_choice(choice: View<'_>) -> bool {
    hosted(choice).is_some_and(|kind| kind != "allowed_tools")
}

#[cfg(test)]
mod tests {
    use crate::translate::Action;
    use crate::translate::rules::testing::{refused, with};

    const BODY: &str = r#"{"tools":[{"type":"file_search"},{"type":"custom","custom":{}}],"tool_choice":{"type":"file_search"}}"#;

    #[test]
    fn a_hosted_tool_is_refused_by_name_and_place() {
        let refusal = refused("gpt-4.1", "v1", BODY);
        assert_eq!((&*refusal.rule, refusal.param.as_str()), ("refuse.hosted_tools", "tools[0]"));
        assert!(refusal.why.starts_with("`file_search` is no tool of chat completions"), "{}", refusal.why);
    }

    #[test]
    fn a_policy_can_drop_it_and_what_chooses_it() {
        let (body, edits) = with("refuse.hosted_tools", Action::Apply, "gpt-4.1", BODY).unwrap();
        assert_eq!(body, r#"{"tools":[{"type":"custom","custom":{}}]}"#);
        assert_eq!(edits, "refuse.hosted_tools;lossy;n=2");
        assert_eq!(with("refuse.hosted_tools", Action::Pass, "gpt-4.1", BODY).unwrap().0, BODY);
    }

    #[test]
    fn no_empty_list_is_left() {
        let body = r#"{"tools":[{"type":"web_search"}],"tool_choice":"auto","parallel_tool_calls":true}"#;
        let (body, edits) = with("refuse.hosted_tools", Action::Apply, "gpt-5", body).unwrap();
        assert_eq!(body, "{}");
        assert_eq!(edits, "refuse.hosted_tools;lossy;n=2, drop.tool_choice, drop.parallel_tool_calls");
    }

    #[test]
    fn what_was_dropped_does_not_come_back_with_legacy_functions() {
        let body = r#"{"tools":[{"type":"web_search"},{"type":"custom"}],"functions":[{"name":"f"}]}"#;
        let (body, _) = with("refuse.hosted_tools", Action::Apply, "o1", body).unwrap();
        assert_eq!(body, r#"{"tools":[{"type":"custom"},{"type":"function","function":{"name":"f"}}]}"#);
    }
}
