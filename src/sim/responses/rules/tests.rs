//! Each check, with the error body of Azure: one refusal and one pass.

use serde_json::{Value, json};

use crate::sim::{Operation::Responses, Surface, judge, responses::seal};

fn body(members: &Value) -> Value {
    let mut body = json!({"model": "m", "input": "hi"});
    body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    body
}

#[track_caller]
fn takes_on(surface: &Surface, model: &str, members: &Value) {
    let result = judge(Responses, model, surface, body(members).to_string().as_bytes());
    assert_eq!(result.map_err(|error| error.to_string()), Ok(()), "{model} {members}");
}

#[track_caller]
fn takes(model: &str, members: &Value) {
    takes_on(&Surface::V1, model, members);
}

#[track_caller]
fn refuses_on(surface: &Surface, model: &str, members: &Value, error: &str) {
    match judge(Responses, model, surface, body(members).to_string().as_bytes()) {
        Ok(()) => panic!("{model} takes {members}"),
        Err(refusal) => assert_eq!(refusal.to_string(), error, "{model} {members}"),
    }
}

#[track_caller]
fn refuses(model: &str, members: &Value, error: &str) {
    refuses_on(&Surface::V1, model, members, error);
}

fn dated(version: &str) -> Surface {
    Surface::Dated(version.to_owned())
}

/// Returns a refusal in the engine's envelope. An empty param or code becomes a null.
fn engine(message: &str, param: &str, code: &str) -> String {
    let quoted = |text: &str| if text.is_empty() { Value::Null } else { json!(text) };
    let message = json!(message);
    format!(
        r#"400 {{"error":{{"message":{message},"type":"invalid_request_error","param":{},"code":{}}}}}"#,
        quoted(param),
        quoted(code)
    )
}

fn unknown(name: &str) -> String {
    engine(&format!("Unknown parameter: '{name}'."), name, "unknown_parameter")
}

fn missing(name: &str) -> String {
    engine(&format!("Missing required parameter: '{name}'."), name, "missing_required_parameter")
}

fn invalid(param: &str, value: &str, supported: &str) -> String {
    let message = format!("Invalid value: '{value}'. Supported values are: {supported}.");
    engine(&message, param, "invalid_value")
}

fn wrong_type(param: &str, expected: &str, got: &str) -> String {
    let message = format!("Invalid type for '{param}': expected {expected}, but got {got} instead.");
    engine(&message, param, "invalid_type")
}

fn unsupported(name: &str) -> String {
    let message = format!("Unsupported parameter: '{name}' is not supported with this model.");
    engine(&message, name, "unsupported_parameter")
}

fn input<T: serde::Serialize>(items: T) -> Value {
    json!({"input": items})
}

fn user() -> Value {
    json!({"role": "user", "content": "hi"})
}

fn function() -> Value {
    json!({"type": "function", "name": "f", "parameters": {"type": "object", "properties":
        {"city": {"type": "string"}}, "required": ["city"], "additionalProperties": false}})
}

#[test]
fn surfaces() {
    let nowhere = r#"404 {"error":{"code":"404","message":"Resource not found"}}"#;
    for version in ["2024-10-21", "2025-02-01-preview"] {
        refuses_on(&dated(version), "gpt-4o", &json!({}), nowhere);
    }
    refuses_on(
        &dated("2025-03-02"),
        "gpt-4o",
        &json!({}),
        r#"400 {"error":{"code":"BadRequest","message":"API version not supported"}}"#,
    );
    takes_on(&dated("2025-03-01-preview"), "gpt-4o", &json!({"store": true}));
    refuses_on(
        &dated("2025-03-01-preview"),
        "gpt-4o",
        &json!({"service_tier": "auto"}),
        &unknown("service_tier"),
    );
    takes_on(&dated("2025-04-01-preview"), "gpt-4o", &json!({"service_tier": "auto"}));
    refuses_on(
        &dated("2025-03-01-preview"),
        "o3-pro",
        &json!({}),
        r#"400 {"error":{"code":"BadRequest","message":"Model {modelName} is enabled only for api versions 2025-04-01-preview and later"}}"#,
    );
}

