//! A whole response as the chat completion that says the same.

use std::ops::Range;

use bytes::Bytes;

use super::{
    Reply,
    annotations::{Annotations, characters},
    citations::context,
    filters::Filters,
    finish::{Failure, reason},
    head::head,
    item::{Item, ItemKind, Part, PartKind},
    kept::kept,
    plain::plain,
    spelt::{self, quoted, string, text_of},
    stop,
    tool_call::tool_call,
    usage,
};
use crate::json::{
    Document, text,
    write::{item, key, member},
};

/// How deep a response must be parsed: down to its items, which are opened one by one, so that no list in them
/// (logprobs, annotations) is too long.
pub const ANSWER_DEPTH: u32 = 2;

/// Stands between the parts of reasoning, as the inside of a string.
pub(super) const BLANK_LINE: &[u8] = br"\n\n";

/// Why a body gives no completion.
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
    /// The body is no response, or one that is not there yet.
    #[error("the body is no response")]
    NotAResponse,
}

/// The `chat.completion` of a response, which was parsed to [`ANSWER_DEPTH`].
pub fn answer(response: &Document, reply: &Reply) -> Result<Bytes, NoAnswer> {
    let root = response.root();
    let status = text_of(root, "status").unwrap_or_default();
    if let Some(Failure { code, message, status, .. }) = Failure::of(&status, root) {
        return Err(NoAnswer::Failed { code, message, status });
    }
    let waits = matches!(&*status, "queued" | "in_progress");
    let items = Item::all(response).filter(|_| !waits).ok_or(NoAnswer::NotAResponse)?;
    let mut message = Message::default();
    for (at, item) in items.iter().enumerate() {
        message.take(at, item);
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
    if let Some(usage) = usage::opened(response) {
        member(&mut out, "usage", &usage::write(usage.root()));
    }
    if let Some(tier) = string(root, "service_tier") {
        member(&mut out, "service_tier", tier);
    }
    out.extend_from_slice(&filters.top);
    out.push(b'}');
    Ok(out.into())
}

/// The `logprobs` of a choice, from the inside of their list.
pub(super) fn logprobs(inside: &[u8]) -> Vec<u8> {
    if inside.is_empty() {
        return b"null".into();
    }
    [b"{\"content\":[", inside, b"],\"refusal\":null}"].concat()
}

/// What the items say together. Texts are the insides of strings, lists the insides of lists. Places are in the text as it
/// is spelt: so much of it stands before.
#[derive(Debug, Default)]
struct Message {
    content: Option<Vec<u8>>,
    refusal: Option<Vec<u8>>,
    reasoning: Option<Vec<u8>>,
    logprobs: Vec<u8>,
    /// The calls and their places.
    calls: Vec<(usize, Vec<u8>)>,
    /// The messages, by their index in the output, and their places.
    messages: Vec<(usize, usize)>,
    /// Where something else was said than text: no stop sequence goes on behind it.
    breaks: Vec<usize>,
}

/// Where a text was cut.
#[derive(Clone, Copy, Debug)]
struct Cut {
    /// The characters before.
    characters: u64,
    /// The index of the message.
    message: usize,
}

impl Message {
    fn take(&mut self, at: usize, one: &Item) {
        let place = self.content.as_ref().map_or(0, Vec::len);
        match one.kind() {
            ItemKind::Call(tool) => {
                let call = one.view();
                self.calls.push((place, tool_call(call, tool, None, tool.input(call))));
                self.breaks.push(place);
            }
            ItemKind::Message => self.messages.push((at, place)),
            ItemKind::Reasoning | ItemKind::Other => {}
        }
        for part in one.parts() {
            self.take_part(&part);
        }
    }

    fn take_part(&mut self, part: &Part<'_>) {
        let inner = text::inner(part.text.raw());
        if part.kind != PartKind::Text && !inner.is_empty() {
            self.breaks.push(self.content.as_ref().map_or(0, Vec::len));
        }
        let said = match part.kind {
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
        said.get_or_insert_default().extend_from_slice(inner);
        if let Some(list) = spelt::list(part.whole, "logprobs").filter(|_| part.kind == PartKind::Text) {
            item(&mut self.logprobs, text::inner(list.raw()).trim_ascii());
        }
    }

    /// Cuts the text at a stop sequence. What was called behind the sequence is gone with it: a model that knows of stop
    /// sequences would not have come so far.
    fn cut(&mut self, sequences: &[String]) -> Option<Cut> {
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
        self.logprobs = tokens(&self.logprobs, 0..plain(content).len());
        self.calls.retain(|(place, _)| *place < found.end);
        let message = self.messages.iter().rfind(|(_, place)| *place < found.end);
        Some(Cut { characters, message: message.map_or(0, |(at, _)| *at) })
    }

    fn write(&self, items: &[Item], cut: Option<Cut>, reply: &Reply) -> Vec<u8> {
        let mut out = Vec::from(br#"{"role":"assistant""#);
        // A completion that says nothing at all, since its tokens went into reasoning, has an empty text.
        let silent = self.refusal.is_none() && self.calls.is_empty();
        member(&mut out, "content", &quoted(self.content.as_deref().or(silent.then_some(b""))));
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
        if let Some(kept) = kept(items.iter(), &reply.resource, message, &annotations.others) {
            member(&mut out, "azgate", &kept);
        }
        out.push(b'}');
        out
    }
}

/// Of a list of tokens, given and returned as its inside, those that begin within so many bytes of their text.
pub(super) fn tokens(inside: &[u8], within: Range<usize>) -> Vec<u8> {
    let Ok(list) = Document::parse([b"[", inside, b"]"].concat().into(), 2) else { return inside.into() };
    let (mut chosen, mut at) = (Vec::new(), 0);
    for token in list.root().items() {
        if within.contains(&at) {
            item(&mut chosen, token.raw());
        }
        at += string(token, "token").map_or(0, |token| plain(text::inner(token)).len());
    }
    chosen
}

#[cfg(test)]
mod tests;
