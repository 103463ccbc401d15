use proptest::prelude::*;
use serde_json::{Value, json};

use super::{answered, chunk, delta, finish, streamed, whole};
use crate::{
    bridge::over_chat::testing::{chat, collected, message},
    call::{AnswerSummary, Usage},
};

/// The order of events is that of the specification's example of a stream.
#[test]
fn the_events_of_a_text_have_the_order_of_the_specification() {
    let summary = whole(&[
        delta(json!({"role": "assistant", "content": "", "refusal": null})),
        delta(json!({"content": "Hi"})),
        delta(json!({"content": " there"})),
        finish("stop"),
    ]);
    assert_eq!(
        summary.types(),
        [
            "created",
            "in_progress",
            "output_item.added",
            "content_part.added",
            "output_text.delta",
            "output_text.delta",
            "output_text.done",
            "content_part.done",
            "output_item.done",
            "completed",
        ]
    );
    let created = &summary.events[0]["response"];
    assert_eq!(
        (&created["status"], &created["output"], &created["usage"]),
        (&json!("in_progress"), &json!([]), &Value::Null)
    );
    assert_eq!((&created["metadata"]["a"], &created["model"]), (&json!("b"), &json!("gpt-4-0125")));
    assert_eq!(summary.events[1]["response"], *created);
    assert_eq!(
        summary.events[2]["item"],
        json!({"id": "msg_1_0", "type": "message", "status": "in_progress", "content": [], "role": "assistant"})
    );
    assert_eq!(
        summary.events[3]["part"],
        json!({"type": "output_text", "text": "", "annotations": [], "logprobs": []})
    );
    assert_eq!(
        summary.events[5],
        json!({"type": "response.output_text.delta", "sequence_number": 5, "item_id": "msg_1_0", "output_index": 0,
               "content_index": 0, "delta": " there", "logprobs": []})
    );
    assert_eq!(
        (&summary.events[6]["text"], &summary.events[6]["logprobs"]),
        (&json!("Hi there"), &json!([]))
    );
    assert_eq!(summary.events[7]["part"]["text"], "Hi there");
    assert_eq!(summary.events[8]["item"], summary.last()["response"]["output"][0]);
}

#[test]
fn items_follow_one_another_and_calls_have_their_arguments() {
    let call = |index: u32, more: Value| {
        let mut call = json!({"index": index});
        call.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        delta(json!({ "tool_calls": [call] }))
    };
    let summary = whole(&[
        delta(json!({"role": "assistant", "content": null, "reasoning_content": "hm"})),
        delta(json!({"content": "a"})),
        call(0, json!({"id": "call_1", "type": "function", "function": {"name": "f", "arguments": ""}})),
        call(0, json!({"function": {"arguments": "{\"x"}})),
        call(0, json!({"function": {"arguments": "\":1}"}})),
        call(1, json!({"id": "call_2", "type": "custom", "custom": {"name": "g", "input": "y"}})),
        finish("tool_calls"),
    ]);
    assert_eq!(
        summary.types(),
        [
            "created",
            "in_progress",
            "output_item.added",
            "content_part.added",
            "reasoning_text.delta",
            "reasoning_text.done",
            "content_part.done",
            "output_item.done",
            "output_item.added",
            "content_part.added",
            "output_text.delta",
            "output_text.done",
            "content_part.done",
            "output_item.done",
            "output_item.added",
            "function_call_arguments.delta",
            "function_call_arguments.delta",
            "output_item.added",
            "custom_tool_call_input.delta",
            "function_call_arguments.done",
            "output_item.done",
            "custom_tool_call_input.done",
            "output_item.done",
            "completed",
        ]
    );
    assert_eq!(summary.events[3]["part"], json!({"type": "reasoning_text", "text": ""}));
    let begun = json!({"id": "fc_call_1", "type": "function_call", "status": "in_progress", "call_id": "call_1", "name": "f", "arguments": ""});
    assert_eq!(summary.events[14]["item"], begun);
    let done = &summary.events[19];
    assert_eq!(
        (&done["arguments"], &done["name"], &done["item_id"]),
        (&json!("{\"x\":1}"), &json!("f"), &json!("fc_call_1"))
    );
    assert_eq!(summary.events[18]["delta"], "y");
    assert_eq!(summary.summary.finish_reason.as_deref(), Some("tool_calls"));
}

