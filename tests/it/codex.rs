//! What coding agents need beside plain calls: tools in namespaces, and conversations that are compacted.

use serde_json::{Value, json};

use crate::support::{Proxy, Reply, Upstream};

const RESPONSES: &str = "/v1/responses";

fn namespace(description: &str) -> Value {
    json!({"type": "namespace", "name": "crm", "description": description, "tools": [
        {"type": "function", "name": "find", "strict": false, "parameters": {"type": "object", "properties": {}}}]})
}

/// Returns a chat answer that calls the tool, or says something.
fn chat(message: &Value) -> String {
    json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 7, "model": "gpt-35-turbo",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7},
    })
    .to_string()
}

async fn read(answer: reqwest::Response) -> Value {
    serde_json::from_str(&answer.text().await.unwrap()).unwrap()
}

fn said(text: &str) -> String {
    chat(&json!({"role": "assistant", "content": text}))
}

#[tokio::test]
async fn a_tool_of_a_namespace_is_called_by_a_chat_model_and_answered_in_the_next_turn() {
    let call =
        json!({"id": "call_1", "type": "function", "function": {"name": "crm__find", "arguments": "{}"}});
    let called = chat(&json!({"role": "assistant", "content": null, "tool_calls": [call]}));
    let upstream = Upstream::script([Reply::json(200, &called), Reply::json(200, &said("Found."))]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let tools = json!([namespace(""), {"type": "web_search", "external_web_access": true}]);
    let user = json!({"role": "user", "content": "Hi"});
    let body = json!({"model": "gpt-35-turbo", "input": [user], "tools": tools, "store": false});
    let answer = proxy.post(RESPONSES, body.to_string(), &[]).await;
    assert_eq!(answer.headers()["x-azgate-edits"], "bridge.chat, drop.hosted_tools;lossy");
    let answer = read(answer).await;
    let item = answer["output"][0].clone();
    assert_eq!((&item["namespace"], &item["name"]), (&json!("crm"), &json!("find")));
    let output = json!({"type": "function_call_output", "call_id": "call_1", "output": "1"});
    let body =
        json!({"model": "gpt-35-turbo", "input": [user, item, output], "tools": tools, "store": false});
    assert_eq!(proxy.post(RESPONSES, body.to_string(), &[]).await.status(), 200);
    let sent: Vec<Value> =
        upstream.finish().iter().map(|call| serde_json::from_str(call.text()).unwrap()).collect();
    assert_eq!(sent[0]["tools"][0]["function"]["name"], "crm__find");
    assert_eq!(sent[0]["tools"].as_array().unwrap().len(), 1);
    assert_eq!(sent[1]["messages"][1]["tool_calls"][0]["function"]["name"], "crm__find");
}

#[tokio::test]
async fn a_namespace_without_a_description_gets_one() {
    let upstream = Upstream::script([Reply::json(200, crate::responses_api::RESPONSE)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let added = json!({"type": "additional_tools", "role": "developer", "tools": [namespace("")]});
    let body = json!({"model": "gpt-5-codex", "input": [added, {"role": "user", "content": "Hi"}]});
    let answer =
        proxy.post(RESPONSES, body.to_string(), &[("x-openai-internal-codex-responses-lite", "true")]).await;
    assert_eq!(answer.headers()["x-azgate-edits"], "fill.description");
    let received = upstream.only();
    let sent: Value = serde_json::from_str(received.text()).unwrap();
    assert_eq!(sent["input"][0]["tools"][0]["description"], "The tools of crm.");
    assert_eq!(
        received.header("x-openai-internal-codex-responses-lite"),
        None,
        "Azure refuses namespaces beside it"
    );
}

#[tokio::test]
async fn a_conversation_with_a_chat_model_is_compacted_to_a_summary_that_comes_back_as_a_message() {
    let upstream = Upstream::script([
        Reply::json(200, &said("They said \"hi\".")),
        Reply::json(200, &said("They said \"hi\".")),
        Reply::json(200, &said("Done.")),
    ])
    .await;
    let proxy = Proxy::start(&upstream, "").await;
    let user = json!({"role": "user", "content": "Hi"});
    let trigger = json!({"type": "compaction_trigger"});
    let body = json!({"model": "gpt-35-turbo", "input": [user, trigger], "tools": [namespace("")], "tool_choice": "auto",
                      "store": false});
    let by_item = read(proxy.post(RESPONSES, body.to_string(), &[]).await).await;
    assert_eq!((&by_item["object"], &by_item["status"]), (&json!("response"), &json!("completed")));
    let body = json!({"model": "gpt-35-turbo", "input": [user]}).to_string();
    let answer = read(proxy.post("/v1/responses/compact", body, &[]).await).await;
    assert_eq!(answer["object"], "response.compaction");
    assert_eq!(answer["usage"]["input_tokens"], 3);
    for output in [&by_item["output"], &answer["output"]] {
        assert_eq!(output.as_array().unwrap().len(), 1);
        assert_eq!(output[0]["type"], "compaction");
        assert_eq!(output[0]["encrypted_content"], "azgate:summary:They said \"hi\".");
    }
    let next = json!({"model": "gpt-35-turbo", "input": [answer["output"][0], user], "store": false});
    assert_eq!(proxy.post(RESPONSES, next.to_string(), &[]).await.status(), 200);
    let sent: Vec<Value> =
        upstream.finish().iter().map(|call| serde_json::from_str(call.text()).unwrap()).collect();
    for asked in &sent[..2] {
        assert_eq!(asked["messages"][0], user);
        let prompt = asked["messages"][1]["content"].as_str().unwrap();
        assert!(prompt.contains("Write nothing but the summary"), "{prompt}");
        assert_eq!((asked.get("tools"), asked.get("tool_choice")), (None, None));
    }
    let summary = sent[2]["messages"][0]["content"].as_str().unwrap();
    assert!(summary.ends_with("They said \"hi\"."), "{summary}");
}

#[tokio::test]
async fn a_compaction_goes_to_azure_as_it_is_where_the_model_has_the_responses_api() {
    let given =
        r#"{"object":"response.compaction","output":[{"type":"compaction","encrypted_content":"gAAA"}]}"#;
    let upstream = Upstream::script([Reply::json(200, given)]).await;
    let proxy = Proxy::start(&upstream, "[models.mine]\ndeployment = \"d-1\"\nmodel = \"gpt-5-codex\"").await;
    let body = r#"{"model":"mine","input":[{"role":"user","content":"Hi"}],"x":1.0}"#;
    let answer = proxy.post("/openai/v1/responses/compact", body.to_owned(), &[]).await;
    assert_eq!(answer.text().await.unwrap(), given);
    let received = upstream.only();
    assert_eq!(received.line(), "POST /openai/v1/responses/compact HTTP/1.1");
    assert_eq!(received.text(), body.replace("mine", "d-1"));
}

#[tokio::test]
async fn what_another_model_compacted_is_refused_by_its_place_and_a_stream_carries_the_summary() {
    let chunk =
        |choice: Value| json!({"id": "c", "created": 7, "model": "m", "choices": [choice]}).to_string();
    let first = chunk(json!({"index": 0, "delta": {"role": "assistant", "content": "Su"}}));
    let last = chunk(json!({"index": 0, "delta": {"content": "m"}, "finish_reason": "stop"}));
    let chunks = [first, last, "[DONE]".to_owned()].map(|data| format!("data: {data}\n\n"));
    let upstream = Upstream::script([Reply::stream(&chunks.each_ref().map(String::as_str))]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let user = json!({"role": "user", "content": "Hi"});
    let foreign = json!({"type": "compaction", "encrypted_content": "gAAA"});
    let body = json!({"model": "gpt-35-turbo", "input": [foreign, user]}).to_string();
    let refused = read(proxy.post(RESPONSES, body, &[]).await).await;
    assert_eq!(refused["error"]["param"], "input[0]");
    let body =
        json!({"model": "gpt-35-turbo", "input": [user, {"type": "compaction_trigger"}], "stream": true});
    let events = proxy.post(RESPONSES, body.to_string(), &[]).await.text().await.unwrap();
    let item = r#""item":{"id":"cmp_c","type":"compaction","encrypted_content":"azgate:summary:Sum"}"#;
    assert!(events.contains("event: response.output_item.done") && events.contains(item), "{events}");
    assert!(events.contains("event: response.completed") && !events.contains("output_text"), "{events}");
    upstream.only();
}
