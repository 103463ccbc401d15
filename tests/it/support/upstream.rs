//! An upstream that answers from a script. The test fails if a call has no step in the script, or if a step is unused.
//! The upstream records what it received, byte for byte.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
    sync::Notify,
    time::timeout,
};
use tokio_rustls::TlsAcceptor;

/// A connection, with TLS or without.
type Io = Box<dyn Connection>;

trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}

impl<C: AsyncRead + AsyncWrite + Send + Unpin> Connection for C {}

/// The upstream assumes that the reader has stopped reading when a write takes longer than this.
const STALL: Duration = Duration::from_millis(500);

/// One request as received.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    /// Request line and headers.
    pub(crate) head: String,
    /// The body, with the length that `content-length` gives.
    pub(crate) body: Vec<u8>,
    /// The number of its connection, from 0.
    pub(crate) connection: usize,
}

impl Received {
    /// Returns the request line.
    pub(crate) fn line(&self) -> &str {
        self.head.lines().next().unwrap()
    }

    /// Returns a header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        fields.find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Returns the body as text.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// The steps with which the upstream answers a call.
#[derive(Clone, Default)]
pub(crate) struct Reply {
    parts: Vec<Part>,
}

#[derive(Clone)]
enum Part {
    Bytes(Vec<u8>),
    Flood { bytes: Vec<u8>, times: usize, held_back: Arc<Notify> },
    Wait(Arc<Notify>),
    Tls(TlsAcceptor),
    Close,
}

impl Reply {
    /// Answers with JSON.
    pub(crate) fn json(status: u16, body: &str) -> Reply {
        Reply::with(status, &[("content-type", "application/json")], body)
    }

    /// Answers with these headers.
    pub(crate) fn with(status: u16, headers: &[(&str, &str)], body: &str) -> Reply {
        let length = body.len();
        let fields = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
        let fields = fields.collect::<Vec<_>>().concat();
        let head = format!("HTTP/1.1 {status} Status\r\ncontent-length: {length}\r\n{fields}");
        Reply::default().bytes(format!("{head}\r\n{body}"))
    }

    /// Streams these chunks. The caller adds [`Reply::end`].
    pub(crate) fn stream(chunks: &[&str]) -> Reply {
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n";
        chunks.iter().fold(Reply::default().bytes(head), |reply, chunk| reply.chunk(chunk))
    }

    /// Sends these bytes.
    pub(crate) fn bytes(mut self, bytes: impl Into<Vec<u8>>) -> Reply {
        self.parts.push(Part::Bytes(bytes.into()));
        self
    }

    /// Sends one chunk of a stream.
    pub(crate) fn chunk(self, chunk: &str) -> Reply {
        self.bytes(format!("{:x}\r\n{chunk}\r\n", chunk.len()))
    }

    /// Ends a stream.
    pub(crate) fn end(self) -> Reply {
        self.bytes("0\r\n\r\n")
    }

    /// Waits until the test notifies it.
    pub(crate) fn wait(mut self, until: &Arc<Notify>) -> Reply {
        self.parts.push(Part::Wait(until.clone()));
        self
    }

    /// Sends one chunk many times. Notifies `held_back` when the reader stops reading for a while.
    pub(crate) fn flood(mut self, chunk: &str, times: usize, held_back: &Arc<Notify>) -> Reply {
        let bytes = format!("{:x}\r\n{chunk}\r\n", chunk.len()).into_bytes();
        self.parts.push(Part::Flood { bytes, times, held_back: held_back.clone() });
        self
    }

    /// Appends the parts of another reply.
    pub(crate) fn then(mut self, reply: Reply) -> Reply {
        self.parts.extend(reply.parts);
        self
    }

    /// Switches the connection to TLS, as after a proxy's `CONNECT`.
    pub(crate) fn tls(mut self, acceptor: &TlsAcceptor) -> Reply {
        self.parts.push(Part::Tls(acceptor.clone()));
        self
    }

    /// Closes the connection.
    pub(crate) fn close(mut self) -> Reply {
        self.parts.push(Part::Close);
        self
    }
}

#[derive(Default)]
struct State {
    script: VecDeque<Reply>,
    received: Vec<Received>,
    unexpected: Vec<String>,
    connections: usize,
}

/// A running upstream. Dropping it fails the test if the script was not followed.
pub(crate) struct Upstream {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    state: Arc<Mutex<State>>,
    /// Notified when a call has arrived.
    pub(crate) arrived: Arc<Notify>,
    /// Notified when a client closes a connection.
    pub(crate) closed: Arc<Notify>,
}

impl Upstream {
    /// Starts an upstream with a script: one reply per call, in order, across all connections.
    pub(crate) async fn script(replies: impl IntoIterator<Item = Reply>) -> Upstream {
        Upstream::start(replies, None).await
    }

