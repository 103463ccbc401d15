//! The legacy `functions` and `function_call`, where a family takes only `tools`: rewritten in the call and in its
//! history; the answer's tool calls go back in the legacy form.

use super::{
    empty_lists::is_empty,
    fill,
    rule::{CHAT, Rule},
};
use crate::{
    call::{Dialect, Effect, Refusal, ReplyTweak},
    catalog::{Functions, Scalar, Verb},
    json::{Change, Kind, Pointer, Raw, View},
    translate::{Draft, ParamValue},
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
    let refused = || draft.rows().iter().any(|row| row.param == "tools" && row.verb == Verb::Refuse);
    let taken = draft.profile().functions == Functions::Legacy || refused();
    // The other dialect has no legacy form.
    if taken && !draft.bridging {
        return Ok(());
    }
    if let Some(ParamValue::Sent(functions)) = draft.get("functions")
        && functions.kind() == Kind::Array
    {
        definitions(draft, functions)?;
    }
    if let Some(ParamValue::Sent(choice)) = draft.get("function_call") {
        self::choice(draft, choice)?;
    }
    history(draft)
}

/// Appends `functions` to `tools`.
fn definitions(draft: &mut Draft<'_>, functions: View<'_>) -> Result<(), Refusal> {
    let mut tools = Raw::json("[");
    let mut any = false;
    // A client that also sends callable tools reads tool calls, and so does one that reads a response.
    let mut legacy = draft.asked == Dialect::Chat;
    let at = Pointer::key("tools");
    if let Some(ParamValue::Sent(present)) = draft.get("tools") {
        for (_, tool) in draft.items(present, &at) {
            separate(&mut tools, &mut any);
            tools.push_source(tool.span());
            legacy &= is_hosted(tool);
        }
    }
    for function in functions.items() {
        separate(&mut tools, &mut any);
        tools.extend(tool(function));
    }
    tools.push("]");
    if !draft.edit(ID, Effect::Same, WHY, Change::Remove { at: Pointer::key("functions") })? {
        return Ok(());
    }
    draft.edit(ID, Effect::Same, WHY, Change::Set { at, value: tools })?;
    if legacy {
        one_call(draft)?;
        draft.reply.legacy_functions = true;
        let why = "the client asked with functions and expects function_call";
        draft.tweak(ID, ReplyTweak::LegacyFunctions, why);
    }
    Ok(())
}

/// Limits the model to one call, because a legacy answer holds one. A family that never makes several calls may refuse
/// the parameter.
fn one_call(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let at = Pointer::key("parallel_tool_calls");
    if !draft.rows().iter().any(|row| row.param == "parallel_tool_calls" && row.when.is_empty()) {
        let why = "function_call holds one call";
        draft.edit(ID, Effect::Same, why, Change::Set { at, value: Raw::json("false") })?;
    }
    Ok(())
}

