//! Writes an answer as one JSON body.

use bytes::Bytes;

use super::json_writer::JsonWriter;
use crate::sim::{
    answer::{AnswerChoice, AnswerMessage, GeneratedAnswer, ToolCall},
    filters,
};

/// Writes the body. `top` is the number of alternatives in `logprobs`, if the request asks for them.
pub(super) fn body(answer: &GeneratedAnswer, top: Option<u64>) -> Bytes {
    let mut out = JsonWriter::default();
    out.raw("{\"choices\":");
    out.list(answer.choices.iter().zip(0..), |out, (one, index)| choice(out, one, index, top));
    out.raw(",\"created\":").number(answer.created).raw(",\"id\":").text(&answer.id);
    out.raw(",\"model\":").text(&answer.model).raw(",\"object\":\"chat.completion\",");
    out.prompt_filter_results()
        .raw(",\"system_fingerprint\":\"fp_simulator\",\"usage\":")
        .value(&answer.usage);
    out.raw("}");
    out.bytes.freeze()
}

fn choice(out: &mut JsonWriter, choice: &AnswerChoice, index: u64, top: Option<u64>) {
    out.raw("{\"content_filter_results\":").raw(filters::for_finish(choice.finish));
    out.raw(",\"finish_reason\":").text(choice.finish).raw(",\"index\":").number(index).raw(",\"logprobs\":");
    match &choice.message {
        AnswerMessage::Text(text) => out.logprobs(text, top),
        AnswerMessage::Refusal(_) | AnswerMessage::ToolCalls(_) | AnswerMessage::FunctionCall(_) => {
            out.raw("null")
        }
    };
    out.raw(",\"message\":{\"annotations\":[],");
    message(out, &choice.message);
    out.raw(",\"role\":\"assistant\"}}");
}

fn message(out: &mut JsonWriter, message: &AnswerMessage) {
    match message {
        AnswerMessage::Text(text) => {
            out.raw("\"content\":").text(text).raw(",\"refusal\":null");
        }
        AnswerMessage::Refusal(text) => {
            out.raw("\"content\":null,\"refusal\":").text(text);
        }
        AnswerMessage::ToolCalls(calls) => {
            out.raw("\"content\":null,\"refusal\":null,\"tool_calls\":");
            out.list(calls, tool_call);
        }
        AnswerMessage::FunctionCall(call) => {
            out.raw("\"content\":null,\"function_call\":{\"arguments\":").text(&call.input);
            out.raw(",\"name\":").text(&call.name).raw("},\"refusal\":null");
        }
    }
}

fn tool_call(out: &mut JsonWriter, call: &ToolCall) {
    if call.custom {
        out.raw("{\"custom\":{\"input\":").text(&call.input).raw(",\"name\":").text(&call.name);
        out.raw("},\"id\":").text(&call.id).raw(",\"type\":\"custom\"}");
    } else {
        out.raw("{\"function\":{\"arguments\":").text(&call.input).raw(",\"name\":").text(&call.name);
        out.raw("},\"id\":").text(&call.id).raw(",\"type\":\"function\"}");
    }
}
