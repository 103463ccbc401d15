//! azgate: an OpenAI-compatible, translating reverse proxy for Azure OpenAI.

pub mod call;
pub mod catalog;
pub mod config;
pub mod json;
pub mod sim;
pub mod translate;
