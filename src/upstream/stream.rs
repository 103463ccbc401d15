//! The rest of an answer that is a stream of events, read without hyper: a stream is silent most of its time, and hyper
//! holds 17 KB for each meanwhile. Here nothing is held but the socket.

use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use bytes::Bytes;
use futures_util::FutureExt;
use http::{HeaderMap, Response, Version, header};
use http_body::Body;
use tokio::io::{AsyncRead, ReadBuf};

use super::chunked::{Chunked, Ended};
use super::pool::{Line, Origin, Pool};
use super::socket::Socket;
use super::wire::Wire;

/// As much as a TLS record holds. It lies on the stack, and what has come is copied out of it.
const READ: usize = 16 * 1024;

/// A body that is still coming.
#[derive(Debug)]
pub(super) struct Stream {
    /// `None` once it has ended.
    socket: Option<Socket>,
    chunked: Chunked,
    /// What came with the head.
    first: Bytes,
    origin: Origin,
    /// Another call may follow.
    keep: bool,
}

impl Stream {
    /// Whether the body of this answer can be read here.
    pub(super) fn carries<B: Body>(answer: &Response<B>) -> bool {
        let headers = answer.headers();
        let mut codings = headers.get_all(header::TRANSFER_ENCODING).iter();
        let chunked = codings.next().is_some_and(|coding| coding.as_bytes().eq_ignore_ascii_case(b"chunked"));
        chunked
            && codings.next().is_none()
            && !headers.contains_key(header::CONTENT_LENGTH)
            && answer.version() == Version::HTTP_11
            // As it is behind HEAD.
            && !answer.body().is_end_stream()
    }

    /// Takes over a socket, from which `read` has been read behind the head.
    pub(super) fn new(socket: Socket, read: &[u8], origin: Origin, headers: &HeaderMap) -> Self {
        let mut chunked = Chunked::default();
        let first = chunked.decode(read).into();
        Self { socket: Some(socket), chunked, first, origin, keep: !closes(headers) }
    }

    /// The next piece. The end gives the connection to `pool`, if it is a clean one.
    pub(super) fn poll(
        &mut self,
        context: &mut Context<'_>,
        pool: &Arc<Pool>,
    ) -> Poll<Option<io::Result<Bytes>>> {
        let mut payload = std::mem::take(&mut self.first);
        while payload.is_empty() {
            match self.chunked.ended() {
                Some(Ended::Whole { .. }) => {
                    self.leave(pool);
                    return Poll::Ready(None);
                }
                Some(Ended::Broken(why)) => return Poll::Ready(self.fail(io::ErrorKind::InvalidData, why)),
                None => {}
            }
            payload = match ready!(self.read(context)) {
                Some(Ok(payload)) => payload,
                other => return Poll::Ready(other),
            };
        }
        Poll::Ready(Some(Ok(payload)))
    }

    /// What one read brings.
    fn read(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        let Some(socket) = &mut self.socket else { return Poll::Ready(None) };
        let mut space = [MaybeUninit::uninit(); READ];
        let mut read = ReadBuf::uninit(&mut space);
        if let Err(error) = ready!(Pin::new(socket).poll_read(context, &mut read)) {
            self.socket = None;
            return Poll::Ready(Some(Err(error)));
        }
        Poll::Ready(match read.filled() {
            [] => {
                self.fail(io::ErrorKind::UnexpectedEof, "the connection was closed before the stream's end")
            }
            read => Some(Ok(self.chunked.decode(read).into())),
        })
    }

    fn fail<T>(
        &mut self,
        kind: io::ErrorKind,
        why: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Option<io::Result<T>> {
        self.socket.take().map(|_| Err(io::Error::new(kind, why)))
    }

    /// Whether it has nothing more to say.
    pub(super) fn is_over(&self) -> bool {
        self.socket.is_none()
    }

    /// Nobody reads on. A connection that has nothing more to bring is kept, any other is closed.
    pub(super) fn leave(&mut self, pool: &Arc<Pool>) {
        if self.chunked.ended().is_none() {
            // Callers stop at the last event, and what ends the body is often there already.
            drop(self.read(&mut Context::from_waker(Waker::noop())));
        }
        let clean = self.keep && self.chunked.ended() == Some(Ended::Whole { surplus: false });
        let Some(socket) = self.socket.take().filter(|_| clean) else { return };
        // It waits for nothing, since there is nothing to agree on in HTTP/1.1.
        if let Some(Ok(wire)) = Wire::over(socket, self.origin.clone()).now_or_never() {
            pool.put(Line::Own(Box::new(wire.used())));
        }
    }
}

/// Whether the server says that it takes no more calls on this connection.
fn closes(headers: &HeaderMap) -> bool {
    let options = headers
        .get_all(header::CONNECTION)
        .iter()
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
    options.map(<[u8]>::trim_ascii).any(|option| option.eq_ignore_ascii_case(b"close"))
}
