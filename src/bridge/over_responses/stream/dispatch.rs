//! Each event goes to the code for its kind.

use bytes::{Bytes, BytesMut};

use super::{
    chunks::Chunks,
    event::{EventKind, kind, object},
    texts::TextSource,
    tools::ToolInput,
};
use crate::{
    bridge::{
        over_responses::{
            answer::ANSWER_DEPTH,
            finish::{Failure, reason},
            item::OutputItem,
            usage,
        },
        values::{string, text_of, type_of},
    },
    call::{Dialect, Usage},
    json::Document,
};

impl Chunks {
    /// Takes the data of one event, and appends the chunks that it becomes.
    pub fn event(&mut self, data: &Bytes, out: &mut BytesMut) {
        if self.done {
            return;
        }
        let Ok(event) = Document::parse(data.clone(), 1) else {
            // The last event of the response has ended the stream already, so `[DONE]` adds nothing.
            if !matches!(data.trim_ascii(), b"" | b"[DONE]") {
                self.fail(&Failure::unreadable(), out);
            }
            return;
        };
        let root = event.root();
        let (kind, entries) = (kind(root), self.entries());
        let kept = match kind {
            EventKind::ItemAdded | EventKind::ItemDone => data.len(),
            // A piece of a call's input may have to wait.
            EventKind::InputDelta => string(root, "delta").map_or(0, <[u8]>::len),
            _ => 0,
        };
        match kind {
            EventKind::TextDelta(kind) => self.text_delta(kind, root, out),
            EventKind::TextDone(kind) => self.text_done(kind, root, out),
            EventKind::InputDelta => {
                self.input(root, ToolInput::Delta(string(root, "delta").unwrap_or_default()), out);
            }
            EventKind::InputDone => {
                let whole = string(root, "arguments").or_else(|| string(root, "input"));
                self.input(root, ToolInput::Whole(whole.unwrap_or_default()), out);
            }
            EventKind::ItemAdded => self.item_added(root, out),
            EventKind::ItemDone => self.item_done(root, out),
            EventKind::ResponseBegun => {
                if let Some(response) = object(root, "response", 1) {
                    self.begin(response.root(), out);
                }
            }
            EventKind::ResponseEnded => self.response_ended(&event, out),
            EventKind::Error => {
                let nested = object(root, "error", 1);
                self.fail(&Failure::read(nested.as_ref().map_or(root, Document::root)), out);
            }
            EventKind::Ignored => {}
        }
        let is_new = self.entries() > entries && kept == 0;
        self.keep(if is_new { data.len() } else { kept }, out);
    }

    /// Ends the stream because upstream has ended without an error of its connection.
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

    fn response_ended(&mut self, event: &Document, out: &mut BytesMut) {
        let none = || Document::parse(Bytes::from_static(b"{}"), 1).ok();
        let Some(response) = object(event.root(), "response", ANSWER_DEPTH).or_else(none) else { return };
        let root = response.root();
        let named = || Some(type_of(event.root())?.strip_prefix("response.")?.to_owned().into());
        let status = text_of(root, "status").or_else(named).unwrap_or_default();
        self.summary.usage = usage::of(&response).map(|usage| Usage::read(Dialect::Responses, usage.root()));
        if let Some(failure) = Failure::of(&status, root) {
            if root.non_null("error").is_some() {
                self.fail(&failure, out);
            } else {
                self.unexplained = Some(failure);
            }
            return;
        }
        self.begin(root, out);
        for (output, item) in (0..).zip(OutputItem::all(&response).unwrap_or_default()) {
            if !self.done && !self.items.has(output, &item) {
                self.finished(Some(output), TextSource::Response, item, out);
            }
        }
        if !self.done {
            self.release(out);
            self.close(reason(&status, root, !self.calls.is_empty()), Some(&response), out);
        }
    }
}
