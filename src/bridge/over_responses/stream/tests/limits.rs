//! What the bridge keeps of a stream is bounded.

use serde_json::{Value, json};

use super::{chunks, fed};

/// Feeds numbered events until the stream ends, or so many. Returns how many, and the last data.
fn repeated(event: impl Fn(usize) -> Value, most: usize) -> (usize, String) {
    let mut stream = chunks(false, &[]).limited(1 << 16);
    let mut last = String::new();
    let taken = (0..most).take_while(|at| {
        last = fed(&mut stream, &event(*at).to_string()).pop().unwrap_or_default();
        !stream.is_done()
    });
    (taken.count(), last)
}

#[test]
fn a_stream_that_brings_too_much_ends_with_an_error_that_says_the_limit() {
    let text = "x".repeat(1000);
    let item = |at: usize| json!({"type": "response.output_item.done", "output_index": at, "item": {"type": "web_search_call", "id": format!("w{at}"), "x": text}});
    let call = |at: usize| json!({"type": "response.output_item.added", "output_index": at, "item": {"type": "function_call", "id": format!("f{at}"), "call_id": text, "name": "f", "arguments": ""}});
    let part = |at: usize| json!({"type": "response.output_text.delta", "output_index": 0, "content_index": at, "item_id": text, "delta": "a"});
    let input = |_: usize| json!({"type": "response.function_call_arguments.delta", "output_index": 0, "delta": text});
    for (taken, last) in [repeated(item, 999), repeated(call, 999), repeated(part, 999), repeated(input, 999)]
    {
        assert!((40..66).contains(&taken), "{taken}: {last}");
        assert!(last.contains("upstream_answer_too_large") && last.contains("65536 bytes"), "{last}");
    }
}

#[test]
fn a_text_of_any_length_is_passed_on() {
    let text = "x".repeat(1000);
    let piece = |_: usize| json!({"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "item_id": "m", "delta": text});
    assert_eq!(repeated(piece, 200).0, 200);
}
