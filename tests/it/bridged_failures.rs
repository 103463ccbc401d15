//! Failures of bridged calls reach the client in the format of the requested operation: in a whole answer, in a stream,
//! in an answer collected from a stream, and in a stream that was opened early.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::{
    long_calls::{HEARTBEAT, SOON, behind_comment, piece, rest},
    support::{Logs, Proxy, Reply, Upstream, reading, soon, sse},
};

/// The requested operation and the one that serves the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    ChatOverResponses,
    ResponsesOverChat,
}
use Direction::{ChatOverResponses, ResponsesOverChat};

/// How the client requests the answer, and how azgate delivers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Whole,
    Streamed,
    Collected,
    /// Streamed, and azgate opens the stream before Azure answers.
    Early,
}
use Mode::{Collected, Early, Streamed, Whole};

impl Direction {
    pub(crate) fn path(self) -> &'static str {
        match self {
            ChatOverResponses => "/v1/chat/completions",
            ResponsesOverChat => "/v1/responses",
        }
    }

    pub(crate) fn model(self) -> &'static str {
        match self {
            ChatOverResponses => "gpt-5-codex",
            ResponsesOverChat => "gpt-4",
        }
    }

    pub(crate) fn body(self, stream: bool) -> Value {
        match self {
            ChatOverResponses => {
                json!({"model": self.model(), "stream": stream, "messages": [{"role": "user", "content": "Hi"}]})
            }
            ResponsesOverChat => json!({"model": self.model(), "stream": stream, "input": "Hi"}),
        }
    }
}

/// An answer as the client received it, with its log line.
#[derive(Debug)]
struct Outcome {
    status: u16,
    kind: String,
    text: String,
    /// The canonical log line of the call.
    log: Value,
}

async fn exchange(direction: Direction, mode: Mode, reply: Reply) -> Outcome {
    let logs = Logs::listen();
    let go = Arc::new(Notify::new());
    let (config, reply) = match mode {
        Whole | Streamed => (String::new(), reply),
        Collected => (format!("[models.\"{}\"]\ncollect = true\n", direction.model()), reply),
        Early => (SOON.to_owned(), Reply::default().wait(&go).then(reply)),
    };
    let upstream = Upstream::script([reply]).await;
    let proxy = Proxy::start(&upstream, &config).await;
    let body = direction.body(matches!(mode, Streamed | Early)).to_string();
    let mut answer = soon(proxy.post(direction.path(), body, &[])).await;
    let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
    let mut status = answer.status().as_u16();
    let text = if mode == Early {
        assert_eq!(piece(&mut answer).await, HEARTBEAT);
        go.notify_one();
        let text = rest(answer).await;
        let (comment, events) = behind_comment(&text);
        status = u16::try_from(comment["status"].as_u64().unwrap()).unwrap();
        events.to_owned()
    } else {
        soon(answer.text()).await.unwrap()
    };
    let sent: Value = serde_json::from_str(upstream.only().text()).unwrap();
    assert_eq!(sent.get("stream") == Some(&json!(true)), mode != Whole, "{sent}");
    Outcome { status, kind, text, log: logs.call() }
}

impl Outcome {
    /// Returns the status and the error code of a JSON answer.
    #[track_caller]
    fn error(&self) -> (u16, String) {
        assert_eq!(self.kind, "application/json", "{self:?}");
        let body: Value = serde_json::from_str(&self.text).unwrap();
        assert_eq!(body.as_object().unwrap().len(), 1, "{body}");
        assert!(body["error"]["message"].is_string() && body["error"]["type"].is_string(), "{body}");
        (self.status, body["error"]["code"].as_str().unwrap().to_owned())
    }

