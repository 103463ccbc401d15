//! Each check, with the error body of Azure word for word.

use serde_json::{Value, json};

use crate::sim::{Operation::Chat, Surface, judge};

fn dated(version: &str) -> Surface {
    Surface::Dated(version.to_owned())
}

/// Returns a body with a user's question and these members.
fn body_with(members: &Value) -> Value {
    let mut body = json!({"messages": [{"role": "user", "content": "hi"}]});
    body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    body
}

#[track_caller]
fn takes_on(surface: &Surface, model: &str, members: &Value) {
    let body = body_with(members);
    let result = judge(Chat, model, surface, body.to_string().as_bytes());
    assert_eq!(result.map_err(|error| error.to_string()), Ok(()), "{model} {:.300}", body.to_string());
}

#[track_caller]
fn takes(model: &str, members: &Value) {
    takes_on(&Surface::V1, model, members);
}

#[track_caller]
fn refuses_on(surface: &Surface, model: &str, members: &Value, error: &str) {
    let body = body_with(members);
    match judge(Chat, model, surface, body.to_string().as_bytes()) {
        Ok(()) => panic!("{model} takes {:.300}", body.to_string()),
        Err(refusal) => assert_eq!(refusal.to_string(), error, "{model} {:.300}", body.to_string()),
    }
}

#[track_caller]
fn refuses(model: &str, members: &Value, error: &str) {
    refuses_on(&Surface::V1, model, members, error);
}

/// Returns a refusal in the engine's envelope.
fn engine(message: &str, param: &str, code: &str) -> String {
    let quoted = |text: &str| if text.is_empty() { "null".to_owned() } else { format!("{text:?}") };
    format!(
        r#"400 {{"error":{{"message":"{message}","type":"invalid_request_error","param":{},"code":{}}}}}"#,
        quoted(param),
        quoted(code)
    )
}

fn unsupported(name: &str) -> String {
    let message = format!("Unsupported parameter: '{name}' is not supported with this model.");
    engine(&message, name, "unsupported_parameter")
}

