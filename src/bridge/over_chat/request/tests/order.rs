//! Outputs stand in chat right behind the message that calls: wherever an item may stand in Responses, the messages
//! are legal.

use serde_json::{Value, json};

use super::{bridged, input::called, input::function, messages, refused};

fn output(id: &str) -> Value {
    json!({"type": "function_call_output", "call_id": id, "output": id})
}

fn told(id: &str) -> Value {
    json!({"role": "tool", "tool_call_id": id, "content": id})
}

fn says(role: &str, text: &str) -> Value {
    json!({"role": role, "content": text})
}

fn turn(text: Option<&str>, calls: &[&str]) -> Value {
    let calls: Vec<Value> = calls.iter().map(|id| called(id)).collect();
    json!({"role": "assistant", "content": text, "tool_calls": calls})
}

#[test]
fn outputs_go_right_behind_the_turn_with_their_call_and_all_else_keeps_its_order() {
    let (user, a, b) = (says("user", "q"), says("assistant", "a"), says("assistant", "b"));
    messages(
        json!([user, a, function("1"), b, output("1")]),
        json!([user, turn(Some("a"), &["1"]), told("1"), b]),
        &[],
    );
    messages(
        json!([user, function("1"), says("user", "r"), output("1")]),
        json!([user, turn(None, &["1"]), told("1"), says("user", "r")]),
        &[],
    );
    messages(
        json!([function("1"), a, function("2"), b, output("1"), output("2")]),
        json!([turn(Some("a"), &["1", "2"]), told("1"), told("2"), b]),
        &[],
    );
    messages(
        json!([function("1"), function("2"), output("2"), says("developer", "d"), output("1")]),
        json!([turn(None, &["1", "2"]), told("2"), told("1"), says("developer", "d")]),
        &[],
    );
    messages(
        json!([a, function("1"), b, function("2"), output("2"), output("1"), user]),
        json!([turn(Some("a"), &["1"]), told("1"), turn(Some("b"), &["2"]), told("2"), user]),
        &[],
    );
    messages(
        json!([function("1"), function("2"), output("1"), function("3"), output("2"), output("3")]),
        json!([turn(None, &["1", "2"]), told("1"), told("2"), turn(None, &["3"]), told("3")]),
        &[],
    );
}

#[test]
fn an_id_that_calls_again_has_each_output_behind_its_own_call() {
    let again = |text: &str| json!({"type": "function_call_output", "call_id": "1", "output": text});
    let told = |text: &str| json!({"role": "tool", "tool_call_id": "1", "content": text});
    let call = turn(None, &["1"]);
    messages(
        json!([function("1"), again("x"), function("1"), again("y")]),
        json!([call, told("x"), call, told("y")]),
        &[],
    );
}

#[test]
fn a_call_without_an_output_and_an_output_without_a_call_are_refused_and_named() {
    let user = says("user", "q");
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
    // What is stored elsewhere is what is missing.
    let stored = json!({"input": [output("1")], "previous_response_id": "resp_1"});
    let Err(error) = bridged(&stored.to_string()) else { panic!("it is carried") };
    assert_eq!(error.param, "previous_response_id");
}
