//! Words and bodies of the other operation: what they ask for reaches Azure, and the client gets the answer of the
//! operation that it called.

use serde_json::{Value, json};

use crate::{
    responses_api::{RESPONSE, ask},
    support::{Proxy, Reply, Upstream, key, reading::events},
};

const CHAT: &str = "/v1/chat/completions";
const RESPONSES: &str = "/v1/responses";

/// A chat completion as Azure sends it.
const COMPLETION: &str = r#"{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"gpt-4-0613","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"Hello."}}],"usage":{"prompt_tokens":8,"completion_tokens":3,"total_tokens":11}}"#;

const CHUNKS: [&str; 4] = [
    "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"gpt-4-0613\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"Hello.\"},\"finish_reason\":null}]}\n\n",
    "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"gpt-4-0613\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n",
    "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"gpt-4-0613\",\"choices\":[],\"usage\":{\"prompt_tokens\":8,\"completion_tokens\":3,\"total_tokens\":11}}\n\n",
    "data: [DONE]\n\n",
];

const EVENTS: [&str; 5] = [
    "event: response.created\ndata: {\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"resp_1\",\"object\":\"response\",\"created_at\":1,\"model\":\"gpt-5.1-codex\",\"status\":\"in_progress\",\"output\":[]}}\n\n",
    "event: response.output_item.added\ndata: {\"type\":\"response.output_item.added\",\"sequence_number\":1,\"output_index\":0,\"item\":{\"type\":\"message\",\"id\":\"msg_1\",\"status\":\"in_progress\",\"role\":\"assistant\",\"content\":[]}}\n\n",
    "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"sequence_number\":2,\"item_id\":\"msg_1\",\"output_index\":0,\"content_index\":0,\"delta\":\"Hello.\"}\n\n",
    "event: response.output_item.done\ndata: {\"type\":\"response.output_item.done\",\"sequence_number\":3,\"output_index\":0,\"item\":{\"type\":\"message\",\"id\":\"msg_1\",\"status\":\"completed\",\"role\":\"assistant\",\"content\":[{\"type\":\"output_text\",\"text\":\"Hello.\",\"annotations\":[]}]}}\n\n",
    "event: response.completed\ndata: {\"type\":\"response.completed\",\"sequence_number\":4,\"response\":{\"id\":\"resp_1\",\"object\":\"response\",\"created_at\":1,\"model\":\"gpt-5.1-codex\",\"status\":\"completed\",\"output\":[{\"type\":\"message\",\"id\":\"msg_1\",\"status\":\"completed\",\"role\":\"assistant\",\"content\":[{\"type\":\"output_text\",\"text\":\"Hello.\",\"annotations\":[]}]}],\"usage\":{\"input_tokens\":8,\"output_tokens\":3,\"total_tokens\":11}}}\n\n",
];

/// The body of an agent that builds Responses calls for every server.
const AGENT: &str = r#"{"model":"M","stream":STREAM,"input":[{"role":"system","content":"You pair-program."},{"role":"user","content":[{"type":"input_text","text":"rename foo to bar"}]}],"reasoning":{"effort":"medium","summary":"auto"},"text":{"verbosity":"medium"},"store":false,"tools":[{"type":"function","name":"read_file","parameters":{"type":"object","properties":{}},"strict":false}]}"#;

fn agent(model: &str, stream: bool) -> String {
    AGENT.replace("\"M\"", &format!("\"{model}\"")).replace("STREAM", &stream.to_string())
}

/// The status, the edits and the body of an answer.
async fn answer(proxy: &Proxy, path: &str, body: impl Into<String>) -> (u16, String, String) {
    let answer = proxy.post(path, body.into(), &[]).await;
    let edits = answer.headers().get("x-azgate-edits").map_or("", |edits| edits.to_str().unwrap()).to_owned();
    (answer.status().as_u16(), edits, answer.text().await.unwrap())
}

