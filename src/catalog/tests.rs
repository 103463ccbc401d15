//! The catalog as a whole: the embedded table, the overlay, and what is said of mistakes.

use std::{collections::BTreeSet, fmt::Write, sync::Arc};

use super::*;
use crate::call::Operation;

fn load(overlay: &str) -> Result<Catalog, Vec<String>> {
    let families = format!("[families]\n{overlay}").parse::<toml::Table>().unwrap();
    let families = families["families"].as_table().unwrap();
    Catalog::load(families).map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

fn family(catalog: &Catalog, name: &str) -> Arc<Profile> {
    catalog
        .families()
        .find(|family| &*family.name == name)
        .cloned()
        .unwrap_or_else(|| panic!("no family {name}"))
}

fn row<'p>(profile: &'p Profile, id: &str) -> Option<&'p Row> {
    profile.chat.iter().find(|row| &*row.id == id)
}

fn text(word: &str) -> Scalar {
    Scalar::Text(word.to_owned())
}

mod embedded {
    use super::*;

    #[test]
    fn the_table_is_sound() {
        if let Err(problems) = load("") {
            panic!("{}", problems.join("\n"));
        }
    }

    #[test]
    fn every_family_says_what_it_is() {
        for family in Catalog::embedded().families() {
            assert!(!family.models.is_empty(), "{} has no models", family.name);
            assert!(!family.operations.is_empty(), "{} serves nothing", family.name);
            assert!(!family.source.is_empty(), "{} has no source", family.name);
            let reasons = family.efforts.as_ref().is_some_and(|efforts| !efforts.is_empty());
            assert_eq!(
                family.defaults.contains_key("reasoning_effort"),
                reasons,
                "{}: default effort",
                family.name
            );
        }
    }

    #[test]
    fn every_row_is_named_after_its_verb_and_parameter() {
        for family in Catalog::embedded().families() {
            let ids: BTreeSet<&str> = family.chat.iter().map(|row| &*row.id).collect();
            assert_eq!(ids.len(), family.chat.len(), "{} has two rows of one name", family.name);
            for row in &family.chat {
                let verb = match row.verb {
                    Verb::Rename(_) => "rename",
                    Verb::Drop => "drop",
                    Verb::Refuse => "refuse",
                    Verb::Allow { .. } => "map",
                    Verb::Clamp { .. } => "clamp",
                };
                assert_eq!(*row.id, format!("{verb}.{}", row.param), "{}", family.name);
                assert!(row.why.ends_with('.'), "{} {}: the reason is no sentence", family.name, row.id);
                assert!(family.origins.contains_key(&*row.id), "{} {}: no origin", family.name, row.id);
            }
        }
    }

