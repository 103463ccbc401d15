//! Finds the stored objects that a call or an answer names. Azure gives an object to every client with the resource's
//! key (Azure assistants.md, "data access guidance"). Callers of azgate share that key, so azgate must know which
//! objects a call names.
//!
//! [`places`] is the table of the places of ids. [`ids`] searches a body by this table and reads each member once.

mod kind;
pub mod places;
#[cfg(test)]
mod tests;
mod walk;

pub use kind::ObjectKind;
pub use places::IdPlaces;
pub use walk::{StoredObject, first_id, ids};
