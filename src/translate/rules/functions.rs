//! The legacy `functions` and `function_call`, where a family takes only `tools`: rewritten in the call and in its
//! history; the answer's tool calls go back in the legacy form.

use super::{CHAT, Rule};
use crate::{
    call::{Effect, Refusal, ReplyTweak},
    catalog::{Functions, Verb},
    json::{Change, Kind, Pointer, Raw, View},
    translate::{Draft, Value},
};

pub(super) const RULE: Rule = Rule {
    ids: &["convert.functions"],
    summary: "Legacy functions and function_call become tools and tool_choice, and the answer is given back in the \
              legacy form.",
    on: CHAT,
    run,
};

const ID: &str = "convert.functions";
const WHY: &str = "this model takes tools, not the legacy functions";

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let refused = draft.profile().chat.iter().any(|row| row.param == "tools" && row.verb == Verb::Refuse);
    if draft.profile().functions == Functions::Legacy || refused {
        return Ok(());
    }
    if let Some(Value::Sent(functions)) = draft.get("functions")
        && functions.kind() == Kind::Array
    {
        definitions(draft, functions)?;
    }
    if let Some(Value::Sent(choice)) = draft.get("function_call") {
        self::choice(draft, choice)?;
    }
    history(draft)
}

/// `functions` become `tools`, behind those that are there already.
fn definitions(draft: &mut Draft<'_>, functions: View<'_>) -> Result<(), Refusal> {
    let mut tools = Raw::json("[");
    let mut any = false;
    if let Some(Value::Sent(present)) = draft.get("tools") {
        for tool in present.items() {
            separate(&mut tools, &mut any);
            tools.push_source(tool.span());
        }
    }
    for function in functions.items() {
        separate(&mut tools, &mut any);
        tools.extend(tool(function));
    }
    tools.push("]");
    let set = Change::Set { at: Pointer::key("tools"), value: tools };
    if draft.edit(ID, Effect::Same, WHY, Change::Remove { at: Pointer::key("functions") })? {
        draft.edit(ID, Effect::Same, WHY, set)?;
        draft.reply.legacy_functions = true;
        draft.tweak(
            ID,
            ReplyTweak::LegacyFunctions,
            "the client asked with functions and expects function_call",
        );
    }
    Ok(())
}

fn separate(list: &mut Raw, any: &mut bool) {
    if std::mem::replace(any, true) {
        list.push(",");
    }
}

fn tool(function: View<'_>) -> Raw {
    let mut tool = Raw::json(r#"{"type":"function","function":"#);
    tool.push_source(function.span());
    tool.push("}");
    tool
}

/// `function_call` becomes `tool_choice`: a word stays, a name is wrapped.
fn choice(draft: &mut Draft<'_>, choice: View<'_>) -> Result<(), Refusal> {
    let value = if choice.kind() == Kind::Object { tool(choice) } else { Raw::source(choice.span()) };
    if draft.edit(ID, Effect::Same, WHY, Change::Remove { at: Pointer::key("function_call") })?
        && !draft.has("tool_choice")
    {
        draft.edit(ID, Effect::Same, WHY, Change::Set { at: Pointer::key("tool_choice"), value })?;
    }
    Ok(())
}

/// Calls and results in the history get ids, by the position of the call.
fn history(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let mut open = None;
    for index in 0..draft.messages.len() {
        let Some(message) = draft.messages.get(index).cloned() else { break };
        let at = || Pointer::key("messages").item(index);
        if let Some(call) = message.view.get("function_call").filter(|call| call.kind() == Kind::Object) {
            let id = format!("call_azgate_{index}");
            let mut calls = Raw::json(format!(r#"[{{"id":"{id}","type":"function","function":"#));
            calls.push_source(call.span());
            calls.push("}]");
            open = Some(id);
            draft.edit(ID, Effect::Same, WHY, Change::Remove { at: at().then("function_call") })?;
            draft.edit(ID, Effect::Same, WHY, Change::Set { at: at().then("tool_calls"), value: calls })?;
        } else if let ("function", Some(id)) = (message.role.as_ref(), open.take()) {
            let set = |key, text: &str| Change::Set { at: at().then(key), value: Raw::string(text) };
            draft.edit(ID, Effect::Same, WHY, set("role", "tool"))?;
            draft.edit(ID, Effect::Same, WHY, Change::Remove { at: at().then("name") })?;
            draft.edit(ID, Effect::Same, WHY, set("tool_call_id", &id))?;
        }
    }
    Ok(())
}
