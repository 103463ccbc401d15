//! Incoming requests: finds the operation of a path, and reads a request's body as a [`crate::call::Call`].

pub mod body;
pub mod decode;
pub mod models;
mod nearest_path;
pub mod paths;
mod prefixes;
mod query;
pub mod visitor;

pub use body::{BodyError, read};
pub use decode::DecodeError;
pub use paths::{FrontDoor, Matched};
pub use query::names_api_version;
pub use visitor::{Unwelcome, Visitors, Welcome};
