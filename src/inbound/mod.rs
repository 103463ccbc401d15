//! What comes in: the paths azgate answers, and the way from a request's body to a [`crate::call::Call`].

pub mod body;
pub mod decode;
pub mod models;
pub mod paths;

pub use body::{BodyError, read};
pub use decode::DecodeError;
pub use paths::{FrontDoor, Matched};