#[test]
fn unusual_chunks_of_azure_are_accepted() {
    let empty = |more: Value| {
        let mut chunk = json!({"choices": [], "created": 0, "id": "", "model": "", "object": ""});
        chunk.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        chunk
    };
    let verdict = |severity: &str| json!({"hate": {"filtered": false, "severity": severity}});
    let annotation = |severity: &str, reason: Value| {
        empty(
            json!({"choices": [{"index": 0, "finish_reason": reason, "content_filter_results": verdict(severity),
                                  "content_filter_offsets": {"check_offset": 0, "start_offset": 0, "end_offset": 2}}]}),
        )
    };
    let mut padded = delta(json!({"content": "Hi"}));
    padded["obfuscation"] = json!("zRj");
    let usage = json!({"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7,
                       "prompt_tokens_details": {"cached_tokens": 1}, "completion_tokens_details": {"reasoning_tokens": 2}});
    let mut last = chunk(json!({}));
    last["choices"] = json!([]);
    last["usage"] = usage;
    last["latency_checkpoint"] = json!({"engine_ttft_ms": 28});
    let summary = whole(&[
        empty(
            json!({"prompt_filter_results": [{"prompt_index": 0, "content_filter_results": verdict("safe")}]}),
        ),
        padded,
        annotation("low", Value::Null),
        finish("stop"),
        annotation("safe", Value::Null),
        last,
    ]);
    let response = &summary.last()["response"];
    assert_eq!(summary.of("created")[0]["response"]["id"], "resp_1");
    assert_eq!(summary.of("output_text.delta")[0]["obfuscation"], "zRj");
    assert_eq!((&response["usage"]["input_tokens"], &response["obfuscation"]), (&json!(3), &Value::Null));
    assert_eq!(response["latency_checkpoint"], json!({"engine_ttft_ms": 28}));
    assert_eq!(
        response["content_filters"],
        json!([
            {"blocked": false, "source_type": "prompt", "prompt_index": 0, "content_filter_results": verdict("safe")},
            {"blocked": false, "source_type": "completion", "content_filter_results": verdict("low")},
        ])
    );
    let counts = Usage { prompt: 3, cached: 1, completion: 4, reasoning: 2 };
    assert_eq!(
        summary.summary,
        AnswerSummary {
            usage: Some(counts),
            model: Some("gpt-4-0125".into()),
            finish_reason: Some("stop".into()),
            error: None,
            reasoning: Vec::new(),
        }
    );
}

#[test]
fn a_filter_verdict_behind_the_end_makes_the_response_incomplete() {
    let blocked = json!({"choices": [{"index": 0, "finish_reason": "content_filter", "content_filter_results": {}}], "id": ""});
    let summary = whole(&[delta(json!({"content": "Hi"})), finish("stop"), blocked]);
    assert_eq!(summary.last()["type"], "response.incomplete");
    assert_eq!(summary.last()["response"]["incomplete_details"], json!({"reason": "content_filter"}));
}

#[test]
fn an_error_in_the_stream_is_an_error_event_and_the_last() {
    let error =
        json!({"message": "slow \"down\"", "type": "t", "param": null, "code": 429, "inner": {"a": 1}});
    let summary =
        whole(&[delta(json!({"content": "Hi"})), json!({ "error": error }), delta(json!({"content": "x"}))]);
    assert_eq!(
        *summary.last(),
        json!({"type": "error", "sequence_number": 5, "code": "429", "message": "slow \"down\"", "param": null, "error": error})
    );
    assert_eq!((summary.summary.error.as_deref(), summary.done), (Some("429"), true));
    let bare = whole(&[json!({"error": "down"})]);
    assert_eq!((&bare.last()["message"], &bare.last()["code"]), (&json!("down"), &Value::Null));
}

#[test]
fn a_stream_that_ends_without_done_is_complete_only_behind_a_finish_reason() {
    let complete = streamed(&[delta(json!({"content": "Hi"})), finish("stop")]);
    assert_eq!((&complete.last()["type"], complete.done), (&json!("response.completed"), true));
    let cut = streamed(&[delta(json!({"content": "Hi"}))]);
    assert_eq!(
        (&cut.last()["type"], &cut.last()["code"]),
        (&json!("error"), &json!("upstream_stream_interrupted"))
    );
    assert_eq!(cut.last()["error"]["type"], "server_error");
    assert!(cut.done);
    assert_eq!(streamed(&["[DONE]"]).types(), ["error"]);
    assert_eq!(streamed(&[""; 0]).types(), ["error"]);
    assert_eq!(streamed(&["{"]).last()["code"], "upstream_stream_unreadable");
    assert_eq!(streamed(&["", "[DONE]"]).types(), ["error"]);
}

