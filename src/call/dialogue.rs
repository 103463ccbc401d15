//! What a model is asked, in one of the two dialects: all of a call that translation looks at.

use std::borrow::Cow;

use super::Dialect;
use crate::json::Document;

/// How deep the body of a dialogue is outlined: down to the members of a message's content parts.
pub const OUTLINE_DEPTH: u32 = 5;

/// A call to a model in a dialect that azgate translates.
#[derive(Clone, Debug)]
pub struct Dialogue<'a> {
    /// The dialect of the body.
    pub dialect: Dialect,
    /// The client asked for a stream.
    pub stream: bool,
    /// The body, outlined to [`OUTLINE_DEPTH`].
    pub body: Cow<'a, Document>,
    /// The client gets odd stream chunks in the form that strict OpenAI clients expect.
    pub normalize: bool,
    /// A later call cannot name what Azure stores of this one, so the answer must hold what that call needs.
    pub stateless: bool,
}
