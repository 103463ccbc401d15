//! Properties of every bridged chat call, and what the API descriptions require of any Responses call.

use std::collections::HashSet;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{
    BridgeOptions, hosted,
    testing::{parsed, translated},
};
use crate::{call::ReplayedReasoning, json::apply};

const OPTIONS: BridgeOptions<'_> = BridgeOptions {
    answers_response: false,
    resource: "here",
    encrypted: true,
    refused_includes: &[],
    summary: Some("auto"),
    replayed: ReplayedReasoning::All,
    stateless: false,
    names_in_text: false,
};

const REPLAYED: [ReplayedReasoning; 4] =
    [ReplayedReasoning::All, ReplayedReasoning::Turn, ReplayedReasoning::Last, ReplayedReasoning::None];

/// The required and the optional members of items and parts (OpenAI's and Azure's API descriptions).
const SHAPES: &[(&str, &[&str], &[&str])] = &[
    ("message", &["role", "content"], &["phase"]),
    ("function_call", &["call_id", "name", "arguments"], &[]),
    ("custom_tool_call", &["call_id", "name", "input"], &[]),
    ("function_call_output", &["call_id", "output"], &[]),
    ("custom_tool_call_output", &["call_id", "output"], &[]),
    ("reasoning", &["id", "summary", "encrypted_content"], &[]),
    ("file_search_call", &["id", "status", "queries"], &["results"]),
    ("input_text", &["text"], &["prompt_cache_breakpoint"]),
    ("input_image", &["image_url"], &["detail", "file_id", "prompt_cache_breakpoint"]),
    ("input_file", &[], &["file_id", "file_data", "filename", "file_url", "detail"]),
    ("output_text", &["text", "annotations"], &["logprobs"]),
    ("refusal", &["refusal"], &[]),
    ("function", &["name", "parameters", "strict"], &["description"]),
    ("custom", &["name"], &["description", "format"]),
    ("file_search", &["vector_store_ids"], &["max_num_results", "ranking_options", "filters"]),
    ("json_schema", &["name", "schema"], &["description", "strict"]),
    ("text", &[], &[]),
];

const TOP: &[&str] = &[
    "model",
    "input",
    "max_output_tokens",
    "reasoning",
    "text",
    "tools",
    "tool_choice",
    "include",
    "store",
    "stream",
    "temperature",
    "top_logprobs",
    "stream_options",
    "parallel_tool_calls",
    "metadata",
];

fn shaped(value: &Value) {
    let kind = value["type"].as_str().unwrap_or_else(|| panic!("no type: {value}"));
    let (_, required, allowed) =
        SHAPES.iter().find(|(name, ..)| *name == kind).unwrap_or_else(|| panic!("unknown: {value}"));
    let object = value.as_object().unwrap();
    for key in *required {
        assert!(object.contains_key(*key), "{key} is missing: {value}");
    }
    for key in object.keys() {
        assert!(key == "type" || required.contains(&&**key) || allowed.contains(&&**key), "{key}: {value}");
    }
    for list in ["content", "output"] {
        object.get(list).and_then(Value::as_array).into_iter().flatten().for_each(shaped);
    }
}

/// Checks that a body is as the API descriptions have it.
fn valid(body: &Value) {
    for key in body.as_object().unwrap().keys() {
        assert!(TOP.contains(&&**key), "{key}");
    }
    let items = body["input"].as_array().unwrap();
    for (index, item) in items.iter().enumerate() {
        shaped(item);
        if item["type"] == "reasoning" {
            let next = items.get(index + 1).map_or(&Value::Null, |next| &next["type"]);
            assert!(next.is_string() && next != "function_call_output", "alone: {items:?}");
        }
        let id = item["call_id"].as_str().unwrap_or("x");
        assert!((1..=64).contains(&id.len()), "{id}");
    }
    body["tools"].as_array().into_iter().flatten().for_each(shaped);
    if let Some(format) = body["text"].get("format") {
        shaped(format);
    }
    let include: Vec<&str> =
        body["include"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    assert_eq!(include.len(), include.iter().collect::<HashSet<_>>().len());
}

fn pick<T: Clone + std::fmt::Debug + 'static>(values: &[T]) -> impl Strategy<Value = T> + Clone + use<T> {
    prop::sample::select(values.to_vec())
}