#[test]
fn models_that_responses_does_not_serve() {
    let error = |model: &str| {
        format!(
            r#"400 {{"error":{{"code":"OperationNotSupported","message":"The responses operation does not work with the specified model, {model}. Please choose different model and try again. You can learn more about which models can be used with each operation here: https://go.microsoft.com/fwlink/?linkid=2197993."}}}}"#
        )
    };
    for model in
        ["gpt-35-turbo", "gpt-4", "o1-preview", "gpt-4.5-preview", "model-router", "o3-deep-research"]
    {
        refuses(model, &json!({}), &error(model));
    }
    for model in ["gpt-4o", "o1", "gpt-5", "gpt-5-codex", "o3-pro", "gpt-6.1-sol", "sim-responses-1"] {
        takes(model, &json!({}));
    }
    let chat = json!({"messages": [user()]}).to_string();
    for model in ["o3-pro", "gpt-5.4-pro", "sim-responses-1"] {
        let error = judge(crate::sim::Operation::Chat, model, &Surface::V1, chat.as_bytes()).unwrap_err();
        assert!(error.body.contains("chatCompletion operation"), "{error}");
    }
}

#[test]
fn names_of_members() {
    for name in
        ["max_tokens", "max_completion_tokens", "n", "stop", "seed", "response_format", "reasoning_effort"]
    {
        refuses("gpt-4o", &json!({name: 20}), &unknown(name));
    }
    refuses("gpt-5", &json!({"context_management": []}), &unknown("context_management"));
    refuses(
        "gpt-5",
        &json!({"messages": [], "n": 1}),
        &engine(
            "Unsupported parameter: 'messages'. In the Responses API, this parameter has moved to 'input'. Try again with the new parameter. See the API documentation for more information: https://platform.openai.com/docs/api-reference/responses/create.",
            "",
            "unsupported_parameter",
        ),
    );
    let none = judge(Responses, "gpt-5", &Surface::V1, b"{\"n\":1}").unwrap_err();
    assert_eq!(none.to_string(), missing("input"));
    takes(
        "gpt-4o",
        &json!({"user": "u", "metadata": {"a": "b"}, "prompt_cache_key": "k", "safety_identifier": "s",
                "truncation": "auto", "max_tool_calls": 1, "instructions": "be brief", "temperature": null}),
    );
}

#[test]
fn types_of_members() {
    let below = "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got 15 instead.";
    refuses(
        "gpt-4o",
        &json!({"max_output_tokens": 15}),
        &engine(below, "max_output_tokens", "integer_below_min_value"),
    );
    takes("gpt-4o", &json!({"max_output_tokens": 16}));
    refuses("gpt-4o", &json!({"stream": "yes"}), &wrong_type("stream", "a boolean", "a string"));
    refuses(
        "gpt-4o",
        &json!({"truncation": "bogus"}),
        &invalid("truncation", "bogus", "'auto' and 'disabled'"),
    );
    refuses("gpt-4o", &json!({"metadata": {"a": 1}}), &wrong_type("metadata.a", "a string", "an integer"));
    refuses(
        "gpt-4o",
        &json!({"input": 7}),
        &wrong_type("input", "one of a string or array of input items", "an integer"),
    );
    let empty =
        "One of \"input\" or \"previous_response_id\" or 'prompt' or 'conversation' must be provided.";
    for nothing in [json!(""), json!([])] {
        refuses("gpt-4o", &input(nothing), &engine(empty, "", "missing_required_parameter"));
    }
    takes("gpt-4o", &json!({"input": [], "previous_response_id": "resp_1"}));
    let both = "Mutually exclusive parameters: 'previous_response_id' and 'conversation'. Ensure you are only providing one of: 'previous_response_id' or 'conversation'.";
    refuses(
        "gpt-4o",
        &json!({"previous_response_id": "resp_1", "conversation": "conv_1"}),
        &engine(both, "previous_response_id", "mutually_exclusive_parameters"),
    );
    refuses(
        "gpt-4o",
        &json!({"conversation": "conv_1"}),
        r#"404 {"error":{"message":"Conversation with id 'conv_1' not found.","type":"invalid_request_error","param":null,"code":null}}"#,
    );
    refuses(
        "gpt-4o",
        &json!({"background": true, "store": false}),
        &engine("The 'background' parameter is only allowed when 'store' is enabled.", "background", ""),
    );
    takes("gpt-4o", &json!({"background": true}));
}

