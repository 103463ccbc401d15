//! Which deployment serves a model.

mod discovery;
mod resolved;
mod route;
mod routes;

pub use discovery::discover;
pub use resolved::ResolvedDeployment;
pub use route::{Resource, Route};
pub use routes::{Open, Routes, UnknownModel};
