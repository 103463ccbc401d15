//! What a listener that others can reach must not do. The check judges the address as written, and a reload the address
//! that is bound, since a reload does not bind another.

use std::net::SocketAddr;

use sha2::{Digest, Sha256};

use super::settings::KeySettings;

/// The keys that README, docs, examples, commands and tests of clients show. Everybody knows them.
const PUBLISHED: [&str; 9] = [
    "change-me",
    "demo-key",
    "sim-key",
    "client-key",
    "limited-key",
    "no-such-key",
    "azure-key",
    "unused",
    "any",
];

/// Why a listener must not be reached by others.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Exposure {
    /// Anyone could call.
    #[error("there are no keys and others can reach {0}")]
    NoKeys(SocketAddr),
    /// Anyone who has read azgate's documentation could call.
    #[error("[keys.{name}] is a key that azgate's documentation shows, and others can reach {address}")]
    PublishedKey {
        /// The key's name in the config.
        name: String,
        /// The address.
        address: SocketAddr,
    },
}

/// Returns why a listener at `address` must not serve callers with these keys.
pub fn exposure(address: SocketAddr, keys: &[KeySettings], allow_anonymous: bool) -> Option<Exposure> {
    if address.ip().to_canonical().is_loopback() {
        return None;
    }
    if keys.is_empty() && !allow_anonymous {
        return Some(Exposure::NoKeys(address));
    }
    let published = keys.iter().find(|key| is_published(&key.sha256))?;
    Some(Exposure::PublishedKey { name: published.name.clone(), address })
}

/// Returns whether this is the hash of a key that the documentation shows.
pub(super) fn is_published(sha256: &[u8; 32]) -> bool {
    PUBLISHED.iter().any(|key| Sha256::digest(key).as_slice() == sha256)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(key: &str) -> [KeySettings; 1] {
        let (name, policy) = ("a".to_owned(), crate::translate::PolicyLayer::default());
        let sha256 = Sha256::digest(key).into();
        [KeySettings { name, sha256, requests_per_minute: None, headers: Vec::new(), policy }]
    }

    #[test]
    fn a_public_address_needs_a_key_that_nobody_knows() {
        let exposed = |address: &str, keys: &[KeySettings]| exposure(address.parse().unwrap(), keys, false);
        for public in ["0.0.0.0:80", "[::]:80", "10.0.0.1:80", "[::ffff:10.0.0.1]:80"] {
            assert!(matches!(exposed(public, &[]), Some(Exposure::NoKeys(_))), "{public}");
            for key in PUBLISHED {
                assert!(matches!(exposed(public, &keys(key)), Some(Exposure::PublishedKey { .. })), "{key}");
            }
            assert_eq!(exposed(public, &keys("my own")), None);
        }
        for loopback in ["127.0.0.1:80", "127.9.9.9:80", "[::1]:80", "[::ffff:127.0.0.1]:80"] {
            assert_eq!(exposed(loopback, &[]), None, "{loopback}");
            assert_eq!(exposed(loopback, &keys("change-me")), None, "{loopback}");
        }
        let public = "0.0.0.0:80".parse().unwrap();
        assert_eq!(exposure(public, &[], true), None);
        assert!(exposure(public, &keys("change-me"), true).is_some());
    }

    #[test]
    fn every_hash_that_the_examples_show_is_known() {
        let shown = [include_str!("../../README.md"), include_str!("../../config/azgate.full.toml")];
        let lines = shown.iter().flat_map(|text| text.lines());
        let hashes: Vec<&str> = lines.filter_map(|line| line.strip_prefix("sha256 = \"")).collect();
        assert!(!hashes.is_empty());
        for hash in hashes {
            let digits = |key: &&str| {
                let digest: [u8; 32] = Sha256::digest(key).into();
                hash.starts_with(&digest.map(|byte| format!("{byte:02x}")).concat())
            };
            assert!(PUBLISHED.iter().any(digits), "{hash}");
        }
    }
}
