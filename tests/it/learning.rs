//! Learning against the simulator: every model is forced to be unknown, and what it refuses is all that is known of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::Path,
    sync::LazyLock,
};

use azgate::{
    call::{Dialect, OUTLINE_DEPTH, Refusal},
    catalog::{Catalog, Profile, Surfaces},
    config::{self, CheckContext, Environment},
    json::Document,
    sim,
    translate::{
        Target,
        learn::{Lessons, lessons},
    },
};
use bytes::Bytes;

use crate::support::calls::{cases, families, judged, planned};

const SURFACES: [&str; 2] = ["v1", "2024-10-21"];

/// How many refusals a call costs at most that is taken in the end.
const MOST: usize = 6;

/// What cannot be learned, with the reason. What azgate refuses for a family that it knows is in the judge's list too.
const HOPELESS: &[(&str, &str)] = &[
    ("OperationNotSupported", "neither operation serves it: it is retired, or no deployment of its own"),
    ("is only allowed when 'functions' are specified", "no row can say that another key is absent"),
    ("is only allowed when 'tools' are specified", "no row can say that another key is absent"),
    ("Unknown parameter: 'input[0].x_note'", "nothing is done to a client's messages but their roles"),
    ("A developer message and a system message", "the wording is the simulator's own: none is captured"),
    (
        "Invalid 'messages[1].tool_calls': empty array",
        "nothing is done to a client's messages but their roles",
    ),
    ("Invalid 'stop': empty array", "an empty list is the client's mistake, whatever the model"),
    ("Invalid content type. image_url", "refuse.modality: without the image it is another question"),
    ("Invalid value: 'custom'", "refuse.custom_tools"),
    ("maximum context length", "azgate counts no tokens"),
    ("Unrecognized request argument supplied: reasoning_effort", "it is null, which a row takes for absent"),
    ("is not supported with 'prediction'", "one of two parameters, and Azure does not say which"),
    ("does not support 'function' with", "refuse.tool_messages: results of calls cannot go"),
    ("does not support 'tool' with", "refuse.tool_messages: results of calls cannot go"),
    ("Extra inputs are not permitted", "On Your Data's own words, about what stands beside it"),
];

/// What needs the policy's leave, each as in the judge's list.
const REFUSED: &[&str] = &[
    "bridge.responses",
    "refuse.data_sources",
    "refuse.tools",
    "refuse.functions",
    "refuse.function_call",
    "refuse.response_format",
    "refuse.n",
    "refuse.modalities",
    "refuse.web_search_options",
    "version.web_search_options",
];

static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::embedded);
static SHIPPED: LazyLock<Surfaces> = LazyLock::new(Surfaces::embedded);

#[derive(Debug)]
enum End {
    Taken(Bytes),
    Refused(Refusal),
    Hopeless(String),
}

fn target(profile: Profile, surface: &str) -> Target {
    Target::new("alias", profile.into(), surface.parse().unwrap(), &SHIPPED)
}

/// Sends a body to a model until it is taken or nothing is learned any more.
fn amended(base: &Profile, model: &str, surface: &str, body: &Bytes) -> (End, Lessons, usize) {
    let mut learned = Lessons::default();
    for refusals in 0..=Lessons::MOST {
        let target = target(learned.amend(base), surface);
        let (plan, sent) = match planned(Dialect::Chat, body, &target) {
            Ok(planned) => planned,
            Err(refusal) => return (End::Refused(refusal), learned, refusals),
        };
        let Err(error) = judged(model, &plan, &sent) else {
            return (End::Taken(sent), learned, refusals);
        };
        let document = Document::parse(sent, OUTLINE_DEPTH).unwrap();
        let found = lessons(error.status, error.body.as_bytes(), plan.dialect, &document, &target);
        if found.is_empty() {
            return (End::Hopeless(error.body), learned, refusals + 1);
        }
        let before = learned.clone();
        assert!(found.into_iter().all(|lesson| learned.add(lesson)));
        assert_ne!(before, learned, "a lesson that teaches nothing new");
    }
    panic!("{model} on {surface} never ends: {learned:?}")
}

/// The catalog of a configuration with these lines at its end.
fn configured(overlay: &str) -> Catalog {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("azgate.toml");
    let resource = "[resources.a]\nendpoint = 'https://a.example'\napi_key = { env = 'KEY' }\n";
    std::fs::write(&file, format!("{resource}{overlay}")).unwrap();
    let environment = Environment::from_iter([("KEY", "k")]);
    let read = |_: &Path| Err(io::Error::from(io::ErrorKind::NotFound));
    let draft = config::load(Some(&file), &environment, &[]);
    let checked =
        config::check(draft, &CheckContext { environment: &environment, read: &read, dry_run: false });
    assert!(checked.problems.is_empty(), "{overlay}\n{:#?}", checked.problems);
    checked.settings.unwrap().catalog
}

#[test]
fn whatever_a_model_refuses_a_call_ends_taken_or_refused_for_a_reason_that_is_listed() {
    let unknown = CATALOG.unknown();
    let known = |name: &&String| sim::models().any(|model| model == *name);
    let families = families();
    let mut wrong = BTreeMap::<String, BTreeSet<&str>>::new();
    let mut used = BTreeSet::new();
    let mut overlays = BTreeMap::new();
    for model in families.iter().flat_map(|family| family.models.iter().filter(known)) {
        for surface in SURFACES {
            for case in cases(Dialect::Chat) {
                let (end, learned, refusals) = amended(&unknown, model, surface, &case.body);
                let taken = match end {
                    End::Taken(_) if refusals > MOST => Err(format!("taken after {refusals} refusals")),
                    End::Taken(sent) => Ok(sent),
                    End::Refused(refusal) => match REFUSED.iter().find(|rule| **rule == &*refusal.rule) {
                        Some(rule) => {
                            used.insert(*rule);
                            continue;
                        }
                        None => Err(refusal.rule.to_string()),
                    },
                    End::Hopeless(body) => match HOPELESS.iter().find(|(text, _)| body.contains(text)) {
                        Some((text, _)) => {
                            used.insert(text);
                            continue;
                        }
                        None => Err(body),
                    },
                };
                match taken {
                    Ok(sent) if !learned.is_empty() => {
                        let text = learned.overlay("alias", &unknown, &CATALOG);
                        overlays.entry((text, surface)).or_insert((case.body, sent));
                    }
                    Ok(_) => {}
                    Err(why) => {
                        wrong.entry(format!("{}: {why}", case.name)).or_default().insert(model);
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let idle: Vec<_> =
        HOPELESS.iter().map(|(text, _)| text).chain(REFUSED).filter(|text| !used.contains(**text)).collect();
    assert!(idle.is_empty(), "this happens no more: {idle:?}");
    for ((text, surface), (body, sent)) in overlays {
        let profile = configured(&text).by_model("alias").unwrap();
        let again = planned(Dialect::Chat, &body, &target(Profile::clone(&profile), surface)).unwrap().1;
        assert_eq!(again, sent, "{text}");
    }
}
