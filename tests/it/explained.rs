//! `azgate explain` prints what the gateway sends. Every golden case runs through both, with one key and with two keys.

use std::collections::BTreeSet;

use azgate::{
    call::{Dialect, Operation},
    cli::{self, Cli, Output},
    config::Environment,
};
use clap::Parser;
use serde_json::Value;

use crate::support::{
    ANSWER, AZURE_KEY, Proxy, Reply, Upstream,
    calls::{Case, cases},
    command, key,
};

/// Models that both operations serve, models that one operation serves, and unknown models.
const MODELS: [&str; 6] = ["gpt-4.1", "o1-preview", "gpt-5.4", "gpt-5-codex", "gpt-35-turbo", ""];

/// The body that goes to Azure, and the rules that changed it.
#[derive(Debug, PartialEq)]
struct Sent {
    body: String,
    rules: Vec<String>,
}

/// Returns what the gateway sends, or its error.
async fn sent(proxy: &Proxy, upstream: &Upstream, case: &Case) -> Result<Sent, Value> {
    let before = upstream.received().len();
    let path = format!("/v1{}", Operation::of(case.dialect).path);
    let answer = proxy.post(&path, case.body.clone(), &[("api-key", "secret-a")]).await;
    let header = answer.headers()["x-azgate-edits"].to_str().unwrap().to_owned();
    let body = answer.bytes().await.unwrap();
    let Some(received) = upstream.received().get(before).cloned() else {
        return Err(serde_json::from_slice(&body).unwrap());
    };
    let rules = header.split(", ").map(|edit| edit.split(';').next().unwrap().to_owned());
    let rules = rules.filter(|rule| rule != "none").collect();
    Ok(Sent { body: received.text().to_owned(), rules })
}

/// Returns what `azgate explain` prints, or its refusal.
fn explained(config: &str, case: &Case) -> Result<Sent, Value> {
    let operation = Operation::of(case.dialect).name;
    let arguments = ["azgate", "explain", "--model", "alias", "--operation", operation, "--config", config];
    let cli = Cli::parse_from(arguments.iter().chain(&["--key", "team-a", "--json"]));
    let environment: Environment = [("TEST_AZURE_KEY", AZURE_KEY)].into_iter().collect();
    let mut out = Vec::new();
    cli::run(&cli, &environment, &mut &*case.body, &mut Output::pipe(&mut out)).unwrap();
    let Ok(report) = serde_json::from_slice::<Value>(&out) else {
        return Err(String::from_utf8(out).unwrap().into());
    };
    if !report["refused"].is_null() {
        return Err(report["refused"].clone());
    }
    // The report indents the body, so the raw text of the body is compared.
    let body = serde_json::from_slice::<Raw<'_>>(&out).unwrap().body.get().to_owned();
    let mut seen = BTreeSet::new();
    let rules =
        report["edits"].as_array().unwrap().iter().map(|edit| edit["rule"].as_str().unwrap().to_owned());
    Ok(Sent { body, rules: rules.filter(|rule| seen.insert(rule.clone())).collect() })
}

#[derive(serde::Deserialize)]
struct Raw<'a> {
    #[serde(borrow)]
    body: &'a serde_json::value::RawValue,
}

async fn assert_both_agree(keys: &str) {
    let cases: Vec<Case> = Dialect::ALL.into_iter().flat_map(cases).collect();
    let mut refused = 0;
    for model in MODELS {
        let model = if model.is_empty() { String::new() } else { format!("model = \"{model}\"\n") };
        let config = |address: &str| {
            format!(
                "[resources.main]\nendpoint = \"http://{address}\"\napi_key = {{ env = \"TEST_AZURE_KEY\" }}\n\
                 [learning]\nenabled = false\n[models.alias]\n{model}{keys}"
            )
        };
        let (_folder, file) = command::file(&config("any.example"));
        let explained: Vec<_> = cases.iter().map(|case| explained(&file, case)).collect();
        let accepted = explained.iter().filter(|outcome| outcome.is_ok()).count();
        let upstream = Upstream::script(vec![Reply::json(200, ANSWER); accepted]).await;
        let proxy = Proxy::configured(&config(&upstream.address.to_string())).await;
        for (case, explained) in cases.iter().zip(explained) {
            match (sent(&proxy, &upstream, case).await, explained) {
                (Err(error), Err(why)) => {
                    refused += 1;
                    let message = error["error"]["message"].as_str().unwrap();
                    let why = why["why"].as_str().or(why.as_str()).unwrap();
                    let why = why.trim_start_matches("error: ").trim();
                    assert!(message.contains(why), "{} {model}: {message} and {why}", case.label());
                }
                (sent, explained) => assert_eq!(sent, explained, "{} {model}", case.label()),
            }
        }
    }
    assert!(refused > 0, "some cases are refused");
}

#[tokio::test]
async fn explain_prints_what_the_gateway_sends_with_one_key() {
    assert_both_agree(&key("team-a", "secret-a", "")).await;
}

#[tokio::test]
async fn explain_prints_what_the_gateway_sends_with_two_keys() {
    assert_both_agree(&(key("team-a", "secret-a", "") + &key("team-b", "secret-b", ""))).await;
}
