//! A whole response as the chat completion that says the same.

use bytes::Bytes;

use super::{
    Reply,
    annotations::{annotations, characters},
    citations::context,
    filters::Filters,
    finish::{Failure, reason},
    head::head,
    item::{Item, ItemKind, Part, PartKind},
    kept::kept,
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
    for item in &items {
        message.take(item);
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

/// What the items say together. Texts are the insides of strings, lists the insides of lists.
#[derive(Debug, Default)]
struct Message {
    content: Option<Vec<u8>>,
    refusal: Option<Vec<u8>>,
    reasoning: Option<Vec<u8>>,
    logprobs: Vec<u8>,
    calls: Vec<Called>,
}

/// A call, and where it stands in the text: behind how much of it, as it is spelt.
#[derive(Debug)]
struct Called {
    call: Vec<u8>,
    behind: usize,
}

impl Message {
    fn take(&mut self, one: &Item) {
        if let ItemKind::Call(tool) = one.kind() {
            let call = one.view();
            let behind = self.content.as_ref().map_or(0, Vec::len);
            self.calls.push(Called { call: tool_call(call, tool, None, tool.input(call)), behind });
        }
        for part in one.parts() {
            self.take_part(&part);
        }
    }

    fn take_part(&mut self, part: &Part<'_>) {
        let inner = text::inner(part.text.raw());
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

    /// Cuts the text at a stop sequence, and tells after how many characters. What was called behind the sequence is gone
    /// with it: a model that knows of stop sequences would not have come so far. A text that is no Unicode stays whole.
    fn cut(&mut self, sequences: &[String]) -> Option<u64> {
        if sequences.is_empty() {
            return None;
        }
        let whole = quoted(self.content.as_deref());
        let said = text::unquote(&whole)?;
        let found = stop::cut(&said, sequences)?;
        let before = |called: &Called| {
            let spelt = self.content.as_ref().and_then(|content| content.get(..called.behind));
            text::unquote(&quoted(spelt)).is_none_or(|text| text.len() < found.end)
        };
        let kept: Vec<bool> = self.calls.iter().map(before).collect();
        let mut kept = kept.into_iter();
        self.calls.retain(|_| kept.next().unwrap_or(true));
        let said = said.get(..found.start)?;
        let content = text::inner(text::quote(said).as_bytes()).to_vec();
        let length = characters(&content);
        self.logprobs = logprobs_within(std::mem::take(&mut self.logprobs), said.len());
        self.content = Some(content);
        Some(length)
    }

    fn write(&self, items: &[Item], cut: Option<u64>, reply: &Reply) -> Vec<u8> {
        let mut out = Vec::from(br#"{"role":"assistant""#);
        // A completion that says nothing at all, since its tokens went into reasoning, has an empty text.
        let silent = self.refusal.is_none() && self.calls.is_empty();
        member(&mut out, "content", &quoted(self.content.as_deref().or(silent.then_some(b""))));
        member(&mut out, "refusal", &quoted(self.refusal.as_deref()));
        member(&mut out, "annotations", &[b"[", &*annotations(items, cut), b"]"].concat());
        if !self.calls.is_empty() {
            key(&mut out, "tool_calls");
            out.push(b'[');
            for called in &self.calls {
                item(&mut out, &called.call);
            }
            out.push(b']');
        }
        if self.reasoning.is_some() {
            member(&mut out, "reasoning_content", &quoted(self.reasoning.as_deref()));
        }
        if let Some(context) = context(items) {
            member(&mut out, "context", &context);
        }
        if let Some(kept) = kept(items, &reply.resource, cut.is_some()) {
            member(&mut out, "azgate", &kept);
        }
        out.push(b'}');
        out
    }
}

/// The inside of the list of those tokens that begin within a text of so many bytes.
fn logprobs_within(inside: Vec<u8>, length: usize) -> Vec<u8> {
    let Ok(list) = Document::parse([b"[", &*inside, b"]"].concat().into(), 2) else { return inside };
    let (mut within, mut at) = (Vec::new(), 0);
    for token in list.root().items() {
        if at < length {
            item(&mut within, token.raw());
        }
        at += text_of(token, "token").unwrap_or_default().len();
    }
    within
}

#[cfg(test)]
mod tests;
