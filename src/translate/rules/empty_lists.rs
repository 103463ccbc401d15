//! Empty lists, which Azure refuses. They ask for nothing. This rule drops them before other rules read
//! the lists. A
//! message may carry an empty `tool_calls` too: `parse()` of the SDKs made one, which came back in the history
//! (openai-python#2061).

use super::rule::{CHAT, Rule};
use crate::{
    call::{Effect, Refusal},
    json::{Change, Kind, Pointer, View},
    translate::{Draft, ParamValue},
};

pub(super) const RULE: Rule = Rule {
    ids: &[TOOLS, OTHER],
    summary: "An empty list of tools, of functions, or of a message's tool calls is dropped; so is one of stop \
              sequences or modalities.",
    on: CHAT,
    run,
};

const TOOLS: &str = "drop.empty_tools";
const OTHER: &str = "drop.empty_list";

/// The lists that must hold something, and the rule that drops each.
const LISTS: &[(&str, &str)] =
    &[("tools", TOOLS), ("functions", TOOLS), ("stop", OTHER), ("modalities", OTHER)];

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    for &(list, id) in LISTS {
        if let Some(ParamValue::Sent(items)) = draft.get(list)
            && is_empty(items)
        {
            let why = format!("Azure refuses an empty list of {list}");
            draft.edit(id, Effect::Same, why, Change::Remove { at: Pointer::key(list) })?;
        }
    }
    for index in 0..draft.messages.len() {
        let calls = draft.messages.get(index).and_then(|message| message.view.get("tool_calls"));
        if calls.is_some_and(is_empty) {
            let why = "Azure refuses an empty list of tool_calls";
            let at = Pointer::key("messages").item(index).then("tool_calls");
            draft.edit(TOOLS, Effect::Same, why, Change::Remove { at })?;
        }
    }
    Ok(())
}

pub(super) fn is_empty(list: View<'_>) -> bool {
    list.kind() == Kind::Array && list.items().next().is_none()
}

#[cfg(test)]
mod tests {
    use crate::translate::rules::testing::{sent, strictly};

    #[test]
    fn empty_lists_go_with_what_chooses_among_them() {
        let body = r#"{"tools":[],"functions":[],"tool_choice":"none"}"#;
        for family in ["gpt-4.1", "o1", "o1-preview", "gpt-6.1"] {
            let (body, edits) = sent(family, "v1", body);
            assert_eq!(body, "{}", "{family}");
            assert!(edits.starts_with("drop.empty_tools;n=2, drop.tool_choice"), "{family}: {edits}");
        }
    }

    #[test]
    fn an_empty_list_of_calls_in_the_history_calls_nothing() {
        let body = r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b","tool_calls":[ ]}]}"#;
        for family in ["gpt-4.1", "o1", "o1-preview", "gpt-5-chat"] {
            let (body, edits) = sent(family, "v1", body);
            let without =
                r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}"#;
            assert_eq!((body.as_str(), edits.as_str()), (without, "drop.empty_tools"), "{family}");
        }
    }

    #[test]
    fn empty_lists_of_stops_and_modalities_go_without_a_loss() {
        let body = r#"{"stop":[],"modalities":[ ]}"#;
        for family in ["gpt-4.1", "o1", "gpt-5.6", "model-router", "gpt-4o-audio"] {
            let expected = ("{}".to_owned(), "drop.empty_list;n=2".to_owned());
            assert_eq!(strictly(family, "v1", body).unwrap(), expected, "{family}");
        }
        let body = r#"{"stop":[""],"modalities":["text"]}"#;
        assert_eq!(sent("gpt-4.1", "v1", body), (body.to_owned(), "none".to_owned()));
    }
}
