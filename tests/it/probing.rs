//! `azgate probe`: what it asks, what it costs, and what it writes. The simulator knows what each model takes, from
//! sources of its own, so a catalog that is wrong must come out as a difference.

use std::{collections::BTreeSet, fs, path::Path, sync::Arc};

use azgate::{
    call::{Dialect, Surface},
    catalog::{Catalog, Profile, Surfaces},
    probe::{Finding, Interview, Outcome, Question},
    sim::{self, Fault, Simulator},
    translate::Target,
};
use serde_json::{Value, json};
use toml::Table;

use crate::support::{
    AZURE_KEY, Reply, Upstream,
    command::{self, Ended},
    twins,
};

// The pure part, with the simulator's checks alone.

/// The name of the probed deployment, which says nothing about its model.
const DEPLOYMENT: &str = "prod";

fn interview(catalog: &Arc<Catalog>, profile: Arc<Profile>, surface: &str, again: bool) -> Interview {
    let surfaces = Arc::new(Surfaces::embedded());
    let surface: Surface = surface.parse().unwrap();
    let target = Target { resource: "main".into(), ..Target::new(DEPLOYMENT, profile, surface, &surfaces) };
    Interview::new(target, catalog.clone(), surfaces, again)
}

/// Asks all that is open of the simulator's checks, and returns the ids of the questions.
fn ask(interview: &mut Interview, model: &str) -> Vec<String> {
    let mut asked = Vec::new();
    while let Some(question) = interview.open().into_iter().next() {
        let operation = match question.dialect {
            Dialect::Chat => sim::Operation::Chat,
            Dialect::Responses => sim::Operation::Responses,
        };
        let surface = question
            .api_version
            .as_ref()
            .map_or(sim::Surface::V1, |version| sim::Surface::Dated(version.to_string()));
        let outcome = match sim::judge(operation, model, &surface, &question.body()) {
            Ok(()) => interview.read(&question, 200, taken(&question).as_bytes()),
            Err(error) => interview.read(&question, error.status, error.body.as_bytes()),
        };
        let Outcome::Answered { answer, .. } = outcome else { panic!("{}: {outcome:?}", question.id) };
        interview.record(&question, &answer, None);
        asked.push(question.id);
        assert!(asked.len() < 200, "{asked:?}");
    }
    asked
}

/// Returns the answer of a model that takes a call: a completion or a response, or an event of one.
fn taken(question: &Question) -> String {
    let mut answer = json!({"usage": {"prompt_tokens": 9, "completion_tokens": 1}});
    match question.dialect {
        Dialect::Chat => answer["choices"] = json!([]),
        Dialect::Responses => answer["object"] = json!("response"),
    }
    let asked: Value = serde_json::from_slice(&question.body()).unwrap();
    if asked["stream"] == true { format!("data: {answer}\n\n") } else { answer.to_string() }
}

fn differing(interview: &Interview) -> Vec<Finding> {
    interview.findings().into_iter().filter(|finding| finding.differs).collect()
}

/// Probes a model that the catalog takes for one of `family`, and returns the first findings. The lines must settle
/// everything: under them nothing is open, and nothing differs if it is asked again.
fn probed(family: &str, model: &str, surface: &str) -> Result<Vec<Finding>, String> {
    let catalog = Arc::new(Catalog::embedded());
    let profile = catalog.family(family).unwrap();
    let mut first = interview(&catalog, profile, surface, false);
    ask(&mut first, model);
    let unclear: Vec<Finding> =
        first.findings().into_iter().filter(|finding| finding.azure == "unclear").collect();
    let text = first.overlay().text();
    let wrong = |what: &str| format!("{family} for {model} on {surface}: {what}\n{text}");
    if !unclear.is_empty() {
        return Err(wrong(&format!("{unclear:#?}")));
    }
    let overlay: Table = text.parse().map_err(|error| wrong(&format!("{error}")))?;
    let families = overlay["families"].as_table().unwrap();
    let catalog = Arc::new(Catalog::load(families).map_err(|problems| wrong(&format!("{problems:#?}")))?);
    let profile = catalog.by_model(DEPLOYMENT).unwrap();
    let mut second = interview(&catalog, profile.clone(), surface, false);
    let open = ask(&mut second, model);
    if !open.is_empty() {
        return Err(wrong(&format!("still open: {open:?}")));
    }
    let mut again = interview(&catalog, profile, surface, true);
    ask(&mut again, model);
    let left = differing(&again);
    if left.is_empty() { Ok(differing(&first)) } else { Err(wrong(&format!("{left:#?}"))) }
}

