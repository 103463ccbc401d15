//! The words of messages, to see whether a chat message says still what the response said that made it.

use super::object::{kind, said};
use crate::json::{Kind, View};

/// The words of one message or of several.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Words {
    text: String,
    refusal: String,
}

/// Whose words a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Speech {
    Text,
    Refusal,
}

/// The words that a part is, a string; `None` if it is something else.
pub(super) fn speech(part: View<'_>) -> Option<(Speech, View<'_>)> {
    let (speech, key) = match kind(part).as_deref()? {
        "text" | "output_text" => (Speech::Text, "text"),
        "refusal" => (Speech::Refusal, "refusal"),
        _ => return None,
    };
    Some((speech, part.get(key).filter(|words| words.kind() == Kind::String)?))
}

/// The parts of a message of the response, as far as it holds them itself.
pub(super) fn parts(message: View<'_>) -> Option<impl Iterator<Item = View<'_>>> {
    Some(said(message, "content").filter(|content| content.kind() == Kind::Array)?.items())
}

impl Words {
    /// The words of a chat message; `None` if they cannot be told, or if it holds something else.
    pub(super) fn of(message: View<'_>) -> Option<Words> {
        let mut words = Words::default();
        match said(message, "content").map(|content| (content, content.kind())) {
            None => {}
            Some((text, Kind::String)) => words.text += &text.text()?,
            Some((parts, Kind::Array)) => parts.items().try_for_each(|part| words.add(speech(part)?))?,
            Some(_) => return None,
        }
        if let Some(refusal) = said(message, "refusal") {
            words.refusal += &refusal.text()?;
        }
        Some(words)
    }

    /// Whether the messages of a response said just this, each with its content at hand. What else they held no chat
    /// message says.
    pub(super) fn are_of<'a>(&self, messages: impl IntoIterator<Item = View<'a>>) -> bool {
        let mut words = Words::default();
        let told = messages
            .into_iter()
            .try_for_each(|message| parts(message)?.filter_map(speech).try_for_each(|said| words.add(said)));
        told.is_some() && words == *self
    }

    fn add(&mut self, (speech, words): (Speech, View<'_>)) -> Option<()> {
        let said = match speech {
            Speech::Text => &mut self.text,
            Speech::Refusal => &mut self.refusal,
        };
        said.push_str(&words.text()?);
        Some(())
    }
}
