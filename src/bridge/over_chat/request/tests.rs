#![expect(clippy::needless_pass_by_value, reason = "JSON literals read better without a borrow")]

use bytes::Bytes;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{LOSSES, request};
use crate::{
    bridge::{Loss, Uncarried},
    json::Document,
};

struct Said {
    body: Value,
    losses: Vec<Loss>,
    echo: Value,
}

fn bridged(source: &str) -> Result<Said, Uncarried> {
    let document = Document::parse(Bytes::copy_from_slice(source.as_bytes()), 5).unwrap();
    let (bridged, reply) = request(&document)?;
    let body = bridged.body.render(document.source());
    let echo = [b"{", &*reply.echo, b"}"].concat();
    for loss in &bridged.losses {
        assert!(LOSSES.contains(&loss.rule), "{loss:?}");
        assert!(loss.at.find(document.root()).is_some(), "{loss:?}");
    }
    assert_eq!(Document::parse(body.clone().into(), 1).unwrap().duplicate_key(), None);
    let json = |bytes: &[u8]| {
        serde_json::from_slice(bytes)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(bytes)))
    };
    Ok(Said { body: json(&body), losses: bridged.losses, echo: json(&echo) })
}

/// The chat call for these members beside an input.
fn call(members: Value) -> Said {
    let mut call = json!({"model": "m", "input": "hi"});
    call.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    bridged(&call.to_string()).unwrap()
}

/// What the members become, beside the model and the message, and what is lost: rule, place, and whether it is the same.
fn becomes(members: Value, expected: Value, losses: &[(&str, &str, bool)]) {
    let said = call(members.clone());
    let mut body = said.body.as_object().unwrap().clone();
    assert_eq!(body.remove("model").unwrap(), "m");
    assert_eq!(body.remove("messages").unwrap(), json!([{"role": "user", "content": "hi"}]));
    assert_eq!(Value::Object(body), expected, "{members}");
    lost(&said, losses);
}

fn lost(said: &Said, losses: &[(&str, &str, bool)]) {
    let told: Vec<_> = said.losses.iter().map(|loss| (loss.rule, loss.at.to_string(), loss.same)).collect();
    let told: Vec<_> = told.iter().map(|(rule, at, same)| (*rule, at.as_str(), *same)).collect();
    assert_eq!(told, losses);
}

/// The messages that an input becomes.
fn messages(input: Value, expected: Value, losses: &[(&str, &str, bool)]) {
    let said = bridged(&json!({"input": input}).to_string()).unwrap();
    assert_eq!(said.body, json!({"messages": expected}), "{input}");
    lost(&said, losses);
}

/// What a call that cannot be carried is told.
fn refused(members: Value, param: &str, why: &str) {
    let mut call = json!({"input": "hi"});
    call.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    let Err(error) = bridged(&call.to_string()) else { panic!("{call} is carried") };
    assert_eq!(error.param, param);
    assert!(error.why.contains(why), "{error}");
}

#[test]
fn parameters_are_said_in_the_words_of_chat() {
    becomes(json!({"max_output_tokens": 7}), json!({"max_completion_tokens": 7}), &[]);
    becomes(json!({"reasoning": {"effort": "low"}}), json!({"reasoning_effort": "low"}), &[]);
    becomes(json!({"text": {"verbosity": "low"}}), json!({"verbosity": "low"}), &[]);
    becomes(json!({"text": {"format": {"type": "text"}}}), json!({}), &[]);
    becomes(
        json!({"text": {"format": {"type": "json_object"}}}),
        json!({"response_format": {"type": "json_object"}}),
        &[],
    );
    becomes(
        json!({"text": {"format": {"type": "json_schema", "name": "n", "strict": true, "description": null, "schema": {"a": 1}}}}),
        json!({"response_format": {"type": "json_schema", "json_schema": {"name": "n", "strict": true, "schema": {"a": 1}}}}),
        &[],
    );
    becomes(
        json!({"include": ["message.output_text.logprobs"], "top_logprobs": 2}),
        json!({"logprobs": true, "top_logprobs": 2}),
        &[],
    );
    becomes(
        json!({"stream": true, "stream_options": {"include_obfuscation": false}}),
        json!({"stream": true, "stream_options": {"include_usage": true, "include_obfuscation": false}}),
        &[],
    );
    becomes(json!({"stream": true}), json!({"stream": true, "stream_options": {"include_usage": true}}), &[]);
    becomes(json!({"stream": false}), json!({"stream": false}), &[]);
}

