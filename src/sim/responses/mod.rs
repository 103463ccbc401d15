//! Azure's Responses operation: what it refuses, what it answers, how it streams, and what it keeps.
//!
//! Where no capture from Azure is known the wording is OpenAI's, as measured on its own endpoint by public tests.

mod events;
mod hosted;
mod http;
mod memory;
mod object;
mod output;
mod read;
mod rules;
mod seal;
mod stored;

pub(super) use self::{http::router, memory::Memory};
use super::{SimError, rules::Ask};

/// Whether Azure would take this body, whatever it has stored.
pub(super) fn judge(ask: &Ask<'_>, resource: &str) -> Result<(), SimError> {
    rules::check(ask, None, resource).map(|_| ())
}

#[cfg(test)]
mod tests;
