//! Access to objects that Azure stores: allowed with one key or none. With more keys, the operator must allow it.

use crate::{
    responses_api::{RESPONSE, ask, asked},
    support::{Proxy, Raw, Refused, Reply, Upstream, hello, key, upstream::Received},
};

fn two_keys(more: &str) -> String {
    key("team-a", "secret-a", "") + &key("team-b", "secret-b", "requests_per_minute = 1") + more
}

const TEAM_A: &str = "api-key: secret-a\r\n";

#[tokio::test]
async fn with_more_than_one_key_a_stored_response_is_not_found() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, &two_keys("")).await;
    for (method, behind) in
        [("GET", ""), ("HEAD", ""), ("DELETE", ""), ("POST", "/cancel"), ("GET", "/input_items")]
    {
        let path = format!("/v1/responses/resp_1{behind}");
        let mut raw = Raw::connect(&proxy).await;
        raw.send(format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n{TEAM_A}connection: close\r\n\r\n"))
            .await;
        let answer = raw.rest().await;
        assert!(answer.starts_with("HTTP/1.1 404 "), "{method}: {answer}");
        if method != "HEAD" {
            let refused = Refused::read(404, answer.split_once("\r\n\r\n").unwrap().1);
            assert_eq!(refused.summary(), (404, "invalid_request_error", "not_found", None), "{path}");
            assert!(
                refused.message.contains("resp_1") && refused.message.contains("ask the operator"),
                "{refused:?}"
            );
        }
    }
    // azgate checks the key and its limit first.
    assert_eq!(ask(&proxy, "GET", "/v1/responses/resp_1", "", "").await.status, 401);
    for expected in [404, 429] {
        let team_b = "authorization: Bearer secret-b\r\n";
        assert_eq!(ask(&proxy, "GET", "/v1/responses/resp_1", team_b, "").await.status, expected);
    }
    upstream.untouched();
}

