//! The list of models that clients can call.

use serde_json::{Value, json};

use crate::support::{Logs, Proxy, Refused, Upstream, key};

const MODELS: &str = r#"
[models.fast]
deployment = "prod-1"
model = "gpt-4.1"
[models.o1-preview]
[models.mystery]
[models."my model"]
family = "gpt-5"
"#;

async fn json(response: reqwest::Response) -> Value {
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(response.headers()["x-azgate-edits"], "none");
    serde_json::from_str(&response.text().await.unwrap()).unwrap()
}

#[tokio::test]
async fn every_path_of_the_list_returns_the_configured_models() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, MODELS).await;
    for path in [
        "/v1/models",
        "/v1/models/",
        "/models",
        "/openai/v1/models",
        "/openai/v1/models?api-version=preview",
        "/openai/models?api-version=2024-10-21",
        "/openai/deployments?api-version=2023-03-15-preview",
    ] {
        let list = json(proxy.get(path).await).await;
        assert_eq!(list["object"], "list", "{path}");
        let ids: Vec<&str> =
            list["data"].as_array().unwrap().iter().map(|m| m["id"].as_str().unwrap()).collect();
        assert_eq!(ids, ["fast", "my model", "mystery", "o1-preview"], "{path}");
    }
    upstream.finish();
}

#[tokio::test]
async fn one_model_has_openais_members_and_azgates_catalog_data() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, MODELS).await;
    for path in [
        "/v1/models/fast",
        "/models/fast/",
        "/openai/v1/models/fast",
        "/openai/models/fast?api-version=2024-10-21",
        "/openai/deployments/fast?api-version=2024-10-21",
    ] {
        let model = json(proxy.get(path).await).await;
        for (member, value) in [
            ("id", json!("fast")),
            ("object", json!("model")),
            ("created", json!(0)),
            ("owned_by", json!("azure")),
            ("deployment", json!("prod-1")),
            ("family", json!("gpt-4.1")),
        ] {
            assert_eq!(model[member], value, "{path}");
        }
        assert!(model["context_window"].as_u64().unwrap() > 1_000_000, "{model}");
        assert!(model["max_output_tokens"].as_u64().is_some(), "{model}");
        assert_eq!(model["capabilities"]["streaming"], "native");
        assert_eq!(model["capabilities"]["tools"], true);
        assert_eq!(model["capabilities"]["vision"], true);
    }
    let spaced = json(proxy.get("/v1/models/my%20model").await).await;
    assert_eq!(spaced["family"], "gpt-5");
    let efforts = spaced["capabilities"]["reasoning_efforts"].as_array().unwrap();
    assert!(efforts.contains(&json!("minimal")), "{efforts:?}");
    let old = json(proxy.get("/v1/models/o1-preview").await).await;
    assert_eq!(old["capabilities"]["streaming"], "synthesized");
    assert_eq!(
        (&old["capabilities"]["tools"], &old["capabilities"]["vision"]),
        (&json!(false), &json!(false))
    );
    assert!(old["retirement_date"].as_str().unwrap().starts_with("20"), "{old}");
    upstream.finish();
}

#[tokio::test]
async fn a_model_of_an_unknown_family_lists_no_capabilities() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, MODELS).await;
    let model = json(proxy.get("/v1/models/mystery").await).await;
    assert_eq!(model["family"], "unknown");
    for member in ["context_window", "max_output_tokens", "retirement_date", "capabilities"] {
        assert_eq!(model.get(member), Some(&Value::Null), "{model}");
    }
    upstream.finish();
}

#[tokio::test]
async fn a_model_that_is_not_listed_is_404_with_the_nearest_name() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, MODELS).await;
    let refused = Refused::of(proxy.get("/v1/models/Fasd").await).await;
    assert_eq!(refused.summary(), (404, "invalid_request_error", "model_not_found", Some("model")));
    assert!(refused.message.contains("`Fasd`") && refused.message.contains("`fast`"), "{}", refused.message);
    upstream.finish();
}

#[tokio::test]
async fn without_configured_models_any_name_is_a_model() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, "").await;
    assert_eq!(json(proxy.get("/v1/models").await).await, json!({ "object": "list", "data": [] }));
    let model = json(proxy.get("/v1/models/o3-mini").await).await;
    assert_eq!((&model["id"], &model["family"]), (&json!("o3-mini"), &json!("o3-mini")));
    upstream.finish();
}

#[tokio::test]
async fn the_list_requires_a_key_if_calls_require_one() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, &(key("a", "secret", "") + MODELS)).await;
    for path in ["/v1/models", "/v1/models/fast", "/openai/models", "/openai/deployments/nothing"] {
        let refused = Refused::of(proxy.get(path).await).await;
        assert_eq!(refused.summary(), (401, "authentication_error", "invalid_api_key", None), "{path}");
    }
    let answer = proxy.get_with("/v1/models", &[("authorization", "Bearer secret")]).await;
    assert_eq!(json(answer).await["data"].as_array().unwrap().len(), 4);
    upstream.finish();
}

#[tokio::test]
async fn lists_of_models_are_logged_and_counted_as_answered() {
    let logs = Logs::listen();
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, MODELS).await;
    for path in ["/v1/models", "/v1/models/fast"] {
        json(proxy.get(path).await).await;
    }
    for line in logs.calls() {
        assert_eq!((&line["status"], &line["ended"]), (&json!(200), &json!("done")), "{line}");
    }
    assert_eq!(logs.calls().len(), 2);
    let metrics = proxy.gateway.registry.metrics.text();
    assert!(
        metrics.contains("azgate_calls_total{family=\"none\",status=\"200\",ended=\"done\"} 2"),
        "{metrics}"
    );
    upstream.finish();
}
