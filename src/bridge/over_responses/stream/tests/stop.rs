//! Where a stop sequence cuts a stream, and which text is held back for it.

use super::*;

/// Returns an event with this piece of text, escaped as given.
fn raw_delta(inner: &str) -> String {
    text_delta("").to_string().replace(r#""delta":"""#, &format!(r#""delta":"{inner}""#))
}

#[test]
fn a_stop_sequence_ends_the_stream_at_once() {
    let reasoning = json!({"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAA"});
    let mut chunks = chunks(true, &["<END>"]);
    let mut events = vec![item_done(7, &reasoning)];
    events.extend(["a<", "b<E", "ND", "é", "c<EN"].map(text_delta));
    events.iter_mut().skip(1).for_each(|event| event["output_index"] = json!(8));
    let (sent, last) = deltas(&mut chunks, &events);
    assert_eq!(sent, ["a", "<b", "<ENDé", "c"].map(|text| json!({ "content": text })));
    assert_eq!((last, chunks.is_done()), (None, false));
    let end = fed(&mut chunks, &text_delta("D> and more").to_string());
    assert_eq!(end.len(), 3, "{end:?}");
    assert!(end[0].contains(r#"{"azgate":{"resource":"east","output":[{"type":"#), "{end:?}");
    assert!(end[1].contains(r#""delta":{},"logprobs":null,"finish_reason":"stop""#), "{end:?}");
    assert_eq!((end[2].as_str(), chunks.is_done()), ("[DONE]", true));
    assert_eq!(chunks.summary().finish_reason.as_deref(), Some("stop"));
}

#[test]
fn held_text_is_sent_if_no_sequence_follows() {
    let mut stream = chunks(false, &["<END>"]);
    assert_eq!(fed(&mut stream, &text_delta("<E").to_string()).len(), 1);
    assert_eq!(fed(&mut stream, &raw_delta(r"\ud83d")), [""; 0]);
    let data = fed(&mut stream, &raw_delta(r"\ud83d\udc00"));
    assert!(data[0].contains(r#""content":"<E\ud83d\ud83d\udc00""#), "{data:?}");
    let (deltas, last) = deltas(&mut stream, &[text_delta("<EN"), completed(&json!([]))]);
    assert_eq!(deltas, [json!({"content": "<EN"})]);
    assert_eq!(last.unwrap()["choices"][0]["finish_reason"], "stop");
}

#[test]
fn a_sequence_is_found_if_a_surrogate_pair_is_split() {
    let pieces = |sequence: &str, pieces: &[&str]| {
        let mut stream = chunks(false, &[sequence]);
        let data: Vec<String> = pieces.iter().flat_map(|piece| fed(&mut stream, &raw_delta(piece))).collect();
        let shown = data.iter().filter_map(|data| {
            let (_, shown) = data.split_once(r#""delta":{"content":""#)?;
            Some(shown.split_once(r#""},"#)?.0)
        });
        (shown.collect::<String>(), stream.is_cut())
    };
    assert_eq!(pieces("END", &[r"a\ud83d", r"\ude00 END b"]), (r"a\ud83d\ude00 ".into(), true));
    assert_eq!(pieces("\u{1f600}", &[r"a\ud83d", r"\ude00b"]), ("a".into(), true));
    assert_eq!(pieces("<\u{1f600}>", &["a<", r"\uD83D", "", r"\uDE00", ">b"]), ("a".into(), true));
    assert_eq!(pieces("<\u{1f600}>", &[r"a<\ud83d", r"\ude01>"]), (r"a<\ud83d\ude01>".into(), false));
    // The other half of the pair never comes. The text beside it is searched all the same.
    assert_eq!(pieces("END", &[r"\ud800 EN", "D"]), (r"\ud800 ".into(), true));
    assert_eq!(pieces("END", &[r"\ud800", r"\ud83d\ude00END"]), (r"\ud800\ud83d\ude00".into(), true));
    assert_eq!(pieces("END", &[r"E\udc00ND", r"\ud800."]), (r"E\udc00ND\ud800.".into(), false));
}

#[test]
fn a_streamed_text_keeps_its_escapes() {
    let mut stream = chunks(false, &["END"]);
    let data = fed(&mut stream, &raw_delta(r"\u00e9\/ \n"));
    assert!(data[1].contains(r#""content":"\u00e9\/ \n""#), "{data:?}");
    let data = fed(&mut stream, &raw_delta(r"\u0045\u004ED"));
    assert!(stream.is_cut(), "{data:?}");
}

#[test]
fn held_text_is_sent_before_what_follows_it() {
    let thought = json!({"type": "response.reasoning_summary_text.delta", "output_index": 1, "summary_index": 0, "delta": "t"});
    let refusal =
        json!({"type": "response.refusal.delta", "output_index": 0, "content_index": 1, "delta": "no"});
    let added = json!({"type": "response.output_item.added", "output_index": 1, "item": call(1)});
    for (next, key) in [
        (item_done(1, &call(1)), "tool_calls"),
        (added.clone(), "tool_calls"),
        (thought, "reasoning_content"),
        (refusal, "refusal"),
    ] {
        let mut stream = chunks(false, &["<END>"]);
        let (deltas, _) = deltas(&mut stream, &[text_delta("a<E"), next, text_delta("ND>")]);
        assert_eq!(deltas[..2], [json!({"content": "a"}), json!({"content": "<E"})], "{deltas:?}");
        assert!(deltas[2].get(key).is_some(), "{deltas:?}");
        // A sequence does not reach across another item.
        assert_eq!((deltas.last().unwrap(), stream.is_cut()), (&json!({"content": "ND>"}), false));
    }
    let more = json!({"type": "response.function_call_arguments.delta", "item_id": "fc_1", "output_index": 1, "delta": "{"});
    let (deltas, _) = deltas(&mut chunks(false, &["<END>"]), &[added, text_delta("a<E"), more]);
    assert_eq!(deltas[2], json!({"content": "<E"}), "{deltas:?}");
}

#[test]
fn held_text_is_sent_before_the_failure() {
    for failure in [r#"{"type":"error","message":"m"}"#, "{"] {
        let mut stream = chunks(false, &["<END>"]);
        fed(&mut stream, &text_delta("<E").to_string());
        let data = fed(&mut stream, failure);
        assert!(data[0].contains(r#""content":"<E""#) && data[1].contains("error"), "{data:?}");
    }
}

#[test]
fn the_phase_of_a_message_that_is_cut_is_kept() {
    let begun =
        json!({"type": "message", "id": "msg_1", "role": "assistant", "content": [], "phase": "commentary"});
    let begun = json!({"type": "response.output_item.added", "output_index": 0, "item": begun});
    let (deltas, _) = deltas(&mut chunks(false, &["<END>"]), &[begun, text_delta("a<END>")]);
    let output = json!([{"type": "message", "phase": "commentary"}]);
    assert_eq!(deltas[1..], [json!({"azgate": {"resource": "east", "output": output}})]);
}

#[test]
fn a_stream_that_is_cut_has_no_usage_chunk() {
    let mut stream = chunks(true, &["<END>"]);
    let data = fed(&mut stream, &text_delta("a<END>").to_string());
    assert!(data.iter().all(|data| !data.contains(r#""usage":{"#)), "{data:?}");
    assert_eq!(data.last().map(String::as_str), Some("[DONE]"));
}
