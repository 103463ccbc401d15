//! The items of a response's `output`, and the texts in them.

use std::borrow::Cow;

use bytes::Bytes;

use crate::{
    bridge::{
        tool_kind::ToolKind,
        values::{list, type_of},
    },
    json::{Document, Kind, View},
};

/// How deep an item is parsed: its members, its parts, and their members. Deeper lists (logprobs, annotations) are
/// parsed on their own, one by one.
const DEPTH: u32 = 3;

/// One item of the output.
#[derive(Debug)]
pub(super) struct OutputItem(Document);

/// What an item means to a chat completion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ItemKind {
    /// A message of the model.
    Message,
    /// A tool call, which the client answers.
    Call(ToolKind),
    /// Reasoning of the model.
    Reasoning,
    /// Something that Azure did: a search, a run of code, or a kind that is new.
    Other,
}

/// What the text of a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PartKind {
    /// Text of the answer.
    Text,
    /// A refusal.
    Refusal,
    /// A summary of the reasoning.
    Summary,
    /// The reasoning itself.
    Thought,
}

/// A part of an item that is text.
#[derive(Clone, Copy, Debug)]
pub(super) struct TextPart<'a> {
    pub(super) kind: PartKind,
    /// Its position in its list.
    pub(super) index: u64,
    /// A string.
    pub(super) text: View<'a>,
    /// The part with all its members.
    pub(super) whole: View<'a>,
}

impl OutputItem {
    /// Parses an item, which is valid JSON.
    pub(super) fn open(raw: Bytes) -> Option<OutputItem> {
        // An item with too many parts still shows its members.
        Document::parse(raw.clone(), DEPTH).or_else(|_| Document::parse(raw, 1)).ok().map(OutputItem)
    }

    /// Returns the items of a response in order; `None` if it has no `output`, so that it is not a response.
    pub(super) fn all(response: &Document) -> Option<Vec<OutputItem>> {
        let output = response.root().get("output").filter(|output| output.kind() == Kind::Array)?;
        Some(output.items().filter_map(|item| OutputItem::open(item.slice())).collect())
    }

    /// Returns the item's object.
    pub(super) fn view(&self) -> View<'_> {
        self.0.root()
    }

    /// Returns the item as it is spelt.
    pub(super) fn raw(&self) -> &[u8] {
        self.view().raw()
    }

    /// Returns the item's `type`, or an empty text.
    pub(super) fn name(&self) -> Cow<'_, str> {
        type_of(self.view()).unwrap_or_default()
    }

    /// Returns what the item is.
    pub(super) fn kind(&self) -> ItemKind {
        match &*self.name() {
            "message" => ItemKind::Message,
            "reasoning" => ItemKind::Reasoning,
            name => ToolKind::of_call_item(name).map_or(ItemKind::Other, ItemKind::Call),
        }
    }

    /// Returns the parts that are text.
    pub(super) fn parts(&self) -> impl Iterator<Item = TextPart<'_>> {
        self.lists().flat_map(|list| (0..).zip(list.items())).filter_map(|(index, whole)| {
            let (kind, text) = text(whole)?;
            Some(TextPart { kind, index, text, whole })
        })
    }

    /// Returns the parts that are not text, or not of a kind that azgate knows.
    pub(super) fn other_parts(&self) -> impl Iterator<Item = View<'_>> {
        self.lists().flat_map(View::items).filter(|part| text(*part).is_none())
    }

    /// Returns whether the item has anything else than texts.
    pub(super) fn has_other_content(&self) -> bool {
        let is_strange = |list: View<'_>| match list.kind() {
            // A list that is too long to be parsed shows no items.
            Kind::Array => list.items().next().is_none() && !list.is_empty(),
            kind => kind != Kind::Null,
        };
        self.lists().any(is_strange) || self.other_parts().next().is_some()
    }

    /// Returns the members that hold the item's texts.
    fn lists(&self) -> impl Iterator<Item = View<'_>> {
        let lists: &[&str] = match self.kind() {
            ItemKind::Message => &["content"],
            ItemKind::Reasoning => &["summary", "content"],
            ItemKind::Call(_) | ItemKind::Other => &[],
        };
        lists.iter().filter_map(|key| self.view().get(key))
    }
}

/// Returns the text of a part, a string; `None` if the part is not text, or not of a kind that azgate knows.
fn text(part: View<'_>) -> Option<(PartKind, View<'_>)> {
    let (kind, key) = match &*type_of(part)? {
        "output_text" => (PartKind::Text, "text"),
        "refusal" => (PartKind::Refusal, "refusal"),
        "summary_text" => (PartKind::Summary, "text"),
        "reasoning_text" => (PartKind::Thought, "text"),
        _ => return None,
    };
    Some((kind, part.get(key).filter(|text| text.kind() == Kind::String)?))
}

impl TextPart<'_> {
    /// Parses a list of the part; `None` if it is empty.
    pub(super) fn list(&self, key: &str) -> Option<Document> {
        list(self.whole, key)?.reparse(2)
    }
}
