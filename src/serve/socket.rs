//! A client's socket, as hyper reads and writes it.
//!
//! hyper notices that a client has left only where it waits for bytes of the client. While a call runs it does not wait
//! if a byte follows the request, such as a line end or the next request, since it has that byte already. So this
//! socket looks for the end itself whenever hyper flushes without having waited.

use std::{
    io::{self, Read},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use futures_util::FutureExt;
use socket2::SockRef;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, Interest, ReadBuf, Ready},
    net::TcpStream,
    time::{Sleep, sleep},
};

/// The first bytes from every HTTP/2 client (RFC 9113 §3.4).
const HTTP2_PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// How long a call may still run after its client has closed the connection. A client may close only the direction in
/// which it sends, and an answer without Azure comes at once.
const LAST_ANSWER: Duration = Duration::from_millis(100);

/// The HTTP version that a client uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    Http1,
    Http2,
}

/// A client's socket.
#[derive(Debug)]
pub(super) struct ClientSocket {
    stream: TcpStream,
    /// The first bytes, which were read to find out the version.
    start: [u8; HTTP2_PREFACE.len()],
    /// Which of the first bytes hyper has not read yet.
    from: usize,
    until: usize,
    /// Whether this socket looks for the end of the connection. HTTP/2 always waits for bytes itself.
    watches: bool,
    /// Whether hyper has waited for bytes since it last wrote.
    waits: bool,
    /// Set once the client has left. The connection ends when it fires.
    left: Option<Pin<Box<Sleep>>>,
    /// Whether there may be bytes that the runtime does not announce again.
    unannounced: bool,
}

impl ClientSocket {
    pub(super) fn new(stream: TcpStream) -> ClientSocket {
        let (start, from, until) = ([0; HTTP2_PREFACE.len()], 0, 0);
        let (watches, waits, left, unannounced) = (false, false, None, false);
        ClientSocket { stream, start, from, until, watches, waits, left, unannounced }
    }

    /// Returns whether the client has sent anything.
    pub(super) fn has_begun(&self) -> bool {
        self.until > 0
    }

    /// Reads the first bytes until they show which version the client uses. Returns `None` if the client leaves before.
    pub(super) async fn version(&mut self) -> io::Result<Option<Version>> {
        loop {
            let (seen, rest) = self.start.split_at_mut(self.until);
            if seen.len() == HTTP2_PREFACE.len() {
                return Ok(Some(Version::Http2));
            }
            let read = self.stream.read(rest).await?;
            self.until += read;
            let (seen, _) = self.start.split_at(self.until);
            if read == 0 {
                return Ok(None);
            }
            if !HTTP2_PREFACE.starts_with(seen) {
                self.watches = true;
                return Ok(Some(Version::Http1));
            }
        }
    }

    /// Returns whether the client has left. Bytes that arrived before do not hide it.
    fn is_left(&mut self, context: &mut Context<'_>) -> bool {
        while let Poll::Ready(Ok(())) = self.stream.poll_read_ready(context) {
            let ready = self.stream.ready(Interest::READABLE).now_or_never();
            if ready.and_then(Result::ok).is_some_and(Ready::is_read_closed) {
                return true;
            }
            // There are bytes, and hyper does not want them yet. Only the next event is of interest.
            let nothing = || Err::<(), _>(io::ErrorKind::WouldBlock.into());
            drop(self.stream.try_io(Interest::READABLE, nothing));
            self.unannounced = true;
        }
        false
    }
}

impl AsyncRead for ClientSocket {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if let Some(start) = this.start.get(this.from..this.until).filter(|start| !start.is_empty()) {
            let (now, _) = start.split_at(start.len().min(buffer.remaining()));
            buffer.put_slice(now);
            this.from += now.len();
            return Poll::Ready(Ok(()));
        }
        while this.unannounced {
            match (&*SockRef::from(&this.stream)).read(buffer.initialize_unfilled()) {
                Ok(read) => {
                    buffer.advance(read);
                    return Poll::Ready(Ok(()));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => this.unannounced = false,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
        let read = Pin::new(&mut this.stream).poll_read(context, buffer);
        this.waits = read.is_pending();
        read
    }
}

impl AsyncWrite for ClientSocket {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// hyper flushes last, whenever it has read and written what it can.
    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let waits = std::mem::take(&mut this.waits);
        if this.watches && !waits && this.left.is_none() && this.is_left(context) {
            this.left = Some(Box::pin(sleep(LAST_ANSWER)));
        }
        let is_over = this.left.as_mut().is_some_and(|left| left.as_mut().poll(context).is_ready());
        Poll::Ready(if is_over { Err(io::ErrorKind::ConnectionReset.into()) } else { Ok(()) })
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}
