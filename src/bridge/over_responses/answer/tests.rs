use serde_json::{Value, json};

use super::*;

fn answered(response: &Value, stop: &[&str]) -> Result<Value, NoAnswer> {
    let stop = stop.iter().map(|stop| (*stop).to_owned()).collect();
    let response = Document::parse(response.to_string().into(), ANSWER_DEPTH).unwrap();
    let answer = answer(&response, &Reply { resource: "east".into(), stop })?;
    Ok(serde_json::from_slice(&answer).unwrap())
}

fn response(output: &Value) -> Value {
    json!({"id": "resp_1", "object": "response", "created_at": 1_741_476_777, "status": "completed", "error": null,
        "incomplete_details": null, "model": "gpt-5.6-2026-05-01", "output": output, "service_tier": "default",
        "usage": {"input_tokens": 5, "output_tokens": 7, "total_tokens": 12}})
}

fn text(text: &str, annotations: &Value) -> Value {
    json!({"type": "output_text", "text": text, "annotations": annotations, "logprobs": []})
}

fn message_item(content: &Value) -> Value {
    json!({"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": content})
}

fn message_of(output: &Value) -> Value {
    answered(&response(output), &[]).unwrap()["choices"][0]["message"].clone()
}

#[test]
fn a_text_is_a_whole_completion() {
    let output = json!([{"type": "reasoning", "id": "rs_1", "summary": []}, message_item(&json!([text("Hi ☺", &json!([]))]))]);
    assert_eq!(
        answered(&response(&output), &[]).unwrap(),
        json!({"id": "chatcmpl-1", "object": "chat.completion", "created": 1_741_476_777,
            "model": "gpt-5.6-2026-05-01", "choices": [{"index": 0, "message": {"role": "assistant",
            "content": "Hi ☺", "refusal": null, "annotations": []}, "logprobs": null, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12}, "service_tier": "default"})
    );
}

#[test]
fn texts_keep_their_escapes() {
    let response = r#"{"id":"x","created_at":17.5e0,"output":[{"type":"message","content":[
        {"type":"output_text","text":"a\u00e9\/\ud83d\ude00"},{"type":"output_text","text":"\ud800"}]}]}"#;
    let response = Document::parse(response.into(), ANSWER_DEPTH).unwrap();
    let answer = answer(&response, &Reply::default()).unwrap();
    let expected = r#"{"id":"chatcmpl-x","object":"chat.completion","created":17,"model":"","choices":[{"index":0,"message":{"role":"assistant","content":"a\u00e9\/\ud83d\ude00\ud800","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}]}"#;
    assert_eq!(answer, expected);
}

#[test]
fn messages_are_joined_and_a_refusal_is_apart() {
    let output = json!([
        message_item(&json!([text("One. ", &json!([])), {"type": "refusal", "refusal": "I can"}])),
        message_item(&json!([{"type": "refusal", "refusal": "not."}, text("Two.", &json!([]))])),
    ]);
    let message = message_of(&output);
    assert_eq!((&message["content"], &message["refusal"]), (&json!("One. Two."), &json!("I cannot.")));
    let message = message_of(&json!([message_item(&json!([{"type": "refusal", "refusal": "No."}]))]));
    assert_eq!((&message["content"], &message["refusal"]), (&json!(null), &json!("No.")));
    assert_eq!(message.get("azgate"), None, "a chat message has a place for all of it");
}

#[test]
fn calls_keep_their_order_and_their_own_ids() {
    let output = json!([
        {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "f", "arguments": "{\"a\":1}"},
        {"type": "custom_tool_call", "id": "ctc_1", "call_id": "call_2", "name": "g", "input": "x\ny"},
        {"type": "function_call", "id": "fc_2", "call_id": "call_3", "name": "f", "arguments": ""},
    ]);
    let answer = answered(&response(&output), &[]).unwrap();
    let choice = &answer["choices"][0];
    assert_eq!(
        (&choice["finish_reason"], &choice["message"]["content"]),
        (&json!("tool_calls"), &json!(null))
    );
    assert_eq!(
        choice["message"]["tool_calls"],
        json!([
            {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{\"a\":1}"}},
            {"id": "call_2", "type": "custom", "custom": {"name": "g", "input": "x\ny"}},
            {"id": "call_3", "type": "function", "function": {"name": "f", "arguments": ""}},
        ])
    );
}

