//! The one integration binary: topics as files, sentences as names. The gateway runs in this process, its upstream is
//! scripted, and the assertions are on what the upstream received and what the client saw.

mod bodies;
mod keys;
mod limits;
mod models;
mod paths;
mod policy;
mod serving;
mod support;
mod translation;
