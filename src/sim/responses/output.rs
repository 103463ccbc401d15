//! The output items of an answer: reasoning, calls of hosted tools, the message, and calls of the caller's tools.

use serde_json::{Value, json};

use super::{
    hosted::{self, HostedCalls},
    read::{self, includes},
    seal,
};
use crate::sim::{
    answer::{AnswerMessage, GeneratedAnswer, ToolCall},
    directive::Directive,
    json::{set, text},
    prompt::Prompt,
    request::ApiRequest,
    usage,
};

/// Returns the items. Their ids end with the number of the answer and their place.
pub(super) fn items(
    request: &ApiRequest<'_>,
    items: &[Value],
    answer: &GeneratedAnswer,
    prompt: &Prompt,
    directive: &Directive,
    resource: &str,
    serial: u64,
) -> Vec<Value> {
    let mut writer = ItemWriter { serial, items: Vec::new() };
    if read::asks_for_compaction(items) {
        writer.push("cmp", |id| compaction(resource, id));
        return writer.items;
    }
    if answer.usage.reasoning_tokens() > 0 {
        writer.push("rs", |id| reasoning(request, prompt, resource, id));
    }
    let Some(choice) = answer.choices.first() else { return writer.items };
    // If the reasoning uses up the cap, there is no message.
    if matches!(&choice.message, AnswerMessage::Text(text) if text.is_empty()) && choice.finish == "length" {
        return writer.items;
    }
    let hosted =
        if prompt.result.is_none() { hosted::calls(request, prompt, serial) } else { HostedCalls::default() };
    for (head, mut item) in hosted.items {
        writer.push(head, |id| {
            set(&mut item, "id", id);
            item
        });
    }
    let status = if choice.finish == "length" { "incomplete" } else { "completed" };
    match &choice.message {
        AnswerMessage::Text(text) => {
            if directive.phases {
                let parts = [part("Let me see.", &[], None)];
                writer.push("msg", |id| message(id, "completed", &parts, Some("commentary")));
            }
            let top = logprobs(request);
            let annotate =
                |text: &str| hosted.annotations.iter().map(|one| one.annotation(text)).collect::<Vec<_>>();
            let texts = split(text, directive.parts);
            let parts: Vec<Value> = texts.into_iter().map(|text| part(text, &annotate(text), top)).collect();
            let phase = directive.phases.then_some("final_answer");
            writer.push("msg", |id| message(id, status, &parts, phase));
        }
        AnswerMessage::Refusal(text) => {
            let parts = [json!({"type": "refusal", "refusal": text})];
            writer.push("msg", |id| message(id, status, &parts, None));
        }
        AnswerMessage::ToolCalls(calls) => calls.iter().for_each(|one| writer.call(one, status)),
        AnswerMessage::FunctionCall(one) => writer.call(one, status),
    }
    writer.items
}

struct ItemWriter {
    serial: u64,
    items: Vec<Value>,
}

impl ItemWriter {
    fn push(&mut self, head: &str, item: impl FnOnce(&str) -> Value) {
        let id = format!("{head}_sim{:024}{}", self.serial, self.items.len());
        self.items.push(item(&id));
    }

    fn call(&mut self, call: &ToolCall, status: &str) {
        let (head, kind, key) = if call.custom {
            ("ctc", "custom_tool_call", "input")
        } else {
            ("fc", "function_call", "arguments")
        };
        self.push(head, |id| {
            let mut item = json!({"id": id, "type": kind, "status": status, "call_id": call.id,
                                  "name": call.name, key: call.input});
            if let Some(namespace) = &call.namespace {
                set(&mut item, "namespace", namespace.as_str());
            }
            item
        });
    }
}

/// Returns the item that stands for a whole conversation.
pub(super) fn compaction(resource: &str, id: &str) -> Value {
    json!({"id": id, "type": "compaction", "encrypted_content": seal::seal(resource, id)})
}

fn reasoning(request: &ApiRequest<'_>, prompt: &Prompt, resource: &str, id: &str) -> Value {
    let asked = request.get("reasoning").is_some_and(|reasoning| !text(reasoning, "summary").is_empty());
    let thought = format!("**Thinking**\n\nThe question is: {}", prompt.text);
    let summary = if asked { vec![json!({"type": "summary_text", "text": thought})] } else { Vec::new() };
    let mut item = json!({"id": id, "type": "reasoning", "summary": summary});
    if includes(request, "reasoning.encrypted_content") {
        set(&mut item, "encrypted_content", seal::seal(resource, id));
    }
    item
}

fn message(id: &str, status: &str, parts: &[Value], phase: Option<&str>) -> Value {
    let mut item =
        json!({"id": id, "type": "message", "status": status, "role": "assistant", "content": parts});
    if let Some(phase) = phase {
        set(&mut item, "phase", phase);
    }
    item
}

/// Returns the number of alternatives in `logprobs`, if the request asks for them.
fn logprobs(request: &ApiRequest<'_>) -> Option<u64> {
    let asked = includes(request, "message.output_text.logprobs");
    asked.then(|| request.number("top_logprobs").unwrap_or(0))
}

fn part(text: &str, annotations: &[Value], top: Option<u64>) -> Value {
    let logprobs: Vec<Value> = match top {
        Some(top) => usage::pieces(text).map(|piece| logprob(piece, top)).collect(),
        None => Vec::new(),
    };
    json!({"type": "output_text", "text": text, "annotations": annotations, "logprobs": logprobs})
}

fn logprob(piece: &str, top: u64) -> Value {
    let token = |rank: u64| {
        let value = format!("-{rank}.25").parse::<f64>().unwrap_or_default();
        json!({"token": piece, "bytes": piece.as_bytes(), "logprob": value})
    };
    let mut one = token(0);
    set(&mut one, "top_logprobs", (0..top).map(token).collect::<Value>());
    one
}

/// Splits a text into `parts` parts, or into fewer if it has fewer tokens.
fn split(text: &str, parts: u64) -> Vec<&str> {
    let (all, parts) = (usage::tokens(text), parts.max(1));
    let mut rest = text;
    let mut texts = Vec::new();
    for _ in 1..parts {
        let head = usage::first_tokens(rest, all / parts);
        let Some(tail) = rest.strip_prefix(head).filter(|_| !head.is_empty()) else { break };
        texts.push(head);
        rest = tail;
    }
    texts.push(rest);
    texts
}

/// Returns the `reasoning` that a response echoes.
pub(super) fn echoed_reasoning(request: &ApiRequest<'_>) -> Value {
    let reasoning = request.get("reasoning");
    let summary = reasoning.map_or("", |reasoning| text(reasoning, "summary"));
    let effort = if request.model.reasons() { Value::from(read::effort(request)) } else { Value::Null };
    let summary = if summary.is_empty() { Value::Null } else { Value::from(summary) };
    json!({"effort": effort, "summary": summary})
}
