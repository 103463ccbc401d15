//! A bridged call gets the same answer as a call that the model serves directly. The conversations are generated, the
//! simulator is behind the gateway, and the answers are whole and streamed.

use std::{cell::RefCell, collections::HashMap};

use proptest::{prelude::*, sample::select};
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

use crate::support::{
    reading::{assemble_chunks, assemble_events, completion_summary, events, response_summary},
    sse,
    talk::talk,
    twins::{DIRECT, OTHER, TWIN, Twins},
};

const CHAT: &str = "/v1/chat/completions";
const RESPONSES: &str = "/v1/responses";

/// Models that the simulator serves by both operations: name, family, and whether the model accepts custom tools.
const MODELS: [(&str, &str, bool); 6] = [
    ("gpt-4o", "gpt-4o", false),
    ("gpt-4.1", "gpt-4.1", false),
    ("o3", "o3", false),
    ("gpt-5", "gpt-5", true),
    ("gpt-5.1", "gpt-5.1", true),
    ("gpt-5.2", "gpt-5.2", true),
];

/// Returns the call that follows an answer: it adds the answer's message and the tools' results.
fn next_chat_call(body: &Value, message: &Value) -> Option<Value> {
    let calls = message["tool_calls"].as_array()?;
    let mut body = body.clone();
    let results =
        calls.iter().map(|call| json!({"role": "tool", "tool_call_id": call["id"], "content": "é\"42\""}));
    let more: Vec<Value> = [message.clone()].into_iter().chain(results).collect();
    body["messages"].as_array_mut().unwrap().extend(more);
    Some(body)
}

/// Returns the call that follows a response.
fn next_responses_call(body: &Value, response: &Value) -> Option<Value> {
    // Reasoning without encrypted content is only the id of an object that was not stored.
    let is_kept = |item: &&Value| item["type"] != "reasoning" || item.get("encrypted_content").is_some();
    let items: Vec<&Value> = response["output"].as_array().unwrap().iter().filter(is_kept).collect();
    let results = items.iter().filter(|item| item.get("call_id").is_some()).map(|call| {
        let kind = format!("{}_output", call["type"].as_str().unwrap());
        json!({"type": kind, "call_id": call["call_id"], "output": "é\"42\""})
    });
    let results: Vec<Value> = results.collect();
    let mut body = body.clone();
    body["input"].as_array_mut().unwrap().extend(items.into_iter().cloned().chain(results.clone()));
    (!results.is_empty()).then_some(body)
}

/// Twins with the runtime that serves them, by model and additional config.
type TwinCache = HashMap<(&'static str, &'static str), (Runtime, Twins)>;

thread_local! {
    /// The twins of this test. A running case removes its twins from the cache, and puts them back if it succeeds.
    /// After a failed case, the simulators number their answers differently, so the next case needs new twins.
    static TWINS: RefCell<TwinCache> = RefCell::default();
}