    /// Every model that Azure has served, with its family.
    const MODELS: &[(&str, &[&str])] = &[
        ("gpt-35-turbo", &["gpt-35-turbo", "gpt-3.5-turbo", "gpt-35-turbo-1106", "gpt-3.5-turbo-0125"]),
        ("gpt-35-turbo-0301", &["gpt-35-turbo-0301", "gpt-3.5-turbo-0301"]),
        ("gpt-35-turbo-0613", &["gpt-35-turbo-0613"]),
        ("gpt-35-turbo-16k", &["gpt-35-turbo-16k", "gpt-35-turbo-16k-0613"]),
        ("gpt-4", &["gpt-4", "gpt-4-0613"]),
        ("gpt-4-32k", &["gpt-4-32k", "gpt-4-32k-0613"]),
        ("gpt-4-0314", &["gpt-4-0314", "gpt-4-32k-0314"]),
        ("gpt-4-turbo-preview", &["gpt-4-1106-preview", "gpt-4-0125-preview", "gpt-4-turbo-preview"]),
        ("gpt-4-turbo", &["gpt-4-turbo-2024-04-09", "gpt-4-vision-preview"]),
        ("gpt-4o", &["gpt-4o", "gpt-4o-2024-08-06", "gpt-4o-2024-11-20", "GPT-4o"]),
        ("gpt-4o-2024-05-13", &["gpt-4o-2024-05-13"]),
        ("gpt-4o-mini", &["gpt-4o-mini", "gpt-4o-mini-2024-07-18"]),
        (
            "gpt-4o-audio",
            &[
                "gpt-4o-audio-preview",
                "gpt-4o-mini-audio-preview-2024-12-17",
                "gpt-audio",
                "gpt-audio-2025-08-28",
            ],
        ),
        ("gpt-4.5-preview", &["gpt-4.5-preview", "gpt-4.5-preview-2025-02-27"]),
        ("gpt-4.1", &["gpt-4.1-2025-04-14", "gpt-4.1-mini", "gpt-4.1-nano-2025-04-14"]),
        ("o1-preview", &["o1-preview", "o1-preview-2024-09-12"]),
        ("o1-mini", &["o1-mini", "o1-mini-2024-09-12"]),
        ("o1", &["o1", "o1-2024-12-17"]),
        ("o1-pro", &["o1-pro-2025-03-19"]),
        ("o3-mini", &["o3-mini-2025-01-31"]),
        ("o3", &["o3", "o3-2025-04-16"]),
        ("o4-mini", &["o4-mini-2025-04-16"]),
        ("o3-pro", &["o3-pro-2025-06-10"]),
        ("codex-mini", &["codex-mini", "codex-mini-2025-05-16"]),
        ("o3-deep-research", &["o3-deep-research-2025-06-26"]),
        ("computer-use-preview", &["computer-use-preview-2025-03-11"]),
        ("gpt-5", &["gpt-5", "gpt-5-2025-08-07", "gpt-5-mini", "gpt-5-nano-2025-08-07"]),
        ("gpt-5-chat", &["gpt-5-chat", "gpt-5-chat-2025-08-07", "gpt-5-chat-2025-10-03"]),
        ("gpt-5-codex", &["gpt-5-codex-2025-09-15"]),
        ("gpt-5-pro", &["gpt-5-pro-2025-10-06"]),
        ("gpt-5.1", &["gpt-5.1", "gpt-5.1-2025-11-13"]),
        ("gpt-5.1-chat", &["gpt-5.1-chat-2025-11-13"]),
        ("gpt-5.1-codex", &["gpt-5.1-codex-2025-11-13", "gpt-5.1-codex-mini-2025-11-13"]),
        ("gpt-5.1-codex-max", &["gpt-5.1-codex-max-2025-12-04"]),
        ("gpt-5.2", &["gpt-5.2-2025-12-11"]),
        ("gpt-5.2-chat", &["gpt-5.2-chat-2025-12-11", "gpt-5.2-chat-2026-02-10"]),
        ("gpt-5.2-codex", &["gpt-5.2-codex-2026-01-14"]),
        ("gpt-5.2-pro", &["gpt-5.2-pro"]),
        ("gpt-5.3-chat", &["gpt-5.3-chat-2026-03-03"]),
        ("gpt-5.3-codex", &["gpt-5.3-codex-2026-02-24"]),
        ("gpt-5.4", &["gpt-5.4-2026-03-05"]),
        ("gpt-5.4-mini", &["gpt-5.4-mini-2026-03-17", "gpt-5.4-nano-2026-03-17"]),
        ("gpt-5.4-pro", &["gpt-5.4-pro"]),
        ("gpt-5.5", &["gpt-5.5-2026-04-24"]),
        ("gpt-5.5-pro", &["gpt-5.5-pro"]),
        ("gpt-5.6", &["gpt-5.6-sol-2026-07-09", "gpt-5.6-terra", "gpt-5.6-luna"]),
        ("gpt-6", &["gpt-6-sol", "gpt-6-luna-2026-09-22"]),
        ("gpt-6-astra", &["gpt-6-astra", "gpt-6-astra-2026-09-03"]),
        ("gpt-6.1", &["gpt-6.1-sol-2026-09-29", "gpt-6.1-terra"]),
        ("gpt-6.2", &["gpt-6.2-astra", "gpt-6.2-sol"]),
        ("gpt-chat-latest", &["gpt-chat-latest", "gpt-chat-latest-2026-08-06"]),
        ("model-router", &["model-router", "model-router-2025-11-18"]),
        ("gpt-oss", &["gpt-oss-120b", "gpt-oss-20b"]),
    ];

    #[test]
    fn every_model_finds_its_family() {
        let catalog = Catalog::embedded();
        for (expected, models) in MODELS {
            for model in *models {
                let found = catalog.by_model(model).map(|family| family.name.to_string());
                assert_eq!(found.as_deref(), Some(*expected), "{model}");
            }
        }
        let tested: Vec<&str> = MODELS.iter().map(|(family, _)| *family).collect();
        let known: Vec<String> = catalog.families().map(|family| family.name.to_string()).collect();
        let untested: Vec<&String> = known.iter().filter(|name| !tested.contains(&name.as_str())).collect();
        assert!(untested.is_empty(), "name the models of {untested:?} here");
    }

