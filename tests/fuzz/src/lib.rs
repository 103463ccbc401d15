//! Shared code of the fuzz targets: the split of an input, and edits that keep JSON valid. The edits are tested
//! themselves, and the mutator uses them to make inputs that the parser accepts.

pub mod choices;
pub mod edits;
pub mod model;
pub mod mutate;
pub mod targets;
pub mod vocabulary;

pub use choices::{Choices, split};
