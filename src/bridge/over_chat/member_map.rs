//! Members that a response does not have. The bridge passes them on under their own names.

use crate::{
    bridge::filters::is_worse,
    json::{Kind, View, text, write},
};

/// Members by key, in the order in which they first came.
#[derive(Debug, Default)]
pub(super) struct MemberMap(Vec<(String, Vec<u8>)>);

impl MemberMap {
    /// Sets a member; the last value stays.
    pub(super) fn set(&mut self, key: &str, value: &[u8]) {
        match self.slot(key) {
            Some(slot) => *slot = value.into(),
            None => self.0.push((key.to_owned(), value.into())),
        }
    }

    /// Joins strings, since a stream sends them piece by piece. The last value of any other kind stays.
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

    /// Sets a verdict, unless the present one is worse.
    pub(super) fn worst(&mut self, key: &str, value: &[u8]) {
        match self.slot(key) {
            Some(slot) if !is_worse(value, slot) => {}
            _ => self.set(key, value),
        }
    }

    /// Returns the values as JSON.
    pub(super) fn values(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(|(_, value)| value.as_slice())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Appends the members to an object that is still open.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        self.0.iter().for_each(|(key, value)| write::member(out, key, value));
    }

    /// Returns the members as an object.
    pub(super) fn object(&self) -> Vec<u8> {
        let mut out = Vec::from(b"{");
        self.write(&mut out);
        out.push(b'}');
        out
    }

    fn slot(&mut self, key: &str) -> Option<&mut Vec<u8>> {
        self.0.iter_mut().find(|(name, _)| name == key).map(|(_, value)| value)
    }
}
