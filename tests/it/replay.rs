//! A client sends the items of an earlier Responses answer back, in a chat call or unchanged. The tests check which of
//! them azgate sends to Azure.

use azgate::{
    bridge::{self, over_responses},
    call::OUTLINE_DEPTH,
    json::Document,
    objects, serve,
    sim::{self, Simulator},
};
use bytes::Bytes;
use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{
    responses_api::RESPONSE,
    support::{AZURE_KEY, Proxy, Refused, Reply, Upstream, key},
};

const TEAM_A: &[(&str, &str)] = &[("api-key", "secret-a")];

fn two_keys(more: &str) -> String {
    key("team-a", "secret-a", "") + &key("team-b", "secret-b", "") + more
}

fn user(text: &str) -> Value {
    json!({"role": "user", "content": text})
}

fn reasoning(id: &str) -> Value {
    json!({"type": "reasoning", "id": id, "summary": [], "encrypted_content": "gAAA"})
}

/// Returns an assistant message with the items of an answer from this resource.
fn answered(resource: &str, items: &[Value]) -> Value {
    let output = [items, &[json!({"type": "message"})]].concat();
    json!({"role": "assistant", "content": "Yes.", "azgate": {"resource": resource, "output": output}})
}

fn chat(model: &str, messages: &[Value]) -> String {
    json!({"model": model, "messages": messages}).to_string()
}

