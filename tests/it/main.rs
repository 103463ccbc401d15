//! The one integration binary: topics as files, sentences as names. The gateway runs in this process, its upstream is
//! scripted, and the assertions are on what the upstream received and what the client saw.

#![cfg(test)]

mod architecture;
mod clients;
mod examples;
mod golden;
mod judge;
mod keys;
mod paths;
mod registry;
mod support;
mod translation;
