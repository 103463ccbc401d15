//! The simulator over HTTP: in memory, and over a real socket where the test is about the connection itself.

use std::time::Duration;

use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tower::ServiceExt;

use super::{Ending, Fault, Options, Simulator};

const V1: &str = "/openai/v1/chat/completions";

struct TestResponse {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl TestResponse {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// Returns the JSON of every event. The last event must be the end mark.
    fn events(&self) -> Vec<Value> {
        let mut events: Vec<&str> = self.body.split("\n\n").collect();
        assert_eq!(events.pop(), Some(""), "{}", self.body);
        assert_eq!(events.pop(), Some("data: [DONE]"), "{}", self.body);
        let json = |event: &str| serde_json::from_str(event.strip_prefix("data: ").unwrap());
        events.into_iter().map(|event| json(event).unwrap()).collect()
    }

    /// Returns the deltas of one choice.
    fn deltas(&self, index: u64) -> Vec<Value> {
        let choices =
            self.events().into_iter().flat_map(|event| event["choices"].as_array().unwrap().clone());
        choices.filter(|choice| choice["index"] == index).map(|choice| choice["delta"].clone()).collect()
    }

    fn streamed_text(&self) -> String {
        self.deltas(0).iter().filter_map(|delta| delta["content"].as_str().map(str::to_owned)).collect()
    }
}

async fn send(simulator: &Simulator, request: Request<Body>) -> TestResponse {
    let response = simulator.router().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    TestResponse {
        status: parts.status,
        headers: parts.headers,
        body: String::from_utf8(body.to_vec()).unwrap(),
    }
}

async fn post_to(simulator: &Simulator, path: &str, body: &Value) -> TestResponse {
    let request = Request::post(path).header("api-key", "sim-key").body(Body::from(body.to_string()));
    send(simulator, request.unwrap()).await
}

/// Sends a question to a model on the v1 surface, with these members in the body.
async fn send_chat(model: &str, question: &str, members: &Value) -> TestResponse {
    let mut body = json!({"model": model, "messages": [{"role": "user", "content": question}]});
    body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    post_to(&Simulator::default(), V1, &body).await
}

async fn get(simulator: &Simulator, path: &str, key: (&str, &str)) -> TestResponse {
    send(simulator, Request::get(path).header(key.0, key.1).body(Body::empty()).unwrap()).await
}

fn weather() -> Value {
    json!({"type": "function", "function": {"name": "get_weather", "parameters":
        {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}})
}

#[tokio::test]
async fn an_answer_quotes_the_question_and_its_tokens_add_up() {
    let answer = send_chat("o1-preview", "What is 2+2?", &json!({})).await;
    assert_eq!(answer.status, 200);
    let body = answer.json();
    assert_eq!(body["choices"][0]["message"]["content"], "o1-preview says: What is 2+2?");
    assert_eq!(body["choices"][0]["finish_reason"], "stop");
    assert_eq!(body["choices"][0]["content_filter_results"]["hate"]["severity"], "safe");
    assert_eq!(body["model"], "o1-preview-2024-09-12");
    assert_eq!(body["prompt_filter_results"][0]["prompt_index"], 0);
    let usage = &body["usage"];
    let number = |value: &Value| value.as_u64().unwrap();
    assert_eq!(
        number(&usage["prompt_tokens"]) + number(&usage["completion_tokens"]),
        number(&usage["total_tokens"])
    );
    assert_eq!(usage["completion_tokens_details"]["reasoning_tokens"], 64);
    assert_eq!(number(&usage["completion_tokens"]), 64 + 5);
    for name in ["apim-request-id", "x-request-id", "x-ms-region", "x-ratelimit-remaining-tokens"] {
        assert!(answer.headers.contains_key(name), "{name}");
    }
    assert_eq!(answer.headers["x-ms-deployment-name"], "o1-preview");
}

#[tokio::test]
async fn a_cap_below_the_reasoning_leaves_no_text() {
    let body = send_chat("o1", "hi", &json!({"max_completion_tokens": 10})).await.json();
    assert_eq!(body["choices"][0]["message"]["content"], "");
    assert_eq!(body["choices"][0]["finish_reason"], "length");
    assert_eq!(body["usage"]["completion_tokens"], 10);
    assert_eq!(body["usage"]["completion_tokens_details"]["reasoning_tokens"], 10);
    let body = send_chat("gpt-4o", "one two three", &json!({"max_tokens": 3})).await.json();
    assert_eq!(body["choices"][0]["message"]["content"], "gpt-4o says: one");
    assert_eq!(body["choices"][0]["finish_reason"], "length");
}

#[tokio::test]
async fn a_stream_has_the_form_of_azures() {
    let options = json!({"stream": true, "stream_options": {"include_usage": true}});
    let answer = send_chat("gpt-5", "naïve 東京 🙂 \"quoted\"\n", &options).await;
    assert_eq!(answer.headers["content-type"], "text/event-stream; charset=utf-8");
    assert_eq!(answer.headers["x-accel-buffering"], "no");
    let events = answer.events();
    assert_eq!(events[0]["choices"], json!([]));
    assert_eq!(events[0]["id"], "");
    assert!(events[0]["prompt_filter_results"].is_array());
    assert_eq!(
        events[1]["choices"][0]["delta"],
        json!({"content": "", "refusal": null, "role": "assistant"})
    );
    assert_eq!(events[1]["usage"], Value::Null);
    assert!(events[1]["obfuscation"].is_string());
    assert_eq!(answer.streamed_text(), "gpt-5 says: naïve 東京 🙂 \"quoted\"\n");
    let (last, before) = (events.last().unwrap(), &events[events.len() - 2]);
    assert_eq!(last["choices"], json!([]));
    assert_eq!(last["usage"]["completion_tokens_details"]["reasoning_tokens"], 64);
    assert_eq!(before["choices"][0]["finish_reason"], "stop");
    assert_eq!(before["choices"][0]["delta"], json!({}));
    assert!(!answer.body.contains('\r'));

    let plain = send_chat("gpt-4o", "hi", &json!({"stream": true})).await;
    assert!(
        plain.events().iter().all(|event| event["usage"].is_null() && event.get("obfuscation").is_none())
    );
}

#[tokio::test]
async fn a_stream_carries_the_same_message_as_a_body() {
    let tools = json!({"tools": [weather()]});
    let body = send_chat("gpt-4o", "weather?", &tools).await.json();
    let call = &body["choices"][0]["message"]["tool_calls"][0];
    assert_eq!(call["function"], json!({"name": "get_weather", "arguments": r#"{"city":"city"}"#}));
    assert_eq!(body["choices"][0]["finish_reason"], "tool_calls");
    assert_eq!(body["choices"][0]["message"]["content"], Value::Null);

    let stream = send_chat("gpt-4o", "weather?", &json!({"tools": [weather()], "stream": true})).await;
    let deltas = stream.deltas(0);
    assert_eq!(deltas[1]["tool_calls"][0]["id"], call["id"]);
    assert_eq!(deltas[1]["tool_calls"][0]["function"], json!({"name": "get_weather", "arguments": ""}));
    let rest =
        deltas[2..].iter().filter_map(|delta| delta["tool_calls"][0]["function"]["arguments"].as_str());
    assert_eq!(rest.collect::<String>(), r#"{"city":"city"}"#);
}

#[tokio::test]
async fn tools_are_called_once_and_their_result_is_quoted() {
    let both = send_chat("gpt-5", "both please", &json!({"tools": [weather()]})).await.json();
    let calls = both["choices"][0]["message"]["tool_calls"].as_array().unwrap();
    assert_eq!(calls.len(), 2);
    assert_ne!(calls[0]["id"], calls[1]["id"]);
    let single = json!({"tools": [weather()], "parallel_tool_calls": false});
    let single = send_chat("gpt-5", "both please", &single).await.json();
    assert_eq!(single["choices"][0]["message"]["tool_calls"].as_array().unwrap().len(), 1);
    let none =
        send_chat("gpt-5", "hello", &json!({"tools": [weather()], "tool_choice": "none"})).await.json();
    assert_eq!(none["choices"][0]["message"]["content"], "gpt-5 says: hello");
    let answered = json!({"tools": [weather()], "messages": [
        {"role": "user", "content": "weather?"},
        {"role": "assistant", "content": null, "tool_calls":
            [{"id": "a", "type": "function", "function": {"name": "get_weather", "arguments": "{}"}}]},
        {"role": "tool", "tool_call_id": "a", "content": "rain"}]});
    let answered = send_chat("gpt-5", "", &answered).await.json();
    assert_eq!(answered["choices"][0]["message"]["content"], "gpt-5 says: the tool answered rain");
    let legacy = json!({"functions": [{"name": "f", "parameters": {"type": "object"}}]});
    let legacy = send_chat("gpt-4o", "go", &legacy).await.json();
    assert_eq!(legacy["choices"][0]["message"]["function_call"], json!({"name": "f", "arguments": "{}"}));
    assert_eq!(legacy["choices"][0]["finish_reason"], "function_call");
}

#[tokio::test]
async fn the_calls_directive_calls_tools_until_enough_results_are_there() {
    let call = json!({"role": "assistant", "content": null, "tool_calls":
        [{"id": "a", "type": "function", "function": {"name": "get_weather", "arguments": "{}"}}]});
    let result = json!({"role": "tool", "tool_call_id": "a", "content": "rain"});
    let mut messages = vec![json!({"role": "user", "content": "[[sim: calls=2]] weather?"})];
    for expected in ["tool_calls", "tool_calls", "stop"] {
        let body = json!({"tools": [weather()], "messages": messages});
        assert_eq!(send_chat("gpt-5", "", &body).await.json()["choices"][0]["finish_reason"], expected);
        messages.extend([call.clone(), result.clone()]);
    }
}

#[tokio::test]
async fn structured_output_fits_its_schema() {
    let format = json!({"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema":
        {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}}}});
    let body = send_chat("gpt-5", "hi", &format).await.json();
    assert_eq!(body["choices"][0]["message"]["content"], r#"{"n":1}"#);
    let body = send_chat("gpt-4o", "hi", &json!({"response_format": {"type": "json_object"}})).await.json();
    let content: Value =
        serde_json::from_str(body["choices"][0]["message"]["content"].as_str().unwrap()).unwrap();
    assert_eq!(content["said"], "hi");
}

#[tokio::test]
async fn choices_logprobs_stops_and_images() {
    let body =
        send_chat("gpt-4o", "one two", &json!({"n": 2, "logprobs": true, "top_logprobs": 2})).await.json();
    let choices = body["choices"].as_array().unwrap();
    assert_eq!((choices.len(), &choices[1]["index"]), (2, &json!(1)));
    let tokens = choices[0]["logprobs"]["content"].as_array().unwrap();
    let text: String = tokens.iter().map(|token| token["token"].as_str().unwrap()).collect();
    assert_eq!(text, choices[0]["message"]["content"].as_str().unwrap());
    assert_eq!(tokens[0]["top_logprobs"].as_array().unwrap().len(), 2);
    let body = send_chat("gpt-4o", "one STOP two", &json!({"stop": "STOP"})).await.json();
    assert_eq!(body["choices"][0]["message"]["content"], "gpt-4o says: one ");
    let picture = json!({"messages": [{"role": "user", "content": [{"type": "text", "text": "look"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}]}]});
    let body = send_chat("gpt-4o", "", &picture).await.json();
    assert_eq!(body["choices"][0]["message"]["content"], "gpt-4o says: look (1 image)");
}

#[tokio::test]
async fn keys_paths_and_versions() {
    let simulator = Simulator::new(Options {
        key: "secret".to_owned(),
        deployments: vec![("mine".to_owned(), "o1".to_owned())],
        ..Options::default()
    });
    let body = json!({"model": "mine", "messages": [{"role": "user", "content": "hi"}]});
    let dated = "/openai/deployments/mine/chat/completions?api-version=2024-12-01-preview";
    let call = async |path: &str, name: &str, value: &str| {
        let request = Request::post(path).header(name, value).body(Body::from(body.to_string()));
        let answer = send(&simulator, request.unwrap()).await;
        (answer.status.as_u16(), answer.body)
    };
    let bearer = ("authorization", "Bearer secret");
    assert_eq!(call(dated, "api-key", "secret").await.0, 200);
    assert_eq!(call(V1, "api-key", "secret").await.0, 200);
    assert_eq!(call(V1, bearer.0, bearer.1).await.0, 200);
    assert_eq!(call(&format!("{V1}?api-version=preview"), "api-key", "secret").await.0, 200);
    let token = r#"{"statusCode":401,"message":"Unauthorized. Access token is missing, invalid, audience is incorrect (https://cognitiveservices.azure.com), or have expired."}"#;
    assert_eq!(call(dated, bearer.0, bearer.1).await, (401, token.to_owned()));
    let key = r#"{"error":{"code":"401","message":"Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource."}}"#;
    assert_eq!(call(V1, "api-key", "wrong").await, (401, key.to_owned()));
    let nowhere = r#"{"error":{"code":"404","message":"Resource not found"}}"#;
    for path in ["/openai/deployments/mine/chat/completions", "/openai/v1/nothing", "/"] {
        assert_eq!(call(path, "api-key", "secret").await, (404, nowhere.to_owned()), "{path}");
    }
    let version = r#"{"error":{"code":"BadRequest","message":"api-version query parameter is not allowed when using /v1 path"}}"#;
    assert_eq!(
        call(&format!("{V1}?api-version=2024-10-21"), "api-key", "secret").await,
        (400, version.to_owned())
    );
    let old =
        call("/openai/deployments/mine/chat/completions?api-version=2020-01-01", "api-key", "secret").await;
    assert_eq!(
        old,
        (400, r#"{"error":{"code":"BadRequest","message":"API version not supported"}}"#.to_owned())
    );
    let gone =
        call("/openai/deployments/none/chat/completions?api-version=2024-10-21", "api-key", "secret").await;
    assert!(gone.0 == 404 && gone.1.contains("DeploymentNotFound"), "{gone:?}");
}

#[tokio::test]
async fn ten_custom_headers_pass_and_eleven_do_not() {
    for (count, status) in [(10, 200), (11, 431)] {
        let mut request =
            Request::post(V1).header("api-key", "sim-key").header("x-ms-client-request-id", "mine");
        for number in 0..count {
            request = request.header(format!("x-custom-{number}"), "1");
        }
        let body = json!({"model": "o1", "messages": [{"role": "user", "content": "hi"}]});
        let answer = send(&Simulator::default(), request.body(Body::from(body.to_string())).unwrap()).await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.headers["x-ms-client-request-id"], "mine");
    }
}

#[tokio::test]
async fn models_and_deployments_are_listed() {
    let simulator = Simulator::new(Options {
        deployments: vec![("mine".to_owned(), "o1".to_owned())],
        ..Options::default()
    });
    let key = ("api-key", "sim-key");
    let deployments = get(&simulator, "/openai/deployments?api-version=2023-03-15-preview", key).await.json();
    let mine = deployments["data"].as_array().unwrap().iter().find(|one| one["id"] == "mine").unwrap();
    assert_eq!((&mine["model"], &mine["status"]), (&json!("o1"), &json!("succeeded")));
    assert_eq!(get(&simulator, "/openai/deployments?api-version=2024-10-21", key).await.status, 404);
    for path in ["/openai/v1/models", "/openai/models?api-version=2024-10-21"] {
        let models = get(&simulator, path, key).await.json();
        let ids: Vec<_> = models["data"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
        assert!(ids.contains(&json!("gpt-4o-2024-11-20")) && !ids.contains(&json!("mine")), "{path}");
    }
    assert_eq!(get(&simulator, "/openai/v1/models", ("api-key", "no")).await.status, 401);
}

#[tokio::test]
async fn directives_make_calls_fail() {
    let busy = send_chat("gpt-4o", "[[sim: 429 retry-after-ms=1200]] hi", &json!({})).await;
    assert_eq!(busy.status, 429);
    assert_eq!(
        (&busy.headers["retry-after-ms"], &busy.headers["retry-after"]),
        (&"1200".parse().unwrap(), &"2".parse().unwrap())
    );
    assert_eq!(busy.json()["error"]["code"], "RateLimitReached");
    for (words, status, part) in [
        ("500", 500, r#""type":"server_error""#),
        ("408", 408, r#""code":"Timeout""#),
        ("401", 401, r#""code":"401""#),
        ("403", 403, r#""code":"403""#),
        ("404", 404, "DeploymentNotFound"),
        ("apim", 401, r#"{"statusCode":401"#),
        (
            "apim 429",
            429,
            r#"{"statusCode":429,"message":"Rate limit is exceeded. Try again in 1 seconds."}"#,
        ),
        ("html", 502, "<html>"),
        ("filter", 400, r#""code":"ResponsibleAIPolicyViolation""#),
        ("frobnicate", 400, "frobnicate"),
    ] {
        let answer = send_chat("gpt-4o", &format!("[[sim: {words}]]"), &json!({"stream": true})).await;
        assert_eq!(answer.status, status, "{words}");
        assert!(answer.body.contains(part), "{words}: {}", answer.body);
    }
}

#[tokio::test]
async fn directives_change_answers() {
    let refused = send_chat("gpt-4o", "[[sim: refusal]]", &json!({})).await.json();
    assert!(refused["choices"][0]["message"]["refusal"].is_string());
    assert_eq!(refused["choices"][0]["message"]["content"], Value::Null);
    let filtered = send_chat("gpt-4o", "[[sim: content_filter_output]] hi", &json!({})).await.json();
    assert_eq!(filtered["choices"][0]["finish_reason"], "content_filter");
    assert_eq!(filtered["choices"][0]["content_filter_results"]["violence"]["filtered"], true);
    let long = send_chat("gpt-5", "[[sim: text=500 think=7]]", &json!({})).await.json();
    assert_eq!(long["choices"][0]["message"]["content"].as_str().unwrap().split(' ').count(), 500);
    assert_eq!(long["usage"]["completion_tokens_details"]["reasoning_tokens"], 7);
    let usage = json!({"stream": true, "stream_options": {"include_usage": true}});
    let cut_off = send_chat("gpt-4o", "[[sim: content_filter_output]] hi", &usage).await;
    assert!(
        cut_off.events().iter().all(|event| event["usage"].is_null()),
        "a blocked stream has no usage chunk"
    );
    let malformed = send_chat("gpt-4o", "[[sim: malformed]] hi", &json!({})).await;
    assert_eq!(malformed.status, 200);
    assert!(serde_json::from_str::<Value>(&malformed.body).is_err());
    let event = send_chat("gpt-4o", "[[sim: error-event]] hi", &json!({"stream": true})).await;
    assert!(event.body.trim_end().ends_with(r#""param":null,"code":null}}"#), "{}", event.body);
}

#[tokio::test]
async fn the_asynchronous_filter_sends_choices_without_a_delta() {
    let answer = send_chat("gpt-4o", "[[sim: async-filter text=30]]", &json!({"stream": true})).await;
    let events = answer.events();
    let annotations: Vec<&Value> =
        events.iter().filter(|event| event["choices"][0].get("content_filter_offsets").is_some()).collect();
    assert!(annotations.len() > 2);
    assert!(annotations.iter().all(|event| event["id"] == "" && event["choices"][0].get("delta").is_none()));
    assert_eq!(&events.last().unwrap(), annotations.last().unwrap(), "the last event is an annotation");
    let blocked =
        send_chat("gpt-4o", "[[sim: async-filter content_filter_output]]", &json!({"stream": true})).await;
    let last = blocked.events().pop().unwrap();
    assert_eq!(last["choices"][0]["finish_reason"], "content_filter");
    assert!(last["choices"][0].get("delta").is_none());
}

#[tokio::test]
async fn a_fault_applies_to_its_deployment_a_number_of_times() {
    let simulator = Simulator::default();
    simulator.script(Fault::new("503").unwrap().on("o1").times(2));
    let body = |model: &str| json!({"model": model, "messages": [{"role": "user", "content": "hi"}]});
    let mut statuses = Vec::new();
    for model in ["gpt-4o", "o1", "o1", "o1"] {
        statuses.push(post_to(&simulator, V1, &body(model)).await.status.as_u16());
    }
    assert_eq!(statuses, [200, 503, 503, 200]);
    let order = json!({"fault": "500", "times": 0});
    assert_eq!(post_to(&simulator, "/__sim/faults", &order).await.status, 201);
    assert_eq!(post_to(&simulator, V1, &body("o1")).await.status, 500);
    assert_eq!(post_to(&simulator, V1, &body("o1")).await.status, 500);
    send(&simulator, Request::delete("/__sim/faults").body(Body::empty()).unwrap()).await;
    assert_eq!(post_to(&simulator, V1, &body("o1")).await.status, 200);
    let wrong = post_to(&simulator, "/__sim/faults", &json!({"fault": "slwo=1s"})).await;
    assert!(wrong.status == 400 && wrong.body.contains("slwo"), "{}", wrong.body);
}

#[tokio::test]
async fn received_requests_are_listed_with_masked_keys() {
    let simulator = Simulator::default();
    let text = r#"{ "model":"o1", "messages":[{"role":"user","content":"hi"}], "n":1.0 }"#;
    let request = Request::post("/openai/v1/chat/completions?api-version=v1").header("api-key", "sim-key");
    send(&simulator, request.header("x-a", "b").body(Body::from(text)).unwrap()).await;
    let received = simulator.received();
    assert_eq!((received.len(), received[0].body.as_ref()), (1, text.as_bytes()));
    assert_eq!(received[0].headers["api-key"], "sim-key");
    assert!(!format!("{received:?}").contains("sim-key"));
    let shown = get(&simulator, "/__sim/requests", ("x-b", "c")).await.json();
    assert_eq!(
        shown,
        json!([{"method": "POST", "path": "/openai/v1/chat/completions?api-version=v1",
                "headers": {"api-key": "***", "x-a": "b"}, "body": text, "ending": "complete"}])
    );
    send(&simulator, Request::delete("/__sim/requests").body(Body::empty()).unwrap()).await;
    assert!(simulator.received().is_empty());
    assert!(!format!("{:?}", Options::default()).contains("sim-key"));
}

#[tokio::test(start_paused = true)]
async fn pauses_last_as_long_as_the_directive_says() {
    let begin = tokio::time::Instant::now();
    send_chat("gpt-4o", "[[sim: slow=200ms]]", &json!({})).await;
    assert_eq!(begin.elapsed().as_millis(), 200);
    let begin = tokio::time::Instant::now();
    let answer = send_chat("gpt-4o", "[[sim: silent=3s pace=10ms]]", &json!({"stream": true})).await;
    let events = answer.events().len() as u128 + 1;
    assert_eq!(begin.elapsed().as_millis(), 3_000 + (events - 1) * 10);
}

#[tokio::test(start_paused = true)]
async fn the_log_shows_whether_the_caller_hung_up() {
    for (words, stream, frames, ending) in [
        ("", false, usize::MAX, Ending::Complete),
        ("", true, usize::MAX, Ending::Complete),
        ("[[sim: cut]]", true, usize::MAX, Ending::Complete),
        ("[[sim: 429]]", false, usize::MAX, Ending::Complete),
        ("", true, 2, Ending::Abandoned),
        ("", false, 0, Ending::Abandoned),
    ] {
        let simulator = Simulator::default();
        let body =
            json!({"model": "gpt-4o", "messages": [{"role": "user", "content": words}], "stream": stream});
        let request = Request::post(V1).header("api-key", "sim-key").body(Body::from(body.to_string()));
        let mut body = simulator.router().oneshot(request.unwrap()).await.unwrap().into_body();
        assert_eq!(simulator.received()[0].ending.get(), None, "the answer is under way");
        for _ in 0..frames {
            if !matches!(body.frame().await, Some(Ok(_))) {
                break;
            }
        }
        drop(body);
        assert_eq!(simulator.received()[0].ending.get(), Some(&ending), "{words} {stream} {frames}");
    }
    // The caller hangs up before the head of the answer.
    let simulator = Simulator::default();
    let body = json!({"model": "gpt-4o", "messages": [{"role": "user", "content": "[[sim: slow=60s]]"}]});
    let call = post_to(&simulator, V1, &body);
    assert!(tokio::time::timeout(Duration::from_secs(1), call).await.is_err());
    assert_eq!(simulator.received()[0].ending.get(), Some(&Ending::Abandoned));
}

/// Serves on a real socket and returns every byte that a client reads until the end.
async fn over_a_socket(question: &str, members: &Value) -> Vec<u8> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        let (socket, _) = listener.accept().await.unwrap();
        let service = hyper_util::service::TowerToHyperService::new(Simulator::default().router());
        let io = hyper_util::rt::TokioIo::new(socket);
        let served = hyper::server::conn::http1::Builder::new().serve_connection(io, service).await;
        served.is_ok()
    });
    let mut body = json!({"model": "gpt-4o", "messages": [{"role": "user", "content": question}]});
    body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    let body = body.to_string();
    let head = format!(
        "POST {V1} HTTP/1.1\r\nhost: sim\r\nconnection: close\r\napi-key: sim-key\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let mut client = TcpStream::connect(address).await.unwrap();
    client.write_all((head + &body).as_bytes()).await.unwrap();
    let mut read = Vec::new();
    // A reset is a valid end too. Only the bytes before it count.
    if client.read_to_end(&mut read).await.is_err() {
        read.extend_from_slice(b"<reset>");
    }
    assert_eq!(
        server.await.unwrap(),
        !question.contains("[[sim: cut]]") && !question.contains("[[sim: reset]]")
    );
    read
}

#[tokio::test]
async fn a_cut_stream_ends_inside_an_event() {
    let stream = json!({"stream": true});
    let whole = String::from_utf8(over_a_socket("hi there", &stream).await).unwrap();
    assert!(whole.ends_with("data: [DONE]\n\n\r\n0\r\n\r\n"), "{whole}");
    let cut = String::from_utf8_lossy(&over_a_socket("[[sim: cut]] hi there", &stream).await).into_owned();
    assert!(cut.starts_with("HTTP/1.1 200 OK\r\n"), "{cut}");
    assert!(cut.contains("data: {\"choices\":[{"), "{cut}");
    assert!(!cut.contains("[DONE]") && !cut.ends_with("0\r\n\r\n") && !cut.ends_with("\n\n\r\n"), "{cut}");
    let cut = String::from_utf8_lossy(&over_a_socket("[[sim: cut]]", &json!({})).await).into_owned();
    assert!(cut.starts_with("HTTP/1.1 200 OK\r\n") && !cut.contains("\"usage\""), "{cut}");
}

#[tokio::test]
async fn a_reset_connection_carries_no_answer() {
    for stream in [true, false] {
        assert_eq!(
            String::from_utf8_lossy(&over_a_socket("[[sim: reset]]", &json!({"stream": stream})).await),
            ""
        );
    }
}

/// The simulator cannot judge the translator if the two share code.
#[test]
fn the_simulator_imports_nothing_from_the_crate() {
    fn check(folder: &std::path::Path) -> usize {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let mut files = 0;
        for path in entries {
            if path.is_dir() {
                files += check(&path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let mut uses = text.split("crate::").skip(1);
            let foreign = uses.find(|used| !used.starts_with("sim"));
            // This file contains the searched text.
            assert!(foreign.is_none() || path.ends_with("sim/tests.rs"), "{}", path.display());
            files += 1;
        }
        files
    }
    assert!(check(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/sim")) > 20);
}
