//! The table that azgate ships.

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
        assert!(!family.dialects.is_empty(), "{} has no operations", family.name);
        assert!(!family.source.is_empty(), "{} has no source", family.name);
        let reasons = family.efforts.as_ref().is_some_and(|efforts| !efforts.is_empty());
        for (dialect, param) in
            [(Dialect::Chat, "reasoning_effort"), (Dialect::Responses, "reasoning.effort")]
        {
            let has_default = family.default(dialect, param).is_some();
            assert_eq!(has_default, reasons, "{}: default effort", family.name);
        }
    }
}

#[test]
fn what_replaces_a_retired_family_is_served_for_longer() {
    let catalog = Catalog::embedded();
    for family in catalog.families().filter(|family| family.replaced_by.is_some()) {
        let model = family.replaced_by.as_deref().unwrap();
        let next = catalog.by_model(model).unwrap_or_else(|| panic!("{}: no model {model}", family.name));
        let (old, new) = (family.retires.as_deref().unwrap(), next.retires.as_deref().unwrap());
        assert!(new >= old, "{} retires on {old}, and {model} on {new}", family.name);
    }
}

#[test]
fn every_row_is_named_after_its_verb_and_parameter() {
    for family in Catalog::embedded().families() {
        for dialect in Dialect::ALL {
            rows_are_named(family, dialect);
        }
    }
}

fn rows_are_named(family: &Profile, dialect: Dialect) {
    let rows = family.rows(dialect);
    let ids: BTreeSet<&str> = rows.iter().map(|row| &*row.id).collect();
    assert_eq!(ids.len(), rows.len(), "{} has two rows of one name", family.name);
    for row in rows {
        let verb = match row.verb {
            Verb::Rename(_) => "rename",
            Verb::Drop => "drop",
            Verb::Refuse => "refuse",
            Verb::Allow { .. } => "map",
            Verb::Clamp { .. } => "clamp",
        };
        // A parameter that is plain in a chat call and nested in a Responses call goes by its name in chat.
        let name = match row.param.as_str() {
            "reasoning.effort" => "reasoning_effort",
            "text.format" => "response_format",
            "text.verbosity" => "verbosity",
            other => other,
        };
        assert_eq!(*row.id, format!("{verb}.{name}"), "{}", family.name);
        assert!(row.why.ends_with('.'), "{} {}: the reason is not a sentence", family.name, row.id);
        assert!(family.origin(dialect, &row.id).is_some(), "{} {}: no origin", family.name, row.id);
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
fn names_that_only_resemble_a_model_are_not_found() {
    let catalog = Catalog::embedded();
    for name in ["", "my-o1", "o1-turbo", "gpt-4o-2024", "gpt-5-chat-2025-10-03-eu", "gpt-7", "azure/gpt-4o"]
    {
        assert!(catalog.by_model(name).is_none(), "{name}");
    }
}

#[test]
fn a_family_is_found_by_the_name_of_a_model() {
    let catalog = Catalog::embedded();
    assert_eq!(&*catalog.family("gpt-5.6").unwrap().name, "gpt-5.6");
    assert_eq!(&*catalog.family("gpt-5-mini").unwrap().name, "gpt-5");
    assert_eq!(&*catalog.family("unknown").unwrap().name, "unknown");
    assert!(catalog.family("classic").is_none(), "an abstract block is not a family");
    assert_eq!(catalog.nearest("gpt5-mini"), Some("gpt-5-mini"));
    assert_eq!(catalog.nearest("llama"), None);
}

#[test]
fn the_unknown_family_has_no_rows() {
    let unknown = Catalog::embedded().unknown();
    assert!(
        Dialect::ALL.iter().all(|dialect| unknown.rows(*dialect).is_empty()) && unknown.dialects.is_empty()
    );
    assert_eq!(unknown.default(Dialect::Chat, "temperature"), Some(&Scalar::Number(1.0)));
    assert_eq!((unknown.system_role, unknown.streaming), (SystemRole::Any, Streaming::Native));
    assert_eq!((&unknown.efforts, &unknown.modalities), (&None, &None));
}