#[test]
fn items() {
    refuses("gpt-4o", &input(json!([7])), &wrong_type("input[0]", "an input item", "an integer"));
    let error = judge(
        Responses,
        "gpt-4o",
        &Surface::V1,
        body(&input(json!([{"type": "bogus"}]))).to_string().as_bytes(),
    );
    assert!(error.unwrap_err().body.contains(
        "Invalid value: 'bogus'. Supported values are: 'additional_tools', 'code_interpreter_call',"
    ));
    refuses(
        "gpt-4o",
        &input(json!([{"role": "tool", "content": "x"}])),
        &invalid("input[0]", "tool", "'assistant', 'system', 'developer', and 'user'"),
    );
    refuses("gpt-4o", &input(json!([{"role": "user"}])), &missing("input[0].content"));
    refuses(
        "gpt-4o",
        &input(json!([{"role": "user", "content": "hi", "status": "completed"}])),
        &unknown("input[0].status"),
    );
    refuses(
        "gpt-4o",
        &input(json!([{"role": "user", "content": "hi", "name": "me"}])),
        &unknown("input[0].name"),
    );
}

#[test]
fn messages() {
    let assistant_message = |more: &Value| {
        let mut item = json!({"role": "assistant", "content": [{"type": "output_text", "text": "a"}]});
        item.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input(json!([user(), item, user()]))
    };
    takes("gpt-4o", &assistant_message(&json!({"id": "msg_1", "type": "message", "phase": "commentary"})));
    refuses(
        "gpt-4o",
        &assistant_message(&json!({"phase": "bogus"})),
        &invalid("input[1].phase", "bogus", "'commentary' and 'final_answer'"),
    );
    refuses(
        "gpt-4o",
        &assistant_message(&json!({"id": "resp_1"})),
        &engine(
            "Invalid 'input[1].id': 'resp_1'. Expected an ID that begins with 'msg'.",
            "input[1].id",
            "invalid_value",
        ),
    );
    refuses(
        "gpt-4o",
        &input(json!([{"role": "user", "content": "hi", "phase": "commentary"}])),
        &unknown("input[0].phase"),
    );
    for model in ["gpt-4.1", "gpt-5"] {
        refuses(
            model,
            &input(
                json!([{"role": "system", "content": "a"}, {"role": "developer", "content": "b"}, user()]),
            ),
            &engine(
                "A developer message and a system message cannot be used in the same API request.",
                "input[1].role",
                "invalid_value",
            ),
        );
        takes(
            model,
            &input(json!([{"role": "system", "content": "a"}, user(), {"role": "system", "content": "b"}])),
        );
    }
}

#[test]
fn parts_of_content() {
    let part = |role: &str, part: Value| input(json!([{"role": role, "content": [part]}]));
    let text = |kind: &str| json!({"type": kind, "text": "x"});
    refuses(
        "gpt-4o",
        &part("user", text("text")),
        &invalid(
            "input[0].content[0].type",
            "text",
            "'input_text', 'input_image', 'output_text', 'refusal', 'input_file', 'computer_screenshot', and 'summary_text'",
        ),
    );
    refuses(
        "gpt-4o",
        &part("user", text("output_text")),
        &invalid("input[0].content[0]", "output_text", "'input_text', 'input_image', and 'input_file'"),
    );
    refuses(
        "gpt-4o",
        &part("assistant", text("input_text")),
        &invalid("input[0].content[0]", "input_text", "'output_text' and 'refusal'"),
    );
    takes("gpt-4o", &part("assistant", json!({"type": "refusal", "refusal": "no"})));
    takes("gpt-4o", &part("user", text("input_text")));
    refuses("gpt-4o", &part("user", json!({"type": "input_text"})), &missing("input[0].content[0].text"));
    let image = |url: Value| part("user", json!({"type": "input_image", "image_url": url, "detail": "low"}));
    refuses(
        "gpt-4o",
        &image(json!({"url": "data:x"})),
        &wrong_type("input[0].content[0].image_url", "an image URL", "an object"),
    );
    refuses(
        "gpt-4o",
        &image(Value::Null),
        &engine(
            "Missing mutually exclusive parameters: 'input[0].content[0]'. Ensure you are providing exactly one of: 'file_id' or 'image_url'.",
            "input[0].content[0]",
            "missing_mutually_exclusive_parameters",
        ),
    );
    takes("gpt-4o", &image(json!("data:x")));
    refuses(
        "o3-mini",
        &image(json!("data:x")),
        &engine(
            "Invalid content type. image_url is only supported by certain models.",
            "input[0].content[0]",
            "",
        ),
    );
    takes("gpt-4o", &part("user", json!({"type": "input_file", "filename": "a.pdf", "file_data": "data:x"})));
}

