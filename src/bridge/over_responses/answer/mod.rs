//! A whole response becomes a chat completion.

use std::ops::Range;

use bytes::Bytes;

use super::{
    Reply,
    annotations::{Annotations, characters},
    approval,
    citations::context,
    decoded::decoded,
    filters::Filters,
    finish::{Failure, reason},
    head::head,
    item::{ItemKind, OutputItem, PartKind, TextPart},
    stop,
    tool_call::{self, tool_call},
    usage,
    vendor_field::vendor_field,
};
use crate::{
    bridge::values::{list, quoted, string, text_of},
    json::{
        Document, text,
        write::{item, key, member},
    },
};

/// How deep a response must be parsed: down to its items. Each item is parsed on its own, so that no list in them
/// (logprobs, annotations) makes the whole too large.
pub const ANSWER_DEPTH: u32 = 2;

/// The inside of a JSON string that separates the parts of reasoning.
pub(super) const BLANK_LINE: &[u8] = br"\n\n";

/// Why a body does not become a completion.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    /// The response failed.
    #[error("{message}")]
    Failed {
        /// The error's code.
        code: String,
        /// The error's message.
        message: String,
        /// The HTTP status that the error would have had.
        status: u16,
    },
    /// The body is not a response, or a response that is not complete yet.
    #[error("the body is no response")]
    NotAResponse,
}

