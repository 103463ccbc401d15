//! A stream of a response's events as the stream of chunks that says the same. A piece of text is passed on as it is
//! spelt; kept are only the finished items, for what the end tells of them, and what was told of each text and call.
//!
//! Events say everything several times: piece by piece, all of a text, all of an item, all of the response. The first to
//! say it is passed on, and of the others what it did not say, so that a stream that lacks pieces is whole, too.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};

use self::{
    calls::Calls,
    event::{Happening, happening},
    items::Items,
    texts::{Place, Teller, Texts, Which},
    tools::Input,
    writer::Writer,
};
use super::{
    Reply,
    annotations::Annotations,
    answer::ANSWER_DEPTH,
    citations::{context, is_search},
    finish::{Failure, reason},
    item::{Item, ItemKind},
    kept::kept,
    spelt::{list, opened, string, text_of},
    stop::Held,
    usage,
};
use crate::{
    call::AnswerSummary,
    json::{Document, Kind, View, write::member},
    sse,
};

mod calls;
mod event;
mod items;
#[cfg(test)]
mod proptests;
mod said;
#[cfg(test)]
mod tests;
mod text;
mod texts;
mod tools;
mod writer;

/// Makes the chunks of one stream.
#[derive(Debug)]
pub struct Chunks {
    reply: Arc<Reply>,
    writer: Writer,
    texts: Texts,
    calls: Calls,
    items: Items,
    /// The message that began last, as a mark, and its place in the output.
    begun: Option<(u64, Bytes)>,
    held: Held,
    context: Context,
    told: AnswerSummary,
    /// The response failed, and nobody has said why: Azure may say it in an `error` event behind (earendil-works/pi#7983).
    unexplained: Option<Failure>,
    done: bool,
    cut: bool,
}

/// Whether the client knows what was found. The context must come once: the accumulator of openai-python takes no second
/// list of objects without an index (`accumulate_delta`). So it waits for all searches before the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Context {
    None,
    Due,
    AnswerSummary,
}

impl Chunks {
    /// Makes the chunks that `reply` asks for; with a chunk for the usage, if the client asked for it.
    pub fn new(reply: Arc<Reply>, usage: bool) -> Chunks {
        Chunks {
            reply,
            writer: Writer::new(usage),
            texts: Texts::default(),
            calls: Calls::default(),
            items: Items::default(),
            begun: None,
            held: Held::default(),
            context: Context::None,
            told: AnswerSummary::default(),
            unexplained: None,
            done: false,
            cut: false,
        }
    }

    /// Takes the data of one event, and appends the events that it gives.
    pub fn event(&mut self, data: &Bytes, out: &mut BytesMut) {
        if self.done {
            return;
        }
        let Ok(event) = Document::parse(data.clone(), 1) else {
            // The event before it made `[DONE]` needless.
            if !matches!(data.trim_ascii(), b"" | b"[DONE]") {
                self.fail(&Failure::unreadable(), out);
            }
            return;
        };
        let root = event.root();
        match happening(root) {
            Happening::Text(kind) => self.piece(kind, root, out),
            Happening::TextDone(kind) => self.whole(kind, root, out),
            Happening::Input => self.input(root, Input::More(string(root, "delta").unwrap_or_default()), out),
            Happening::InputDone => {
                let all = string(root, "arguments").or_else(|| string(root, "input"));
                self.input(root, Input::All(all.unwrap_or_default()), out);
            }
            Happening::Item => self.item(&event, out),
            Happening::ItemDone => self.item_done(&event, out),
            Happening::Begun => {
                if let Some(response) = object(&event, "response", 1) {
                    self.begin(response.root(), out);
                }
            }
            Happening::Ended => self.ended(&event, out),
            Happening::Error => {
                let nested = object(&event, "error", 1);
                self.fail(&Failure::read(nested.as_ref().map_or(root, Document::root)), out);
            }
            Happening::Nothing => {}
        }
    }

    /// Upstream has ended in order.
    pub fn end(&mut self, out: &mut BytesMut) {
        if self.done {
            return;
        }
        if let Some(failure) = self.unexplained.take() {
            self.fail(&failure, out);
        } else {
            self.fail(&Failure::interrupted(), out);
        }
    }

    /// Whether everything is written: nothing that upstream sends matters any more.
    pub fn is_done(&self) -> bool {
        self.done
    }

    /// Whether the answer was cut at a sequence: upstream would go on for nobody.
    pub fn is_cut(&self) -> bool {
        self.cut
    }

    /// What was told so far.
    pub fn told(&mut self) -> &mut AnswerSummary {
        &mut self.told
    }

