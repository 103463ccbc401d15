//! Spot checks of the table against Azure's documents.

use super::*;
use crate::call::ReplayedReasoning;

fn of(name: &str) -> Arc<Profile> {
    family(&Catalog::embedded(), name)
}

#[test]
fn the_first_o_models_cannot_stream() {
    for name in ["o1-preview", "o1-mini", "o1"] {
        assert_eq!(of(name).streaming, Streaming::Synthesized, "{name}");
    }
    for name in ["o3-mini", "o3", "gpt-5", "gpt-4o"] {
        assert_eq!(of(name).streaming, Streaming::Native, "{name}");
    }
}

#[test]
fn only_o1_preview_and_o1_mini_merge_instructions() {
    for family in Catalog::embedded().families() {
        let merges = family.system_role == SystemRole::MergeIntoUser;
        assert_eq!(merges, ["o1-preview", "o1-mini"].contains(&&*family.name), "{}", family.name);
    }
}

#[test]
fn the_default_effort_follows_the_generation() {
    for (name, expected) in [
        ("o3", Some("medium")),
        ("gpt-5", Some("medium")),
        ("gpt-5-pro", Some("high")),
        ("gpt-5.1", Some("none")),
        ("gpt-5.4", Some("none")),
        ("gpt-5.5", Some("medium")),
        ("gpt-6", Some("medium")),
        ("gpt-4o", None),
        ("gpt-5-chat", None),
        ("gpt-chat-latest", None),
        ("model-router", None),
    ] {
        assert_eq!(
            of(name).default(Dialect::Chat, "reasoning_effort"),
            expected.map(text).as_ref(),
            "{name}"
        );
    }
    assert_eq!(of("gpt-4o").efforts, Some(Vec::new()));
    assert_eq!(of("model-router").efforts, None);
    assert_eq!(of("gpt-5.1").efforts, Some(vec![Effort::None, Effort::Low, Effort::Medium, Effort::High]));
}

#[test]
fn the_effort_max_exists_on_responses_only() {
    for family in Catalog::embedded().families() {
        let has_max = |dialect| family.efforts(dialect).is_some_and(|efforts| efforts.contains(&Effort::Max));
        assert!(!has_max(Dialect::Chat), "{}", family.name);
        let newest = ["gpt-5.6", "gpt-6", "gpt-6-astra", "gpt-6.1", "gpt-6.2"].contains(&&*family.name);
        assert_eq!(has_max(Dialect::Responses), newest, "{}", family.name);
    }
}

#[test]
fn answers_are_stored_by_default_on_responses_only() {
    let family = of("gpt-4.1");
    assert_eq!(family.default(Dialect::Chat, "store"), Some(&Scalar::Bool(false)));
    assert_eq!(family.default(Dialect::Responses, "store"), Some(&Scalar::Bool(true)));
}

#[test]
fn a_reasoning_model_takes_the_same_parameters_in_both_dialects() {
    for family in Catalog::embedded().families().filter(|family| family.dialects.len() == 2) {
        for id in ["drop.temperature", "drop.top_p", "drop.top_logprobs", "drop.parallel_tool_calls"] {
            let row = |dialect: Dialect| family.rows(dialect).iter().find(|row| &*row.id == id);
            let (chat, responses) = (row(Dialect::Chat), row(Dialect::Responses));
            assert_eq!(chat.is_some(), responses.is_some(), "{} {id}", family.name);
            let guards = |row: &Row| row.when.iter().map(|(_, values)| values.clone()).collect::<Vec<_>>();
            assert_eq!(chat.map(guards), responses.map(guards), "{} {id}", family.name);
        }
    }
}

#[test]
fn temperature_passes_for_models_that_do_not_reason() {
    for name in ["gpt-4o", "gpt-5-chat", "gpt-35-turbo", "model-router"] {
        assert!(row(&of(name), "drop.temperature").is_none(), "{name}");
        assert!(row(&of(name), "rename.max_tokens").is_none(), "{name}");
    }
    let switchable = of("gpt-5.4");
    let guard = &row(&switchable, "drop.temperature").unwrap().when;
    assert_eq!(guard[0].0, "reasoning_effort");
    let levels: Vec<Scalar> = Effort::ALL.into_iter().skip(1).map(|effort| text(effort.name())).collect();
    assert_eq!(guard[0].1, levels, "every effort but none");
    assert!(row(&of("gpt-6.1"), "drop.temperature").unwrap().when.is_empty());
    assert!(row(&of("gpt-5.1"), "drop.logprobs").unwrap().when.is_empty());
}

#[test]
fn tools_beside_an_effort_are_limited_from_gpt_5_4_on() {
    assert_eq!(of("gpt-5.2").tools_with_effort, ToolsWithEffort::Any);
    for name in ["gpt-5.4", "gpt-5.4-mini", "gpt-5.5", "gpt-5.6", "gpt-6"] {
        assert_eq!(of(name).tools_with_effort, ToolsWithEffort::OnlyNone, "{name}");
        assert!(of(name).efforts.as_ref().unwrap().contains(&Effort::None), "{name}");
    }
    for name in ["gpt-6-astra", "gpt-6.1", "gpt-6.2"] {
        assert_eq!(of(name).tools_with_effort, ToolsWithEffort::Never, "{name}");
    }
}

