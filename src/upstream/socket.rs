//! A connection as the pool holds it, and the little that must be known of its past: only a connection that has
//! served a call, and has not begun to answer this one, is a stale one whose call may be sent again.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use hyper_rustls::MaybeHttpsStream;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// To the first hop: Azure, or a proxy that may itself be reached by TLS.
pub(super) type Hop = MaybeHttpsStream<TokioIo<TcpStream>>;

/// A connection to a host, ready for HTTP.
#[derive(Debug)]
pub struct Socket {
    stream: TokioIo<MaybeHttpsStream<Hop>>,
    /// The first hop is a proxy that reads our requests.
    forwarded: bool,
    /// Calls overlap on it, so that bytes cannot be told to be one call's.
    http2: bool,
    past: Past,
}

impl Socket {
    pub(super) fn new(stream: MaybeHttpsStream<Hop>, forwarded: bool, http2: bool) -> Self {
        Self { stream: TokioIo::new(stream), forwarded, http2, past: Past::default() }
    }
}

/// What happened on a connection, shared between its socket and whoever got an answer from it.
#[derive(Clone, Debug, Default)]
pub(super) struct Past(Arc<Marks>);

#[derive(Debug, Default)]
struct Marks {
    /// It has brought at least one answer.
    served: AtomicBool,
    /// It has brought an answer since the last write, so the next write begins a new call.
    answered: AtomicBool,
    /// Bytes of this call's answer have come.
    heard: AtomicBool,
}

impl Past {
    /// An answer's head has come out of this connection.
    pub(super) fn answer(&self) {
        self.0.served.store(true, Ordering::Release);
        self.0.answered.store(true, Ordering::Release);
    }

    pub(super) fn served(&self) -> bool {
        self.0.served.load(Ordering::Acquire)
    }

    /// Whether the current call's answer is known to have begun, which on HTTP/2 it never is.
    pub(super) fn heard(&self) -> bool {
        self.0.heard.load(Ordering::Acquire)
    }

    fn wrote(&self) {
        // A server may answer early, while the call is still being written; then `heard` stays set for the next
        // call too. That errs on the safe side: one call is not sent again that could have been.
        if self.0.answered.swap(false, Ordering::AcqRel) {
            self.0.heard.store(false, Ordering::Release);
        }
    }

    fn read(&self) {
        self.0.heard.store(true, Ordering::Release);
    }
}

impl Connection for Socket {
    fn connected(&self) -> Connected {
        self.stream.connected().proxy(self.forwarded).extra(self.past.clone())
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buf);
        if buf.filled().len() > before && !self.http2 {
            self.past.read();
        }
        polled
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.past.wrote();
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
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
        self.past.wrote();
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }
}
