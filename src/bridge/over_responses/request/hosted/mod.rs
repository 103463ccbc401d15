//! Hosted tools: what a chat call may ask for that only the Responses API serves. Clients spell it in ways that they
//! know from elsewhere: the Assistants API, OpenAI's search models, and guides that mix them up.
//!
//! No version of Azure's chat completions takes any of it: there, a tool is a function or a custom tool.

mod correction;
mod corrections;
mod detached;
mod nested;
mod sources;
#[cfg(test)]
mod tests;

pub use corrections::{Corrections, corrections, is_asked};
