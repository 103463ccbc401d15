//! JSON text made of pieces of a body and of new text, joined without copying large pieces.

use std::borrow::Cow;

use bytes::{Bytes, BytesMut};

use super::{scan::Span, text};

/// A JSON value to be written: a list of pieces, each new text or a span of the body that the value goes into.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Raw(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(Cow<'static, str>),
    Source(Span),
}

impl Raw {
    /// Makes a value of JSON text.
    pub fn json(text: impl Into<Cow<'static, str>>) -> Raw {
        Raw(vec![Piece::Text(text.into())])
    }

    /// Makes a string.
    pub fn string(text: &str) -> Raw {
        Raw::json(text::quote(text))
    }

    /// Makes a value of a span of the body.
    pub fn source(span: Span) -> Raw {
        Raw(vec![Piece::Source(span)])
    }

    /// Makes a value without pieces.
    pub fn empty() -> Raw {
        Raw::default()
    }

    /// Adds new text.
    pub fn push(&mut self, text: impl Into<Cow<'static, str>>) {
        self.0.push(Piece::Text(text.into()));
    }

    /// Adds a span of the body.
    pub fn push_source(&mut self, span: Span) {
        self.0.push(Piece::Source(span));
    }

    /// Adds another value's pieces.
    pub fn extend(&mut self, other: Raw) {
        self.0.extend(other.0);
    }

    /// Returns the value without its first bytes, which must be new text.
    #[must_use]
    pub fn after(mut self, bytes: usize) -> Raw {
        if let Some(Piece::Text(text)) = self.0.first_mut() {
            let rest = text.get(bytes..).unwrap_or_default().to_owned();
            *text = Cow::Owned(rest);
        }
        self
    }

    /// Returns the length of the written text.
    pub fn len(&self) -> usize {
        self.0.iter().map(Piece::len).sum()
    }

    /// Returns whether nothing would be written.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the written text for a value that goes into `source`.
    pub fn render(&self, source: &Bytes) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.len());
        for piece in &self.0 {
            out.extend_from_slice(piece.bytes(source));
        }
        out
    }
}

impl Piece {
    fn len(&self) -> usize {
        match self {
            Piece::Text(text) => text.len(),
            Piece::Source(span) => span.range().len(),
        }
    }

    fn bytes<'a>(&'a self, source: &'a Bytes) -> &'a [u8] {
        match self {
            Piece::Text(text) => text.as_bytes(),
            Piece::Source(span) => source.get(span.range()).unwrap_or_default(),
        }
    }
}

/// Up to this size a body is copied into one buffer: a second write costs more than the copy.
const ONE_BUFFER: usize = 64 * 1024;
/// A piece of the source of at least this size is passed on as a slice.
const SLICE: usize = 8 * 1024;

/// Returns the bytes of `raw` in as few buffers as possible. Large spans of `source` are shared, not copied.
pub fn assemble(source: &Bytes, raw: &Raw) -> Vec<Bytes> {
    let share = raw.len() > ONE_BUFFER;
    let mut out = Vec::new();
    let mut buffer = BytesMut::with_capacity(if share { 0 } else { raw.len() });
    for piece in &raw.0 {
        match piece {
            Piece::Source(span)
                if share && span.range().len() >= SLICE && span.range().end <= source.len() =>
            {
                if !buffer.is_empty() {
                    out.push(buffer.split().freeze());
                }
                out.push(source.slice(span.range()));
            }
            piece => buffer.extend_from_slice(piece.bytes(source)),
        }
    }
    if !buffer.is_empty() {
        out.push(buffer.freeze());
    }
    out
}
