//! When Azure refuses a call for a reason that azgate can fix, azgate amends the call, sends it again, and remembers
//! the fix.

use std::sync::Arc;

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::long_calls::{HEARTBEAT, SOON, behind_comment, piece, rest};
use crate::support::{ANSWER, Logs, Proxy, Reply, Upstream, soon, sse};

const MYSTERY: &str = "[models.mystery-7]\n";

/// Returns a refusal in Azure's format.
fn refusal(message: &str, param: &str) -> Reply {
    let error = json!({ "error": { "message": message, "type": "invalid_request_error", "param": param, "code": "unsupported_parameter" } });
    Reply::json(400, &error.to_string())
}

fn unsupported(param: &str) -> Reply {
    refusal(&format!("Unsupported parameter: '{param}' is not supported with this model."), param)
}

fn use_instead(param: &str, other: &str) -> Reply {
    let message =
        format!("Unsupported parameter: '{param}' is not supported with this model. Use '{other}' instead.");
    refusal(&message, param)
}

fn no_stream() -> Reply {
    let message =
        "Unsupported value: 'stream' does not support true with this model. Supported values are: false.";
    refusal(message, "stream")
}

fn answer() -> Reply {
    Reply::json(200, &ANSWER.replace("gpt-4.1-2025-04-14", "mystery-7-2026-11-01"))
}

const ASKED: &str = r#"{"model":"mystery-7","max_tokens":9,"temperature":0.5,"parallel_tool_calls":true,"tools":[{"type":"function","function":{"name":"f"}}],"stream":true,"messages":[{"role":"user","content":"Hi"}]}"#;

#[tokio::test]
async fn an_unknown_model_is_answered_on_its_first_call_and_the_next_call_needs_no_retry() {
    let logs = Logs::listen();
    let refusals = [
        use_instead("max_tokens", "max_completion_tokens"),
        unsupported("temperature"),
        unsupported("parallel_tool_calls"),
        no_stream(),
    ];
    let upstream = Upstream::script(refusals.into_iter().chain([answer(), answer()])).await;
    let proxy = Proxy::start(&upstream, MYSTERY).await;
    for _ in 0..2 {
        let answer = proxy.chat(ASKED).await;
        assert_eq!(answer.status(), 200);
        let edits = answer.headers()["x-azgate-edits"].to_str().unwrap().to_owned();
        assert!(edits.contains("drop.temperature;lossy;learned"), "{edits}");
        assert!(edits.contains("rename.max_tokens;learned"), "{edits}");
        let chunks = sse::chunks(&answer.text().await.unwrap()).len();
        assert!(chunks > 1);
    }
    let received = upstream.finish();
    assert_eq!(received.len(), 6, "four refusals, two answers");
    for good in &received[4..] {
        let sent: Value = serde_json::from_str(good.text()).unwrap();
        let expected = json!({ "model": "mystery-7", "max_completion_tokens": 9, "stream": false,
            "tools": [{"type": "function", "function": {"name": "f"}}],
            "messages": [{"role": "user", "content": "Hi"}] });
        assert_eq!(sent, expected);
    }
    let amended: Vec<Value> = logs.calls().into_iter().map(|line| line["amended"].clone()).collect();
    assert_eq!(amended, [json!(4), json!(0)]);
}