/// Fails with everything that went wrong.
fn all_right(outcomes: impl Iterator<Item = Result<Vec<Finding>, String>>) {
    let wrong: Vec<String> = outcomes.filter_map(Result::err).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Models of every class that the simulator knows.
const CLASSES: [&str; 10] = [
    "gpt-35-turbo-0301",
    "gpt-4o",
    "o1-preview",
    "o1",
    "o4-mini",
    "gpt-5",
    "gpt-5.2",
    "gpt-5.6-sol",
    "gpt-6-astra",
    "gpt-5.4-pro",
];

#[test]
fn the_lines_of_a_probe_turn_any_family_into_that_of_the_model() {
    let pairs = CLASSES.into_iter().flat_map(|model| CLASSES.map(|family| (family, model)));
    all_right(pairs.map(|(family, model)| probed(family, model, "v1")));
}

#[test]
fn the_lines_of_a_probe_describe_every_model_of_which_nothing_was_known() {
    // Neither operation serves o3-deep-research.
    let models = sim::models().filter(|model| *model != "o3-deep-research");
    all_right(models.map(|model| probed("unknown", model, "v1")));
}

#[test]
fn a_probe_of_the_shipped_catalog_finds_only_what_is_marked_as_unverified_there() {
    const KNOWN: [(&str, &str); 7] = [
        ("gpt-35-turbo", "chat.max_completion_tokens"),
        ("gpt-35-turbo-16k", "chat.parallel_tool_calls"),
        ("gpt-4", "chat.parallel_tool_calls"),
        ("gpt-4o-audio", "chat.response_format"),
        ("gpt-oss", "chat.custom_tools"),
        ("o3", "chat.temperature=1"),
        ("gpt-5.1", "logprobs"),
    ];
    let catalog = Catalog::embedded();
    for model in
        ["gpt-4o", "gpt-4.1", "gpt-5-chat", "o1", "o3-mini", "gpt-5", "gpt-5.2", "gpt-5.5", "gpt-6.1-sol"]
    {
        let family = catalog.by_model(model).unwrap();
        assert_eq!(probed(&family.name, model, "v1"), Ok(Vec::new()), "{model}");
    }
    for (family, row) in KNOWN {
        let model = catalog.family(family).unwrap().models[0].clone();
        let model = if family == "gpt-oss" { "gpt-oss-20b".to_owned() } else { model };
        let found = probed(family, &model, "v1").unwrap();
        assert!(found.iter().any(|finding| finding.row.contains(row)), "{family}: {found:#?}");
    }
}

#[test]
fn a_model_without_tools_is_told_apart_from_one_that_takes_them_on_the_other_operation() {
    let found = probed("gpt-6-astra", "gpt-35-turbo-0301", "v1").unwrap();
    let tools = found.iter().find(|finding| finding.row == "chat.tools").unwrap();
    assert_eq!((tools.catalog.as_str(), tools.azure.as_str()), ("bridges", "refuses"));
    let found = probed("gpt-6-astra", "gpt-6.1-sol", "v1").unwrap();
    assert!(!found.iter().any(|finding| finding.row == "chat.tools"), "{found:#?}");
}

#[test]
fn a_dated_surface_is_asked_only_what_its_api_version_knows() {
    for version in ["2024-02-01", "2024-12-01-preview", "2025-04-01-preview"] {
        let families = ["unknown", "gpt-5", "gpt-4o"];
        let pairs = CLASSES.into_iter().flat_map(|model| families.map(|family| (family, model)));
        all_right(pairs.map(|(family, model)| probed(family, model, version)));
    }
    let catalog = Arc::new(Catalog::embedded());
    let mut old = interview(&catalog, catalog.family("gpt-4o").unwrap(), "2024-02-01", false);
    let asked = ask(&mut old, "gpt-4o");
    assert!(asked.contains(&"chat.seed".to_owned()), "{asked:?}");
    for unknown in ["chat.verbosity=low", "chat.prediction", "chat.max_completion_tokens", "chat.effort=low"]
    {
        assert!(!asked.contains(&unknown.to_owned()), "{unknown}");
    }
}

#[test]
fn every_call_is_tiny_and_leaves_nothing_behind() {
    let catalog = Arc::new(Catalog::embedded());
    for model in CLASSES {
        let mut interview = interview(&catalog, catalog.unknown(), "v1", false);
        while let Some(question) = interview.open().into_iter().next() {
            let body: Value = serde_json::from_slice(&question.body()).unwrap();
            let caps = ["max_tokens", "max_completion_tokens", "max_output_tokens"];
            let caps: Vec<u64> = caps.iter().filter_map(|cap| body[*cap].as_u64()).collect();
            assert_eq!(caps.len(), 1, "{body}");
            assert!(caps[0] <= 16, "{body}");
            let stores = match question.dialect {
                Dialect::Chat => body.get("store").is_some(),
                Dialect::Responses => body["store"] != false,
            };
            assert!(!stores, "{body}");
            let surface = sim::Surface::V1;
            let operation = match question.dialect {
                Dialect::Chat => sim::Operation::Chat,
                Dialect::Responses => sim::Operation::Responses,
            };
            let outcome = match sim::judge(operation, model, &surface, &question.body()) {
                Ok(()) => interview.read(&question, 200, taken(&question).as_bytes()),
                Err(error) => interview.read(&question, error.status, error.body.as_bytes()),
            };
            let Outcome::Answered { answer, .. } = outcome else { panic!("{outcome:?}") };
            interview.record(&question, &answer, None);
        }
    }
}

#[test]
fn the_cheapest_open_question_comes_first_and_an_operation_before_what_depends_on_it() {
    let catalog = Arc::new(Catalog::embedded());
    let mut interview = interview(&catalog, catalog.family("gpt-5.2").unwrap(), "v1", false);
    let ids: BTreeSet<String> = interview.open().into_iter().map(|question| question.id).collect();
    assert_eq!(ids, BTreeSet::from(["chat".to_owned(), "responses".to_owned()]));
    let asked = ask(&mut interview, "gpt-5.2");
    let at =
        |id: &str| asked.iter().position(|asked| asked == id).unwrap_or_else(|| panic!("{id}: {asked:?}"));
    assert!(at("chat.effort=max") < at("chat.temperature=0.5@none"));
    assert!(at("chat.temperature=0.5@reasoning") < at("chat.image") && at("chat.image") < at("chat.file"));
}

// The command, against a simulator over HTTP.

async fn simulator(deployments: &[(&str, &str)]) -> (Simulator, String) {
    let deployments = deployments.iter().map(|(name, model)| ((*name).to_owned(), (*model).to_owned()));
    let options = sim::Options {
        key: AZURE_KEY.to_owned(),
        deployments: deployments.collect(),
        ..sim::Options::default()
    };
    let simulator = Simulator::new(options);
    let url = twins::serve(&simulator).await;
    (simulator, url)
}

fn config(url: &str, more: &str) -> (tempfile::TempDir, String) {
    command::file(&format!("[resources.main]\nendpoint = \"{url}\"\napi_key = {{ env = \"K\" }}\n{more}"))
}

async fn probe(config: &str, arguments: &[&str], input: &str) -> Ended {
    let arguments = [&["probe", "-c", config, "--resource", "main"], arguments].concat();
    let ended = command::run(&arguments, &[("K", AZURE_KEY)], input).await;
    assert!(!format!("{ended:?}").contains(AZURE_KEY));
    ended
}

/// A catalog that is wrong about gpt-5 in every respect that a probe asks about.
const WRONG: &str = r#"
[families.gpt-5]
operations = ["chat"]
streaming = "synthesized"
system_role = "merge_into_user"
min_api_version = "2023-05-15"
modalities = ["text", "audio"]
efforts = ["none", "low", "xhigh"]
default_effort = "none"
functions = "legacy"
custom_tools = false
tools_with_effort = "only_none"
[families.gpt-5.chat]
temperature = "take"
top_p = "take"
max_tokens = "take"
logit_bias = "take"
seed = { drop = true, why = "wrong" }
n = { refuse = true, why = "wrong" }
verbosity = { allow = ["medium"], why = "wrong" }
response_format = { refuse = true, when = { "response_format.type" = ["json_schema"] }, why = "wrong" }
parallel_tool_calls = "take"
prediction = "take"
[families.gpt-5.responses]
top_p = "take"
"reasoning.summary" = { drop = true, why = "wrong" }
"include[reasoning.encrypted_content]" = { drop = true, why = "wrong" }
"#;

/// The rows of [`WRONG`].
const WRONG_ROWS: &[&str] = &[
    "responses",
    "chat.stream",
    "chat.role=system",
    "chat.role=developer",
    "min_api_version",
    "chat.image",
    "chat.audio",
    "chat.effort=none",
    "chat.effort=minimal",
    "chat.effort=medium",
    "chat.effort=high",
    "chat.effort=xhigh",
    "chat.functions",
    "responses.custom_tools",
    "chat.tools",
    "chat.temperature=0.5",
    "chat.top_p",
    "chat.max_tokens",
    "chat.logit_bias",
    "chat.seed",
    "chat.n",
    "chat.verbosity=low",
    "chat.verbosity=high",
    "chat.response_format=json_schema",
    "chat.parallel_tool_calls@minimal",
    "chat.prediction",
    "responses.top_p",
    "responses.reasoning.summary",
    "responses.include[reasoning.encrypted_content]",
];

#[tokio::test]
async fn every_difference_of_a_wrong_catalog_is_found_written_and_not_asked_again() {
    let (simulator, url) = simulator(&[]).await;
    let (directory, config) = config(&url, WRONG);
    let file = directory.path().join("azgate.toml.d/gpt-5.toml");
    let write = ["--deployment", "gpt-5", "--yes", "--json", "--write", file.to_str().unwrap()];
    let ended = probe(&config, &write, "").await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let report: Value = serde_json::from_str(&ended.out).unwrap();
    let rows = report["rows"].as_array().unwrap();
    let differ: BTreeSet<&str> =
        rows.iter().filter(|row| row["differs"] == true).map(|row| row["row"].as_str().unwrap()).collect();
    for row in WRONG_ROWS {
        assert!(differ.contains(row), "{row} is not among {differ:#?}");
    }
    let asked = simulator.received();
    assert_eq!(report["calls"], asked.len(), "{report:#}");
    assert!(report["tokens"].as_u64().unwrap() <= 20_000);
    assert!(asked.iter().all(|call| call.method == "POST" && call.headers["api-key"] == AZURE_KEY));
    // The lines are a part of the config now.
    simulator.clear();
    let ended = probe(&config, &write, "").await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.err.contains("Nothing is open"), "{ended:?}");
    assert!(simulator.received().is_empty());
    let ended = probe(&config, &["--deployment", "gpt-5", "--yes", "--json", "--again"], "").await;
    let report: Value = serde_json::from_str(&ended.out).unwrap();
    let left = report["rows"].as_array().unwrap().iter().filter(|row| row["differs"] == true).count();
    assert_eq!(left, 0, "{report:#}");
    // The gateway plans with them.
    let body = r#"{"top_p":0.5,"seed":1,"stream":true,"messages":[{"role":"system","content":"a"},{"role":"user","content":"b"}]}"#;
    let ended =
        command::run(&["explain", "-c", &config, "-m", "gpt-5", "--json"], &[("K", AZURE_KEY)], body).await;
    let report: Value = serde_json::from_str(&ended.out).unwrap();
    let sent = &report["body"];
    assert!(sent.get("top_p").is_none(), "{report:#}");
    assert_eq!((&sent["seed"], &sent["stream"]), (&json!(1), &json!(true)), "{report:#}");
    assert_eq!(sent["messages"].as_array().unwrap().len(), 2, "{report:#}");
}

