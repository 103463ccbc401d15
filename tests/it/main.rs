//! The one integration binary: topics as files, sentences as names. The gateway runs in this process, its upstream is
//! scripted, and the assertions are on what the upstream received and what the client saw.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends by panicking, in a function that it shares too"
)]

mod architecture;
mod examples;
mod golden;
mod judge;
mod keys;
mod paths;
mod properties;
mod registry;
mod support;
mod translation;