    /// Starts an upstream with a script, behind TLS.
    pub(crate) async fn secure(replies: impl IntoIterator<Item = Reply>, acceptor: &TlsAcceptor) -> Upstream {
        Upstream::start(replies, Some(acceptor.clone())).await
    }

    async fn start(replies: impl IntoIterator<Item = Reply>, tls: Option<TlsAcceptor>) -> Upstream {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = State { script: replies.into_iter().collect(), ..State::default() };
        let upstream = Upstream {
            address,
            state: Arc::new(Mutex::new(state)),
            arrived: Arc::default(),
            closed: Arc::default(),
        };
        let (state, arrived, closed) =
            (upstream.state.clone(), upstream.arrived.clone(), upstream.closed.clone());
        tokio::spawn(async move {
            for index in 0.. {
                let Ok((stream, _)) = listener.accept().await else { return };
                state.lock().unwrap().connections += 1;
                let (state, arrived, closed, tls) =
                    (state.clone(), arrived.clone(), closed.clone(), tls.clone());
                tokio::spawn(async move {
                    let stream: Io = match tls {
                        None => Box::new(stream),
                        // A client that does not trust the certificate closes the connection.
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => Box::new(stream),
                            Err(_) => return closed.notify_one(),
                        },
                    };
                    converse(stream, index, &state, &arrived).await;
                    closed.notify_one();
                });
            }
        });
        upstream
    }

    /// Returns the number of connections so far.
    pub(crate) fn connections(&self) -> usize {
        self.state.lock().unwrap().connections
    }

    /// Returns the requests so far.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.state.lock().unwrap().received.clone()
    }

    /// Returns the last request.
    pub(crate) fn latest(&self) -> Received {
        self.state.lock().unwrap().received.last().unwrap().clone()
    }

    /// Returns the requests. Fails if a step of the script was not used.
    pub(crate) fn finish(self) -> Vec<Received> {
        self.received()
    }

    /// Fails if the upstream received a request. The script may be unused.
    pub(crate) fn untouched(self) {
        assert!(self.received().is_empty(), "{:?}", self.received());
        self.state.lock().unwrap().script.clear();
    }

    /// Returns the only request.
    pub(crate) fn only(self) -> Received {
        let received = self.finish();
        assert_eq!(received.len(), 1, "{received:?}");
        received.into_iter().next().unwrap()
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let state = self.state.lock().unwrap();
        assert!(state.unexpected.is_empty(), "calls that the script does not have: {:?}", state.unexpected);
        assert!(state.script.is_empty(), "{} steps of the script were not used", state.script.len());
    }
}

async fn converse(mut stream: Io, connection: usize, state: &Mutex<State>, arrived: &Notify) {
    while let Some(mut request) = read(&mut stream).await {
        request.connection = connection;
        let reply = {
            let mut state = state.lock().unwrap();
            let reply = state.script.pop_front();
            if reply.is_none() {
                state.unexpected.push(request.head.clone());
            }
            state.received.push(request);
            reply
        };
        arrived.notify_one();
        let Some(reply) = reply else { return };
        for part in reply.parts {
            match perform(part, stream).await {
                Some(same) => stream = same,
                None => return,
            }
        }
    }
}

/// Performs one part. Returns `None` if the client or the part has closed the stream.
async fn perform(part: Part, mut stream: Io) -> Option<Io> {
    match part {
        Part::Bytes(bytes) => stream.write_all(&bytes).await.ok()?,
        Part::Flood { bytes, times, held_back } => {
            for _ in 0..times {
                let mut write = std::pin::pin!(stream.write_all(&bytes));
                if timeout(STALL, &mut write).await.is_err() {
                    held_back.notify_one();
                    write.await.ok()?;
                }
            }
        }
        Part::Wait(until) => {
            let mut byte = [0];
            tokio::select! {
                () = until.notified() => {}
                _ = stream.read(&mut byte) => return None,
            }
        }
        Part::Tls(acceptor) => return Some(Box::new(acceptor.accept(stream).await.ok()?)),
        Part::Close => return None,
    }
    Some(stream)
}

async fn read(stream: &mut Io) -> Option<Received> {
    let mut buffer = Vec::new();
    let end = loop {
        if let Some(at) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        let mut chunk = vec![0; 8192];
        let count = stream.read(&mut chunk).await.ok().filter(|count| *count > 0)?;
        buffer.extend_from_slice(&chunk[..count]);
    };
    let head = String::from_utf8(buffer[..end].to_vec()).unwrap();
    let mut received = Received { head, body: buffer.split_off(end), connection: 0 };
    let length: usize = received.header("content-length").map_or(0, |length| length.parse().unwrap());
    while received.body.len() < length {
        let mut chunk = vec![0; 65536];
        let count = stream.read(&mut chunk).await.ok().filter(|count| *count > 0)?;
        received.body.extend_from_slice(&chunk[..count]);
    }
    Some(received)
}
