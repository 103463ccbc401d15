//! azgate's own credential for a resource: an API key.

use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

/// A resource's key, as the value of a header. Built once, so that a call does not check the key again.
#[derive(Clone)]
pub struct Credential {
    value: HeaderValue,
}

/// Why a key cannot be the value of a header. The error does not contain the key.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CredentialError {
    /// The key is empty.
    #[error("the key is empty")]
    Empty,
    /// The key contains a character that is not allowed in a header, often the line break of a file.
    #[error("the key contains a character that is not allowed in a header, such as a line break")]
    NotAHeader,
}

/// The header for a key. Azure takes a key in this header on every surface, and in `authorization` only on v1
/// (`securitySchemes` of its specification).
const HEADER: HeaderName = HeaderName::from_static("api-key");

impl Credential {
    /// Makes the credential of a key.
    pub fn api_key(key: &SecretString) -> Result<Self, CredentialError> {
        let key = key.expose_secret();
        if key.is_empty() {
            return Err(CredentialError::Empty);
        }
        let mut value = HeaderValue::from_str(key).map_err(|_| CredentialError::NotAHeader)?;
        value.set_sensitive(true);
        Ok(Self { value })
    }

    /// Puts the credential into the headers of a request.
    #[expect(clippy::unused_async, reason = "a key is at hand; a token may have to be fetched")]
    pub async fn authorize(&self, headers: &mut HeaderMap) {
        headers.insert(HEADER, self.value.clone());
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credential(api-key)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Result<Credential, CredentialError> {
        Credential::api_key(&SecretString::from(text))
    }

    #[tokio::test]
    async fn a_key_is_never_shown() {
        let credential = key("0123456789abcdef").unwrap();
        let mut headers = HeaderMap::new();
        credential.authorize(&mut headers).await;
        assert_eq!(headers["api-key"], "0123456789abcdef");
        assert!(headers["api-key"].is_sensitive());
        let shown = format!("{credential:?} {headers:?}");
        assert!(!shown.contains("0123456789abcdef"), "{shown}");
    }

    #[test]
    fn a_key_that_cannot_be_a_header_is_refused_without_showing_it() {
        assert_eq!(key("").unwrap_err(), CredentialError::Empty);
        let error = key("topsecret\n").unwrap_err();
        assert!(!error.to_string().contains("topsecret"));
    }
}