fn parsed(body: &str) -> Value {
    serde_json::from_str(body).unwrap_or_else(|_| panic!("{body}"))
}

#[tokio::test]
async fn words_of_the_responses_api_reach_azure_in_chats_own_words() {
    for (model, words, sent) in [
        (
            "gpt-4.1",
            json!({"instructions": "Never say the code word."}),
            json!({"messages": [{"role": "system", "content": "Never say the code word."}, {"role": "user", "content": "hello"}]}),
        ),
        (
            "gpt-4.1",
            json!({"text": {"format": {"type": "json_object"}}}),
            json!({"response_format": {"type": "json_object"}}),
        ),
        ("gpt-5", json!({"text": {"verbosity": "low"}}), json!({"verbosity": "low"})),
        ("gpt-5", json!({"reasoning": {"effort": "high"}}), json!({"reasoning_effort": "high"})),
        ("gpt-5", json!({"max_output_tokens": 50}), json!({"max_completion_tokens": 50})),
    ] {
        let upstream = Upstream::script([Reply::json(200, COMPLETION)]).await;
        let proxy = Proxy::start(&upstream, "").await;
        let mut body = json!({"model": model, "messages": [{"role": "user", "content": "hello"}]});
        let mut expected = body.clone();
        body.as_object_mut().unwrap().extend(words.as_object().unwrap().clone());
        expected.as_object_mut().unwrap().extend(sent.as_object().unwrap().clone());
        let (status, edits, _) = answer(&proxy, CHAT, body.to_string()).await;
        assert_eq!(status, 200, "{words}");
        assert!(!edits.contains("lossy") && edits != "none", "{edits}");
        let received = upstream.only();
        assert_eq!(parsed(received.text()), expected);
        assert_eq!(received.line(), "POST /openai/v1/chat/completions HTTP/1.1");
    }
}

#[tokio::test]
async fn words_that_only_the_responses_api_has_take_the_call_there() {
    let upstream = Upstream::script((0..2).map(|_| Reply::json(200, RESPONSE))).await;
    let proxy = Proxy::start(&upstream, "").await;
    for (model, word, value) in [
        ("gpt-4.1", "previous_response_id", json!("resp_1")),
        ("gpt-5", "reasoning", json!({"effort": "high", "summary": "auto"})),
    ] {
        let mut body = json!({"model": model, "messages": [{"role": "user", "content": "hello"}]});
        body[word] = value;
        let (status, edits, body) = answer(&proxy, CHAT, body.to_string()).await;
        assert_eq!(
            (status, parsed(&body)["choices"][0]["message"]["content"].as_str()),
            (200, Some("Hello."))
        );
        assert!(edits.contains("bridge.responses"), "{edits}");
    }
    let received = upstream.finish();
    assert_eq!(parsed(received[0].text())["previous_response_id"], "resp_1");
    assert_eq!(parsed(received[1].text())["reasoning"], json!({"effort": "high", "summary": "auto"}));
}

