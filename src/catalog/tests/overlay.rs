//! What an overlay changes, and what stays as it was.

use super::*;

#[test]
fn one_changed_value_keeps_the_rest() {
    let shipped = family(&Catalog::embedded(), "gpt-5.1");
    let catalog = load("'gpt-5.1' = { retires = '2030-01-01', context = { output = 1000 } }").unwrap();
    let changed = family(&catalog, "gpt-5.1");
    assert_eq!(changed.retires.as_deref(), Some("2030-01-01"));
    assert_eq!(changed.context, TokenLimits { output: Some(1000), ..shipped.context });
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
    let ids =
        |profile: &Profile| profile.rows(Dialect::Chat).iter().map(|row| row.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&changed), ids(&shipped));
}

#[test]
fn an_inherited_row_can_be_removed() {
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
fn each_dialect_has_its_own_rows_under_common_names() {
    let catalog = load(
        "gpt-5 = { chat = { temperature = 'take' }, responses = { top_p = 'take', max_output_tokens = 'take', 'reasoning.effort' = { allow = ['low'], why = 'Ours.' } } }",
    )
    .unwrap();
    let changed = family(&catalog, "gpt-5");
    let has = |dialect: Dialect, id: &str| changed.rows(dialect).iter().any(|row| &*row.id == id);
    assert!(!has(Dialect::Chat, "drop.temperature") && has(Dialect::Responses, "drop.temperature"));
    assert!(has(Dialect::Chat, "drop.top_p") && !has(Dialect::Responses, "drop.top_p"));
    assert!(!has(Dialect::Responses, "clamp.max_output_tokens"));
    assert!(has(Dialect::Responses, "map.reasoning_effort"), "both dialects use its name in chat");
    let origin = |dialect, id| changed.origin(dialect, id);
    assert_eq!(origin(Dialect::Chat, "drop.temperature"), None);
    assert_eq!(origin(Dialect::Responses, "drop.temperature"), Some("reasoning"));
    assert_eq!(origin(Dialect::Responses, "map.reasoning_effort"), Some("overlay"));
}

#[test]
fn a_base_can_be_changed_for_all_its_families() {
    let catalog = load("switchable.chat.stop = 'take'").unwrap();
    assert!(row(&family(&catalog, "gpt-6"), "drop.stop").is_none());
    assert!(row(&family(&catalog, "gpt-5"), "drop.stop").is_some());
}

#[test]
fn a_new_family_can_inherit_from_a_shipped_one() {
    let catalog =
        load("ours = { inherits = 'gpt-5.1', models = ['ours-7b'], default_effort = 'low' }").unwrap();
    let ours = catalog.by_model("ours-7b-2026-01-01").unwrap();
    assert_eq!(&*ours.name, "ours");
    assert_eq!(ours.default(Dialect::Chat, "reasoning_effort"), Some(&text("low")));
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