    #[test]
    fn what_only_looks_like_a_model_is_none() {
        let catalog = Catalog::embedded();
        for name in
            ["", "my-o1", "o1-turbo", "gpt-4o-2024", "gpt-5-chat-2025-10-03-eu", "gpt-7", "azure/gpt-4o"]
        {
            assert!(catalog.by_model(name).is_none(), "{name}");
        }
    }

    #[test]
    fn a_family_is_found_by_a_model_too() {
        let catalog = Catalog::embedded();
        assert_eq!(&*catalog.family("gpt-5.6").unwrap().name, "gpt-5.6");
        assert_eq!(&*catalog.family("gpt-5-mini").unwrap().name, "gpt-5");
        assert_eq!(&*catalog.family("unknown").unwrap().name, "unknown");
        assert!(catalog.family("classic").is_none(), "a base is no family");
        assert_eq!(catalog.nearest("gpt5-mini"), Some("gpt-5-mini"));
        assert_eq!(catalog.nearest("llama"), None);
    }

    #[test]
    fn of_the_unknown_family_nothing_is_known() {
        let unknown = Catalog::embedded().unknown();
        assert!(unknown.chat.is_empty() && unknown.operations.is_empty() && unknown.defaults.is_empty());
        assert_eq!((unknown.system_role, unknown.streaming), (SystemRole::Any, Streaming::Native));
        assert_eq!((&unknown.efforts, &unknown.modalities), (&None, &None));
    }
}

