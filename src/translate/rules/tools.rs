//! What stands around `tools`: an empty list, a choice without tools, and tools that no chat call has.

use std::borrow::Cow;

use super::{CHAT, Rule};
use crate::{
    call::{Effect, Refusal},
    json::{Change, Kind, Pointer, View},
    translate::{Draft, Value},
};

pub(super) const RULE: Rule = Rule {
    ids: &["drop.empty_tools", "drop.tool_choice", "drop.parallel_tool_calls", "refuse.hosted_tools"],
    summary: "tool_choice and parallel_tool_calls without tools are dropped; hosted tools are refused on chat.",
    on: CHAT,
    run,
};

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if let Some(Value::Sent(tools)) = draft.get("tools") {
        if tools.kind() == Kind::Array && tools.items().next().is_none() {
            let why = "Azure refuses an empty list of tools";
            draft.edit("drop.empty_tools", Effect::Same, why, remove("tools"))?;
        } else {
            hosted(draft, tools)?;
        }
    }
    if !draft.has("tools") && !draft.has("functions") {
        for (rule, param) in
            [("drop.tool_choice", "tool_choice"), ("drop.parallel_tool_calls", "parallel_tool_calls")]
        {
            if draft.has(param) {
                let why = format!("Azure refuses {param} in a call without tools");
                draft.edit(rule, Effect::Same, why, remove(param))?;
            }
        }
    }
    Ok(())
}

/// Chat completions have function and custom tools; file search, code interpreter and the like belong to the
/// Responses API (Azure OpenAPI v1: "only `function` is supported"; OpenAI adds `custom`).
fn hosted(draft: &mut Draft<'_>, tools: View<'_>) -> Result<(), Refusal> {
    let kind = |tool: View<'_>| tool.get("type").and_then(View::text).map(Cow::into_owned);
    let hosted = tools
        .items()
        .enumerate()
        .filter_map(|(index, tool)| kind(tool).map(|kind| (index, kind)))
        .filter(|(_, kind)| kind != "function" && kind != "custom");
    for (index, kind) in hosted.collect::<Vec<_>>() {
        let why = format!(
            "`{kind}` is no tool of chat completions: it exists on the Responses API (/v1/responses); chat takes \
             function tools"
        );
        draft.refuse("refuse.hosted_tools", why, Change::Remove { at: Pointer::key("tools").item(index) })?;
    }
    Ok(())
}

fn remove(param: &'static str) -> Change {
    Change::Remove { at: Pointer::key(param) }
}
