//! The body of an answer that is a stream of events, read without hyper. A stream is silent most of its time, and hyper
//! would hold 17 KB for it meanwhile. This body holds the socket and no buffer.

use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use bytes::Bytes;
use futures_util::FutureExt;
use http::{HeaderMap, Response, Version, header};
use http_body::Body;
use hyper::body::Incoming;
use tokio::io::{AsyncRead, ReadBuf};

use super::chunked::{BodyEnd, ChunkedDecoder};
use super::http1::Http1Connection;
use super::pool::{Connection, Pool};
use super::pool_key::PoolKey;
use super::socket::Socket;

/// The size of the read buffer, which is on the stack: the largest content of a TLS record.
const READ_SIZE: usize = 16 * 1024;

/// The body of an event stream.
#[derive(Debug)]
pub(super) struct EventStream {
    /// `None` once the body has ended.
    socket: Option<Socket>,
    decoder: ChunkedDecoder,
    /// The content that arrived together with the head.
    first: Bytes,
    key: PoolKey,
    /// The server takes another call on this connection.
    keep_alive: bool,
}

impl EventStream {
    /// Returns whether the body of this answer can be read here.
    fn supports<B: Body>(answer: &Response<B>) -> bool {
        let headers = answer.headers();
        let mut codings = headers.get_all(header::TRANSFER_ENCODING).iter();
        let chunked = codings.next().is_some_and(|coding| coding.as_bytes().eq_ignore_ascii_case(b"chunked"));
        chunked
            && codings.next().is_none()
            && !headers.contains_key(header::CONTENT_LENGTH)
            && answer.version() == Version::HTTP_11
            // True for an answer to HEAD, which has no body.
            && !answer.body().is_end_stream()
    }

    /// Takes the answer's body over from hyper, if it can be read here.
    pub(super) fn take_over(connection: &mut Http1Connection, answer: &Response<Incoming>) -> Option<Self> {
        let mut socket = connection.take_held_socket(|| Self::supports(answer))?;
        let mut decoder = ChunkedDecoder::default();
        let first = decoder.decode(&socket.take_held()).into();
        let (key, keep_alive) = (connection.key.clone(), !closes(answer.headers()));
        Some(Self { socket: Some(socket), decoder, first, key, keep_alive })
    }

    /// Returns the next piece. At a clean end the connection goes back to `pool`.
    pub(super) fn poll(
        &mut self,
        context: &mut Context<'_>,
        pool: &Arc<Pool>,
    ) -> Poll<Option<io::Result<Bytes>>> {
        let mut payload = std::mem::take(&mut self.first);
        while payload.is_empty() {
            match self.decoder.ended() {
                Some(BodyEnd::Whole { .. }) => {
                    self.release(pool);
                    return Poll::Ready(None);
                }
                Some(BodyEnd::Malformed(error)) => {
                    return Poll::Ready(self.fail(io::ErrorKind::InvalidData, error));
                }
                None => {}
            }
            payload = match ready!(self.read(context)) {
                Some(Ok(payload)) => payload,
                other => return Poll::Ready(other),
            };
        }
        Poll::Ready(Some(Ok(payload)))
    }

    /// Reads once and decodes what has arrived.
    fn read(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        let Some(socket) = &mut self.socket else { return Poll::Ready(None) };
        let mut space = [MaybeUninit::uninit(); READ_SIZE];
        let mut read = ReadBuf::uninit(&mut space);
        if let Err(error) = ready!(Pin::new(socket).poll_read(context, &mut read)) {
            self.socket = None;
            return Poll::Ready(Some(Err(error)));
        }
        Poll::Ready(match read.filled() {
            [] => {
                self.fail(io::ErrorKind::UnexpectedEof, "the connection was closed before the stream's end")
            }
            read => Some(Ok(self.decoder.decode(read).into())),
        })
    }

    /// Closes the connection. Returns an error the first time and `None` afterwards.
    fn fail<T>(
        &mut self,
        kind: io::ErrorKind,
        error: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Option<io::Result<T>> {
        self.socket.take().map(|_| Err(io::Error::new(kind, error)))
    }

    /// Returns whether the body has ended.
    pub(super) fn is_ended(&self) -> bool {
        self.socket.is_none()
    }

    /// Ends the reading. The connection goes back to `pool` if the body has ended cleanly, and is closed otherwise.
    pub(super) fn release(&mut self, pool: &Arc<Pool>) {
        if self.decoder.ended().is_none() {
            // Callers stop at the last event, and the end of the body has often arrived with it.
            drop(self.read(&mut Context::from_waker(Waker::noop())));
        }
        let clean = self.keep_alive && self.decoder.ended() == Some(BodyEnd::Whole { surplus: false });
        let Some(socket) = self.socket.take().filter(|_| clean) else { return };
        // HTTP/1.1 has no handshake, so the future is ready at once.
        if let Some(Ok(connection)) = Http1Connection::new(socket, self.key.clone()).now_or_never() {
            pool.put(Connection::Http1(Box::new(connection.marked_served())));
        }
    }
}

/// Returns whether the server announces that it closes the connection after this answer.
fn closes(headers: &HeaderMap) -> bool {
    let options = headers
        .get_all(header::CONNECTION)
        .iter()
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
    options.map(<[u8]>::trim_ascii).any(|option| option.eq_ignore_ascii_case(b"close"))
}
