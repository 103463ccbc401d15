//! A collected stream equals the JSON answer that Azure would have sent. The simulator gets each call twice: once for
//! JSON, and once as azgate sends it with `collect`.

use axum::body::{Body, to_bytes};
use azgate::{
    call::{Dialect, Framing},
    respond::collect::{CollectError, Collector},
    sim::{self, Simulator},
    translate::{Target, TargetOptions},
};
use bytes::Bytes;
use http::{Request, StatusCode};
use serde_json::Value;
use tower::ServiceExt;

use crate::support::calls::{families, planned, target};

const LIMIT: usize = 1 << 20;

const TOOL: &str = r#"{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}}"#;

fn ask(text: &str, more: &str) -> Bytes {
    let text = serde_json::to_string(text).unwrap();
    format!(r#"{{"model":"alias","messages":[{{"role":"user","content":{text}}}]{more}}}"#).into()
}

/// Returns the answer of a new simulator, which gives the same ids to the same call.
async fn answered(model: &str, body: Bytes) -> Bytes {
    let deployments = vec![("alias".to_owned(), model.to_owned())];
    let simulator = Simulator::new(sim::Options { deployments, ..sim::Options::default() });
    let request = Request::post("/openai/v1/chat/completions").header("api-key", "sim-key");
    let response = simulator.router().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
    let status = response.status();
    let body = to_bytes(response.into_body(), LIMIT).await.unwrap();
    assert_eq!(status, StatusCode::OK, "{body:?}");
    body
}

fn deployment(model: &str, collect: bool) -> Target {
    let family =
        families().into_iter().find(|family| family.models.iter().any(|name| name == model)).unwrap();
    Target { options: TargetOptions { collect, ..TargetOptions::default() }, ..target(&family, "v1") }
}

/// Returns the stream that azgate requests.
async fn streamed(model: &str, body: &Bytes) -> Bytes {
    let (plan, sent) = planned(Dialect::Chat, body, &deployment(model, true)).unwrap();
    assert_eq!(plan.reply.framing, Framing::SseToJson);
    answered(model, sent).await
}

fn collect(stream: &Bytes, size: usize) -> Result<Bytes, CollectError> {
    let mut collector = Collector::new(Dialect::Chat, LIMIT);
    for chunk in stream.chunks(size) {
        collector.push(Bytes::copy_from_slice(chunk))?;
    }
    collector.finish()
}

/// Returns the collected answer and the simulator's JSON answer, without the members that its streams lack.
async fn both(model: &str, text: &str, more: &str) -> (Value, Value) {
    let body = ask(text, more);
    let (_, sent) = planned(Dialect::Chat, &body, &deployment(model, false)).unwrap();
    let expected = answered(model, sent).await;
    let stream = streamed(model, &body).await;
    let collected = collect(&stream, stream.len()).unwrap();
    assert_eq!(collect(&stream, 7).unwrap(), collected);
    let read = |bytes: &Bytes| -> Value { serde_json::from_slice(bytes).unwrap() };
    let (mut collected, mut expected) = (read(&collected), read(&expected));
    for answer in [&mut collected, &mut expected] {
        // Seconds can pass between the two calls, and the fingerprint is null in Azure's newer streams.
        answer["created"].take();
        answer["system_fingerprint"].take();
    }
    (collected, expected)
}

async fn assert_equal(model: &str, text: &str, more: &str) -> Value {
    let (collected, mut expected) = both(model, text, more).await;
    for (index, choice) in expected["choices"].as_array_mut().unwrap().iter_mut().enumerate() {
        // If the default filter finds nothing, JSON lists that result, and a stream has empty results.
        let results = &collected["choices"][index]["content_filter_results"];
        if *results == serde_json::json!({}) {
            choice["content_filter_results"] = results.clone();
        }
    }
    assert_eq!(collected, expected, "{model}: {text} {more}");
    assert!(collected["usage"]["total_tokens"].is_u64(), "{collected}");
    collected
}

#[tokio::test]
async fn collected_texts_equal_the_json_answer_for_every_kind_of_model() {
    for model in ["gpt-4o", "gpt-4.1", "o3-mini", "gpt-5", "gpt-5.4-mini"] {
        assert_equal(model, "Say \"hi\" 😀\n", "").await;
        assert_equal(model, "[[sim: text=300]]", "").await;
    }
    let exhausted = assert_equal("gpt-5", "[[sim: think=50]]", r#","max_completion_tokens":40"#).await;
    assert_eq!(exhausted["choices"][0]["message"]["content"], "");
    assert_eq!(exhausted["choices"][0]["finish_reason"], "length");
    let format = r#","response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]}}}"#;
    assert_equal("gpt-4.1", "Hi", format).await;
}

#[tokio::test]
async fn collected_tool_calls_equal_the_json_answer_including_legacy_and_custom_ones() {
    let tools = format!(r#","tools":[{TOOL}]"#);
    let one = assert_equal("gpt-4.1", "Call", &tools).await;
    assert_eq!(one["choices"][0]["message"]["tool_calls"].as_array().unwrap().len(), 1);
    let two = assert_equal("gpt-4.1", "Call both", &tools).await;
    assert_eq!(two["choices"][0]["message"]["tool_calls"].as_array().unwrap().len(), 2);
    assert_equal("o3-mini", "Call", &tools).await;
    assert_equal("gpt-4.1", "Call", r#","functions":[{"name":"f"}]"#).await;
    let custom = assert_equal("gpt-5", "Call", r#","tools":[{"type":"custom","custom":{"name":"c"}}]"#).await;
    assert_eq!(custom["choices"][0]["message"]["tool_calls"][0]["custom"]["input"], "Call");
}

#[tokio::test]
async fn a_collected_refusal_equals_the_json_answer() {
    let refused = assert_equal("gpt-4.1", "[[sim: refusal]]", "").await;
    assert!(refused["choices"][0]["message"]["refusal"].is_string(), "{refused}");
}

#[tokio::test]
async fn collected_choices_with_logprobs_equal_the_json_answer() {
    let answer = assert_equal("gpt-4.1", "Tell me", r#","n":3,"logprobs":true,"top_logprobs":2"#).await;
    let choices = answer["choices"].as_array().unwrap();
    assert_eq!(choices.len(), 3);
    assert!(choices.iter().all(|choice| choice["logprobs"]["content"].as_array().unwrap().len() > 1));
}

#[tokio::test]
async fn a_collected_stream_of_the_asynchronous_filter_equals_the_json_answer() {
    let answer = assert_equal("gpt-4.1", "[[sim: async-filter text=100]]", "").await;
    assert_eq!(answer["choices"][0]["content_filter_results"]["violence"]["severity"], "safe");
}

#[tokio::test]
async fn an_answer_that_the_filter_cut_equals_the_json_answer_except_for_its_usage() {
    for filter in ["[[sim: content_filter_output]] Hi", "[[sim: async-filter content_filter_output]] Hi"] {
        let (collected, mut expected) = both("gpt-4.1", filter, "").await;
        assert!(expected.as_object_mut().unwrap().remove("usage").is_some());
        assert_eq!(collected, expected);
        assert_eq!(collected["choices"][0]["content_filter_results"]["violence"]["filtered"], true);
        assert_eq!(collected["choices"][0]["finish_reason"], "content_filter");
    }
}

#[tokio::test]
async fn a_stream_that_fails_is_an_error() {
    let stream = streamed("gpt-4.1", &ask("[[sim: error-event text=50]]", "")).await;
    let Err(CollectError::Reported { event }) = collect(&stream, 100) else { panic!("{stream:?}") };
    let event: Value = serde_json::from_slice(&event).unwrap();
    assert_eq!(event["error"]["type"], "server_error");
    let broken = streamed("gpt-4.1", &ask("[[sim: malformed text=50]]", "")).await;
    assert!(matches!(collect(&broken, 100), Err(CollectError::Malformed { .. })), "{broken:?}");
}
