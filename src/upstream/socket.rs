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
    /// The other side takes no more bytes. It may have answered before it stopped reading: a 413, for example.
    deaf: bool,
}

/// A stream of bytes in both directions.
pub(super) trait ByteStream: AsyncRead + AsyncWrite + Unpin + Send + fmt::Debug {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + fmt::Debug> ByteStream for S {}

impl Socket {
    pub(super) fn new(stream: impl ByteStream + 'static, forwarded: bool) -> Self {
        Self {
            stream: Box::new(stream),
            forwarded,
            progress: CallProgress::default(),
            held: Bytes::new(),
            deaf: false,
        }
    }

    pub(super) fn is_forwarded(&self) -> bool {
        self.forwarded
    }

    pub(super) fn progress(&self) -> CallProgress {
        self.progress.clone()
    }

    /// Drops what can no longer be written, because the answer to it may have arrived. Reading tells: it gives the
    /// answer, or the end of the connection. Without this, hyper would end the call and never read.
    fn unless_deaf<T>(&mut self, written: Poll<io::Result<T>>, all: T) -> Poll<io::Result<T>> {
        match written {
            Poll::Ready(Err(error)) if is_lost(error.kind()) => {
                self.deaf = true;
                Poll::Ready(Ok(all))
            }
            written => written,
        }
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

/// Returns whether an error of a write means that the other side has closed the connection.
fn is_lost(kind: io::ErrorKind) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset};
    matches!(kind, BrokenPipe | ConnectionReset | ConnectionAborted)
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
        if self.deaf {
            return Poll::Ready(Ok(buf.len()));
        }
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.unless_deaf(written, buf.len())
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.deaf {
            let flushed = Pin::new(&mut self.stream).poll_flush(cx);
            ready!(self.unless_deaf(flushed, ()))?;
        }
        if !self.deaf {
            self.progress.flushed();
        }
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
        let all = bufs.iter().map(|buf| buf.len()).sum();
        if self.deaf {
            return Poll::Ready(Ok(all));
        }
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.unless_deaf(written, all)
    }
}
