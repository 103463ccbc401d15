//! Function tools beside a reasoning effort: from gpt-5.4 on a chat call takes them only while the effort is `none`,
//! and some models have no `none`. The exact boundary differs by host and source, so azgate always writes `none`.

use super::{
    empty_lists::is_empty,
    rule::{CHAT, Rule},
};
use crate::{
    call::{Effect, Refusal},
    catalog::{Effort, Scalar, ToolsWithEffort},
    json::{Change, Pointer, Raw, View},
    translate::{Draft, OnToolsWithEffort, ParamValue},
};

pub(super) const RULE: Rule = Rule {
    ids: &["none.reasoning_effort", "refuse.tools_with_effort"],
    summary: "Where a family takes function tools only without reasoning, the effort is set to none; where it has no \
              such effort, the call is refused.",
    on: CHAT,
    run,
};

const REFUSED: &str = "refuse.tools_with_effort";
const RESPONSES_ONLY: &str = "Azure serves function tools for this model on the Responses API alone: choose another \
                              model, or call without tools";

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    match draft.profile().tools_with_effort {
        ToolsWithEffort::Any => Ok(()),
        ToolsWithEffort::Never => refuse(draft),
        ToolsWithEffort::OnlyNone if draft.target.options.tools_with_effort == OnToolsWithEffort::Refuse => {
            if conflict(draft) {
                refuse(draft)
            } else {
                none(draft)
            }
        }
        ToolsWithEffort::OnlyNone => none(draft),
    }
}

/// Returns whether a call has function tools and an effort that Azure refuses beside them.
pub(in crate::translate) fn conflict(draft: &Draft<'_>) -> bool {
    let never = draft.profile().tools_with_effort == ToolsWithEffort::Never;
    let efforts = draft.profile().efforts.as_deref().unwrap_or_default();
    let effort = draft.effective("reasoning_effort");
    // Where there is no `minimal`, it is mapped to `none`.
    let none = [Effort::None, Effort::Minimal].iter().any(|level| {
        effort == Some(Scalar::Text(level.name().to_owned()))
            && (*level == Effort::None || (efforts.contains(&Effort::None) && !efforts.contains(level)))
    });
    has_functions(draft) && (never || !none)
}

fn has_functions(draft: &Draft<'_>) -> bool {
    let legacy = draft
        .get("functions")
        .is_some_and(|value| !matches!(value, ParamValue::Sent(list) if is_empty(list)));
    legacy || draft.get("tools").is_some_and(|tools| !functions(draft, &tools).is_empty())
}

/// Sets the effort to `none` where there are function tools.
fn none(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if !has_functions(draft) {
        return Ok(());
    }
    let none = Scalar::Text(Effort::None.name().to_owned());
    let sent = draft.get("reasoning_effort").and_then(|value| value.scalar());
    if sent.as_ref() == Some(&none) {
        return Ok(());
    }
    let unchanged = draft.effective("reasoning_effort") == Some(none);
    let effect = if unchanged { Effect::Same } else { Effect::Lossy };
    let why = "in a chat call this model takes function tools only with reasoning_effort none; send no tools, or \
               allow this, or use the Responses API to have both";
    let change =
        Change::Set { at: Pointer::key("reasoning_effort"), value: Raw::string(Effort::None.name()) };
    draft.edit("none.reasoning_effort", effect, why, change)?;
    Ok(())
}

/// Refuses function tools; where the policy drops them, custom tools stay.
fn refuse(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if draft.has("functions") {
        draft.refuse(REFUSED, RESPONSES_ONLY, Change::Remove { at: Pointer::key("functions") })?;
    }
    let at = Pointer::key("tools");
    let Some(value) = draft.get("tools") else { return Ok(()) };
    let places = functions(draft, &value);
    let all = match &value {
        ParamValue::Sent(tools) => places.len() == draft.items(*tools, &at).len(),
        ParamValue::Written(_) => true,
    };
    if places.is_empty() {
        return Ok(());
    }
    if all {
        draft.refuse(REFUSED, RESPONSES_ONLY, Change::Remove { at })?;
        return Ok(());
    }
    for place in places {
        draft.refuse(REFUSED, RESPONSES_ONLY, Change::Remove { at: at.clone().item(place) })?;
    }
    if draft.get("tool_choice").is_some_and(|choice| choice.scalar().is_none()) {
        draft.refuse(REFUSED, RESPONSES_ONLY, Change::Remove { at: Pointer::key("tool_choice") })?;
    }
    Ok(())
}

