//! The data path to Azure OpenAI: where a call goes ([`url`]), what it carries ([`headers`], [`segments`]) and the
//! one HTTP client that sends it ([`client`]), over connections that are moved by the calls on them (`wire`, `stream`,
//! `shared`) and kept for the next one (`pool`). Nothing here knows an HTTP status: an answer is an answer, and
//! a [`failure::Failure`] says in which phase there was none.

pub mod body;
mod chunked;
pub mod client;
pub mod connect;
pub mod credential;
pub mod failure;
pub mod headers;
mod pool;
mod progress;
pub mod proxies;
pub mod segments;
mod shared;
pub mod socket;
mod stream;
pub mod tls;
pub mod url;
mod wire;

#[cfg(test)]
mod tests;

pub use body::{AnswerBody, BodyError};
pub use client::{Client, ClientOptions, Request, Resent};
pub use credential::Credential;
pub use failure::{Failure, Kind, Phase};
pub use proxies::Proxies;
pub use segments::Segments;
pub use tls::TlsError;
pub use url::{Endpoint, UrlError};
