//! Messages as programs send them, and what Azure gets: images of tools, files, long ids, missing texts, approvals, and
//! answers that come back in a form of the program's own.

use serde_json::{Value, json};

use crate::{
    bridged_failures::response,
    support::{ANSWER, Proxy, Refused, Reply, Upstream, soon},
};

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn responded(more: &Value) -> Reply {
    Reply::json(200, &response("completed", more).to_string())
}

/// Sends a call, and returns the path and the body that Azure gets.
async fn received(path: &str, body: &Value, reply: Reply) -> (String, Value) {
    let upstream = Upstream::script([reply]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let answer = proxy.post(path, body.to_string(), &[]).await;
    let status = answer.status();
    assert_eq!(status, 200, "{}", answer.text().await.unwrap());
    let received = upstream.only();
    let path = received.line().split(' ').nth(1).unwrap().to_owned();
    (path, json(received.text()))
}

const CHAT: &str = "/v1/chat/completions";
const TO_CHAT: &str = "/openai/v1/chat/completions";
const TO_RESPONSES: &str = "/openai/v1/responses";

fn call(id: &str, more: &Value) -> Value {
    let mut call = json!({"id": id, "type": "function", "function": {"name": "f", "arguments": "{}"}});
    call.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    call
}

#[tokio::test]
async fn an_image_from_a_tool_is_shown_by_the_user_behind_the_turn() {
    let image = json!({"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}});
    let text = json!({"type": "text", "text": "here"});
    let messages = |result: Value, shown: &[Value]| {
        let asked = [
            json!({"role": "user", "content": "look"}),
            json!({"role": "assistant", "content": null, "tool_calls": [call("call_1", &json!({}))]}),
            json!({"role": "tool", "tool_call_id": "call_1", "content": result}),
        ];
        [&asked, shown].concat()
    };
    let sent = json!({"model": "gpt-4o", "messages": messages(json!([text, image]), &[])});
    let label = json!({"type": "text", "text": "Image from the result of tool call call_1:"});
    let shown = json!({"role": "user", "content": [label, image]});
    let expected = json!({"model": "gpt-4o", "messages": messages(json!([text]), &[shown])});
    assert_eq!(received(CHAT, &sent, Reply::json(200, ANSWER)).await, (TO_CHAT.into(), expected));
}

#[tokio::test]
async fn a_file_in_chat_goes_to_the_responses_api() {
    let file = json!({"filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBERi0xLjQK"});
    let content = json!([{"type": "text", "text": "sum up"}, {"type": "file", "file": file}]);
    let sent = json!({"model": "gpt-5-mini", "messages": [{"role": "user", "content": content}]});
    let (path, body) = received(CHAT, &sent, responded(&json!({}))).await;
    assert_eq!(path, TO_RESPONSES);
    let mut part = json!({"type": "input_file"});
    part.as_object_mut().unwrap().extend(file.as_object().unwrap().clone());
    assert_eq!(body["input"][0]["content"], json!([{"type": "input_text", "text": "sum up"}, part]));
}

#[tokio::test]
async fn a_long_call_id_is_shortened_alike_in_each_turn_of_a_native_responses_call() {
    let id = format!("call_{}", "x".repeat(1319));
    let mut items = vec![
        json!({"role": "user", "content": "go"}),
        json!({"type": "function_call", "call_id": id, "name": "sh", "arguments": "{}"}),
        json!({"type": "function_call_output", "call_id": id, "output": "done"}),
    ];
    let mut seen = Vec::new();
    for _ in 0..2 {
        let sent = json!({"model": "gpt-5.4", "store": false, "input": items});
        let (path, body) = received("/v1/responses", &sent, responded(&json!({}))).await;
        assert_eq!(path, TO_RESPONSES);
        assert_eq!(body["input"][1]["call_id"], body["input"][2]["call_id"]);
        seen.push(body["input"][1]["call_id"].as_str().unwrap().to_owned());
        items.push(json!({"role": "user", "content": "again"}));
    }
    assert_eq!(seen[0].len(), 64);
    assert_eq!(seen[0], seen[1]);
}

#[tokio::test]
async fn a_text_or_a_type_that_is_missing_is_filled_in() {
    let unfinished = json!({"id": "c1", "function": {"name": "f"}});
    let messages = |call: &Value, content: &Value| {
        json!([
            {"role": "user", "content": "go"},
            {"role": "assistant", "content": null, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c1", "content": content},
        ])
    };
    let sent = json!({"model": "gpt-4.1", "messages": messages(&unfinished, &json!(null))});
    let expected = json!({"model": "gpt-4.1", "messages": messages(&call("c1", &json!({})), &json!(""))});
    assert_eq!(received(CHAT, &sent, Reply::json(200, ANSWER)).await, (TO_CHAT.into(), expected));
}

#[tokio::test]
async fn an_approval_that_chat_cannot_give_is_refused_beforehand() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let tool = json!({"type": "mcp", "server_label": "gh", "server_url": "https://mcp.example.com/sse"});
    let body = json!({"model": "gpt-5", "messages": [{"role": "user", "content": "list"}], "tools": [tool]});
    let refused = Refused::of(proxy.chat(body.to_string()).await).await;
    assert_eq!((refused.status, refused.param.as_deref()), (400, Some("tools[0].require_approval")));
    assert!(refused.message.contains(r#""require_approval": "never""#), "{}", refused.message);
    upstream.finish();
}

#[tokio::test]
async fn an_approval_that_is_asked_for_all_the_same_is_said() {
    let request = json!({"type": "mcp_approval_request", "id": "mcpr_1", "server_label": "gh", "name": "list",
        "arguments": "{}"});
    let upstream = Upstream::script([responded(&json!({"output": [request]}))]).await;
    let proxy = Proxy::start(&upstream, "[policy.rules]\n\"refuse.mcp_approval\" = \"pass\"\n").await;
    let body = json!({"model": "gpt-5", "messages": [{"role": "user", "content": "list"}],
        "tools": [{"type": "mcp", "server_label": "gh"}]});
    let answer = json(&soon(proxy.chat(body.to_string()).await.text()).await.unwrap());
    let said = answer["choices"][0]["message"]["content"].as_str().unwrap();
    assert!(said.contains("waits for an approval before it runs `list`"), "{said}");
    upstream.only();
}

#[tokio::test]
async fn the_second_turn_of_an_agent_that_puts_the_message_into_its_text_gets_its_reasoning_back() {
    let reasoning = json!({"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAA"});
    let text = json!({"type": "output_text", "text": "Hi", "annotations": [], "logprobs": []});
    let output =
        json!([reasoning, {"type": "message", "id": "msg_1", "role": "assistant", "content": [text]}]);
    let upstream = Upstream::script([responded(&json!({"output": output})), responded(&json!({}))]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let asked = json!({"role": "user", "content": "Hello"});
    let first = json!({"model": "gpt-5-codex", "messages": [asked]});
    let answer = json(&soon(proxy.chat(first.to_string()).await.text()).await.unwrap());
    // openai-agents-js spreads the message over the part with its text.
    let mut part = answer["choices"][0]["message"].clone();
    let part = part.as_object_mut().unwrap();
    let text = part.remove("content").unwrap();
    part.extend(json!({"type": "text", "text": text}).as_object().unwrap().clone());
    let replayed = json!({"role": "assistant", "content": [part]});
    let again = json!({"role": "tool", "tool_call_id": "c", "content": "1"});
    let called = json!({"role": "assistant", "content": null, "tool_calls": [call("c", &json!({}))]});
    let second = json!({"model": "gpt-5-codex", "messages": [asked, replayed, called, again]});
    let answer = proxy.chat(second.to_string()).await;
    assert_eq!(answer.status(), 200);
    let sent = upstream.finish();
    let body = json(sent[1].text());
    let said = json!({"type": "message", "role": "assistant",
        "content": [{"type": "output_text", "text": "Hi", "annotations": []}]});
    assert_eq!(body["input"][2], said, "{body}");
    assert_eq!(body["input"][1]["encrypted_content"], "gAAA", "{body}");
    assert!(!sent[1].text().contains("azgate"), "{body}");
}
