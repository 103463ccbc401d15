use serde_json::{Value, json};

use super::{becomes, call, refused};

#[test]
fn parameters_get_their_chat_names() {
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
fn common_and_unknown_parameters_stay_unchanged() {
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
fn losses_are_reported() {
    becomes(json!({"store": true}), json!({}), &[("drop.store", "store", false)]);
    becomes(json!({"metadata": {"a": "b"}}), json!({}), &[("drop.metadata", "metadata", true)]);
    becomes(json!({"client_metadata": {}}), json!({}), &[("drop.metadata", "client_metadata", true)]);
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
fn parameters_that_only_responses_has_are_refused_by_name() {
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
fn the_members_of_a_tool_are_nested() {
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
fn the_tool_choice_is_nested_like_the_tools() {
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