fn bad_request(message: &str) -> String {
    format!(r#"400 {{"error":{{"code":"BadRequest","message":"{message}"}}}}"#)
}

fn tool() -> Value {
    json!({"type": "function", "function": {"name": "look_up", "parameters": {"type": "object"}}})
}

#[test]
fn only_classic_models_take_max_tokens() {
    let error = r#"400 {"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.","type":"invalid_request_error","param":"max_tokens","code":"unsupported_parameter"}}"#;
    for model in [
        "o1-preview",
        "o1-mini",
        "o1",
        "o3-mini",
        "o4-mini",
        "gpt-5",
        "gpt-5.1",
        "gpt-6-sol",
        "gpt-chat-latest",
    ] {
        refuses(model, &json!({"max_tokens": 9}), error);
        takes(model, &json!({"max_completion_tokens": 9}));
    }
    for model in ["gpt-35-turbo", "gpt-4o", "gpt-4.1", "gpt-5-chat", "model-router"] {
        takes(model, &json!({"max_tokens": 9}));
        takes(model, &json!({"max_tokens": null}));
        takes(model, &json!({"max_completion_tokens": 9}));
    }
    refuses(
        "gpt-4-turbo",
        &json!({"max_completion_tokens": 9}),
        &engine("Unrecognized request argument supplied: max_completion_tokens", "", ""),
    );
    refuses(
        "gpt-4o",
        &json!({"max_tokens": 9, "max_completion_tokens": 9}),
        &engine(
            "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
            "max_tokens",
            "invalid_parameter_combination",
        ),
    );
}

#[test]
fn a_cap_stays_within_the_models_output() {
    takes("gpt-4o", &json!({"max_tokens": 16_384}));
    let message = "max_tokens is too large: 32000. This model supports at most 16384 completion tokens, whereas you provided 32000.";
    refuses("gpt-4o", &json!({"max_tokens": 32_000}), &engine(message, "max_tokens", "invalid_value"));
    takes("gpt-4o", &json!({"max_tokens": 100.0}));
    let message =
        "Invalid 'max_tokens': integer below minimum value. Expected a value >= 1, but got 0 instead.";
    refuses("gpt-4o", &json!({"max_tokens": 0}), &engine(message, "max_tokens", "integer_below_min_value"));
}

#[test]
fn a_prompt_stays_within_the_window() {
    let long = |letters: usize| json!({"messages": [{"role": "user", "content": "x".repeat(letters)}]});
    takes("gpt-4", &long(4 * 8_000));
    refuses(
        "gpt-4",
        &long(4 * 9_000),
        &engine(
            "This model's maximum context length is 8192 tokens. However, your messages resulted in 9009 tokens. Please reduce the length of the messages.",
            "messages",
            "context_length_exceeded",
        ),
    );
    let mut capped = long(4 * 8_000);
    capped["max_tokens"] = json!(1_000);
    refuses(
        "gpt-4",
        &capped,
        &engine(
            "This model's maximum context length is 8192 tokens. However, you requested 9009 tokens (8009 in the messages, 1000 in the completion). Please reduce the length of the messages or completion.",
            "messages",
            "context_length_exceeded",
        ),
    );
    refuses(
        "gpt-5",
        &long(4 * 300_000),
        &engine(
            "Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in 300009 tokens. Please reduce the length of the messages.",
            "messages",
            "context_length_exceeded",
        ),
    );
}

#[test]
fn temperature_by_class() {
    let only_one = |shown: &str| {
        let message = format!(
            "Unsupported value: 'temperature' does not support {shown} with this model. Only the default (1) value is supported."
        );
        engine(&message, "temperature", "unsupported_value")
    };
    for model in ["o1-preview", "o3", "o4-mini", "gpt-5", "gpt-5.2-chat", "gpt-5.5", "gpt-6-astra"] {
        refuses(model, &json!({"temperature": 0.1}), &only_one("0.1"));
        refuses(model, &json!({"temperature": 0}), &only_one("0"));
        takes(model, &json!({"temperature": 1}));
        takes(model, &json!({"temperature": 1.0}));
        takes(model, &json!({"temperature": null}));
    }
    for model in ["o1", "o3-mini"] {
        refuses(model, &json!({"temperature": 1}), &unsupported("temperature"));
    }
    let message =
        "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 3 instead.";
    refuses("gpt-4o", &json!({"temperature": 3}), &engine(message, "temperature", "decimal_above_max_value"));
    takes("gpt-4o", &json!({"temperature": 0.1}));
}

#[test]
fn effort_none_allows_sampling_parameters() {
    for (name, value) in [("temperature", json!(0.1)), ("top_p", json!(0.5)), ("logprobs", json!(true))] {
        let plain = json!({name: value});
        let none = json!({name: value, "reasoning_effort": "none"});
        let low = json!({name: value, "reasoning_effort": "low"});
        takes("gpt-5.1", &plain);
        takes("gpt-5.5", &none);
        assert!(judge(Chat, "gpt-5.1", &Surface::V1, body_with(&low).to_string().as_bytes()).is_err());
        assert!(judge(Chat, "gpt-5.5", &Surface::V1, body_with(&plain).to_string().as_bytes()).is_err());
    }
    for (name, value) in [
        ("presence_penalty", json!(0)),
        ("frequency_penalty", json!(0.5)),
        ("logit_bias", json!({})),
        ("stop", json!("x")),
    ] {
        refuses("gpt-5.1", &json!({name: value, "reasoning_effort": "none"}), &unsupported(name));
    }
    refuses(
        "gpt-5.1",
        &json!({"max_tokens": 5}),
        &engine(
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
            "max_tokens",
            "unsupported_parameter",
        ),
    );
}

#[test]
fn the_other_sampling_parameters() {
    for model in ["o1", "o3-mini", "o3", "gpt-5", "gpt-5.6-sol", "gpt-chat-latest"] {
        for (name, value) in [
            ("top_p", json!(1)),
            ("presence_penalty", json!(0)),
            ("frequency_penalty", json!(1)),
            ("logprobs", json!(false)),
            ("top_logprobs", json!(2)),
            ("logit_bias", json!({"1": 1})),
            ("stop", json!(["x"])),
        ] {
            refuses(model, &json!({name: value}), &unsupported(name));
        }
    }
    let message = "Unsupported value: 'presence_penalty' does not support 0.5 with this model. Only the default (0) value is supported.";
    refuses(
        "o1-mini",
        &json!({"presence_penalty": 0.5}),
        &engine(message, "presence_penalty", "unsupported_value"),
    );
    takes(
        "gpt-4o",
        &json!({"top_p": 1, "stop": ["a", "b", "c", "d"], "logprobs": true, "top_logprobs": 2, "n": 3}),
    );
    let message = "Invalid 'stop': array too long. Expected an array with maximum length 4, but got an array with length 5 instead.";
    refuses(
        "gpt-4o",
        &json!({"stop": ["a", "b", "c", "d", "e"]}),
        &engine(message, "stop", "array_above_max_length"),
    );
}

#[test]
fn parallel_tool_calls() {
    for model in ["o1", "o3-mini", "o3", "o4-mini"] {
        for value in [true, false] {
            let members = json!({"tools": [tool()], "parallel_tool_calls": value});
            refuses(model, &members, &unsupported("parallel_tool_calls"));
        }
    }
    let alone = engine(
        "'parallel_tool_calls' is only allowed when 'tools' are specified.",
        "parallel_tool_calls",
        "",
    );
    refuses("gpt-4o", &json!({"parallel_tool_calls": true}), &alone);
    refuses(
        "gpt-5",
        &json!({"tools": [tool()], "parallel_tool_calls": true, "reasoning_effort": "minimal"}),
        &unsupported("parallel_tool_calls"),
    );
    takes("gpt-5", &json!({"tools": [tool()], "parallel_tool_calls": true}));
    refuses_on(
        &dated("2024-06-01"),
        "gpt-4o",
        &json!({"tools": [tool()], "parallel_tool_calls": true}),
        &engine(
            "Unrecognized request argument supplied: parallel_tool_calls. Please contact us through an Azure support request at: https://go.microsoft.com/fwlink/?linkid=2213926 for further questions.",
            "",
            "",
        ),
    );
}

fn messages(roles: &[&str]) -> Value {
    let messages: Vec<Value> = roles.iter().map(|role| json!({"role": role, "content": "hi"})).collect();
    json!({"messages": messages})
}

#[test]
fn roles() {
    for model in ["o1-preview", "o1-mini"] {
        refuses(
            model,
            &messages(&["user", "system"]),
            r#"400 {"error":{"message":"Unsupported value: 'messages[1].role' does not support 'system' with this model.","type":"invalid_request_error","param":"messages[1].role","code":"unsupported_value"}}"#,
        );
    }
    let unknown = engine(
        "Invalid value: 'developer'. Supported values are: 'system', 'assistant', 'user', 'function', and 'tool'.",
        "messages[0].role",
        "invalid_value",
    );
    refuses("o1-mini", &messages(&["developer", "user"]), &unknown);
    refuses_on(&dated("2024-10-21"), "gpt-4o", &messages(&["developer", "user"]), &unknown);
    takes_on(&dated("2024-12-01-preview"), "gpt-4o", &messages(&["developer", "user"]));
    for model in ["gpt-4.1", "o1", "gpt-5", "gpt-6.1-sol"] {
        takes(model, &messages(&["system", "user", "system"]));
        takes(model, &messages(&["developer", "user"]));
        let body = body_with(&messages(&["system", "developer", "user"])).to_string();
        let both = judge(Chat, model, &Surface::V1, body.as_bytes()).unwrap_err();
        assert!(both.body.contains("messages[1].role"), "{both}");
    }
}

#[test]
fn streaming() {
    let error = r#"400 {"error":{"message":"Unsupported value: 'stream' does not support true with this model. Supported values are: false.","type":"invalid_request_error","param":"stream","code":"unsupported_value"}}"#;
    for model in ["o1", "o1-preview", "o1-mini"] {
        refuses(model, &json!({"stream": true}), error);
        takes(model, &json!({"stream": false}));
    }
    takes("o3-mini", &json!({"stream": true, "stream_options": {"include_usage": true}}));
    let alone = engine(
        "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
        "stream_options",
        "",
    );
    refuses("gpt-4o", &json!({"stream_options": {"include_usage": true}}), &alone);
    refuses_on(
        &dated("2024-06-01"),
        "gpt-4o",
        &json!({"stream": true, "stream_options": {"include_usage": true}}),
        &engine("Unrecognized request argument supplied: stream_options", "", ""),
    );
}

#[test]
fn models_without_tools_refuse_them() {
    let text = |name: &str| {
        format!(
            "{name} is not supported in this model. For a list of supported models, refer to https://platform.openai.com/docs/guides/function-calling#models-supporting-function-calling."
        )
    };
    refuses("o1-mini", &json!({"tools": [tool()]}), &engine(&text("tools"), "", ""));
    refuses("o1-preview", &json!({"functions": [{"name": "f"}]}), &engine(&text("functions"), "", ""));
    refuses("o3", &json!({"functions": [{"name": "f"}]}), &unsupported("functions"));
    takes("gpt-4o", &json!({"functions": [{"name": "f"}], "function_call": "auto"}));
    let alone = engine("'tool_choice' is only allowed when 'tools' are specified.", "tool_choice", "");
    refuses("gpt-4o", &json!({"tool_choice": "auto"}), &alone);
    refuses(
        "gpt-4o",
        &json!({"tools": [{"type": "file_search"}]}),
        &engine(
            "Invalid value: 'file_search'. Supported values are: 'function'.",
            "tools[0].type",
            "invalid_value",
        ),
    );
    let custom = json!({"tools": [{"type": "custom", "custom": {"name": "run"}}]});
    let refused = engine(
        "Invalid value: 'custom'. Supported values are: 'function'.",
        "tools[0].type",
        "invalid_value",
    );
    for model in ["gpt-5", "gpt-5.1-chat", "gpt-5.6-sol", "gpt-6.1-sol", "gpt-chat-latest"] {
        takes(model, &custom);
        refuses_on(&dated("2025-04-01-preview"), model, &custom, &refused);
    }
    for model in ["gpt-35-turbo", "gpt-4o", "gpt-4.1", "o1", "o3-mini", "o4-mini"] {
        refuses(model, &custom, &refused);
    }
    let many: Vec<Value> = (0..129).map(|_| tool()).collect();
    let message = "Invalid 'tools': array too long. Expected an array with maximum length 128, but got an array with length 129 instead.";
    refuses("gpt-4o", &json!({"tools": many}), &engine(message, "tools", "array_above_max_length"));
}

#[test]
fn function_tools_while_reasoning() {
    let error = |model: &str, tail: &str| {
        let message = format!(
            "Function tools with reasoning_effort are not supported for {model} in /v1/chat/completions. {tail}"
        );
        engine(&message, "reasoning_effort", "")
    };
    let set_none = "To use function tools, use /v1/responses or set reasoning_effort to 'none'.";
    let elsewhere = "Please use /v1/responses instead.";
    takes("gpt-5.4", &json!({"tools": [tool()]}));
    refuses("gpt-5.4", &json!({"tools": [tool()], "reasoning_effort": "low"}), &error("gpt-5.4", elsewhere));
    refuses("gpt-5.5", &json!({"tools": [tool()]}), &error("gpt-5.5", elsewhere));
    for model in ["gpt-5.6-sol", "gpt-6-luna"] {
        refuses(model, &json!({"tools": [tool()]}), &error(model, set_none));
        takes(model, &json!({"tools": [tool()], "reasoning_effort": "none"}));
    }
    refuses("gpt-6.1-sol", &json!({"tools": [tool()]}), &error("gpt-6.1-sol", elsewhere));
    takes("gpt-5.1", &json!({"tools": [tool()], "reasoning_effort": "high"}));
}

#[test]
fn reasoning_effort() {
    let effort = |value: &str| json!({"reasoning_effort": value});
    refuses(
        "gpt-4o",
        &effort("low"),
        &engine("Unrecognized request argument supplied: reasoning_effort", "", ""),
    );
    let unknown = engine("Unknown parameter: 'reasoning_effort'.", "reasoning_effort", "unknown_parameter");
    refuses("o1-mini", &effort("low"), &unknown);
    refuses_on(
        &dated("2025-03-01-preview"),
        "gpt-5.1",
        &effort("none"),
        &engine(
            "Invalid value: 'none'. Supported values are: 'low', 'medium', and 'high'.",
            "reasoning_effort",
            "invalid_value",
        ),
    );
    let values = |value: &str, list: &str| {
        let message = format!(
            "Unsupported value: 'reasoning_effort' does not support '{value}' with this model. Supported values are: {list}."
        );
        engine(&message, "reasoning_effort", "unsupported_value")
    };
    refuses("gpt-6-sol", &effort("max"), &values("max", "'none', 'low', 'medium', 'high', and 'xhigh'"));
    refuses("gpt-5.1", &effort("minimal"), &values("minimal", "'none', 'low', 'medium', and 'high'"));
    refuses("gpt-5.1-chat", &effort("low"), &values("low", "'medium'"));
    refuses("o3", &effort("xhigh"), &values("xhigh", "'low', 'medium', and 'high'"));
    refuses("gpt-chat-latest", &effort("medium"), &unsupported("reasoning_effort"));
    takes("gpt-5", &effort("minimal"));
}

#[test]
fn api_versions() {
    refuses_on(
        &dated("2024-10-21"),
        "o1",
        &json!({}),
        &bad_request("Model {modelName} is enabled only for api versions 2024-12-01-preview and later"),
    );
    refuses_on(&dated("2024-13-01"), "gpt-4o", &json!({}), &bad_request("API version not supported"));
    let schema =
        json!({"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": {}}}});
    refuses_on(
        &dated("2024-06-01"),
        "gpt-4o",
        &schema,
        &bad_request(
            "response_format value as json_schema is enabled only for api versions 2024-08-01-preview and later",
        ),
    );
    refuses_on(
        &dated("2024-02-01"),
        "gpt-4o",
        &json!({"tools": [tool()], "tool_choice": "required"}),
        &bad_request("tool_choice value as required is enabled only for api versions 2024-06-01 and later"),
    );
    refuses_on(
        &dated("2024-10-21"),
        "gpt-4o",
        &json!({"verbosity": "low", "store": true, "seed": 1, "model": "x"}),
        &engine("Unrecognized request argument supplied: store, verbosity", "", ""),
    );
    takes("gpt-5", &json!({"some_future_key": 1}));
}

