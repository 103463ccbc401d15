//! A chat answer on its way to become a response, whether it comes whole or chunk by chunk: what came of it so far, and the
//! events of what comes now. A whole answer is a chunk that has everything.
//!
//! Items grow one at a time, in the order in which they begin. Azure sends what belongs together in one go; should something
//! come for an item whose end was told, the item grows on, and its end is told again with all it has.

use std::{borrow::Cow, sync::Arc};

use super::{
    Reply,
    head::Head,
    item::{Call, Form, Item, Kind as Of},
    logprobs::logprobs,
    message::Message,
    rest::Rest,
    teller::{Spot, Teller},
    usage,
    verdicts::Verdicts,
};
use crate::{
    call::AnswerSummary,
    json::{Document, Kind, View, text},
};

/// The answer so far.
#[derive(Debug)]
pub(super) struct ResponseBuilder {
    pub(super) reply: Arc<Reply>,
    pub(super) head: Head,
    begun: bool,
    pub(super) items: Vec<Item>,
    /// As a response has it.
    pub(super) usage: Option<Vec<u8>>,
    /// Why the answer ended: the inside of a JSON string.
    pub(super) finish: Option<Vec<u8>>,
    pub(super) verdicts: Verdicts,
    pub(super) rest: Rest,
    pub(super) told: AnswerSummary,
}

