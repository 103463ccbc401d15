//! Which objects that Azure stores a call or an answer names. Azure gives an object to whoever has the resource's key
//! (Azure assistants.md, "data access guidance"). So where several callers share a key, azgate must know which objects
//! a call reaches for.
//!
//! [`places`] says where ids stand, and [`ids`] walks a body with it: each member of the body is looked at once.

mod kind;
pub mod places;
#[cfg(test)]
mod tests;
mod walk;

pub use kind::ObjectKind;
pub use places::Places;
pub use walk::{StoredObject, first_id, ids};
