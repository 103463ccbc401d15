//! JSON text made of pieces of a body and of new text, joined without copying what is large.

use std::borrow::Cow;

use bytes::{Bytes, BytesMut};

use super::{scan::Span, text};

/// A JSON value to be written: a row of pieces, each new text or a span of the body it goes into.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Raw(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(Cow<'static, str>),
    Source(Span),
}

impl Raw {
    /// JSON text as it stands.
    pub fn json(text: impl Into<Cow<'static, str>>) -> Raw {
        Raw(vec![Piece::Text(text.into())])
    }

    /// A string.
    pub fn string(text: &str) -> Raw {
        Raw::json(text::quote(text))
    }

    /// A value, or a part of one, of the body itself.
    pub fn source(span: Span) -> Raw {
        Raw(vec![Piece::Source(span)])
    }

    /// Nothing yet.
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

    /// Length of the written text.
    pub fn len(&self) -> usize {
        self.0.iter().map(Piece::len).sum()
    }

    /// Whether nothing would be written.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The written text, of a value that goes into `source`.
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

/// Up to this size a body is copied into one buffer: one write is worth more than the copy.
const ONE_BUFFER: usize = 64 * 1024;
/// A piece of the source from this size on is passed on as a slice of it.
const SLICE: usize = 8 * 1024;

/// The bytes of `raw` as few buffers: large spans of `source` are shared, not copied.
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
