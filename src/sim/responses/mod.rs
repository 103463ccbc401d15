//! Azure's Responses operation: its checks, its answers, its streams and its stored responses.
//!
//! Where no capture from Azure is known, the wording is OpenAI's, as public tests measured it on OpenAI's own endpoint.

mod compact;
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