#[test]
fn what_both_have_and_what_neither_has_goes_along() {
    let both = json!({
        "temperature": 0.5, "top_p": 1.0, "user": "u", "safety_identifier": "s", "prompt_cache_key": "k",
        "prompt_cache_retention": "24h", "service_tier": "auto", "parallel_tool_calls": false, "seed": 3, "vendor": {"a": [1]},
    });
    becomes(both.clone(), both, &[]);
}

#[test]
fn defaults_and_nulls_are_left_out() {
    let absent = json!({
        "background": false, "truncation": "disabled", "store": false, "previous_response_id": null, "conversation": null,
        "prompt": null, "instructions": null, "tools": null, "text": null, "reasoning": null, "temperature": null,
        "context_management": [], "messages": null, "text.x": null,
    });
    becomes(absent, json!({}), &[]);
    becomes(
        json!({"reasoning": {"effort": null, "summary": null}, "text": {"format": null}}),
        json!({}),
        &[],
    );
}

#[test]
fn losses_are_told() {
    becomes(json!({"store": true}), json!({}), &[("drop.store", "store", false)]);
    becomes(json!({"metadata": {"a": "b"}}), json!({}), &[("drop.metadata", "metadata", true)]);
    becomes(json!({"max_tool_calls": 3}), json!({}), &[("drop.max_tool_calls", "max_tool_calls", true)]);
    becomes(json!({"top_logprobs": 3}), json!({}), &[("drop.top_logprobs", "top_logprobs", true)]);
    becomes(
        json!({"include": ["reasoning.encrypted_content", "message.output_text.logprobs"]}),
        json!({"logprobs": true}),
        &[("drop.include", "include[0]", true)],
    );
    becomes(
        json!({"reasoning": {"generate_summary": "auto", "effort": "low", "context": "all_turns"}}),
        json!({"reasoning_effort": "low"}),
        &[
            ("drop.reasoning", "reasoning.context", false),
            ("drop.reasoning_summary", "reasoning.generate_summary", false),
        ],
    );
    becomes(json!({"text": {"x": 1}}), json!({}), &[("drop.text", "text.x", false)]);
}

#[test]
fn what_only_responses_can_do_is_refused_and_named() {
    refused(
        json!({"previous_response_id": "resp_1"}),
        "previous_response_id",
        "whole conversation in `input`",
    );
    refused(json!({"conversation": {"id": "conv_1"}}), "conversation", "whole conversation in `input`");
    refused(json!({"prompt": {"id": "p"}}), "prompt", "`instructions`");
    refused(json!({"background": true}), "background", "leave it out");
    refused(json!({"truncation": "auto"}), "truncation", "shorten `input`");
    refused(json!({"context_management": [{"type": "compaction"}]}), "context_management", "shorten `input`");
    refused(json!({"messages": []}), "messages", "`input`");
    refused(json!({"max_completion_tokens": 1}), "max_completion_tokens", "`max_output_tokens`");
    refused(json!({"n": 2}), "n", "one answer");
    refused(json!({"input": null}), "input", "missing");
    refused(json!({"input": []}), "input", "missing");
    refused(json!({"input": 1}), "input", "a number");
    refused(json!({"instructions": ["x"]}), "instructions", "an array");
    refused(json!({"reasoning": "low"}), "reasoning", "a string");
    refused(json!({"text": "plain"}), "text", "a string");
}

#[test]
fn tools_move_below_their_type() {
    becomes(
        json!({"tools": [
            {"type": "function", "name": "f", "description": null, "parameters": {"type": "object"}, "strict": true, "defer_loading": false},
            {"type": "function", "name": "g", "strict": null},
            {"type": "custom", "name": "c", "description": "d"},
            {"type": "custom", "name": "c", "format": {"type": "text"}},
            {"type": "custom", "name": "c", "format": {"type": "grammar", "syntax": "lark", "definition": "s: x"}},
        ]}),
        json!({"tools": [
            {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}, "strict": true}},
            {"type": "function", "function": {"name": "g"}},
            {"type": "custom", "custom": {"name": "c", "description": "d"}},
            {"type": "custom", "custom": {"name": "c", "format": {"type": "text"}}},
            {"type": "custom", "custom": {"name": "c", "format": {"type": "grammar", "grammar": {"syntax": "lark", "definition": "s: x"}}}},
        ]}),
        &[],
    );
    becomes(json!({"tools": []}), json!({"tools": []}), &[]);
    refused(
        json!({"tools": [{"type": "function", "name": "f"}, {"type": "web_search"}]}),
        "tools[1]",
        "`web_search`",
    );
    refused(json!({"tools": [{"type": "function", "function": {"name": "f"}}]}), "tools[0].name", "missing");
    refused(json!({"tools": [{"name": "f"}]}), "tools[0].type", "missing");
    refused(
        json!({"tools": [{"type": "function", "name": "f", "defer_loading": true}]}),
        "tools[0].defer_loading",
        "search",
    );
    refused(json!({"tools": {}}), "tools", "an object");
}

