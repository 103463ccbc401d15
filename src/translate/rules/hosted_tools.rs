//! Tools that Azure does not take in a call. File search, code interpreter and the like belong to the Responses API.
//! Custom tools came with gpt-5 (OpenAI's OpenAPI document; "only supported with GPT-5 series models" on the Responses
//! API: Databricks' page on it), and in chat calls to v1 alone: Azure's dated documents know `function` only.

use std::borrow::Cow;

use super::rule::{BOTH, Rule};
use crate::{
    call::{Dialect, Refusal},
    catalog::Scalar,
    json::{Change, Pointer, View, text},
    translate::{Draft, ParamValue},
};

pub(super) const RULE: Rule = Rule {
    ids: &[HOSTED, CUSTOM],
    summary: "Tools that exist on the Responses API alone, in a chat call, and custom tools where the family or the \
              chat of the api-version does not take them, are refused; a policy of `apply` drops them.",
    on: BOTH,
    run,
};

const HOSTED: &str = "refuse.hosted_tools";
const CUSTOM: &str = "refuse.custom_tools";

/// A tool that is not taken: the rule that says so, and why.
type Foreign = (&'static str, Cow<'static, str>);

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let taken = Taken { hosted: draft.call.dialect == Dialect::Responses, no_custom: no_custom(draft) };
    if !taken.hosted && draft.has("tool_resources") {
        let why = "`tool_resources` belongs to tools that exist on the Responses API, which does not serve this model";
        draft.refuse(HOSTED, why, Change::Remove { at: Pointer::key("tool_resources") })?;
    }
    if !taken.hosted {
        source(draft)?;
    }
    let Some(ParamValue::Sent(tools)) = draft.get("tools") else { return Ok(()) };
    let refused: Vec<(usize, Foreign)> = tools
        .items()
        .enumerate()
        .filter_map(|(index, tool)| Some((index, taken.foreign(&kind(tool)?)?)))
        .collect();
    let mut dropped = Vec::new();
    for (index, (id, why)) in refused {
        if draft.refuse(id, why, Change::Remove { at: Pointer::key("tools").item(index) })? {
            dropped.push(id);
        }
    }
    let Some(&last) = dropped.last() else { return Ok(()) };
    let choice = match draft.get("tool_choice.type").and_then(|kind| kind.scalar()) {
        Some(Scalar::Text(kind)) if kind != "allowed_tools" => taken.foreign(&kind).map(|(id, _)| id),
        _ => None,
    };
    let chosen = choice.filter(|id| dropped.contains(id));
    if dropped.len() == tools.items().count() {
        let why = "no tool is left that this model takes in this call";
        draft.refuse(last, why, Change::Remove { at: Pointer::key("tools") })?;
        // Another rule handles chat calls.
        if taken.hosted && draft.has("tool_choice") {
            let why = "no tool is left to choose from";
            draft.refuse(last, why, Change::Remove { at: Pointer::key("tool_choice") })?;
        }
    } else if let Some(id) = chosen {
        let why = "the tool that tool_choice names was dropped";
        draft.refuse(id, why, Change::Remove { at: Pointer::key("tool_choice") })?;
    }
    Ok(())
}

/// A data source that is the tool by another name. A family whose table speaks of `data_sources` is left to its row.
fn source(draft: &Draft<'_>) -> Result<(), Refusal> {
    let Some(ParamValue::Sent(sources)) = draft.get("data_sources") else { return Ok(()) };
    let is_store = |source| kind(source).is_some_and(|kind| kind == "file_search");
    match sources.items().position(is_store).filter(|_| !draft.has_row("data_sources")) {
        Some(index) => {
            let why =
                "a data source of this type is a tool of the Responses API, which does not serve this model";
            draft.refuse_outright(HOSTED, &Pointer::key("data_sources").item(index).to_string(), why)
        }
        None => Ok(()),
    }
}