#[tokio::test]
async fn a_deployment_with_a_declared_family_gets_a_family_of_its_own_that_its_model_names() {
    let (simulator, url) = simulator(&[("prod-o1", "o1")]).await;
    let (directory, config) = config(&url, "[models.mine]\ndeployment = \"prod-o1\"\nmodel = \"gpt-4o\"\n");
    let file = directory.path().join("azgate.toml.d/prod.toml");
    let arguments = ["--deployment", "prod-o1", "--yes", "--write", file.to_str().unwrap()];
    let ended = probe(&config, &arguments, "").await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let written = fs::read_to_string(&file).unwrap();
    assert!(written.contains("[models.mine]\nfamily = \"prod-o1\""), "{written}");
    assert!(
        written.contains("[families.prod-o1]\nmodels = [\"prod-o1\"]\ninherits = \"gpt-4o\""),
        "{written}"
    );
    simulator.clear();
    assert!(probe(&config, &arguments, "").await.err.contains("Nothing is open"));
    assert!(simulator.received().is_empty());
    let body = r#"{"max_tokens":5,"messages":[{"role":"user","content":"b"}]}"#;
    let ended =
        command::run(&["explain", "-c", &config, "-m", "mine", "--json"], &[("K", AZURE_KEY)], body).await;
    let report: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(report["body"]["max_completion_tokens"], 5, "{report:#}");
}

