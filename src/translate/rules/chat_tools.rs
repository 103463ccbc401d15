//! Legacy `functions` and `function_call` in a Responses call. They become `tools` and `tool_choice`.

use super::{
    flatten::spread_but,
    rule::{RESPONSES, Rule},
};
use crate::{
    call::{Effect, Refusal},
    catalog::Scalar,
    json::{Change, Kind, Pointer, Raw, RawBuilder, View},
    translate::{Draft, ParamValue},
};

pub(super) const RULE: Rule = Rule {
    ids: &[ID],
    summary: "In a Responses call, chat's legacy functions and function_call become tools and tool_choice.",
    on: RESPONSES,
    run,
};

const ID: &str = "carry.functions";
const WHY: &str = "the Responses API takes tools, not chat's legacy functions";

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if let Some(ParamValue::Sent(functions)) = draft.get("functions")
        && functions.kind() == Kind::Array
        && draft.edit(ID, Effect::Same, WHY, Change::Remove { at: Pointer::key("functions") })?
        && !functions.is_empty()
    {
        let at = Pointer::key("tools");
        match draft.get("tools") {
            Some(ParamValue::Sent(tools)) if tools.kind() == Kind::Array => {
                let at = at.item(tools.items().count());
                for function in functions.items() {
                    let change = Change::Insert { at: at.clone(), value: tool(function) };
                    draft.edit(ID, Effect::Same, WHY, change)?;
                }
            }
            _ => {
                let mut tools = RawBuilder::list();
                functions.items().for_each(|function| tools.item(tool(function)));
                draft.edit(ID, Effect::Same, WHY, Change::Set { at, value: tools.finish() })?;
            }
        }
    }
    if let Some(ParamValue::Sent(choice)) = draft.get("function_call") {
        self::choice(draft, choice)?;
    }
    Ok(())
}

/// Returns a function as a tool. Without `strict` it is not strict in chat, and strict on the Responses API.
fn tool(function: View<'_>) -> Raw {
    let mut tool = Raw::json(r#"{"type":"function""#);
    spread_but(&mut tool, function, &["type"]);
    if function.non_null("parameters").is_none() {
        tool.push(r#","parameters":{"type":"object","properties":{}}"#);
    }
    if function.get("strict").is_none() {
        tool.push(r#","strict":false"#);
    }
    tool.push("}");
    tool
}

/// Makes a choice of a function a choice of a tool. A choice of tools wins.
fn choice(draft: &mut Draft<'_>, choice: View<'_>) -> Result<(), Refusal> {
    let remove = Change::Remove { at: Pointer::key("function_call") };
    if let Some(other) = draft.get("tool_choice") {
        let equal = choice.text().is_some() && Scalar::read(choice) == other.scalar();
        let effect = if equal { Effect::Same } else { Effect::Lossy };
        draft.edit(ID, effect, "tool_choice is kept, and function_call goes", remove)?;
    } else if draft.edit(ID, Effect::Same, WHY, remove)? {
        let mut value = Raw::source(choice.span());
        if choice.kind() == Kind::Object {
            value = Raw::json(r#"{"type":"function""#);
            spread_but(&mut value, choice, &["type"]);
            value.push("}");
        }
        draft.edit(ID, Effect::Same, WHY, Change::Set { at: Pointer::key("tool_choice"), value })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::translate::{
        Action,
        rules::testing::{responses, responses_with},
    };

    #[test]
    fn functions_become_tools_behind_those_that_are_there() {
        let f = r#"{"type":"function","name":"f", "parameters":{"a":1.0},"strict":false}"#;
        let own = r#"{"type":"function","name":"g","strict":true}"#;
        let functions = r#""functions":[{"name":"f", "parameters":{"a":1.0}}],"function_call":{"name":"f"}"#;
        let choice = r#""tool_choice":{"type":"function","name":"f"}"#;
        let (body, edits) = responses("gpt-5", "v1", &format!("{{{functions}}}"));
        assert_eq!((body, &*edits), (format!(r#"{{"tools":[{f}],{choice}}}"#), "carry.functions;n=4"));
        let (body, _) = responses("gpt-5", "v1", &format!(r#"{{"tools":[{own}],{functions}}}"#));
        assert_eq!(body, format!(r#"{{"tools":[{own},{f}],{choice}}}"#));
        let (body, _) = responses("gpt-4", "v1", &format!(r#"{{"input":"a",{functions}}}"#));
        assert!(body.contains(
            r#"{"type":"function","function":{"name":"f","parameters":{"a":1.0},"strict":false}}"#
        ));
        let body = format!("{{{functions}}}");
        assert_eq!(responses_with("carry.functions", Action::Pass, "gpt-5", &body).unwrap().0, body);
    }

    #[test]
    fn of_two_choices_the_newer_one_stands() {
        let both = |old: &str| {
            let body = format!(r#"{{"functions":[],"function_call":"{old}","tool_choice":"auto"}}"#);
            responses("gpt-5", "v1", &body).1
        };
        assert!(!both("auto").contains("lossy"));
        assert!(both("none").contains("carry.functions;lossy"));
    }
}