#[test]
fn models_that_chat_does_not_serve() {
    refuses(
        "gpt-5.1-codex",
        &json!({}),
        r#"400 {"error":{"code":"OperationNotSupported","message":"The chatCompletion operation does not work with the specified model, gpt-5.1-codex. Please choose different model and try again. You can learn more about which models can be used with each operation here: https://go.microsoft.com/fwlink/?linkid=2197993."}}"#,
    );
    refuses(
        "nobody",
        &json!({}),
        r#"404 {"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again."}}"#,
    );
}

#[test]
fn formats() {
    let format =
        |kind: &str| json!({"response_format": {"type": kind, "json_schema": {"name": "a", "schema": {}}}});
    let error = |kind: &str| {
        let message = format!(
            "Invalid parameter: 'response_format' of type '{kind}' is not supported with this model."
        );
        engine(&message, "response_format", "")
    };
    refuses("gpt-4", &format("json_object"), &error("json_object"));
    refuses("gpt-4-turbo", &format("json_schema"), &error("json_schema"));
    refuses("gpt-4o-2024-05-13", &format("json_schema"), &error("json_schema"));
    takes("gpt-4o", &format("json_schema"));
    takes("o1", &format("json_object"));
    takes("o1-mini", &format("text"));
    let message = "Unsupported value: 'verbosity' does not support 'low' with this model. Supported values are: 'medium'.";
    refuses("gpt-4o", &json!({"verbosity": "low"}), &engine(message, "verbosity", "unsupported_value"));
    takes("gpt-5", &json!({"verbosity": "low"}));
}

