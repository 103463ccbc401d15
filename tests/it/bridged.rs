//! Bridged calls through the gateway: the call that Azure gets, the operator's options, stop sequences, and reports.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::{
    bridged_failures::{
        Direction::{self, ChatOverResponses, ResponsesOverChat},
        chunk, completion, created, delta, ended, event, response,
    },
    long_calls::piece,
    support::{Logs, Proxy, Refused, Reply, Upstream, reading, soon, sse},
};

const DIRECTIONS: [Direction; 2] = [ChatOverResponses, ResponsesOverChat];

fn whole(direction: Direction) -> Reply {
    match direction {
        ChatOverResponses => Reply::json(200, &response("completed", &json!({})).to_string()),
        ResponsesOverChat => Reply::json(200, &completion("stop").to_string()),
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[tokio::test]
async fn azure_gets_the_call_as_the_other_operation_and_the_client_gets_the_requested_format() {
    for (direction, line, body) in [
        (
            ChatOverResponses,
            "POST /openai/v1/responses HTTP/1.1",
            r#"{"model":"gpt-5-codex","stream":false,"input":[{"type":"message","role":"user","content":"Hi"}],"include":["reasoning.encrypted_content"],"store":false}"#,
        ),
        (
            ResponsesOverChat,
            "POST /openai/v1/chat/completions HTTP/1.1",
            r#"{"model":"gpt-4","stream":false,"messages":[{"role":"user","content":"Hi"}]}"#,
        ),
    ] {
        let logs = Logs::listen();
        let upstream = Upstream::script([whole(direction)]).await;
        let proxy = Proxy::start(&upstream, "").await;
        let answer = proxy.post(direction.path(), direction.body(false).to_string(), &[]).await;
        assert_eq!(answer.headers()["content-type"], "application/json");
        let bridge = if direction == ChatOverResponses { "bridge.responses" } else { "bridge.chat" };
        assert_eq!(answer.headers()["x-azgate-edits"], bridge);
        let answer = json(&soon(answer.text()).await.unwrap());
        if direction == ChatOverResponses {
            assert_eq!((&answer["object"], &answer["id"]), (&json!("chat.completion"), &json!("chatcmpl-1")));
            assert_eq!(answer["choices"][0]["message"]["content"], "Hi");
        } else {
            assert_eq!((&answer["object"], &answer["id"]), (&json!("response"), &json!("resp_1")));
            assert_eq!(answer["output"][0]["content"][0]["text"], "Hi");
        }
        let received = upstream.only();
        assert_eq!(received.line(), line);
        assert_eq!(json(received.text()), json(body), "{}", received.text());
        let log = logs.call();
        let asked = if direction == ChatOverResponses { "chat" } else { "responses" };
        for (field, value) in [
            ("operation", json!(asked)),
            ("ended", json!("done")),
            ("prompt_tokens", json!(5)),
            ("completion_tokens", json!(7)),
            ("edits", json!(bridge)),
            ("finish_reason", json!("stop")),
        ] {
            assert_eq!(log[field], value, "{field}: {log}");
        }
    }
}

#[tokio::test]
async fn on_a_dated_surface_the_api_version_is_raised_to_one_that_has_the_operation() {
    let upstream = Upstream::script([whole(ChatOverResponses), whole(ResponsesOverChat)]).await;
    let more = "[families.bridged]\ninherits = \"gpt-4.1\"\noperations = [\"responses\"]\n[models.old]\ndeployment = \"mine\"\nfamily = \"bridged\"\n[models.gpt-4]\n";
    let proxy = Proxy::dated(&upstream, "2024-10-21", more).await;
    let chat = r#"{"model":"old","messages":[{"role":"user","content":"Hi"}]}"#;
    let answer = proxy.chat(chat).await;
    let edits = answer.headers()["x-azgate-edits"].to_str().unwrap();
    assert_eq!(edits, "bridge.responses, raise.api_version");
    let answer = proxy.post("/v1/responses", ResponsesOverChat.body(false).to_string(), &[]).await;
    assert_eq!(answer.status(), 200);
    let received = upstream.finish();
    assert_eq!(received[0].line(), "POST /openai/responses?api-version=2025-03-01-preview HTTP/1.1");
    let sent = r#"{"model":"mine","input":[{"type":"message","role":"user","content":"Hi"}],"store":false}"#;
    assert_eq!(json(received[0].text()), json(sent));
    assert_eq!(
        received[1].line(),
        "POST /openai/deployments/gpt-4/chat/completions?api-version=2024-10-21 HTTP/1.1"
    );
}

#[tokio::test]
async fn rate_limits_and_server_errors_pass_with_their_headers() {
    let headers = [
        ("content-type", "application/json"),
        ("retry-after", "7"),
        ("retry-after-ms", "7000"),
        ("x-ratelimit-remaining-requests", "0"),
        ("apim-request-id", "a-1"),
    ];
    for direction in DIRECTIONS {
        for status in [429, 500, 503] {
            let body = format!(
                r#"{{"error":{{"code":"{status}","message":"Please retry after 7 seconds.","type":"x","param":null}}}}"#
            );
            for stream in [false, true] {
                let upstream = Upstream::script([Reply::with(status, &headers, &body)]).await;
                let proxy = Proxy::start(&upstream, "").await;
                let answer = proxy.post(direction.path(), direction.body(stream).to_string(), &[]).await;
                assert_eq!(answer.status().as_u16(), status);
                for (name, value) in &headers[..4] {
                    assert_eq!(answer.headers()[*name], value, "{name}");
                }
                assert_eq!(answer.headers()["x-request-id"], "a-1");
                assert_eq!(answer.text().await.unwrap(), body);
            }
        }
    }
}

const CUT: &str = "[models.gpt-5-codex]\ncut_at_stop = true\n";

fn stopping(stream: bool) -> String {
    let mut body = ChatOverResponses.body(stream);
    body["stop"] = json!(["END", "never"]);
    body["stream_options"] = json!({"include_usage": true});
    if !stream {
        body.as_object_mut().unwrap().remove("stream_options");
    }
    body.to_string()
}

#[tokio::test]
async fn a_stream_is_cut_at_the_stop_sequence_and_azures_stream_is_closed() {
    let logs = Logs::listen();
    let never = Arc::new(Notify::new());
    let events = [created(), delta("One. E"), delta("ND and"), delta(" more")];
    let reply = Reply::stream(&events.each_ref().map(String::as_str)).wait(&never);
    let upstream = Upstream::script([reply]).await;
    let proxy = Proxy::start(&upstream, CUT).await;
    let answer = soon(proxy.chat(stopping(true))).await;
    assert_eq!(answer.headers()["x-azgate-edits"], "bridge.responses, cut.stop");
    let assembled = reading::assemble_chunks(&sse::chunks(&soon(answer.text()).await.unwrap()));
    let choice = &assembled["choices"][0];
    assert_eq!((&choice["message"]["content"], &choice["finish_reason"]), (&json!("One. "), &json!("stop")));
    soon(upstream.closed.notified()).await;
    assert!(!upstream.only().text().contains("stop"));
    let log = logs.call();
    assert_eq!((&log["ended"], &log["finish_reason"]), (&json!("done"), &json!("stop")), "{log}");
}

#[tokio::test]
async fn a_whole_answer_is_cut_at_the_stop_sequence() {
    let part = json!({"type": "output_text", "text": "One. END and more", "annotations": []});
    let item = json!({"type": "message", "id": "msg_1", "role": "assistant", "content": [part]});
    let body = response("completed", &json!({"output": [item]})).to_string();
    let events = [created(), delta("One. END and more"), ended("completed", &json!({"output": [item]}))];
    let stream = Reply::stream(&events.each_ref().map(String::as_str)).end();
    for (config, reply) in
        [(CUT.to_owned(), Reply::json(200, &body)), (format!("{CUT}collect = true\n"), stream)]
    {
        let upstream = Upstream::script([reply]).await;
        let proxy = Proxy::start(&upstream, &config).await;
        let answer = json(&soon(soon(proxy.chat(stopping(false))).await.text()).await.unwrap());
        let choice = &answer["choices"][0];
        assert_eq!(
            (&choice["message"]["content"], &choice["finish_reason"]),
            (&json!("One. "), &json!("stop"))
        );
        assert_eq!(answer["usage"]["completion_tokens"], 7);
        upstream.only();
    }
}

#[tokio::test]
async fn without_permission_to_cut_a_stop_sequence_is_dropped_and_reported() {
    let upstream = Upstream::script([whole(ChatOverResponses)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let answer = proxy.chat(stopping(false)).await;
    assert_eq!(answer.headers()["x-azgate-edits"], "bridge.responses, drop.stop;lossy");
    let refused = proxy.post("/v1/chat/completions", stopping(false), &[("x-azgate-lossy", "refuse")]).await;
    let refused = Refused::of(refused).await;
    assert_eq!((refused.status, refused.param.as_deref()), (400, Some("stop")), "{refused:?}");
    upstream.only();
}

#[tokio::test]
async fn a_client_that_hangs_up_closes_the_call_to_azure() {
    for direction in DIRECTIONS {
        let logs = Logs::listen();
        let never = Arc::new(Notify::new());
        let events = match direction {
            ChatOverResponses => [created(), delta("Hi")],
            ResponsesOverChat => {
                [chunk(&json!({"role": "assistant"}), None), chunk(&json!({"content": "Hi"}), None)]
            }
        };
        let reply = Reply::stream(&events.each_ref().map(String::as_str)).wait(&never);
        let upstream = Upstream::script([reply]).await;
        let proxy = Proxy::start(&upstream, "").await;
        let mut answer = soon(proxy.post(direction.path(), direction.body(true).to_string(), &[])).await;
        let mut text = String::new();
        while !text.contains("\"Hi\"") {
            text += &piece(&mut answer).await;
        }
        drop(answer);
        soon(upstream.closed.notified()).await;
        assert_eq!(logs.call()["ended"], "client_gone");
    }
}

#[tokio::test]
async fn reasoning_summaries_reach_the_client() {
    let summary = |text: &str| json!({"type": "summary_text", "text": text});
    let thought = json!({"type": "reasoning", "id": "rs_1", "summary": [summary("One."), summary("Two.")], "encrypted_content": "gA"});
    let message = response("completed", &json!({}))["output"][0].clone();
    let output = json!({"output": [thought, message]});
    let piece = |index: u32, text: &str| {
        event(&json!({"type": "response.reasoning_summary_text.delta", "item_id": "rs_1", "output_index": 0,
            "summary_index": index, "delta": text}))
    };
    let events = [created(), piece(0, "One"), piece(0, "."), piece(1, "Two."), ended("completed", &output)];
    let upstream = Upstream::script([
        Reply::json(200, &response("completed", &output).to_string()),
        Reply::stream(&events.each_ref().map(String::as_str)).end(),
    ])
    .await;
    let proxy = Proxy::start(&upstream, "[models.gpt-5-codex]\nreasoning_summary = \"detailed\"\n").await;
    let whole = json(&proxy.chat(ChatOverResponses.body(false).to_string()).await.text().await.unwrap());
    let stream = proxy.chat(ChatOverResponses.body(true).to_string()).await.text().await.unwrap();
    for answer in [whole, reading::assemble_chunks(&sse::chunks(&stream))] {
        let message = &answer["choices"][0]["message"];
        assert_eq!(message["reasoning_content"], "One.\n\nTwo.");
        let kept = json!({"resource": "main", "output": [thought, {"type": "message"}]});
        assert_eq!(message["azgate"], kept);
    }
    for received in upstream.finish() {
        assert_eq!(json(received.text())["reasoning"], json!({"summary": "detailed"}));
    }
}

const TOOLS: &str = r#"{"model":"gpt-5.6-sol","reasoning_effort":"low","messages":[{"role":"user","content":"Hi"}],"tools":[{"type":"function","function":{"name":"f"}}]}"#;

#[tokio::test]
async fn an_operator_decides_what_happens_to_tools_with_an_effort() {
    for (setting, path, edits) in [
        (None, "/openai/v1/responses", "bridge.responses"),
        (Some("bridge"), "/openai/v1/responses", "bridge.responses"),
        (Some("effort_none"), "/openai/v1/chat/completions", "none.reasoning_effort;lossy"),
    ] {
        let direction = if edits == "bridge.responses" { ChatOverResponses } else { ResponsesOverChat };
        let upstream = Upstream::script([whole(direction)]).await;
        let config =
            setting.map(|setting| format!("[models.\"gpt-5.6-sol\"]\ntools_with_effort = \"{setting}\"\n"));
        let proxy = Proxy::start(&upstream, &config.unwrap_or_default()).await;
        let answer = proxy.chat(TOOLS).await;
        assert_eq!(answer.headers()["x-azgate-edits"], edits, "{setting:?}");
        assert_eq!(json(&answer.text().await.unwrap())["choices"][0]["message"]["content"], "Hi");
        let received = upstream.only();
        assert_eq!(received.line(), format!("POST {path} HTTP/1.1"));
        let sent = json(received.text());
        let effort = if direction == ChatOverResponses {
            &sent["reasoning"]["effort"]
        } else {
            &sent["reasoning_effort"]
        };
        assert_eq!(effort, if direction == ChatOverResponses { "low" } else { "none" }, "{sent}");
    }
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, "[models.\"gpt-5.6-sol\"]\ntools_with_effort = \"refuse\"\n").await;
    let refused = Refused::of(proxy.chat(TOOLS).await).await;
    assert_eq!((refused.status, refused.param.as_deref()), (400, Some("tools")), "{refused:?}");
    upstream.untouched();
}

#[tokio::test]
async fn a_policy_can_disable_the_bridge_or_refuse_the_call() {
    for direction in DIRECTIONS {
        let rule = if direction == ChatOverResponses { "bridge.responses" } else { "bridge.chat" };
        let policy = |action: &str| format!("[policy.rules]\n\"{rule}\" = \"{action}\"\n");
        let upstream = Upstream::script([]).await;
        let proxy = Proxy::start(&upstream, &policy("refuse")).await;
        let refused =
            Refused::of(proxy.post(direction.path(), direction.body(false).to_string(), &[]).await).await;
        assert_eq!(refused.summary().0, 400);
        assert!(refused.message.contains(rule), "{refused:?}");
        upstream.untouched();

        // azgate still sends the call, and Azure refuses it.
        let body = r#"{"error":{"code":"OperationNotSupported","message":"The operation does not work with the specified model.","type":"invalid_request_error","param":null}}"#;
        let upstream = Upstream::script([Reply::json(400, body)]).await;
        let proxy = Proxy::start(&upstream, &policy("pass")).await;
        let answer = proxy.post(direction.path(), direction.body(false).to_string(), &[]).await;
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["x-azgate-edits"]),
            (400, &"none".parse().unwrap())
        );
        assert_eq!(answer.text().await.unwrap(), body);
        let received = upstream.only();
        assert_eq!(json(received.text()), direction.body(false));
        let path = direction.path().strip_prefix("/v1").unwrap();
        assert_eq!(received.line(), format!("POST /openai/v1{path} HTTP/1.1"));
    }
}

#[tokio::test]
async fn with_lossy_refused_a_lossless_call_is_bridged_and_a_lossy_call_is_refused() {
    let strict = [("x-azgate-lossy", "refuse")];
    for (direction, key, value) in
        [(ChatOverResponses, "seed", json!(1)), (ResponsesOverChat, "store", json!(true))]
    {
        let upstream = Upstream::script([whole(direction)]).await;
        let proxy = Proxy::start(&upstream, "").await;
        let mut body = direction.body(false);
        let answer = proxy.post(direction.path(), body.to_string(), &strict).await;
        assert_eq!(answer.status(), 200);
        body[key] = value;
        let refused = Refused::of(proxy.post(direction.path(), body.to_string(), &strict).await).await;
        assert_eq!((refused.status, refused.param.as_deref()), (400, Some(key)), "{refused:?}");
        upstream.only();
    }
}

#[tokio::test]
async fn legacy_functions_are_bridged_in_both_directions() {
    let call = json!({"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "f", "arguments": "{\"a\":1}"});
    let output = json!({"output": [call]});
    let added = event(
        &json!({"type": "response.output_item.added", "output_index": 0, "item": {"type": "function_call",
        "id": "fc_1", "call_id": "call_1", "name": "f", "arguments": ""}}),
    );
    let piece = event(
        &json!({"type": "response.function_call_arguments.delta", "item_id": "fc_1", "output_index": 0,
        "delta": "{\"a\":1}"}),
    );
    let events = [created(), added, piece, ended("completed", &output)];
    let upstream = Upstream::script([
        Reply::json(200, &response("completed", &output).to_string()),
        Reply::stream(&events.each_ref().map(String::as_str)).end(),
    ])
    .await;
    let proxy = Proxy::start(&upstream, "").await;
    let mut body = ChatOverResponses.body(false);
    body["functions"] = json!([{"name": "f"}]);
    // A hosted tool does not call the client's functions.
    body["web_search_options"] = json!({});
    let whole = json(&proxy.chat(body.to_string()).await.text().await.unwrap());
    let choice = &whole["choices"][0];
    assert_eq!(choice["message"]["function_call"], json!({"name": "f", "arguments": "{\"a\":1}"}));
    assert_eq!(
        (&choice["finish_reason"], choice["message"].get("tool_calls")),
        (&json!("function_call"), None)
    );
    body["stream"] = json!(true);
    let stream = proxy.chat(body.to_string()).await.text().await.unwrap();
    assert!(!stream.contains("tool_calls"), "{stream}");
    let chunks = sse::chunks(&stream);
    let deltas = chunks.iter().map(|chunk| &chunk["choices"][0]["delta"]["function_call"]);
    let (name, arguments) = deltas.fold((String::new(), String::new()), |(name, arguments), call| {
        (
            name + call["name"].as_str().unwrap_or_default(),
            arguments + call["arguments"].as_str().unwrap_or_default(),
        )
    });
    assert_eq!((name.as_str(), arguments.as_str()), ("f", "{\"a\":1}"));
    assert_eq!(chunks.last().unwrap()["choices"][0]["finish_reason"], "function_call");
    for received in upstream.finish() {
        let sent = json(received.text());
        assert_eq!(
            (&sent["tools"][0]["type"], &sent["tools"][1]["name"]),
            (&json!("web_search"), &json!("f"))
        );
        assert_eq!(sent["parallel_tool_calls"], false);
    }
}

#[tokio::test]
async fn an_option_that_azgate_added_and_azure_refused_is_not_sent_again() {
    let refusal = |name: &str| {
        let message =
            format!("Invalid value: '{name}'. Supported values are: 'message.input_image.image_url'.");
        let error = json!({"message": message, "type": "invalid_request_error", "param": "include[0]", "code": "invalid_value"});
        Reply::json(400, &json!({"error": error}).to_string())
    };
    let good = || Reply::json(200, &response("completed", &json!({})).to_string());
    let replies = ["reasoning.encrypted_content", "code_interpreter_call.outputs"].map(refusal);
    let upstream = Upstream::script(replies.into_iter().chain([good(), good()])).await;
    let proxy = Proxy::start(&upstream, "").await;
    let mut body = ChatOverResponses.body(false);
    body["tools"] = json!([{"type": "code_interpreter"}]);
    for _ in 0..2 {
        let strict = [("x-azgate-lossy", "refuse")];
        let answer = proxy.post("/v1/chat/completions", body.to_string(), &strict).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["x-azgate-edits"], "bridge.responses, correct.hosted_tools");
    }
    let sent = upstream.finish().into_iter().map(|received| json(received.text()));
    let asked: Vec<Value> = sent.map(|sent| sent["include"].clone()).collect();
    assert_eq!(asked[0], json!(["reasoning.encrypted_content", "code_interpreter_call.outputs"]));
    assert_eq!(asked[1..], [json!(["code_interpreter_call.outputs"]), Value::Null, Value::Null]);
}

#[tokio::test]
async fn reasoning_that_used_up_the_cap_is_reported_in_the_header() {
    let output = json!({"output": [{"type": "reasoning", "id": "rs_1", "summary": []}],
        "incomplete_details": {"reason": "max_output_tokens"},
        "usage": {"input_tokens": 5, "output_tokens": 16, "output_tokens_details": {"reasoning_tokens": 16}, "total_tokens": 21}});
    let logs = Logs::listen();
    let upstream = Upstream::script([Reply::json(200, &response("incomplete", &output).to_string())]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let answer = proxy.chat(ChatOverResponses.body(false).to_string()).await;
    assert_eq!(answer.headers()["x-azgate-warning"], "reasoning-exhausted-budget");
    let answer = json(&answer.text().await.unwrap());
    assert_eq!(answer["choices"][0]["message"]["content"], "");
    assert_eq!(logs.call()["exhausted"], true);
}
