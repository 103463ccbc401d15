//! A request body as a list of slices: the client's own bytes with edits between them, sent without being joined. The
//! length is known, so the request has a `content-length`. A clone costs one counter, so the body can be sent again.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

/// The slices of a body, and which of them have been sent.
#[derive(Clone, Default)]
pub struct Segments {
    parts: Arc<[Bytes]>,
    next: usize,
    left: u64,
}

impl Segments {
    /// Returns the number of bytes that are still to be sent: before sending, the length of the body.
    pub fn len(&self) -> u64 {
        self.left
    }

    /// Returns the whole body in one buffer. The bytes are copied unless the body is one slice.
    pub fn joined(&self) -> Bytes {
        match &*self.parts {
            [only] => only.clone(),
            parts => parts.concat().into(),
        }
    }

    /// Returns whether nothing is left to send.
    pub fn is_empty(&self) -> bool {
        self.left == 0
    }
}

impl FromIterator<Bytes> for Segments {
    fn from_iter<I: IntoIterator<Item = Bytes>>(parts: I) -> Self {
        // An empty slice would be an empty frame, which costs a write.
        let parts: Arc<[Bytes]> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        let left = parts.iter().map(|part| part.len() as u64).sum();
        Self { parts, next: 0, left }
    }
}

impl From<Vec<Bytes>> for Segments {
    fn from(parts: Vec<Bytes>) -> Self {
        parts.into_iter().collect()
    }
}

impl From<Bytes> for Segments {
    fn from(whole: Bytes) -> Self {
        [whole].into_iter().collect()
    }
}

impl Body for Segments {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let part = self.parts.get(self.next).cloned();
        if let Some(part) = &part {
            self.next += 1;
            self.left -= part.len() as u64;
        }
        Poll::Ready(part.map(|part| Ok(Frame::data(part))))
    }

    fn is_end_stream(&self) -> bool {
        self.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// Shows only the length, since a body holds prompts.
impl fmt::Debug for Segments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Segments")
            .field("parts", &self.parts.len())
            .field("left", &self.left)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    #[tokio::test]
    async fn frames_are_the_given_slices_and_not_copies() {
        let whole = Bytes::from_static(b"{\"model\":\"o1\"}");
        let parts = vec![whole.slice(..9), Bytes::new(), whole.slice(9..)];
        let mut body = Segments::from(parts);
        assert_eq!(body.size_hint().exact(), Some(14));

        let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
        assert_eq!(first.as_ptr(), whole.as_ptr());
        assert_eq!(body.len(), 5);
        assert!(!body.is_end_stream());
        let second = body.frame().await.unwrap().unwrap().into_data().unwrap();
        assert_eq!(second, whole.slice(9..));
        assert!(body.is_end_stream());
        assert!(body.frame().await.is_none());
    }

    #[test]
    fn debug_shows_lengths_and_no_content() {
        let shown = format!("{:?}", Segments::from(Bytes::from_static(b"secret prompt")));
        assert_eq!(shown, "Segments { parts: 1, left: 13, .. }");
    }
}
