//! Where a stop sequence cuts a stream, and what is held back for it.

use super::*;

/// A piece of text as it is spelt.
fn spelt(inner: &str) -> String {
    text_delta("").to_string().replace(r#""delta":"""#, &format!(r#""delta":"{inner}""#))
}

#[test]
fn a_stop_sequence_ends_the_stream_at_once() {
    let reasoning = json!({"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAA"});
    let mut chunks = chunks(true, &["<END>"]);
    let mut events = vec![item_done(7, &reasoning)];
    events.extend(["a<", "b<E", "ND", "é", "c<EN"].map(text_delta));
    events.iter_mut().skip(1).for_each(|event| event["output_index"] = json!(8));
    let (told, last) = deltas(&mut chunks, &events);
    assert_eq!(told, ["a", "<b", "<ENDé", "c"].map(|text| json!({ "content": text })));
    assert_eq!((last, chunks.is_done()), (None, false));
    let end = fed(&mut chunks, &text_delta("D> and more").to_string());
    assert_eq!(end.len(), 3, "{end:?}");
    assert!(end[0].contains(r#"{"azgate":{"resource":"east","output":[{"type":"#), "{end:?}");
    assert!(end[1].contains(r#""delta":{},"logprobs":null,"finish_reason":"stop""#), "{end:?}");
    assert_eq!((end[2].as_str(), chunks.is_done()), ("[DONE]", true));
    assert_eq!(chunks.summary().finish_reason.as_deref(), Some("stop"));
}

#[test]
fn what_is_held_back_comes_when_no_sequence_did() {
    let mut told = chunks(false, &["<END>"]);
    assert_eq!(fed(&mut told, &text_delta("<E").to_string()).len(), 1);
    assert_eq!(fed(&mut told, &spelt(r"\ud83d")), [""; 0]);
    let data = fed(&mut told, &spelt(r"\ud83d\udc00"));
    assert!(data[0].contains(r#""content":"<E\ud83d\ud83d\udc00""#), "{data:?}");
    let (deltas, last) = deltas(&mut told, &[text_delta("<EN"), completed(&json!([]))]);
    assert_eq!(deltas, [json!({"content": "<EN"})]);
    assert_eq!(last.unwrap()["choices"][0]["finish_reason"], "stop");
}

#[test]
fn a_sequence_is_found_though_a_pair_of_surrogates_comes_in_halves() {
    let pieces = |sequence: &str, pieces: &[&str]| {
        let mut told = chunks(false, &[sequence]);
        let data: Vec<String> = pieces.iter().flat_map(|piece| fed(&mut told, &spelt(piece))).collect();
        let said = data.iter().filter_map(|data| {
            let (_, said) = data.split_once(r#""delta":{"content":""#)?;
            Some(said.split_once(r#""},"#)?.0)
        });
        (said.collect::<String>(), told.is_cut())
    };
    assert_eq!(pieces("END", &[r"a\ud83d", r"\ude00 END b"]), (r"a\ud83d\ude00 ".into(), true));
    assert_eq!(pieces("\u{1f600}", &[r"a\ud83d", r"\ude00b"]), ("a".into(), true));
    assert_eq!(pieces("<\u{1f600}>", &["a<", r"\uD83D", "", r"\uDE00", ">b"]), ("a".into(), true));
    assert_eq!(pieces("<\u{1f600}>", &[r"a<\ud83d", r"\ude01>"]), (r"a<\ud83d\ude01>".into(), false));
    // Half of a pair for ever: what stands beside it is text all the same.
    assert_eq!(pieces("END", &[r"\ud800 EN", "D"]), (r"\ud800 ".into(), true));
    assert_eq!(pieces("END", &[r"\ud800", r"\ud83d\ude00END"]), (r"\ud800\ud83d\ude00".into(), true));
    assert_eq!(pieces("END", &[r"E\udc00ND", r"\ud800."]), (r"E\udc00ND\ud800.".into(), false));
}

#[test]
fn a_text_is_passed_on_as_it_is_spelt() {
    let mut told = chunks(false, &["END"]);
    let data = fed(&mut told, &spelt(r"\u00e9\/ \n"));
    assert!(data[1].contains(r#""content":"\u00e9\/ \n""#), "{data:?}");
    let data = fed(&mut told, &spelt(r"\u0045\u004ED"));
    assert!(told.is_cut(), "{data:?}");
}

#[test]
fn what_is_held_back_comes_before_what_follows_it() {
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
        let mut told = chunks(false, &["<END>"]);
        let (deltas, _) = deltas(&mut told, &[text_delta("a<E"), next, text_delta("ND>")]);
        assert_eq!(deltas[..2], [json!({"content": "a"}), json!({"content": "<E"})], "{deltas:?}");
        assert!(deltas[2].get(key).is_some(), "{deltas:?}");
        // Nobody says a sequence in two breaths.
        assert_eq!((deltas.last().unwrap(), told.is_cut()), (&json!({"content": "ND>"}), false));
    }
    let more = json!({"type": "response.function_call_arguments.delta", "item_id": "fc_1", "output_index": 1, "delta": "{"});
    let (deltas, _) = deltas(&mut chunks(false, &["<END>"]), &[added, text_delta("a<E"), more]);
    assert_eq!(deltas[2], json!({"content": "<E"}), "{deltas:?}");
}

#[test]
fn what_is_held_back_comes_before_the_failure_that_ends_the_stream() {
    for failure in [r#"{"type":"error","message":"m"}"#, "{"] {
        let mut told = chunks(false, &["<END>"]);
        fed(&mut told, &text_delta("<E").to_string());
        let data = fed(&mut told, failure);
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
    let mut told = chunks(true, &["<END>"]);
    let data = fed(&mut told, &text_delta("a<END>").to_string());
    assert!(data.iter().all(|data| !data.contains(r#""usage":{"#)), "{data:?}");
    assert_eq!(data.last().map(String::as_str), Some("[DONE]"));
}