#[test]
fn storage_and_prediction() {
    let message = "The 'metadata' parameter is only allowed when 'store' is enabled.";
    refuses("gpt-4o", &json!({"metadata": {"a": "b"}}), &engine(message, "metadata", ""));
    takes("gpt-4o", &json!({"metadata": {"a": "b"}, "store": true}));
    let prediction = json!({"type": "content", "content": "x"});
    refuses("o3", &json!({"prediction": prediction}), &unsupported("prediction"));
    takes("gpt-4o", &json!({"prediction": prediction, "max_tokens": 5}));
    let body = body_with(&json!({"prediction": prediction, "max_completion_tokens": 5})).to_string();
    assert!(judge(Chat, "gpt-4o", &Surface::V1, body.as_bytes()).is_err());
    let message =
        "Unsupported value: 'n' does not support 2 with this model. Only the default (1) value is supported.";
    refuses("o1-preview", &json!({"n": 2}), &engine(message, "n", "unsupported_value"));
}

#[test]
fn contents_of_messages() {
    let part = |part: Value| {
        json!({"messages": [{"role": "user", "content": "a"},
            {"role": "user", "content": [{"type": "text", "text": "a"}, part]}]})
    };
    let image = part(json!({"type": "image_url", "image_url": {"url": "data:x"}}));
    refuses(
        "o3-mini",
        &image,
        &engine(
            "Invalid content type. image_url is only supported by certain models.",
            "messages.[1].content.[1].type",
            "",
        ),
    );
    takes("o1", &image);
    refuses(
        "gpt-4o",
        &part(json!({"type": "file", "file": {}})),
        &engine(
            "Invalid Value: 'file'. Supported values are: 'text', 'image_url', 'input_audio', 'refusal', and 'audio'.",
            "messages.[1].content.[1].type",
            "invalid_value",
        ),
    );
    refuses(
        "gpt-4o",
        &json!({"messages": [{"role": "user", "content": null}]}),
        &engine("Invalid value for 'content': expected a string, got null.", "messages.[0].content", ""),
    );
}