/// A member for each place where a call can name an object, and the path of the id.
const NAMED: &[(&str, &str)] = &[
    (r#""previous_response_id":"id_1""#, "previous_response_id"),
    (r#""conversation":"id_1""#, "conversation"),
    (r#""conversation":{"id":"id_1"}"#, "conversation.id"),
    (r#""prompt":{"id":"id_1","version":"2"}"#, "prompt.id"),
    (r#""input":[{"role":"user","content":"Hi"},{"type":"item_reference","id":"id_1"}]"#, "input[1].id"),
    (r#""input":[{"id":"id_1"}]"#, "input[0].id"),
    (r#""input":[{"type":"reasoning","id":"id_1","summary":[]}]"#, "input[0].id"),
    (
        r#""input":[{"role":"user","content":[{"type":"input_text","text":"Hi"},{"type":"input_file","file_id":"id_1"}]}]"#,
        "input[0].content[1].file_id",
    ),
    (
        r#""input":[{"role":"user","content":[{"type":"input_image","file_id":"id_1"}]}]"#,
        "input[0].content[0].file_id",
    ),
    (
        r#""input":[{"type":"function_call_output","call_id":"c","output":[{"type":"input_file","file_id":"id_1"}]}]"#,
        "input[0].output[0].file_id",
    ),
    (r#""tools":[{"type":"file_search","vector_store_ids":["id_1"]}]"#, "tools[0].vector_store_ids[0]"),
    (r#""tools":[{"type":"code_interpreter","container":"id_1"}]"#, "tools[0].container"),
    (
        r#""tools":[{"type":"code_interpreter","container":{"type":"auto","file_ids":["id_1"]}}]"#,
        "tools[0].container.file_ids[0]",
    ),
    (
        r#""tool_resources":{"file_search":{"vector_store_ids":["id_1"]}}"#,
        "tool_resources.file_search.vector_store_ids[0]",
    ),
    (
        r#""tool_resources":{"code_interpreter":{"file_ids":["id_1"]}}"#,
        "tool_resources.code_interpreter.file_ids[0]",
    ),
    (
        r#""data_sources":[{"type":"file_search","parameters":{"vector_store_id":"id_1"}}]"#,
        "data_sources[0].parameters.vector_store_id",
    ),
    (
        r#""messages":[{"role":"user","content":[{"type":"file","file":{"file_id":"id_1"}}]}]"#,
        "messages[0].content[0].file.file_id",
    ),
    (r#""messages":[{"role":"assistant","audio":{"id":"id_1"}}]"#, "messages[0].audio.id"),
];

/// Chat calls that name an object only after bridging, or in formats that the bridge corrects, and the path of the id.
const NAMED_AFTER_BRIDGING: &[(&str, &str)] = &[
    (
        r#""messages":[{"role":"assistant","tool_calls":[{"type":"item_reference","id":"id_1"}]}]"#,
        "input[0].id",
    ),
    (
        r#""messages":[{"role":"assistant","tool_calls":[{"type":"code_interpreter_call","container_id":"id_1"}]}]"#,
        "input[0].container_id",
    ),
    (
        r#""messages":[{"role":"assistant","tool_calls":[{"type":"message","role":"user","content":[{"type":"input_file","file_id":"id_1"}]}]}]"#,
        "input[0].content[0].file_id",
    ),
    (
        r#""messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"","file_id":"id_1"}}]}]"#,
        "input[0].content[0].file_id",
    ),
    (
        r#""messages":[],"tool_resources":{"file_search":{"vector_store_ids":[["id_1"]]}}"#,
        "tool_resources.file_search.vector_store_ids[0][0]",
    ),
    (
        r#""messages":[],"tools":[{"type":"file_search","file_search":{"vector_store_ids":["id_1"]}}]"#,
        "tools[0].file_search.vector_store_ids[0]",
    ),
    (r#""messages":[],"tools":[{"type":"code_interpreter","file_ids":["id_1"]}]"#, "tools[0].file_ids[0]"),
    (
        r#""messages":[],"tools":[{"type":"code_interpreter","code_interpreter":{"file_ids":["id_1"]}}]"#,
        "tools[0].code_interpreter.file_ids[0]",
    ),
    (
        r#""messages":[],"tools":[{"type":"code_interpreter","code_interpreter":{"container":{"type":"auto","file_ids":["id_1"]}}}]"#,
        "tools[0].code_interpreter.container.file_ids[0]",
    ),
];

#[tokio::test]
async fn no_format_that_the_bridge_accepts_hides_the_id_of_a_stored_object() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, &two_keys("")).await;
    for (members, at) in NAMED_AFTER_BRIDGING {
        let body = format!(r#"{{"model":"gpt-5-codex",{members}}}"#);
        let refused = ask(&proxy, "POST", "/v1/chat/completions", TEAM_A, &body).await.refused();
        assert_eq!(refused.summary(), (404, "invalid_request_error", "not_found", Some(*at)), "{body}");
    }
    upstream.untouched();
}

/// Returns calls of both operations with each of these members.
fn naming() -> impl Iterator<Item = (&'static str, String, &'static str)> {
    NAMED.iter().flat_map(|(member, at)| {
        let messages = if member.contains("messages") { "" } else { r#","messages":[]"# };
        [
            ("/v1/responses", format!(r#"{{"model":"gpt-4.1",{member}}}"#), *at),
            ("/v1/chat/completions", format!(r#"{{"model":"gpt-4.1",{member}{messages}}}"#), *at),
        ]
    })
}

#[tokio::test]
async fn with_more_than_one_key_a_call_that_names_a_stored_object_is_not_sent() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, &two_keys("")).await;
    for (path, body, at) in naming() {
        let refused = ask(&proxy, "POST", path, TEAM_A, &body).await.refused();
        assert_eq!(refused.summary(), (404, "invalid_request_error", "not_found", Some(at)), "{path} {body}");
        assert!(refused.message.contains("'id_1'"), "{}", refused.message);
    }
    upstream.untouched();
}

#[tokio::test]
async fn an_earlier_audio_answer_is_refused_by_id_and_accepted_as_a_transcript() {
    let upstream = Upstream::script([Reply::json(200, crate::support::ANSWER)]).await;
    let proxy = Proxy::start(&upstream, &two_keys("")).await;
    // Clients send the whole audio answer back.
    let audio = r#"{"role":"assistant","content":null,"audio":{"id":"audio_1","expires_at":1,"data":"UklG","transcript":"Hi."}}"#;
    let transcript = r#"{"role":"assistant","content":"Hi."}"#;
    let call = |message| {
        format!(
            r#"{{"model":"gpt-audio","modalities":["text","audio"],"audio":{{"voice":"alloy","format":"wav"}},"messages":[{message},{{"role":"user","content":"And?"}}]}}"#
        )
    };
    let refused = ask(&proxy, "POST", "/v1/chat/completions", TEAM_A, &call(audio)).await.refused();
    assert_eq!(refused.summary(), (404, "invalid_request_error", "not_found", Some("messages[0].audio.id")));
    let expected = ["'audio_1'", "ask the operator", "transcript"];
    assert!(expected.iter().all(|text| refused.message.contains(text)), "{}", refused.message);
    assert_eq!(ask(&proxy, "POST", "/v1/chat/completions", TEAM_A, &call(transcript)).await.status, 200);
    assert_eq!(upstream.only().text(), call(transcript));
}

#[tokio::test]
async fn calls_that_name_no_object_are_served_to_every_key() {
    let bodies = [
        ("/v1/responses", asked("gpt-4.1")),
        (
            "/v1/responses",
            r#"{"model":"gpt-4.1","metadata":{"file_id":"a"},"store":true,"input":[{"role":"user","content":"previous_response_id"},{"type":"reasoning","id":"rs_1","encrypted_content":"gAAA","summary":[]}],"tools":[{"type":"code_interpreter","container":{"type":"auto"}}]}"#.to_owned(),
        ),
        ("/v1/chat/completions", hello("gpt-4.1")),
    ];
    let answers = [RESPONSE, RESPONSE, crate::support::ANSWER];
    let upstream = Upstream::script(answers.map(|answer| Reply::json(200, answer))).await;
    let proxy = Proxy::start(&upstream, &two_keys("")).await;
    for (path, body) in &bodies {
        assert_eq!(ask(&proxy, "POST", path, TEAM_A, body).await.status, 200, "{body}");
    }
    for (received, (_, body)) in upstream.finish().iter().zip(&bodies) {
        assert_eq!(received.text(), body);
    }
}

#[tokio::test]
async fn objects_are_shared_with_one_key_or_none_or_if_the_operator_allows_it() {
    let shared = two_keys("[routing]\nshared_objects = true\n");
    for (more, headers) in [(String::new(), ""), (key("team-a", "secret-a", ""), TEAM_A), (shared, TEAM_A)] {
        // Words of chat would be put into those of the Responses API: see `other_words`.
        let is_own = |body: &str| {
            !["messages", "tool_resources", "data_sources"].iter().any(|word| body.contains(word))
        };
        let responses: Vec<String> = naming()
            .filter(|(path, body, _)| *path == "/v1/responses" && is_own(body))
            .map(|(_, body, _)| body)
            .collect();
        let replies = responses.iter().map(|_| Reply::json(200, RESPONSE));
        let upstream = Upstream::script(replies.chain([Reply::json(200, RESPONSE)])).await;
        let proxy = Proxy::start(&upstream, &more).await;
        for body in &responses {
            assert_eq!(ask(&proxy, "POST", "/v1/responses", headers, body).await.status, 200, "{body}");
        }
        assert_eq!(ask(&proxy, "GET", "/v1/responses/resp_1", headers, "").await.body, RESPONSE);
        let received = upstream.finish();
        let sent: Vec<&str> = received.iter().map(Received::text).collect();
        assert_eq!(sent[..responses.len()], responses);
    }
}

#[tokio::test]
async fn with_more_than_one_key_an_answer_contains_encrypted_reasoning_for_the_next_call() {
    const ANSWER: &str = r#"{"id":"resp_1","object":"response","status":"completed","model":"gpt-5-2025-08-07","output":[{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"gAAA"},{"type":"function_call","id":"fc_1","call_id":"call_1","name":"f","arguments":"{}","status":"completed"}]}"#;
    let upstream = Upstream::script([Reply::json(200, ANSWER), Reply::json(200, RESPONSE)]).await;
    let proxy = Proxy::start(&upstream, &two_keys("")).await;
    let first = ask(&proxy, "POST", "/v1/responses", TEAM_A, r#"{"model":"gpt-5","input":"a"}"#).await;
    assert_eq!((first.status, first.body.as_str()), (200, ANSWER));
    let output: serde_json::Value = serde_json::from_str(&first.body).unwrap();
    let mut input = output["output"].as_array().unwrap().clone();
    input.push(serde_json::json!({"type": "function_call_output", "call_id": "call_1", "output": "1"}));
    let again = serde_json::json!({"model": "gpt-5", "input": input}).to_string();
    assert_eq!(ask(&proxy, "POST", "/v1/responses", TEAM_A, &again).await.status, 200);
    let sent: Vec<serde_json::Value> =
        upstream.finish().iter().map(|received| serde_json::from_str(received.text()).unwrap()).collect();
    assert_eq!(sent[0]["include"], serde_json::json!(["reasoning.encrypted_content"]));
    assert_eq!(sent[1]["input"][0]["encrypted_content"], "gAAA");
}
