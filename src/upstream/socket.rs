//! The socket of a connection to the first hop. It records how far a call is, since a call whose answer has begun is
//! not sent again. If an answer is an event stream, the socket holds back the bytes after the head. hyper reads on at
//! once, and so gets nothing of the body, which azgate then reads without hyper.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use memchr::{memchr_iter, memmem};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::progress::CallProgress;

/// A connection to a host, ready for HTTP.
#[derive(Debug)]
pub struct Socket {
    /// Boxed, since TLS inside TLS is far larger than a plain connection.
    stream: Box<dyn ByteStream>,
    /// The first hop is a forward proxy that reads the requests.
    forwarded: bool,
    progress: CallProgress,
    /// The bytes that were read after the head of an event stream.
    held: Bytes,
}

/// A stream of bytes in both directions.
pub(super) trait ByteStream: AsyncRead + AsyncWrite + Unpin + Send + fmt::Debug {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + fmt::Debug> ByteStream for S {}

impl Socket {
    pub(super) fn new(stream: impl ByteStream + 'static, forwarded: bool) -> Self {
        Self { stream: Box::new(stream), forwarded, progress: CallProgress::default(), held: Bytes::new() }
    }

    pub(super) fn is_forwarded(&self) -> bool {
        self.forwarded
    }

    pub(super) fn progress(&self) -> CallProgress {
        self.progress.clone()
    }

    /// Takes the bytes that were held back. The next read continues after them.
    pub(super) fn take_held(&mut self) -> Bytes {
        self.progress.release();
        std::mem::take(&mut self.held)
    }

    /// Holds back the bytes after the head of an event stream.
    fn hold_body(&mut self, read: &mut ReadBuf<'_>, before: usize) {
        let answer = read.filled().get(before..).unwrap_or_default();
        let Some((head, body)) = event_stream_head(answer).and_then(|end| answer.split_at_checked(end))
        else {
            return;
        };
        let end = before + head.len();
        self.held = Bytes::copy_from_slice(body);
        read.set_filled(end);
        self.progress.hold();
    }
}

/// Returns where the head of an answer ends, if all of it is here and the answer may be an event stream. A wrong
/// guess does no harm: hyper then gets the bytes that were held back.
fn event_stream_head(answer: &[u8]) -> Option<usize> {
    if !answer.starts_with(b"HTTP/1.1 200 ") {
        return None;
    }
    let end = memchr_iter(b'\n', answer).find_map(|at| match answer.get(at + 1..) {
        Some([b'\n', ..]) => Some(at + 2),
        Some([b'\r', b'\n', ..]) => Some(at + 3),
        _ => None,
    })?;
    memmem::find(answer.get(..end)?, b"text/event-stream").map(|_| end)
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.progress.is_held() {
            // The call that drives this connection looks at the head next, and then decides who reads the body.
            return Poll::Pending;
        }
        if !self.held.is_empty() {
            let len = self.held.len().min(buf.remaining());
            buf.put_slice(&self.held.split_to(len));
            return Poll::Ready(Ok(()));
        }
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        if buf.filled().len() > before && self.progress.received() {
            self.hold_body(buf, before);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
        self.progress.flushed();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }
}
