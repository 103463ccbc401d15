//! Writes an answer as a stream, with everything that Azure adds to OpenAI's streams: a first chunk without choices or
//! id, content-filter annotations, padding, and chunks without a `delta` if the filter is asynchronous.

use bytes::Bytes;

use super::json_writer::JsonWriter;
use crate::sim::{
    answer::{AnswerChoice, AnswerMessage, GeneratedAnswer, ToolCall},
    filters,
    obfuscation::padding,
    usage,
};

/// The form of a stream.
#[derive(Debug, Clone, Copy)]
pub(super) struct StreamStyle {
    pub(super) include_usage: bool,
    /// Whether chunks have padding, which hides the length of their text. Newer models add it.
    pub(super) obfuscation: bool,
    /// Whether the filter is asynchronous. Its annotations come in chunks of their own, also after the end of a choice.
    pub(super) async_filter: bool,
    /// The number of alternatives in `logprobs`, if the request asks for them.
    pub(super) top_logprobs: Option<u64>,
}

/// The number of text chunks between two annotations of the asynchronous filter.
const ANNOTATE_EVERY: u64 = 8;

/// Returns the chunks of an answer. Each is a whole event.
pub(super) fn chunks(answer: &GeneratedAnswer, style: StreamStyle) -> Vec<Bytes> {
    let mut writer = ChunkWriter::new(answer, style);
    writer.prompt();
    for (choice, index) in answer.choices.iter().zip(0..) {
        writer.choice(choice, index);
    }
    // A stream that the filter ended has no usage chunk, even if the request asks for one.
    let filtered = answer.choices.iter().any(|choice| choice.finish == "content_filter");
    if style.include_usage && !filtered {
        writer.usage(answer);
    }
    writer.events.push(Bytes::from_static(b"data: [DONE]\n\n"));
    writer.events
}

struct ChunkWriter {
    style: StreamStyle,
    out: JsonWriter,
    events: Vec<Bytes>,
    /// The members `created`, `id`, `model` and `object`, which every chunk of the answer has.
    envelope: String,
    /// The characters of text written so far.
    offset: u64,
    /// The number of the last chunk's padding.
    padding: usize,
}

impl ChunkWriter {
    fn new(answer: &GeneratedAnswer, style: StreamStyle) -> Self {
        let mut envelope = JsonWriter::default();
        envelope.raw(",\"created\":").number(answer.created).raw(",\"id\":").text(&answer.id);
        envelope.raw(",\"model\":").text(&answer.model).raw(",\"object\":\"chat.completion.chunk\"");
        let envelope = String::from_utf8_lossy(&envelope.bytes).into_owned();
        Self { style, out: JsonWriter::default(), events: Vec::new(), envelope, offset: 0, padding: 0 }
    }

    /// Writes Azure's first chunk, which has no choices and no id, only the filter's annotation of the prompt.
    fn prompt(&mut self) {
        self.out.raw("data: {\"choices\":[],\"created\":0,\"id\":\"\",\"model\":\"\",\"object\":\"\",");
        self.out.prompt_filter_results().raw("}\n\n");
        self.flush();
    }

    fn choice(&mut self, choice: &AnswerChoice, index: u64) {
        self.offset = 0;
        match &choice.message {
            AnswerMessage::Text(text) => {
                self.delta(index, "", |out| {
                    out.raw("\"content\":\"\",\"refusal\":null,\"role\":\"assistant\"");
                });
                self.text(text, "content", index);
            }
            AnswerMessage::Refusal(text) => {
                self.delta(index, "", |out| {
                    out.raw("\"content\":null,\"refusal\":\"\",\"role\":\"assistant\"");
                });
                self.text(text, "refusal", index);
            }
            AnswerMessage::ToolCalls(calls) => {
                self.delta(index, "", |out| {
                    out.raw("\"content\":null,\"refusal\":null,\"role\":\"assistant\"");
                });
                for (tool_call, at) in calls.iter().zip(0..) {
                    self.tool_call(tool_call, at, index);
                }
            }
            AnswerMessage::FunctionCall(tool_call) => self.function_call(tool_call, index),
        }
        self.finish(choice.finish, index);
    }

    fn text(&mut self, text: &str, member: &str, index: u64) {
        let mut since = 0;
        for (piece, at) in usage::pieces(text).zip(1..) {
            self.delta(index, if member == "content" { piece } else { "" }, |out| {
                out.raw("\"").raw(member).raw("\":").text(piece);
            });
            self.offset += piece.chars().count() as u64;
            if self.style.async_filter && at % ANNOTATE_EVERY == 0 {
                self.annotation(since, "null", filters::PASSED, index);
                since = self.offset;
            }
        }
    }

