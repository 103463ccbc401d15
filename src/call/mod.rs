//! The vocabulary of a call: what was asked, of whom, on which surface.

mod operation;
mod version;

pub use operation::Operation;
pub use version::{ApiVersion, InvalidApiVersion, Surface};
