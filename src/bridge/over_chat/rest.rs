//! Members that Responses has no word for: they are given back under their own names.

use crate::{
    bridge::filters::is_worse,
    json::{Kind, View, text},
};

/// Members by key, in the order in which they first came.
#[derive(Debug, Default)]
pub(super) struct Rest(Vec<(String, Vec<u8>)>);

impl Rest {
    /// The last value stays.
    pub(super) fn set(&mut self, key: &str, value: &[u8]) {
        match self.slot(key) {
            Some(slot) => *slot = value.into(),
            None => self.0.push((key.to_owned(), value.into())),
        }
    }

    /// Strings are joined, for a stream tells them piece by piece; of other values the last stays.
    pub(super) fn join(&mut self, key: &str, value: View<'_>) {
        match self.slot(key) {
            Some(slot) if value.kind() == Kind::String && slot.ends_with(b"\"") => {
                slot.pop();
                slot.extend_from_slice(text::inner(value.raw()));
                slot.push(b'"');
            }
            _ => self.set(key, value.raw()),
        }
    }

    /// The worst verdict stays.
    pub(super) fn worst(&mut self, key: &str, value: &[u8]) {
        match self.slot(key) {
            Some(slot) if !is_worse(value, slot) => {}
            _ => self.set(key, value),
        }
    }

    /// The values as they stand.
    pub(super) fn values(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(|(_, value)| value.as_slice())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Writes the members, each behind a comma.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        for (key, value) in &self.0 {
            out.push(b',');
            out.extend_from_slice(text::quote(key).as_bytes());
            out.push(b':');
            out.extend_from_slice(value);
        }
    }

    /// The members as an object.
    pub(super) fn object(&self) -> Vec<u8> {
        let mut members = Vec::new();
        self.write(&mut members);
        let members = members.strip_prefix(b",").unwrap_or_default();
        [b"{", members, b"}"].concat()
    }

    fn slot(&mut self, key: &str) -> Option<&mut Vec<u8>> {
        self.0.iter_mut().find(|(name, _)| name == key).map(|(_, value)| value)
    }
}
