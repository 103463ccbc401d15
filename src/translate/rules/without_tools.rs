//! Options that need tools, in a call without tools. The client sent none, or an earlier rule removed them.

use super::rule::{CHAT, Rule};
use crate::{
    call::{Effect, Refusal},
    catalog::Scalar,
    json::{Change, Pointer},
    translate::{Draft, ParamValue},
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

/// A required call is lost. Other values mean nothing without tools.
fn effect(value: &ParamValue<'_>) -> Effect {
    match value.scalar() {
        Some(Scalar::Bool(_)) => Effect::Same,
        Some(Scalar::Text(word)) if word == "auto" || word == "none" => Effect::Same,
        _ => Effect::Lossy,
    }
}

#[cfg(test)]
mod tests {
    use crate::translate::Action;
    use crate::translate::rules::testing::{sent, with};

    #[test]
    fn a_choice_without_tools_goes_and_only_a_demand_is_a_loss() {
        for (choice, loss) in
            [("\"auto\"", ""), ("\"none\"", ""), ("\"required\"", ";lossy"), ("{}", ";lossy")]
        {
            let body = format!(r#"{{"tool_choice":{choice}}}"#);
            assert_eq!(sent("gpt-4.1", "v1", &body), ("{}".to_owned(), format!("drop.tool_choice{loss}")));
        }
        let both = r#"{"parallel_tool_calls":false,"function_call":"none"}"#;
        let edits = "drop.parallel_tool_calls, drop.function_call".to_owned();
        assert_eq!(sent("gpt-4.1", "v1", both), ("{}".to_owned(), edits));
    }

    #[test]
    fn legacy_functions_are_no_tools() {
        let body = r#"{"functions":[{}],"function_call":"auto","parallel_tool_calls":true}"#;
        let (body, _) = sent("gpt-4.1", "v1", body);
        assert_eq!(body, r#"{"functions":[{}],"function_call":"auto"}"#);
    }

    #[test]
    fn tools_that_a_policy_dropped_take_their_choice_along() {
        let body = r#"{"tools":[{"type":"function"}],"tool_choice":"auto"}"#;
        let (body, edits) = with("refuse.tools", Action::Apply, "o1-preview", body).unwrap();
        assert_eq!((body.as_str(), edits.as_str()), ("{}", "refuse.tools;lossy, drop.tool_choice"));
    }
}
