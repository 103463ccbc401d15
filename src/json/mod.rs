//! Lossless JSON: a body stays the bytes it came as; what azgate reads of it are spans, and what it changes are
//! splices. Nothing here knows what the keys mean.

mod document;
mod edit;
mod pointer;
mod raw;
mod raw_builder;
mod scan;
pub mod text;
pub mod write;

pub use document::{Document, View};
pub use edit::{Change, apply};
pub use pointer::{Pointer, Step};
pub use raw::{Raw, assemble};
pub use raw_builder::RawBuilder;
pub use scan::{Kind, Span, SyntaxError};