#[test]
fn families_take_reasoning_back_as_documented() {
    let families: Vec<(String, ReplayedReasoning)> = Catalog::embedded()
        .families()
        .map(|family| (family.name.to_string(), family.replayed_reasoning))
        .collect();
    let of = |wanted| {
        let names =
            families.iter().filter(|(_, replayed)| *replayed == wanted).map(|(name, _)| name.as_str());
        names.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(of(ReplayedReasoning::Last), "gpt-6-astra");
    assert_eq!(
        of(ReplayedReasoning::Turn),
        "o1 o1-pro o3-mini o3 o4-mini o3-pro codex-mini o3-deep-research computer-use-preview gpt-5 gpt-5-codex gpt-5-pro gpt-5.1 \
         gpt-5.1-chat gpt-5.1-codex gpt-5.1-codex-max gpt-5.2 gpt-5.2-chat gpt-5.2-codex gpt-5.2-pro gpt-5.3-chat gpt-5.3-codex"
    );
    assert_eq!(of(ReplayedReasoning::None), "");
}

#[test]
fn custom_tools_begin_with_gpt_5() {
    for name in ["gpt-35-turbo", "gpt-4", "gpt-4o", "gpt-4o-audio", "gpt-4.1", "o1-mini", "o1", "o4-mini"] {
        assert!(!of(name).custom_tools, "{name}");
    }
    for name in ["o1-pro", "o3-pro", "codex-mini", "o3-deep-research", "computer-use-preview"] {
        assert!(!of(name).custom_tools, "{name}");
    }
    for name in ["gpt-5", "gpt-5.1", "gpt-5.1-chat", "gpt-5.6", "gpt-6.2", "model-router", "gpt-oss"] {
        assert!(of(name).custom_tools, "{name}");
    }
    for name in ["gpt-5-codex", "gpt-5-pro", "gpt-5.1-codex-max", "gpt-5.5-pro"] {
        assert!(of(name).custom_tools, "{name}");
    }
}

#[test]
fn these_families_are_served_on_responses_only() {
    let catalog = Catalog::embedded();
    let alone: Vec<String> = catalog
        .families()
        .filter(|family| !family.dialects.contains(&Dialect::Chat))
        .map(|family| family.name.to_string())
        .collect();
    let expected = "o1-pro o3-pro codex-mini o3-deep-research computer-use-preview gpt-5-codex gpt-5-pro \
         gpt-5.1-codex gpt-5.1-codex-max gpt-5.2-codex gpt-5.2-pro gpt-5.3-codex gpt-5.4-pro gpt-5.5-pro";
    assert_eq!(alone.join(" "), expected);
}

#[test]
fn on_your_data_is_served_for_three_families() {
    for family in Catalog::embedded().families() {
        let served = ["gpt-4o", "gpt-4o-2024-05-13", "gpt-4o-mini", "gpt-4.1", "model-router"];
        if family.dialects.contains(&Dialect::Chat) {
            let refused = row(family, "refuse.data_sources").is_some();
            assert_eq!(refused, !served.contains(&&*family.name), "{}", family.name);
        }
    }
}

#[test]
fn structured_outputs_came_with_the_second_gpt_4o() {
    let takes = |name: &str| row(&of(name), "refuse.response_format").is_none();
    assert!(takes("gpt-4o") && takes("gpt-4.1") && takes("o1") && takes("gpt-5"));
    assert!(!takes("gpt-4o-2024-05-13") && !takes("gpt-4-turbo") && !takes("o1-mini") && !takes("gpt-4"));
}

#[test]
fn a_cap_is_clamped_to_the_longest_answer() {
    let clamp = |name: &str, id: &str| row(&of(name), id).map(|row| (row.verb.clone(), row.same));
    let most = |max: f64| Some((Verb::Clamp { min: None, max: Some(max) }, true));
    assert_eq!(clamp("gpt-4o", "clamp.max_tokens"), most(16384.0));
    assert_eq!(clamp("gpt-4o", "clamp.max_completion_tokens"), most(16384.0));
    assert_eq!(clamp("gpt-5", "clamp.max_completion_tokens"), most(128_000.0));
    assert_eq!(clamp("gpt-5", "clamp.max_tokens"), None, "it is renamed");
    assert_eq!(clamp("model-router", "clamp.max_tokens"), None);
    let on_responses = of("o3-pro");
    assert_eq!(
        on_responses.rows(Dialect::Responses).last().map(|row| (row.verb.clone(), row.same)),
        most(100_000.0)
    );
    assert!(on_responses.rows(Dialect::Chat).is_empty());
}
