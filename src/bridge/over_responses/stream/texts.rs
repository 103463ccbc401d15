//! The texts of a stream that the client has received in part or in full.

use super::{
    calls::agree,
    sent_text::{SentText, Unsent},
};
use crate::bridge::over_responses::item::PartKind;

/// The place of a text in the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TextKey {
    pub(super) kind: PartKind,
    /// The item's position in the output.
    pub(super) output: u64,
    /// The part's position in the item.
    pub(super) index: u64,
}

/// Where a text was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextSource {
    /// In an event of its own.
    Event,
    /// In its finished item.
    Item,
    /// In the finished response, which counts the items anew.
    Response,
}

/// What identifies a text, as far as it is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct TextRef<'a> {
    pub(super) key: TextKey,
    /// Whether the event had the position in the output, so that it is not a guess.
    pub(super) is_placed: bool,
    /// The id of the item, with its quotes.
    pub(super) id: Option<&'a [u8]>,
    pub(super) source: TextSource,
}

/// What is to be sent of a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct ToSend<'a> {
    /// The inside of a JSON string.
    pub(super) inner: &'a [u8],
    /// If this is the rest of a whole text: the number of bytes of the decoded text before it.
    pub(super) before: usize,
    /// Whether it begins another part of the reasoning than the first.
    pub(super) another: bool,
}

#[derive(Debug)]
struct TextState {
    key: TextKey,
    id: Option<Vec<u8>>,
    sent: SentText,
    /// Whether an event had the whole text.
    whole: bool,
    /// Whether its item is finished, so that nothing more of it can be new.
    item_done: bool,
}

/// The texts in the order in which they began.
#[derive(Debug, Default)]
pub(super) struct SentTexts(Vec<TextState>);

impl SentTexts {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Takes a piece if it continues the last text, at the same place. Nearly every piece does.
    pub(super) fn continues_last(&mut self, key: TextKey, inner: &[u8]) -> bool {
        let last = self.0.last_mut().filter(|last| last.key == key && !last.whole && !last.item_done);
        last.map(|last| last.sent.add(inner)).is_some()
    }

    /// Takes a piece of a text, and returns what to send of it.
    pub(super) fn piece<'a>(&mut self, text: TextRef<'_>, inner: &'a [u8]) -> Option<ToSend<'a>> {
        let (text, another) = self.entry(text)?;
        if text.item_done {
            return None;
        }
        text.sent.add(inner);
        Some(ToSend { inner, before: 0, another })
    }

    /// Takes a whole text, and returns what to send of it.
    pub(super) fn whole<'a>(&mut self, text: TextRef<'_>, inner: &'a [u8]) -> Option<ToSend<'a>> {
        if inner.is_empty() {
            return None;
        }
        let source = text.source;
        let (text, another) = self.entry(text)?;
        text.whole = true;
        text.item_done |= source != TextSource::Event;
        let Unsent { inner, before } = text.sent.unsent(inner)?;
        Some(ToSend { inner, before, another })
    }

    /// Returns the text, a new one if it is not known, and whether it is a new part of the reasoning behind the first.
    fn entry(&mut self, text: TextRef<'_>) -> Option<(&mut TextState, bool)> {
        if let Some(at) = self.find(text) {
            return Some((self.0.get_mut(at)?, false));
        }
        let is_reasoning = |key: TextKey| matches!(key.kind, PartKind::Summary | PartKind::Thought);
        let another = is_reasoning(text.key) && self.0.iter().any(|known| is_reasoning(known.key));
        let (key, id) = (text.key, text.id.map(Into::into));
        self.0.push(TextState { key, id, sent: SentText::default(), whole: false, item_done: false });
        Some((self.0.last_mut()?, another))
    }

    /// Finds a text by its item's id and its place, or by the one that is reliable. Some gateways change an item's id
    /// between events, give the same id to several items, or give an item another position.
    fn find(&self, text: TextRef<'_>) -> Option<usize> {
        let TextRef { key, is_placed, id, source } = text;
        let by = |test: &dyn Fn(&TextState) -> bool| {
            let part = |known: &TextState| (known.key.kind, known.key.index) == (key.kind, key.index);
            self.0.iter().rposition(|known| part(known) && test(known))
        };
        let here = |known: &TextState| known.key.output == key.output;
        let named = |known: &TextState| agree(known.id.as_deref(), id);
        let moved = !is_placed || source == TextSource::Response;
        // Another id at the same place is another text, if the known one has ended.
        let ended =
            |known: &TextState| known.item_done || !is_placed || source == TextSource::Event && known.whole;
        by(&|known| here(known) && named(known) == Some(true))
            .or_else(|| by(&|known| moved && named(known) == Some(true)))
            .or_else(|| by(&|known| here(known) && !(named(known) == Some(false) && ended(known))))
    }
}