#[test]
fn a_call_ends_once_even_if_pieces_of_calls_alternate() {
    let call = |index: u32, piece: &str| {
        delta(
            json!({"tool_calls": [{"index": index, "id": format!("c{index}"), "function": {"name": "f", "arguments": piece}}]}),
        )
    };
    let summary = whole(&[call(0, "a"), call(1, "b"), call(0, "c"), finish("tool_calls")]);
    let output = &summary.last()["response"]["output"];
    assert_eq!((&output[0]["arguments"], &output[1]["arguments"]), (&json!("ac"), &json!("b")));
    let done: Vec<_> =
        summary.of("output_item.done").iter().map(|event| &event["item"]["arguments"]).collect();
    assert_eq!(done, ["ac", "b"]);
}

/// Other servers than Azure's may leave out the index. Then a new id begins a call, and a delta without an id continues
/// the last call.
#[test]
fn calls_without_an_index_are_distinguished_by_their_ids() {
    let pieces = |pieces: &[(&str, &str, &str)]| {
        let call = |(id, name, text): &(&str, &str, &str)| {
            let mut call = json!({"function": {"arguments": text}});
            if !id.is_empty() {
                call["id"] = json!(id);
            }
            if !name.is_empty() {
                call["function"]["name"] = json!(name);
            }
            call
        };
        delta(json!({"tool_calls": pieces.iter().map(call).collect::<Vec<_>>()}))
    };
    let calls = |chunks: &[Value]| {
        let summary = whole(&[chunks, &[finish("tool_calls")]].concat());
        assert_eq!(collected(&summary.events), summary.last()["response"]);
        let output = summary.last()["response"]["output"].as_array().unwrap().clone();
        let summary = output.iter().map(|item| {
            let text = |key: &str| item[key].as_str().unwrap().to_owned();
            format!("{} {} {}", text("call_id"), text("name"), text("arguments"))
        });
        summary.collect::<Vec<_>>()
    };
    let (f, g) = ("a f {\"x\":1}", "b g {}");
    assert_eq!(calls(&[pieces(&[("a", "f", "{\"x\":1}")]), pieces(&[("b", "g", "{}")])]), [f, g]);
    assert_eq!(calls(&[pieces(&[("a", "f", "{\"x\":1}"), ("b", "g", "{}")])]), [f, g]);
    let split = [
        pieces(&[("a", "f", "")]),
        pieces(&[("", "", "{\"x\"")]),
        pieces(&[("a", "", ":1}")]),
        pieces(&[("b", "g", "{")]),
    ];
    assert_eq!(calls(&[&split[..], &[pieces(&[("", "", "}")])]].concat()), [f, g]);
    assert_eq!(
        calls(&[pieces(&[("", "f", "{}")]), pieces(&[("", "g", "{}")])]),
        ["call_1_0 f {}", "call_1_1 g {}"]
    );
}

/// OpenAI's specification requires lists (`LogProb`), and its SDKs parse them strictly. In chat, both may be null.
#[test]
fn log_probabilities_have_the_lists_that_a_response_must_have() {
    let token = |more: Value| {
        let mut token = json!({"token": "é", "logprob": -1.0});
        token.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        token
    };
    let sent = json!([
        token(
            json!({"bytes": null, "top_logprobs": [token(json!({"bytes": null})), token(json!({"bytes": [195, 169]}))]})
        ),
        token(json!({"bytes": [195, 169], "top_logprobs": null, "x": null})),
        token(json!({})),
    ]);
    let expected = json!([
        token(
            json!({"bytes": [], "top_logprobs": [token(json!({"bytes": []})), token(json!({"bytes": [195, 169]}))]})
        ),
        token(json!({"bytes": [195, 169], "top_logprobs": [], "x": null})),
        token(json!({"bytes": [], "top_logprobs": []})),
    ]);
    let logprobs = json!({"content": sent, "refusal": null});
    let summary =
        whole(&[chunk(json!({"index": 0, "delta": {"content": "é"}, "logprobs": logprobs})), finish("stop")]);
    assert_eq!(summary.of("output_text.delta")[0]["logprobs"], expected);
    assert_eq!(summary.of("output_text.done")[0]["logprobs"], expected);
    let mut source = chat(&json!({"content": "é"}), "stop");
    source["choices"][0]["logprobs"] = logprobs;
    assert_eq!(answered(&source)["output"][0]["content"][0]["logprobs"], expected);
}