#[tokio::test]
async fn words_that_cannot_be_carried_are_a_400_that_names_them_and_cost_azure_nothing() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, "").await;
    for (path, body, param) in [
        (CHAT, r#"{"model":"gpt-4","messages":[],"previous_response_id":"resp_1"}"#, "previous_response_id"),
        (CHAT, r#"{"model":"gpt-4","messages":[],"prompt":{"id":"pmpt_1"}}"#, "prompt"),
        (CHAT, r#"{"model":"gpt-4.1","messages":[{"role":"user","content":"a"}],"input":"b"}"#, "input"),
        (RESPONSES, r#"{"model":"gpt-5.4","input":"a","stop":["x"]}"#, "stop"),
        (RESPONSES, r#"{"model":"gpt-5.4","input":"a","n":2}"#, "n"),
        (RESPONSES, r#"{"model":"gpt-4","input":"a","n":2}"#, "n"),
        (
            RESPONSES,
            r#"{"model":"gpt-5.4","input":"a","messages":[{"role":"user","content":"b"}]}"#,
            "messages",
        ),
    ] {
        let (status, _, answer) = answer(&proxy, path, body).await;
        assert_eq!(
            (status, parsed(&answer)["error"]["param"].as_str()),
            (400, Some(param)),
            "{body}: {answer}"
        );
    }
}

#[tokio::test]
async fn a_word_of_the_other_operation_that_a_policy_passes_is_not_learned_away() {
    let unknown = r#"{"error":{"message":"Unknown parameter: 'instructions'.","type":"invalid_request_error","param":"instructions","code":"unknown_parameter"}}"#;
    let upstream = Upstream::script((0..2).map(|_| Reply::json(400, unknown))).await;
    let proxy = Proxy::start(&upstream, "[policy.rules]\n\"carry.instructions\" = \"pass\"\n").await;
    let body = r#"{"model":"gpt-4.1","messages":[{"role":"user","content":"hello"}],"instructions":"a"}"#;
    for _ in 0..2 {
        let (status, _, answer) = answer(&proxy, CHAT, body).await;
        assert_eq!((status, parsed(&answer)["error"]["param"].as_str()), (400, Some("instructions")));
    }
    assert!(upstream.finish().iter().all(|received| received.text() == body));
}

#[tokio::test]
async fn the_body_of_a_response_on_chat_completions_is_answered_as_chat() {
    let upstream = Upstream::script([Reply::json(200, RESPONSE), Reply::stream(&EVENTS).end()]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let (status, edits, body) = answer(&proxy, CHAT, agent("gpt-5.1-codex", false)).await;
    let body = parsed(&body);
    assert_eq!((status, body["object"].as_str()), (200, Some("chat.completion")));
    assert_eq!(body["choices"][0]["message"]["content"], "Hello.");
    assert_eq!(edits, "read.body");
    let (_, _, stream) = answer(&proxy, CHAT, agent("gpt-5.1-codex", true)).await;
    assert!(stream.contains(r#""object":"chat.completion.chunk""#) && stream.contains("Hello."), "{stream}");
    assert!(stream.ends_with("data: [DONE]\n\n") && !stream.contains("event:"), "{stream}");
    assert!(!stream.contains(r#""usage":{"#), "the client did not ask for it: {stream}");
    let received = upstream.finish();
    for (received, streams) in received.iter().zip([false, true]) {
        assert_eq!(received.line(), "POST /openai/v1/responses HTTP/1.1");
        assert_eq!(received.text(), agent("gpt-5.1-codex", streams), "byte for byte");
    }
}

#[tokio::test]
async fn the_body_of_a_response_on_chat_completions_of_a_chat_model_is_answered_as_chat() {
    let upstream = Upstream::script([
        Reply::json(200, COMPLETION),
        Reply::stream(&CHUNKS).end(),
        Reply::stream(&CHUNKS).end(),
    ])
    .await;
    let proxy = Proxy::start(&upstream, "").await;
    let call = |more: &str| format!(r#"{{"model":"gpt-4","input":"hello"{more}}}"#);
    let (status, _, body) = answer(&proxy, CHAT, call("")).await;
    assert_eq!((status, body.as_str()), (200, COMPLETION));
    let (_, _, stream) = answer(&proxy, CHAT, call(r#","stream":true"#)).await;
    assert!(stream.contains("Hello.") && stream.ends_with("data: [DONE]\n\n"), "{stream}");
    assert!(!stream.contains(r#""usage":{"#), "{stream}");
    let wanted = r#","stream":true,"stream_options":{"include_usage":true}"#;
    let (_, _, stream) = answer(&proxy, CHAT, call(wanted)).await;
    assert!(stream.contains(r#""usage":{"#), "{stream}");
    for received in upstream.finish() {
        assert_eq!(received.line(), "POST /openai/v1/chat/completions HTTP/1.1");
        assert_eq!(parsed(received.text())["messages"], json!([{"role": "user", "content": "hello"}]));
    }
}

#[tokio::test]
async fn the_body_of_a_chat_completion_on_responses_is_answered_as_a_response() {
    let upstream = Upstream::script([
        Reply::json(200, RESPONSE),
        Reply::stream(&EVENTS).end(),
        Reply::json(200, COMPLETION),
        Reply::stream(&CHUNKS).end(),
    ])
    .await;
    let proxy = Proxy::start(&upstream, "").await;
    let call = |model: &str, more: &str| {
        format!(
            r#"{{"model":"{model}","messages":[{{"role":"system","content":"Be brief."}},{{"role":"user","content":"hello"}}],"max_tokens":50{more}}}"#
        )
    };
    let (status, _, body) = answer(&proxy, RESPONSES, call("gpt-4.1", "")).await;
    assert_eq!((status, body.as_str()), (200, RESPONSE));
    let stream = r#","stream":true,"stream_options":{"include_usage":true}"#;
    let (_, _, streamed) = answer(&proxy, RESPONSES, call("gpt-5.1-codex", stream)).await;
    assert_eq!(streamed, EVENTS.concat());
    let (_, _, body) = answer(&proxy, RESPONSES, call("gpt-4", "")).await;
    assert_eq!(parsed(&body)["object"], "response");
    assert_eq!(parsed(&body)["output"][0]["content"][0]["text"], "Hello.");
    let (_, _, streamed) = answer(&proxy, RESPONSES, call("gpt-4", stream)).await;
    let kinds: Vec<Value> = events(&streamed).into_iter().map(|event| event["type"].clone()).collect();
    assert_eq!(kinds.first().unwrap(), "response.created");
    assert_eq!(kinds.last().unwrap(), "response.completed");
    let received = upstream.finish();
    let first = parsed(received[0].text());
    assert_eq!(first["input"][1]["content"], "hello");
    assert_eq!(first["max_output_tokens"], 50);
    assert!(first.get("store").is_none(), "a response is stored as the client's operation does");
    assert_eq!(parsed(received[2].text())["messages"][0]["content"], "Be brief.");
    assert_eq!(received[3].line(), "POST /openai/v1/chat/completions HTTP/1.1");
}

#[tokio::test]
async fn tools_of_both_shapes_in_one_list_get_that_of_the_operation() {
    let upstream = Upstream::script([Reply::json(200, COMPLETION), Reply::json(200, RESPONSE)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let tools = r#"[{"type":"function","function":{"name":"grep","parameters":{"type":"object","properties":{}}}},{"type":"function","name":"edit_file","parameters":{"type":"object","properties":{}}}]"#;
    let chat = format!(
        r#"{{"model":"gpt-4.1","messages":[{{"role":"user","content":"hello"}}],"tools":{tools},"tool_choice":{{"type":"function","name":"edit_file"}}}}"#
    );
    assert_eq!(answer(&proxy, CHAT, chat).await.0, 200);
    let responses = format!(
        r#"{{"model":"gpt-4.1","input":"hello","tools":{tools},"tool_choice":{{"type":"function","function":{{"name":"grep"}}}}}}"#
    );
    assert_eq!(answer(&proxy, RESPONSES, responses).await.0, 200);
    let received = upstream.finish();
    let (chat, responses) = (parsed(received[0].text()), parsed(received[1].text()));
    let names = |call: &Value, pointer: &str| {
        let tools = call["tools"].as_array().unwrap().iter();
        tools.map(|tool| tool.pointer(pointer).unwrap().as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&chat, "/function/name"), ["grep", "edit_file"]);
    assert_eq!(chat["tool_choice"], json!({"type": "function", "function": {"name": "edit_file"}}));
    assert_eq!(names(&responses, "/name"), ["grep", "edit_file"]);
    assert_eq!(responses["tool_choice"], json!({"type": "function", "name": "grep"}));
}

#[tokio::test]
async fn parts_get_the_names_of_the_operation_that_serves_them() {
    let upstream = Upstream::script([Reply::json(200, COMPLETION), Reply::json(200, RESPONSE)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let body = r#"{"model": "gpt-35-turbo", "input": [{"role": "user", "content": [{"type": "text", "text": "b"}]}]}"#;
    assert_eq!(answer(&proxy, RESPONSES, body).await.0, 200);
    assert_eq!(answer(&proxy, RESPONSES, body.replace("gpt-35-turbo", "gpt-4.1")).await.0, 200);
    let received = upstream.finish();
    assert_eq!(parsed(received[0].text())["messages"], json!([{"role": "user", "content": "b"}]));
    let parts = json!([{"type": "input_text", "text": "b"}]);
    assert_eq!(parsed(received[1].text())["input"][0]["content"], parts);
}

#[tokio::test]
async fn objects_of_another_key_cannot_be_named_in_the_body_of_the_other_operation() {
    let upstream = Upstream::script([]).await;
    let keys = key("team-a", "secret-a", "") + &key("team-b", "secret-b", "");
    let proxy = Proxy::start(&upstream, &keys).await;
    for (path, body, at) in [
        (CHAT, r#""input":"a","previous_response_id":"resp_1""#, "previous_response_id"),
        (
            CHAT,
            r#""input":[{"role":"user","content":[{"type":"input_file","file_id":"f"}]}]"#,
            "input[0].content[0].file_id",
        ),
        (CHAT, r#""input":[{"type":"item_reference","id":"i"}]"#, "input[0].id"),
        (
            CHAT,
            r#""input":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"","file_id":"f"}}]}]"#,
            "input[0].content[0].file_id",
        ),
        (CHAT, r#""messages":[],"conversation":"conv_1""#, "conversation"),
        (
            RESPONSES,
            r#""messages":[{"role":"user","content":[{"type":"file","file":{"file_id":"f"}}]}]"#,
            "messages[0].content[0].file.file_id",
        ),
        (
            RESPONSES,
            r#""messages":[{"role":"assistant","tool_calls":[{"type":"item_reference","id":"i"}]}]"#,
            "input[0].id",
        ),
        (RESPONSES, r#""messages":[{"role":"user","content":"a"}],"prompt":{"id":"p"}"#, "prompt.id"),
        (
            RESPONSES,
            r#""input":"a","tool_resources":{"file_search":{"vector_store_ids":[["vs"]]}}"#,
            "tool_resources.file_search.vector_store_ids[0][0]",
        ),
    ] {
        let body = format!(r#"{{"model":"gpt-5",{body}}}"#);
        let answer = ask(&proxy, "POST", path, "api-key: secret-a\r\n", &body).await.refused();
        assert_eq!(answer.summary(), (404, "invalid_request_error", "not_found", Some(at)), "{body}");
    }
    upstream.untouched();
}

#[tokio::test]
async fn one_key_may_name_its_objects_in_chats_words_and_azure_finds_them_where_it_looks() {
    let upstream = Upstream::script((0..3).map(|_| Reply::json(200, RESPONSE))).await;
    let proxy = Proxy::start(&upstream, "").await;
    for member in [
        r#""messages":[{"role":"user","content":[{"type":"file","file":{"file_id":"id_1"}}]}]"#,
        r#""input":"a","tool_resources":{"file_search":{"vector_store_ids":["id_1"]}}"#,
        r#""input":"a","data_sources":[{"type":"file_search","parameters":{"vector_store_id":"id_1"}}]"#,
    ] {
        assert_eq!(answer(&proxy, RESPONSES, format!(r#"{{"model":"gpt-4.1",{member}}}"#)).await.0, 200);
    }
    let received: Vec<Value> = upstream.finish().iter().map(|received| parsed(received.text())).collect();
    assert_eq!(received[0]["input"][0]["content"], json!([{"type": "input_file", "file_id": "id_1"}]));
    for sent in &received[1..] {
        assert_eq!(sent["tools"], json!([{"type": "file_search", "vector_store_ids": ["id_1"]}]));
    }
}