#[tokio::test]
async fn an_unknown_deployment_is_asked_as_the_model_that_azure_names_in_its_answer() {
    let (_simulator, url) = simulator(&[("prod", "gpt-4.1")]).await;
    let (_directory, config) = config(&url, "");
    let ended = probe(&config, &["--deployment", "prod", "--yes", "--json"], "").await;
    let report: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(report["family"], "gpt-4.1");
    let differ = report["rows"].as_array().unwrap().iter().filter(|row| row["differs"] == true).count();
    assert_eq!(differ, 0, "{report:#}");
}

#[tokio::test]
async fn nothing_is_sent_without_a_yes_and_the_question_names_the_price() {
    let (simulator, url) = simulator(&[]).await;
    let (_directory, config) = config(&url, "");
    for input in ["", "n\n", "\n", "yesterday\n"] {
        let ended = probe(&config, &["--deployment", "gpt-4o", "--budget", "900"], input).await;
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!(ended.err.contains("900 tokens at most") && ended.err.contains("[y/N]"), "{ended:?}");
        assert!(ended.out.is_empty(), "{ended:?}");
    }
    assert!(simulator.received().is_empty());
    let ended = probe(&config, &["--deployment", "gpt-4o", "--budget", "900"], "y\n").await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(!simulator.received().is_empty());
}