/// Returns whether Azure runs the tool itself, so that the answer has no call of it.
fn is_hosted(tool: View<'_>) -> bool {
    let kind = tool.get("type").and_then(View::text);
    kind.is_some_and(|kind| !matches!(&*kind, "function" | "custom"))
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

/// Rewrites `function_call` as `tool_choice`. A keyword stays, a name is wrapped.
fn choice(draft: &mut Draft<'_>, choice: View<'_>) -> Result<(), Refusal> {
    let remove = Change::Remove { at: Pointer::key("function_call") };
    if let Some(other) = draft.get("tool_choice") {
        let equal = choice.text().is_some() && Scalar::read(choice) == other.scalar();
        let effect = if equal { Effect::Same } else { Effect::Lossy };
        let why = "tool_choice and function_call cannot be set together; tool_choice is kept";
        draft.edit(ID, effect, why, remove)?;
    } else if draft.edit(ID, Effect::Same, WHY, remove)? {
        let value = if choice.kind() == Kind::Object { tool(choice) } else { Raw::source(choice.span()) };
        draft.edit(ID, Effect::Same, WHY, Change::Set { at: Pointer::key("tool_choice"), value })?;
    }
    Ok(())
}

/// Gives each call in the history an id by its position, if its result follows. A call without a result and a result
/// without a call stay as they are, because Azure refuses such tool messages.
fn history(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let pairs: Vec<(usize, View<'_>)> = draft
        .messages
        .windows(2)
        .enumerate()
        .filter_map(|(index, pair)| match pair {
            [caller, result] if result.role == "function" => Some((index, legacy_call(caller.view)?)),
            _ => None,
        })
        .collect();
    for (index, call) in pairs {
        let id = format!("call_azgate_{index}");
        let mut calls = Raw::json(format!(r#"[{{"id":"{id}","type":"function","function":"#));
        calls.extend(fill::called(call));
        calls.push("}]");
        let at = |index| Pointer::key("messages").item(index);
        let (call, result) = (at(index), at(index + 1));
        let changes = [
            Change::Remove { at: call.clone().then("function_call") },
            Change::Set { at: call.then("tool_calls"), value: calls },
            Change::Set { at: result.clone().then("role"), value: Raw::string("tool") },
            Change::Remove { at: result.clone().then("name") },
            Change::Set { at: result.then("tool_call_id"), value: Raw::string(&id) },
        ];
        for change in changes {
            draft.edit(ID, Effect::Same, WHY, change)?;
        }
    }
    Ok(())
}

/// The legacy call of an assistant that makes no other calls.
fn legacy_call(message: View<'_>) -> Option<View<'_>> {
    let call = message.get("function_call").filter(|call| call.kind() == Kind::Object)?;
    message.get("tool_calls").is_none_or(|calls| calls.is_null() || is_empty(calls)).then_some(call)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::translate::rules::testing::{refused, send, sent, target, with};
    use crate::translate::{Action, Policy};

    #[test]
    fn definitions_and_choice_become_tools_and_the_answer_goes_back_as_it_was_asked() {
        let body = r#"{"functions":[{"name":"f"},{"name":"g"}],"function_call":{"name":"f"}}"#;
        let sent = send(&target("o1", "v1"), body, &Policy::default()).unwrap();
        assert_eq!(
            sent.body,
            r#"{"tools":[{"type":"function","function":{"name":"f"}},{"type":"function","function":{"name":"g"}}],"tool_choice":{"type":"function","function":{"name":"f"}}}"#
        );
        assert_eq!(sent.edits, "convert.functions;n=5");
        assert!(sent.plan.reply.legacy_functions);
    }

    #[test]
    fn a_family_that_calls_in_parallel_is_told_not_to() {
        let (body, _) = sent("gpt-5", "v1", r#"{"functions":[{"name":"f"}],"function_call":"auto"}"#);
        assert_eq!(
            body,
            r#"{"tools":[{"type":"function","function":{"name":"f"}}],"parallel_tool_calls":false,"tool_choice":"auto"}"#
        );
    }

    #[test]
    fn who_sends_tools_too_reads_tool_calls() {
        let body = r#"{"tools":[{"type":"function","function":{"name":"t"}}],"functions":[{"name":"f"}]}"#;
        let sent = send(&target("o1", "v1"), body, &Policy::default()).unwrap();
        assert_eq!(
            sent.body,
            r#"{"tools":[{"type":"function","function":{"name":"t"}},{"type":"function","function":{"name":"f"}}]}"#
        );
        assert!(!sent.plan.reply.legacy_functions);
    }

    #[test]
    fn hosted_tools_call_nobody_so_that_the_answer_goes_back_in_the_legacy_form() {
        let plan = |beside: &str| {
            let body =
                format!(r#"{{"messages":[],"functions":[{{"name":"f"}}],"function_call":"auto",{beside}}}"#);
            send(&target("gpt-5", "v1"), &body, &Policy::default()).unwrap()
        };
        for beside in [r#""web_search_options":{}"#, r#""tools":[{"type":"web_search"}]"#] {
            let sent = plan(beside);
            assert!(sent.plan.reply.legacy_functions, "{beside}");
            assert!(sent.body.contains(r#""parallel_tool_calls":false"#), "{}", sent.body);
        }
        for own in
            [r#"{"type":"custom","custom":{"name":"t"}}"#, r#"{"type":"function","function":{"name":"t"}}"#]
        {
            let sent = plan(&format!(r#""web_search_options":{{}},"tools":[{own}]"#));
            assert!(!sent.plan.reply.legacy_functions, "{own}");
        }
    }

    #[test]
    fn of_two_choices_the_newer_stands_and_a_difference_is_a_loss() {
        let both = |old, new| {
            let body = format!(r#"{{"functions":[{{}}],"function_call":"{old}","tool_choice":"{new}"}}"#);
            sent("o1", "v1", &body).1
        };
        assert_eq!(both("auto", "auto"), "convert.functions;n=4");
        assert_eq!(both("none", "auto"), "convert.functions;lossy;n=4");
    }

    #[test]
    fn history_is_paired_call_by_call() {
        let body = r#"{"messages":[{"role":"assistant","content":null,"tool_calls":null,"function_call":{"name":"f","arguments":"{}"}},{"role":"function","name":"f","content":"1"},{"role":"assistant","content":"x","function_call":{"name":"g","arguments":"{}"}},{"role":"function","name":"g","content":"2"}]}"#;
        let (body, edits) = sent("o1", "v1", body);
        assert_eq!(
            body,
            r#"{"messages":[{"role":"assistant","content":null,"tool_calls":[{"id":"call_azgate_0","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","content":"1","tool_call_id":"call_azgate_0"},{"role":"assistant","content":"x","tool_calls":[{"id":"call_azgate_2","type":"function","function":{"name":"g","arguments":"{}"}}]},{"role":"tool","content":"2","tool_call_id":"call_azgate_2"}]}"#
        );
        assert_eq!(edits, "drop.null, convert.functions;n=10");
    }

    #[test]
    fn an_empty_list_of_tool_calls_hides_no_legacy_call() {
        let body = r#"{"messages":[{"role":"assistant","content":null,"function_call":{},"tool_calls":[]},{"role":"function"}]}"#;
        let (body, edits) = sent("o1", "v1", body);
        assert_eq!(
            body,
            r#"{"messages":[{"role":"assistant","content":null,"tool_calls":[{"id":"call_azgate_0","type":"function","function":{"arguments":"{}"}}]},{"role":"tool","content":"","tool_call_id":"call_azgate_0"}]}"#
        );
        assert_eq!(edits, "fill.tool_call, fill.content, drop.empty_tools, convert.functions;n=5");
    }

    #[test]
    fn a_call_without_result_and_a_result_without_call_stay() {
        for body in [
            r#"{"messages":[{"role":"function","name":"f","content":"1"}]}"#,
            r#"{"messages":[{"role":"assistant","content":null,"function_call":{"name":"f","arguments":""}},{"role":"user","content":"x"}]}"#,
            r#"{"messages":[{"role":"assistant","tool_calls":[{}],"function_call":{"name":"f","arguments":""}},{"role":"function","content":"x"}]}"#,
        ] {
            assert_eq!(sent("o1", "v1", body), (body.to_owned(), "none".to_owned()));
        }
    }

    #[test]
    fn families_that_take_functions_keep_them_and_those_without_tools_refuse_them() {
        let body = r#"{"functions":[{"name":"f"}],"function_call":"auto"}"#;
        assert_eq!(sent("gpt-4.1", "v1", body).0, body);
        assert_eq!(&*refused("o1-preview", "v1", body).rule, "refuse.functions");
        assert_eq!(with(ID, Action::Pass, "o1", body).unwrap().0, body);
    }
}
