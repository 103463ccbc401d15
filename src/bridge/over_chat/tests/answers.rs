use serde_json::json;

use super::{answered, parsed, reply};
use crate::bridge::over_chat::{NotAnAnswer, Reply, answer, testing::chat};

#[test]
fn a_text_answer_is_a_response() {
    let mut source = chat(&json!({"role": "assistant", "content": "Hi \"you\"", "refusal": null}), "stop");
    source["usage"]["prompt_tokens_details"] = json!({"cached_tokens": 2, "audio_tokens": 0});
    source["usage"]["completion_tokens_details"] =
        json!({"reasoning_tokens": 1, "accepted_prediction_tokens": 0});
    source["usage"]["latency"] = json!(5);
    source["service_tier"] = json!("default");
    source["system_fingerprint"] = json!("fp");
    source["metadata"] = json!({"theirs": "x"});
    assert_eq!(
        answered(&source),
        json!({
            "id": "resp_1", "object": "response", "created_at": 7, "status": "completed", "error": null,
            "incomplete_details": null, "model": "gpt-4-0125",
            "output": [{"id": "msg_1_0", "type": "message", "status": "completed", "role": "assistant", "content": [
                {"type": "output_text", "text": "Hi \"you\"", "annotations": [], "logprobs": []}]}],
            "usage": {
                "input_tokens": 3, "input_tokens_details": {"cached_tokens": 2, "cache_write_tokens": 0, "audio_tokens": 0},
                "output_tokens": 4, "output_tokens_details": {"reasoning_tokens": 1, "accepted_prediction_tokens": 0},
                "total_tokens": 7, "latency": 5},
            "service_tier": "default", "system_fingerprint": "fp",
            "store": false, "tools": [], "metadata": {"a": "b"},
        })
    );
}

#[test]
fn reasoning_refusals_calls_and_unknown_members_are_kept() {
    let message = json!({
        "role": "assistant", "content": "a", "refusal": "no", "reasoning_content": "hm",
        "annotations": [{"type": "url_citation", "url_citation": {"url": "u", "title": "t", "start_index": 0, "end_index": 1}}],
        "context": {"intent": "x"}, "audio": null,
        "tool_calls": [
            {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}},
            {"id": "call_2", "type": "custom", "custom": {"name": "g", "input": "x"}},
        ],
    });
    let mut source = chat(&message, "tool_calls");
    let logprobs = json!([{"token": "a", "logprob": -0.5, "bytes": [97], "top_logprobs": []}]);
    source["choices"][0]["logprobs"] = json!({"content": logprobs, "refusal": null});
    let response = answered(&source);
    assert_eq!(
        response["output"],
        json!([
            {"id": "rs_1", "type": "reasoning", "summary": [], "content": [{"type": "reasoning_text", "text": "hm"}]},
            {"id": "msg_1_0", "type": "message", "status": "completed", "role": "assistant", "context": {"intent": "x"}, "content": [
                {"type": "output_text", "text": "a", "logprobs": logprobs,
                 "annotations": [{"type": "url_citation", "url": "u", "title": "t", "start_index": 0, "end_index": 1}]},
                {"type": "refusal", "refusal": "no"}]},
            {"id": "fc_call_1", "type": "function_call", "status": "completed", "call_id": "call_1", "name": "f", "arguments": "{}"},
            {"id": "ctc_call_2", "type": "custom_tool_call", "status": "completed", "call_id": "call_2", "name": "g", "input": "x"},
        ])
    );
}

#[test]
fn a_cut_answer_is_incomplete_and_so_is_its_last_item() {
    let calls = json!([{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{\"a"}}]);
    let message = json!({"content": "a", "tool_calls": calls});
    for (finish, reason) in [("length", "max_output_tokens"), ("content_filter", "content_filter")] {
        let response = answered(&chat(&message, finish));
        assert_eq!(response["status"], "incomplete");
        assert_eq!(response["incomplete_details"], json!({"reason": reason}));
        let statuses: Vec<_> =
            response["output"].as_array().unwrap().iter().map(|item| &item["status"]).collect();
        assert_eq!(statuses, ["completed", "incomplete"]);
    }
}

#[test]
fn the_filters_verdicts_are_one_list() {
    let safe = json!({"hate": {"filtered": false, "severity": "safe"}});
    let jailbreak = json!({"jailbreak": {"filtered": true, "detected": true}});
    let mut source = chat(&json!({"content": "a"}), "stop");
    source["prompt_filter_results"] = json!([{"prompt_index": 0, "content_filter_results": jailbreak}]);
    source["choices"][0]["content_filter_results"] = safe.clone();
    assert_eq!(
        answered(&source)["content_filters"],
        json!([
            {"blocked": true, "source_type": "prompt", "prompt_index": 0, "content_filter_results": jailbreak},
            {"blocked": false, "source_type": "completion", "content_filter_results": safe},
        ])
    );
}

#[test]
fn only_the_first_choice_counts_and_an_empty_one_gives_nothing() {
    let mut source = chat(&json!({"content": ""}), "stop");
    let choices = source["choices"].as_array_mut().unwrap();
    choices.insert(0, json!({"index": 1, "message": {"content": "other"}, "finish_reason": "length"}));
    let response = answered(&source);
    assert_eq!((&response["output"], &response["status"]), (&json!([]), &json!("completed")));
    assert_eq!(answered(&json!({"choices": []}))["id"], "resp_");
}

#[test]
fn a_body_that_is_not_an_answer_is_refused() {
    for other in ["{}", "[]", r#"{"error":{"message":"x"}}"#, r#"{"choices":{}}"#] {
        assert_eq!(answer(&parsed(other), &reply()), Err(NotAnAnswer));
    }
}

#[test]
fn values_keep_their_spelling() {
    let source =
        r#"{"id":"chatcmpl-\u0031","created":1.0,"choices":[{"message":{"content":"\u00e9\ud800/\/"}}]}"#;
    let response = answer(&parsed(source), &Reply::default()).unwrap();
    let response = String::from_utf8(response.to_vec()).unwrap();
    assert!(response.contains(r#""text":"\u00e9\ud800/\/""#), "{response}");
    assert!(response.contains(r#""id":"resp_\u0031","object":"response","created_at":1.0,"#), "{response}");
}
