//! The family of the model that an answer names.

use super::*;

fn named(model: &str) -> Option<String> {
    Catalog::embedded().by_answer(model).map(|family| family.name.to_string())
}

#[test]
fn a_date_and_a_fine_tuning_suffix_are_ignored_and_the_longest_name_wins() {
    for (model, family) in [
        ("o1-2024-12-17", "o1"),
        ("o1-mini-2024-09-12", "o1-mini"),
        ("o1-something", "o1"),
        ("gpt-3.5-turbo-0125", "gpt-35-turbo"),
        ("gpt-35-turbo-16k-0613", "gpt-35-turbo-16k"),
        ("GPT-4o", "gpt-4o"),
        ("gpt-4o-2024-05-13", "gpt-4o-2024-05-13"),
        ("gpt-4o-2024-08-06.ft-0e208cf33a6a", "gpt-4o"),
        ("gpt-4o-mini-2024-07-18", "gpt-4o-mini"),
        ("gpt-5-chat-2025-10-03", "gpt-5-chat"),
        ("gpt-5-nano-2025-08-07", "gpt-5"),
        ("gpt-5.1-codex-max-2025-12-04", "gpt-5.1-codex-max"),
        ("gpt-5.1-2025-11-13-eu", "gpt-5.1"),
        ("gpt-6-astra", "gpt-6-astra"),
    ] {
        assert_eq!(named(model).as_deref(), Some(family), "{model}");
    }
}

#[test]
fn another_minor_version_is_another_model() {
    let long = format!("o1-{}", "x-".repeat(4000));
    for model in ["", "-", "gpt", "gpt-5.9-foo", "gpt-5.9", "o1.5", "o12", "gpt-7", "mystery-7", "é-1", &long]
    {
        assert_eq!(named(model), None, "{model}");
    }
}