#[tokio::test]
async fn a_budget_ends_the_probe_before_the_call_that_could_exceed_it_and_the_rest_is_asked_later() {
    let (simulator, url) = simulator(&[]).await;
    let (directory, config) = config(&url, "");
    let file = directory.path().join("found.toml");
    let write = ["--deployment", "gpt-4o", "--yes", "--json", "--write", file.to_str().unwrap()];
    let ended = probe(&config, &[&write[..], &["--budget", "100"]].concat(), "").await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(simulator.received().is_empty(), "the first call may cost more");
    assert!(!file.exists());
    let ended = probe(&config, &[&write[..], &["--budget", "700"]].concat(), "").await;
    let report: Value = serde_json::from_str(&ended.out).unwrap();
    let first = simulator.received().len();
    assert!(first > 5 && report["tokens"].as_u64().unwrap() <= 700, "{report:#}");
    assert!(!report["open"].as_array().unwrap().is_empty());
    simulator.clear();
    // The file is no part of the config, but the command reads what it will write over.
    let ended = probe(&config, &write, "").await;
    let report: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(report["open"], json!([]), "{report:#}");
    let second: Vec<_> = simulator.received();
    simulator.clear();
    probe(&config, &["--deployment", "gpt-4o", "--yes"], "").await;
    assert_eq!(first + second.len(), simulator.received().len(), "no call is made twice");
    simulator.clear();
    assert!(probe(&config, &write, "").await.err.contains("Nothing is open"));
}