    /// Returns the text of a failed stream, and the code of the error at its end.
    #[track_caller]
    fn broken(&self, direction: Direction) -> (String, String) {
        assert_eq!(self.kind, "text/event-stream; charset=utf-8");
        assert_eq!(self.status, 200, "{self:?}");
        if direction == ResponsesOverChat {
            let mut events = reading::events(&self.text);
            let last = events.pop().unwrap();
            assert_eq!(last["type"], "error", "{self:?}");
            // OpenAI's SDKs read the error from these two places.
            assert_eq!(
                (&last["code"], &last["message"]),
                (&last["error"]["code"], &last["error"]["message"])
            );
            let deltas = events.iter().filter_map(|event| event["delta"].as_str());
            return (deltas.collect(), last["code"].as_str().unwrap().to_owned());
        }
        let mut data: Vec<Value> =
            sse::data(&self.text).iter().map(|data| serde_json::from_str(data).unwrap()).collect();
        let last = data.pop().unwrap();
        let text = data.iter().filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str());
        (text.collect(), last["error"]["code"].as_str().unwrap_or_else(|| panic!("{self:?}")).to_owned())
    }

    /// Returns the complete answer: a chat completion or a response.
    fn whole(&self, direction: Direction) -> Value {
        match (direction, self.kind.as_str()) {
            (_, "application/json") => serde_json::from_str(&self.text).unwrap(),
            (ChatOverResponses, _) => reading::assemble_chunks(&sse::chunks(&self.text)),
            (ResponsesOverChat, _) => reading::assemble_events(&reading::events(&self.text)).1,
        }
    }
}

pub(crate) fn response(status: &str, more: &Value) -> Value {
    let part = json!({"type": "output_text", "text": "Hi", "annotations": [], "logprobs": []});
    let item = json!({"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [part]});
    let mut response = json!({"id": "resp_1", "object": "response", "created_at": 1_700_000_000, "status": status,
        "error": null, "incomplete_details": null, "model": "gpt-5-codex-2025-09-15", "output": [item],
        "usage": {"input_tokens": 5, "output_tokens": 7, "output_tokens_details": {"reasoning_tokens": 3}, "total_tokens": 12}});
    response.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    response
}

/// Returns an event of a response as Azure writes it.
pub(crate) fn event(event: &Value) -> String {
    format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap())
}

pub(crate) fn created() -> String {
    event(
        &json!({"type": "response.created", "sequence_number": 0, "response": response("in_progress", &json!({"output": []}))}),
    )
}

pub(crate) fn delta(text: &str) -> String {
    event(
        &json!({"type": "response.output_text.delta", "sequence_number": 1, "item_id": "msg_1", "output_index": 0,
        "content_index": 0, "delta": text}),
    )
}

pub(crate) fn ended(status: &str, more: &Value) -> String {
    event(
        &json!({"type": format!("response.{status}"), "sequence_number": 9, "response": response(status, more)}),
    )
}

pub(crate) fn completion(reason: &str) -> Value {
    json!({"id": "chatcmpl-1", "object": "chat.completion", "created": 1_700_000_000, "model": "gpt-4-0613",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi", "refusal": null}, "logprobs": null,
            "finish_reason": reason}],
        "usage": {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12}})
}

pub(crate) fn chunk(delta: &Value, reason: Option<&str>) -> String {
    let choice = json!({"index": 0, "delta": delta, "logprobs": null, "finish_reason": reason});
    let chunk = json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_700_000_000,
        "model": "gpt-4-0613", "choices": [choice]});
    format!("data: {chunk}\n\n")
}

/// Returns a stream that begins normally and continues with `more`.
fn streaming(direction: Direction, more: &[String]) -> Reply {
    let begin = match direction {
        ChatOverResponses => [created(), delta("Hi")],
        ResponsesOverChat => [
            chunk(&json!({"role": "assistant", "content": ""}), None),
            chunk(&json!({"content": "Hi"}), None),
        ],
    };
    let all: Vec<&str> = begin.iter().chain(more).map(String::as_str).collect();
    Reply::stream(&all)
}

const STREAMING: [Mode; 3] = [Streamed, Collected, Early];

