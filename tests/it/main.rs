//! The one integration binary: topics as files, sentences as names. The gateway runs in this process, its upstream is
//! scripted, and the assertions are on what the upstream received and what the client saw.

mod architecture;
mod clients;
mod examples;
mod golden;
mod judge;
mod keys;
mod paths;
mod properties;
mod registry;
mod support;
mod translation;