#[test]
fn the_choice_among_tools_moves_as_the_tools_do() {
    for word in ["none", "auto", "required"] {
        becomes(json!({"tool_choice": word}), json!({"tool_choice": word}), &[]);
    }
    becomes(
        json!({"tool_choice": {"type": "function", "name": "f"}}),
        json!({"tool_choice": {"type": "function", "function": {"name": "f"}}}),
        &[],
    );
    becomes(
        json!({"tool_choice": {"type": "custom", "name": "f"}}),
        json!({"tool_choice": {"type": "custom", "custom": {"name": "f"}}}),
        &[],
    );
    becomes(
        json!({"tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "f"}]}}),
        json!({"tool_choice": {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": [
            {"type": "function", "function": {"name": "f"}}]}}}),
        &[],
    );
    refused(json!({"tool_choice": {"type": "file_search"}}), "tool_choice", "`file_search`");
    let hosted =
        json!({"type": "allowed_tools", "mode": "auto", "tools": [{"type": "mcp", "server_label": "x"}]});
    refused(json!({"tool_choice": hosted}), "tool_choice.tools[0]", "`mcp`");
}

#[test]
fn instructions_are_the_first_message() {
    let said = bridged(r#"{"input":"hi","instructions":"Be \u00e9"}"#).unwrap();
    let expected = json!([{"role": "system", "content": "Be é"}, {"role": "user", "content": "hi"}]);
    assert_eq!(said.body["messages"], expected);
    let alone = bridged(r#"{"instructions":"go"}"#).unwrap();
    assert_eq!(alone.body["messages"], json!([{"role": "system", "content": "go"}]));
}

#[test]
fn messages_keep_what_they_say() {
    messages(
        json!([
            {"role": "developer", "content": "a"},
            {"type": "message", "role": "user", "id": "msg_1", "status": "completed", "name": "Ann", "content": [{"type": "input_text", "text": "b"}]},
            {"role": "user", "content": [
                {"type": "input_text", "text": "c"},
                {"type": "input_image", "image_url": "https://x/y.png", "detail": "low", "file_id": null},
                {"type": "input_image", "image_url": "data:image/png;base64,AA", "prompt_cache_breakpoint": {"mode": "explicit"}},
                {"type": "input_file", "file_data": "AA", "filename": "f.pdf", "file_id": null},
                {"type": "input_file", "file_id": "file-1", "detail": "high"},
                {"type": "input_audio", "input_audio": {"data": "AA", "format": "wav"}},
            ]},
            {"role": "user", "content": []},
        ]),
        json!([
            {"role": "developer", "content": "a"},
            {"role": "user", "content": "b", "name": "Ann"},
            {"role": "user", "content": [
                {"type": "text", "text": "c"},
                {"type": "image_url", "image_url": {"url": "https://x/y.png", "detail": "low"}},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}, "prompt_cache_breakpoint": {"mode": "explicit"}},
                {"type": "file", "file": {"file_data": "AA", "filename": "f.pdf"}},
                {"type": "file", "file": {"file_id": "file-1"}},
                {"type": "input_audio", "input_audio": {"data": "AA", "format": "wav"}},
            ]},
            {"role": "user", "content": ""},
        ]),
        &[("drop.detail", "input[2].content[4].detail", false)],
    );
}

#[test]
fn answers_are_replayed_as_messages_of_the_assistant() {
    let citation = json!({"type": "url_citation", "url": "u"});
    messages(
        json!([
            {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "phase": "commentary",
             "content": [{"type": "output_text", "text": "a", "annotations": [citation], "logprobs": []}]},
            {"role": "assistant", "content": [{"type": "refusal", "refusal": "no"}]},
            {"role": "assistant", "content": [{"type": "output_text", "text": "b", "annotations": []}, {"type": "refusal", "refusal": "no"}]},
            {"role": "assistant", "content": [{"type": "output_text", "text": "c"}, {"type": "output_text", "text": "d"}]},
        ]),
        json!([
            {"role": "assistant", "content": "a"},
            {"role": "assistant", "content": [{"type": "refusal", "refusal": "no"}]},
            {"role": "assistant", "content": "b", "refusal": "no"},
            {"role": "assistant", "content": [{"type": "text", "text": "c"}, {"type": "text", "text": "d"}]},
        ]),
        &[
            ("drop.annotations", "input[0].content[0].annotations", true),
            ("drop.phase", "input[0].phase", true),
        ],
    );
}

