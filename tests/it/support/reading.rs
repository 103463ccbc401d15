//! Reads answers as simple clients read them.

use serde_json::{Value, json};

/// Returns what a chat answer contains: text, refusal, calls, finish reason, usage, log probabilities.
pub(crate) fn completion_summary(answer: &Value, exact: bool) -> Value {
    let choice = &answer["choices"][0];
    let message = &choice["message"];
    let mut summary = json!({
        "content": message["content"], "refusal": message["refusal"], "tool_calls": message["tool_calls"],
        "finish_reason": choice["finish_reason"], "logprobs": choice["logprobs"], "model": answer["model"],
        "filters": choice["content_filter_results"], "usage": counts(&answer["usage"]),
    });
    if !exact && summary["content"] == "" {
        summary["content"].take();
    }
    if summary["logprobs"]["content"] == json!([]) {
        summary["logprobs"].take();
    }
    summary
}

/// Returns the token counts that both operations report.
fn counts(usage: &Value) -> Value {
    json!([
        usage["prompt_tokens"],
        usage["completion_tokens"],
        usage["total_tokens"],
        usage["completion_tokens_details"]["reasoning_tokens"],
        usage["prompt_tokens_details"]["cached_tokens"]
    ])
}

/// Assembles a stream of chunks as a simple client does: the first delta of a call names it, the others append.
pub(crate) fn assemble_chunks(chunks: &[Value]) -> Value {
    let mut message = json!({"role": null, "content": null, "refusal": null});
    let mut answer = json!({"choices": [{"message": {}, "logprobs": null}]});
    let append = |slot: &mut Value, piece: &Value| {
        if let Some(piece) = piece.as_str() {
            *slot = (slot.as_str().unwrap_or_default().to_owned() + piece).into();
        }
    };
    for chunk in chunks {
        assert_eq!(chunk["object"], "chat.completion.chunk");
        assert_eq!((&chunk["id"], &chunk["created"]), (&chunks[0]["id"], &chunks[0]["created"]));
        answer["model"] = chunk["model"].clone();
        if chunk["usage"].is_object() {
            answer["usage"] = chunk["usage"].clone();
        }
        let Some(choice) = chunk["choices"].get(0) else { continue };
        assert_eq!(choice["index"], 0);
        let delta = &choice["delta"];
        append(&mut message["role"], &delta["role"]);
        append(&mut message["content"], &delta["content"]);
        append(&mut message["reasoning_content"], &delta["reasoning_content"]);
        if let Some(vendor) = delta.get("azgate") {
            assert_eq!(message.get("azgate"), None, "the `azgate` member is sent once");
            message["azgate"] = vendor.clone();
        }
        append(&mut message["refusal"], &delta["refusal"]);
        for call in delta["tool_calls"].as_array().into_iter().flatten() {
            let index = usize::try_from(call["index"].as_u64().unwrap()).unwrap();
            let calls = message.as_object_mut().unwrap().entry("tool_calls").or_insert_with(|| json!([]));
            let calls = calls.as_array_mut().unwrap();
            if index == calls.len() {
                let mut first = call.clone();
                first.as_object_mut().unwrap().remove("index");
                calls.push(first);
                continue;
            }
            for (inner, slot) in [("function", "arguments"), ("custom", "input")] {
                if let Some(piece) = call.get(inner).and_then(|inner| inner.get(slot)) {
                    append(&mut calls[index][inner][slot], piece);
                }
            }
        }
        if let Some(tokens) = choice["logprobs"]["content"].as_array() {
            let logprobs = &mut answer["choices"][0]["logprobs"];
            if logprobs.is_null() {
                *logprobs = json!({"content": [], "refusal": null});
            }
            logprobs["content"].as_array_mut().unwrap().extend(tokens.iter().cloned());
        }
        if !choice["finish_reason"].is_null() {
            let whole = &mut answer["choices"][0];
            assert!(whole["finish_reason"].is_null(), "there is one finish reason");
            whole["finish_reason"] = choice["finish_reason"].clone();
            whole["content_filter_results"] = choice["content_filter_results"].clone();
        }
    }
    answer["choices"][0]["message"] = message;
    answer
}

