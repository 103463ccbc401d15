//! Learning against the simulator: azgate treats every model as unknown, and learns only from its refusals.

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

/// The most refusals before a call is accepted.
const MOST: usize = 8;

/// Refusals from which azgate cannot learn, with the reason. The list in `judge` contains those that azgate refuses
/// itself for a known family.
const UNLEARNABLE: &[(&str, &str)] = &[
    ("OperationNotSupported", "neither operation serves it: it is retired, or has no deployment of its own"),
    ("is only allowed when 'functions' are specified", "no rule can require that another key is absent"),
    ("is only allowed when 'tools' are specified", "no rule can require that another key is absent"),
    (
        "A developer message and a system message",
        "the message is the simulator's own: none of Azure's is captured",
    ),
    ("Invalid 'messages[1].tool_calls': empty array", "azgate changes only the roles of a client's messages"),
    ("Invalid 'stop': empty array", "an empty list is the client's mistake, whatever the model"),
    ("Invalid content type. image_url", "refuse.modality: without the image the question changes"),
    ("Invalid value: 'custom'", "refuse.custom_tools"),
    ("maximum context length", "azgate does not count tokens"),
    (
        "Unrecognized request argument supplied: reasoning_effort",
        "the value is null, which a rule treats as absent",
    ),
    ("is not supported with 'prediction'", "one of two parameters causes it, and Azure does not name it"),
    ("does not support 'function' with", "refuse.tool_messages: results of calls cannot be dropped"),
    ("does not support 'tool' with", "refuse.tool_messages: results of calls cannot be dropped"),
];

/// Rules that refuse a call, as in the list in `judge`.
const REFUSED: &[&str] = &[
    "bridge.responses",
    "refuse.data_sources_identity",
    "refuse.data_sources",
    "refuse.hosted_tools",
    "refuse.mcp_approval",
    "refuse.modality",
    "refuse.tools",
    "refuse.functions",
    "refuse.function_call",
    "refuse.response_format",
    "refuse.response_format.json_schema",
    "refuse.n",
    "refuse.modalities",
    "refuse.responses_words",
    "refuse.web_search_options",
    "version.web_search_options",
];

static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::embedded);
static SHIPPED: LazyLock<Surfaces> = LazyLock::new(Surfaces::embedded);

#[derive(Debug)]
enum End {
    Accepted(Bytes),
    Refused(Refusal),
    Unlearnable(String),
}

fn target(profile: Profile, surface: &str) -> Target {
    Target::new("alias", profile.into(), surface.parse().unwrap(), &SHIPPED)
}

/// Sends a body to a model until the model accepts it or azgate learns nothing more.
fn amended(base: &Profile, model: &str, surface: &str, body: &Bytes) -> (End, Lessons, usize) {
    let mut learned = Lessons::default();
    for refusals in 0..=Lessons::MOST {
        let target = target(learned.amend(base), surface);
        let (plan, sent) = match planned(Dialect::Chat, body, &target) {
            Ok(planned) => planned,
            Err(refusal) => return (End::Refused(refusal), learned, refusals),
        };
        let Err(error) = judged(model, &plan, &sent) else {
            return (End::Accepted(sent), learned, refusals);
        };
        let document = Document::parse(sent, OUTLINE_DEPTH).unwrap();
        let found = lessons(error.status, error.body.as_bytes(), plan.dialect, &document, &target);
        if found.is_empty() {
            return (End::Unlearnable(error.body), learned, refusals + 1);
        }
        let before = learned.clone();
        assert!(found.into_iter().all(|lesson| learned.add(lesson)));
        assert_ne!(before, learned, "the lesson changes nothing");
    }
    panic!("{model} on {surface} still refuses the call: {learned:?}")
}

/// Returns the catalog of a config that ends with these lines.
fn configured(overlay: &str) -> Catalog {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("azgate.toml");
    let resource = "[resources.a]\nendpoint = 'https://a.example'\napi_key = { env = 'KEY' }\n";
    std::fs::write(&file, format!("{resource}{overlay}")).unwrap();
    let environment = Environment::from_iter([("KEY", "k")]);
    let read = |_: &Path| Err(io::Error::from(io::ErrorKind::NotFound));
    let draft = config::load(Some(&file), &environment, &[]);
    let checked = config::check(
        draft,
        &CheckContext { environment: &environment, read: &read, today: None, dry_run: false },
    );
    assert!(checked.problems.is_empty(), "{overlay}\n{:#?}", checked.problems);
    checked.settings.unwrap().catalog
}

#[test]
fn every_call_to_an_unknown_model_is_accepted_in_the_end_or_refused_for_a_listed_reason() {
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
                let accepted = match end {
                    End::Accepted(_) if refusals > MOST => Err(format!("accepted after {refusals} refusals")),
                    End::Accepted(sent) => Ok(sent),
                    End::Refused(refusal) => match REFUSED.iter().find(|rule| **rule == &*refusal.rule) {
                        Some(rule) => {
                            used.insert(*rule);
                            continue;
                        }
                        None => Err(refusal.rule.to_string()),
                    },
                    End::Unlearnable(body) => {
                        match UNLEARNABLE.iter().find(|(text, _)| body.contains(text)) {
                            Some((text, _)) => {
                                used.insert(text);
                                continue;
                            }
                            None => Err(body),
                        }
                    }
                };
                match accepted {
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
    let unused: Vec<_> = UNLEARNABLE
        .iter()
        .map(|(text, _)| text)
        .chain(REFUSED)
        .filter(|text| !used.contains(**text))
        .collect();
    assert!(unused.is_empty(), "no call ends for these reasons any more: {unused:?}");
    for ((text, surface), (body, sent)) in overlays {
        let profile = configured(&text).by_model("alias").unwrap();
        let again = planned(Dialect::Chat, &body, &target(Profile::clone(&profile), surface)).unwrap().1;
        assert_eq!(again, sent, "{text}");
    }
}
