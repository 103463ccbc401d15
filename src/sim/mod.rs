//! A strict simulator of Azure OpenAI's chat, Responses and embeddings operations. It refuses what Azure refuses, with
//! Azure's error bodies, and answers every other request at once and always in the same way.
//!
//! The simulator imports nothing from the catalog or the translator. Its own model table is written from Microsoft's
//! pages, the published specifications and captured traffic, so that it can judge what the gateway forwards.
//!
//! Imports run in this order: errors and vocabulary, models, checks, answers and streams, HTTP.

mod answer;
mod answer_spec;
mod api_version;
mod bounded_queue;
mod by_deployment;
mod chat;
mod checks;
mod control;
mod conversation;
mod delivery;
mod directive;
mod embeddings;
mod ending;
mod errors;
mod failures;
mod fault;
mod filters;
mod generate;
mod headers;
mod http;
mod incoming;
mod json;
mod json_response;
mod judge;
mod listing;
mod models;
mod obfuscation;
mod playback;
mod prompt;
mod received_request;
mod request;
mod responses;
mod schema_instance;
mod simulator;
mod surface;
mod unknown;
mod usage;
mod value_type;

pub use self::{
    ending::Ending,
    errors::SimError,
    fault::Fault,
    judge::judge,
    models::{knows, models},
    received_request::ReceivedRequest,
    simulator::{Options, Simulator},
    surface::{Operation, Surface},
};

#[cfg(test)]
mod tests;
