//! Lossless JSON: a body keeps its original bytes. azgate reads it as spans and changes it by splices. This module
//! does not know what any key means.

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
