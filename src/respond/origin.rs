//! The resource that an answer comes from, as far as an error about the answer needs it.

use std::borrow::Cow;

use bytes::Bytes;

use crate::upstream::Credential;

/// The resource that an answer comes from.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// The resource's name in the configuration. Errors name it, and never its URL.
    pub resource: &'a str,
    /// azgate's credential for the resource, which no error may repeat.
    pub credential: &'a Credential,
}

impl Origin<'_> {
    /// Returns a body without azgate's credential. Azure may repeat the key that it refuses.
    pub(super) fn conceal(self, body: &Bytes) -> Bytes {
        match self.credential.conceal(body) {
            Cow::Borrowed(_) => body.clone(),
            Cow::Owned(concealed) => concealed.into(),
        }
    }
}
