//! Refusals of Azure's about a parameter or a member of a call: what is sent next, what the client reads, and what the
//! next caller's call looks like. The calls and the refusals were seen in the wild.

use azgate::{
    serve,
    sim::{self, Fault, Simulator},
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::{ANSWER, AZURE_KEY, Proxy, Reply, Upstream, command};

const CHAT: &str = "/v1/chat/completions";
const RESPONSES: &str = "/v1/responses";

fn refusal(message: &str, param: Option<&str>) -> Reply {
    let error = json!({ "error": { "message": message, "type": "invalid_request_error", "param": param, "code": null } });
    Reply::json(400, &error.to_string())
}

fn answer(path: &str) -> Reply {
    if path == CHAT {
        return Reply::json(200, ANSWER);
    }
    let response = json!({ "id": "resp_1", "object": "response", "created_at": 1, "status": "completed", "model": "m-1",
        "output": [{ "type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
            "content": [{ "type": "output_text", "text": "Hi", "annotations": [] }] }],
        "usage": { "input_tokens": 1, "output_tokens": 1, "total_tokens": 2 } });
    Reply::json(200, &response.to_string())
}

/// A call that Azure refuses, and what becomes of it and of the next one.
struct Case {
    path: &'static str,
    model: &'static str,
    /// The call without the model. The member that goes is between two `~`.
    call: &'static str,
    message: &'static str,
    param: Option<&'static str>,
    /// Another caller's call, marked in the same way.
    next: &'static str,
    edit: &'static str,
}

const CASES: &[Case] = &[
    Case {
        path: CHAT,
        model: "gpt-4.1",
        call: r#""messages":[{"role":"user","content":"hello"}]~,"prompt_cache_retention":"24h"~"#,
        message: "prompt_cache_retention is not supported on this model",
        param: None,
        next: r#"~"prompt_cache_retention":"in_memory",~"messages":[{"role":"user","content":"other"}]"#,
        edit: "drop.prompt_cache_retention;learned",
    },
    Case {
        path: CHAT,
        model: "gpt-4o-mini",
        call: r#""messages":[{"role":"user","content":[{"type":"text","text":"x"~,"index":{"type":"ephemeral"}~}]}]"#,
        message: "Unrecognized request argument supplied: index",
        param: None,
        next: r#""messages":[ {"role":"user","content":[{"type":"text" ,"text":"y"},{"type":"image_url","image_url":{"url":"https://a.example/b.png"}~,"index":null~}]},{"role":"user","content":[{"type":"text","text":"1.0"~,"index":{"type":"ephemeral"}~}]}]"#,
        edit: "drop.messages[*].content[*].index;learned",
    },
    Case {
        path: RESPONSES,
        model: "gpt-5.2",
        call: r#""input":"x","reasoning":{~"enabled":true,~"effort":"high"}"#,
        message: "Unknown parameter: 'reasoning.enabled'.",
        param: Some("reasoning.enabled"),
        next: r#""input":"y","reasoning":{"effort":"low"~,"enabled":false~}"#,
        edit: "drop.reasoning.enabled;lossy;learned",
    },
    Case {
        path: RESPONSES,
        model: "gpt-5-nano",
        call: r#""input":"x"~,"reasoning":{"summary":"concise"}~"#,
        message: "Unsupported value: 'concise' is not supported with the 'gpt-5-nano-2025-08-07' model. Supported values are: 'detailed'.",
        param: Some("reasoning.summary"),
        next: r#""input":"y","reasoning":{"effort":"low"~,"summary":"concise"~}"#,
        edit: "drop.reasoning.summary;lossy;learned",
    },
    Case {
        path: RESPONSES,
        model: "gpt-5.3-codex",
        call: r#""input":"x"~,"reasoning":{"summary":"auto"}~"#,
        message: "Unsupported parameter: 'reasoning.summary' is not supported with the 'gpt-5.3-codex' model.",
        param: Some("reasoning.summary"),
        next: r#""input":"y","reasoning":{~"summary":"detailed",~"effort":"high"}"#,
        edit: "drop.reasoning.summary;lossy;learned",
    },
    Case {
        path: RESPONSES,
        model: "gpt-5.2",
        call: r#""input":[{"type":"function_call","call_id":"c","name":"f","arguments":"{}"~,"x_note":[1]~},{"type":"function_call_output","call_id":"c","output":"1"}]"#,
        message: "Unknown parameter: 'input[0].x_note'.",
        param: Some("input[0].x_note"),
        next: r#""input":[{"role":"user","content":"a"~,"x_note":2~}]"#,
        edit: "drop.input[*].x_note;lossy;learned",
    },
];

fn without(marked: &str) -> String {
    marked.split('~').step_by(2).collect()
}

#[tokio::test]
async fn a_refused_member_goes_where_it_stands_and_the_next_call_goes_without_it_at_once() {
    for Case { path, model, call, message, param, next, edit } in CASES {
        let upstream = Upstream::script([refusal(message, *param), answer(path), answer(path)]).await;
        let proxy = Proxy::start(&upstream, &format!("[models.\"{model}\"]\n")).await;
        let body = |marked: &str| format!(r#"{{"model":"{model}",{marked}}}"#);
        for asked in [call, next] {
            let answered = proxy.post(path, body(&asked.replace('~', "")), &[]).await;
            assert_eq!(answered.status(), 200, "{message}");
            let edits = answered.headers()["x-azgate-edits"].to_str().unwrap().to_owned();
            assert!(edits.contains(edit), "{edits}");
        }
        let received = upstream.finish();
        assert_eq!(received.len(), 3, "{message}");
        assert_eq!(received[0].text(), body(&call.replace('~', "")));
        assert_eq!(received[1].text(), body(&without(call)));
        assert_eq!(received[2].text(), body(&without(next)));
    }
}

#[tokio::test]
async fn a_value_that_was_not_refused_goes_up_unchanged() {
    let message = CASES[3].message;
    let upstream =
        Upstream::script([refusal(message, Some("reasoning.summary")), answer(RESPONSES), answer(RESPONSES)])
            .await;
    let proxy = Proxy::start(&upstream, "[models.gpt-5-nano]\n").await;
    let body = |summary: &str| {
        format!(r#"{{"model":"gpt-5-nano","input":"x","reasoning":{{"summary":"{summary}"}}}}"#)
    };
    for summary in ["concise", "auto"] {
        assert_eq!(proxy.post(RESPONSES, body(summary), &[]).await.status(), 200);
    }
    assert_eq!(upstream.finish()[2].text(), body("auto"));
}

/// Calls whose refused part is what they are about, and how Azure names it.
const MEANT: &[(&str, &str, &str)] = &[
    (CHAT, r#""attachments":[{"file_id":"a"}]"#, "Unknown parameter: 'attachments'."),
    (CHAT, r#""system":"Never say the code word.""#, "Unrecognized request argument supplied: system"),
    (CHAT, r#""thread":{"id":"t"},"seed":1"#, "Unrecognized request arguments supplied: seed, thread"),
    (
        CHAT,
        r#""tools":[{"type":"function","function":{"name":"f"}}]"#,
        "tools is not supported for this deployment",
    ),
    (RESPONSES, r#""contents":["a"]"#, "Unknown parameter: 'contents'."),
    (RESPONSES, r#""documents":[{"text":"a"}]"#, "documents: Extra inputs are not permitted"),
];

/// Returns what Azure's error says. azgate adds members that an error of OpenAI's has.
fn said(body: &str) -> [Value; 3] {
    let body: Value = serde_json::from_str(body).unwrap();
    ["message", "param", "code"].map(|member| body["error"][member].clone())
}

#[tokio::test]
async fn what_a_call_is_about_is_never_learned_away() {
    for (path, member, message) in MEANT {
        let error = json!({ "error": { "message": message, "param": null, "code": "unknown_parameter" } })
            .to_string();
        let replies = [Reply::json(400, &error), answer(path)];
        let upstream = Upstream::script(replies).await;
        let proxy = Proxy::start(&upstream, "[models.mystery-7]\n").await;
        let asked = |member: &str| {
            let rest = if *path == CHAT {
                r#""messages":[{"role":"user","content":"hello"}]"#
            } else {
                r#""input":"x""#
            };
            format!(r#"{{"model":"mystery-7",{rest},{member}}}"#)
        };
        let refused = proxy.post(path, asked(member), &[]).await;
        assert_eq!(refused.status(), 400, "{message}");
        assert_eq!(said(&refused.text().await.unwrap()), said(&error), "{message}");
        let next = proxy.post(path, asked(member), &[]).await;
        assert_eq!(
            (next.status().as_u16(), &next.headers()["x-azgate-edits"]),
            (200, &"none".parse().unwrap())
        );
        let received = upstream.finish();
        assert_eq!(received.len(), 2, "{message}");
        assert_eq!(received[1].text(), asked(member), "nothing was learned");
    }
}

#[tokio::test]
async fn a_wording_that_azgate_does_not_know_costs_one_call_and_the_client_reads_azures_own_answer() {
    let asked = r#"{"model":"mystery-7","temperature":0.5,"x_vendor":1,"messages":[{"role":"user","content":[{"type":"text","text":"a","x":1}]}]}"#;
    for body in [
        r#"{"error":{"message":"temperature: no.","param":"temperature","code":"nope"}}"#.to_owned(),
        r#"{"error":{"message":"Extra inputs are not permitted","param":null,"code":null}}"#.to_owned(),
        r#"{"error":{"message":"Unknown parameter: 'messages[9].x'.","param":"messages[9].x","code":"unknown_parameter"}}"#.to_owned(),
        r#"{"error":{"message":"Unknown parameter: ''.","param":"","code":"unknown_parameter"}}"#.to_owned(),
        r#"{"error":{"message":"'temperature' is not supported with 'x_vendor'.","code":"unsupported_parameter"}}"#.to_owned(),
        r#"{"error":{"message":"The weather is not supported in this model.","param":[],"code":{}}}"#.to_owned(),
        r#"{"detail":[{"loc":[["messages"]],"msg":7},{"loc":null}]}"#.to_owned(),
        r#"{"errors":{"message":"Unknown parameter: 'temperature'."}}"#.to_owned(),
        "Unknown parameter: 'temperature'.".to_owned(),
        format!(r#"{{"error":{{"message":"{}Unknown parameter: 'temperature'."}}}}"#, "[".repeat(900)),
    ] {
        let upstream = Upstream::script([Reply::json(400, &body), answer(CHAT)]).await;
        let proxy = Proxy::start(&upstream, "[models.mystery-7]\n").await;
        let refused = proxy.chat(asked).await;
        let status = refused.status().as_u16();
        let text = refused.text().await.unwrap();
        assert_eq!(status, 400, "{body}");
        if serde_json::from_str::<Value>(&body).is_ok_and(|body| body["error"]["message"].is_string()) {
            assert_eq!(said(&text), said(&body));
        }
        assert_eq!(proxy.chat(asked).await.status(), 200);
        let received = upstream.finish();
        assert_eq!((received.len(), received[1].text()), (2, asked), "{body}");
    }
}

#[tokio::test]
async fn a_bridged_call_is_mended_in_the_words_that_azure_refused() {
    let upstream = Upstream::script([
        refusal("Unknown parameter: 'tools[0].strict'.", None),
        answer(RESPONSES),
        answer(RESPONSES),
    ])
    .await;
    let proxy = Proxy::start(&upstream, "[models.gpt-5-codex]\n").await;
    let asked = r#"{"model":"gpt-5-codex","messages":[{"role":"user","content":"a"}],"tools":[{"type":"function","function":{"name":"f","parameters":{"strict":1},"strict":true}}]}"#;
    for _ in 0..2 {
        let answered = proxy.chat(asked).await;
        let edits = answered.headers()["x-azgate-edits"].to_str().unwrap().to_owned();
        assert_eq!((answered.status().as_u16(), edits.contains("bridge.responses")), (200, true));
        assert!(edits.contains("drop.tools[function].strict;lossy;learned"), "{edits}");
        let answered: Value = serde_json::from_str(&answered.text().await.unwrap()).unwrap();
        assert_eq!(answered["choices"][0]["message"]["content"], "Hi");
    }
    let received = upstream.finish();
    assert!(received[0].text().contains(r#","strict":true"#), "{}", received[0].text());
    for mended in &received[1..] {
        assert_eq!(mended.text(), received[0].text().replacen(r#","strict":true"#, "", 1));
    }
}

#[tokio::test]
async fn lines_about_members_are_listed_and_a_config_that_has_them_needs_no_refusal() {
    let Case { path, model, call, message, param, .. } = &CASES[1];
    let body = format!(r#"{{"model":"{model}",{}}}"#, call.replace('~', ""));
    let upstream = Upstream::script([refusal(message, *param), answer(path)]).await;
    let proxy = Proxy::start(&upstream, &format!("[models.\"{model}\"]\n")).await;
    assert_eq!(proxy.chat(body.clone()).await.status(), 200);
    let lines = proxy.gateway.registry.knowledge.overlays();
    assert!(lines.contains(r#""messages[*].content[*].index" = { drop = true, same = true, why"#), "{lines}");
    drop(upstream);
    let upstream = Upstream::script([answer(path)]).await;
    let proxy = Proxy::start(&upstream, &format!("[models.\"{model}\"]\n{lines}")).await;
    let answered = proxy.chat(body).await;
    assert_eq!(answered.headers()["x-azgate-edits"], "drop.messages[*].content[*].index");
    assert_eq!(upstream.only().text(), format!(r#"{{"model":"{model}",{}}}"#, without(call)));
    let file = format!(
        "{lines}[families.mine]\nmodels = [\"mine\"]\nchat.\"a[*]\" = {{ drop = true, why = \"x\" }}\nchat.\"a[*].b\" = {{ allow = [1], why = \"x\" }}\nchat.\"a[x.b\" = {{ drop = true, why = \"x\" }}\n"
    );
    let (_file, path) = command::file(&file);
    let account = [("AZURE_OPENAI_ENDPOINT", "https://x.openai.azure.com"), ("AZURE_OPENAI_API_KEY", "k")];
    let ended = command::run(&["check", "--config", &path], &account, "").await;
    assert!(ended.out.contains("`a[x.b` is not the path of a member"), "{ended:?}");
    assert!(ended.out.contains("`a[*].b` can only be dropped or refused"), "{ended:?}");
    assert!(!ended.out.contains("index"), "{ended:?}");
}

#[tokio::test]
async fn a_deployment_that_does_not_know_a_key_is_called_without_it_on_either_operation_and_bridged() {
    let simulator = Simulator::new(sim::Options { key: AZURE_KEY.to_owned(), ..sim::Options::default() });
    simulator.script(Fault::new("unknown=x_note").unwrap().always());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (_stopper, stop) = serve::stop();
    tokio::spawn(serve::serve(listener, simulator.router(), serve::Options::default(), stop));
    let proxy = Proxy::with_endpoint(&url, "", "").await;
    let tool = r#"{"type":"function","x_note":1,"function":{"name":"f","parameters":{"type":"object","properties":{}}}}"#;
    let chat = |model: &str| {
        format!(
            r#"{{"model":"{model}","messages":[{{"role":"user","x_note":1,"content":[{{"type":"text","text":"Hi","x_note":{{}}}}]}}],"tools":[{tool}]}}"#
        )
    };
    let item = r#"[{"role":"user","x_note":2,"content":[{"type":"input_text","text":"Hi","x_note":3}]}]"#;
    let responses = format!(r#"{{"model":"gpt-4.1","input":{item}}}"#);
    for (path, body) in [(CHAT, chat("gpt-4.1")), (CHAT, chat("gpt-5-codex")), (RESPONSES, responses)] {
        for round in 0..2 {
            let answered = proxy.post(path, body.clone(), &[]).await;
            let edits = answered.headers()["x-azgate-edits"].to_str().unwrap().to_owned();
            assert_eq!(answered.status(), 200, "{body} {round}: {edits} {}", answered.text().await.unwrap());
            assert!(edits.contains("x_note") && edits.contains(";learned"), "{body}: {edits}");
        }
    }
}