/// Returns the `chat.completion` for a response that is parsed to [`ANSWER_DEPTH`].
pub fn answer(response: &Document, reply: &Reply) -> Result<Bytes, NoAnswer> {
    let root = response.root();
    let status = text_of(root, "status").unwrap_or_default();
    if let Some(Failure { code, message, status, .. }) = Failure::of(&status, root) {
        return Err(NoAnswer::Failed { code, message, status });
    }
    let waits = matches!(&*status, "queued" | "in_progress");
    let items = OutputItem::all(response).filter(|_| !waits).ok_or(NoAnswer::NotAResponse)?;
    let mut message = ChatMessage::default();
    for (at, item) in items.iter().enumerate() {
        message.add(at, item);
    }
    let cut = message.cut(&reply.stop);
    let reason = if cut.is_some() { "stop" } else { reason(&status, root, !message.calls.is_empty()) };

    let filters = Filters::read(response);
    let mut choice = Vec::from(br#"{"index":0,"message":"#);
    choice.extend_from_slice(&message.write(&items, cut, reply));
    member(&mut choice, "logprobs", &logprobs(&message.logprobs));
    member(&mut choice, "finish_reason", text::quote(reason).as_bytes());
    choice.extend_from_slice(&filters.choice);
    choice.push(b'}');

    let mut out = head(Some(root), "chat.completion");
    member(&mut out, "choices", &[b"[", &*choice, b"]"].concat());
    if let Some(usage) = usage::of(response) {
        member(&mut out, "usage", &usage::write(usage.root()));
    }
    if let Some(tier) = string(root, "service_tier") {
        member(&mut out, "service_tier", tier);
    }
    out.extend_from_slice(&filters.top);
    out.push(b'}');
    Ok(out.into())
}

/// Returns the `logprobs` of a choice, given the inside of their list.
pub(super) fn logprobs(inside: &[u8]) -> Vec<u8> {
    if inside.is_empty() {
        return b"null".into();
    }
    [b"{\"content\":[", inside, b"],\"refusal\":null}"].concat()
}

/// The chat message that the items make up. Texts are the insides of JSON strings, lists the insides of JSON lists.
/// An offset is a number of bytes of `content`, as it is escaped.
#[derive(Debug, Default)]
struct ChatMessage {
    content: Option<Vec<u8>>,
    refusal: Option<Vec<u8>>,
    reasoning: Option<Vec<u8>>,
    logprobs: Vec<u8>,
    /// The calls, each with the offset at which it came.
    calls: Vec<(usize, Vec<u8>)>,
    /// The index in the output of each message, and the offset at which its text begins.
    messages: Vec<(usize, usize)>,
    /// The offsets at which something else than text came: no stop sequence reaches across them.
    breaks: Vec<usize>,
}

/// Where a text was cut.
#[derive(Clone, Copy, Debug)]
struct TextCut {
    /// The number of characters before the cut.
    characters: u64,
    /// The index in the output of the message with the cut.
    message: usize,
}

impl ChatMessage {
    fn add(&mut self, at: usize, one: &OutputItem) {
        let offset = self.content.as_ref().map_or(0, Vec::len);
        match one.kind() {
            ItemKind::Call(kind) => {
                let call = one.view();
                self.calls.push((offset, tool_call(call, kind, None, tool_call::input(call, kind))));
                self.breaks.push(offset);
            }
            ItemKind::Message => self.messages.push((at, offset)),
            ItemKind::Reasoning | ItemKind::Other => {}
        }
        for part in one.parts() {
            self.add_part(&part);
        }
        if let Some(notice) = approval::notice(one) {
            self.breaks.push(offset);
            let gap = if offset > 0 { BLANK_LINE } else { b"" };
            self.content.get_or_insert_default().extend([gap, &notice].concat());
        }
    }

    fn add_part(&mut self, part: &TextPart<'_>) {
        let inner = text::inner(part.text.raw());
        if part.kind != PartKind::Text && !inner.is_empty() {
            self.breaks.push(self.content.as_ref().map_or(0, Vec::len));
        }
        let text = match part.kind {
            PartKind::Text => &mut self.content,
            PartKind::Refusal => &mut self.refusal,
            PartKind::Summary | PartKind::Thought if inner.is_empty() => return,
            PartKind::Summary | PartKind::Thought => {
                if let Some(before) = &mut self.reasoning {
                    before.extend_from_slice(BLANK_LINE);
                }
                &mut self.reasoning
            }
        };
        text.get_or_insert_default().extend_from_slice(inner);
        if let Some(list) = list(part.whole, "logprobs").filter(|_| part.kind == PartKind::Text) {
            item(&mut self.logprobs, text::inner(list.raw()).trim_ascii());
        }
    }

    /// Cuts the text at a stop sequence, and drops the calls behind it: a model that supports stop sequences would have
    /// stopped before them.
    fn cut(&mut self, sequences: &[String]) -> Option<TextCut> {
        if sequences.is_empty() {
            return None;
        }
        let content = self.content.as_mut()?;
        let mut begin = 0;
        let ends = self.breaks.iter().copied().chain([content.len()]);
        let found = ends.into_iter().find_map(|end| {
            let begin = std::mem::replace(&mut begin, end);
            let found = stop::cut(content.get(begin..end)?, sequences)?;
            Some(begin + found.start..begin + found.end)
        })?;
        content.truncate(found.start);
        let characters = characters(content);
        self.logprobs = tokens(&self.logprobs, 0..decoded(content).len());
        self.calls.retain(|(offset, _)| *offset < found.end);
        let message = self.messages.iter().rfind(|(_, offset)| *offset < found.end);
        Some(TextCut { characters, message: message.map_or(0, |(at, _)| *at) })
    }

    fn write(&self, items: &[OutputItem], cut: Option<TextCut>, reply: &Reply) -> Vec<u8> {
        let mut out = Vec::from(br#"{"role":"assistant""#);
        // If all tokens went into reasoning, the completion has an empty text.
        let is_empty = self.refusal.is_none() && self.calls.is_empty();
        member(&mut out, "content", &quoted(self.content.as_deref().or(is_empty.then_some(b""))));
        member(&mut out, "refusal", &quoted(self.refusal.as_deref()));
        let within = cut.map(|cut| cut.characters);
        let annotations = Annotations::of(items, within);
        member(&mut out, "annotations", &[b"[", &*annotations.chat, b"]"].concat());
        if !self.calls.is_empty() {
            key(&mut out, "tool_calls");
            out.push(b'[');
            for (_, call) in &self.calls {
                item(&mut out, call);
            }
            out.push(b']');
        }
        if self.reasoning.is_some() {
            member(&mut out, "reasoning_content", &quoted(self.reasoning.as_deref()));
        }
        if let Some(context) = context(items, within) {
            member(&mut out, "context", &context);
        }
        let message = cut.map(|cut| cut.message);
        if let Some(field) = vendor_field(items.iter(), &reply.resource, message, &annotations.others) {
            member(&mut out, "azgate", &field);
        }
        out.push(b'}');
        out
    }
}

/// Returns the tokens that begin in this range of bytes of the text. Takes and returns the inside of a list.
pub(super) fn tokens(inside: &[u8], within: Range<usize>) -> Vec<u8> {
    let Ok(list) = Document::parse([b"[", inside, b"]"].concat().into(), 2) else { return inside.into() };
    let (mut chosen, mut at) = (Vec::new(), 0);
    for token in list.root().items() {
        if within.contains(&at) {
            item(&mut chosen, token.raw());
        }
        at += string(token, "token").map_or(0, |token| decoded(text::inner(token)).len());
    }
    chosen
}

#[cfg(test)]
mod tests;
