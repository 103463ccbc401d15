//! What the fuzz targets share: how an input is split, and edits of JSON that keep it JSON, both as what is tested and
//! as the mutator that gets past the parser.

pub mod choices;
pub mod edits;
pub mod model;
pub mod mutate;
pub mod targets;
pub mod vocabulary;

pub use choices::{Choices, split};
