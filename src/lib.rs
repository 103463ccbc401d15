//! azgate: an OpenAI-compatible, translating reverse proxy for Azure OpenAI.

pub mod call;
pub mod catalog;
pub mod json;
pub mod respond;
pub mod sse;