#[tokio::test]
async fn a_foreign_file_is_never_written_over_and_that_is_said_before_anything_is_sent() {
    let (simulator, url) = simulator(&[]).await;
    let (directory, config) = config(&url, "");
    let file = directory.path().join("mine.toml");
    fs::write(&file, "[families.x]\ninherits = \"classic\"\n").unwrap();
    for name in [file.to_str().unwrap(), &config] {
        let before = fs::read_to_string(name).unwrap();
        let ended = probe(&config, &["--deployment", "gpt-4o", "--yes", "--write", name], "").await;
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!(ended.err.contains("name another one"), "{ended:?}");
        assert_eq!(fs::read_to_string(name).unwrap(), before);
    }
    assert!(simulator.received().is_empty());
}

#[tokio::test]
async fn a_200_that_is_no_answer_is_a_failure_and_nothing_is_written() {
    let event = "data: {\"choices\":[]}\n\n";
    for (kind, body) in [
        ("text/html", "<html>Sign in</html>"),
        ("application/json", ""),
        ("application/json", r#"{"choices":["#),
        ("text/event-stream", event),
    ] {
        let replies = vec![Reply::with(200, &[("content-type", kind)], body); 120];
        let upstream = Upstream::script(replies).await;
        let (directory, config) = config(&format!("http://{}", upstream.address), "");
        let file = directory.path().join("lines.toml");
        let write = file.to_str().unwrap();
        let ended = probe(&config, &["--deployment", "gpt-4.1", "--yes", "--write", write], "").await;
        assert_eq!(ended.code, Some(1), "{body}: {ended:?}");
        assert!(ended.err.contains("without an answer"), "{body}: {ended:?}");
        let settled = fs::read_to_string(&file).unwrap_or_default();
        assert!(!settled.contains("responses = "), "{body}: {settled}");
        drop(upstream.received());
        std::mem::forget(upstream);
    }
}

#[tokio::test]
async fn an_error_of_the_resource_ends_the_probe_with_its_reason() {
    let (simulator, url) = simulator(&[]).await;
    let (_directory, config) = config(&url, "");
    for (deployment, fault, word) in [
        ("gpt-4o", "401", "does not accept the key"),
        ("gpt-4o", "403", "denies the access"),
        ("gpt-4o", "429 retry-after=86400", "86400 s"),
        ("gpt-4o", "503", "Azure failed 3 times"),
        ("no-such", "", "no deployment `no-such`"),
    ] {
        simulator.clear();
        simulator.script(Fault::new(fault).unwrap().always());
        let ended = probe(&config, &["--deployment", deployment, "--yes"], "").await;
        assert_eq!(ended.code, Some(1), "{fault}: {ended:?}");
        assert!(ended.err.contains(word), "{fault}: {ended:?}");
        assert!(simulator.received().len() <= 3, "{fault}");
    }
    let ended = probe(&config, &["--deployment", "gpt-4o", "--yes", "--resource", "mian"], "").await;
    assert_eq!(ended.code, Some(2), "given twice: {ended:?}");
}

#[tokio::test]
async fn a_limit_of_azures_is_waited_for_and_the_question_is_asked_again() {
    let (simulator, url) = simulator(&[]).await;
    let (_directory, config) = config(&url, "");
    let whole = probe(&config, &["--deployment", "gpt-4.1-nano", "--yes", "--json"], "").await;
    let calls = simulator.received().len();
    simulator.clear();
    simulator.script(Fault::new("429 retry-after-ms=20").unwrap().times(3));
    let limited = probe(&config, &["--deployment", "gpt-4.1-nano", "--yes", "--json"], "").await;
    assert_eq!(limited.code, Some(0), "{limited:?}");
    assert_eq!(limited.err.matches("waiting 20ms").count(), 3, "{limited:?}");
    assert_eq!(simulator.received().len(), calls + 3);
    let rows = |ended: &Ended| serde_json::from_str::<Value>(&ended.out).unwrap()["rows"].clone();
    assert_eq!(rows(&limited), rows(&whole));
}

#[tokio::test]
async fn a_model_that_spent_its_cap_on_reasoning_has_taken_the_call_and_counts_in_full() {
    let refusal = r#"{"error":{"message":"Could not finish the message because max_tokens or model output limit was reached. Please try again with higher max_tokens.","type":"invalid_request_error","param":null,"code":null}}"#;
    let unserved = r#"{"error":{"code":"OperationNotSupported","message":"The responses operation does not work with the specified model, x."}}"#;
    let version = r#"{"error":{"code":"BadRequest","message":"Model x is enabled only for api versions 2024-12-01-preview and later"}}"#;
    let replies = [refusal, unserved, version].map(|body| Reply::json(400, body));
    let upstream = Upstream::script(replies).await;
    let (_directory, config) = config(&format!("http://{}", upstream.address), "");
    let ended = probe(&config, &["--deployment", "x", "--yes", "--json", "--budget", "350"], "").await;
    let report: Value = serde_json::from_str(&ended.out).unwrap();
    let rows = report["rows"].as_array().unwrap();
    let chat = rows.iter().find(|row| row["row"] == "chat").unwrap();
    assert_eq!(chat["azure"], "takes", "{report:#}");
    assert!(report["tokens"].as_u64().unwrap() > 100, "{report:#}");
    let version = rows.iter().find(|row| row["row"] == "min_api_version").unwrap();
    assert_eq!(version["azure"], "2024-12-01-preview", "{report:#}");
    let received = upstream.finish();
    assert_eq!(received[0].line(), "POST /openai/v1/chat/completions HTTP/1.1");
    assert_eq!(
        received[0].text(),
        r#"{"max_completion_tokens":16,"messages":[{"content":"Say ok.","role":"user"}],"model":"x"}"#
    );
}

#[tokio::test]
async fn the_printed_table_fits_80_columns_and_ends_with_the_lines() {
    let (_simulator, url) = simulator(&[]).await;
    let (_directory, config) = config(&url, WRONG);
    let ended = probe(&config, &["--deployment", "gpt-5", "--yes"], "").await;
    let (table, lines) = ended.out.split_once("[families.gpt-5]").expect(&ended.out);
    let wide = table.lines().find(|line| line.chars().count() > 80);
    assert_eq!(wide, None);
    assert!(table.starts_with("row "), "{table}");
    let overlay: Table = format!("[families.gpt-5]{lines}").parse().unwrap();
    assert!(overlay["families"]["gpt-5"]["settled"]["main/gpt-5"].as_array().unwrap().len() > 60);
    assert!(ended.err.lines().count() > 60, "progress is on standard error: {ended:?}");
    assert!(Path::new(&config).exists());
}

#[tokio::test]
async fn the_example_in_the_documentation_is_what_the_command_prints() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/probe.md")).unwrap();
    let block = |kind: &str| {
        let (_, rest) = page.split_once(&format!("```{kind}\n")).unwrap();
        rest.split_once("\n```").unwrap().0
    };
    let (_simulator, url) = simulator(&[]).await;
    let more = block("toml").split_once("\n\n").unwrap().1;
    let (directory, config) = config(&url, more);
    let file = directory.path().join("azgate.toml.d/gpt-5.toml");
    let arguments = ["--deployment", "gpt-5", "--write", file.to_str().unwrap()];
    let ended = probe(&config, &arguments, "y\n").await;
    let printed = format!("{}{}", ended.err.replace("[y/N] ", "[y/N] y\n"), ended.out)
        .replace(&url, "http://127.0.0.1:9200")
        .replace(file.to_str().unwrap(), "azgate.toml.d/gpt-5.toml");
    let printed: BTreeSet<&str> = printed.lines().collect();
    for line in block("text").lines().filter(|line| !line.starts_with("$ ") && *line != "…") {
        assert!(printed.contains(line), "{line:?} is not printed: {printed:#?}");
    }
}