fn function(id: &str) -> Value {
    json!({"type": "function_call", "id": "fc_x", "call_id": id, "name": "f", "arguments": "{\"a\": 1.0}", "status": "completed"})
}

fn called(id: &str) -> Value {
    json!({"id": id, "type": "function", "function": {"name": "f", "arguments": "{\"a\": 1.0}"}})
}

#[test]
fn calls_are_gathered_into_one_message_and_reasoning_is_no_gap() {
    let custom = json!({"type": "custom_tool_call", "call_id": "c", "name": "g", "input": "x"});
    let reasoning = |more: Value| {
        let mut item =
            json!({"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "s"}]});
        item.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        item
    };
    messages(
        json!([
            {"role": "user", "content": "q"},
            reasoning(json!({"encrypted_content": null, "content": []})),
            {"role": "assistant", "content": "I look."},
            function("a"),
            reasoning(json!({"encrypted_content": "gAAA"})),
            custom,
            {"type": "function_call_output", "call_id": "a", "output": "1", "status": "completed", "id": "fco", "name": "f"},
            {"type": "custom_tool_call_output", "call_id": "c", "output": [{"type": "input_text", "text": "2"}]},
            reasoning(json!({"content": [{"type": "reasoning_text", "text": "t"}]})),
            function("b"),
            {"type": "function_call_output", "call_id": "b", "output": [{"type": "input_text", "text": "3"}, {"type": "input_text", "text": "4"}]},
            {"role": "assistant", "content": "Done."},
        ]),
        json!([
            {"role": "user", "content": "q"},
            {"role": "assistant", "content": "I look.", "tool_calls": [called("a"), {"id": "c", "type": "custom", "custom": {"name": "g", "input": "x"}}]},
            {"role": "tool", "tool_call_id": "a", "content": "1"},
            {"role": "tool", "tool_call_id": "c", "content": "2"},
            {"role": "assistant", "content": null, "tool_calls": [called("b")]},
            {"role": "tool", "tool_call_id": "b", "content": [{"type": "text", "text": "3"}, {"type": "text", "text": "4"}]},
            {"role": "assistant", "content": "Done."},
        ]),
        &[
            ("drop.reasoning", "input[1]", true),
            ("drop.reasoning", "input[4]", false),
            ("drop.name", "input[6].name", true),
            ("drop.reasoning", "input[8]", false),
        ],
    );
}

#[test]
fn a_text_behind_calls_joins_them_so_that_their_outputs_follow() {
    let output = json!({"type": "function_call_output", "call_id": "a", "output": "1"});
    messages(
        json!([function("a"), {"role": "assistant", "content": "t"}, output]),
        json!([
            {"role": "assistant", "content": "t", "tool_calls": [called("a")]},
            {"role": "tool", "tool_call_id": "a", "content": "1"},
        ]),
        &[],
    );
}

#[test]
fn items_without_a_place_in_chat_are_refused_and_named() {
    let item = |item: Value| json!({"input": [{"role": "user", "content": "q"}, item]});
    refused(item(json!({"type": "item_reference", "id": "msg_1"})), "input[1]", "the item itself");
    refused(item(json!({"id": "msg_1"})), "input[1]", "the item itself");
    refused(
        item(json!({"type": "web_search_call", "id": "ws_1", "status": "completed"})),
        "input[1]",
        "`web_search_call`",
    );
    refused(
        item(json!({"type": "computer_call_output", "call_id": "c", "output": {}})),
        "input[1]",
        "leave it out",
    );
    refused(item(json!({"x": 1})), "input[1].type", "missing");
    refused(
        item(json!({"type": "function_call", "name": "f", "arguments": ""})),
        "input[1].call_id",
        "missing",
    );
    let namespaced =
        json!({"type": "function_call", "call_id": "c", "name": "f", "arguments": "", "namespace": "n"});
    refused(item(namespaced), "input[1].namespace", "by name");
    refused(item(json!({"type": "message", "role": "user"})), "input[1].content", "missing");
    let part = |part: Value| item(json!({"role": "user", "content": [part]}));
    refused(
        part(json!({"type": "input_image", "file_id": "file-1"})),
        "input[1].content[0].file_id",
        "data URL",
    );
    refused(part(json!({"type": "input_image"})), "input[1].content[0].image_url", "missing");
    refused(
        part(json!({"type": "input_image", "image_url": "u", "detail": "original"})),
        "input[1].content[0].detail",
        "`low`",
    );
    refused(
        part(json!({"type": "input_file", "file_url": "u"})),
        "input[1].content[0].file_url",
        "`file_data`",
    );
    refused(part(json!({"type": "computer_screenshot"})), "input[1].content[0]", "`computer_screenshot`");
    let image = json!({"type": "input_image", "image_url": "u"});
    let output = json!({"type": "function_call_output", "call_id": "c", "output": [{"type": "input_text", "text": "t"}, image]});
    refused(item(output), "input[1].output[1]", "message of the user");
}

#[test]
fn a_response_repeats_its_request() {
    assert_eq!(
        call(json!({})).echo,
        json!({
            "background": false, "instructions": null, "max_output_tokens": null, "max_tool_calls": null, "metadata": {},
            "parallel_tool_calls": true, "previous_response_id": null, "prompt_cache_key": null, "safety_identifier": null,
            "temperature": 1.0, "tool_choice": "auto", "tools": [], "top_p": 1.0, "truncation": "disabled", "user": null,
            "store": false, "reasoning": {"effort": null, "summary": null}, "text": {"format": {"type": "text"}},
        })
    );
    let sent = json!({
        "background": false, "instructions": "i", "max_output_tokens": 5, "max_tool_calls": 2, "metadata": {"a": "b"},
        "parallel_tool_calls": false, "prompt_cache_key": "k", "safety_identifier": "s", "temperature": 0.5, "top_logprobs": 3,
        "tool_choice": {"type": "function", "name": "f"}, "tools": [{"type": "function", "name": "f"}], "top_p": 0.5, "user": "u",
        "truncation": "disabled", "reasoning": {"effort": "low", "summary": "auto"},
        "text": {"format": {"type": "json_object"}, "verbosity": "low"}, "prompt_cache_retention": "24h",
    });
    let mut expected = sent.clone();
    let echo = expected.as_object_mut().unwrap();
    echo.extend([("store".into(), json!(false)), ("previous_response_id".into(), Value::Null)]);
    assert_eq!(call(sent).echo, expected);
    assert_eq!(call(json!({"store": true})).echo["store"], false);
    let partly = call(json!({"reasoning": {"effort": "low"}, "text": {"verbosity": "low"}})).echo;
    assert_eq!(partly["reasoning"], json!({"effort": "low", "summary": null}));
    assert_eq!(partly["text"], json!({"verbosity": "low", "format": {"type": "text"}}));
}

#[test]
fn values_keep_their_spelling() {
    let source =
        r#"{"temperature":1.00,"input":[{"role":"user","content":"\u00e9\ud800"}],"max_output_tokens":1e2}"#;
    let document = Document::parse(Bytes::from_static(source.as_bytes()), 5).unwrap();
    let (bridged, _) = request(&document).unwrap();
    assert_eq!(
        String::from_utf8(bridged.body.render(document.source())).unwrap(),
        r#"{"temperature":1.00,"max_completion_tokens":1e2,"messages":[{"role":"user","content":"\u00e9\ud800"}]}"#
    );
}

fn any_json() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        Just("message"),
        Just("function_call"),
        Just("reasoning"),
        Just("user"),
        Just("assistant"),
        Just("input_text"),
        Just("output_text"),
        Just("refusal"),
        Just("function"),
        Just("custom"),
        Just("function_call_output"),
        Just("t"),
    ];
    let key = prop_oneof![
        Just("type"),
        Just("role"),
        Just("content"),
        Just("text"),
        Just("output"),
        Just("call_id"),
        Just("name"),
        Just("arguments"),
        Just("refusal"),
        Just("format"),
        Just("tools"),
        Just("effort"),
        Just("x"),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        word.prop_map(Value::from),
        Just(json!(1))
    ];
    leaf.prop_recursive(5, 48, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            prop::collection::btree_map(key.clone().prop_map(String::from), inner, 0..7)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_is_sent_is_json_or_a_refusal_that_names_its_place(
        input in any_json(), tools in any_json(), choice in any_json(), text in any_json(), reasoning in any_json(),
    ) {
        let sent = json!({"input": input, "tools": tools, "tool_choice": choice, "text": text, "reasoning": reasoning});
        if let Err(refusal) = bridged(&sent.to_string()) {
            prop_assert!(!refusal.param.is_empty() && !refusal.why.is_empty());
        }
    }
}
