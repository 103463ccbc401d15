//! azgate, an OpenAI-compatible, translating reverse proxy for Azure OpenAI.

pub mod sim;
