//! Embeddings: azgate changes only the deployment name.

use azgate::sim;
use serde_json::{Value, json};

use crate::support::{AZURE_KEY, Logs, Proxy, Reply, Upstream, client, twins};

const MODEL: &str = "[models.vectors]\ndeployment = \"emb-1\"\nmodel = \"text-embedding-3-small\"\n";

const ANSWER: &str = r#"{"object":"list","data":[{"object":"embedding","index":0,"embedding":[1.0e-1,-0.20]}],"model":"text-embedding-3-small","usage":{"prompt_tokens":7,"total_tokens":7}}"#;

/// Returns a body for a model, with spellings that re-encoding would change.
fn body(model: &str) -> String {
    format!(
        r#"{{ "model":"{model}" , "input":["Hi","\u0041"],"dimensions":1.0e2,"x_unknown":{{"a":[1.0]}}}}"#
    )
}

async fn parsed(answer: reqwest::Response) -> Value {
    serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
}

#[tokio::test]
async fn every_path_variant_reaches_the_deployment_and_all_other_bytes_stay() {
    for path in ["/v1/embeddings", "/embeddings", "/openai/v1/embeddings", "/openai/embeddings/"] {
        let upstream = Upstream::script([Reply::json(200, ANSWER)]).await;
        let proxy = Proxy::start(&upstream, MODEL).await;
        let answer = proxy.post(path, body("vectors"), &[("content-type", "text/plain")]).await;
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(answer.headers()["x-azgate-deployment"], "emb-1");
        assert_eq!(answer.headers()["x-azgate-edits"], "none");
        assert_eq!(answer.text().await.unwrap(), ANSWER);
        let received = upstream.only();
        assert_eq!(received.line(), "POST /openai/v1/embeddings HTTP/1.1", "{path}");
        assert_eq!(received.header("api-key"), Some(AZURE_KEY));
        assert_eq!(received.header("content-type"), Some("application/json"));
        assert_eq!(received.text(), body("emb-1"));
    }
}

#[tokio::test]
async fn on_a_dated_surface_the_deployment_is_in_the_path_and_the_body_is_unchanged() {
    for path in ["/v1/embeddings", "/openai/deployments/vectors/embeddings?api-version=2023-05-15"] {
        let upstream = Upstream::script([Reply::json(200, ANSWER)]).await;
        let proxy = Proxy::dated(&upstream, "2024-10-21", MODEL).await;
        assert_eq!(proxy.post(path, body("vectors"), &[]).await.status(), 200, "{path}");
        let received = upstream.only();
        let line = "POST /openai/deployments/emb-1/embeddings?api-version=2024-10-21 HTTP/1.1";
        assert_eq!((received.line(), received.text()), (line, body("vectors").as_str()), "{path}");
    }
}

#[tokio::test]
async fn the_call_is_recorded_with_its_tokens() {
    let log = Logs::listen();
    let upstream = Upstream::script([Reply::json(200, ANSWER), Reply::json(200, ANSWER)]).await;
    let proxy = Proxy::start(&upstream, MODEL).await;
    proxy.post("/v1/embeddings", body("vectors"), &[]).await.text().await.unwrap();
    proxy.post("/v1/embeddings", body("vectors"), &[]).await.text().await.unwrap();
    assert_eq!(upstream.connections(), 1, "the connection is reused");
    let line = log.calls().remove(0);
    for (field, value) in [
        ("operation", json!("embeddings")),
        ("model", json!("vectors")),
        ("deployment", json!("emb-1")),
        ("status", json!(200)),
        ("ended", json!("done")),
        ("prompt_tokens", json!(7)),
    ] {
        assert_eq!(line[field], value, "{field}: {line}");
    }
}

#[tokio::test]
async fn bad_calls_are_openai_errors() {
    let refusal = r#"{"error":{"message":"no","type":"invalid_request_error","param":"input","code":null}}"#;
    let upstream = Upstream::script([Reply::json(400, refusal)]).await;
    let proxy = Proxy::start(&upstream, &format!("{MODEL}[routing]\nunknown_models = \"refuse\"\n")).await;
    let answer = proxy.post("/v1/embeddings", body("vectors"), &[]).await;
    assert_eq!((answer.status().as_u16(), answer.text().await.unwrap()), (400, refusal.to_owned()));
    for (body, status, code) in [
        (r#"{"input":"a"}"#.to_owned(), 400, "missing_required_parameter"),
        ("[]".to_owned(), 400, "invalid_type"),
        (body("other"), 404, "model_not_found"),
    ] {
        let answer = proxy.post("/v1/embeddings", body, &[]).await;
        assert_eq!(answer.status(), status);
        let error = parsed(answer).await;
        assert_eq!(error["error"]["code"], code, "{error}");
    }
    let answer = proxy.get("/v1/embeddings").await;
    assert_eq!((answer.status().as_u16(), answer.headers()["allow"].to_str().unwrap()), (405, "POST"));
    assert_eq!(upstream.finish().len(), 1);
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_incomplete_for_the_client() {
    let log = Logs::listen();
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n";
    let upstream = Upstream::script([Reply::default().bytes(format!("{head}{ANSWER}")).close()]).await;
    let proxy = Proxy::start(&upstream, MODEL).await;
    let client = client().build().unwrap();
    let call = client.post(format!("{}/v1/embeddings", proxy.url)).body(body("vectors"));
    // Timing decides whether the head arrives before the connection closes.
    let read = async { call.send().await?.bytes().await };
    read.await.unwrap_err();
    assert_eq!(log.call()["ended"], "upstream_failed");
}

#[tokio::test]
async fn the_simulator_serves_embeddings() {
    let options = sim::Options { key: AZURE_KEY.to_owned(), ..sim::Options::default() };
    let address = twins::serve(&sim::Simulator::new(options)).await;
    let proxy = Proxy::with_endpoint(&address, "", "").await;
    let call = json!({"model": "text-embedding-3-large", "input": ["a", "b", "a"], "dimensions": 4});
    let answer = proxy.post("/v1/embeddings", call.to_string(), &[]).await;
    let answer = parsed(answer).await;
    let vectors: Vec<&Value> =
        answer["data"].as_array().unwrap().iter().map(|one| &one["embedding"]).collect();
    assert_eq!(vectors[0], vectors[2]);
    assert_ne!(vectors[0], vectors[1]);
    assert_eq!(vectors[0].as_array().unwrap().len(), 4);
    for (call, message) in [
        (json!({"model": "text-embedding-ada-002", "input": "a", "dimensions": 4}), "specifying dimensions"),
        (json!({"model": "text-embedding-3-small", "input": vec!["a"; 2049]}), "maximum length 2048"),
        (json!({"model": "gpt-4.1", "input": "a"}), "The embeddings operation does not work"),
    ] {
        let answer = proxy.post("/v1/embeddings", call.to_string(), &[]).await;
        assert_eq!(answer.status(), 400);
        let error = parsed(answer).await;
        assert!(error["error"]["message"].as_str().unwrap().contains(message), "{error}");
    }
    let chat = json!({"model": "text-embedding-3-small", "messages": [{"role": "user", "content": "Hi"}]});
    let answer = proxy.post("/v1/chat/completions", chat.to_string(), &[]).await;
    assert_eq!(answer.status(), 400);
    assert_eq!(parsed(answer).await["error"]["code"], "OperationNotSupported");
}