mod facts {
    use super::*;

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
    fn only_the_first_two_have_no_role_for_instructions() {
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
            assert_eq!(of(name).defaults.get("reasoning_effort"), expected.map(text).as_ref(), "{name}");
        }
        assert_eq!(of("gpt-4o").efforts, Some(Vec::new()));
        assert_eq!(of("model-router").efforts, None);
        assert_eq!(
            of("gpt-5.1").efforts,
            Some(vec![Effort::None, Effort::Low, Effort::Medium, Effort::High])
        );
    }

    #[test]
    fn temperature_passes_where_nothing_reasons() {
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
    fn tools_beside_an_effort_end_with_gpt_5_4() {
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
    fn these_families_are_served_on_responses_alone() {
        let catalog = Catalog::embedded();
        let alone: Vec<String> = catalog
            .families()
            .filter(|family| !family.operations.contains(&Operation::Chat))
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
            let chat = family.operations.contains(&Operation::Chat);
            if chat {
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
    fn a_cap_ends_at_what_an_answer_may_hold() {
        let clamp = |name: &str, id: &str| row(&of(name), id).map(|row| (row.verb.clone(), row.same));
        let most = |max: f64| Some((Verb::Clamp { min: None, max: Some(max) }, true));
        assert_eq!(clamp("gpt-4o", "clamp.max_tokens"), most(16384.0));
        assert_eq!(clamp("gpt-4o", "clamp.max_completion_tokens"), most(16384.0));
        assert_eq!(clamp("gpt-5", "clamp.max_completion_tokens"), most(128_000.0));
        assert_eq!(clamp("gpt-5", "clamp.max_tokens"), None, "it is renamed");
        assert_eq!(clamp("model-router", "clamp.max_tokens"), None);
    }
}

mod overlay {
    use super::*;

    #[test]
    fn one_changed_value_keeps_the_rest() {
        let shipped = family(&Catalog::embedded(), "gpt-5.1");
        let catalog = load("'gpt-5.1' = { retires = '2030-01-01', context = { output = 1000 } }").unwrap();
        let changed = family(&catalog, "gpt-5.1");
        assert_eq!(changed.retires.as_deref(), Some("2030-01-01"));
        assert_eq!(changed.context, Context { output: Some(1000), ..shipped.context });
        assert_eq!(changed.efforts, shipped.efforts);
        assert_eq!(changed.models, shipped.models);
        assert_eq!(row(&changed, "drop.temperature"), row(&shipped, "drop.temperature"));
        let clamp = row(&changed, "clamp.max_completion_tokens").unwrap();
        assert_eq!(clamp.verb, Verb::Clamp { min: None, max: Some(1000.0) });
        let origin = |key: &str| changed.origins[key].as_str();
        assert_eq!((origin("retires"), origin("context.output")), ("overlay", "overlay"));
        assert_eq!((origin("efforts"), origin("streaming")), ("gpt-5.1", "switchable"));
        assert_eq!((origin("drop.temperature"), origin("drop.logprobs")), ("switchable", "gpt-5.1"));
    }

    #[test]
    fn a_row_is_replaced_in_its_place() {
        let shipped = family(&Catalog::embedded(), "gpt-5");
        let catalog = load("gpt-5.chat.stop = { drop = true, unless = ['END'], why = 'Ours.' }").unwrap();
        let changed = family(&catalog, "gpt-5");
        let stop = row(&changed, "drop.stop").unwrap();
        assert_eq!((&*stop.why, &stop.unless), ("Ours.", &vec![text("END")]));
        assert_eq!(changed.origins["drop.stop"], "overlay");
        let ids = |profile: &Profile| profile.chat.iter().map(|row| row.id.clone()).collect::<Vec<_>>();
        assert_eq!(ids(&changed), ids(&shipped));
    }

    #[test]
    fn a_parameter_can_be_taken_after_all() {
        let catalog =
            load("gpt-5.chat = { temperature = 'take', stop = ['take', { refuse = true, why = 'No.' }] }")
                .unwrap();
        let changed = family(&catalog, "gpt-5");
        assert!(row(&changed, "drop.temperature").is_none() && row(&changed, "drop.stop").is_none());
        assert!(row(&changed, "refuse.stop").is_some());
        assert!(!changed.origins.contains_key("drop.temperature"));
        assert!(row(&changed, "drop.top_p").is_some());
        let uncapped = load("gpt-4o.chat = { max_tokens = 'take' }").unwrap();
        assert!(row(&family(&uncapped, "gpt-4o"), "clamp.max_tokens").is_none());
    }

    #[test]
    fn a_base_can_be_changed_for_all_its_families() {
        let catalog = load("switchable.chat.stop = 'take'").unwrap();
        assert!(row(&family(&catalog, "gpt-6"), "drop.stop").is_none());
        assert!(row(&family(&catalog, "gpt-5"), "drop.stop").is_some());
    }

    #[test]
    fn a_new_family_stands_on_a_shipped_one() {
        let catalog =
            load("ours = { inherits = 'gpt-5.1', models = ['ours-7b'], default_effort = 'low' }").unwrap();
        let ours = catalog.by_model("ours-7b-2026-01-01").unwrap();
        assert_eq!(&*ours.name, "ours");
        assert_eq!(ours.defaults["reasoning_effort"], text("low"));
        assert_eq!(ours.context, family(&catalog, "gpt-5.1").context);
        assert_eq!(&*catalog.by_model("gpt-5.1").unwrap().name, "gpt-5.1", "models are not inherited");
        assert_eq!(catalog.families().last().unwrap().name, ours.name);
    }

    #[test]
    fn every_verb_can_be_written() {
        let catalog = load(
            "ours.chat.a = { rename = 'b' }
             ours.chat.c = { clamp = { min = 1, max = 2.5 } }
             ours.chat.d = { allow = ['x', 1, true], map = { y = 'x' }, same = true, why = 'Because.' }
             ours.chat.e = { refuse = true, when = { 'f.g' = ['h'], i = 2 }, why = 'Because.' }",
        )
        .unwrap();
        let ours = family(&catalog, "ours");
        assert_eq!(row(&ours, "rename.a").unwrap().verb, Verb::Rename("b".to_owned()));
        assert_eq!(row(&ours, "clamp.c").unwrap().verb, Verb::Clamp { min: Some(1.0), max: Some(2.5) });
        let values = vec![text("x"), Scalar::Number(1.0), Scalar::Bool(true)];
        let map = vec![(text("y"), text("x"))];
        assert_eq!(row(&ours, "map.d").unwrap().verb, Verb::Allow { values, map });
        let guards = vec![("f.g".to_owned(), vec![text("h")]), ("i".to_owned(), vec![Scalar::Number(2.0)])];
        assert_eq!(row(&ours, "refuse.e").unwrap().when, guards);
    }
}

mod mistakes {
    use super::*;

    /// An overlay, and the one thing that must be said of it.
    const MISTAKES: &[(&str, &str)] = &[
        ("a = 1", "families.a: a family is a table"),
        ("unknown = {}", "families.unknown: `unknown` is the family of which nothing is known"),
        (
            "a.inherits = 'switchabel'",
            "families.a.inherits: there is no family `switchabel`; did you mean `switchable`?",
        ),
        ("a.inherits = 'b'\nb.inherits = 'a'", "families.a.inherits: `a` inherits from itself"),
        (
            "a.inherits = 'b'\nb.inherits = 'gpt-5'",
            "families.a.inherits: the line a → b → gpt-5 → reasoning is too long; a family inherits through 3 names",
        ),
        (
            "gpt-5.inherits = 'gpt-6'",
            "families.gpt-5.inherits: the line gpt-5 → gpt-6 → switchable is too long",
        ),
        ("a.eforts = []", "families.a.eforts: unknown key `eforts`; did you mean `efforts`?"),
        ("a.efforts = 'low'", "families.a.efforts: \"low\" is no list of texts"),
        ("a.efforts = ['hihg']", "families.a.efforts: `hihg` is not known here; did you mean `high`?"),
        (
            "a.streaming = 'off'",
            "families.a.streaming: `off` is not known here; write one of `native`, `synthesized`",
        ),
        (
            "a.operations = ['chats']",
            "families.a.operations: `chats` is not known here; did you mean `chat`?",
        ),
        ("a.source = 7", "families.a.source: `7` is no text"),
        ("a.context = { output = -1 }", "families.a.context.output: `-1` is no whole number above zero"),
        ("a.context = { total = 1 }", "families.a.context.total: unknown key `total`; write one of `window`"),
        ("a.retires = '2027-13-01'", "families.a.retires: \"2027-13-01\" is no date"),
        ("a.retires = 2027-02-09", "families.a.retires: a bare date is no date such as"),
        ("a.min_api_version = '2024'", "families.a.min_api_version: \"2024\" is no api-version"),
        (
            "gpt-5.default_effort = 'xhigh'",
            "families.gpt-5.default_effort: `xhigh` is none of the family's efforts",
        ),
        ("a.models = ['GPT-4o']", "families.a.models: `GPT-4o` belongs to the family `gpt-4o` too"),
        ("a.chat.stop = 'drop'", "families.a.chat.stop: \"drop\" says nothing of `stop`"),
        ("a.chat.stop = {}", "families.a.chat.stop: the row has no verb; write one of `rename`, `drop`"),
        (
            "a.chat.stop = { dorp = true }",
            "families.a.chat.stop.dorp: unknown key `dorp`; did you mean `drop`?",
        ),
        ("a.chat.stop = { drop = true }", "families.a.chat.stop.why: `drop` needs a `why`"),
        ("a.chat.stop = { refuse = true, why = ' ' }", "families.a.chat.stop.why: \" \" is no text"),
        ("a.chat.stop = { allow = ['x'] }", "families.a.chat.stop.why: `allow` needs a `why`"),
        (
            "a.chat.stop = { drop = false, why = 'x' }",
            "families.a.chat.stop.drop: `drop = false` says nothing",
        ),
        ("a.chat.stop = { drop = true, rename = 'x' }", "several verbs: `rename`, `drop`"),
        (
            "a.chat.stop = { rename = 'x', map = {} }",
            "families.a.chat.stop.map: `map` belongs beside `allow`",
        ),
        ("a.chat.stop = { clamp = {} }", "families.a.chat.stop.clamp: no bound is given"),
        (
            "a.chat.stop = { clamp = { min = 2, max = 1 } }",
            "families.a.chat.stop.clamp: `min` is above `max`",
        ),
        (
            "a.chat.stop = { rename = 'x', when = { b = {} } }",
            "families.a.chat.stop.when.b: a table is no plain value",
        ),
        (
            "a.chat.stop = [{ rename = 'x' }, { rename = 'y' }]",
            "families.a.chat.stop: `rename.stop` is written twice",
        ),
        ("a.chat.'x.y' = [1]", "families.a.chat.\"x.y\".0: `1` says nothing of `x.y`"),
    ];

    #[test]
    fn each_is_told_with_its_place_and_remedy() {
        for (overlay, expected) in MISTAKES {
            let Err(told) = load(overlay) else { panic!("{overlay} was taken") };
            assert!(
                told.iter().any(|line| line.contains(expected)),
                "{overlay}\nsaid {told:#?}\nnot  {expected}"
            );
        }
    }

    #[test]
    fn all_are_told_at_once() {
        let mut overlay = String::new();
        for n in 0..5 {
            writeln!(overlay, "f{n} = {{ eforts = [], retires = 'never', chat = {{ stop = {{}} }} }}")
                .unwrap();
        }
        assert_eq!(load(&overlay).unwrap_err().len(), 15);
    }

    #[test]
    fn a_missing_base_is_told_once() {
        let told = load("a.inherits = 'nothing'\nb.inherits = 'a'").unwrap_err();
        assert_eq!(told.len(), 1, "{told:#?}");
    }
}
