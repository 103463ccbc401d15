//! Events in an order or at positions that the specification does not have. The client gets every text and every call
//! complete, and once.

use super::*;

fn without(mut event: Value, keys: &[&str]) -> Value {
    for key in keys {
        event.as_object_mut().unwrap().remove(*key);
    }
    event
}

fn piece(id: &str, output: u64, text: &str) -> Value {
    json!({"type": "response.output_text.delta", "item_id": id, "output_index": output, "content_index": 0, "delta": text})
}

fn whole(id: &str, output: u64, text: &str) -> Value {
    json!({"type": "response.output_text.done", "item_id": id, "output_index": output, "content_index": 0, "text": text})
}

fn named(id: &str, text: &str) -> Value {
    let mut message = message(text);
    message["id"] = json!(id);
    message
}

fn added(arguments: &str) -> Value {
    let mut item = call(1);
    item["arguments"] = json!(arguments);
    json!({"type": "response.output_item.added", "output_index": 0, "item": item})
}

fn more(delta: &str) -> Value {
    json!({"type": "response.function_call_arguments.delta", "item_id": "fc_1", "output_index": 0, "delta": delta})
}

/// Returns the text that the client has at the end.
fn content(events: &[Value]) -> String {
    let (deltas, _) = deltas(&mut chunks(false, &[]), events);
    deltas.iter().filter_map(|delta| delta["content"].as_str()).collect()
}

fn arguments(events: &[Value]) -> String {
    let (deltas, _) = deltas(&mut chunks(false, &[]), events);
    let pieces = deltas.iter().filter_map(|delta| delta["tool_calls"][0]["function"]["arguments"].as_str());
    pieces.collect()
}

#[test]
fn the_input_of_a_call_is_complete_wherever_it_begins() {
    let done = json!({"type": "response.function_call_arguments.done", "item_id": "fc_1", "output_index": 0, "arguments": "{\"a\":1}"});
    let (item, end) = (item_done(0, &call(1)), completed(&json!([call(1)])));
    let (one, two) = (more("{\"a\""), more(":1}"));
    let begins = [
        vec![one.clone(), added(""), two.clone()],
        vec![added("{\"a\""), two.clone()],
        vec![added("{\"a\":1}"), one.clone(), two.clone()],
        vec![added("{\"a\":1}")],
        // The input breaks off.
        vec![added(""), one.clone()],
        vec![added(""), one, two],
    ];
    for begin in begins {
        for ends in [&[&done, &item, &end][..], &[&item, &end], &[&end], &[&done, &end]] {
            let events: Vec<Value> = begin.iter().chain(ends.iter().copied()).cloned().collect();
            assert_eq!(arguments(&events), "{\"a\":1}", "{events:?}");
        }
    }
}

#[test]
fn waiting_input_is_sent_even_if_no_event_has_all_of_it() {
    let (one, two, end) = (more("{\"a\""), more(":1}"), completed(&json!([])));
    for begin in
        [vec![added("{\"a\""), two.clone()], vec![added("{\"a\":1}"), one, two], vec![added("{\"a\":1}")]]
    {
        let events: Vec<Value> = begin.into_iter().chain([end.clone()]).collect();
        assert_eq!(arguments(&events), "{\"a\":1}", "{events:?}");
    }
}

#[test]
fn pieces_that_could_be_for_two_calls_leave_no_gap() {
    let mut first = more("{\"a\"");
    first["item_id"] = json!("new");
    let mut second = call(2);
    second["id"] = json!("fc_2");
    let begun = json!({"type": "response.output_item.added", "output_index": 0, "item": {"type": "function_call",
        "id": "fc_2", "call_id": "call_2", "name": "f", "arguments": ""}});
    let events = [added(""), begun, first, more(":1}"), item_done(0, &call(1)), item_done(0, &second)];
    let (deltas, _) = deltas(&mut chunks(false, &[]), &events);
    for (index, expected) in [(0, "{\"a\":1}"), (1, "{\"a\":2}")] {
        let calls = deltas.iter().map(|delta| &delta["tool_calls"][0]);
        let of = calls.filter(|call| call["index"] == index);
        let input: String = of.filter_map(|call| call["function"]["arguments"].as_str()).collect();
        assert_eq!(input, expected);
    }
}

