//! Which deployment serves a model.

mod route;
mod routes;

pub use route::{Resource, Route};
pub use routes::{Open, Routes, UnknownModel};
