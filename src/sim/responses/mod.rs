//! Azure's Responses operation: what it refuses, what it answers, how it streams, and what it keeps.
//!
//! Where no capture from Azure is known the wording is OpenAI's, as measured on its own endpoint by public tests.

mod events;
mod hosted;
mod http;
mod object;
mod output;
mod read;
mod rules;
mod seal;
mod store;
mod stored;

pub(super) use self::{http::router, rules::check, store::ResponseStore};

#[cfg(test)]
mod tests;
