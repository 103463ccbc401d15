//! The one integration binary: topics as files, sentences as names. The gateway runs in this process, its upstream is
//! scripted, and the assertions are on what the upstream received and what the client saw.

mod bodies;
mod keys;
mod paths;
mod support;
mod translation;