#[test]
fn calls_and_their_results() {
    let call = |id: &str| json!({"type": "function_call", "call_id": id, "name": "f", "arguments": "{}"});
    let output = |id: &str| json!({"type": "function_call_output", "call_id": id, "output": "ok"});
    takes("gpt-5", &input(json!([user(), call("a"), call("b"), output("b"), output("a")])));
    refuses(
        "gpt-5",
        &input(json!([user(), call("a"), call("b"), output("a")])),
        &engine("No tool output found for function call b.", "input", ""),
    );
    refuses(
        "gpt-5",
        &input(json!([user(), output("a"), call("a")])),
        &engine("No tool call found for function call output with call_id a.", "input", ""),
    );
    takes("gpt-5", &json!({"previous_response_id": "resp_1", "input": [output("a")]}));
    let custom = json!({"type": "custom_tool_call", "call_id": "c", "name": "run", "input": "ls"});
    let answered = json!({"type": "custom_tool_call_output", "call_id": "c", "output": "ok"});
    takes("gpt-5", &input(json!([user(), custom, answered])));
    refuses(
        "gpt-5",
        &input(json!([user(), custom])),
        &engine("No tool output found for custom tool call c.", "input", ""),
    );
    refuses(
        "gpt-5",
        &input(json!([user(), {"type": "function_call", "call_id": "a", "name": "f"}])),
        &missing("input[1].arguments"),
    );
    let long = "x".repeat(65);
    refuses(
        "gpt-5",
        &input(json!([user(), call(&long), output(&long)])),
        &engine(
            "Invalid 'input[1].call_id': string too long. Expected a string with maximum length 64, but got a string with length 65 instead.",
            "input[1].call_id",
            "string_above_max_length",
        ),
    );
    refuses(
        "gpt-5",
        &input(
            json!([user(), {"type": "function_call", "id": "call_1", "call_id": "a", "name": "f", "arguments": "{}"}]),
        ),
        &engine(
            "Invalid 'input[1].id': 'call_1'. Expected an ID that begins with 'fc'.",
            "input[1].id",
            "invalid_value",
        ),
    );
    refuses(
        "gpt-5",
        &input(json!([user(), call("a"),
            {"type": "function_call_output", "call_id": "a", "output": [{"type": "output_text", "text": "x"}]}])),
        &invalid("input[2].output[0]", "output_text", "'input_text', 'input_image', and 'input_file'"),
    );
}

