//! Authenticates callers. Only [`Keys`] makes a [`Caller`], and every call needs one.

use std::sync::Arc;

use http::{HeaderMap, HeaderName, header};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use crate::{limits::RequestLimit, translate::PolicyLayer};

/// A key that clients present: its digest, limit and policy.
#[derive(Debug)]
pub struct CallerKey {
    /// The operator's name for the key. The log contains it.
    pub name: String,
    /// SHA-256 of the key.
    pub digest: [u8; 32],
    /// The limit of requests per minute.
    pub limit: Option<Arc<RequestLimit>>,
    /// The key's layer of policy.
    pub policy: PolicyLayer,
    /// The headers that this key may send to Azure beside those that everyone may.
    pub headers: Vec<HeaderName>,
}

/// The keys that may call. If there are none, everyone may call.
#[derive(Clone, Debug, Default)]
pub struct Keys(Vec<Arc<CallerKey>>);

/// A client that may call.
#[derive(Clone, Debug)]
pub struct Caller {
    key: Option<Arc<CallerKey>>,
}

/// Why a client may not call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// The request has no key.
    #[error("no API key was sent")]
    Missing,
    /// The request has only unknown keys.
    #[error("the API key is not known")]
    Unknown,
}

impl Caller {
    /// Returns the key that the caller presented; `None` if no key is needed.
    pub fn key(&self) -> Option<&CallerKey> {
        self.key.as_deref()
    }

    /// Returns the headers that the caller may send to Azure beside those that everyone may.
    pub fn headers(&self) -> &[HeaderName] {
        self.key().map_or(&[], |key| &key.headers)
    }

    /// Returns the limit on the caller's key.
    pub fn limit(&self) -> Option<&Arc<RequestLimit>> {
        self.key.as_ref()?.limit.as_ref()
    }
}

impl Keys {
    /// Makes the keys of a configuration.
    pub fn new(keys: Vec<CallerKey>) -> Keys {
        Keys(keys.into_iter().map(Arc::new).collect())
    }

    /// Returns whether callers need no key.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Finds the caller of a request by its `api-key` header or its bearer token. The SDKs send one of the two;
    /// openai-python before 2.34 sends both with the same value. One known key is enough.
    ///
    /// # Errors
    /// When keys are configured and the request has none of them.
    pub fn caller(&self, headers: &HeaderMap) -> Result<Caller, Denied> {
        if self.0.is_empty() {
            return Ok(Caller { key: None });
        }
        let mut denied = Denied::Missing;
        for presented in presented(headers) {
            denied = Denied::Unknown;
            if let Some(key) = self.find(presented) {
                return Ok(Caller { key: Some(key) });
            }
        }
        Err(denied)
    }

    /// Returns the caller with the key of this name, for a call that does not come from a request. Without a name,
    /// returns a caller without a key.
    ///
    /// # Errors
    /// When no key has the name.
    pub fn impersonate(&self, name: Option<&str>) -> Result<Caller, Denied> {
        let Some(name) = name else { return Ok(Caller { key: None }) };
        let key = self.0.iter().find(|key| key.name == name).ok_or(Denied::Unknown)?;
        Ok(Caller { key: Some(key.clone()) })
    }

    /// Finds a key by comparing the digest with every key, in constant time.
    fn find(&self, presented: &[u8]) -> Option<Arc<CallerKey>> {
        let digest: [u8; 32] = Sha256::digest(presented).into();
        let mut found = u32::MAX;
        for (index, key) in (0u32..).zip(&self.0) {
            let same: Choice = key.digest.ct_eq(&digest);
            found.conditional_assign(&index, same);
        }
        self.0.get(found as usize).cloned()
    }
}

fn presented(headers: &HeaderMap) -> impl Iterator<Item = &[u8]> {
    let bearer = headers.get_all(header::AUTHORIZATION).iter().filter_map(|value| {
        let (scheme, token) = value.as_bytes().split_at_checked(7)?;
        scheme.eq_ignore_ascii_case(b"bearer ").then_some(token.trim_ascii())
    });
    headers.get_all("api-key").iter().map(http::HeaderValue::as_bytes).chain(bearer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Keys {
        let key = |name: &str, secret: &str| CallerKey {
            name: name.to_owned(),
            digest: Sha256::digest(secret).into(),
            limit: None,
            policy: PolicyLayer::default(),
            headers: Vec::new(),
        };
        Keys::new(vec![key("a", "secret-a"), key("b", "secret-b")])
    }

    fn caller(headers: &[(&'static str, &str)]) -> Result<String, Denied> {
        let headers =
            headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        keys().caller(&headers).map(|caller| caller.key().unwrap().name.clone())
    }

    #[test]
    fn a_key_is_read_from_every_header_that_sdks_use() {
        assert_eq!(caller(&[("api-key", "secret-a")]).unwrap(), "a");
        assert_eq!(caller(&[("authorization", "Bearer secret-b")]).unwrap(), "b");
        assert_eq!(caller(&[("authorization", "bearer  secret-b")]).unwrap(), "b");
        assert_eq!(caller(&[("authorization", "Bearer secret-a"), ("api-key", "secret-a")]).unwrap(), "a");
    }

    #[test]
    fn missing_and_unknown_keys_are_denied() {
        assert_eq!(caller(&[]), Err(Denied::Missing));
        assert_eq!(caller(&[("authorization", "Basic secret-a")]), Err(Denied::Missing));
        assert_eq!(caller(&[("api-key", "secret-")]), Err(Denied::Unknown));
        assert_eq!(caller(&[("api-key", "")]), Err(Denied::Unknown));
    }

    #[test]
    fn without_configured_keys_everyone_may_call() {
        assert!(Keys::default().caller(&HeaderMap::new()).unwrap().key().is_none());
    }
}