/// Checks a stream that fails: the error code that the client gets, and the status and code of a collected answer.
async fn assert_fails(
    direction: Direction,
    end: impl Fn(Reply) -> Reply,
    more: &[String],
    code: &str,
    status: u16,
    collected: &str,
) {
    for mode in STREAMING {
        let outcome = exchange(direction, mode, end(streaming(direction, more))).await;
        if mode == Collected {
            assert_eq!(outcome.error(), (status, collected.to_owned()));
            assert_eq!(outcome.log["error"], collected, "{:?}", outcome.log);
        } else {
            assert_eq!(outcome.log["ended"], "upstream_failed", "{mode:?}: {outcome:?}");
            assert_eq!(outcome.broken(direction), ("Hi".to_owned(), code.to_owned()), "{mode:?}");
            assert_eq!(outcome.log["error"], code, "{:?}", outcome.log);
        }
    }
}

#[tokio::test]
async fn a_response_that_failed_is_an_error_with_the_status_it_would_have_had() {
    for (code, status) in [("server_error", 500), ("rate_limit_exceeded", 429), ("invalid_prompt", 400)] {
        let failure = json!({"error": {"code": code, "message": "no"}, "output": []});
        let whole =
            exchange(ChatOverResponses, Whole, Reply::json(200, &response("failed", &failure).to_string()))
                .await;
        assert_eq!(whole.error(), (status, code.to_owned()));
        assert_eq!(whole.log["error"], code, "{:?}", whole.log);
        assert_fails(ChatOverResponses, Reply::end, &[ended("failed", &failure)], code, status, code).await;
    }
    let cancelled = response("cancelled", &json!({"output": []})).to_string();
    let outcome = exchange(ChatOverResponses, Whole, Reply::json(200, &cancelled)).await;
    assert_eq!(outcome.error(), (500, "response_cancelled".to_owned()));
}

#[tokio::test]
async fn an_error_in_a_stream_is_its_last_event() {
    let flat = event(
        &json!({"type": "error", "code": "rate_limit_exceeded", "message": "slow", "param": null, "sequence_number": 2}),
    );
    let nested = event(
        &json!({"type": "error", "error": {"type": "too_many_requests", "code": "429", "message": "slow"}}),
    );
    for (error, code) in [(flat, "rate_limit_exceeded"), (nested, "429")] {
        assert_fails(ChatOverResponses, Reply::end, &[error, delta("behind")], code, 429, code).await;
    }
    let chat = "data: {\"error\":{\"code\":\"429\",\"message\":\"slow\",\"type\":\"too_many_requests\",\"param\":null}}\n\n";
    assert_fails(ResponsesOverChat, Reply::end, &[chat.to_owned()], "429", 429, "429").await;
}

#[tokio::test]
async fn a_stream_that_breaks_off_or_lacks_its_final_event_is_a_failure() {
    let interrupted = "upstream_stream_interrupted";
    for direction in [ChatOverResponses, ResponsesOverChat] {
        for end in [Reply::end, Reply::close] {
            assert_fails(direction, end, &[], interrupted, 502, "upstream_interrupted").await;
        }
        let half = "data: {\"type\":\"respo".to_owned();
        assert_fails(direction, Reply::close, &[half], interrupted, 502, "upstream_interrupted").await;
    }
}

#[tokio::test]
async fn an_answer_that_was_cut_contains_the_reason() {
    for (reason, finish) in [("max_output_tokens", "length"), ("content_filter", "content_filter")] {
        let details = json!({"incomplete_details": {"reason": reason}});
        for mode in [Whole, Streamed, Collected, Early] {
            let reply = match mode {
                Whole => Reply::json(200, &response("incomplete", &details).to_string()),
                _ => streaming(ChatOverResponses, &[ended("incomplete", &details)]).end(),
            };
            let outcome = exchange(ChatOverResponses, mode, reply).await;
            let choice = &outcome.whole(ChatOverResponses)["choices"][0];
            assert_eq!(
                (&choice["finish_reason"], &choice["message"]["content"]),
                (&json!(finish), &json!("Hi")),
                "{outcome:?}"
            );
            assert_eq!(
                (&outcome.log["ended"], &outcome.log["finish_reason"]),
                (&json!("done"), &json!(finish))
            );
            assert_eq!(outcome.log["completion_tokens"], 7, "{mode:?}: {:?}", outcome.log);

            let reply = match mode {
                Whole => Reply::json(200, &completion(finish).to_string()),
                _ => streaming(
                    ResponsesOverChat,
                    &[chunk(&json!({}), Some(finish)), "data: [DONE]\n\n".into()],
                )
                .end(),
            };
            let outcome = exchange(ResponsesOverChat, mode, reply).await;
            let whole = outcome.whole(ResponsesOverChat);
            assert_eq!(
                (&whole["status"], &whole["incomplete_details"]["reason"]),
                (&json!("incomplete"), &json!(reason)),
                "{outcome:?}"
            );
            assert_eq!(whole["output"][0]["content"][0]["text"], "Hi");
            assert_eq!(
                (&outcome.log["ended"], &outcome.log["finish_reason"]),
                (&json!("done"), &json!(finish))
            );
        }
    }
}