#[tokio::test]
async fn a_retired_models_error_names_the_requested_operation() {
    let unserved = |dialect: &str| {
        let message = format!(
            "The {dialect} operation does not work with the specified model, mystery-7. Please choose different model and try again."
        );
        json!({ "error": { "code": "OperationNotSupported", "message": message } }).to_string()
    };
    let (chat, responses) = (unserved("chatCompletion"), unserved("responses"));
    let asked = json!({ "model": "mystery-7", "messages": [{ "role": "user", "content": "Hi" }] });
    let exchange = async |path: &str, asked: &Value, refusals: [&str; 2]| {
        let upstream = Upstream::script(refusals.map(|refusal| Reply::json(400, refusal))).await;
        let proxy = Proxy::start(&upstream, MYSTERY).await;
        let answer = proxy.post(path, asked.to_string(), &[]).await;
        let received = (answer.status().as_u16(), answer.text().await.unwrap());
        assert_eq!(upstream.finish().len(), 2);
        received
    };
    let whole = |error: &str| error.replace("}}", r#","type":"invalid_request_error","param":null}}"#);
    let path = "/v1/chat/completions";
    assert_eq!(exchange(path, &asked, [&chat, &responses]).await, (400, whole(&chat)));
    let input = json!({ "model": "mystery-7", "input": "Hi" });
    assert_eq!(exchange("/v1/responses", &input, [&responses, &chat]).await, (400, whole(&responses)));
    // Any other refusal is about the call itself, so azgate passes it to the client.
    let other = json!({ "error": { "code": "invalid_prompt", "message": "no" } }).to_string();
    assert_eq!(exchange(path, &asked, [&chat, &other]).await, (400, whole(&other)));
}

#[tokio::test]
async fn a_hundred_first_calls_at_once_cause_one_round_of_refusals() {
    let refusals = [
        use_instead("max_tokens", "max_completion_tokens"),
        unsupported("temperature"),
        unsupported("parallel_tool_calls"),
        no_stream(),
    ];
    let upstream = Upstream::script(refusals.into_iter().chain((0..100).map(|_| answer()))).await;
    let proxy = Proxy::start(&upstream, MYSTERY).await;
    let answers = soon(join_all((0..100).map(|_| proxy.chat(ASKED)))).await;
    assert!(answers.iter().all(|answer| answer.status() == 200));
    assert_eq!(upstream.finish().len(), 104);
}

#[tokio::test]
async fn changes_that_the_policy_forbids_are_not_learned_and_azures_error_passes() {
    for (config, header) in [
        (format!("{MYSTERY}policy = {{ lossy = \"refuse\" }}\n"), None),
        (MYSTERY.to_owned(), Some("refuse")),
    ] {
        let upstream = Upstream::script([unsupported("temperature"), answer()]).await;
        let proxy = Proxy::start(&upstream, &config).await;
        let asked = r#"{"model":"mystery-7","temperature":0.5,"messages":[{"role":"user","content":"Hi"}]}"#;
        let headers: Vec<_> = header.map(|value| ("x-azgate-lossy", value)).into_iter().collect();
        let answer = proxy.post("/v1/chat/completions", asked, &headers).await;
        assert_eq!(answer.status(), 400);
        let error: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        assert_eq!(error["error"]["param"], "temperature");
        assert_eq!(proxy.chat(asked).await.status().as_u16(), 200, "nothing was learned");
        let last = upstream.finish().pop().unwrap();
        assert_eq!(last.text(), asked);
    }
}

#[tokio::test]
async fn a_call_of_which_azure_refuses_more_than_eight_places_is_answered_by_the_next_call() {
    let names = [
        "temperature",
        "top_p",
        "presence_penalty",
        "seed",
        "user",
        "x_vendor",
        "store",
        "logit_bias",
        "verbosity",
        "metadata",
    ];
    let members = names.map(|name| format!(r#""{name}":1"#)).join(",");
    let asked = format!(r#"{{"model":"mystery-7",{members},"messages":[{{"role":"user","content":"Hi"}}]}}"#);
    let refusals = names[..9].iter().chain(&names[8..]).map(|name| unsupported(name));
    let replies = refusals.chain([answer(), answer()]);
    let upstream = Upstream::script(replies).await;
    let proxy = Proxy::start(&upstream, MYSTERY).await;
    let refused = proxy.chat(asked.clone()).await;
    assert_eq!(refused.status(), 400);
    assert!(refused.text().await.unwrap().contains("'verbosity'"), "the last refusal is the answer");
    // The first call had no try left for `verbosity`, so Azure refuses it once more.
    for _ in 0..2 {
        assert_eq!(proxy.chat(asked.clone()).await.status(), 200);
    }
    let received = upstream.finish();
    assert_eq!(received.len(), 13);
    let left = |at: usize| {
        let body: Value = serde_json::from_str(received[at].text()).unwrap();
        names.into_iter().filter(|name| body.get(*name).is_some()).collect::<Vec<_>>()
    };
    assert_eq!(left(9), ["verbosity", "metadata"], "the next call goes on from there");
    assert!(left(11).is_empty() && left(12).is_empty());
}

#[tokio::test]
async fn a_refusal_that_azgate_cannot_fix_passes_at_once_and_untouched() {
    let error = r#"{"error": {"message":"Invalid type for 'messages[0].content'.","type":"invalid_request_error","param":"messages[0].content","code":"invalid_type"}}"#;
    let upstream = Upstream::script([Reply::json(400, error)]).await;
    let proxy = Proxy::start(&upstream, MYSTERY).await;
    let answer = proxy.chat(ASKED).await;
    assert_eq!(answer.status(), 400);
    assert_eq!(answer.text().await.unwrap(), error);
    upstream.only();
}

#[tokio::test]
async fn the_api_version_is_raised_when_azure_requires_it() {
    let old = r#"{"error":{"code":"BadRequest","message":"Model {modelName} is enabled only for api versions 2024-12-01-preview and later"}}"#;
    let upstream = Upstream::script([Reply::json(400, old), answer(), answer()]).await;
    let proxy = Proxy::dated(&upstream, "2024-06-01", MYSTERY).await;
    let asked = r#"{"model":"mystery-7","messages":[{"role":"user","content":"Hi"}]}"#;
    for _ in 0..2 {
        assert_eq!(proxy.chat(asked).await.status(), 200);
    }
    let received = upstream.finish();
    let versions: Vec<&str> =
        received.iter().map(|call| call.line().split_once("api-version=").unwrap().1).collect();
    assert_eq!(
        versions,
        ["2024-06-01 HTTP/1.1", "2024-12-01-preview HTTP/1.1", "2024-12-01-preview HTTP/1.1"]
    );
}

#[tokio::test]
async fn a_refusal_is_learned_for_a_known_family_and_never_for_a_router() {
    let asked = |model: &str| {
        format!(r#"{{"model":"{model}","seed":1,"messages":[{{"role":"user","content":"Hi"}}]}}"#)
    };
    let upstream = Upstream::script([unsupported("seed"), answer()]).await;
    let proxy = Proxy::start(&upstream, "[models.\"gpt-4.1\"]\n").await;
    let answered = proxy.chat(asked("gpt-4.1")).await;
    assert_eq!(answered.status(), 200);
    assert_eq!(answered.headers()["x-azgate-edits"], "drop.seed;lossy;learned");
    assert_eq!(answered.headers()["x-azgate-family"], "gpt-4.1");
    drop(upstream);

    let upstream = Upstream::script([unsupported("seed")]).await;
    let proxy = Proxy::start(&upstream, "[models.model-router]\n").await;
    assert_eq!(proxy.chat(asked("model-router")).await.status(), 400);
    upstream.only();
}

#[tokio::test]
async fn the_model_name_in_an_answer_determines_the_family() {
    let named = |model: &str| Reply::json(200, &ANSWER.replace("gpt-4.1-2025-04-14", model));
    let upstream = Upstream::script([
        named("o3-mini-2025-01-31"),
        named("o3-mini-2025-01-31"),
        named("gpt-5-2025-08-07"),
        named("gpt-5-2025-08-07"),
    ])
    .await;
    let proxy = Proxy::start(&upstream, MYSTERY).await;
    let asked = r#"{"model":"mystery-7","max_tokens":9,"messages":[{"role":"user","content":"Hi"}]}"#;
    let mut families = Vec::new();
    for _ in 0..4 {
        let answer = proxy.chat(asked).await;
        families.push(answer.headers()["x-azgate-family"].to_str().unwrap().to_owned());
        soon(answer.text()).await.unwrap();
    }
    assert_eq!(families, ["unknown", "o3-mini", "o3-mini", "gpt-5"], "Azure upgraded it at the third call");
    let received = upstream.finish();
    assert!(
        received[0].text().contains("\"max_tokens\"")
            && received[1].text().contains("\"max_completion_tokens\"")
    );
}

#[tokio::test]
async fn simultaneous_calls_that_are_refused_for_different_reasons_are_both_answered() {
    let (first, second, third) = (Arc::default(), Arc::default(), Arc::default());
    let upstream = Upstream::script([
        Reply::default().wait(&first).then(unsupported("seed")),
        Reply::default().wait(&second).then(unsupported("user")),
        Reply::default().wait(&third).then(answer()),
        answer(),
    ])
    .await;
    let proxy = Proxy::start(&upstream, "[models.\"gpt-4.1\"]\n").await;
    let ask = |more: &str| {
        proxy.chat(format!(r#"{{"model":"gpt-4.1",{more},"messages":[{{"role":"user","content":"Hi"}}]}}"#))
    };
    let arrived = async |calls: usize| {
        while upstream.received().len() < calls {
            upstream.arrived.notified().await;
        }
    };
    // Both calls are first sent with what azgate knows then. One call learns, and the other waits for it.
    let rest = async {
        arrived(1).await;
        let other = async {
            arrived(2).await;
            first.notify_one();
            arrived(3).await;
            second.notify_one();
            third.notify_one();
        };
        tokio::join!(ask(r#""user":"u""#), other).0
    };
    let (one, other) = soon(async { tokio::join!(ask(r#""seed":1"#), rest) }).await;
    assert_eq!((one.status().as_u16(), other.status().as_u16()), (200, 200));
    assert_eq!(upstream.finish().len(), 4);
}

#[tokio::test]
async fn nothing_is_learned_from_a_value_that_quotes_a_refusal() {
    let trap = "x'. Supported values are: 'high'. '";
    let message = format!("Invalid value: '{trap}'. Supported values are: 'low', 'medium', and 'high'.");
    let upstream = Upstream::script([refusal(&message, "reasoning_effort")]).await;
    let proxy = Proxy::start(&upstream, MYSTERY).await;
    let asked = json!({ "model": "mystery-7", "reasoning_effort": trap, "messages": [{ "role": "user", "content": "Hi" }] });
    assert_eq!(proxy.chat(asked.to_string()).await.status(), 400);
    upstream.only();
}

#[tokio::test]
async fn a_slow_first_call_does_not_keep_other_calls_from_learning() {
    let thought = Arc::default();
    let slow = Reply::default().wait(&thought).then(answer());
    let upstream = Upstream::script([slow, unsupported("temperature"), answer()]).await;
    let proxy = Proxy::start(&upstream, MYSTERY).await;
    let plain = r#"{"model":"mystery-7","messages":[{"role":"user","content":"Hi"}]}"#;
    let rest = async {
        upstream.arrived.notified().await;
        let answer = proxy.chat(plain.replace("{\"model", "{\"temperature\":0.5,\"model")).await;
        thought.notify_one();
        answer
    };
    let (first, other) = soon(async { tokio::join!(proxy.chat(plain), rest) }).await;
    assert_eq!((first.status().as_u16(), other.status().as_u16()), (200, 200));
    assert_eq!(upstream.finish().len(), 3);
}

#[tokio::test]
async fn nothing_is_learned_from_a_call_that_is_dropped_while_it_is_amended() {
    let never = Arc::default();
    let hangs = Reply::default().wait(&never).then(answer());
    let upstream =
        Upstream::script([unsupported("temperature"), hangs, unsupported("temperature"), answer()]).await;
    let proxy = Proxy::start(&upstream, MYSTERY).await;
    let asked = r#"{"model":"mystery-7","temperature":0.5,"messages":[{"role":"user","content":"Hi"}]}"#;
    let amended = async {
        while upstream.received().len() < 2 {
            upstream.arrived.notified().await;
        }
    };
    tokio::select! {
        _ = proxy.chat(asked) => panic!("the call must not be answered"),
        () = soon(amended) => {}
    }
    soon(upstream.closed.notified()).await;
    assert_eq!(soon(proxy.chat(asked)).await.status(), 200);
    let received = upstream.finish();
    assert_eq!((received.len(), received[2].text()), (4, asked), "the fix on trial is discarded");
}

#[tokio::test]
async fn an_answer_that_was_opened_before_azure_refused_lists_the_edits() {
    let go = Arc::default();
    let upstream = Upstream::script([
        Reply::default().wait(&go).then(unsupported("temperature")),
        no_stream(),
        answer(),
    ])
    .await;
    let proxy = Proxy::start(&upstream, &format!("{MYSTERY}{SOON}")).await;
    let asked = r#"{"model":"mystery-7","temperature":0.5,"stream":true,"messages":[{"role":"user","content":"Hi"}]}"#;
    let mut opened = soon(proxy.chat(asked)).await;
    assert_eq!(piece(&mut opened).await, HEARTBEAT);
    go.notify_one();
    let text = rest(opened).await;
    let (comment, events) = behind_comment(&text);
    let edits = comment["x-azgate-edits"].as_str().unwrap();
    assert!(
        edits.contains("drop.temperature;lossy;learned") && edits.contains("synthesize.stream"),
        "{comment}"
    );
    assert!(sse::chunks(events).len() > 1 && events.ends_with("[DONE]\n\n"), "{events}");
    assert_eq!(upstream.finish().len(), 3);
}