/// Why custom tools are not taken, if they are not. A family whose table speaks of `tools` is left to its row.
fn no_custom(draft: &Draft<'_>) -> Option<&'static str> {
    let is_chat = draft.call.dialect == Dialect::Chat;
    if draft.has_row("tools") {
        None
    } else if !draft.profile().custom_tools {
        Some(if is_chat {
            "this family takes function tools alone: write the custom tool as a function with one string parameter, \
             or use gpt-5 or later on v1"
        } else {
            "custom tools came with gpt-5, after this family: write the custom tool as a function with one string \
             parameter, or use gpt-5 or later"
        })
    } else {
        draft.version().filter(|_| is_chat).map(|_| {
            "Azure's dated api-versions know function tools alone: write the custom tool as a function with one \
             string parameter, or use the v1 surface"
        })
    }
}

/// Returns the types of tools besides functions that the dialect takes for this family.
struct Taken {
    hosted: bool,
    no_custom: Option<&'static str>,
}

impl Taken {
    fn foreign(&self, kind: &str) -> Option<Foreign> {
        match kind {
            "function" => None,
            "custom" => Some((CUSTOM, self.no_custom?.into())),
            _ if self.hosted => None,
            hosted => {
                let why = format!(
                    "`{}` is no tool of chat completions: it exists on the Responses API (/v1/responses); chat takes \
                     function tools",
                    text::shortened(hosted)
                );
                Some((HOSTED, why.into()))
            }
        }
    }
}

fn kind(tool: View<'_>) -> Option<Cow<'_, str>> {
    tool.get("type").and_then(View::text)
}

#[cfg(test)]
mod tests {
    use crate::translate::rules::testing::{refused, respond, responses, responses_with, sent, target, with};
    use crate::translate::{Action, Policy};

    const BODY: &str = r#"{"tools":[{"type":"file_search"},{"type":"custom","custom":{}}],"tool_choice":{"type":"file_search"}}"#;

    #[test]
    fn a_hosted_tool_is_refused_by_name_and_place() {
        let refusal = refused("gpt-oss", "v1", BODY);
        assert_eq!((&*refusal.rule, refusal.param.as_str()), ("refuse.hosted_tools", "tools[0]"));
        assert!(refusal.why.starts_with("`file_search` is no tool of chat completions"), "{}", refusal.why);
    }

    #[test]
    fn a_policy_can_drop_it_and_what_chooses_it() {
        let (body, edits) = with("refuse.hosted_tools", Action::Apply, "gpt-oss", BODY).unwrap();
        assert_eq!(body, r#"{"tools":[{"type":"custom","custom":{}}]}"#);
        assert_eq!(edits, "refuse.hosted_tools;lossy;n=2");
        assert_eq!(with("refuse.hosted_tools", Action::Pass, "gpt-oss", BODY).unwrap().0, BODY);
    }

    #[test]
    fn no_empty_list_is_left() {
        let body = r#"{"tools":[{"type":"web_search"}],"tool_choice":"auto","parallel_tool_calls":true}"#;
        let (body, edits) = with("refuse.hosted_tools", Action::Apply, "gpt-oss", body).unwrap();
        assert_eq!(body, "{}");
        assert_eq!(edits, "refuse.hosted_tools;lossy;n=2, drop.tool_choice, drop.parallel_tool_calls");
    }

    #[test]
    fn what_was_dropped_does_not_come_back_with_legacy_functions() {
        let body = r#"{"tools":[{"type":"web_search"},{"type":"custom"}],"functions":[{"name":"f"}]}"#;
        let (body, _) = with("refuse.hosted_tools", Action::Apply, "gpt-oss", body).unwrap();
        assert_eq!(body, r#"{"tools":[{"type":"custom"}],"functions":[{"name":"f"}]}"#);
    }

    #[test]
    fn a_data_source_that_is_the_tool_is_refused_where_it_stands() {
        let body = r#"{"data_sources":[{"type":"azure_search"},{"type":"file_search"}]}"#;
        let refusal = refused("model-router", "v1", body);
        assert_eq!((&*refusal.rule, refusal.param.as_str()), ("refuse.hosted_tools", "data_sources[1]"));
        assert_eq!(with("refuse.hosted_tools", Action::Pass, "model-router", body).unwrap().0, body);
        assert_eq!(&*refused("gpt-4-turbo", "v1", body).rule, "refuse.data_sources");
    }

    const MIXED: &str = r#"{"tools":[{"type":"custom","custom":{"name":"run"}},{"type":"function","function":{"name":"f"}}],"tool_choice":{"type":"custom","custom":{"name":"run"}}}"#;

    #[test]
    fn a_custom_tool_is_refused_before_gpt_5_and_on_every_dated_version() {
        for (family, surface, why) in [
            ("gpt-4o", "v1", "this family takes function tools alone"),
            ("o3", "v1", "this family takes function tools alone"),
            ("gpt-4.1", "2024-10-21", "this family takes function tools alone"),
            ("gpt-5", "2025-04-01-preview", "Azure's dated api-versions know function tools alone"),
            ("model-router", "2024-10-21", "Azure's dated api-versions know function tools alone"),
        ] {
            let refusal = refused(family, surface, MIXED);
            let found = (&*refusal.rule, refusal.param.as_str());
            assert_eq!(found, ("refuse.custom_tools", "tools[0]"), "{family}");
            assert!(refusal.why.starts_with(why), "{family}: {}", refusal.why);
        }
    }

    #[test]
    fn a_custom_tool_passes_from_gpt_5_on_and_where_nothing_is_known() {
        for (family, surface) in [
            ("gpt-5", "v1"),
            ("gpt-5.1-chat", "v1"),
            ("gpt-5.2", "v1"),
            ("gpt-chat-latest", "v1"),
            ("model-router", "v1"),
            ("gpt-oss", "v1"),
            ("unknown", "2024-10-21"),
        ] {
            assert_eq!(sent(family, surface, MIXED), (MIXED.to_owned(), "none".to_owned()), "{family}");
        }
    }

    #[test]
    fn a_policy_can_drop_custom_tools_and_what_chooses_them() {
        let (body, edits) = with("refuse.custom_tools", Action::Apply, "gpt-4o", MIXED).unwrap();
        assert_eq!(body, r#"{"tools":[{"type":"function","function":{"name":"f"}}]}"#);
        assert_eq!(edits, "refuse.custom_tools;lossy;n=2");
        assert_eq!(with("refuse.custom_tools", Action::Pass, "gpt-4o", MIXED).unwrap().0, MIXED);
        let alone = r#"{"tools":[{"type":"custom","custom":{"name":"run"}}],"tool_choice":"auto"}"#;
        let (body, edits) = with("refuse.custom_tools", Action::Apply, "o1", alone).unwrap();
        assert_eq!(
            (body.as_str(), edits.as_str()),
            ("{}", "refuse.custom_tools;lossy;n=2, drop.tool_choice")
        );
    }

    #[test]
    fn a_family_without_tools_says_that() {
        assert_eq!(&*refused("o1-preview", "v1", MIXED).rule, "refuse.tools");
    }

    const FLAT: &str = r#"{"tools":[{"type":"custom","name":"run"},{"type":"function","name":"f"},{"type":"web_search"}],"tool_choice":{"type":"custom","name":"run"}}"#;

    #[test]
    fn on_the_responses_api_too_custom_tools_begin_with_gpt_5_and_hosted_tools_are_at_home() {
        for family in ["gpt-4o", "gpt-4.1", "o3", "o1-pro", "o3-pro", "codex-mini", "computer-use-preview"] {
            let refusal = respond(&target(family, "v1"), FLAT, &Policy::default()).unwrap_err();
            let found = (&*refusal.rule, refusal.param.as_str());
            assert_eq!(found, ("refuse.custom_tools", "tools[0]"), "{family}");
            assert!(refusal.why.starts_with("custom tools came with gpt-5"), "{family}: {}", refusal.why);
        }
        for family in ["gpt-5", "gpt-5-codex", "gpt-5-pro", "gpt-6.1", "unknown"] {
            for surface in ["v1", "2025-04-01-preview"] {
                assert_eq!(responses(family, surface, FLAT).0, FLAT, "{family}");
            }
        }
        let body = r#"{"tools":[{"type":"custom","custom":{"name":"run"}}]}"#;
        assert_eq!(&*refused("o3-pro", "v1", body).rule, "refuse.custom_tools");
        assert_eq!(
            &*respond(&target("gpt-5-chat", "v1"), FLAT, &Policy::default()).unwrap_err().rule,
            "refuse.tools"
        );
    }

    #[test]
    fn a_policy_can_drop_custom_tools_there_too_and_leaves_no_choice_among_none() {
        let dropped =
            |body: &str| responses_with("refuse.custom_tools", Action::Apply, "gpt-4.1", body).unwrap();
        let (body, edits) = dropped(FLAT);
        assert_eq!(body, r#"{"tools":[{"type":"function","name":"f"},{"type":"web_search"}]}"#);
        assert_eq!(edits, "refuse.custom_tools;lossy;n=2");
        let nested = r#"{"tools":[{"type":"custom","custom":{"name":"run"}},{"type":"web_search"}],"tool_choice":{"type":"custom","custom":{"name":"run"}}}"#;
        assert_eq!(dropped(nested).0, r#"{"tools":[{"type":"web_search"}]}"#);
        for choice in [r#""required""#, r#"{"type":"custom","name":"run"}"#] {
            let alone = format!(r#"{{"tools":[{{"type":"custom","name":"run"}}],"tool_choice":{choice}}}"#);
            assert_eq!(dropped(&alone).0, "{}");
        }
        assert_eq!(responses_with("refuse.custom_tools", Action::Pass, "gpt-4.1", FLAT).unwrap().0, FLAT);
    }
}