#[test]
fn reasoning_items() {
    let reasoning = |more: &Value| {
        let mut item = json!({"type": "reasoning", "id": "rs_1", "summary": []});
        item.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input(json!([user(), item, {"role": "assistant", "content": "a"}, user()]))
    };
    let (ours, west) = (seal::seal("sim", "rs_1"), seal::seal("west", "rs_1"));
    takes("gpt-5", &reasoning(&json!({"encrypted_content": ours})));
    refuses(
        "gpt-5",
        &reasoning(&json!({"encrypted_content": west})),
        &engine(
            &format!(
                "The encrypted content gAAA...{} could not be verified.",
                west.get(west.len() - 4..).unwrap()
            ),
            "",
            "invalid_encrypted_content",
        ),
    );
    refuses(
        "gpt-5",
        &reasoning(&json!({})),
        r#"404 {"error":{"message":"Item with id 'rs_1' not found. Items are not persisted when `store` is set to false. Try again with `store` set to true, or remove this item from your input.","type":"invalid_request_error","param":"input","code":null}}"#,
    );
    refuses(
        "gpt-5",
        &reasoning(&json!({"encrypted_content": ours, "status": null})),
        &unknown("input[1].status"),
    );
    refuses(
        "gpt-5",
        &reasoning(&json!({"encrypted_content": ours, "summary": null})),
        &missing("input[1].summary"),
    );
    refuses(
        "gpt-5",
        &input(
            json!([user(), {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": ours}, user()]),
        ),
        &engine(
            "Item 'rs_1' of type 'reasoning' was provided without its required following item.",
            "input",
            "",
        ),
    );
    let answered = json!([user(), {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": ours},
                          {"role": "assistant", "content": "a"}]);
    let twice = input([answered.as_array().unwrap().clone(), answered.as_array().unwrap().clone()].concat());
    takes("gpt-6.1-sol", &twice);
    takes("gpt-6-astra", &input(&answered));
    let conflict = engine("Conflicting authenticated continuation identities.", "input", "invalid_value");
    refuses("gpt-6-astra", &twice, &conflict);
}

#[test]
fn tools() {
    let tool = |tool: &Value| json!({"tools": [tool]});
    takes("gpt-4o", &tool(&function()));
    refuses(
        "gpt-4o",
        &tool(&json!({"type": "function", "function": {"name": "f", "parameters": {}}})),
        &missing("tools[0].name"),
    );
    refuses("gpt-4o", &tool(&json!({})), &missing("tools[0].type"));
    let mut nested = function();
    nested["function"] = json!({});
    refuses("gpt-4o", &tool(&nested), &unknown("tools[0].function"));
    refuses("gpt-4o", &tool(&json!({"type": "file_search"})), &missing("tools[0].vector_store_ids"));
    takes("gpt-4o", &tool(&json!({"type": "file_search", "vector_store_ids": ["vs_1"]})));
    refuses("gpt-4o", &tool(&json!({"type": "code_interpreter"})), &missing("tools[0].container"));
    takes("gpt-4o", &tool(&json!({"type": "code_interpreter", "container": {"type": "auto"}})));
    takes("gpt-4o", &tool(&json!({"type": "web_search"})));
    let error = judge(
        Responses,
        "gpt-4o",
        &Surface::V1,
        body(&tool(&json!({"type": "browser"}))).to_string().as_bytes(),
    );
    assert!(error.unwrap_err().body.contains("Invalid value: 'browser'."));
    let grammar = json!({"type": "custom", "name": "run",
                         "format": {"type": "grammar", "syntax": "lark", "definition": "x"}});
    takes("gpt-5", &tool(&grammar));
    refuses(
        "gpt-5",
        &tool(&json!({"type": "custom", "name": "run", "format": {"type": "grammar", "grammar": {}}})),
        &missing("tools[0].format.syntax"),
    );
    let error = judge(Responses, "gpt-4o", &Surface::V1, body(&tool(&grammar)).to_string().as_bytes());
    assert!(error.unwrap_err().body.contains("Invalid value: 'custom'."));
    refuses("gpt-5-chat", &tool(&function()), &unsupported("tools"));
    let history =
        input(json!([user(), {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
                               {"type": "function_call_output", "call_id": "c", "output": "7"}]));
    takes("gpt-4o", &history);
    let refused = judge(Responses, "gpt-5-chat", &Surface::V1, body(&history).to_string().as_bytes());
    assert!(refused.unwrap_err().body.contains("'input[1].type' does not support 'function_call'"));
}

#[test]
fn a_strict_function_needs_a_strict_schema() {
    let with = |strict: Value, schema: Value| json!({"tools": [{"type": "function", "name": "f", "strict": strict, "parameters": schema}]});
    let loose = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let error = |problem: &str| {
        let message = format!("Invalid schema for function 'f': {problem}");
        engine(&message, "tools[0].parameters", "invalid_function_parameters")
    };
    let open = "In context=(), 'additionalProperties' is required to be supplied and to be false.";
    refuses("gpt-5", &with(json!(true), loose.clone()), &error(open));
    takes("gpt-5", &with(json!(false), loose.clone()));
    takes("gpt-5", &with(Value::Null, loose));
    let optional =
        json!({"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": false});
    refuses(
        "gpt-5",
        &with(json!(true), optional.clone()),
        &error(
            "In context=(), 'required' is required to be supplied and to be an array including every key in properties. Missing 'a'.",
        ),
    );
    let deep = json!({"type": "object", "properties": {"a": optional},
                      "required": ["a"], "additionalProperties": false});
    refuses(
        "gpt-5",
        &with(json!(true), deep),
        &error(
            "In context=('properties', 'a'), 'required' is required to be supplied and to be an array including every key in properties. Missing 'a'.",
        ),
    );
    let array = json!({"type": "array", "items": {"type": "string"}});
    refuses(
        "gpt-5",
        &with(json!(false), array),
        &error("schema must be a JSON Schema of 'type: \"object\"', got 'type: \"array\"'."),
    );
}

#[test]
fn choices_of_tools() {
    let choice =
        |choice: Value| json!({"tools": [function(), {"type": "web_search"}], "tool_choice": choice});
    for fine in [
        json!("auto"),
        json!("required"),
        json!({"type": "function", "name": "f"}),
        json!({"type": "web_search"}),
        json!({"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "f"}]}),
    ] {
        takes("gpt-4o", &choice(fine));
    }
    refuses(
        "gpt-4o",
        &choice(json!("any")),
        &invalid("tool_choice", "any", "'none', 'auto', and 'required'"),
    );
    refuses(
        "gpt-4o",
        &choice(json!({"type": "function", "function": {"name": "f"}})),
        &missing("tool_choice.name"),
    );
    let absent = |name: &str| {
        engine(&format!("Tool choice '{name}' not found in 'tools' parameter."), "tool_choice", "")
    };
    refuses("gpt-4o", &choice(json!({"type": "function", "name": "g"})), &absent("g"));
    refuses("gpt-4o", &choice(json!({"type": "file_search"})), &absent("file_search"));
    refuses("gpt-4o", &choice(json!({"type": "allowed_tools", "tools": []})), &missing("tool_choice.mode"));
    refuses(
        "gpt-4o",
        &json!({"tool_choice": "required"}),
        &engine("Tool choice 'required' must be specified with 'tools' parameter.", "tool_choice", ""),
    );
    takes("gpt-4o", &json!({"tool_choice": "none"}));
}

#[test]
fn parallel_tool_calls() {
    let members = |value: bool| json!({"tools": [function()], "parallel_tool_calls": value});
    for model in ["o1", "o3-mini", "o3-pro", "codex-mini", "gpt-5-pro", "gpt-5.4-pro"] {
        for value in [true, false] {
            refuses(model, &members(value), &unsupported("parallel_tool_calls"));
        }
    }
    for model in ["gpt-4o", "gpt-5", "gpt-5-codex", "gpt-5.6-sol", "gpt-6.1-sol"] {
        takes(model, &members(true));
    }
    let mut minimal = members(true);
    minimal["reasoning"] = json!({"effort": "minimal"});
    refuses("gpt-5", &minimal, &unsupported("parallel_tool_calls"));
}

#[test]
fn efforts() {
    let effort = |effort: &str| json!({"reasoning": {"effort": effort}});
    let values = |model: &str, value: &str, list: &str| {
        let message = format!(
            "Unsupported value: '{value}' is not supported with the '{model}' model. Supported values are: {list}."
        );
        engine(&message, "reasoning.effort", "unsupported_value")
    };
    refuses(
        "gpt-5.1",
        &effort("minimal"),
        &values("gpt-5.1", "minimal", "'none', 'low', 'medium', and 'high'"),
    );
    refuses("gpt-5-pro", &effort("low"), &values("gpt-5-pro", "low", "'high'"));
    refuses("gpt-5.4-pro", &effort("low"), &values("gpt-5.4-pro", "low", "'medium', 'high', and 'xhigh'"));
    refuses(
        "gpt-5.5",
        &effort("max"),
        &values("gpt-5.5", "max", "'none', 'low', 'medium', 'high', and 'xhigh'"),
    );
    for model in ["gpt-5.6-sol", "gpt-6-luna", "gpt-6-astra", "gpt-6.1-sol"] {
        takes(model, &effort("max"));
    }
    takes("gpt-5.1-codex-max", &effort("xhigh"));
    // This operation takes tools with any effort.
    for model in ["gpt-5.4", "gpt-5.6-sol", "gpt-6.1-sol"] {
        takes(model, &json!({"reasoning": {"effort": "high"}, "tools": [function()]}));
    }
    for model in ["gpt-4o", "gpt-chat-latest"] {
        refuses(model, &effort("low"), &unsupported("reasoning.effort"));
    }
    refuses("gpt-4o", &json!({"reasoning": {"summary": "auto"}}), &unsupported("reasoning.summary"));
    takes("gpt-5", &json!({"reasoning": {"summary": "auto"}}));
    refuses(
        "gpt-5",
        &json!({"reasoning": {"generate_summary": "auto"}}),
        &unknown("reasoning.generate_summary"),
    );
    let all = "'none', 'minimal', 'low', 'medium', 'high', 'xhigh', and 'max'";
    refuses("gpt-5", &effort("bogus"), &invalid("reasoning.effort", "bogus", all));
}

#[test]
fn sampling() {
    let plain = |name: &str| {
        engine(&format!("Unsupported parameter: '{name}' is not supported with this model."), name, "")
    };
    for model in ["o1", "o3-pro", "gpt-5", "gpt-5.5", "gpt-5-codex", "gpt-6.1-sol"] {
        for name in ["temperature", "top_p"] {
            refuses(model, &json!({name: 1}), &plain(name));
        }
    }
    takes(
        "gpt-4o",
        &json!({"temperature": 0.2, "top_p": 0.5, "top_logprobs": 3, "include": ["message.output_text.logprobs"]}),
    );
    takes("gpt-5.1", &json!({"temperature": 0.2}));
    takes("gpt-5.5", &json!({"temperature": 0.2, "reasoning": {"effort": "none"}}));
    refuses("gpt-5.1", &json!({"temperature": 0.2, "reasoning": {"effort": "low"}}), &plain("temperature"));
    let logprobs = |param: &str| {
        engine("logprobs are not supported with reasoning models.", param, "unsupported_parameter")
    };
    refuses("gpt-5", &json!({"top_logprobs": 1}), &logprobs("top_logprobs"));
    refuses("gpt-5", &json!({"include": ["message.output_text.logprobs"]}), &logprobs("include"));
    refuses("gpt-5", &json!({"frequency_penalty": 0.5}), &unknown("frequency_penalty"));
}

#[test]
fn includes_and_streams() {
    let encrypted = json!({"include": ["reasoning.encrypted_content"], "store": false});
    refuses(
        "gpt-4o",
        &encrypted,
        &engine("Encrypted content is not supported with this model.", "include", ""),
    );
    takes("gpt-5", &encrypted);
    let error =
        judge(Responses, "gpt-5", &Surface::V1, body(&json!({"include": ["a"]})).to_string().as_bytes());
    assert!(
        error
            .unwrap_err()
            .body
            .contains("Invalid value: 'a'. Supported values are: 'file_search_call.results',")
    );
    let stream = |options: Value| json!({"stream": true, "stream_options": options});
    takes("gpt-5", &stream(json!({"include_obfuscation": false})));
    refuses("gpt-5", &stream(json!({"include_usage": true})), &unknown("stream_options.include_usage"));
    refuses(
        "gpt-5",
        &json!({"stream_options": {"include_obfuscation": true}}),
        &engine(
            "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
            "stream_options",
            "",
        ),
    );
    for model in ["o1", "o1-pro", "o3-pro", "gpt-5-pro"] {
        refuses(
            model,
            &json!({"stream": true}),
            &engine(
                "Unsupported value: 'stream' does not support true with this model. Supported values are: false.",
                "stream",
                "unsupported_value",
            ),
        );
    }
    takes("codex-mini", &json!({"stream": true}));
}

#[test]
fn formats() {
    let format = |format: Value| json!({"text": {"format": format}});
    let schema = json!({"type": "object", "properties": {}});
    takes("gpt-4o", &format(json!({"type": "json_schema", "name": "a", "schema": schema})));
    refuses(
        "gpt-4o",
        &format(json!({"type": "json_schema", "schema": schema})),
        &missing("text.format.name"),
    );
    refuses("gpt-4o", &format(json!({"type": "json_schema", "name": "a"})), &missing("text.format.schema"));
    refuses(
        "gpt-4o",
        &format(json!({"type": "json_schema", "json_schema": {"name": "a", "schema": schema}})),
        &missing("text.format.name"),
    );
    refuses(
        "gpt-4o",
        &format(json!({"type": "json_schema", "name": "a", "schema": schema, "strict": true})),
        &engine(
            "Invalid schema for response_format 'a': In context=(), 'additionalProperties' is required to be supplied and to be false.",
            "text.format.schema",
            "invalid_json_schema",
        ),
    );
    refuses(
        "gpt-4o",
        &format(json!({"type": "xml"})),
        &invalid("text.format.type", "xml", "'json_object', 'text', and 'json_schema'"),
    );
    for model in ["gpt-5.4-pro", "gpt-4o-2024-05-13"] {
        refuses(
            model,
            &format(json!({"type": "json_schema", "name": "a", "schema": schema})),
            &engine(
                "Invalid parameter: 'text.format' of type 'json_schema' is not supported with this model.",
                "text.format",
                "",
            ),
        );
    }
    takes("gpt-5", &json!({"text": {"verbosity": "low"}}));
    refuses(
        "gpt-4o",
        &json!({"text": {"verbosity": "low"}}),
        &engine(
            "Unsupported value: 'low' is not supported with the 'gpt-4o' model. Supported values are: 'medium'.",
            "text.verbosity",
            "unsupported_value",
        ),
    );
    refuses("gpt-5", &json!({"text": {"style": "x"}}), &unknown("text.style"));
}

#[test]
fn limits_on_sizes() {
    takes("gpt-4o", &json!({"max_output_tokens": 16_384}));
    refuses(
        "gpt-4o",
        &json!({"max_output_tokens": 16_385}),
        &engine(
            "max_output_tokens is too large: 16385. This model supports at most 16384 completion tokens, whereas you provided 16385.",
            "max_output_tokens",
            "invalid_value",
        ),
    );
    let long = "x".repeat(4 * 9_000);
    refuses(
        "computer-use-preview",
        &json!({"input": long}),
        &engine(
            "Your input exceeds the context window of this model. Please adjust your input and try again.",
            "input",
            "context_length_exceeded",
        ),
    );
    takes("computer-use-preview", &json!({"input": long, "truncation": "auto"}));
}

const NAMESPACE: &str = r#"{"type":"namespace","name":"functions","description":"Tools.","tools":[{"type":"function","name":"f","parameters":{}}]}"#;

/// The tools and items that Codex sends, as openai/codex#37380 shows them.
#[test]
fn what_codex_sends_is_known() {
    let namespace: Value = serde_json::from_str(NAMESPACE).unwrap();
    let search = json!({"type": "tool_search", "execution": "client", "description": "d", "parameters": {}});
    let web = json!({"type": "web_search", "external_web_access": true});
    let shell = json!({"type": "shell"});
    takes("gpt-5-codex", &json!({"tools": [namespace, search, web, shell, {"type": "local_shell"}]}));
    takes("gpt-5-codex", &json!({"client_metadata": {"session_id": "s"}}));
    let user = json!({"role": "user", "content": "hi"});
    let added = json!({"type": "additional_tools", "role": "developer", "tools": [namespace]});
    takes("gpt-5-codex", &json!({"input": [added, user, {"type": "compaction_trigger"}]}));
}

#[test]
fn an_empty_description_of_a_namespace_is_refused_wherever_it_stands() {
    let empty = |path: &str| {
        let path = format!("{path}.description");
        let message = format!(
            "Invalid '{path}': empty string. Expected a string with minimum length 1, but got an empty string instead."
        );
        engine(&message, &path, "empty_string")
    };
    let mut namespace: Value = serde_json::from_str(NAMESPACE).unwrap();
    namespace["description"] = json!("");
    refuses("gpt-5-codex", &json!({"tools": [namespace]}), &empty("tools[0]"));
    let added = json!({"type": "additional_tools", "role": "developer", "tools": [namespace]});
    let input = json!([added, {"role": "user", "content": "hi"}]);
    refuses("gpt-5-codex", &json!({"input": input}), &empty("input[0].tools[0]"));
}

#[test]
fn what_is_wrong_in_codex_items_is_refused_by_its_place() {
    let refused = |input: Value, error: &str| refuses("gpt-5-codex", &json!({"input": input}), error);
    let user = json!({"role": "user", "content": "hi"});
    refused(json!([{"type": "additional_tools", "role": "developer"}, user]), &missing("input[0].tools"));
    refused(
        json!([{"type": "additional_tools", "role": "user", "tools": []}, user]),
        &invalid("input[0].role", "user", "'developer'"),
    );
    refused(
        json!([{"type": "compaction_trigger"}, user]),
        &engine(
            "Invalid 'input[0]': 'compaction_trigger' must be the final input item.",
            "input[0]",
            "invalid_value",
        ),
    );
    refused(json!([{"type": "compaction"}, user]), &missing("input[0].encrypted_content"));
    let tools = json!({"tools": [{"type": "namespace", "name": "n", "description": "d", "tools": [{"type": "mcp"}]}]});
    refuses("gpt-5-codex", &tools, &invalid("tools[0].tools.type", "mcp", "'function' and 'custom'"));
}

#[test]
fn calls_without_reasoning() {
    let call = |id: &Value| json!({"type": "function_call", "id": id, "call_id": "c", "name": "f", "arguments": "{}"});
    let output = json!({"type": "function_call_output", "call_id": "c", "output": "1"});
    let alone = input(json!([user(), call(&json!("fc_1")), output]));
    let message =
        "Item 'fc_1' of type 'function_call' was provided without its required 'reasoning' item: 'rs_1'.";
    refuses("gpt-5", &alone, &engine(message, "input", ""));
    takes("gpt-4o", &alone);
    takes("gpt-5", &input(json!([user(), call(&json!(null)), output])));
}
