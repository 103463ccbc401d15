//! Azure's chat operation: what it refuses, what it answers, and how it streams.

mod body;
mod http;
mod json_writer;
mod read;
mod rules;
mod stream;

pub(super) use self::{http::router, rules::check};