    fn begin(&mut self, response: View<'_>, out: &mut BytesMut) {
        self.writer.begin(Some(response), out);
        if self.told.model.is_none() {
            self.told.model = text_of(response, "model");
        }
    }

    fn item_done(&mut self, event: &Document, out: &mut BytesMut) {
        let item = event.root().get("item").and_then(|item| Item::open(sliced(event, item)));
        if let Some(item) = item {
            self.finished(output(event.root()), Teller::Item, item, out);
        }
    }

    /// Tells what was not told yet of a finished item, and keeps it.
    fn finished(&mut self, output: Option<u64>, teller: Teller, item: Item, out: &mut BytesMut) {
        let placed = output.is_some();
        let output = output.unwrap_or_else(|| self.items.next());
        match item.kind() {
            ItemKind::Call(tool) => {
                let index = self.call(&item, tool, Some(output), out);
                self.feed(index, Input::All(tool.input(item.view())), out);
            }
            ItemKind::Message => self.begun(&item, output),
            ItemKind::Reasoning | ItemKind::Other => {}
        }
        for part in item.parts() {
            if !self.done {
                let place = Place { kind: part.kind, output, index: part.index };
                let which = Which { place, placed, id: string(item.view(), "id"), teller };
                self.rest(which, part.text.raw(), list(part.whole, "logprobs"), out);
            }
        }
        if self.context == Context::None && is_search(&item) {
            self.context = Context::Due;
        }
        self.items.keep(output, item);
    }

    fn ended(&mut self, event: &Document, out: &mut BytesMut) {
        let none = || Document::parse(Bytes::from_static(b"{}"), 1).ok();
        let Some(response) = object(event, "response", ANSWER_DEPTH).or_else(none) else { return };
        let root = response.root();
        let named = || Some(text_of(event.root(), "type")?.strip_prefix("response.")?.to_owned());
        let status = text_of(root, "status").or_else(named).unwrap_or_default();
        let usage = usage::opened(&response);
        self.told.usage = usage.as_ref().map(|usage| usage::read(usage.root()));
        if let Some(failure) = Failure::of(&status, root) {
            let explained = root.get("error").is_some_and(|error| !error.is_null());
            if explained {
                self.fail(&failure, out);
            } else {
                self.unexplained = Some(failure);
            }
            return;
        }
        self.begin(root, out);
        for (output, item) in (0..).zip(Item::all(&response).unwrap_or_default()) {
            if !self.done && !self.items.has(output, &item) {
                self.finished(Some(output), Teller::End, item, out);
            }
        }
        if !self.done {
            self.release(out);
            self.close(reason(&status, root, !self.calls.is_empty()), Some(&response), out);
        }
    }

    /// The end of the stream: what is known of all of the text, the finish reason, the usage.
    fn close(&mut self, reason: &'static str, response: Option<&Document>, out: &mut BytesMut) {
        self.feed_left(out);
        let mut delta = Vec::new();
        let annotations = Annotations::of(self.items.all(), None);
        if !annotations.chat.is_empty() {
            member(&mut delta, "annotations", &[b"[", &*annotations.chat, b"]"].concat());
        }
        let context = context(self.items.all(), None).filter(|_| self.context != Context::AnswerSummary);
        let cut = if response.is_none() { self.items.last_message() } else { None };
        let kept = kept(self.items.all(), &self.reply.resource, cut, &annotations.others);
        for (key, value) in [("context", context), ("azgate", kept)] {
            if let Some(value) = value {
                member(&mut delta, key, &value);
            }
        }
        if !delta.is_empty() {
            self.writer.delta([&*delta], out);
        }
        let usage = response.and_then(usage::opened).map(|usage| usage::write(usage.root()));
        self.writer.finish(reason, response, usage.as_deref(), out);
        self.told.finish_reason = Some(reason.to_owned());
        self.done = true;
        self.cut = response.is_none();
    }

    fn fail(&mut self, failure: &Failure, out: &mut BytesMut) {
        self.release(out);
        sse::data(out, [&br#"{"error":"#[..], &failure.object(), b"}"]);
        self.told.error = Some(failure.code.clone());
        self.done = true;
    }
}

/// The place in the output of the item that an event is about.
fn output(event: View<'_>) -> Option<u64> {
    event.get("output_index").and_then(View::whole)
}

/// The value of an event's member, shared.
fn sliced(event: &Document, value: View<'_>) -> Bytes {
    event.source().slice(value.span().range())
}

/// An event's member that is an object, opened.
fn object(event: &Document, key: &str, depth: u32) -> Option<Document> {
    opened(event, event.root().get(key).filter(|value| value.kind() == Kind::Object)?, depth)
}