#[test]
fn an_answer_without_content_has_an_empty_text() {
    assert_eq!(message_of(&json!([]))["content"], "");
    assert_eq!(message_of(&json!([{"type": "reasoning", "id": "rs_1", "summary": []}]))["content"], "");
    let call = json!({"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"});
    assert_eq!(message_of(&json!([call]))["content"], Value::Null);
    let refusal = message_item(&json!([{"type": "refusal", "refusal": "no"}]));
    assert_eq!(message_of(&json!([refusal]))["content"], Value::Null);
}

#[test]
fn an_answer_that_was_cut_has_its_reason() {
    for (reason, expected) in [("max_output_tokens", "length"), ("content_filter", "content_filter")] {
        let mut response = response(&json!([message_item(&json!([text("Once", &json!([]))]))]));
        response["status"] = json!("incomplete");
        response["incomplete_details"] = json!({ "reason": reason });
        response["content_filters"] = json!([{"source_type": "completion", "blocked": true,
            "content_filter_results": {"violence": {"filtered": true, "severity": "high"}}}]);
        let answer = answered(&response, &[]).unwrap();
        assert_eq!(answer["choices"][0]["finish_reason"], expected);
        assert_eq!(answer["choices"][0]["content_filter_results"]["violence"]["filtered"], true);
    }
}

#[test]
fn a_failure_is_an_error_with_its_status() {
    let mut failed = response(&json!([]));
    failed["status"] = json!("failed");
    failed["error"] = json!({"code": "rate_limit_exceeded", "message": "Slow down."});
    let (code, message) = ("rate_limit_exceeded".to_owned(), "Slow down.".to_owned());
    assert_eq!(answered(&failed, &[]), Err(NoAnswer::Failed { code, message, status: 429 }));
}

#[test]
fn a_body_that_is_not_a_finished_response_is_refused() {
    let mut waiting = response(&json!([]));
    waiting["status"] = json!("queued");
    for body in [waiting, json!({"choices": []}), json!([1]), json!({"output": "x"})] {
        assert_eq!(answered(&body, &[]), Err(NoAnswer::NotAResponse), "{body}");
    }
}

#[test]
fn tokens_become_the_logprobs_of_the_choice() {
    let token = |token: &str| json!({"token": token, "logprob": -0.1, "bytes": [1], "top_logprobs": []});
    let part =
        |text: &str, tokens: &[Value]| json!({"type": "output_text", "text": text, "logprobs": tokens});
    let output =
        json!([message_item(&json!([part("ab", &[token("a"), token("b")]), part("c", &[token("c")])]))]);
    let choice = |stop: &[&str]| answered(&response(&output), stop).unwrap()["choices"][0].clone();
    let tokens = |tokens: &[&str]| json!({"content": tokens.iter().map(|one| token(one)).collect::<Vec<_>>(), "refusal": null});
    assert_eq!(choice(&[])["logprobs"], tokens(&["a", "b", "c"]));
    assert_eq!(choice(&["c"])["logprobs"], tokens(&["a", "b"]));
}