/// Generates text that can be found again.
fn words() -> impl Strategy<Value = String> {
    "T[a-z0-9]{6}[ é\"\\\\\n😀]{0,3}"
}

fn user() -> impl Strategy<Value = Value> {
    let part = prop_oneof![
        words().prop_map(|text| json!({"type": "text", "text": text})),
        words().prop_map(|url| json!({"type": "image_url", "image_url": {"url": url, "detail": "low"}})),
        words().prop_map(|data| json!({"type": "file", "file": {"file_data": data, "filename": "n"}})),
    ];
    let content = prop_oneof![
        words().prop_map(Value::String),
        prop::collection::vec(part, 1..4).prop_map(Value::Array)
    ];
    (pick(&["user", "system", "developer"]), content)
        .prop_map(|(role, content)| json!({"role": role, "content": content}))
}

/// Generates an assistant's message with its calls, their results, and the answer that it came from.
fn turn() -> impl Strategy<Value = Vec<Value>> {
    let call = (words(), any::<bool>(), any::<bool>());
    let calls = prop::collection::vec(call, 0..4);
    let place = pick(&["message", "call", "reasoning", "search", "run", "stale", "gone"]);
    let past = prop::option::of((pick(&["here", "there"]), prop::collection::vec(place, 0..7)));
    (prop::option::of(words()), calls, past, "[a-z]{1,70}").prop_map(|(text, calls, past, salt)| {
        let mut message = json!({"role": "assistant", "content": text});
        let mut results = Vec::new();
        let mut made = Vec::new();
        for (index, (words, custom, long)) in calls.into_iter().enumerate() {
            let id = if long { format!("{salt}{}{index}", "i".repeat(64)) } else { format!("c{index}") };
            made.push(if custom {
                json!({"id": id, "type": "custom", "custom": {"name": "c", "input": words}})
            } else {
                json!({"id": id, "type": "function", "function": {"name": "f", "arguments": words}})
            });
            results.push(json!({"role": "tool", "tool_call_id": id, "content": format!("{words}!")}));
        }
        if let Some((resource, places)) = past {
            let mut next = made.iter();
            let output: Vec<Value> = places.into_iter().map(|place| match place {
                "message" => json!({"type": "message"}),
                "call" => next.next().map_or(json!({"type": "function_call", "call_id": "gone"}), |call| {
                    json!({"type": if call["type"] == "custom" { "custom_tool_call" } else { "function_call" }, "call_id": call["id"]})
                }),
                "reasoning" => json!({"type": "reasoning", "id": "rs", "encrypted_content": "e", "summary": [], "status": "completed"}),
                "stale" => json!({"type": "reasoning", "id": "rs", "encrypted_content": null, "summary": []}),
                "run" => json!({"type": "code_interpreter_call", "id": "ci", "container_id": "cntr", "code": ""}),
                "search" => json!({"type": "file_search_call", "id": "fs", "status": "completed", "queries": []}),
                _ => json!({"type": "function_call", "call_id": "gone"}),
            }).collect();
            message["azgate"] = json!({"resource": resource, "output": output});
        }
        if !made.is_empty() {
            message["tool_calls"] = Value::Array(made);
        }
        [vec![message], results].concat()
    })
}

