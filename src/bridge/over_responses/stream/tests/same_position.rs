//! Items with the same position in the output: the content of one never goes to another.

use super::*;

fn added(item: &Value) -> Value {
    let mut item = item.clone();
    item["arguments"] = json!("");
    json!({"type": "response.output_item.added", "output_index": 0, "item": item})
}

fn piece(id: &str, delta: &str) -> Value {
    json!({"type": "response.function_call_arguments.delta", "item_id": id, "output_index": 0, "delta": delta})
}

fn all(id: &str, arguments: &str) -> Value {
    json!({"type": "response.function_call_arguments.done", "item_id": id, "output_index": 0, "arguments": arguments})
}

/// Returns a call whose item has another id.
fn with_id(mut call: Value, id: &str) -> Value {
    call["id"] = json!(id);
    call
}

/// Checks that a client assembles the two calls, each with its own arguments.
fn both(events: &[Value]) {
    let mut calls: Vec<(String, String)> = Vec::new();
    for delta in deltas(&mut chunks(false, &[]), events).0 {
        for call in delta["tool_calls"].as_array().into_iter().flatten() {
            let at = usize::try_from(call["index"].as_u64().unwrap()).unwrap();
            if let Some(id) = call["id"].as_str() {
                assert_eq!(at, calls.len());
                calls.push((id.to_owned(), String::new()));
            }
            calls[at].1 += call["function"]["arguments"].as_str().unwrap();
        }
    }
    let expected = [1, 2].map(|id| (format!("call_{id}"), format!("{{\"a\":{id}}}")));
    assert_eq!(calls, expected, "{events:?}");
}

#[test]
fn two_calls_at_one_position_stay_two_calls() {
    let (one, two) = (call(1), call(2));
    let (begins, follows) = (added(&one), added(&two));
    let (first, second) = (item_done(0, &one), item_done(0, &two));
    let (first_all, second_all) = (all("fc_1", "{\"a\":1}"), all("fc_2", "{\"a\":2}"));
    let (first_piece, second_piece) = (piece("fc_1", "{\"a\":1}"), piece("fc_2", "{\"a\":2}"));
    let end = completed(&json!([one, two]));
    both(&[
        begins.clone(),
        follows.clone(),
        piece("fc_1", "{\"a\""),
        second_piece.clone(),
        piece("fc_1", ":1}"),
        first.clone(),
        second.clone(),
        end.clone(),
    ]);
    both(&[
        begins.clone(),
        first_piece.clone(),
        first_all.clone(),
        follows.clone(),
        second_piece.clone(),
        second_all.clone(),
        end.clone(),
    ]);
    both(&[begins.clone(), follows, second_all, first_all, end.clone()]);
    // The arguments of the second call come before its item.
    both(&[begins, first_piece, second_piece, first.clone(), second.clone(), end.clone()]);
    both(&[first, second, end.clone()]);
    both(&[end]);
}

#[test]
fn two_calls_with_one_item_id_are_distinguished_by_their_call_id() {
    let (one, two) = (call(1), with_id(call(2), "fc_1"));
    let end = completed(&json!([one, two]));
    let (first, second) = (item_done(0, &one), item_done(0, &two));
    both(&[added(&one), added(&two), piece("fc_1", "?"), first.clone(), second.clone(), end.clone()]);
    let (first_piece, second_piece) = (piece("fc_1", "{\"a\":1}"), piece("fc_1", "{\"a\":2}"));
    both(&[added(&one), first_piece, first, added(&two), second_piece, second, end.clone()]);
    both(&[end]);
}

#[test]
fn a_call_that_ends_at_another_position_is_one_call() {
    let mut second = item_done(3, &call(2));
    let events = [added(&call(1)), piece("fc_1", "{\"a\":1}"), item_done(1, &call(1)), second.clone()];
    both(&[&events[..], &[completed(&json!([call(1), call(2)]))]].concat());
    // The client sees both calls, though it cannot answer them separately.
    second["item"]["call_id"] = json!("call_1");
    let (sent, _) = deltas(&mut chunks(false, &[]), &[item_done(0, &call(1)), second]);
    assert_eq!(sent[2]["tool_calls"][0]["index"], 1, "{sent:?}");
}

#[test]
fn calls_whose_ids_change_are_found_by_their_position() {
    let (one, two) = (call(1), call(2));
    let end = completed(&json!([]));
    both(&[
        added(&with_id(one.clone(), "a")),
        piece("b", "{\"a\""),
        piece("c", ":1}"),
        all("d", "{\"a\":1}"),
        item_done(0, &with_id(one.clone(), "e")),
        added(&with_id(two.clone(), "f")),
        piece("g", "{\"a\":2}"),
        item_done(0, &with_id(two.clone(), "h")),
        end.clone(),
    ]);
    // The piece may belong to either call, so each input comes with its item.
    both(&[
        added(&with_id(one.clone(), "a")),
        added(&with_id(two.clone(), "b")),
        piece("c", "{"),
        item_done(0, &one),
        item_done(0, &two),
        end,
    ]);
}

#[test]
fn items_at_one_position_are_each_kept_once() {
    let thought = |id: &str| json!({"type": "reasoning", "id": id, "summary": [], "encrypted_content": id});
    let search = json!({"type": "web_search_call", "id": "ws_1"});
    let (one, two) = (thought("rs_1"), thought("rs_2"));
    let done = [&one, &one, &search, &two].map(|item| item_done(0, item));
    let mut events = done.to_vec();
    events.push(completed(&json!([one, search, two])));
    let (sent, _) = deltas(&mut chunks(false, &[]), &events);
    assert_eq!(sent, [json!({"azgate": {"resource": "east", "output": [one, search, two]}})]);
    // Only the last event has the reasoning, at the position that the call had in the events.
    let (sent, _) =
        deltas(&mut chunks(false, &[]), &[item_done(0, &call(1)), completed(&json!([one, call(1)]))]);
    let mark = json!({"type": "function_call", "call_id": "call_1"});
    assert_eq!(sent.last().unwrap()["azgate"]["output"], json!([mark, one]));
}
