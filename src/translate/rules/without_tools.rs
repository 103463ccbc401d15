//! What stands alone where tools are missing, from the start or since a rule took them out: the choice among tools that
//! are not there.

use super::{CHAT, Rule};
use crate::{
    call::{Effect, Refusal},
    catalog::Scalar,
    json::{Change, Pointer},
    translate::{Draft, Value},
};

pub(super) const RULE: Rule = Rule {
    ids: &["drop.tool_choice", "drop.function_call", "drop.parallel_tool_calls"],
    summary: "tool_choice, function_call and parallel_tool_calls without tools are dropped.",
    on: CHAT,
    run,
};

/// Which parameter needs which list beside it, and the rule that drops it.
const NEEDS: &[(&str, &str, &str)] = &[
    ("drop.tool_choice", "tool_choice", "tools"),
    ("drop.parallel_tool_calls", "parallel_tool_calls", "tools"),
    ("drop.function_call", "function_call", "functions"),
];

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    for &(rule, param, list) in NEEDS {
        if let (Some(value), None) = (draft.get(param), draft.get(list)) {
            let why = format!("Azure refuses {param} in a call without {list}");
            draft.edit(rule, effect(&value), why, Change::Remove { at: Pointer::key(param) })?;
        }
    }
    Ok(())
}

/// A demand for a call is lost; leave to make none, one or several means nothing without tools.
fn effect(value: &Value<'_>) -> Effect {
    match value.scalar() {
        Some(Scalar::Bool(_)) => Effect::Same,
        Some(Scalar::Text(word)) if word == "auto" || word == "none" => Effect::Same,
        _ => Effect::Lossy,
    }
}
