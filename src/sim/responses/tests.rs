//! The Responses operation over HTTP, in memory.

use axum::{
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::sim::{Fault, Options, Simulator};

const V1: &str = "/openai/v1/responses";
const CHAT: &str = "/openai/v1/chat/completions";

struct TestResponse {
    status: StatusCode,
    content_type: String,
    body: String,
}

impl TestResponse {
    #[track_caller]
    fn json(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    fn error(&self) -> Value {
        serde_json::from_str::<Value>(&self.body).unwrap()["error"].clone()
    }

    /// Returns the events. Checks that each `event:` line agrees with its data and that the numbers have no gap.
    #[track_caller]
    fn events(&self) -> Vec<Value> {
        assert_eq!(self.status, 200, "{}", self.body);
        let mut list: Vec<&str> = self.body.split("\n\n").collect();
        assert_eq!(list.pop(), Some(""), "{}", self.body);
        let event = |(number, text): (usize, &str)| {
            let (head, data) = text.split_once('\n').unwrap();
            let event: Value = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
            assert_eq!(head.strip_prefix("event: ").unwrap(), event["type"], "{text}");
            assert_eq!(event["sequence_number"], number, "{text}");
            event
        };
        list.into_iter().enumerate().map(event).collect()
    }

    fn kinds(&self) -> Vec<String> {
        self.events().iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect()
    }
}

async fn send(simulator: &Simulator, method: &str, path: &str, body: Option<&Value>) -> TestResponse {
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    let request = Request::builder().method(method).uri(path).header("api-key", "sim-key").body(body);
    let response = simulator.router().oneshot(request.unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let content_type = parts.headers.get("content-type").map_or("", |kind| kind.to_str().unwrap()).to_owned();
    TestResponse { status: parts.status, content_type, body: String::from_utf8(body.to_vec()).unwrap() }
}

async fn post(simulator: &Simulator, path: &str, body: &Value) -> TestResponse {
    send(simulator, "POST", path, Some(body)).await
}

fn with(mut body: Value, members: &Value) -> Value {
    body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    body
}

async fn create_response(model: &str, question: &str, members: &Value) -> TestResponse {
    let body = with(json!({"model": model, "input": question}), members);
    post(&Simulator::default(), V1, &body).await
}

fn weather() -> Value {
    json!({"type": "function", "name": "get_weather", "description": "d", "strict": false, "parameters":
        {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}})
}

/// Returns the items of one type.
fn items_of<'a>(response: &'a Value, kind: &str) -> Vec<&'a Value> {
    response["output"].as_array().unwrap().iter().filter(|item| item["type"] == kind).collect()
}

/// Returns the text of all messages.
fn output_text(response: &Value) -> String {
    let parts =
        items_of(response, "message").into_iter().flat_map(|item| item["content"].as_array().unwrap());
    parts.filter_map(|part| part["text"].as_str()).collect()
}

#[tokio::test]
async fn an_answer_has_every_member() {
    let response = create_response(
        "gpt-5",
        "Hello",
        &json!({"metadata": {"a": "b"}, "tools": [weather()], "tool_choice": "none"}),
    )
    .await;
    assert_eq!(response.content_type, "application/json");
    let response = response.json();
    for name in [
        "id",
        "object",
        "created_at",
        "status",
        "background",
        "completed_at",
        "content_filters",
        "error",
        "incomplete_details",
        "instructions",
        "max_output_tokens",
        "max_tool_calls",
        "model",
        "output",
        "parallel_tool_calls",
        "previous_response_id",
        "prompt_cache_key",
        "reasoning",
        "safety_identifier",
        "service_tier",
        "store",
        "temperature",
        "text",
        "tool_choice",
        "tools",
        "top_logprobs",
        "top_p",
        "truncation",
        "usage",
        "user",
        "metadata",
    ] {
        assert!(response.get(name).is_some(), "{name}");
    }
    assert!(response["id"].as_str().unwrap().starts_with("resp_"));
    assert_eq!((&response["object"], &response["status"]), (&json!("response"), &json!("completed")));
    assert_eq!(response["model"], "gpt-5-2025-08-07");
    assert_eq!(response["metadata"], json!({"a": "b"}));
    assert_eq!(response["reasoning"], json!({"effort": "medium", "summary": null}));
    assert_eq!(response["text"], json!({"format": {"type": "text"}, "verbosity": "medium"}));
    let filters = response["content_filters"].as_array().unwrap();
    assert_eq!(
        (&filters[0]["source_type"], &filters[1]["source_type"]),
        (&json!("prompt"), &json!("completion"))
    );
}

#[tokio::test]
async fn an_answer_quotes_the_question() {
    let response = create_response("gpt-5", "Hello", &json!({})).await.json();
    let output = response["output"].as_array().unwrap();
    assert_eq!(output[0]["type"], "reasoning");
    assert_eq!(output[0]["summary"], json!([]));
    assert!(output[0].get("encrypted_content").is_none());
    assert_eq!(
        output[1]["content"],
        json!([{"type": "output_text", "text": "gpt-5 says: Hello",
                                             "annotations": [], "logprobs": []}])
    );
    assert_eq!(response["usage"]["output_tokens_details"]["reasoning_tokens"], 64);
}

/// Returns conversations: `messages` and `input`, then the other members of the chat body and of the Responses body.
fn conversations() -> Vec<((Value, Value), Value, Value)> {
    let schema = json!({"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]});
    let function = json!({"name": "get_weather", "description": "d", "parameters": weather()["parameters"]});
    let tool = json!({"type": "function", "function": function});
    let image = json!({"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}});
    let input_image =
        json!({"type": "input_image", "image_url": "data:image/png;base64,AA==", "detail": "auto"});
    let plain = |question: &str| (json!([{"role": "user", "content": question}]), json!(question));
    let call = json!({"id": "a", "type": "function", "function": {"name": "get_weather", "arguments": "{}"}});
    let turns = (
        json!([{"role": "system", "content": "be brief"}, {"role": "user", "content": "weather?"},
               {"role": "assistant", "content": "a moment", "tool_calls": [call]},
               {"role": "tool", "tool_call_id": "a", "content": "rain"}]),
        json!([{"role": "system", "content": "be brief"}, {"role": "user", "content": "weather?"},
               {"role": "assistant", "content": [{"type": "output_text", "text": "a moment"}]},
               {"type": "function_call", "call_id": "a", "name": "get_weather", "arguments": "{}"},
               {"type": "function_call_output", "call_id": "a", "output": "rain"}]),
    );
    let picture = (
        json!([{"role": "user", "content": [{"type": "text", "text": "look"}, image]}]),
        json!([{"role": "user", "content": [{"type": "input_text", "text": "look"}, input_image]}]),
    );
    vec![
        (plain("Hello there"), json!({}), json!({})),
        (plain("[[sim: text=300]]"), json!({"max_completion_tokens": 90}), json!({"max_output_tokens": 90})),
        (plain("[[sim: refusal]] no"), json!({}), json!({})),
        (plain("[[sim: content_filter_output think=9]] no"), json!({}), json!({})),
        (plain("both please"), json!({"tools": [tool]}), json!({"tools": [weather()]})),
        (
            plain("json please"),
            json!({"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": schema}}}),
            json!({"text": {"format": {"type": "json_schema", "name": "a", "schema": schema}}}),
        ),
        (turns, json!({"tools": [tool]}), json!({"tools": [weather()]})),
        (picture, json!({}), json!({})),
    ]
}

/// For the same conversation, both operations give the same text, calls and token counts.
#[tokio::test]
async fn both_operations_answer_alike() {
    for ((messages, input), chat, responses) in conversations() {
        let chat = with(json!({"model": "gpt-5", "messages": messages}), &chat);
        let responses = with(json!({"model": "gpt-5", "input": input}), &responses);
        let chat = post(&Simulator::default(), CHAT, &chat).await.json();
        let response = post(&Simulator::default(), V1, &responses).await.json();
        let message = &chat["choices"][0]["message"];
        assert_eq!(message["content"].as_str().unwrap_or_default(), output_text(&response), "{responses}");
        let refusals: String = items_of(&response, "message")
            .into_iter()
            .filter_map(|item| item["content"][0]["refusal"].as_str())
            .collect();
        assert_eq!(message["refusal"].as_str().unwrap_or_default(), refusals);
        let calls: Vec<Value> = items_of(&response, "function_call")
            .into_iter()
            .map(|item| json!([item["call_id"], item["name"], item["arguments"]]))
            .collect();
        let expected: Vec<Value> = message["tool_calls"]
            .as_array()
            .unwrap_or(&Vec::new())
            .iter()
            .map(|call| json!([call["id"], call["function"]["name"], call["function"]["arguments"]]))
            .collect();
        assert_eq!(calls, expected, "{responses}");
        let reason = match chat["choices"][0]["finish_reason"].as_str().unwrap() {
            "length" => json!({"reason": "max_output_tokens"}),
            "content_filter" => json!({"reason": "content_filter"}),
            _ => Value::Null,
        };
        assert_eq!(response["incomplete_details"], reason, "{responses}");
        let (of_chat, usage) = (&chat["usage"], &response["usage"]);
        assert_eq!(of_chat["prompt_tokens"], usage["input_tokens"], "{responses}");
        assert_eq!(of_chat["completion_tokens"], usage["output_tokens"], "{responses}");
        assert_eq!(of_chat["total_tokens"], usage["total_tokens"], "{responses}");
        assert_eq!(
            of_chat["completion_tokens_details"]["reasoning_tokens"],
            usage["output_tokens_details"]["reasoning_tokens"],
            "{responses}"
        );
    }
}

#[tokio::test]
async fn instructions_count_as_a_system_message() {
    let as_message = json!([{"role": "system", "content": "be brief"}, {"role": "user", "content": "hi"}]);
    let as_message = create_response("gpt-4o", "", &json!({"input": as_message})).await.json();
    let as_member = create_response("gpt-4o", "hi", &json!({"instructions": "be brief"})).await.json();
    assert_eq!(as_message["usage"], as_member["usage"]);
    assert_eq!(as_member["instructions"], "be brief");
}

#[tokio::test]
async fn a_cap_below_the_reasoning_leaves_no_message() {
    let response = create_response("o3", "hi", &json!({"max_output_tokens": 20})).await.json();
    assert_eq!(response["status"], "incomplete");
    assert_eq!(response["incomplete_details"], json!({"reason": "max_output_tokens"}));
    assert_eq!(response["output"].as_array().unwrap().len(), 1);
    let cut = create_response("gpt-4o", &"word ".repeat(50), &json!({"max_output_tokens": 16})).await.json();
    assert_eq!(items_of(&cut, "message")[0]["status"], "incomplete");
}

#[tokio::test]
async fn reasoning_is_summarized_and_encrypted_on_request() {
    let members =
        json!({"reasoning": {"summary": "auto"}, "include": ["reasoning.encrypted_content"], "store": false});
    let response = create_response("gpt-5.5", "why?", &members).await.json();
    let item = items_of(&response, "reasoning")[0];
    assert_eq!(item["summary"][0]["type"], "summary_text");
    assert!(item["encrypted_content"].as_str().unwrap().starts_with("gAAAA"));
    let none = create_response("gpt-5.5", "why?", &json!({"reasoning": {"effort": "none"}})).await.json();
    assert!(items_of(&none, "reasoning").is_empty());
}

#[tokio::test]
async fn hosted_tools_add_their_calls_and_citations() {
    let tools = json!({
        "tools": [
            {"type": "file_search", "vector_store_ids": ["vs_a", "vs_b"]},
            {"type": "code_interpreter", "container": {"type": "auto"}},
            {"type": "web_search"},
        ],
        "include": ["file_search_call.results", "code_interpreter_call.outputs"],
    });
    let response = create_response("gpt-5", "Hello", &tools).await.json();
    let kinds: Vec<&str> =
        response["output"].as_array().unwrap().iter().map(|item| item["type"].as_str().unwrap()).collect();
    assert_eq!(
        kinds,
        ["reasoning", "file_search_call", "code_interpreter_call", "web_search_call", "message"]
    );
    let search = items_of(&response, "file_search_call")[0];
    assert_eq!(search["queries"], json!(["Hello"]));
    assert_eq!(search["results"].as_array().unwrap().len(), 2);
    let code = items_of(&response, "code_interpreter_call")[0];
    assert_eq!((&code["outputs"][0]["type"], &code["outputs"][1]["type"]), (&json!("logs"), &json!("image")));
    let annotations =
        items_of(&response, "message")[0]["content"][0]["annotations"].as_array().unwrap().clone();
    let kinds: Vec<&str> = annotations.iter().map(|one| one["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["file_citation", "file_citation", "container_file_citation", "url_citation"]);
    assert_eq!(annotations[2]["container_id"], code["container_id"]);
    assert_eq!(annotations[3]["end_index"], output_text(&response).chars().count());
    let bare =
        create_response("gpt-5", "Hello", &with(tools.clone(), &json!({"include": null}))).await.json();
    assert_eq!(items_of(&bare, "file_search_call")[0]["results"], Value::Null);
    let none = create_response("gpt-5", "Hello", &with(tools, &json!({"tool_choice": "none"}))).await.json();
    assert_eq!(none["output"].as_array().unwrap().len(), 2);
}

/// Appends the delta of an event to a string member.
fn append_delta(value: &mut Value, name: &str, event: &Value) {
    let so_far = value[name].as_str().unwrap().to_owned();
    value[name] = json!(so_far + event["delta"].as_str().unwrap());
}

/// Applies an event to an item, as a client does.
fn apply_event(item: &mut Value, event: &Value) {
    let list = |item: &mut Value, name: &str| item[name].as_array_mut().unwrap().clone();
    let push = |item: &mut Value, name: &str, value: &Value| {
        let mut values = list(item, name);
        values.push(value.clone());
        item[name] = json!(values);
    };
    let newest = |item: &mut Value, name: &str| list(item, name).len() - 1;
    match event["type"].as_str().unwrap().strip_prefix("response.").unwrap_or_default() {
        "content_part.added" => push(item, "content", &event["part"]),
        "output_text.delta" => {
            let part = newest(item, "content");
            append_delta(&mut item["content"][part], "text", event);
            for logprob in event["logprobs"].as_array().unwrap() {
                push(&mut item["content"][part], "logprobs", logprob);
            }
        }
        "refusal.delta" => append_delta(&mut item["content"][0], "refusal", event),
        "output_text.annotation.added" => {
            let part = newest(item, "content");
            push(&mut item["content"][part], "annotations", &event["annotation"]);
        }
        "function_call_arguments.delta" => append_delta(item, "arguments", event),
        "custom_tool_call_input.delta" => append_delta(item, "input", event),
        "code_interpreter_call_code.delta" => append_delta(item, "code", event),
        "reasoning_summary_part.added" => push(item, "summary", &event["part"]),
        "reasoning_summary_text.delta" => append_delta(&mut item["summary"][0], "text", event),
        _ => {}
    }
}

/// Builds the items from the events of a stream.
fn items_from_events(events: &[Value]) -> Vec<Value> {
    let mut items: Vec<Value> = Vec::new();
    for event in events {
        let Some(index) = event["output_index"].as_u64() else { continue };
        let index = usize::try_from(index).unwrap();
        if event["type"] == "response.output_item.added" {
            assert_eq!(index, items.len());
            items.push(event["item"].clone());
        } else if event["type"] == "response.output_item.done" {
            for name in ["content", "arguments", "input", "code", "summary"] {
                assert_eq!(items[index].get(name), event["item"].get(name), "{name} of {event}");
            }
            items[index] = event["item"].clone();
        } else if let Some(item) = items.get_mut(index) {
            if let Some(id) = event.get("item_id") {
                assert_eq!(&item["id"], id);
            }
            apply_event(item, event);
        }
    }
    items
}

#[tokio::test]
async fn a_stream_carries_the_same_items_as_a_body() {
    let custom = json!({"type": "custom", "name": "run"});
    let hosted = json!([{"type": "file_search", "vector_store_ids": ["vs_a"]},
        {"type": "code_interpreter", "container": "cntr_1"}, {"type": "web_search_preview"},
        {"type": "image_generation"}]);
    for (model, question, members) in [
        ("gpt-5", "naïve 東京 🙂 \"quoted\"\n", json!({"reasoning": {"summary": "detailed"}})),
        ("gpt-4o", "hi", json!({"include": ["message.output_text.logprobs"], "top_logprobs": 2})),
        ("gpt-5", "both please", json!({"tools": [weather()]})),
        ("gpt-5", "[[sim: interleave]] both please", json!({"tools": [weather()]})),
        ("gpt-5", "run", json!({"tools": [custom]})),
        ("gpt-5", "search", json!({"tools": hosted, "include": ["code_interpreter_call.outputs"]})),
        ("gpt-5", "[[sim: refusal]]", json!({})),
        ("gpt-5", "[[sim: phases parts=3]] one two three four", json!({})),
        ("gpt-5", "[[sim: content_filter_output]] hi", json!({})),
        ("gpt-5", "[[sim: text=100]]", json!({"max_output_tokens": 99})),
    ] {
        let body = create_response(model, question, &members).await.json();
        let stream = create_response(model, question, &with(members.clone(), &json!({"stream": true}))).await;
        assert_eq!(stream.content_type, "text/event-stream; charset=utf-8");
        let events = stream.events();
        assert_eq!(events[0]["type"], "response.created");
        assert_eq!(
            (&events[0]["response"]["status"], &events[0]["response"]["usage"]),
            (&json!("in_progress"), &Value::Null)
        );
        assert_eq!(events[1]["type"], "response.in_progress");
        let last = events.last().unwrap();
        let status = body["status"].as_str().unwrap();
        assert_eq!(last["type"], format!("response.{status}"));
        assert_eq!(last["response"]["output"], body["output"], "{question}");
        assert_eq!(last["response"]["usage"], body["usage"]);
        assert_eq!(json!(items_from_events(&events)), body["output"], "{question}");
        assert!(!stream.body.contains("[DONE]"));
    }
}

#[tokio::test]
async fn the_events_of_a_text_come_in_order() {
    let members = json!({"stream": true, "stream_options": {"include_obfuscation": false}});
    let stream = create_response("gpt-4o", "hi", &members).await;
    assert_eq!(
        stream.kinds(),
        [
            "response.created",
            "response.in_progress",
            "response.output_item.added",
            "response.content_part.added",
            "response.output_text.delta",
            "response.output_text.delta",
            "response.output_text.delta",
            "response.output_text.done",
            "response.content_part.done",
            "response.output_item.done",
            "response.completed",
        ]
    );
    assert!(stream.events().iter().all(|event| event.get("obfuscation").is_none()));
    let padded = create_response("gpt-4o", "hi", &json!({"stream": true})).await.events();
    assert!(padded[4]["obfuscation"].is_string());
}

#[tokio::test]
async fn hosted_calls_stream_their_steps() {
    let tools = json!({"stream": true, "tools": [{"type": "file_search", "vector_store_ids": ["vs_a"]},
        {"type": "code_interpreter", "container": "cntr_1"}, {"type": "web_search"}]});
    let kinds = create_response("gpt-4o", "hi", &tools).await.kinds();
    for expected in [
        "response.file_search_call.in_progress",
        "response.file_search_call.searching",
        "response.file_search_call.completed",
        "response.code_interpreter_call.in_progress",
        "response.code_interpreter_call_code.delta",
        "response.code_interpreter_call_code.done",
        "response.code_interpreter_call.interpreting",
        "response.code_interpreter_call.completed",
        "response.web_search_call.searching",
        "response.output_text.annotation.added",
    ] {
        assert!(kinds.iter().any(|kind| kind == expected), "{expected}");
    }
}

#[tokio::test]
async fn calls_can_be_interleaved() {
    let members = json!({"tools": [weather()], "stream": true});
    let events = create_response("gpt-5", "[[sim: interleave think=0]] both", &members).await.events();
    let deltas = events.iter().filter(|event| event["type"] == "response.function_call_arguments.delta");
    let indices: Vec<u64> = deltas.map(|event| event["output_index"].as_u64().unwrap()).collect();
    assert_eq!(&indices[..4], [0, 1, 0, 1]);
    let done = events.iter().find(|event| event["type"] == "response.function_call_arguments.done").unwrap();
    assert_eq!(done["name"], "get_weather");
}

#[tokio::test]
async fn directives_make_responses_fail() {
    let failed = create_response("gpt-5", "[[sim: failed=rate_limit_exceeded]]", &json!({})).await.json();
    assert_eq!(
        (&failed["status"], &failed["error"]["code"]),
        (&json!("failed"), &json!("rate_limit_exceeded"))
    );
    assert_eq!((&failed["output"], &failed["usage"]), (&json!([]), &Value::Null));
    let stream = json!({"stream": true});
    let failed = create_response("gpt-5", "[[sim: failed text=50]]", &stream).await.events();
    let last = failed.last().unwrap();
    assert_eq!(
        (&last["type"], &last["response"]["error"]["code"]),
        (&json!("response.failed"), &json!("server_error"))
    );
    assert!(failed.iter().any(|event| event["type"] == "response.output_text.delta"));
    let event = create_response("gpt-5", "[[sim: error-event]] hi", &stream).await;
    let error = event.events().pop().unwrap();
    assert_eq!(
        (&error["type"], &error["code"], &error["param"]),
        (&json!("error"), &json!("server_error"), &Value::Null)
    );
    let unended = create_response("gpt-5", "[[sim: unended]] hi", &stream).await.kinds();
    assert_eq!(unended.last().unwrap(), "response.output_item.done");
    let odd = create_response("gpt-5", "[[sim: odd-events]] hi", &stream).await.kinds();
    assert!(odd.contains(&"keepalive".to_owned()) && odd.contains(&"response.sim_novelty.delta".to_owned()));
    let filtered = create_response("gpt-5", "[[sim: filter]]", &json!({})).await;
    assert_eq!((filtered.status.as_u16(), &filtered.error()["code"]), (400, &json!("content_filter")));
    assert_eq!(filtered.error()["content_filters"][0]["blocked"], true);
    let unknown = create_response("gpt-5", "[[sim: frobnicate]]", &json!({})).await;
    assert_eq!((unknown.status.as_u16(), &unknown.error()["param"]), (400, &json!("input")));
    let bare = create_response("gpt-5", "[[sim: bare-model]]", &json!({})).await.json();
    assert_eq!(bare["model"], "gpt-5");
    let simulator = Simulator::default();
    simulator.script(Fault::new("503").unwrap().on("gpt-5"));
    assert_eq!(post(&simulator, V1, &json!({"model": "gpt-5", "input": "hi"})).await.status, 503);
    assert_eq!(post(&simulator, V1, &json!({"model": "gpt-5", "input": "hi"})).await.status, 200);
}

#[tokio::test]
async fn each_phase_is_a_message() {
    let response = create_response("gpt-5", "[[sim: phases]] hi", &json!({})).await.json();
    let messages = items_of(&response, "message");
    assert_eq!(
        (&messages[0]["phase"], &messages[1]["phase"]),
        (&json!("commentary"), &json!("final_answer"))
    );
    let parts = create_response("gpt-5", "[[sim: parts=2]] one two", &json!({})).await.json();
    assert_eq!(items_of(&parts, "message")[0]["content"].as_array().unwrap().len(), 2);
    assert_eq!(output_text(&parts), "gpt-5 says: one two");
}

#[tokio::test]
async fn paths_and_versions() {
    let simulator = Simulator::new(Options {
        deployments: vec![("mine".to_owned(), "gpt-5-codex".to_owned())],
        ..Options::default()
    });
    let body = json!({"model": "mine", "input": "hi"});
    let status = async |path: &str| {
        let answer = post(&simulator, path, &body).await;
        (answer.status.as_u16(), answer.body)
    };
    let nowhere = r#"{"error":{"code":"404","message":"Resource not found"}}"#;
    for path in [
        "/openai/responses",
        "/openai/responses?api-version=2024-10-21",
        "/openai/deployments/mine/responses?api-version=2025-04-01-preview",
        "/openai/v1/responses/resp_1/nothing",
    ] {
        assert_eq!(status(path).await, (404, nowhere.to_owned()), "{path}");
    }
    for path in
        [V1, "/openai/v1/responses?api-version=preview", "/openai/responses?api-version=2025-04-01-preview"]
    {
        assert_eq!(status(path).await.0, 200, "{path}");
    }
    assert_eq!(status("/openai/v1/responses?api-version=2025-04-01-preview").await.0, 400);
    assert_eq!(status("/openai/responses?api-version=2025-13-01").await.0, 400);
    let none = post(&simulator, V1, &json!({"model": "nobody", "input": "hi"})).await;
    assert!(none.status == 404 && none.body.contains("DeploymentNotFound"), "{}", none.body);
    let none = post(&simulator, V1, &json!({"input": "hi"})).await;
    assert_eq!(none.error()["message"], "Missing required parameter: 'model'.");
    assert_eq!(simulator.received().len(), 11);
}

#[tokio::test]
async fn a_stored_response_is_kept_until_it_is_deleted() {
    let simulator = Simulator::default();
    let made = post(&simulator, V1, &json!({"model": "gpt-4o", "input": "hi"})).await.json();
    let path = format!("{V1}/{}", made["id"].as_str().unwrap());
    let dated = path.replace("/v1/", "/") + "?api-version=2025-04-01-preview";
    for path in [&path, &dated] {
        assert_eq!(send(&simulator, "GET", path, None).await.json(), made, "{path}");
    }
    let replayed = send(&simulator, "GET", &(path.clone() + "?stream=true"), None).await.events();
    assert_eq!(replayed.last().unwrap()["response"], made);
    assert_eq!(json!(items_from_events(&replayed)), made["output"]);
    let cancel = send(&simulator, "POST", &(path.clone() + "/cancel"), None).await;
    assert_eq!(
        (cancel.status.as_u16(), &cancel.error()["message"]),
        (400, &json!("Cannot cancel a synchronous response."))
    );
    let deleted = send(&simulator, "DELETE", &path, None).await.json();
    assert_eq!(deleted, json!({"id": made["id"], "object": "response.deleted", "deleted": true}));
    let gone = send(&simulator, "GET", &path, None).await;
    assert_eq!(gone.status, 404);
    assert_eq!(
        gone.error(),
        json!({"message": format!("Response with id '{}' not found.", made["id"].as_str().unwrap()),
               "type": "invalid_request_error", "param": null, "code": null})
    );
    let unstored =
        post(&simulator, V1, &json!({"model": "gpt-4o", "input": "hi", "store": false})).await.json();
    let path = format!("{V1}/{}", unstored["id"].as_str().unwrap());
    assert_eq!(send(&simulator, "GET", &path, None).await.status, 404);
}

#[tokio::test]
async fn a_background_response_is_queued_and_then_completed() {
    let simulator = Simulator::default();
    let body = json!({"model": "o3-pro", "input": "hi", "background": true});
    let path = async || {
        let queued = post(&simulator, V1, &body).await.json();
        assert_eq!((&queued["status"], &queued["output"]), (&json!("queued"), &json!([])));
        format!("{V1}/{}", queued["id"].as_str().unwrap())
    };
    let done = path().await;
    assert_eq!(send(&simulator, "GET", &done, None).await.json()["status"], "completed");
    let late = send(&simulator, "POST", &(done + "/cancel"), None).await;
    assert_eq!(late.error()["message"], "Cannot cancel a completed response.");
    let other = path().await;
    let cancelled = send(&simulator, "POST", &(other.clone() + "/cancel"), None).await.json();
    assert_eq!(cancelled["status"], "cancelled");
    assert_eq!(send(&simulator, "GET", &other, None).await.json(), cancelled);
}

#[tokio::test]
async fn a_response_continues_a_conversation() {
    let simulator = Simulator::default();
    let first =
        json!({"model": "gpt-5", "input": "weather?", "instructions": "be brief", "tools": [weather()]});
    let first = post(&simulator, V1, &first).await.json();
    let call = items_of(&first, "function_call")[0];
    let output = json!([{"type": "function_call_output", "call_id": call["call_id"], "output": "rain"}]);
    let next = json!({"model": "gpt-5", "input": output, "previous_response_id": first["id"]});
    let second = post(&simulator, V1, &next).await.json();
    assert_eq!(output_text(&second), "gpt-5 says: the tool answered rain");
    assert_eq!((&second["previous_response_id"], &second["instructions"]), (&first["id"], &Value::Null));
    // The request has no result of the call.
    let open = json!({"model": "gpt-5", "input": "and?", "previous_response_id": first["id"]});
    let open = post(&simulator, V1, &open).await.error();
    assert_eq!(
        open["message"],
        format!("No tool output found for function call {}.", call["call_id"].as_str().unwrap())
    );
    let third = json!({"model": "gpt-5", "input": "thanks", "previous_response_id": second["id"]});
    let third = post(&simulator, V1, &third).await.json();
    assert_eq!(output_text(&third), "gpt-5 says: thanks");
    assert!(third["usage"]["input_tokens"].as_u64() > second["usage"]["input_tokens"].as_u64());
    let unknown = json!({"model": "gpt-5", "input": "x", "previous_response_id": "resp_x"});
    let unknown = post(&simulator, V1, &unknown).await.error();
    assert_eq!(
        unknown,
        json!({"message": "Previous response with id 'resp_x' not found.", "type": "invalid_request_error",
               "param": "previous_response_id", "code": "previous_response_not_found"})
    );
}

#[tokio::test]
async fn output_items_can_be_sent_back() {
    let simulator = Simulator::default();
    let body = json!({"model": "gpt-5", "input": "weather?", "tools": [weather()],
                      "include": ["reasoning.encrypted_content"]});
    let first = post(&simulator, V1, &body).await.json();
    let (reasoning, call) =
        (items_of(&first, "reasoning")[0].clone(), items_of(&first, "function_call")[0].clone());
    let output = json!({"type": "function_call_output", "call_id": call["call_id"], "output": "rain"});
    let user = json!({"role": "user", "content": "weather?"});
    let again = async |simulator: &Simulator, items: Value| {
        post(simulator, V1, &json!({"model": "gpt-5", "input": items})).await
    };
    let whole = json!([user, reasoning, call, output]);
    assert_eq!(again(&simulator, whole.clone()).await.status, 200);
    let named = json!([user, {"type": "item_reference", "id": reasoning["id"]}, {"id": call["id"]}, output]);
    assert_eq!(again(&simulator, named).await.status, 200);
    let bare = again(&simulator, json!([user, call, output])).await.error();
    assert_eq!(
        bare["message"],
        format!(
            "Item '{}' of type 'function_call' was provided without its required 'reasoning' item: '{}'.",
            call["id"].as_str().unwrap(),
            reasoning["id"].as_str().unwrap()
        )
    );
    let mut anonymous = call.clone();
    anonymous.as_object_mut().unwrap().remove("id");
    assert_eq!(again(&simulator, json!([user, anonymous, output])).await.status, 200);
    let mut plain = reasoning.clone();
    plain.as_object_mut().unwrap().remove("encrypted_content");
    assert_eq!(again(&simulator, json!([user, plain, call, output])).await.status, 200, "it is stored");
    // Another resource knows neither the content nor the id.
    let other = Simulator::new(Options { resource: "west".to_owned(), ..Options::default() });
    assert_eq!(again(&other, whole).await.error()["code"], "invalid_encrypted_content");
    assert_eq!(again(&other, json!([user, plain, call, output])).await.status, 404);
}

#[tokio::test]
async fn input_items_are_listed() {
    let simulator = Simulator::default();
    let input = json!([{"role": "user", "content": "one"}, {"role": "assistant", "content": "two"},
                       {"role": "user", "content": "three"}]);
    let made = post(&simulator, V1, &json!({"model": "gpt-4o", "input": input})).await.json();
    let path = format!("{V1}/{}/input_items", made["id"].as_str().unwrap());
    let list = async |query: &str| send(&simulator, "GET", &format!("{path}{query}"), None).await;
    let newest = list("").await.json();
    assert_eq!((&newest["object"], &newest["has_more"]), (&json!("list"), &json!(false)));
    assert_eq!(newest["data"][0]["content"], json!([{"type": "input_text", "text": "three"}]));
    assert_eq!(newest["data"][1]["content"][0]["type"], "output_text");
    let page = list("?order=asc&limit=2").await.json();
    assert_eq!((page["data"].as_array().unwrap().len(), &page["has_more"]), (2, &json!(true)));
    assert_eq!(page["data"][0]["content"][0]["text"], "one");
    let rest = list(&format!("?order=asc&after={}", page["last_id"].as_str().unwrap())).await.json();
    assert_eq!(rest["data"][0]["content"][0]["text"], "three");
    assert_eq!(list("?limit=0").await.status, 400);
    assert_eq!(send(&simulator, "GET", &format!("{V1}/resp_x/input_items"), None).await.status, 404);
}

#[tokio::test]
async fn tools_in_a_namespace_are_called_with_it_wherever_it_is_offered() {
    let simulator = Simulator::default();
    let namespace = json!({"type": "namespace", "name": "crm", "description": "d", "tools": [weather()]});
    let added = json!({"type": "additional_tools", "role": "developer", "tools": [namespace]});
    for body in [
        json!({"model": "gpt-5-codex", "input": "weather?", "tools": [namespace]}),
        json!({"model": "gpt-5-codex", "input": [{"role": "user", "content": "weather?"}, added]}),
    ] {
        let answer = post(&simulator, V1, &body).await.json();
        let call = items_of(&answer, "function_call")[0].clone();
        assert_eq!((&call["namespace"], &call["name"]), (&json!("crm"), &json!("get_weather")));
    }
}

#[tokio::test]
async fn a_conversation_is_compacted_by_an_item_or_by_the_operation() {
    let simulator = Simulator::default();
    let user = json!({"role": "user", "content": "hi"});
    let asked = json!({"model": "gpt-5-codex", "input": [user, {"type": "compaction_trigger"}], "tools": [weather()]});
    let by_item = post(&simulator, V1, &asked).await.json();
    assert_eq!(by_item["output"].as_array().unwrap().len(), 1);
    let path = format!("{V1}/compact");
    let answer = post(&simulator, &path, &json!({"model": "gpt-5-codex", "input": [user]})).await.json();
    assert_eq!(answer["object"], "response.compaction");
    assert_eq!(answer["output"][0], user);
    for compaction in [&by_item["output"][0], &answer["output"][1]] {
        assert_eq!(compaction["type"], "compaction");
        let next = json!({"model": "gpt-5-codex", "input": [compaction, user]});
        assert_eq!(post(&simulator, V1, &next).await.status, 200);
        let mut foreign = compaction.clone();
        foreign["encrypted_content"] = json!("gAAAAABx");
        let next = json!({"model": "gpt-5-codex", "input": [foreign, user]});
        assert_eq!(post(&simulator, V1, &next).await.error()["code"], "invalid_encrypted_content");
    }
    let dated = "/openai/responses/compact?api-version=2025-04-01-preview";
    assert_eq!(post(&simulator, dated, &json!({"model": "gpt-5-codex", "input": [user]})).await.status, 404);
    let chat_only = json!({"model": "gpt-35-turbo", "input": [user]});
    assert_eq!(post(&simulator, &path, &chat_only).await.error()["code"], "OperationNotSupported");
}