/// Returns what a response contains, without its reasoning items: chat does not report those.
pub(crate) fn response_summary(response: &Value) -> Value {
    let items = response["output"].as_array().unwrap().iter();
    // No capture shows the status of an item that the filter cut.
    let status = |item: &Value| match response["incomplete_details"]["reason"].as_str() {
        Some("content_filter") => Value::Null,
        _ => item["status"].clone(),
    };
    let items =
        items.filter(|item| item["type"] != "reasoning").map(|item| match item["type"].as_str().unwrap() {
            // Chat joins several texts into one.
            "message" => {
                let texts = item["content"].as_array().unwrap().iter();
                let joined =
                    |key: &str| texts.clone().filter_map(|part| part[key].as_str()).collect::<String>();
                let logprobs: Vec<&Value> =
                    texts.clone().filter_map(|part| part["logprobs"].as_array()).flatten().collect();
                json!(["message", status(item), joined("text"), joined("refusal"), logprobs])
            }
            kind => {
                json!([kind, status(item), item["call_id"], item["name"], item["arguments"], item["input"]])
            }
        });
    let items: Vec<Value> = items.collect();
    let usage = &response["usage"];
    json!({
        "output": items, "status": response["status"], "details": response["incomplete_details"],
        "error": response["error"], "model": response["model"],
        "usage": [usage["input_tokens"], usage["output_tokens"], usage["total_tokens"],
            usage["output_tokens_details"]["reasoning_tokens"], usage["input_tokens_details"]["cached_tokens"]],
    })
}

/// Returns the events of a response's stream, and checks them as a strict client does.
pub(crate) fn events(stream: &str) -> Vec<Value> {
    let mut list: Vec<&str> = stream.split("\n\n").collect();
    assert_eq!(list.pop(), Some(""), "{stream}");
    let read = list.into_iter().enumerate().map(|(number, text)| {
        let (head, data) = text.split_once('\n').unwrap_or_else(|| panic!("{text}"));
        let event: Value = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
        assert_eq!(head.strip_prefix("event: ").unwrap(), event["type"], "{text}");
        assert_eq!(event["sequence_number"], number, "{text}");
        event
    });
    read.collect()
}

/// Assembles the output items from a response's events, and returns them with the response in the last event.
pub(crate) fn assemble_events(events: &[Value]) -> (Vec<Value>, Value) {
    let mut items: Vec<Value> = Vec::new();
    for event in events {
        let at = event["output_index"].as_u64().map(|at| usize::try_from(at).unwrap());
        let kind = event["type"].as_str().unwrap();
        let part = event["content_index"].as_u64().map(|at| usize::try_from(at).unwrap());
        match kind {
            "response.output_item.added" => {
                assert_eq!(at, Some(items.len()), "{event}");
                items.push(event["item"].clone());
            }
            "response.content_part.added" => {
                let content = items[at.unwrap()]["content"].as_array_mut().unwrap();
                assert_eq!(part, Some(content.len()), "{event}");
                content.push(event["part"].clone());
            }
            _ if kind.rsplit('.').next() == Some("delta") => {
                let item = &mut items[at.unwrap()];
                assert_eq!(item["id"], event["item_id"]);
                let slot = match kind {
                    "response.output_text.delta" | "response.reasoning_text.delta" => {
                        &mut item["content"][part.unwrap()]["text"]
                    }
                    "response.refusal.delta" => &mut item["content"][part.unwrap()]["refusal"],
                    "response.function_call_arguments.delta" => &mut item["arguments"],
                    "response.custom_tool_call_input.delta" => &mut item["input"],
                    other => panic!("{other}"),
                };
                *slot = (slot.as_str().unwrap().to_owned() + event["delta"].as_str().unwrap()).into();
            }
            "response.output_item.done" => {
                let (item, done) = (&items[at.unwrap()], &event["item"]);
                for key in ["id", "type", "name", "call_id", "arguments", "input", "role"] {
                    assert_eq!(item.get(key), done.get(key), "{key}: {event}");
                }
                let texts = |item: &Value| -> Vec<(Value, Value)> {
                    let parts = item["content"].as_array().into_iter().flatten();
                    parts.map(|part| (part["text"].clone(), part["refusal"].clone())).collect()
                };
                assert_eq!(texts(item), texts(done), "{event}");
                items[at.unwrap()] = done.clone();
            }
            _ => {}
        }
    }
    (items, events.last().unwrap()["response"].clone())
}