/// Members of a chat answer that a response has under another name or in another place, and those that it has of its own:
/// what is called so is not a vendor's.
const TAKEN: &[&str] = &[
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
    pub(super) fn new(reply: Arc<Reply>) -> ResponseBuilder {
        ResponseBuilder {
            reply,
            head: Head::default(),
            begun: false,
            items: Vec::new(),
            usage: None,
            finish: None,
            verdicts: Verdicts::default(),
            rest: Rest::default(),
            told: AnswerSummary::default(),
        }
    }

    /// Whether the client has heard of the response.
    pub(super) fn begun(&self) -> bool {
        self.begun
    }

    /// Whether the answer said that it is over.
    pub(super) fn finished(&self) -> bool {
        self.finish.is_some()
    }

    /// A chunk, or a whole answer.
    pub(super) fn take(&mut self, chunk: &Document, teller: &mut Teller<'_>) {
        let root = chunk.root();
        self.head.read(root);
        if self.told.model.is_none() {
            self.told.model =
                root.get("model").and_then(View::text).map(Cow::into_owned).filter(|name| !name.is_empty());
        }
        for (key, value) in root.members().filter(|(_, value)| !value.is_null()) {
            match &*key {
                // Older api-versions have the second name.
                "prompt_filter_results" | "prompt_annotations" => {
                    if let Some(prompts) = opened(chunk, Some(value), 3) {
                        self.verdicts.prompts(prompts.root());
                    }
                }
                key if TAKEN.contains(&key) => {}
                key => self.rest.set(key, value.raw()),
            }
        }
        if let Some(told) = root.get("usage").filter(|usage| usage.kind() == Kind::Object) {
            let (counts, json) = usage::usage(told);
            self.told.usage = Some(counts);
            self.usage = Some(json);
        }
        if self.head.id.is_some() {
            self.begin(teller);
        }
        let first = |choice: &View<'_>| choice.get("index").is_none_or(|index| index.whole() == Some(0));
        if let Some(choice) = root.get("choices").into_iter().flat_map(View::items).find(first) {
            let pad = root.get("obfuscation").filter(|pad| pad.kind() == Kind::String);
            let pad = pad.map_or_else(Vec::new, |pad| [b",\"obfuscation\":", pad.raw()].concat());
            self.choice(chunk, choice, &pad, teller);
        }
    }

    fn begin(&mut self, teller: &mut Teller<'_>) {
        if !std::mem::replace(&mut self.begun, true) {
            let response = self.response(false);
            teller.response("created", &response);
            teller.response("in_progress", &response);
        }
    }

    fn choice(&mut self, chunk: &Document, choice: View<'_>, pad: &[u8], teller: &mut Teller<'_>) {
        if let Some(said) = choice.get("delta").or_else(|| choice.get("message")) {
            let told = choice.get("logprobs");
            self.said(chunk, said, choice.get("delta").is_none(), told, pad, teller);
        }
        for (key, value) in choice.members().filter(|(_, value)| !value.is_null()) {
            match &*key {
                // The offsets tell which part of the text one verdict is about: a response has one for all of it.
                "index" | "delta" | "message" | "logprobs" | "content_filter_offsets" => {}
                "content_filter_results" => self.verdicts.answer(value),
                "finish_reason" => {
                    self.told.finish_reason = value.text().map(Cow::into_owned);
                    self.finish = Some(text::inner(value.raw()).into());
                }
                key if TAKEN.contains(&key) => {}
                key => self.rest.set(key, value.raw()),
            }
        }
        if self.finish.is_some() {
            self.begin(teller);
            self.close_all(teller);
        }
    }

    /// A delta, or a whole message.
    fn said(
        &mut self,
        chunk: &Document,
        said: View<'_>,
        whole: bool,
        told: Option<View<'_>>,
        pad: &[u8],
        teller: &mut Teller<'_>,
    ) {
        let string = |key: &str| said.get(key).filter(|value| value.kind() == Kind::String);
        let spelt = |key: &str| string(key).map(|value| text::inner(value.raw())).unwrap_or_default();
        let thought = ["reasoning_content", "reasoning"].into_iter().find(|key| string(key).is_some());
        if let Some(thought) = thought.map(spelt).filter(|thought| !thought.is_empty()) {
            let at = self.turn_to(
                |item| matches!(item.kind, Of::Reasoning(_)),
                ResponseBuilder::reasoning,
                teller,
            );
            if let Some(item) = self.items.get_mut(at) {
                item.think(thought, at, pad, teller);
            }
        }
        for (key, refusal) in [("content", false), ("refusal", true)] {
            let probabilities = logprobs(chunk, told.and_then(|told| told.get(key)));
            let piece = spelt(key);
            if !piece.is_empty() || probabilities.len() > 0 {
                self.message(teller, |message, spot, teller| {
                    message.text(refusal, piece, &probabilities, spot, pad, teller);
                });
            }
        }
        for annotation in opened(chunk, said.get("annotations"), 3).iter().flat_map(|all| all.root().items())
        {
            let annotation = flat(annotation);
            self.message(teller, |message, spot, teller| message.annotate(&annotation, spot, teller));
        }
        self.vendor(said, thought, teller);
        let calls = opened(chunk, said.get("tool_calls"), 3);
        for (position, call) in (0..).zip(calls.iter().flat_map(|calls| calls.root().items())) {
            self.call(call, whole.then_some(position), pad, teller);
        }
    }

    /// Members of a message that neither operation of OpenAI's has.
    fn vendor(&mut self, said: View<'_>, thought: Option<&str>, teller: &mut Teller<'_>) {
        for (key, value) in said.members().filter(|(_, value)| !value.is_null()) {
            let known = match &*key {
                // The last three would stand in the item for what it has itself.
                "role" | "content" | "refusal" | "tool_calls" | "annotations" | "id" | "type" | "status" => {
                    true
                }
                // Some servers tell the same under both names.
                "reasoning_content" | "reasoning" => thought.is_some() && value.kind() == Kind::String,
                _ => false,
            };
            if !known {
                self.message(teller, |message, _, _| message.rest.join(&key, value));
            }
        }
    }

    fn message(
        &mut self,
        teller: &mut Teller<'_>,
        change: impl FnOnce(&mut Message, Spot<'_>, &mut Teller<'_>),
    ) {
        let at = self.turn_to(
            |item| matches!(item.kind, Of::Message(_)),
            |story| story.made("msg_", "_0", Of::Message(Message::default())),
            teller,
        );
        if let Some(Item { id, kind: Of::Message(message), .. }) = self.items.get_mut(at) {
            change(message, Spot { item: id, output: at, part: 0 }, teller);
        }
    }

    fn call(&mut self, told: View<'_>, position: Option<u64>, pad: &[u8], teller: &mut Teller<'_>) {
        let custom = told.get("custom").is_some_and(|custom| custom.kind() == Kind::Object);
        let called = told.get(if custom { "custom" } else { "function" });
        let spelt = |view: Option<View<'_>>| -> Vec<u8> {
            view.filter(|view| view.kind() == Kind::String)
                .map_or_else(Vec::new, |view| text::inner(view.raw()).into())
        };
        let (id, name) = (spelt(told.get("id")), spelt(called.and_then(|called| called.get("name"))));
        let piece = spelt(called.and_then(|called| called.get(if custom { "input" } else { "arguments" })));
        let index = told.get("index").and_then(View::whole).or(position);
        let index = index.unwrap_or_else(|| self.meant(&id, !name.is_empty()));
        let at = self.turn_to(
            |item| matches!(&item.kind, Of::Call(call) if call.index == index),
            |story| {
                let call_id =
                    if id.is_empty() { story.head.derived("call_", &format!("_{index}")) } else { id };
                let prefix: &[u8] = if custom { b"\"ctc_" } else { b"\"fc_" };
                let call = Call { index, custom, id: call_id, name: name.clone(), text: Vec::new() };
                let id = [prefix, &call.id, b"\""].concat();
                Item { id, kind: Of::Call(call), closed: false }
            },
            teller,
        );
        let Some(Item { id, kind: Of::Call(call), .. }) = self.items.get_mut(at) else { return };
        if call.name.is_empty() {
            call.name = name;
        }
        if !piece.is_empty() {
            call.text(&piece, Spot { item: id, output: at, part: 0 }, pad, teller);
        }
    }

    /// The number of the call that a delta without one means: the call of that id, or without an id the last, unless it is
    /// named anew.
    fn meant(&self, id: &[u8], named: bool) -> u64 {
        let calls = || {
            self.items
                .iter()
                .filter_map(|item| if let Of::Call(call) = &item.kind { Some(call) } else { None })
        };
        let known = if id.is_empty() {
            calls().next_back().filter(|_| !named)
        } else {
            calls().find(|call| call.id == id)
        };
        let next = || calls().map(|call| call.index.saturating_add(1)).max().unwrap_or(0);
        known.map_or_else(next, |call| call.index)
    }

    /// Makes an item the one that grows: what grew before is whole. Only calls grow beside each other, since their pieces may
    /// come in turns: a client that acts on the end of one must find all of it.
    fn turn_to(
        &mut self,
        is: impl Fn(&Item) -> bool,
        make: impl FnOnce(&ResponseBuilder) -> Item,
        teller: &mut Teller<'_>,
    ) -> usize {
        self.begin(teller);
        let found = self.items.iter().position(is);
        let at = found.unwrap_or(self.items.len());
        let new = found.is_none().then(|| make(self));
        let calls = new.as_ref().or(self.items.get(at)).is_some_and(Item::is_call);
        for (output, item) in self.items.iter_mut().enumerate().filter(|(output, _)| *output != at) {
            if !(calls && item.is_call()) {
                item.close(output, false, teller);
            }
        }
        if let Some(item) = new {
            teller.item_added(at, &item.json(Form::Begun));
            self.items.push(item);
        }
        if let Some(item) = self.items.get_mut(at) {
            item.closed = false;
        }
        at
    }

    fn close_all(&mut self, teller: &mut Teller<'_>) {
        let (cut, last) = (self.reason().is_some(), self.items.len().saturating_sub(1));
        for (output, item) in self.items.iter_mut().enumerate() {
            item.close(output, cut && output == last, teller);
        }
    }

    fn reasoning(&self) -> Item {
        self.made("rs_", "", Of::Reasoning(Vec::new()))
    }

    fn made(&self, prefix: &str, suffix: &str, kind: Of) -> Item {
        let id = [b"\"", &*self.head.derived(prefix, suffix), b"\""].concat();
        Item { id, kind, closed: false }
    }

    /// The answer is over: the last events.
    pub(super) fn end(&mut self, teller: &mut Teller<'_>) -> Vec<u8> {
        self.begin(teller);
        self.close_all(teller);
        let response = self.response(true);
        teller.response(if self.reason().is_some() { "incomplete" } else { "completed" }, &response);
        response
    }
}

/// A value that lies deeper than its document was parsed. It was validated with it, so this fails only for what has too many values.
fn opened(document: &Document, value: Option<View<'_>>, depth: u32) -> Option<Document> {
    let value = value.filter(|value| value.kind() == Kind::Array)?;
    Document::parse(document.source().slice(value.span().range()), depth).ok()
}

/// An annotation of chat: what it says lies one level deeper, in a member that is named as its type is.
fn flat(annotation: View<'_>) -> Vec<u8> {
    let kind = annotation.get("type").and_then(View::text).unwrap_or_default();
    let mut flat = Rest::default();
    for (key, value) in annotation.members() {
        if key == kind && value.kind() == Kind::Object {
            value.members().for_each(|(key, value)| flat.set(&key, value.raw()));
        } else {
            flat.set(&key, value.raw());
        }
    }
    flat.object()
}
