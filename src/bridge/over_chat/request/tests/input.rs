use serde_json::{Value, json};

use super::{bridged, messages, refused};

#[test]
fn instructions_are_the_first_message() {
    let bridged_call = bridged(r#"{"input":"hi","instructions":"Be \u00e9"}"#).unwrap();
    let expected = json!([{"role": "system", "content": "Be é"}, {"role": "user", "content": "hi"}]);
    assert_eq!(bridged_call.body["messages"], expected);
    let alone = bridged(r#"{"instructions":"go"}"#).unwrap();
    assert_eq!(alone.body["messages"], json!([{"role": "system", "content": "go"}]));
}

#[test]
fn messages_keep_their_content() {
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

pub(super) fn function(id: &str) -> Value {
    json!({"type": "function_call", "id": "fc_x", "call_id": id, "name": "f", "arguments": "{\"a\": 1.0}", "status": "completed"})
}

pub(super) fn called(id: &str) -> Value {
    json!({"id": id, "type": "function", "function": {"name": "f", "arguments": "{\"a\": 1.0}"}})
}

#[test]
fn calls_are_joined_into_one_message_across_reasoning() {
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
fn items_without_an_equivalent_in_chat_are_refused_by_name() {
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
    let by_program = json!({"type": "function_call", "call_id": "c", "name": "f", "arguments": "", "caller": {"type": "program"}});
    refused(item(by_program), "input[1].caller", "by name");
    refused(item(json!({"type": "message", "role": "user"})), "input[1].content", "missing");
    refused(item(json!({"role": {"a": 1}, "content": "x"})), "input[1].role", "an object");
    let part = |part: Value| item(json!({"role": "user", "content": [part]}));
    refused(
        part(json!({"type": "input_image", "file_id": "file-1"})),
        "input[1].content[0].file_id",
        "data URL",
    );
    for (kind, key) in [("input_text", "text"), ("output_text", "text"), ("refusal", "refusal")] {
        let at = format!("input[1].content[0].{key}");
        refused(part(json!({"type": kind, key: {"a": 1}})), &at, "an object, not a string");
    }
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
    let file = json!({"type": "input_file", "file_id": "f"});
    let output = json!({"type": "function_call_output", "call_id": "c", "output": [{"type": "input_text", "text": "t"}, file]});
    refused(item(output), "input[1].output[1]", "message of the user");
}
