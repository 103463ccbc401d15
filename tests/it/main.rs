//! The integration tests, one binary: topics as files, sentences as names.

mod golden;
mod judge;
mod registry;
mod support;
