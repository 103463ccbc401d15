//! The data path to Azure OpenAI: where a call goes ([`url`]), what it carries ([`headers`], [`segments`]) and the
//! one pooled HTTP client that sends it ([`client`]). Nothing here knows an HTTP status: an answer is an answer, and
//! a [`failure::Failure`] says in which phase there was none.

pub mod client;
pub mod connect;
pub mod credential;
pub mod failure;
pub mod headers;
pub mod proxies;
pub mod segments;
pub mod socket;
pub mod tls;
pub mod url;

#[cfg(test)]
mod tests;

pub use client::{Client, ClientOptions, Request, Resent};
pub use credential::Credential;
pub use failure::{Failure, Kind, Phase};
pub use proxies::Proxies;
pub use segments::Segments;
pub use tls::TlsError;
pub use url::{Endpoint, UrlError};