    fn tool_call(&mut self, tool_call: &ToolCall, at: u64, index: u64) {
        let (member, argument) =
            if tool_call.custom { ("custom", "input") } else { ("function", "arguments") };
        self.delta(index, "", |out| {
            out.raw("\"tool_calls\":[{\"").raw(member).raw("\":{\"").raw(argument).raw("\":\"\",\"name\":");
            out.text(&tool_call.name).raw("},\"id\":").text(&tool_call.id).raw(",\"index\":").number(at);
            out.raw(",\"type\":\"").raw(member).raw("\"}]");
        });
        for piece in usage::pieces(&tool_call.input) {
            self.delta(index, "", |out| {
                out.raw("\"tool_calls\":[{\"").raw(member).raw("\":{\"").raw(argument).raw("\":").text(piece);
                out.raw("},\"index\":").number(at).raw("}]");
            });
        }
    }

    fn function_call(&mut self, tool_call: &ToolCall, index: u64) {
        self.delta(index, "", |out| {
            out.raw("\"content\":null,\"function_call\":{\"arguments\":\"\",\"name\":").text(&tool_call.name);
            out.raw("},\"refusal\":null,\"role\":\"assistant\"");
        });
        for piece in usage::pieces(&tool_call.input) {
            self.delta(index, "", |out| {
                out.raw("\"function_call\":{\"arguments\":").text(piece).raw("}");
            });
        }
    }

    /// Writes the end of a choice. The asynchronous filter blocks with an annotation, and otherwise adds one after the
    /// end.
    fn finish(&mut self, finish: &str, index: u64) {
        if self.style.async_filter && finish == "content_filter" {
            self.annotation(0, "\"content_filter\"", filters::BLOCKED, index);
            return;
        }
        let results = if finish == "content_filter" { filters::BLOCKED } else { "{}" };
        self.begin(index);
        if !self.style.async_filter {
            self.out.raw("\"content_filter_results\":").raw(results).raw(",");
        }
        self.out.raw("\"delta\":{},\"finish_reason\":").text(finish).raw(",\"logprobs\":null}]");
        self.end();
        if self.style.async_filter {
            self.annotation(0, "null", filters::PASSED, index);
        }
    }

    /// Writes one delta. `spoken` is the text that `logprobs` describe.
    fn delta(&mut self, index: u64, spoken: &str, members: impl FnOnce(&mut JsonWriter)) {
        self.begin(index);
        if !self.style.async_filter {
            self.out.raw("\"content_filter_results\":{},");
        }
        self.out.raw("\"delta\":{");
        members(&mut self.out);
        self.out.raw("},\"finish_reason\":null,\"logprobs\":");
        self.out.logprobs(spoken, self.style.top_logprobs.filter(|_| !spoken.is_empty())).raw("}]");
        self.end();
    }

    fn annotation(&mut self, from: u64, finish: &str, results: &str, index: u64) {
        let to = self.offset;
        self.out.raw("data: {\"choices\":[{\"content_filter_offsets\":{\"check_offset\":").number(from);
        self.out.raw(",\"end_offset\":").number(to).raw(",\"start_offset\":").number(from);
        self.out.raw("},\"content_filter_results\":").raw(results).raw(",\"finish_reason\":").raw(finish);
        self.out.raw(",\"index\":").number(index).raw("}],\"created\":0,\"id\":\"\",\"model\":\"\",");
        self.out.raw("\"object\":\"\"}\n\n");
        self.flush();
    }

    fn begin(&mut self, index: u64) {
        self.out.raw("data: {\"choices\":[{\"index\":").number(index).raw(",");
    }

    fn end(&mut self) {
        self.out.raw(&self.envelope);
        if self.style.obfuscation {
            self.padding += 5;
            self.out.raw(",\"obfuscation\":\"").raw(padding(self.padding)).raw("\"");
        }
        self.out.raw(",\"system_fingerprint\":null,\"usage\":null}\n\n");
        self.flush();
    }

    fn usage(&mut self, answer: &GeneratedAnswer) {
        self.out.raw("data: {\"choices\":[]").raw(&self.envelope);
        self.out.raw(",\"system_fingerprint\":null,\"usage\":").value(&answer.usage).raw("}\n\n");
        self.flush();
    }

    fn flush(&mut self) {
        self.events.push(self.out.bytes.split().freeze());
    }
}
