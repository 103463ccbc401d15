//! Collecting is the inverse of `synthesize`, wherever the bytes are cut, and no input makes it panic.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{
    call::UsageChunk,
    json::Document,
    respond::{answer, synthesize::synthesize},
};

fn text() -> impl Strategy<Value = Value> {
    prop_oneof![Just(Value::Null), "(\\PC|[😀\"\\\\\n\r]){0,200}".prop_map(Value::String)]
}

fn call() -> impl Strategy<Value = Value> {
    let arguments = "(\\PC|[\"\\\\\n]){0,150}";
    prop_oneof![
        ("[a-z]{1,5}", arguments).prop_map(|(name, text)| {
            json!({"id": "call_f", "type": "function", "function": {"name": name, "arguments": text}})
        }),
        ("[a-z]{1,5}", arguments).prop_map(
            |(name, text)| json!({"id": "call_c", "type": "custom", "custom": {"name": name, "input": text}})
        ),
    ]
}

/// Generates a message with the members that Azure's always have, and perhaps more.
fn message() -> impl Strategy<Value = Value> {
    let more = prop_oneof![
        Just(json!({})),
        text().prop_map(|text| json!({ "reasoning_content": text })),
        "[a-z]{0,8}".prop_map(
            |text| json!({"x_unknown": {"y": text}, "function_call": {"name": "f", "arguments": text}})
        ),
        prop::collection::vec(call(), 1..4).prop_map(|calls| json!({ "tool_calls": calls })),
        Just(
            json!({"annotations": [{"type": "url_citation"}, {}], "context": {"intent": "i", "citations": []}})
        ),
    ];
    (text(), text(), more).prop_map(|(content, refusal, more)| {
        let mut message =
            json!({"role": "assistant", "annotations": [], "content": content, "refusal": refusal});
        message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        message
    })
}

prop_compose! {
    fn choice()(
        message in message(),
        reason in "stop|length|tool_calls|content_filter",
        tokens in prop::option::of(prop::collection::vec("[a-z]{1,3}", 0..5)),
        severity in "safe|low|medium|high",
    ) -> Value {
        let token = |token: &String| json!({"token": token, "logprob": -0.5, "bytes": [1], "top_logprobs": []});
        let logprobs = tokens.map(|tokens| {
            json!({"content": tokens.iter().map(token).collect::<Vec<_>>(), "refusal": null})
        });
        let filters = json!({"hate": {"filtered": false, "severity": severity}, "custom_blocklists": []});
        json!({"message": message, "finish_reason": reason, "logprobs": logprobs, "content_filter_results": filters})
    }
}

prop_compose! {
    fn answer()(mut choices in prop::collection::vec(choice(), 1..4), tier: bool, unknown: bool) -> Value {
        for (index, choice) in choices.iter_mut().enumerate() {
            choice["index"] = index.into();
        }
        let mut answer = json!({
            "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m", "choices": choices,
            "system_fingerprint": null, "usage": {"total_tokens": 3, "completion_tokens_details": null},
            "prompt_filter_results": [{"prompt_index": 0, "content_filter_results": {}}],
        });
        if tier {
            answer["service_tier"] = "default".into();
        }
        if unknown {
            answer["routing"] = json!({"a": [1.5, null]});
        }
        answer
    }
}

/// Writes all characters that are not ASCII as escapes, surrogate pairs included.
fn escaped(source: &str) -> String {
    let unit = |unit: u16| {
        char::from_u32(unit.into()).filter(char::is_ascii).map_or(format!("\\u{unit:04X}"), String::from)
    };
    source.encode_utf16().map(unit).collect()
}

fn collected(stream: &Bytes, cuts: &[usize]) -> Result<Bytes, CollectError> {
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (stream.len() + 1)).collect();
    cuts.extend([0, stream.len()]);
    cuts.sort_unstable();
    let mut collector = Collector::new(Dialect::Chat, 1 << 20);
    for pair in cuts.windows(2) {
        collector.push(stream.slice(pair[0]..pair[1]))?;
    }
    collector.finish()
}

proptest! {
    #[test]
    fn a_stream_made_of_an_answer_is_collected_into_that_answer(
        answer in answer(),
        ascii: bool,
        cuts in prop::collection::vec(any::<usize>(), 0..20),
    ) {
        let source = if ascii { escaped(&answer.to_string()) } else { answer.to_string() };
        let document = Document::parse(Bytes::from(source.clone()), answer::DEPTH).unwrap();
        let stream = synthesize(&document, UsageChunk::Wanted).unwrap();
        let collected = collected(&stream, &cuts).unwrap();
        // serde_json writes members in the order of their keys, as Azure and the collector do.
        prop_assert_eq!(String::from_utf8(collected.to_vec()).unwrap(), source);
        prop_assert_eq!(serde_json::from_slice::<Value>(&collected).unwrap(), answer);
    }

    #[test]
    fn an_answer_printed_over_many_lines_is_the_same_value(answer in answer()) {
        let source = serde_json::to_string_pretty(&answer).unwrap();
        let document = Document::parse(Bytes::from(source), answer::DEPTH).unwrap();
        let stream = synthesize(&document, UsageChunk::Wanted).unwrap();
        prop_assert_eq!(serde_json::from_slice::<Value>(&collected(&stream, &[]).unwrap()).unwrap(), answer);
    }

    #[test]
    fn whatever_comes_an_answer_is_json(
        parts in prop::collection::vec(
            prop_oneof![
                Just("data: "), Just("\n\n"), Just("{\"choices\":"), Just("[{\"index\":0,\"delta\":"), Just("{"), Just("}"),
                Just("}]}"), Just("\"content\":"), Just("\"tool_calls\":[{\"index\":0,\"function\":"), Just("\"a\""),
                Just("null"), Just("[]"), Just(","), Just("\"logprobs\":"), Just("[DONE]"), Just("\"\\ud800\""), Just("1"),
                Just("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\"}}]}\n\n"),
            ],
            0..40,
        ),
        cuts in prop::collection::vec(any::<usize>(), 0..5),
    ) {
        if let Ok(answer) = collected(&Bytes::from(parts.concat()), &cuts) {
            prop_assert!(Document::parse(answer, 1).is_ok());
        }
    }
}
