//! A client takes part in a loop of tools on a bridged model, and does not send azgate's field back. The tests check
//! that the model gets its reasoning all the same, and that no other caller does.

use serde_json::{Value, json};

use crate::support::{Proxy, Reply, Upstream, key};

const TEAM_A: &[(&str, &str)] = &[("api-key", "secret-a")];
const TEAM_B: &[(&str, &str)] = &[("api-key", "secret-b")];

fn two_keys(more: &str) -> String {
    key("team-a", "secret-a", "") + &key("team-b", "secret-b", "") + more
}

fn thought() -> Value {
    json!({"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAA"})
}

fn asked() -> Value {
    json!({"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "f", "arguments": "{}",
        "status": "completed"})
}

/// Returns a response that calls a tool after some reasoning.
fn response() -> Value {
    json!({"id": "resp_1", "object": "response", "created_at": 1, "status": "completed", "model": "gpt-5-codex",
        "output": [thought(), asked()], "usage": {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}})
}

fn whole() -> Reply {
    Reply::json(200, &response().to_string())
}

fn streamed() -> Reply {
    let events = [
        json!({"type": "response.created", "response": {"id": "resp_1", "model": "gpt-5-codex", "output": []}}),
        json!({"type": "response.output_item.done", "output_index": 0, "item": thought()}),
        json!({"type": "response.output_item.added", "output_index": 1, "item": asked()}),
        json!({"type": "response.output_item.done", "output_index": 1, "item": asked()}),
        json!({"type": "response.completed", "response": response()}),
    ];
    let events = events.iter().map(|event| format!("data: {event}\n\n")).collect::<Vec<_>>().concat();
    Reply::stream(&[&events])
}

fn first(stream: bool) -> String {
    let tool = json!({"type": "function", "function": {"name": "f", "parameters": {}}});
    let messages = [json!({"role": "user", "content": "Hi"})];
    json!({"model": "gpt-5-codex", "stream": stream, "messages": messages, "tools": [tool]}).to_string()
}

/// Returns the call with the tool's result, as a client sends it that keeps only what chat knows.
fn second() -> String {
    let call = json!({"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}});
    let messages = [
        json!({"role": "user", "content": "Hi"}),
        json!({"role": "assistant", "content": null, "tool_calls": [call]}),
        json!({"role": "tool", "tool_call_id": "call_1", "content": "done"}),
    ];
    json!({"model": "gpt-5-codex", "messages": messages}).to_string()
}

/// Returns the types of the input items in a sent body.
fn items(body: &str) -> Vec<String> {
    let body: Value = serde_json::from_str(body).unwrap();
    let items = body["input"].as_array().unwrap().iter();
    items.map(|item| item["type"].as_str().unwrap().to_owned()).collect()
}

async fn edits(answer: reqwest::Response) -> String {
    assert_eq!(answer.status(), 200);
    let edits = answer.headers()["x-azgate-edits"].to_str().unwrap().to_owned();
    answer.bytes().await.unwrap();
    edits
}

const WITH: [&str; 4] = ["message", "reasoning", "function_call", "function_call_output"];
const WITHOUT: [&str; 3] = ["message", "function_call", "function_call_output"];

#[tokio::test]
async fn reasoning_comes_back_with_the_result_of_the_tool_for_its_own_caller() {
    for (stream, reply) in [(false, whole()), (true, streamed())] {
        let upstream = Upstream::script([reply, whole(), whole()]).await;
        let proxy = Proxy::start(&upstream, &two_keys("")).await;
        edits(proxy.post("/v1/chat/completions", first(stream), TEAM_A).await).await;
        let remembered = edits(proxy.post("/v1/chat/completions", second(), TEAM_A).await).await;
        assert_eq!(remembered, "bridge.responses, add.remembered_reasoning");
        let foreign = edits(proxy.post("/v1/chat/completions", second(), TEAM_B).await).await;
        assert_eq!(foreign, "bridge.responses");
        let received = upstream.finish();
        assert_eq!(items(received[1].text()), WITH, "{}", received[1].text());
        let sent: Value = serde_json::from_str(received[1].text()).unwrap();
        assert_eq!(sent["input"][1], thought());
        assert_eq!(items(received[2].text()), WITHOUT);
        let metrics = proxy.gateway.registry.metrics.text();
        assert!(metrics.contains("azgate_reasoning_memory_hits_total 1"), "{metrics}");
        assert!(!metrics.contains("azgate_reasoning_memory_bytes 0"), "{metrics}");
    }
}

#[tokio::test]
async fn the_memory_can_be_switched_off_and_the_rule_passed() {
    for config in
        ["[reasoning_memory]\nenabled = false\n", "[policy.rules]\n\"add.remembered_reasoning\" = \"pass\"\n"]
    {
        let upstream = Upstream::script([whole(), whole()]).await;
        let proxy = Proxy::start(&upstream, config).await;
        edits(proxy.chat(first(false)).await).await;
        assert_eq!(edits(proxy.chat(second()).await).await, "bridge.responses");
        assert_eq!(items(upstream.finish()[1].text()), WITHOUT);
    }
}