#[test]
fn tool_results_match_calls() {
    let call = |id: &str| json!({"id": id, "type": "function", "function": {"name": "f", "arguments": "{}"}});
    let calling = |ids: &[&str]| {
        let calls: Vec<Value> = ids.iter().map(|id| call(id)).collect();
        json!({"role": "assistant", "content": null, "tool_calls": calls, "function_call": null})
    };
    let result = |id: &str| json!({"role": "tool", "tool_call_id": id, "content": "ok"});
    let user = json!({"role": "user", "content": "hi"});
    takes("gpt-4o", &json!({"messages": [user, calling(&["a", "b"]), result("b"), result("a"), user]}));
    let orphan = |at: usize| {
        let message = "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.";
        engine(message, &format!("messages.[{at}].role"), "")
    };
    refuses("gpt-4o", &json!({"messages": [user, result("a")]}), &orphan(1));
    refuses("gpt-4o", &json!({"messages": [user, calling(&["a"]), result("x")]}), &orphan(2));
    let message = "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: b";
    refuses(
        "gpt-4o",
        &json!({"messages": [user, calling(&["a", "b"]), result("a"), user]}),
        &engine(message, "messages.[3].role", ""),
    );
}

/// Ids have at most forty characters (litellm#11392, azure-dev#7324).
#[test]
fn ids_of_tool_calls() {
    let history = |id: &str| {
        let call = json!({"id": id, "type": "function", "function": {"name": "f", "arguments": "{}"}});
        json!({"messages": [
            {"role": "user", "content": "hi"},
            {"role": "assistant", "content": null, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": id, "content": "ok"},
        ]})
    };
    takes("gpt-4o", &history(&"é".repeat(40)));
    let message = "Invalid 'messages[1].tool_calls[0].id': string too long. Expected a string with maximum length 40, but got a string with length 60 instead.";
    refuses(
        "gpt-4o",
        &history(&"x".repeat(60)),
        &engine(message, "messages[1].tool_calls[0].id", "string_above_max_length"),
    );
}

#[test]
fn on_your_data() {
    let source = json!([{"type": "azure_search", "parameters": {}}]);
    let error = |path: &str| {
        format!(
            r#"400 {{"error":{{"requestid":"00000000-0000-4000-8000-000000000000","code":400,"message":"Validation error at #/{path}: Extra inputs are not permitted"}}}}"#
        )
    };
    takes("gpt-4.1", &json!({"data_sources": source, "max_tokens": 5}));
    refuses("o1", &json!({"data_sources": source}), &error("data_sources"));
    refuses("gpt-4o", &json!({"data_sources": source, "logprobs": true}), &error("logprobs"));
    let stream = json!({"data_sources": source, "stream": true, "stream_options": {"include_usage": true}});
    refuses("gpt-4o", &stream, &error("stream_options"));
}

#[test]
fn types_and_ranges() {
    let wrong = "Invalid type for 'temperature': expected a decimal, but got a string instead.";
    refuses("gpt-4o", &json!({"temperature": "0.5"}), &engine(wrong, "temperature", "invalid_type"));
    let wrong = "Invalid type for 'max_tokens': expected an integer, but got a decimal number instead.";
    refuses("gpt-4o", &json!({"max_tokens": 0.5}), &engine(wrong, "max_tokens", "invalid_type"));
    let empty = "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.";
    refuses("gpt-4o", &json!({"messages": []}), &engine(empty, "messages", "empty_array"));
    let empty = "Invalid 'messages[0].tool_calls': empty array. Expected an array with minimum length 1, but got an empty array instead.";
    let turn = json!({"role": "assistant", "content": "Hello", "tool_calls": []});
    refuses("gpt-4o", &json!({"messages": [turn]}), &engine(empty, "messages[0].tool_calls", "empty_array"));
    for list in ["stop", "modalities"] {
        let empty = format!(
            "Invalid '{list}': empty array. Expected an array with minimum length 1, but got an empty array instead."
        );
        refuses("gpt-4o", &json!({list: []}), &engine(&empty, list, "empty_array"));
    }
    for (body, part) in [("{", "parse the JSON body"), ("[]", "parse the JSON body"), ("{}", "'messages'")] {
        let error = judge(Chat, "gpt-4o", &Surface::V1, body.as_bytes()).unwrap_err();
        assert!(error.body.contains(part), "{error}");
    }
}

#[test]
fn every_chat_model_takes_a_plain_question_on_v1() {
    for model in crate::sim::models() {
        let result = judge(Chat, model, &Surface::V1, body_with(&json!({})).to_string().as_bytes());
        let elsewhere = result.as_ref().is_err_and(|error| error.body.contains("OperationNotSupported"));
        assert!(result.is_ok() || elsewhere, "{model}: {result:?}");
    }
}

#[test]
fn images_are_the_users_alone() {
    let image = json!([{"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}]);
    let messages = |role: &str| {
        let call = json!({"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}});
        let calling = json!({"role": "assistant", "content": null, "tool_calls": [call]});
        let of_role = json!({"role": role, "tool_call_id": "c", "content": image});
        json!({"messages": if role == "tool" { json!([calling, of_role]) } else { json!([of_role, of_role]) }})
    };
    takes("gpt-4o", &messages("user"));
    for (role, at) in [("tool", 1), ("assistant", 0), ("system", 0)] {
        let param = format!("messages[{at}]");
        let message = format!(
            "Invalid '{param}'. Image URLs are only allowed for messages with role 'user', but this message with role '{role}' contains an image URL."
        );
        refuses("gpt-4o", &messages(role), &engine(&message, &param, "invalid_value"));
    }
}

#[test]
fn calls_and_texts_are_complete_and_have_nothing_else() {
    let calling = |call: Value| {
        json!({"messages": [{"role": "assistant", "content": null, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c", "content": "1"}]})
    };
    let missing = |param: &str| {
        engine(&format!("Missing required parameter: '{param}'."), param, "missing_required_parameter")
    };
    let at = "messages[0].tool_calls[0]";
    let untyped = json!({"id": "c", "function": {"name": "f", "arguments": "{}"}});
    refuses("gpt-4o", &calling(untyped), &missing(&format!("{at}.type")));
    let bare = json!({"id": "c", "type": "function", "function": {"name": "f"}});
    refuses("gpt-4o", &calling(bare), &missing(&format!("{at}.function.arguments")));
    let part = json!({"type": "text", "text": "a", "cache_control": {}});
    let param = "messages[0].content[0].cache_control";
    refuses(
        "gpt-4o",
        &json!({"messages": [{"role": "user", "content": [part]}]}),
        &engine(&format!("Unknown parameter: '{param}'."), param, "unknown_parameter"),
    );
}
