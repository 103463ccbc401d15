//! Azure's chat operation: its checks, its answers and its streams.

mod body;
mod http;
mod json_writer;
mod read;
mod rules;
mod stream;

pub(super) use self::{http::router, rules::check};
