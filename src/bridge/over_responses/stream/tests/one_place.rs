//! Items at one place of the output: what belongs to one never goes to the other.

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

/// A call whose item has another id.
fn with_id(mut call: Value, id: &str) -> Value {
    call["id"] = json!(id);
    call
}

/// Checks that a client puts together the two calls, each with its own arguments.
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
fn two_calls_at_one_place_are_two_calls() {
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
    // Nobody told of the second one before its arguments came.
    both(&[begins, first_piece, second_piece, first.clone(), second.clone(), end.clone()]);
    both(&[first, second, end.clone()]);
    both(&[end]);
}

#[test]
fn two_calls_of_one_id_are_told_apart_by_what_the_client_answers_to() {
    let (one, two) = (call(1), with_id(call(2), "fc_1"));
    let end = completed(&json!([one, two]));
    let (first, second) = (item_done(0, &one), item_done(0, &two));
    both(&[added(&one), added(&two), piece("fc_1", "?"), first.clone(), second.clone(), end.clone()]);
    let (first_piece, second_piece) = (piece("fc_1", "{\"a\":1}"), piece("fc_1", "{\"a\":2}"));
    both(&[added(&one), first_piece, first, added(&two), second_piece, second, end.clone()]);
    both(&[end]);
}

#[test]
fn a_call_that_ends_elsewhere_than_it_began_is_one_call() {
    let mut second = item_done(3, &call(2));
    let events = [added(&call(1)), piece("fc_1", "{\"a\":1}"), item_done(1, &call(1)), second.clone()];
    both(&[&events[..], &[completed(&json!([call(1), call(2)]))]].concat());
    // The client cannot answer to both, but sees both.
    second["item"]["call_id"] = json!("call_1");
    let (told, _) = deltas(&mut chunks(false, &[]), &[item_done(0, &call(1)), second]);
    assert_eq!(told[2]["tool_calls"][0]["index"], 1, "{told:?}");
}

#[test]
fn ids_that_are_new_in_every_event_go_by_the_place() {
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
    // Whose piece it is nobody knows: all of it comes with the item.
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
fn items_at_one_place_are_all_kept_and_each_once() {
    let thought = |id: &str| json!({"type": "reasoning", "id": id, "summary": [], "encrypted_content": id});
    let search = json!({"type": "web_search_call", "id": "ws_1"});
    let (one, two) = (thought("rs_1"), thought("rs_2"));
    let done = [&one, &one, &search, &two].map(|item| item_done(0, item));
    let mut events = done.to_vec();
    events.push(completed(&json!([one, search, two])));
    let (told, _) = deltas(&mut chunks(false, &[]), &events);
    assert_eq!(told, [json!({"azgate": {"resource": "east", "output": [one, search, two]}})]);
    // What the end alone tells of a place that something else had.
    let (told, _) =
        deltas(&mut chunks(false, &[]), &[item_done(0, &call(1)), completed(&json!([one, call(1)]))]);
    let mark = json!({"type": "function_call", "call_id": "call_1"});
    assert_eq!(told.last().unwrap()["azgate"]["output"], json!([mark, one]));
}
