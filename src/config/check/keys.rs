//! `[keys.NAME]`.

use std::{collections::BTreeMap, net::SocketAddr};

use http::HeaderName;

use super::checker::Checker;
use crate::{
    config::{KeyPath, KeySettings, exposure::is_published, schema::Config, suggest::suggest},
    upstream::headers::UP_BY_KEY,
};

/// The SHA-256 of an empty text, which a shell computes for a variable that is not set.
pub(super) const HASH_OF_EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

impl Checker<'_> {
    /// Returns the keys without problems. No two keys have the same hash.
    pub(super) fn all_keys(&mut self, config: &Config, server: Option<SocketAddr>) -> Vec<KeySettings> {
        let mut owners = BTreeMap::new();
        let mut keys = Vec::new();
        for (name, key) in &config.keys {
            let table = KeyPath::new(["keys", name]);
            self.name(&table, name);
            let requests_per_minute = self.requests_per_minute(&table, key.requests_per_minute);
            let policy = self.policy(&table.child("policy"), &key.policy);
            let at = table.child("sha256");
            let Some(text) = &key.sha256 else { continue };
            let Some((digits, sha256)) = hash(text) else {
                let remedy = "write what `printf %s \"$KEY\" | sha256sum` prints";
                let count = text.chars().count();
                // The text is not repeated, because it can be the key itself.
                self.findings.value_error(&at, format!("not 64 hex digits, but {count} characters"), remedy);
                continue;
            };
            if digits.eq_ignore_ascii_case(HASH_OF_EMPTY) {
                self.findings.value_error(&at, "the hash of an empty key", "hash the key itself");
            }
            if let Some(owner) = owners.insert(sha256, table.clone()) {
                self.findings.value_error(
                    &at,
                    format!("the same key as {owner}"),
                    "give each caller a key of its own",
                );
            }
            if is_published(&sha256)
                && server.is_some_and(|address| !address.ip().to_canonical().is_loopback())
            {
                self.findings.value_error(
                    &at,
                    "a key that azgate's documentation shows, and others can reach server.listen",
                    "make a key of your own: KEY=$(openssl rand -hex 32), then `printf %s \"$KEY\" | sha256sum`",
                );
            }
            let headers = self.key_headers(&table.child("headers"), &key.headers);
            keys.push(KeySettings { name: name.clone(), sha256, requests_per_minute, headers, policy });
        }
        keys
    }
}

impl Checker<'_> {
    /// Returns the headers that a key may send to Azure beside those that everyone may.
    fn key_headers(&mut self, at: &KeyPath, written: &[String]) -> Vec<HeaderName> {
        let known = UP_BY_KEY.iter().map(|header| header.name);
        let mut headers = Vec::new();
        for name in written {
            let header = known.clone().find(|known| name.trim().eq_ignore_ascii_case(known));
            if header.is_none() {
                let remedy = suggest(name, known.clone());
                self.findings.value_error(at, "a header that no key can be allowed to send", remedy);
            }
            headers.extend(header.map(HeaderName::from_static));
        }
        headers
    }
}

/// Returns the hash in a text, which can be the whole output of `sha256sum` (`HEX  -`, `HEX  FILE`) or of `openssl`
/// (`SHA2-256(stdin)= HEX`).
fn hash(text: &str) -> Option<(&str, [u8; 32])> {
    let words = text.split(|letter: char| letter.is_whitespace() || matches!(letter, '=' | ':' | '\\'));
    let mut hashes = words.filter_map(|word| Some((word, decoded(word)?)));
    hashes.next().filter(|_| hashes.next().is_none())
}

/// Returns the bytes of 64 hex digits.
fn decoded(text: &str) -> Option<[u8; 32]> {
    let digits: Vec<u8> =
        text.chars().map(|digit| u8::try_from(digit.to_digit(16)?).ok()).collect::<Option<_>>()?;
    let bytes: Vec<u8> =
        digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect();
    bytes.try_into().ok().filter(|_| digits.len() == 64)
}
