//! The HTTP client for calls to Azure OpenAI: the target ([`url`]), the headers ([`headers`]) and the body
//! ([`segments`]) of a call, and the pooled [`client`] that sends it. A call drives its own HTTP/1.1 connection
//! (`http1`, `event_stream`), and a task drives each shared HTTP/2 connection (`http2`). Idle connections wait in the
//! `pool`. An answer with an error status is an answer here. A call without an answer is a [`failure::Failure`],
//! which names the phase.

pub mod body;
mod chunked;
pub mod client;
pub mod connect;
pub mod credential;
mod event_stream;
pub mod failure;
pub mod headers;
mod http1;
mod http2;
pub mod kind;
pub mod phase;
mod pool;
mod pool_key;
mod progress;
pub mod proxies;
pub mod segments;
mod send_error;
pub mod socket;
pub mod tls;
pub mod url;

#[cfg(test)]
mod tests;

pub use body::{AnswerBody, AnswerBodyError};
pub use client::{Client, ClientOptions, Request, Resent, ResentFlag};
pub use credential::Credential;
pub use failure::Failure;
pub use kind::FailureKind;
pub use phase::Phase;
pub use proxies::Proxies;
pub use segments::Segments;
pub use tls::TlsError;
pub use url::{Endpoint, UrlError};