#[test]
fn a_very_long_list_of_tokens_is_copied() {
    let tokens = "0,".repeat(1 << 18) + "0";
    let response = format!(
        r#"{{"output":[{{"type":"message","content":[{{"type":"output_text","text":"a","logprobs":[{tokens}]}}]}}]}}"#
    );
    let response = Document::parse(response.into(), ANSWER_DEPTH).unwrap();
    let answer = String::from_utf8(answer(&response, &Reply::default()).unwrap().to_vec()).unwrap();
    assert!(answer.contains(&format!(r#""logprobs":{{"content":[{tokens}],"refusal":null}}"#)));
}

#[test]
fn citations_of_pages_are_nested_and_all_offsets_moved() {
    let page = |start: u32, end: u32| {
        json!({"type": "url_citation", "url": "https://a/é", "title": "A \"b\"",
        "start_index": start, "end_index": end})
    };
    let files = json!([
        {"type": "file_citation", "file_id": "f1", "filename": "a.pdf", "index": 2},
        {"type": "container_file_citation", "container_id": "c", "file_id": "f2", "filename": "b.png",
            "start_index": 0, "end_index": 1},
        {"type": "file_path", "file_id": "f3", "index": 3},
        {"type": "new", "index": 4, "more": {"x": 1}},
    ]);
    let first = text("a😀\n", &json!([page(0, 1)]));
    let output = json!([
        message_item(&json!([first, text("dé", &json!([page(0, 2)]))])),
        message_item(&json!([text("f", &files)]))
    ]);
    let message = message_of(&output);
    let nested = |start: u32, end: u32| {
        let mut page = page(start, end);
        page.as_object_mut().unwrap().remove("type");
        json!({"type": "url_citation", "url_citation": page})
    };
    let file = json!({"url": "azgate:file/f1", "title": "a.pdf", "start_index": 7, "end_index": 7});
    assert_eq!(
        message["annotations"],
        json!([nested(0, 1), nested(3, 5), {"type": "url_citation", "url_citation": file}]),
        "chat knows citations of pages alone"
    );
    assert_eq!(
        message["azgate"],
        json!({"resource": "east", "output": output, "annotations": [
            {"type": "file_citation", "file_id": "f1", "filename": "a.pdf", "index": 7},
            {"type": "container_file_citation", "container_id": "c", "file_id": "f2", "filename": "b.png",
                "start_index": 5, "end_index": 6},
            {"type": "file_path", "file_id": "f3", "index": 8},
            {"type": "new", "index": 4, "more": {"x": 1}}]})
    );
    let context = json!({"citations": [{"content": "", "title": "A \"b\"", "url": "https://a/é", "filepath": null,
        "chunk_id": null}], "intent": "[]"});
    assert_eq!(message["context"], context, "a page that is cited twice is one citation");
}

#[test]
fn citations_have_every_member_that_strict_clients_need() {
    let annotations = json!([
        {"type": "url_citation", "url": "u", "title": null, "start_index": "0", "new": 1},
        {"type": "url_citation", "title": "no page"},
        {"type": "file_citation", "file_id": "f\"1"},
        {"type": "file_citation", "filename": "no file"},
        {"type": "url_citation", "url_citation": {"url": "nested"}},
        7,
    ]);
    let message =
        message_of(&json!([message_item(&json!([text("a", &json!([])), text("b", &annotations)]))]));
    let page = |url: &str, title: &str| json!({"url": url, "title": title, "start_index": 1, "end_index": 1});
    let mut first = page("u", "u");
    first["new"] = json!(1);
    let cited: Vec<Value> = [first, page("azgate:file/f\"1", "f\"1"), json!({"url": "nested"})]
        .map(|citation| json!({"type": "url_citation", "url_citation": citation}))
        .into();
    assert_eq!(message["annotations"], json!(cited));
    assert_eq!(
        message["azgate"],
        json!({"resource": "east", "output": [{"type": "message"}],
            "annotations": [annotations[1], annotations[2], annotations[3], 7]})
    );
}

#[test]
fn search_results_become_the_context() {
    let search = json!({"type": "file_search_call", "id": "fs_1", "status": "completed", "queries": ["what \"is\" é?"],
        "results": [{"file_id": "file-1", "filename": "a.pdf", "text": "It is.\n", "score": 0.9, "attributes": {}}]});
    let message = message_of(&json!([search, message_item(&json!([text("It is.", &json!([]))]))]));
    assert_eq!(
        message["context"]["citations"],
        json!([{"content": "It is.\n", "title": "a.pdf", "url": null,
        "filepath": "a.pdf", "chunk_id": "file-1"}])
    );
    let intent: Value = serde_json::from_str(message["context"]["intent"].as_str().unwrap()).unwrap();
    assert_eq!(intent, json!(["what \"is\" é?"]));
    assert_eq!(message["azgate"], json!({"resource": "east", "output": [search, {"type": "message"}]}));
}

#[test]
fn reasoning_is_shown_and_its_encrypted_form_kept() {
    let reasoning = json!({"type": "reasoning", "id": "rs_1", "encrypted_content": "gAAA", "summary": [
        {"type": "summary_text", "text": "**One**"}, {"type": "summary_text", "text": ""},
        {"type": "summary_text", "text": "Two"}]});
    let bare = json!({"type": "reasoning", "id": "rs_2", "summary": [], "encrypted_content": null});
    let own = json!({"type": "reasoning", "id": "rs_3", "summary": [],
        "content": [{"type": "reasoning_text", "text": "Three"}]});
    let call =
        json!({"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "f", "arguments": "{}"});
    let mut message = message_item(&json!([text("Hi", &json!([]))]));
    message["phase"] = json!("final_answer");
    let message = message_of(&json!([reasoning, bare, own, message, call]));
    assert_eq!(message["reasoning_content"], "**One**\n\nTwo\n\nThree");
    assert_eq!(
        message["azgate"]["output"],
        json!([reasoning, {"type": "message", "phase": "final_answer"},
            {"type": "function_call", "call_id": "call_1"}])
    );
}

#[test]
fn several_messages_are_kept_whole_beside_other_items() {
    let (one, two) =
        (message_item(&json!([text("1", &json!([]))])), message_item(&json!([text("2", &json!([]))])));
    let run = json!({"type": "code_interpreter_call", "id": "ci_1", "code": "1", "outputs": [{"type": "logs", "logs": "1"}]});
    assert_eq!(message_of(&json!([one, run, two]))["azgate"]["output"], json!([one, run, two]));
    assert_eq!(message_of(&json!([one, two])).get("azgate"), None);
}

#[test]
fn a_stop_sequence_cuts_the_text_and_the_calls_behind_it() {
    let page = |start: u32| json!({"type": "url_citation", "url": "u", "title": "t", "start_index": start, "end_index": start});
    let output = json!([
        {"type": "web_search_call", "id": "ws_1"},
        message_item(&json!([{"type": "refusal", "refusal": "a<END>b"}, text("é<E", &json!([page(0), page(1)]))])),
        message_item(&json!([text("ND> more", &json!([page(5)]))])),
        {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "<END>"},
    ]);
    let choice = answered(&response(&output), &["<STOP>", "<END>"]).unwrap()["choices"][0].clone();
    let message = &choice["message"];
    assert_eq!((&choice["finish_reason"], &message["content"]), (&json!("stop"), &json!("é")));
    assert_eq!(message["refusal"], "a<END>b");
    assert_eq!(message["tool_calls"], json!(null));
    assert_eq!(message["annotations"].as_array().unwrap().len(), 1);
    assert_eq!(
        message["azgate"]["output"],
        json!([{"type": "web_search_call", "id": "ws_1"}, {"type": "message"}, {"type": "function_call", "call_id": "call_1"}])
    );
    let choice = answered(&response(&output), &["not there"]).unwrap()["choices"][0].clone();
    assert_eq!(
        (&choice["finish_reason"], &choice["message"]["content"]),
        (&json!("tool_calls"), &json!("é<END> more"))
    );
}

#[test]
fn citations_behind_the_cut_are_left_out() {
    let page = |url: &str, start: u32| json!({"type": "url_citation", "url": url, "title": "t", "start_index": start, "end_index": start});
    let file = |id: &str, index: u32| json!({"type": "file_citation", "file_id": id, "filename": "n", "index": index});
    let annotations = json!([page("a", 0), page("b", 2), file("c", 2), file("d", 3)]);
    let output = json!([message_item(&json!([
        text("ab<END>", &annotations),
        text("", &json!([page("e", 0), file("f", 0)]))
    ]))]);
    let cut = answered(&response(&output), &["<END>"]).unwrap()["choices"][0]["message"].clone();
    let urls =
        |list: &Value| list.as_array().unwrap().iter().map(|one| one["url"].clone()).collect::<Vec<_>>();
    assert_eq!(urls(&cut["context"]["citations"]), ["a"]);
    let cited: Vec<Value> =
        cut["annotations"].as_array().unwrap().iter().map(|one| one["url_citation"].clone()).collect();
    assert_eq!(urls(&json!(cited)), ["a", "azgate:file/c"]);
    assert_eq!(cut["azgate"]["annotations"], json!([file("c", 2)]));
}

#[test]
fn a_stop_sequence_does_not_continue_behind_another_item() {
    let call = json!({"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"});
    let thought = json!({"type": "reasoning", "summary": [{"type": "summary_text", "text": "t"}]});
    let refusal = message_item(&json!([{"type": "refusal", "refusal": "no"}]));
    let (one, two) = (
        message_item(&json!([text("a<E", &json!([]))])),
        message_item(&json!([text("ND> <END>", &json!([]))])),
    );
    let content = |output: &Value| {
        answered(&response(output), &["<END>"]).unwrap()["choices"][0]["message"]["content"].clone()
    };
    for between in [call, thought, refusal] {
        assert_eq!(content(&json!([one, between, two])), "a<END> ", "{between}");
    }
    let nothing = json!({"type": "reasoning", "summary": [{"type": "summary_text", "text": ""}]});
    for between in [nothing, json!({"type": "web_search_call"})] {
        assert_eq!(content(&json!([one, between, two])), "a", "{between}");
    }
}

#[test]
fn a_text_that_is_not_unicode_is_cut_and_keeps_its_escapes() {
    let response = r#"{"output":[{"type":"message","content":[{"type":"output_text","text":"\u00e9\ud800 \ud83d\ude00\u0045ND b"}]}]}"#;
    let response = Document::parse(response.into(), ANSWER_DEPTH).unwrap();
    let reply = Reply { stop: vec!["\u{1f600}END".to_owned()], ..Reply::default() };
    let answer = String::from_utf8(answer(&response, &reply).unwrap().to_vec()).unwrap();
    assert!(answer.contains(r#""content":"\u00e9\ud800 ","#), "{answer}");
    assert!(answer.contains(r#""finish_reason":"stop""#), "{answer}");
}

#[test]
fn a_cut_text_has_the_mark_of_the_message_with_the_cut() {
    let phased = |mut message: Value, phase: &str| {
        message["phase"] = json!(phase);
        message
    };
    let one = |content: &str| message_item(&json!([text(content, &json!([]))]));
    let output = json!([
        phased(one("a"), "commentary"),
        phased(one("b<END>"), "final_answer"),
        phased(one("c"), "new")
    ]);
    let output_of = |stop: &str| {
        answered(&response(&output), &[stop]).unwrap()["choices"][0]["message"]["azgate"]["output"].clone()
    };
    assert_eq!(output_of("<END>"), json!([{"type": "message", "phase": "final_answer"}]));
    assert_eq!(output_of("a"), json!([{"type": "message", "phase": "commentary"}]));
    assert_eq!(output_of("not there"), output);
}

#[test]
fn a_phase_alone_is_kept() {
    let phased = |phase: Value| {
        let mut message = message_item(&json!([text("t", &json!([]))]));
        message["phase"] = phase;
        message
    };
    let call = json!({"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"});
    for phase in ["commentary", "final_answer"] {
        let mark = json!({"type": "message", "phase": phase});
        let stub = json!({"type": "function_call", "call_id": "c"});
        assert_eq!(message_of(&json!([phased(json!(phase))]))["azgate"]["output"], json!([mark]));
        let with_call = message_of(&json!([phased(json!(phase)), call]));
        assert_eq!(with_call["azgate"]["output"], json!([mark, stub]));
    }
    assert_eq!(message_of(&json!([phased(json!(null))])).get("azgate"), None);
    let two = json!([phased(json!("commentary")), phased(json!("final_answer"))]);
    assert_eq!(message_of(&two)["azgate"]["output"], two);
}

#[test]
fn unknown_parts_are_kept_in_their_message() {
    let new = json!({"type": "output_hologram", "data": {"deep": [[1.0e3]]}});
    let mixed = message_item(&json!([text("a", &json!([])), new, {"type": "refusal", "refusal": "no"}]));
    let message = message_of(&json!([mixed]));
    assert_eq!((&message["content"], &message["refusal"]), (&json!("a"), &json!("no")));
    assert_eq!(message["azgate"]["output"], json!([mixed]));
    for odd in
        [json!([{"text": "no type"}]), json!([{"type": "output_text", "text": 1}]), json!([7]), json!("text")]
    {
        assert_eq!(message_of(&json!([message_item(&odd)]))["azgate"]["output"], json!([message_item(&odd)]));
    }
    for nothing in [json!([]), json!(null)] {
        assert_eq!(message_of(&json!([message_item(&nothing)])).get("azgate"), None);
    }
    let thought = json!({"type": "reasoning", "summary": [], "content": [new]});
    assert_eq!(message_of(&json!([thought]))["azgate"]["output"], json!([thought]));
    let cut = answered(&response(&json!([mixed])), &["a"]).unwrap()["choices"][0]["message"].clone();
    assert_eq!(cut["azgate"]["output"], json!([{"type": "message", "content": [new]}]));
    // The item holds more values than azgate parses.
    let many = message_item(&json!([{"type": "output_hologram", "data": vec![0; 1 << 18]}]));
    assert_eq!(message_of(&json!([many]))["azgate"]["output"], json!([many]));
}

#[test]
fn an_offset_that_overflows_does_not_panic() {
    let page = json!({"type": "url_citation", "url": "u", "title": "t", "start_index": u64::MAX, "end_index": u64::MAX});
    let output = json!([
        message_item(&json!([text("a", &json!([]))])),
        message_item(&json!([text("b<", &json!([page.clone()]))]))
    ]);
    assert_eq!(
        message_of(&output)["annotations"][0]["url_citation"]["start_index"],
        json!(u64::MAX),
        "the text before moves it no further"
    );
    let cut = answered(&response(&output), &["<"]).unwrap();
    assert_eq!(cut["choices"][0]["message"]["annotations"], json!([]));
}

#[test]
fn the_namespace_of_a_called_tool_is_kept_for_the_replay() {
    let output = json!([{"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}", "namespace": "crm"},
        {"type": "function_call", "call_id": "call_2", "name": "f", "arguments": "{}"}]);
    assert_eq!(
        message_of(&output)["azgate"],
        json!({"resource": "east", "output": [{"type": "function_call", "call_id": "call_1", "namespace": "crm"},
            {"type": "function_call", "call_id": "call_2"}]})
    );
}

#[test]
fn a_request_for_an_approval_is_said_and_kept() {
    let request = json!({"type": "mcp_approval_request", "id": "mcpr_1", "server_label": "gh", "name": "list",
        "arguments": "{\"a\": \"b\"}"});
    let notice = "The MCP server `gh` waits for an approval before it runs `list` with {\"a\": \"b\"}. A chat completion \
                  cannot give it: set `require_approval` of this tool to \"never\", or call /v1/responses and answer \
                  `mcpr_1` there.";
    let message = message_of(&json!([request]));
    assert_eq!(message["content"], notice);
    assert_eq!(message["azgate"]["output"], json!([request]));
    let said = message_of(&json!([message_item(&json!([text("I look.", &json!([]))])), request, request]));
    assert_eq!(said["content"], format!("I look.\n\n{notice}\n\n{notice}"));
}