fn call() -> impl Strategy<Value = Value> {
    let settings = pick(&[
        ("model", json!("m")),
        ("max_tokens", json!(5)),
        ("max_completion_tokens", json!(500)),
        ("reasoning_effort", json!("low")),
        ("verbosity", json!("low")),
        ("response_format", json!({"type": "json_schema", "json_schema": {"name": "n", "schema": {}}})),
        ("response_format", json!({"type": "text"})),
        ("logprobs", json!(true)),
        ("top_logprobs", json!(2)),
        ("stream", json!(true)),
        ("stream_options", json!({"include_usage": true, "include_obfuscation": false})),
        ("store", json!(true)),
        ("store", Value::Null),
        ("temperature", json!(1)),
        (
            "tools",
            json!([{"type": "function", "function": {"name": "f"}}, {"type": "custom", "custom": {"name": "c"}}]),
        ),
        ("tools", json!([{"type": "file_search", "vector_store_ids": ["v"]}])),
        ("tool_choice", json!({"type": "function", "function": {"name": "f"}})),
        ("include", json!(["message.output_text.logprobs"])),
        ("reasoning", json!({"effort": "high"})),
    ]);
    let messages = prop::collection::vec(prop_oneof![user().prop_map(|user| vec![user]), turn()], 0..6);
    (messages, prop::collection::vec(settings, 0..8)).prop_map(|(messages, settings)| {
        let mut call = Map::new();
        call.insert("messages".to_owned(), Value::Array(messages.concat()));
        call.extend(settings.into_iter().map(|(key, value)| (key.to_owned(), value)));
        Value::Object(call)
    })
}

/// Collects every text of a value that [`words`] generated.
fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text.starts_with('T') => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(members) => members.values().for_each(|member| texts(member, found)),
        _ => {}
    }
}

fn sorted_texts(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    texts(value, &mut found);
    found.sort();
    found
}

const KEYS: &[&str] = &[
    "messages",
    "role",
    "content",
    "type",
    "text",
    "refusal",
    "azgate",
    "resource",
    "output",
    "tool_calls",
    "function",
    "function_call",
    "custom",
    "id",
    "call_id",
    "tool_call_id",
    "name",
    "tools",
    "tool_choice",
    "allowed_tools",
    "format",
    "grammar",
    "image_url",
    "url",
    "file",
    "json_schema",
    "response_format",
    "reasoning",
    "include",
    "stream_options",
    "max_tokens",
    "tool_resources",
    "data_sources",
    "file_search",
    "code_interpreter",
    "container",
    "file_ids",
    "vector_store_ids",
    "parameters",
    "web_search_options",
    "user_location",
    "approximate",
];

const WORDS: &[&str] = &[
    "assistant",
    "user",
    "tool",
    "function",
    "custom",
    "message",
    "reasoning",
    "function_call",
    "text",
    "image_url",
    "file",
    "refusal",
    "here",
    "file_search",
    "code_interpreter",
    "web_search",
    "allowed_tools",
    "",
];

/// Generates any value with the keys and words of chat calls.
fn anything() -> impl Strategy<Value = Value> {
    let (key, word) = (pick(KEYS), pick(WORDS));
    let leaf = prop_oneof![
        word.prop_map(|word| json!(word)),
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<u8>().prop_map(|number| json!(number)),
    ];
    leaf.prop_recursive(7, 80, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::vec((key.clone(), inner), 0..7).prop_map(|members| {
                Value::Object(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
            }),
        ]
    })
}

proptest! {
    #[test]
    fn a_call_is_valid_and_keeps_every_text(call in call(), replayed in pick(&REPLAYED)) {
        let chat = call.to_string();
        let options = BridgeOptions { replayed, ..OPTIONS };
        let (body, losses) = translated(&chat, &options).unwrap();
        prop_assert_eq!(translated(&chat, &options).unwrap(), (body.clone(), losses));
        let body: Value = serde_json::from_str(&body).unwrap();
        valid(&body);
        prop_assert_eq!(sorted_texts(&body), sorted_texts(&call));
    }

    #[test]
    fn anything_becomes_json_or_is_refused(call in anything()) {
        // `translated` makes the assertion.
        let _outcome = translated(&call.to_string(), &OPTIONS);
    }

    #[test]
    fn corrections_of_anything_leave_json(call in anything()) {
        let chat = parsed(&call.to_string());
        if let Ok(corrections) = hosted::corrections(&chat) {
            let body = apply(&chat, corrections.changes.iter().map(|(change, _)| change)).concat();
            let after: Result<Value, _> = serde_json::from_slice(&body);
            prop_assert!(after.is_ok(), "{}", String::from_utf8_lossy(&body));
        }
    }
}
