//! Which deployment serves a model, and what is known of it.

mod aim;
mod discovery;
mod family;
mod knowledge;
mod ledger;
mod probe;
mod route;
mod routes;
mod tally;
#[cfg(test)]
mod tests;
mod trial;

pub use aim::Aim;
pub use discovery::discover;
pub use knowledge::{Found, Knowledge, Terms};
pub use ledger::Ledger;
pub use probe::{Probe, Turn};
pub use route::{Resource, Route};
pub use routes::{Open, Routes, UnknownModel};
pub use tally::Tally;
