//! The bytes of a connection to the first hop. It notes how far a call is, since a lost call whose answer has begun is
//! not sent again; and when an answer turns out to be a stream, it holds back what comes behind the head, so that hyper,
//! which reads on at once, has nothing of it and can be left out.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use memchr::{memchr_iter, memmem};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::progress::Progress;

/// A connection to a host, ready for HTTP.
#[derive(Debug)]
pub struct Socket {
    /// Behind a pointer, since a plain connection would else take the room of TLS within TLS.
    stream: Box<dyn Stream>,
    /// The first hop is a proxy that reads our requests.
    forwarded: bool,
    progress: Progress,
    /// What has been read behind the head of a stream.
    held: Bytes,
}

/// Bytes both ways.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send + fmt::Debug {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + fmt::Debug> Stream for S {}

impl Socket {
    pub(super) fn new(stream: impl Stream + 'static, forwarded: bool) -> Self {
        Self { stream: Box::new(stream), forwarded, progress: Progress::default(), held: Bytes::new() }
    }

    pub(super) fn is_forwarded(&self) -> bool {
        self.forwarded
    }

    pub(super) fn progress(&self) -> Progress {
        self.progress.clone()
    }

    /// What was held back; reading goes on behind it.
    pub(super) fn take_held(&mut self) -> Bytes {
        self.progress.release();
        std::mem::take(&mut self.held)
    }

    /// Cuts what was read where a stream's head ends.
    fn hold(&mut self, read: &mut ReadBuf<'_>, before: usize) {
        let answer = read.filled().get(before..).unwrap_or_default();
        let Some((head, behind)) = stream_head(answer).and_then(|end| answer.split_at_checked(end)) else {
            return;
        };
        let end = before + head.len();
        self.held = Bytes::copy_from_slice(behind);
        read.set_filled(end);
        self.progress.hold();
    }
}

/// Where the head of an answer ends, if all of it is here and it may be one of a stream. That need not be sure: what is
/// held back for nothing is handed on.
fn stream_head(answer: &[u8]) -> Option<usize> {
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
            // Whoever moves this connection looks at the answer next, and then decides.
            return Poll::Pending;
        }
        if !self.held.is_empty() {
            let len = self.held.len().min(buf.remaining());
            buf.put_slice(&self.held.split_to(len));
            return Poll::Ready(Ok(()));
        }
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        if buf.filled().len() > before && self.progress.heard() {
            self.hold(buf, before);
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
