//! The text of messages, to see whether a chat message still has the text of the answer that it came from.

use crate::{
    bridge::values::type_of,
    json::{Kind, View},
};

/// The joined text and refusal of one message or of several.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct MessageText {
    text: String,
    refusal: String,
}

/// What the text of a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextKind {
    Text,
    Refusal,
}

/// Returns the text of a part, a string; `None` if the part is not a text.
pub(super) fn text_of_part(part: View<'_>) -> Option<(TextKind, View<'_>)> {
    let (kind, key) = match type_of(part).as_deref()? {
        "text" | "output_text" => (TextKind::Text, "text"),
        "refusal" => (TextKind::Refusal, "refusal"),
        _ => return None,
    };
    Some((kind, part.get(key).filter(|text| text.kind() == Kind::String)?))
}

/// Returns the parts of a message item; `None` if the vendor field only marks it.
pub(super) fn parts(message: View<'_>) -> Option<impl Iterator<Item = View<'_>>> {
    Some(message.get("content").filter(|content| content.kind() == Kind::Array)?.items())
}

/// Returns whether a message item has parts that are not text.
pub(super) fn has_other_parts(message: View<'_>) -> bool {
    parts(message).is_some_and(|mut parts| parts.any(|part| text_of_part(part).is_none()))
}

impl MessageText {
    /// Reads a chat message; `None` if it holds anything else than text.
    pub(super) fn of_chat(message: View<'_>) -> Option<MessageText> {
        let mut all = MessageText::default();
        match message.non_null("content").map(|content| (content, content.kind())) {
            None => {}
            Some((text, Kind::String)) => all.text += &text.text()?,
            Some((parts, Kind::Array)) => parts.items().try_for_each(|part| all.add(text_of_part(part)?))?,
            Some(_) => return None,
        }
        if let Some(refusal) = message.non_null("refusal") {
            all.refusal += &refusal.text()?;
        }
        Some(all)
    }

    /// Returns whether these message items have exactly this text, and all have their parts. A chat message cannot hold
    /// their other parts.
    pub(super) fn is_of<'a>(&self, messages: impl IntoIterator<Item = View<'a>>) -> bool {
        let mut all = MessageText::default();
        let complete = messages.into_iter().try_for_each(|message| {
            parts(message)?.filter_map(text_of_part).try_for_each(|part| all.add(part))
        });
        complete.is_some() && all == *self
    }

    fn add(&mut self, (kind, text): (TextKind, View<'_>)) -> Option<()> {
        let all = match kind {
            TextKind::Text => &mut self.text,
            TextKind::Refusal => &mut self.refusal,
        };
        all.push_str(&text.text()?);
        Some(())
    }
}