/// Returns the ids of the reasoning items in a sent body.
fn reasons(body: &[u8]) -> Vec<String> {
    let body: Value = serde_json::from_slice(body).unwrap();
    let items = body["input"].as_array().unwrap().iter();
    let reasoning = items.filter(|item| item["type"] == "reasoning");
    reasoning.map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

fn edits(answer: &reqwest::Response) -> String {
    answer.headers()["x-azgate-edits"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn code_interpreter_items_are_accepted_with_any_key_and_sent_without_their_container() {
    let upstream = Upstream::script([Reply::json(200, RESPONSE)]).await;
    let proxy = Proxy::start(&upstream, &two_keys("")).await;
    let run =
        json!({"type": "code_interpreter_call", "id": "ci_1", "container_id": "cntr_secret", "code": "1"});
    let searched = json!({"type": "file_search_call", "id": "fs_1", "status": "completed", "queries": ["q"], "results": []});
    let output = [reasoning("rs_1"), run, searched, reasoning("rs_2")];
    let body = chat("gpt-5-codex", &[user("Hi"), answered("main", &output), user("Go on.")]);
    let answer = proxy.post("/v1/chat/completions", body, TEAM_A).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(edits(&answer), "bridge.responses, drop.replayed;n=2");
    let received = upstream.only();
    assert!(!received.text().contains("cntr_"), "{}", received.text());
    assert!(received.text().contains("file_search_call"), "{}", received.text());
}

#[tokio::test]
async fn ids_that_only_bridging_creates_are_refused_too() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, &two_keys("")).await;
    let image = json!({"type": "image_url", "image_url": {"url": "https://a", "file_id": "file_1"}});
    for (message, at) in [
        (
            json!({"role": "assistant", "tool_calls": [{"type": "item_reference", "id": "rs_1"}]}),
            "input[1].id",
        ),
        (json!({"role": "user", "content": [image]}), "input[1].content[0].file_id"),
    ] {
        let body = chat("gpt-5-codex", &[user("Hi"), message]);
        let refused = Refused::of(proxy.post("/v1/chat/completions", body, TEAM_A).await).await;
        assert_eq!(refused.summary(), (404, "invalid_request_error", "not_found", Some(at)));
    }
    upstream.untouched();
}

#[tokio::test]
async fn reasoning_of_another_resource_is_dropped_and_reported() {
    let upstream = Upstream::script([Reply::json(200, RESPONSE)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let messages =
        [user("Hi"), answered("west", &[reasoning("rs_w")]), answered("main", &[reasoning("rs_m")])];
    let body = chat("gpt-5-codex", &messages);
    let refused = proxy.post("/v1/chat/completions", body.clone(), &[("x-azgate-lossy", "refuse")]).await;
    assert_eq!(Refused::of(refused).await.param.as_deref(), Some("messages[1].azgate"));
    let answer = proxy.chat(body).await;
    assert_eq!(
        (answer.status().as_u16(), edits(&answer)),
        (200, "bridge.responses, drop.reasoning;lossy".into())
    );
    assert_eq!(reasons(upstream.only().text().as_bytes()), ["rs_m"]);
}

#[tokio::test]
async fn a_call_that_is_not_bridged_is_sent_without_the_field() {
    let upstream = Upstream::script([Reply::json(200, crate::support::ANSWER)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let answer = proxy.chat(chat("gpt-4.1", &[answered("main", &[reasoning("rs_1")]), user("Hi")])).await;
    assert_eq!(edits(&answer), "drop.reasoning;lossy");
    let sent: Value = serde_json::from_str(upstream.only().text()).unwrap();
    assert_eq!(sent["messages"], json!([{"role": "assistant", "content": "Yes."}, user("Hi")]));
}

fn refusal(message: &str, code: &str) -> Reply {
    let error = json!({"error": {"message": message, "type": "invalid_request_error", "param": "input", "code": code}});
    Reply::json(400, &error.to_string())
}

#[tokio::test]
async fn azgate_learns_that_the_reasoning_of_several_answers_conflicts() {
    let conflict = || refusal("Conflicting authenticated continuation identities.", "invalid_value");
    let replies = [conflict(), Reply::json(200, RESPONSE), Reply::json(200, RESPONSE)];
    let upstream = Upstream::script(replies).await;
    let proxy = Proxy::start(&upstream, "").await;
    let turns = [
        user("a"),
        answered("main", &[reasoning("rs_1")]),
        user("b"),
        answered("main", &[reasoning("rs_2")]),
    ];
    let body = || chat("gpt-5.5-pro", &[&turns[..], &[user("c")]].concat());
    for _ in 0..2 {
        let answer = proxy.chat(body()).await;
        assert_eq!(answer.status(), 200);
        assert!(edits(&answer).contains("drop.reasoning;lossy;learned"), "{}", edits(&answer));
    }
    let sent: Vec<_> = upstream.finish().iter().map(|sent| reasons(sent.text().as_bytes())).collect();
    assert_eq!(sent, [vec!["rs_1", "rs_2"], vec!["rs_2"], vec!["rs_2"]]);
}

#[tokio::test]
async fn unreadable_reasoning_of_one_client_does_not_affect_other_clients() {
    let unread =
        || refusal("The encrypted content gAAA...OA== could not be verified.", "invalid_encrypted_content");
    let replies = [unread(), Reply::json(200, RESPONSE), Reply::json(200, RESPONSE), unread()];
    let upstream = Upstream::script(replies).await;
    let proxy = Proxy::start(&upstream, "").await;
    let body = chat("gpt-5-codex", &[user("a"), answered("main", &[reasoning("rs_1")])]);
    let answer = proxy.chat(body.clone()).await;
    assert_eq!(
        (answer.status().as_u16(), edits(&answer)),
        (200, "bridge.responses, drop.reasoning;lossy".into())
    );
    let answer = proxy.chat(body.clone()).await;
    assert_eq!((answer.status().as_u16(), edits(&answer)), (200, "bridge.responses".into()));
    // A client that refuses lossy changes gets Azure's own error.
    let refused = proxy.post("/v1/chat/completions", body, &[("x-azgate-lossy", "refuse")]).await;
    assert_eq!(Refused::of(refused).await.code, "invalid_encrypted_content");
    let sent: Vec<_> = upstream.finish().iter().map(|sent| reasons(sent.text().as_bytes()).len()).collect();
    assert_eq!(sent, [1, 0, 1, 1]);
}

/// Starts a simulator as the resource `main`, and a gateway in front of it.
async fn simulated() -> (Simulator, Proxy, serve::Stopper) {
    let options = sim::Options { key: AZURE_KEY.to_owned(), ..sim::Options::default() };
    let simulator = Simulator::new(options);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let (stopper, stop) = serve::stop();
    tokio::spawn(serve::serve(listener, simulator.router(), serve::Options::default(), stop));
    let proxy = Proxy::with_endpoint(&endpoint, "", "").await;
    (simulator, proxy, stopper)
}

#[tokio::test]
async fn a_tool_loop_keeps_the_reasoning_that_the_model_accepts() {
    // In the loop of the second question, a model accepts the reasoning of this loop, of both loops, or of one answer.
    for (model, kept) in [("gpt-5-codex", [1, 2]), ("gpt-6.1-sol", [3, 4]), ("gpt-6-astra", [1, 1])] {
        let (simulator, proxy, _running) = simulated().await;
        let mut messages = Vec::new();
        let mut ask = async |more: Vec<Value>| {
            messages.extend(more);
            let tools = json!([{"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}]);
            let body =
                json!({"model": model, "messages": messages, "tools": tools, "reasoning_effort": "high"});
            let answer = proxy.chat(body.to_string()).await;
            assert_eq!(answer.status(), 200, "{model}: {}", answer.text().await.unwrap());
            let answer: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
            let message = answer["choices"][0]["message"].clone();
            assert_eq!(message["azgate"]["output"][0]["type"], "reasoning", "{model}: {message}");
            messages.push(message.clone());
            let id = message["tool_calls"][0]["id"].clone();
            json!({"role": "tool", "tool_call_id": id, "content": "7"})
        };
        let result = ask(vec![user("First?")]).await;
        ask(vec![result]).await;
        let result = ask(vec![user("Second?")]).await;
        ask(vec![result]).await;
        ask(vec![json!({"role": "developer", "content": "Go on."})]).await;
        let received = simulator.received();
        let reasons: Vec<usize> = received.iter().map(|sent| reasons(&sent.body).len()).collect();
        assert_eq!(reasons[3..], kept, "{model}: {reasons:?}");
    }
}

#[tokio::test]
async fn a_tool_loop_on_the_responses_api_keeps_the_reasoning_that_the_model_accepts() {
    for (model, store, kept) in [
        ("gpt-6.1-sol", true, [0, 1, 2, 3, 4]),
        ("gpt-6-astra", true, [0, 1, 1, 1, 1]),
        ("gpt-6-astra", false, [0, 1, 1, 1, 1]),
    ] {
        let (simulator, proxy, _running) = simulated().await;
        let mut input: Vec<Value> = Vec::new();
        let mut ask = async |more: Vec<Value>| {
            input.extend(more);
            let tools = json!([{"type": "function", "name": "f", "parameters": {"type": "object", "properties": {}}}]);
            let body = json!({"model": model, "input": input, "tools": tools, "store": store,
                              "reasoning": {"effort": "high"}, "include": ["reasoning.encrypted_content"]});
            let answer = proxy.post("/v1/responses", body.to_string(), &[]).await;
            let (status, edits) = (answer.status(), edits(&answer));
            let answer: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
            assert_eq!(status, 200, "{model}: {answer}");
            let output = answer["output"].as_array().unwrap();
            assert_eq!(output[0]["type"], "reasoning", "{model}: {answer}");
            input.extend(output.iter().cloned());
            let call = output.last().unwrap();
            (edits, json!({"type": "function_call_output", "call_id": call["call_id"], "output": "7"}))
        };
        let (_, result) = ask(vec![user("First?")]).await;
        ask(vec![result]).await;
        let (_, result) = ask(vec![user("Second?")]).await;
        let (edits, _) = ask(vec![result]).await;
        assert_eq!(edits.contains("drop.reasoning;lossy"), model == "gpt-6-astra", "{edits}");
        ask(vec![json!({"role": "developer", "content": "Go on."})]).await;
        let received = simulator.received();
        assert_eq!(received.len(), 5, "no call was repeated");
        let reasons: Vec<usize> = received.iter().map(|sent| reasons(&sent.body).len()).collect();
        assert_eq!(reasons, kept, "{model}");
    }
}

#[tokio::test]
async fn azgate_learns_of_conflicting_reasoning_from_responses_calls_too() {
    let conflict = || refusal("Conflicting authenticated continuation identities.", "invalid_value");
    let replies = [conflict(), Reply::json(200, RESPONSE), Reply::json(200, RESPONSE)];
    let upstream = Upstream::script(replies).await;
    let proxy = Proxy::start(&upstream, "").await;
    let message = json!({"type": "message", "role": "assistant", "content": "Yes."});
    let input =
        [user("a"), reasoning("rs_1"), message.clone(), user("b"), reasoning("rs_2"), message, user("c")];
    let body = json!({"model": "gpt-5.5-pro", "input": input}).to_string();
    for _ in 0..2 {
        let answer = proxy.post("/v1/responses", body.clone(), &[]).await;
        assert_eq!((answer.status().as_u16(), edits(&answer)), (200, "drop.reasoning;lossy;learned".into()));
    }
    let sent: Vec<_> = upstream.finish().iter().map(|sent| reasons(sent.text().as_bytes())).collect();
    assert_eq!(sent, [vec!["rs_1", "rs_2"], vec!["rs_2"], vec!["rs_2"]]);
}

#[tokio::test]
async fn unreadable_reasoning_is_dropped_from_responses_calls_too() {
    let unread =
        || refusal("The encrypted content gAAA...OA== could not be verified.", "invalid_encrypted_content");
    let upstream = Upstream::script([unread(), Reply::json(200, RESPONSE), unread()]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let message = json!({"type": "message", "role": "assistant", "content": "Yes."});
    let body = json!({"model": "gpt-5-codex", "input": [reasoning("rs_1"), message, user("c")]}).to_string();
    let answer = proxy.post("/v1/responses", body.clone(), &[]).await;
    assert_eq!((answer.status().as_u16(), edits(&answer)), (200, "drop.reasoning;lossy".into()));
    // A client that refuses lossy changes gets Azure's own error.
    let refused = proxy.post("/v1/responses", body, &[("x-azgate-lossy", "refuse")]).await;
    assert_eq!(Refused::of(refused).await.code, "invalid_encrypted_content");
    let sent: Vec<_> = upstream.finish().iter().map(|sent| reasons(sent.text().as_bytes()).len()).collect();
    assert_eq!(sent, [1, 0, 1]);
}

/// Generates an item of the `azgate` field, as azgate writes it or as a client may change it.
fn item() -> impl Strategy<Value = Value> {
    let kind = select(vec![
        "reasoning",
        "message",
        "function_call",
        "custom_tool_call",
        "file_search_call",
        "web_search_call",
        "code_interpreter_call",
        "image_generation_call",
        "item_reference",
        "mcp_call",
    ]);
    let member = select(vec![
        ("type", json!("item_reference")),
        ("id", json!("id_1")),
        ("call_id", json!("a")),
        ("encrypted_content", json!("e")),
        ("encrypted_content", json!("")),
        ("encrypted_content", Value::Null),
        ("summary", json!([])),
        (
            "content",
            json!([{"type": "output_text", "text": "t", "file_id": "id_1", "annotations": [{"container_id": "id_1"}]}]),
        ),
        ("content", json!([{"type": "input_file", "file_id": "id_1"}])),
        ("content", json!([{"type": "refusal", "refusal": "", "file": {"file_id": "id_1"}}])),
        ("output", json!({"file_id": "id_1"})),
        ("container_id", json!("id_1")),
        ("environment", json!({"container_id": "id_1"})),
        ("tools", json!([{"type": "file_search", "vector_store_ids": ["id_1"]}])),
        ("queries", json!(["q"])),
        ("phase", json!("commentary")),
    ]);
    (prop::option::weighted(0.9, kind), vec(member, 0..6)).prop_map(|(kind, members)| {
        let mut item: serde_json::Map<String, Value> =
            members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        if let Some(kind) = kind {
            item.insert("type".to_owned(), json!(kind));
        }
        Value::Object(item)
    })
}

proptest! {
    #[test]
    fn no_content_of_the_field_makes_azgate_send_the_id_of_a_stored_object(
        items in vec(item(), 0..6),
        text in select(vec!["t", "tt", ""]),
    ) {
        let call = json!({"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}});
        let message = json!({"role": "assistant", "content": text, "tool_calls": [call], "azgate": {"resource": "main", "output": items}});
        let chat = Bytes::from(chat("m", &[message]));
        let outlined = Document::parse(chat.clone(), OUTLINE_DEPTH).unwrap();
        prop_assert_eq!(objects::first_id(&outlined, objects::places::MODEL_CALL), None);
        let options = over_responses::BridgeOptions { resource: "main", stateless: true, ..Default::default() };
        let source = Document::parse(chat, bridge::DEPTH).unwrap();
        let sent = over_responses::request(&source, &options).unwrap().body.render(source.source());
        let sent = Document::parse(sent.into(), OUTLINE_DEPTH).unwrap();
        prop_assert_eq!(objects::first_id(&sent, objects::places::MODEL_CALL), None);
        prop_assert!(!String::from_utf8_lossy(sent.source()).contains("item_reference"));
    }
}