#[test]
fn log_probabilities_come_with_their_text() {
    let token = |text: &str| json!({"token": text, "logprob": -1.0, "bytes": [97], "top_logprobs": []});
    let with = |text: &str| {
        chunk(
            json!({"index": 0, "delta": {"content": text}, "logprobs": {"content": [token(text)], "refusal": null}}),
        )
    };
    let summary = whole(&[with("a"), with("b"), finish("stop")]);
    assert_eq!(summary.of("output_text.delta")[1]["logprobs"], json!([token("b")]));
    assert_eq!(summary.of("output_text.done")[0]["logprobs"], json!([token("a"), token("b")]));
    assert_eq!(
        summary.last()["response"]["output"][0]["content"][0]["logprobs"],
        json!([token("a"), token("b")])
    );
}

/// Generates a chat answer, and its chunks with texts cut at `size` characters.
fn cut(message: &Value, reason: &str, size: usize) -> Vec<Value> {
    let pieces = |text: &Value| -> Vec<String> {
        let text: Vec<char> = text.as_str().unwrap_or_default().chars().collect();
        text.chunks(size).map(|piece| piece.iter().collect()).collect()
    };
    let mut chunks = vec![delta(json!({"role": "assistant", "content": ""}))];
    for key in ["reasoning_content", "content", "refusal"] {
        chunks.extend(pieces(&message[key]).into_iter().map(|piece| delta(json!({ key: piece }))));
    }
    if let Some(annotations) = message.get("annotations") {
        chunks.push(delta(json!({ "annotations": annotations })));
    }
    for (index, call) in message["tool_calls"].as_array().into_iter().flatten().enumerate() {
        let (kind, slot) =
            if call["type"] == "custom" { ("custom", "input") } else { ("function", "arguments") };
        let mut first = call.clone();
        first["index"] = json!(index);
        let text = first[kind][slot].take();
        first[kind][slot] = json!("");
        chunks.push(delta(json!({ "tool_calls": [first] })));
        chunks.extend(
            pieces(&text)
                .into_iter()
                .map(|piece| delta(json!({"tool_calls": [{"index": index, kind: {slot: piece}}]}))),
        );
    }
    chunks.push(finish(reason));
    let mut usage = chunk(json!({}));
    usage["choices"] = json!([]);
    usage["usage"] = json!({"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7});
    chunks.push(usage);
    chunks
}

proptest! {
    #[test]
    fn a_stream_ends_with_the_response_of_the_whole_answer(
        message in message(), reason in "stop|length|tool_calls|content_filter", size in 1usize..20,
    ) {
        let summary = whole(&cut(&message, &reason, size));
        prop_assert!(summary.done);
        prop_assert_eq!(collected(&summary.events), answered(&chat(&message, &reason)));
    }

    #[test]
    fn whatever_upstream_sends_becomes_events(
        chunks in prop::collection::vec(
            prop_oneof![
                Just(json!(1)), Just(json!({"choices": [{"delta": {"tool_calls": [{"index": 3}, {}, null]}}]})),
                Just(json!({"choices": [{"delta": {"content": "x", "annotations": [1, {"type": "x", "x": 2}]}}]})),
                Just(json!({"choices": [{"finish_reason": 5, "delta": null}], "usage": {}})), Just(json!({"id": 5, "choices": {}})),
                Just(json!({"choices": [{"delta": {"id": "x", "audio": {"id": 1}, "thought": "y", "refusal": "r"}}]})),
                Just(delta(json!({"content": "y", "reasoning": "z", "refusal": "s"}))), Just(finish("length")),
            ],
            0..12,
        ),
    ) {
        let summary = streamed(&chunks);
        prop_assert!(summary.done && !summary.events.is_empty());
    }
}