#[tokio::test]
async fn a_prompt_that_the_filter_blocked_is_reported_as_on_chat_completions() {
    let verdict = json!({"hate": {"filtered": false, "severity": "safe"}, "violence": {"filtered": true, "severity": "high"}});
    let filters = json!([{"blocked": true, "source_type": "prompt", "content_filter_results": verdict, "content_filter_offsets": {}}]);
    let error = json!({"message": "filtered", "type": "invalid_request_error", "param": "prompt", "code": "content_filter",
        "content_filters": filters});
    let mut expected = error.clone();
    expected["innererror"] =
        json!({"code": "ResponsibleAIPolicyViolation", "content_filter_result": verdict});
    let answer = json!({"error": error}).to_string();
    for mode in [Whole, Streamed, Collected, Early] {
        let outcome = exchange(ChatOverResponses, mode, Reply::json(400, &answer)).await;
        let text = if mode == Early { sse::data(&outcome.text).remove(0) } else { &outcome.text };
        let body: Value = serde_json::from_str(text).unwrap();
        assert_eq!((outcome.status, &body["error"]), (400, &expected), "{mode:?}");
        assert_eq!(outcome.log["error"], "content_filter");
    }
    let failed = event(&json!({"type": "error", "error": error, "sequence_number": 1}));
    for mode in STREAMING {
        let reply = streaming(ChatOverResponses, std::slice::from_ref(&failed)).end();
        let outcome = exchange(ChatOverResponses, mode, reply).await;
        let text = if mode == Collected { &*outcome.text } else { sse::data(&outcome.text).pop().unwrap() };
        let body: Value = serde_json::from_str(text).unwrap();
        for key in ["code", "content_filters", "innererror"] {
            assert_eq!(body["error"][key], expected[key], "{mode:?}");
        }
    }
    // A client of the Responses API gets Azure's error unchanged.
    let upstream = Upstream::script([Reply::json(400, &answer)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let body = json!({"model": "gpt-5-codex", "input": "Hi"}).to_string();
    assert_eq!(soon(soon(proxy.post("/v1/responses", body, &[])).await.text()).await.unwrap(), answer);
}

#[tokio::test]
async fn unknown_events_are_ignored() {
    let odd = event(&json!({"type": "response.new_event", "sequence_number": 3, "x": 1}));
    let rest = [
        odd.clone(),
        ": comment\n\n".into(),
        "event: keepalive\ndata: {\"type\":\"keepalive\"}\n\n".into(),
        ended("completed", &json!({})),
        odd,
        "data: [DONE]\n\n".into(),
    ];
    for mode in STREAMING {
        let outcome = exchange(ChatOverResponses, mode, streaming(ChatOverResponses, &rest).end()).await;
        let text = outcome.text.replace(": comment\n\n", "");
        let outcome = Outcome { text, ..outcome };
        assert_eq!(outcome.whole(ChatOverResponses)["choices"][0]["message"]["content"], "Hi", "{outcome:?}");
    }
    // Azure's first chunk, and the chunks of the asynchronous filter.
    let first = "data: {\"choices\":[],\"created\":0,\"id\":\"\",\"model\":\"\",\"object\":\"\",\"prompt_filter_results\":[]}\n\n";
    let filter = "data: {\"choices\":[{\"index\":0,\"finish_reason\":null,\"content_filter_results\":{},\"content_filter_offsets\":{}}],\"id\":\"\",\"object\":\"\",\"created\":0,\"model\":\"\"}\n\n";
    let rest = [
        filter.to_owned(),
        first.to_owned(),
        chunk(&json!({}), Some("stop")),
        filter.to_owned(),
        "data: [DONE]\n\n".into(),
    ];
    for mode in STREAMING {
        let outcome = exchange(ResponsesOverChat, mode, streaming(ResponsesOverChat, &rest).end()).await;
        let whole = outcome.whole(ResponsesOverChat);
        assert_eq!(
            (&whole["status"], &whole["output"][0]["content"][0]["text"]),
            (&json!("completed"), &json!("Hi")),
            "{outcome:?}"
        );
    }
}

#[tokio::test]
async fn a_good_status_without_an_answer_is_a_502() {
    let text = || Reply::with(200, &[("content-type", "text/plain")], "hello");
    let json = |body: &str| Reply::json(200, body);
    for direction in [ChatOverResponses, ResponsesOverChat] {
        for mode in [Whole, Streamed, Collected, Early] {
            for reply in [text(), json("{\"id\""), json("{}"), json("[]"), json("7")] {
                let outcome = exchange(direction, mode, reply).await;
                assert_eq!(outcome.status, 502, "{direction:?} {mode:?} {outcome:?}");
                assert_eq!(
                    outcome.log["ended"], "upstream_failed",
                    "{direction:?} {mode:?} {:?}",
                    outcome.log
                );
                assert!(outcome.text.contains("\"code\":\"upstream_malformed_answer\""), "{outcome:?}");
            }
        }
    }
    let queued = response("queued", &json!({"output": []})).to_string();
    let outcome = exchange(ChatOverResponses, Whole, Reply::json(200, &queued)).await;
    assert_eq!(outcome.error(), (502, "upstream_malformed_answer".to_owned()));
}

#[tokio::test]
async fn a_json_answer_to_a_streamed_call_becomes_a_stream() {
    for mode in [Streamed, Early] {
        let reply = Reply::json(200, &response("completed", &json!({})).to_string());
        let outcome = exchange(ChatOverResponses, mode, reply).await;
        let whole = outcome.whole(ChatOverResponses);
        assert_eq!(whole["choices"][0]["message"]["content"], "Hi", "{outcome:?}");
        assert_eq!(outcome.log["completion_tokens"], 7);
        let outcome =
            exchange(ResponsesOverChat, mode, Reply::json(200, &completion("stop").to_string())).await;
        let whole = outcome.whole(ResponsesOverChat);
        assert_eq!(
            (&whole["status"], &whole["output"][0]["content"][0]["text"]),
            (&json!("completed"), &json!("Hi"))
        );
        // A failed response is an error for a streamed call too.
        let failure = json!({"error": {"code": "rate_limit_exceeded", "message": "no"}, "output": []});
        let failed = Reply::json(200, &response("failed", &failure).to_string());
        let outcome = exchange(ChatOverResponses, mode, failed).await;
        assert_eq!(outcome.status, 429);
        assert!(outcome.text.contains("\"code\":\"rate_limit_exceeded\""), "{outcome:?}");
    }
}

/// Azure's error names members of the bridged call, which the client did not write.
#[tokio::test]
async fn a_refusal_that_names_a_member_explains_that_the_call_was_bridged() {
    let refusal = |param: &str| json!({"error": {"message": "no \u{e9}", "type": "invalid_request_error", "param": param, "code": null}});
    for (direction, place, expected) in [
        (ChatOverResponses, "input[0].content[0].image_url", "the Responses API"),
        (ResponsesOverChat, "messages[2].role", "chat completions"),
    ] {
        for mode in [Whole, Streamed, Collected, Early] {
            let outcome = exchange(direction, mode, Reply::json(400, &refusal(place).to_string())).await;
            assert!(
                outcome.text.contains(&format!("no é (azgate made this call to {expected}, ")),
                "{outcome:?}"
            );
            assert!(outcome.text.contains(place), "{outcome:?}");
        }
        let outcome = exchange(direction, Whole, Reply::json(400, &refusal("user").to_string())).await;
        assert_eq!(serde_json::from_str::<Value>(&outcome.text).unwrap(), refusal("user"));
    }
}
