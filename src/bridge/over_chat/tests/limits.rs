//! What the bridge keeps of a stream is bounded.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use serde_json::{Value, json};

use super::{Events, chunk, delta, finish, reply};
use crate::bridge::over_chat::testing::events;

/// Streams a chunk until the stream ends, or so many times. Returns how often, and the last event.
fn repeated(piece: &Value, most: usize) -> (usize, Value) {
    let mut stream = Events::limited(Arc::new(reply()), 1 << 16);
    let mut out = BytesMut::new();
    let piece = Bytes::from(piece.to_string());
    let taken = (0..most).take_while(|_| {
        stream.event(&piece, &mut out);
        !stream.is_done()
    });
    (taken.count(), events(&out).pop().unwrap())
}

#[test]
fn a_stream_that_brings_too_much_ends_with_an_error_that_says_the_limit() {
    let text = "x".repeat(1000);
    let call = json!({"tool_calls": [{"index": 0, "id": "c", "function": {"name": "f", "arguments": text}}]});
    for piece in [
        delta(json!({"content": text})),
        delta(json!({"refusal": text})),
        delta(json!({"reasoning_content": text})),
        delta(json!({"odd": text})),
        delta(call),
        chunk(json!({"index": 0, "delta": {"content": "a"}, "logprobs": {"content": [{"token": text}]}})),
    ] {
        let (taken, last) = repeated(&piece, 1000);
        assert!((40..66).contains(&taken), "{taken}: {piece}");
        assert_eq!(
            (&last["type"], &last["code"]),
            (&json!("error"), &json!("upstream_answer_too_large")),
            "{last}"
        );
        assert!(last["message"].as_str().unwrap().contains("65536 bytes"), "{last}");
    }
}

#[test]
fn what_each_chunk_repeats_counts_for_nothing() {
    let mut noisy = delta(json!({"content": ""}));
    for key in ["id", "model", "system_fingerprint", "obfuscation"] {
        noisy[key] = "x".repeat(500).into();
    }
    noisy["choices"][0]["content_filter_results"] = json!({"hate": {"filtered": false, "severity": "safe"}});
    assert_eq!(repeated(&noisy, 400).0, 400);
    assert!(!finish("stop").is_null());
}
