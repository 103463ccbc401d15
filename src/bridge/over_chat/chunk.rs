//! A chunk of a chat answer, or a whole answer: the members around the message.

use std::borrow::Cow;

use super::{builder::ResponseBuilder, delta::ChatDelta, event_writer::EventWriter, usage};
use crate::{
    bridge::values::string,
    json::{Document, Kind, View, text},
};

/// Members of a chat answer that a response has under another name or in another place, and members that a response has
/// itself. A member with such a name is not copied as a vendor's.
const KNOWN: &[&str] = &[
    "background",
    "choices",
    "completed_at",
    "content_filters",
    "created",
    "created_at",
    "error",
    "id",
    "incomplete_details",
    "instructions",
    "max_output_tokens",
    "max_tool_calls",
    "metadata",
    "model",
    "obfuscation",
    "object",
    "output",
    "parallel_tool_calls",
    "previous_response_id",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "reasoning",
    "safety_identifier",
    "service_tier",
    "status",
    "store",
    "temperature",
    "text",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "truncation",
    "type",
    "sequence_number",
    "usage",
    "user",
];

impl ResponseBuilder {
    /// Adds a chunk, or a whole answer.
    pub(super) fn add(&mut self, chunk: &Document, events: &mut EventWriter<'_>) {
        let root = chunk.root();
        self.response.head.read(root);
        if self.summary.model.is_none() {
            self.summary.model =
                root.get("model").and_then(View::text).map(Cow::into_owned).filter(|name| !name.is_empty());
        }
        for (key, value) in root.members().filter(|(_, value)| !value.is_null()) {
            match &*key {
                // Older api-versions have the second name.
                "prompt_filter_results" | "prompt_annotations" => {
                    let prompts = Some(value).filter(|prompts| prompts.kind() == Kind::Array);
                    if let Some(prompts) = prompts.and_then(|prompts| prompts.reparse(3)) {
                        self.response.verdicts.prompts(prompts.root());
                    }
                }
                key if KNOWN.contains(&key) => {}
                key => self.response.extras.set(key, value.raw()),
            }
        }
        if let Some(counts) = root.get("usage").filter(|usage| usage.kind() == Kind::Object) {
            let (counts, json) = usage::usage(counts);
            self.summary.usage = Some(counts);
            self.response.usage = Some(json);
        }
        if self.response.head.id.is_some() {
            self.begin(events);
        }
        let is_first = |choice: &View<'_>| choice.get("index").is_none_or(|index| index.whole() == Some(0));
        if let Some(choice) = root.get("choices").into_iter().flat_map(View::items).find(is_first) {
            let padding = string(root, "obfuscation");
            let padding = padding.map_or_else(Vec::new, |raw| [b",\"obfuscation\":", raw].concat());
            self.choice(choice, &padding, events);
        }
    }

    fn choice(&mut self, choice: View<'_>, padding: &[u8], events: &mut EventWriter<'_>) {
        let delta = choice.get("delta");
        if let Some(message) = delta.or_else(|| choice.get("message")) {
            let logprobs = choice.get("logprobs");
            self.delta(ChatDelta { message, is_whole: delta.is_none(), logprobs, padding }, events);
        }
        for (key, value) in choice.members().filter(|(_, value)| !value.is_null()) {
            match &*key {
                // The offsets say which part of the text a verdict is about. A response has one verdict for all of it.
                "index" | "delta" | "message" | "logprobs" | "content_filter_offsets" => {}
                "content_filter_results" => self.response.verdicts.answer(value),
                "finish_reason" => {
                    self.summary.finish_reason = value.text().map(Cow::into_owned);
                    self.response.finish = Some(text::inner(value.raw()).into());
                }
                key if KNOWN.contains(&key) => {}
                key => self.response.extras.set(key, value.raw()),
            }
        }
        if self.is_finished() {
            self.begin(events);
            self.close_all(events);
        }
    }
}
