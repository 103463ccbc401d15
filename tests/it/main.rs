//! The only integration test binary. Each file covers one topic, and each test name is a sentence. The gateway runs in
//! this process, and its upstream is scripted. The tests check what the upstream and the client received.

// Marks all of this as test code for Clippy.
#![cfg(test)]

mod amending;
mod answers;
mod architecture;
mod bad_answers;
mod bodies;
mod bridged;
mod bridged_failures;
mod bridged_pieces;
mod bridging;
mod clients;
mod clients_page;
mod codex;
mod collected;
mod collecting;
mod command_line;
mod command_output;
mod config_files;
mod destreaming;
mod drop_ins;
mod embeddings;
mod examples;
mod explained;
mod first_errors;
mod golden;
mod golden_bridge;
mod hard_bodies;
mod hard_connections;
mod hostile;
mod judge;
mod keys;
mod knowledge;
mod learning;
mod limits;
mod long_calls;
mod mended_messages;
mod models;
mod old_versions;
mod opened_early;
mod other_words;
mod paths;
mod pieces;
mod policy;
mod probing;
mod properties;
mod records;
mod refusals;
mod refused_parameters;
mod registry;
mod reloading;
mod remembered;
mod replay;
mod responses_answers;
mod responses_api;
mod serving;
mod shared_objects;
mod streaming;
mod support;
mod tool_deltas;
mod translation;
mod upstream;
