//! What is known of a deployment, how it comes to be, and how it goes.

use std::{sync::Arc, time::Duration};

use super::*;
use crate::{
    call::{Dialect, OUTLINE_DEPTH},
    catalog::{Catalog, Profile, Streaming, Surfaces},
    json::Document,
    translate::{
        Target,
        learn::{Lesson, lessons},
    },
};

const TERMS: LearningOptions = LearningOptions { enabled: true, ttl: Duration::from_mins(1) };

fn catalog() -> Arc<Catalog> {
    Arc::new(Catalog::embedded())
}

fn knowledge(
    knowledge_store: &KnowledgeStore,
    said: Option<(FamilySource, &str)>,
    learning_options: LearningOptions,
) -> Arc<Knowledge> {
    let catalog = catalog();
    let said = said.map(|(found, family)| (found, catalog.family(family).unwrap()));
    knowledge_store.knowledge(("main", "mystery-7"), said, &catalog, learning_options)
}

fn unknown() -> Arc<Knowledge> {
    knowledge(&KnowledgeStore::default(), None, TERMS)
}

/// What is learned where Azure takes a parameter no more.
fn refused(param: &str) -> Vec<Lesson> {
    let answer = format!(r#"{{"error":{{"message":"Unknown parameter: '{param}'."}}}}"#);
    let sent = Document::parse(format!(r#"{{"{param}":"x"}}"#).into(), OUTLINE_DEPTH).unwrap();
    let target = Target::new("d", catalog().unknown(), crate::call::Surface::V1, &Surfaces::embedded());
    lessons(400, answer.as_bytes(), Dialect::Chat, &sent, &target)
}

fn ids(profile: &Profile) -> Vec<&str> {
    profile.rows(Dialect::Chat).iter().map(|row| &*row.id).collect()
}

async fn learn(knowledge: &Arc<Knowledge>, params: &[&str]) {
    let mut probe = knowledge.learning_permit().await.unwrap();
    assert!(probe.learn(params.iter().flat_map(|param| refused(param)).collect()));
    probe.succeed();
}

#[tokio::test]
async fn a_lesson_counts_at_once_and_stays_only_after_a_success() {
    let knowledge = unknown();
    let before = knowledge.profile();
    assert!(Arc::ptr_eq(&before, &knowledge.profile()));
    let mut probe = knowledge.learning_permit().await.unwrap();
    assert!(probe.learn(refused("user")));
    assert_eq!(ids(&knowledge.profile()), ["drop.user"]);
    drop(probe);
    assert!(ids(&knowledge.profile()).is_empty());
    learn(&knowledge, &["user"]).await;
    let after = knowledge.profile();
    assert_eq!(ids(&after), ["drop.user"]);
    assert!(Arc::ptr_eq(&after, &knowledge.profile()), "nothing has changed since");
}

#[tokio::test]
async fn a_lesson_stays_once_azure_refuses_another_place_and_goes_if_it_did_not_help() {
    let knowledge = unknown();
    let mut probe = knowledge.learning_permit().await.unwrap();
    assert!(probe.learn(refused("user")) && probe.learn(refused("seed")) && probe.learn(refused("seed")));
    drop(probe);
    assert_eq!(ids(&knowledge.profile()), ["drop.user"]);
    let probe = knowledge.learning_permit().await.unwrap();
    probe.note_progress(&[]);
    assert_eq!(ids(&knowledge.profile()), ["drop.user"]);
}

#[tokio::test(start_paused = true)]
async fn a_lesson_holds_for_its_time() {
    let knowledge = unknown();
    learn(&knowledge, &["user"]).await;
    tokio::time::advance(TERMS.ttl / 2).await;
    learn(&knowledge, &["stop"]).await;
    tokio::time::advance(TERMS.ttl / 2).await;
    assert_eq!(ids(&knowledge.profile()), ["drop.stop"]);
    tokio::time::advance(TERMS.ttl / 2).await;
    assert!(ids(&knowledge.profile()).is_empty() && knowledge.overlay().is_none());
}

#[tokio::test(start_paused = true)]
async fn one_call_learns_and_the_others_wait_two_seconds_at_most() {
    let knowledge = unknown();
    let turn = knowledge.first_call_permit().await.unwrap();
    let mut probe = knowledge.learning_permit().await.unwrap();
    let waiting = tokio::spawn({
        let knowledge = knowledge.clone();
        async move { (knowledge.first_call_permit().await.is_some(), tokio::time::Instant::now()) }
    });
    let start = tokio::time::Instant::now();
    assert!(probe.learn(refused("user")));
    let (admitted, at) = waiting.await.unwrap();
    assert!(!admitted && at - start == Duration::from_secs(2));
    assert_eq!(ids(&knowledge.profile()), ["drop.user"], "it goes on with what is known so far");
    probe.succeed();
    turn.succeed();
    assert!(knowledge.first_call_permit().await.is_none(), "the deployment has answered");
}

#[tokio::test]
async fn a_hundred_first_calls_make_one_round_of_lessons() {
    let knowledge = unknown();
    let rounds = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let calls: Vec<_> = (0..100)
        .map(|_| {
            let (knowledge, rounds) = (knowledge.clone(), rounds.clone());
            tokio::spawn(async move {
                let turn = knowledge.first_call_permit().await;
                tokio::task::yield_now().await;
                if ids(&knowledge.profile()).is_empty() {
                    rounds.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    learn(&knowledge, &["user"]).await;
                }
                if let Some(turn) = turn {
                    turn.succeed();
                }
            })
        })
        .collect();
    for call in calls {
        call.await.unwrap();
    }
    assert_eq!(rounds.load(std::sync::atomic::Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_call_that_learned_while_the_deployment_became_a_router_keeps_nothing() {
    let knowledge = unknown();
    let mut probe = knowledge.learning_permit().await.unwrap();
    for model in ["gpt-4o-2024-11-20", "gpt-5-2025-08-07", "gpt-4o-2024-11-20"] {
        knowledge.observe_model(model);
    }
    assert_eq!(&*knowledge.profile().name, "model-router");
    assert!(!probe.learn(refused("user")));
    probe.succeed();
    assert!(knowledge.overlay().is_none() && !ids(&knowledge.profile()).contains(&"drop.user"));
}

#[tokio::test]
async fn a_caller_of_many_strange_keys_leaves_room_for_what_others_need() {
    let knowledge = unknown();
    let strange: Vec<String> = (0..40).map(|n| format!("x_{n}")).collect();
    for name in &strange {
        learn(&knowledge, &[name.as_str()]).await;
    }
    learn(&knowledge, &["temperature"]).await;
    let profile = knowledge.profile();
    let known = ids(&profile);
    assert_eq!((known.len(), known.last().copied()), (32, Some("drop.temperature")));
    for name in &strange {
        learn(&knowledge, &[name.as_str()]).await;
    }
    assert!(ids(&knowledge.profile()).contains(&"drop.temperature"), "a strange key never takes its place");
}

#[tokio::test]
async fn two_resources_deployments_of_one_name_make_lines_that_load() {
    let (knowledge_store, catalog) = (KnowledgeStore::default(), catalog());
    for (resource, param) in [("main", "user"), ("other", "stop")] {
        learn(&knowledge_store.knowledge((resource, "mystery-7"), None, &catalog, TERMS), &[param]).await;
    }
    let text = knowledge_store.overlays();
    let overlay: toml::Table = text.parse().unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert!(Catalog::load(overlay["families"].as_table().unwrap()).is_ok(), "{text}");
    assert!(text.contains("user = {") && text.contains("stop = {"), "{text}");
}

#[tokio::test]
async fn lines_for_a_family_of_the_configurations_own_say_so() {
    let overlay: toml::Table =
        "[families.mystery-7]\nmodels = [\"mystery-7\"]\nchat.stop = { drop = true, why = \"It is not taken.\" }".parse().unwrap();
    let catalog = Arc::new(Catalog::load(overlay["families"].as_table().unwrap()).unwrap());
    let said = Some((FamilySource::Named, catalog.by_model("mystery-7").unwrap()));
    let known = KnowledgeStore::default().knowledge(("main", "mystery-7"), said, &catalog, TERMS);
    learn(&known, &["user"]).await;
    let text = known.overlay().unwrap();
    assert!(text.contains("# The config may have this table already"), "{text}");
    let other = unknown();
    learn(&other, &["user"]).await;
    assert!(!other.overlay().unwrap().contains("already"));
}

#[test]
fn threads_that_ask_for_a_deployment_at_once_share_what_is_known_of_it() {
    let (knowledge_store, catalog) = (KnowledgeStore::default(), catalog());
    for round in 0..200 {
        let name = format!("d{round}");
        let barrier = std::sync::Barrier::new(4);
        let found: Vec<_> = std::thread::scope(|scope| {
            let ask = || {
                barrier.wait();
                knowledge_store.knowledge(("main", &name), None, &catalog, TERMS)
            };
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(ask)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(found.iter().all(|one| Arc::ptr_eq(one, &found[0])), "round {round}");
    }
}

#[tokio::test]
async fn calls_that_never_succeed_do_not_wait_for_each_other_for_ever() {
    let knowledge = unknown();
    for _ in 0..3 {
        drop(knowledge.first_call_permit().await.unwrap());
    }
    assert!(knowledge.first_call_permit().await.is_none());
    assert!(knowledge.learning_permit().await.is_some(), "they may still learn");
}

#[tokio::test]
async fn an_upstream_that_always_refuses_ends_after_eight_rounds() {
    let knowledge = unknown();
    let mut probe = knowledge.learning_permit().await.unwrap();
    let rounds = (0..100).take_while(|_| probe.learn(refused("user"))).count();
    assert_eq!(rounds, 8);
    assert!(!knowledge.probe_is_free());
    drop(probe);
    assert!(knowledge.probe_is_free());
}

#[tokio::test]
async fn an_answers_model_tells_the_family_and_drops_what_was_learned_of_another() {
    let knowledge = unknown();
    learn(&knowledge, &["user"]).await;
    knowledge.observe_model("sim-strict-1");
    assert_eq!((knowledge.found(), ids(&knowledge.profile()).len()), (FamilySource::Unknown, 1));
    knowledge.observe_model("");
    knowledge.observe_model("o1-2024-12-17");
    assert_eq!((&*knowledge.profile().name, knowledge.found()), ("o1", FamilySource::Answered));
    assert_eq!(knowledge.profile().streaming, Streaming::Synthesized);
    assert!(knowledge.overlay().is_none());
}

#[tokio::test(start_paused = true)]
async fn an_upgrade_is_followed_and_models_that_take_turns_are_a_router() {
    let knowledge = unknown();
    knowledge.observe_model("gpt-4o-2024-11-20");
    knowledge.observe_model("gpt-5-2025-08-07");
    assert_eq!(&*knowledge.profile().name, "gpt-5");
    tokio::time::advance(Duration::from_hours(2)).await;
    knowledge.observe_model("gpt-5.1-2025-11-13");
    assert_eq!(&*knowledge.profile().name, "gpt-5.1");
    knowledge.observe_model("gpt-5-nano-2025-08-07");
    assert_eq!(&*knowledge.profile().name, "model-router");
    assert!(knowledge.learning_permit().await.is_none(), "nothing is learned of it");
    knowledge.observe_model("gpt-4.1-2025-04-14");
    assert_eq!(&*knowledge.profile().name, "model-router");
}

#[tokio::test]
async fn what_a_configuration_says_stays_and_lessons_lie_on_top_of_it() {
    let knowledge = knowledge(&KnowledgeStore::default(), Some((FamilySource::Declared, "gpt-4.1")), TERMS);
    assert!(knowledge.first_call_permit().await.is_none());
    learn(&knowledge, &["user"]).await;
    knowledge.observe_model("o1-2024-12-17");
    let profile = knowledge.profile();
    assert_eq!((&*profile.name, ids(&profile).last().copied()), ("gpt-4.1", Some("drop.user")));
    let overlay = knowledge.overlay().unwrap();
    assert!(overlay.contains("inherits = \"gpt-4.1\""), "{overlay}");
}

#[tokio::test]
async fn a_new_configuration_finds_what_was_learned_unless_it_says_otherwise() {
    let knowledge_store = KnowledgeStore::default();
    learn(&knowledge(&knowledge_store, None, TERMS), &["user"]).await;
    assert_eq!(ids(&knowledge(&knowledge_store, None, TERMS).profile()), ["drop.user"]);
    let declared = knowledge(&knowledge_store, Some((FamilySource::Declared, "gpt-5")), TERMS);
    assert!(!ids(&declared.profile()).contains(&"drop.user"));
    let off = knowledge(&knowledge_store, None, LearningOptions { enabled: false, ..TERMS });
    assert!(ids(&off.profile()).is_empty());
    assert!(off.first_call_permit().await.is_none() && off.learning_permit().await.is_none());
    off.observe_model("o1");
    assert_eq!(off.found(), FamilySource::Unknown);
}

#[tokio::test]
async fn azures_list_tells_the_family_of_what_is_unknown_before_and_after() {
    let knowledge_store = KnowledgeStore::default();
    let early = knowledge(&knowledge_store, None, TERMS);
    let declared = knowledge(&knowledge_store, Some((FamilySource::Declared, "gpt-4.1")), TERMS);
    let list = [("mystery-7", "gpt-5"), ("late", "o3"), ("strange", "sim-strict-1")];
    knowledge_store.note_listed("main", list.map(|(name, model)| (name.to_owned(), model.to_owned())));
    assert_eq!((&*early.profile().name, early.found()), ("gpt-5", FamilySource::Discovered));
    assert_eq!(&*declared.profile().name, "gpt-4.1");
    let catalog = catalog();
    let of = |resource, name| {
        knowledge_store.knowledge((resource, name), None, &catalog, TERMS).profile().name.clone()
    };
    assert_eq!(
        (&*of("main", "late"), &*of("main", "strange"), &*of("other", "late")),
        ("o3", "unknown", "unknown")
    );
    assert_eq!(knowledge_store.deployments("main"), ["late", "mystery-7", "strange"]);
}

#[tokio::test]
async fn the_ledger_shows_and_counts_what_was_learned() {
    let knowledge_store = KnowledgeStore::default();
    let known = knowledge(&knowledge_store, None, TERMS);
    learn(&known, &["user", "stop"]).await;
    assert!(known.learning_permit().await.unwrap().learn(refused("seed")));
    let text = knowledge_store.overlays();
    let overlay: toml::Table = text.parse().unwrap();
    assert!(Catalog::load(overlay["families"].as_table().unwrap()).is_ok(), "{text}");
    assert!(text.starts_with("# Deployment \"mystery-7\" of resource \"main\"; expires in "), "{text}");
    let metrics = shown(&knowledge_store);
    for line in [
        r#"azgate_lessons_total{kind="drop",outcome="kept"} 2"#,
        r#"azgate_lessons_total{kind="drop",outcome="discarded"} 1"#,
        "azgate_lessons_held 2",
    ] {
        assert!(metrics.lines().any(|one| one == line), "{line} in {metrics}");
    }
}

fn shown(knowledge_store: &KnowledgeStore) -> String {
    let mut registry = prometheus_client::registry::Registry::with_prefix("azgate");
    knowledge_store.metrics.register(&mut registry);
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
    text
}

impl Knowledge {
    fn probe_is_free(&self) -> bool {
        self.gate.available_permits() == 1
    }
}
