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
