//! The items of a response's `output`, and the texts in them.

use bytes::Bytes;

use super::spelt::{is_empty, opened};
use crate::json::{Document, Kind, View};

/// How deep an item is parsed: its members, its parts, and theirs. What lies deeper (logprobs, annotations) is opened
/// one by one.
const DEPTH: u32 = 3;

/// One item.
#[derive(Debug)]
pub(super) struct Item(Document);

/// What an item is to a chat completion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ItemKind {
    /// What the model says.
    Message,
    /// A tool call, which the client answers.
    Call(Tool),
    /// What the model thought.
    Reasoning,
    /// Something that Azure did: a search, a run of code, and whatever there will be.
    Other,
}

/// A kind of tool that the client runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tool {
    /// Has arguments in JSON.
    Function,
    /// Has an input of any form.
    Custom,
}

/// Whose text a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PartKind {
    /// The answer's.
    Text,
    /// A refusal's.
    Refusal,
    /// A summary's of the reasoning.
    Summary,
    /// The reasoning's own.
    Thought,
}

/// A part of an item that is text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part<'a> {
    pub(super) kind: PartKind,
    /// Its place in its list.
    pub(super) index: u64,
    /// A string.
    pub(super) text: View<'a>,
    /// All of it.
    pub(super) whole: View<'a>,
    /// What it is part of.
    pub(super) source: &'a Document,
}

impl Item {
    /// Reads an item, which was validated before.
    pub(super) fn open(raw: Bytes) -> Option<Item> {
        // Of an item with too many parts the members are still told.
        Document::parse(raw.clone(), DEPTH).or_else(|_| Document::parse(raw, 1)).ok().map(Item)
    }

    /// The items of a response in order; `None` if it has no `output`, and so is none.
    pub(super) fn all(response: &Document) -> Option<Vec<Item>> {
        let output = response.root().get("output").filter(|output| output.kind() == Kind::Array)?;
        let raw = |item: View<'_>| response.source().slice(item.span().range());
        Some(output.items().filter_map(|item| Item::open(raw(item))).collect())
    }

    /// The item's members.
    pub(super) fn view(&self) -> View<'_> {
        self.0.root()
    }

    /// The item as it is spelt.
    pub(super) fn raw(&self) -> &[u8] {
        self.view().raw()
    }

    /// Its `type`; empty if it has none.
    pub(super) fn name(&self) -> std::borrow::Cow<'_, str> {
        self.view().get("type").and_then(View::text).unwrap_or_default()
    }

    /// What it is.
    pub(super) fn kind(&self) -> ItemKind {
        match &*self.name() {
            "message" => ItemKind::Message,
            "function_call" => ItemKind::Call(Tool::Function),
            "custom_tool_call" => ItemKind::Call(Tool::Custom),
            "reasoning" => ItemKind::Reasoning,
            _ => ItemKind::Other,
        }
    }

    /// Its texts.
    pub(super) fn parts(&self) -> impl Iterator<Item = Part<'_>> {
        self.lists().flat_map(|list| (0..).zip(list.items())).filter_map(|(index, whole)| {
            let (kind, text) = told(whole)?;
            Some(Part { kind, index, text, whole, source: &self.0 })
        })
    }

    /// Its parts that are no texts, or none that azgate knows.
    pub(super) fn untold(&self) -> impl Iterator<Item = View<'_>> {
        self.lists().flat_map(View::items).filter(|part| told(*part).is_none())
    }

    /// Whether it has something in place of its texts or beside them.
    pub(super) fn has_untold(&self) -> bool {
        let strange = |list: View<'_>| match list.kind() {
            // What is too long to be looked into has no items.
            Kind::Array => list.items().next().is_none() && !is_empty(list),
            kind => kind != Kind::Null,
        };
        self.lists().any(strange) || self.untold().next().is_some()
    }

    /// Where its texts stand.
    fn lists(&self) -> impl Iterator<Item = View<'_>> {
        let lists: &[&str] = match self.kind() {
            ItemKind::Message => &["content"],
            ItemKind::Reasoning => &["summary", "content"],
            ItemKind::Call(_) | ItemKind::Other => &[],
        };
        lists.iter().filter_map(|key| self.view().get(key))
    }
}

/// Whose text a part is, and the text, a string; `None` if it is none, or none that azgate knows.
fn told(part: View<'_>) -> Option<(PartKind, View<'_>)> {
    let (kind, key) = match &*part.get("type")?.text()? {
        "output_text" => (PartKind::Text, "text"),
        "refusal" => (PartKind::Refusal, "refusal"),
        "summary_text" => (PartKind::Summary, "text"),
        "reasoning_text" => (PartKind::Thought, "text"),
        _ => return None,
    };
    Some((kind, part.get(key).filter(|text| text.kind() == Kind::String)?))
}

impl Part<'_> {
    /// A list of the part's, opened.
    pub(super) fn list(&self, key: &str) -> Option<Document> {
        opened(self.source, super::spelt::list(self.whole, key)?, 2)
    }
}
