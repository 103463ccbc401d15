//! azgate's own credential for a resource: an API key.

use std::{borrow::Cow, fmt};

use http::{HeaderMap, HeaderName, HeaderValue};
use memchr::memmem;
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

/// Stands where a text repeats the key.
const CONCEALED: &[u8] = b"[the key]";

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

    /// Returns a text without the key, if the text repeats it.
    pub fn conceal<'t>(&self, text: &'t [u8]) -> Cow<'t, [u8]> {
        let key = self.value.as_bytes();
        let mut out = Vec::new();
        let mut rest = text;
        while let Some((before, found)) = memmem::find(rest, key).and_then(|at| rest.split_at_checked(at)) {
            out.extend_from_slice(before);
            out.extend_from_slice(CONCEALED);
            rest = found.get(key.len()..).unwrap_or_default();
        }
        if rest.len() == text.len() {
            return Cow::Borrowed(text);
        }
        out.extend_from_slice(rest);
        Cow::Owned(out)
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
    fn a_text_that_repeats_the_key_loses_it() {
        let credential = key("k-1").unwrap();
        assert_eq!(credential.conceal(b"k-1 is k-1.").as_ref(), b"[the key] is [the key].");
        assert!(matches!(credential.conceal(b"k-2"), Cow::Borrowed(b"k-2")));
    }

    #[test]
    fn a_key_that_cannot_be_a_header_is_refused_without_showing_it() {
        assert_eq!(key("").unwrap_err(), CredentialError::Empty);
        let error = key("topsecret\n").unwrap_err();
        assert!(!error.to_string().contains("topsecret"));
    }
}
