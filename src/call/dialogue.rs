//! The part of a call that translation reads, in one of the two dialects.

use std::borrow::Cow;

use super::{Dialect, Remembered};
use crate::json::Document;

/// How deep the body of a dialogue is outlined: down to the members of a message's content parts.
pub const OUTLINE_DEPTH: u32 = 5;

/// A call to a model in a dialect that azgate translates.
#[derive(Clone, Debug)]
pub struct Dialogue<'a> {
    /// The dialect of the body.
    pub dialect: Dialect,
    /// Whether the client asked for a stream.
    pub stream: bool,
    /// The body, outlined to [`OUTLINE_DEPTH`].
    pub body: Cow<'a, Document>,
    /// Whether azgate repairs odd stream chunks for the client, as strict OpenAI clients need.
    pub normalize: bool,
    /// Whether the answer must contain all that a later call needs, because a later call cannot name stored objects.
    pub stateless: bool,
    /// The reasoning that messages of the call lack and azgate remembers, in the order of the messages.
    pub remembered: &'a [Remembered],
}
