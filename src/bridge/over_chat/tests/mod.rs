#![expect(clippy::needless_pass_by_value, reason = "JSON literals read better without a borrow")]

mod answers;
mod streams;

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use serde_json::{Value, json};

use super::{DEPTH, Events, Reply, answer, testing::events};
use crate::{call::AnswerSummary, json::Document};

fn reply() -> Reply {
    Reply {
        echo: Bytes::from_static(br#""store":false,"tools":[],"metadata":{"a":"b"}"#),
        ..Reply::default()
    }
}

fn parsed(json: &str) -> Document {
    Document::parse(Bytes::copy_from_slice(json.as_bytes()), DEPTH).unwrap()
}

fn answered(chat: &Value) -> Value {
    serde_json::from_slice(&answer(&parsed(&chat.to_string()), &reply()).unwrap()).unwrap()
}

struct Streamed {
    events: Vec<Value>,
    summary: AnswerSummary,
    done: bool,
}

impl Streamed {
    fn types(&self) -> Vec<&str> {
        self.events
            .iter()
            .map(|event| event["type"].as_str().unwrap().trim_start_matches("response."))
            .collect()
    }

    fn of(&self, kind: &str) -> Vec<&Value> {
        self.events.iter().filter(|event| event["type"] == format!("response.{kind}")).collect()
    }

    fn last(&self) -> &Value {
        self.events.last().unwrap()
    }
}

/// Streams chunks. Upstream ends behind them.
fn streamed(chunks: &[impl ToString]) -> Streamed {
    let mut stream = Events::new(Arc::new(reply()));
    let mut out = BytesMut::new();
    for chunk in chunks {
        stream.event(&Bytes::from(chunk.to_string()), &mut out);
    }
    stream.end(&mut out);
    Streamed { events: events(&out), summary: stream.summary().clone(), done: stream.is_done() }
}

fn chunk(choice: Value) -> Value {
    json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 7, "model": "gpt-4-0125", "choices": [choice]})
}

fn delta(delta: Value) -> Value {
    chunk(json!({"index": 0, "delta": delta, "finish_reason": null, "logprobs": null}))
}

fn finish(reason: &str) -> Value {
    chunk(json!({"index": 0, "delta": {}, "finish_reason": reason}))
}

/// Streams chunks with `[DONE]` behind them.
fn whole(chunks: &[Value]) -> Streamed {
    let text: Vec<String> = chunks.iter().map(Value::to_string).chain(["[DONE]".to_owned()]).collect();
    streamed(&text)
}
