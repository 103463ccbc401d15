//! In chat, outputs follow the message with their calls directly. The messages are valid for any order of items that
//! Responses accepts.

use serde_json::{Value, json};

use super::{bridged, input::called, input::function, messages, refused};

fn output(id: &str) -> Value {
    json!({"type": "function_call_output", "call_id": id, "output": id})
}

fn result(id: &str) -> Value {
    json!({"role": "tool", "tool_call_id": id, "content": id})
}

fn message(role: &str, text: &str) -> Value {
    json!({"role": role, "content": text})
}

fn turn(text: Option<&str>, calls: &[&str]) -> Value {
    let calls: Vec<Value> = calls.iter().map(|id| called(id)).collect();
    json!({"role": "assistant", "content": text, "tool_calls": calls})
}

#[test]
fn outputs_follow_the_turn_with_their_call_and_the_rest_keeps_its_order() {
    let (user, a, b) = (message("user", "q"), message("assistant", "a"), message("assistant", "b"));
    messages(
        json!([user, a, function("1"), b, output("1")]),
        json!([user, turn(Some("a"), &["1"]), result("1"), b]),
        &[],
    );
    messages(
        json!([user, function("1"), message("user", "r"), output("1")]),
        json!([user, turn(None, &["1"]), result("1"), message("user", "r")]),
        &[],
    );
    messages(
        json!([function("1"), a, function("2"), b, output("1"), output("2")]),
        json!([turn(Some("a"), &["1", "2"]), result("1"), result("2"), b]),
        &[],
    );
    messages(
        json!([function("1"), function("2"), output("2"), message("developer", "d"), output("1")]),
        json!([turn(None, &["1", "2"]), result("2"), result("1"), message("developer", "d")]),
        &[],
    );
    messages(
        json!([a, function("1"), b, function("2"), output("2"), output("1"), user]),
        json!([turn(Some("a"), &["1"]), result("1"), turn(Some("b"), &["2"]), result("2"), user]),
        &[],
    );
    messages(
        json!([function("1"), function("2"), output("1"), function("3"), output("2"), output("3")]),
        json!([turn(None, &["1", "2"]), result("1"), result("2"), turn(None, &["3"]), result("3")]),
        &[],
    );
}

#[test]
fn a_repeated_call_id_has_each_output_behind_its_own_call() {
    let again = |text: &str| json!({"type": "function_call_output", "call_id": "1", "output": text});
    let result = |text: &str| json!({"role": "tool", "tool_call_id": "1", "content": text});
    let call = turn(None, &["1"]);
    messages(
        json!([function("1"), again("x"), function("1"), again("y")]),
        json!([call, result("x"), call, result("y")]),
        &[],
    );
}

#[test]
fn a_call_without_an_output_and_an_output_without_a_call_are_refused_by_name() {
    let user = message("user", "q");
    let items = |items: Value| json!({ "input": items });
    refused(
        items(json!([user, function("1"), function("2"), output("2"), user])),
        "input[1]",
        "No tool output",
    );
    refused(items(json!([user, output("1"), function("1")])), "input[1]", "No tool call found");
    refused(items(json!([function("1"), output("1"), output("1")])), "input[2]", "No tool call found");
    let custom = json!({"type": "custom_tool_call", "call_id": "c", "name": "g", "input": ""});
    refused(items(json!([custom])), "input[0]", "custom tool call `c`");
    // The call is in the stored conversation, so the refusal names `previous_response_id`.
    let stored = json!({"input": [output("1")], "previous_response_id": "resp_1"});
    let Err(error) = bridged(&stored.to_string()) else { panic!("it is carried") };
    assert_eq!(error.param, "previous_response_id");
}