#[test]
fn a_text_that_breaks_off_is_completed_by_the_whole_text() {
    let message = message("ab\u{e9}d");
    let done = whole("msg_1", 0, "ab\u{e9}d");
    let pieces = [text_delta("a"), text_delta("b\u{e9}")];
    for ends in [vec![done, item_done(0, &message)], vec![item_done(0, &message)], vec![]] {
        let events: Vec<Value> =
            pieces.iter().cloned().chain(ends).chain([completed(&json!([message]))]).collect();
        assert_eq!(content(&events), "ab\u{e9}d", "{events:?}");
    }
    // The cut is within a character.
    let mut chunks = chunks(false, &[]);
    let data = fed(
        &mut chunks,
        r#"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"\u00e9\ud83d"}"#,
    );
    assert!(data[1].contains(r#""content":"\u00e9\ud83d""#), "{data:?}");
    let rest = r#"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"\ude00"}"#;
    assert_eq!(fed(&mut chunks, rest).len(), 1);
    let all = r#"{"type":"response.output_text.done","output_index":0,"content_index":0,"text":"\u00e9\ud83d\ude00!"}"#;
    let data = fed(&mut chunks, all);
    assert!(data[0].contains(r#""content":"!""#), "{data:?}");
    // A different text does not continue the one that was sent.
    let events = [text_delta("ab"), whole("msg_1", 0, "Abcd"), completed(&json!([named("msg_1", "Abcd")]))];
    assert_eq!(content(&events), "ab");
}

#[test]
fn the_rest_has_only_the_tokens_that_were_not_sent() {
    let token = |token: &str| json!({"token": token, "logprob": -0.1, "bytes": [1], "top_logprobs": []});
    let mut done = whole("msg_1", 0, "abcd");
    done["logprobs"] = json!([token("ab"), token("c"), token("d")]);
    let mut chunks = chunks(false, &[]);
    fed(&mut chunks, &text_delta("ab").to_string());
    let rest: Value = serde_json::from_str(&fed(&mut chunks, &done.to_string())[0]).unwrap();
    assert_eq!(rest["choices"][0]["delta"]["content"], "cd");
    assert_eq!(rest["choices"][0]["logprobs"]["content"], json!([token("c"), token("d")]));
}

#[test]
fn texts_without_a_position_are_sent_once() {
    let (one, two) = (named("msg_1", "a"), named("msg_2", "b"));
    let end = completed(&json!([one, two]));
    let messages = [
        vec![piece("msg_1", 0, "a"), whole("msg_1", 0, "a"), item_done(0, &one)],
        vec![piece("msg_2", 0, "b"), whole("msg_2", 0, "b"), item_done(0, &two)],
    ]
    .concat();
    let with_key =
        |key: &str| messages.iter().filter(|event| event.get(key).is_none()).cloned().collect::<Vec<_>>();
    for lacking in [&["output_index"][..], &["output_index", "item_id"]] {
        for events in [messages.clone(), with_key("text")] {
            let mut events: Vec<Value> = events.iter().map(|event| without(event.clone(), lacking)).collect();
            events.push(end.clone());
            assert_eq!(content(&events), "ab", "{events:?}");
        }
    }
    // There are no item events, but the events have item ids.
    let mut events: Vec<Value> =
        with_key("item").iter().map(|event| without(event.clone(), &["output_index"])).collect();
    events.push(end);
    assert_eq!(content(&events), "ab");
}

#[test]
fn a_text_at_another_position_in_the_end_is_sent_once() {
    let events = [piece("msg_1", 1, "Hi"), completed(&json!([message("Hi")]))];
    assert_eq!(content(&events), "Hi");
    let events = [piece("msg_1", 1, "H"), completed(&json!([message("Hi")]))];
    assert_eq!(content(&events), "Hi");
}

#[test]
fn a_piece_behind_its_item_is_not_sent_again() {
    let end = completed(&json!([message("Hi")]));
    for late in [text_delta("Hi"), without(text_delta("Hi"), &["output_index"]), whole("msg_1", 0, "Hi")] {
        assert_eq!(content(&[item_done(0, &message("Hi")), late.clone(), end.clone()]), "Hi", "{late}");
    }
}

#[test]
fn two_texts_with_one_position_or_one_id_are_both_sent() {
    let (one, two) = (named("msg_1", "a"), named("msg_2", "b"));
    let end = completed(&json!([one, two]));
    let events = [item_done(0, &one), item_done(0, &two), end.clone()];
    assert_eq!(content(&events), "ab");
    let events =
        [piece("msg_1", 0, "a"), item_done(0, &one), piece("msg_2", 0, "b"), item_done(0, &two), end];
    assert_eq!(content(&events), "ab");
    let (one, two) = (named("", "a"), named("", "b"));
    let end = completed(&json!([one, two]));
    for pieces in [false, true] {
        let mut events = Vec::new();
        for (at, one) in [(0, &one), (1, &two)] {
            let text = one["content"][0]["text"].as_str().unwrap();
            events.push(if pieces { piece("", at, text) } else { whole("", at, text) });
        }
        events.push(end.clone());
        assert_eq!(content(&events), "ab", "{events:?}");
    }
}

#[test]
fn a_text_whose_id_changes_in_every_event_is_found_by_its_position() {
    let events = [
        piece("x", 0, "a"),
        piece("y", 0, "b"),
        whole("z", 0, "abc"),
        item_done(0, &named("v", "abcd")),
        completed(&json!([named("w", "abcd")])),
    ];
    assert_eq!(content(&events), "abcd");
}