fn with_twins(
    (model, family, _): (&'static str, &str, bool),
    dialect: &str,
    more: &'static str,
    test: impl AsyncFnOnce(&Twins),
) {
    let cached = TWINS.with_borrow_mut(|cache| cache.remove(&(model, more)));
    let (runtime, twins) = cached.unwrap_or_else(|| {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let twins = runtime.block_on(Twins::start(model, family, dialect, more));
        (runtime, twins)
    });
    runtime.block_on(test(&twins));
    twins.clear_received();
    TWINS.with_borrow_mut(|cache| cache.insert((model, more), (runtime, twins)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases / 4, ..ProptestConfig::default() })]

    #[test]
    fn a_chat_call_over_responses_gets_the_same_answer_as_a_direct_call(
        talk in talk(),
        model in select(MODELS.to_vec()),
        more in select(vec!["", "collect = true\n"]),
    ) {
        let talk = talk.for_model(model.0, model.2);
        with_twins(model, "responses", more, async |twins: &Twins| {
            let body = talk.chat();
            let direct = twins.ask(CHAT, DIRECT, &body).await;
            let bridged = twins.ask(CHAT, TWIN, &body).await;
            assert!(bridged.edits.contains("bridge.responses"), "{bridged:?}");
            assert!(!direct.edits.contains("bridge"), "{direct:?}");
            let (direct, bridged) = (direct.json(), bridged.json());
            assert_eq!(bridged["object"], "chat.completion");
            assert_eq!(completion_summary(&bridged, true), completion_summary(&direct, true), "{body}\n{bridged}");

            let mut streaming = body.clone();
            streaming["stream"] = true.into();
            if let Some(usage) = talk.usage {
                streaming["stream_options"] = json!({"include_usage": usage});
            }
            let stream = twins.ask(CHAT, OTHER, &streaming).await;
            let collected = assemble_chunks(&sse::chunks(&stream.text));
            let (mut streamed, mut whole) = (completion_summary(&collected, false), completion_summary(&bridged, false));
            if talk.usage != Some(true) {
                assert!(collected["usage"].is_null());
                streamed["usage"].take();
                whole["usage"].take();
            }
            assert_eq!(streamed, whole, "{body}\n{}", stream.text);
            for (path, _) in twins.received(TWIN).iter().chain(&twins.received(OTHER)) {
                assert_eq!(path, "/openai/v1/responses");
            }
        });
    }

    #[test]
    fn a_responses_call_over_chat_gets_the_same_answer_as_a_direct_call(
        talk in talk(),
        model in select(MODELS.to_vec()),
        more in select(vec!["", "collect = true\n"]),
    ) {
        let talk = talk.for_model(model.0, model.2);
        with_twins(model, "chat", more, async |twins: &Twins| {
            let body = talk.responses();
            let direct = twins.ask(RESPONSES, DIRECT, &body).await;
            let bridged = twins.ask(RESPONSES, TWIN, &body).await;
            assert!(bridged.edits.contains("bridge.chat"), "{bridged:?}");
            assert!(!direct.edits.contains("bridge"), "{direct:?}");
            let (direct, bridged) = (direct.json(), bridged.json());
            assert_eq!(bridged["object"], "response");
            let (mut bridged_summary, mut direct_summary) = (response_summary(&bridged), response_summary(&direct));
            if bridged["usage"].is_null() {
                // Chat sends no usage at the end of a stream that the filter has cut.
                assert_eq!((&bridged["incomplete_details"]["reason"], more.is_empty()), (&json!("content_filter"), false));
                bridged_summary["usage"].take();
                direct_summary["usage"].take();
            }
            assert_eq!(bridged_summary, direct_summary, "{body}\n{bridged}\n{direct}");

            let mut streaming = body.clone();
            streaming["stream"] = true.into();
            let stream = twins.ask(RESPONSES, OTHER, &streaming).await;
            let (items, last) = assemble_events(&events(&stream.text));
            assert_eq!(last["output"], json!(items), "{}", stream.text);
            let (mut streamed, mut whole) = (response_summary(&last), response_summary(&bridged));
            if streamed["details"]["reason"] == "content_filter" {
                assert!(last["usage"].is_null());
                streamed["usage"].take();
                whole["usage"].take();
            }
            assert_eq!(streamed, whole, "{body}\n{}", stream.text);
            for (path, _) in twins.received(TWIN).iter().chain(&twins.received(OTHER)) {
                assert_eq!(path, "/openai/v1/chat/completions");
            }
        });
    }

    #[test]
    fn a_conversation_continues_over_responses_as_it_does_directly(
        talk in talk(),
        model in select(MODELS.to_vec()),
    ) {
        let talk = talk.for_model(model.0, model.2).with_tool();
        with_twins(model, "responses", "reasoning_summary = \"auto\"", async |twins: &Twins| {
            let body = talk.chat();
            let direct = twins.ask(CHAT, DIRECT, &body).await.json();
            let bridged = twins.ask(CHAT, TWIN, &body).await.json();
            let mut streaming = body.clone();
            streaming["stream"] = true.into();
            let stream = twins.ask(CHAT, OTHER, &streaming).await;
            let streamed = assemble_chunks(&sse::chunks(&stream.text));
            let [direct, bridged, streamed] = [&direct, &bridged, &streamed].map(|answer| &answer["choices"][0]["message"]);
            let Some(after) = next_chat_call(&body, direct) else { return };
            let direct = twins.ask(CHAT, DIRECT, &after).await.json();
            for (name, message) in [(TWIN, bridged), (OTHER, streamed)] {
                let body = next_chat_call(&body, message).unwrap();
                let answer = twins.ask(CHAT, name, &body).await.json();
                assert_eq!(completion_summary(&answer, true), completion_summary(&direct, true), "{body}\n{answer}");
                // The model gets its reasoning back in the right place.
                let (_, sent) = twins.received(name).pop().unwrap();
                let sent: Value = serde_json::from_str(&sent).unwrap();
                let reasoned = message["azgate"]["output"][0]["type"] == "reasoning";
                let items = sent["input"].as_array().unwrap();
                assert_eq!(items.iter().filter(|item| item["type"] == "reasoning").count(), usize::from(reasoned), "{sent}");
            }
        });
    }

    #[test]
    fn a_conversation_continues_over_chat_as_it_does_directly(
        talk in talk(),
        model in select(MODELS.to_vec()),
    ) {
        let talk = talk.for_model(model.0, model.2).with_tool();
        with_twins(model, "chat", "", async |twins: &Twins| {
            let mut body = talk.responses();
            if !model.0.starts_with("gpt-4") {
                body["include"] = json!(["reasoning.encrypted_content"]);
            }
            let direct = twins.ask(RESPONSES, DIRECT, &body).await.json();
            let bridged = twins.ask(RESPONSES, TWIN, &body).await.json();
            let Some(after) = next_responses_call(&body, &direct) else { return };
            let direct = twins.ask(RESPONSES, DIRECT, &after).await.json();
            let body = next_responses_call(&body, &bridged).unwrap();
            let answer = twins.ask(RESPONSES, TWIN, &body).await.json();
            assert_eq!(response_summary(&answer), response_summary(&direct), "{body}\n{answer}");
        });
    }
}