/// Returns the indices of the function tools in a list of tools. An edit wrote the list only for legacy functions.
fn functions(draft: &Draft<'_>, tools: &ParamValue<'_>) -> Vec<usize> {
    match tools {
        ParamValue::Written(_) => vec![0],
        ParamValue::Sent(tools) => {
            let items = draft.items(*tools, &Pointer::key("tools")).into_iter();
            let is_function =
                |tool: View<'_>| tool.get("type").and_then(View::text).as_deref() == Some("function");
            items.filter(|(_, tool)| is_function(*tool)).map(|(index, _)| index).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Refusal;
    use crate::translate::rules::testing::{Sent, send, target};
    use crate::translate::{Action, Lossy, OnToolsWithEffort, Policy, PolicyLayer, Target, TargetOptions};

    /// A deployment that is kept off the Responses API.
    fn kept(family: &str) -> Target {
        Target {
            options: TargetOptions {
                tools_with_effort: OnToolsWithEffort::EffortNone,
                ..TargetOptions::default()
            },
            ..target(family, "v1")
        }
    }

    fn sent(family: &str, body: &str) -> (String, String) {
        let Sent { body, edits, .. } = send(&kept(family), body, &Policy::default()).unwrap();
        (body, edits)
    }

    fn refused(family: &str, body: &str) -> Refusal {
        send(&kept(family), body, &Policy::default()).unwrap_err()
    }

    fn strictly(family: &str, body: &str) -> Result<Sent, Refusal> {
        send(&kept(family), body, &Policy { call: Some(Lossy::Refuse), ..Policy::default() })
    }

    fn with(rule: &str, action: Action, family: &str, body: &str) -> Result<(String, String), Refusal> {
        let rules = PolicyLayer { lossy: None, rules: [(rule.to_owned(), action)].into() };
        let policy = Policy { call: None, layers: [None, None, Some(&rules)] };
        send(&kept(family), body, &policy).map(|sent| (sent.body, sent.edits))
    }

    const TOOLS: &str = r#""tools":[{"type":"function","function":{"name":"f"}}]"#;

    #[test]
    fn the_effort_is_said_to_be_none_which_loses_nothing_where_it_is_none_anyway() {
        let (body, edits) = sent("gpt-5.4", &format!("{{{TOOLS}}}"));
        assert_eq!(body, format!(r#"{{{TOOLS},"reasoning_effort":"none"}}"#));
        assert_eq!(edits, "none.reasoning_effort");
        let (body, edits) = sent("gpt-5.6", &format!(r#"{{{TOOLS},"temperature":0}}"#));
        assert_eq!(body, format!(r#"{{{TOOLS},"temperature":0,"reasoning_effort":"none"}}"#));
        assert_eq!(edits, "none.reasoning_effort;lossy");
        let refusal = strictly("gpt-5.6", &format!("{{{TOOLS}}}")).unwrap_err();
        assert_eq!(refusal.param, "reasoning_effort");
        let none = format!(r#"{{"reasoning_effort":"none",{TOOLS}}}"#);
        assert_eq!(sent("gpt-5.6", &none), (none, "none".into()));
    }

    #[test]
    fn custom_tools_and_older_families_keep_their_effort() {
        let custom = r#"{"tools":[{"type":"custom"}],"reasoning_effort":"high"}"#;
        assert_eq!(sent("gpt-5.6", custom).0, custom);
        assert_eq!(sent("gpt-6.1", custom).0, custom);
        let both = format!(r#"{{{TOOLS},"reasoning_effort":"high"}}"#);
        assert_eq!(sent("gpt-5.2", &both).0, both);
    }

    #[test]
    fn where_there_is_no_none_the_call_is_refused_or_loses_its_function_tools() {
        let refusal = refused("gpt-6.1", &format!("{{{TOOLS}}}"));
        assert_eq!((&*refusal.rule, refusal.param.as_str()), (REFUSED, "tools"));
        let mixed = r#"{"tools":[{"type":"function"},{"type":"custom"}],"tool_choice":{"type":"function"}}"#;
        let (body, edits) = with(REFUSED, Action::Apply, "gpt-6.1", mixed).unwrap();
        assert_eq!(body, r#"{"tools":[{"type":"custom"}]}"#);
        assert_eq!(edits, "refuse.tools_with_effort;lossy;n=2");
        let legacy = r#"{"functions":[{"name":"f"}]}"#;
        assert_eq!(with(REFUSED, Action::Apply, "gpt-6.1", legacy).unwrap().0, "{}");
    }
}
