//! What a check says about models that the catalog does not know, and about those that Azure has retired.

use super::*;

#[test]
fn a_retired_model_is_reported_with_its_date_and_what_to_take() {
    let text = "[models.a]\nmodel = 'o3-2025-04-16'\n[models.gpt-5-chat]\n[models.c]\nmodel = 'gpt-6-sol'\n\
                [models.d]\ndeployment = 'behaves-like-o1'\nfamily = 'o1'\n";
    let on = |today| with_east(text).on(today).problems();
    assert_eq!(on("2026-06-28"), [""; 0]);
    let chat = "azgate.toml:6:9: warning: models.gpt-5-chat.deployment: Azure retired the model `gpt-5-chat` on \
                2026-06-29 (deploy `gpt-chat-latest` instead; if Azure still serves yours, write its date as `retires` under \
                families.\"gpt-5-chat\")";
    assert_eq!(on("2026-06-29"), [chat]);
    let problems = on("2026-11-19");
    assert_eq!(problems.len(), 2, "{problems:#?}");
    assert!(problems[0].starts_with("azgate.toml:5:9: warning: models.a.model: Azure retired the model `o3-2025-04-16` on 2026-11-19 (deploy `gpt-5.6-sol` instead; "), "{problems:#?}");
    assert!(with_east(text).on("2026-11-19").checked().settings.is_some());
}

#[test]
fn an_operators_own_date_counts() {
    let text = "[models.o1]\n[families.o1]\nretires = '2030-01-01'\n[families.mine]\ninherits = 'o3'\nmodels = ['mine-1']\n";
    assert_eq!(with_east(text).on("2026-12-01").problems(), [""; 0]);
    let text =
        format!("{text}retires = '2026-11-30'\nreplaced_by = 'mine-2'\n[models.m]\nmodel = 'mine-1'\n");
    let problems = with_east(&text).on("2026-12-01").problems();
    assert_eq!(problems.len(), 1, "{problems:#?}");
    assert!(problems[0].contains("on 2026-11-30 (deploy `mine-2` instead; "), "{problems:#?}");
}

#[test]
fn a_model_that_no_catalog_has_is_reported_unless_a_family_is_declared() {
    for (line, problem) in [
        (
            "model = 'gpt-4.l-mini'",
            Some(
                "5:9: warning: models.a.model: the catalog has no model `gpt-4.l-mini` (did you mean `gpt-4.1-mini`?)",
            ),
        ),
        (
            "model = 'llama-3'",
            Some(
                "5:9: warning: models.a.model: the catalog has no model `llama-3` (calls go up as they are; ",
            ),
        ),
        ("model = 'llama-3'\nfamily = 'gpt-4.1'", None),
        ("deployment = 'prod'", None),
        (
            "deployment = 'gpt-5-mini-prod'",
            Some(
                "5:14: warning: models.a.deployment: the deployment's name `gpt-5-mini-prod` does not tell its model (write `model = \"gpt-5-mini\"` if ",
            ),
        ),
        ("deployment = 'gpt-5-mini-prod'\nmodel = 'gpt-5-mini'", None),
        ("model = ''", Some("5:9: warning: models.a.model: the catalog has no model ``")),
    ] {
        let problems = with_east(&format!("[models.a]\n{line}\n")).problems();
        assert_eq!(problems.len(), usize::from(problem.is_some()), "{line}: {problems:#?}");
        let start = problem.map(|problem| format!("azgate.toml:{problem}")).unwrap_or_default();
        assert!(problems.concat().starts_with(&start), "{line}: {problems:#?}");
    }
}
