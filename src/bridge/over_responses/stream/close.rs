//! The end of a stream that did not fail.

use bytes::{Bytes, BytesMut};

use super::chunks::{Chunks, ContextState};
use crate::{
    bridge::{
        over_responses::{
            annotations::Annotations, citations::context, item::ItemKind, kept::kept, usage,
            vendor_field::vendor_field,
        },
        values::text_of,
    },
    json::{Document, write::member},
};

impl Chunks {
    /// Sends what is known of the whole text, the finish reason and the usage. There is no `response` if azgate cut the
    /// text.
    pub(super) fn close(&mut self, reason: &'static str, response: Option<&Document>, out: &mut BytesMut) {
        self.send_waiting_input(out);
        let mut delta = Vec::new();
        let annotations = Annotations::of(self.items.all(), None);
        if !annotations.chat.is_empty() {
            member(&mut delta, "annotations", &[b"[", &*annotations.chat, b"]"].concat());
        }
        let context = context(self.items.all(), None).filter(|_| self.context != ContextState::Sent);
        let cut = if response.is_none() { self.items.last_message() } else { None };
        let field = vendor_field(self.items.all(), &self.reply.resource, cut, &annotations.others);
        let calls = self.items.all().filter(|item| matches!(item.kind(), ItemKind::Call(_)));
        let ids = calls.filter_map(|call| Some(text_of(call.view(), "call_id")?.into_owned()));
        let kept = field
            .as_ref()
            .and_then(|field| kept(Bytes::copy_from_slice(field), ids.collect(), &self.reply.resource));
        self.summary.reasoning.extend(kept);
        for (key, value) in [("context", context), ("azgate", field)] {
            if let Some(value) = value {
                member(&mut delta, key, &value);
            }
        }
        if !delta.is_empty() {
            self.writer.delta([&*delta], out);
        }
        let usage = response.and_then(usage::of).map(|usage| usage::write(usage.root()));
        self.writer.finish(reason, response, usage.as_deref(), out);
        self.summary.finish_reason = Some(reason.to_owned());
        self.done = true;
        self.cut = response.is_none();
    }
}
