//! The configured api-version of a resource is older than the Responses API, or older than the one a model needs there.

use azgate::{
    serve,
    sim::{self, Simulator},
};
use serde_json::json;
use tokio::net::TcpListener;

use crate::support::{AZURE_KEY, Proxy, Refused};

const CHAT: &str = "/v1/chat/completions";
const RESPONSES: &str = "/v1/responses";

/// Models that Azure serves only on the Responses API, and the oldest dated api-version that serves them.
const MODELS: [(&str, &str); 6] = [
    ("gpt-5-pro", "2025-04-01-preview"),
    ("gpt-5-codex", "2025-04-01-preview"),
    ("gpt-5.1-codex", "2025-04-01-preview"),
    ("gpt-5.1-codex-max", "2025-04-01-preview"),
    ("o3-pro", "2025-04-01-preview"),
    ("computer-use-preview", "2025-03-01-preview"),
];

/// Starts a simulator, and a gateway that calls it with a dated api-version.
async fn dated(version: &str, more: &str) -> (Simulator, Proxy, serve::Stopper) {
    let deployments = vec![("mystery".to_owned(), "sim-responses-1".to_owned())];
    let simulator =
        Simulator::new(sim::Options { key: AZURE_KEY.to_owned(), deployments, ..sim::Options::default() });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let (stopper, stop) = serve::stop();
    tokio::spawn(serve::serve(listener, simulator.router(), serve::Options::default(), stop));
    let proxy = Proxy::with_endpoint(&endpoint, &format!("surface = \"{version}\""), more).await;
    (simulator, proxy, stopper)
}

fn chat(model: &str, stream: bool) -> String {
    json!({"model": model, "messages": [{"role": "user", "content": "Hi"}], "stream": stream}).to_string()
}

fn response(model: &str, stream: bool) -> String {
    json!({"model": model, "input": "Hi", "stream": stream}).to_string()
}

#[tokio::test]
async fn a_model_of_the_responses_api_is_served_with_any_configured_api_version() {
    for configured in ["2023-05-15", "2024-10-21", "2025-01-01-preview", "2025-04-01-preview"] {
        let (simulator, proxy, _running) = dated(configured, "").await;
        for (model, oldest) in MODELS {
            for stream in [false, true] {
                for (path, body) in [(CHAT, chat(model, stream)), (RESPONSES, response(model, stream))] {
                    let answer = proxy.post(path, body, &[]).await;
                    let edits = answer.headers()["x-azgate-edits"].to_str().unwrap().to_owned();
                    let (status, text) = (answer.status(), answer.text().await.unwrap());
                    assert_eq!(status, 200, "{model} on {configured}: {text}");
                    let raised = configured < oldest;
                    assert_eq!(
                        edits.contains("raise.api_version"),
                        raised,
                        "{model} on {configured}: {edits}"
                    );
                    let sent = simulator.received();
                    let expected = if raised { oldest } else { configured };
                    let line = format!("/openai/responses?api-version={expected}");
                    assert_eq!(sent.last().unwrap().path, line, "{model} on {configured}");
                }
            }
        }
        let calls = MODELS.len() * 4;
        assert_eq!(simulator.received().len(), calls, "no call was repeated");
    }
}

#[tokio::test]
async fn the_operation_and_the_api_version_of_an_unknown_deployment_are_learned() {
    let (simulator, proxy, _running) = dated("2024-10-21", "").await;
    for _ in 0..2 {
        let answer = proxy.post(CHAT, chat("mystery", false), &[]).await;
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert_eq!(status, 200, "{text}");
    }
    let sent = simulator.received();
    let paths: Vec<&str> = sent.iter().map(|sent| sent.path.as_str()).collect();
    assert_eq!(paths.last(), Some(&"/openai/responses?api-version=2025-04-01-preview"), "{paths:?}");
}

#[tokio::test]
async fn a_policy_against_other_api_versions_gets_an_error_with_the_required_version() {
    let refuse = "[policy.rules]\n\"raise.api_version\" = \"refuse\"\n";
    let (simulator, proxy, _running) = dated("2024-10-21", refuse).await;
    for (path, body) in [(CHAT, chat("gpt-5-pro", false)), (RESPONSES, response("gpt-5-pro", false))] {
        let refused = Refused::of(proxy.post(path, body, &[]).await).await;
        assert_eq!(refused.status, 400, "{refused:?}");
        assert!(refused.message.contains("2025-04-01-preview"), "{refused:?}");
    }
    assert!(simulator.received().is_empty());
}
