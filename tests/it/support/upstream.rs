//! An upstream that answers as its script says and fails loudly: on a call that the script does not have, and on a
//! step that was not used. It records what it received, byte for byte.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

/// One request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    /// Request line and headers.
    pub(crate) head: String,
    /// The body, of which the head tells the length.
    pub(crate) body: Vec<u8>,
    /// Which connection it came on, from 0.
    pub(crate) connection: usize,
}

impl Received {
    /// The request line.
    pub(crate) fn line(&self) -> &str {
        self.head.lines().next().unwrap()
    }

    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        fields.find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The body as text.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// What the upstream does with a call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reply {
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
enum Part {
    Bytes(Vec<u8>),
    Wait(Arc<Notify>),
    Close,
}

impl Reply {
    /// A JSON answer.
    pub(crate) fn json(status: u16, body: &str) -> Reply {
        Reply::with(status, &[("content-type", "application/json")], body)
    }

    /// An answer with these headers.
    pub(crate) fn with(status: u16, headers: &[(&str, &str)], body: &str) -> Reply {
        let length = body.len();
        let fields = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
        let fields = fields.collect::<Vec<_>>().concat();
        let head = format!("HTTP/1.1 {status} Status\r\ncontent-length: {length}\r\n{fields}");
        Reply::default().bytes(format!("{head}\r\n{body}"))
    }

    /// A stream of these chunks; the connection's `end` is up to the caller.
    pub(crate) fn stream(chunks: &[&str]) -> Reply {
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n";
        chunks.iter().fold(Reply::default().bytes(head), |reply, chunk| reply.chunk(chunk))
    }

    /// These bytes.
    pub(crate) fn bytes(mut self, bytes: impl Into<Vec<u8>>) -> Reply {
        self.parts.push(Part::Bytes(bytes.into()));
        self
    }

    /// One chunk of a stream.
    pub(crate) fn chunk(self, chunk: &str) -> Reply {
        self.bytes(format!("{:x}\r\n{chunk}\r\n", chunk.len()))
    }

    /// The end of a stream.
    pub(crate) fn end(self) -> Reply {
        self.bytes("0\r\n\r\n")
    }

    /// Nothing until the test says so.
    pub(crate) fn wait(mut self, until: &Arc<Notify>) -> Reply {
        self.parts.push(Part::Wait(until.clone()));
        self
    }

    /// The connection is closed.
    pub(crate) fn close(mut self) -> Reply {
        self.parts.push(Part::Close);
        self
    }
}

#[derive(Debug, Default)]
struct State {
    script: VecDeque<Reply>,
    received: Vec<Received>,
    surprises: Vec<String>,
    connections: usize,
    closed: usize,
}

/// A running upstream.
#[derive(Debug)]
pub(crate) struct Upstream {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    state: Arc<Mutex<State>>,
    /// Told when a client closes a connection.
    pub(crate) closed: Arc<Notify>,
}

impl Upstream {
    /// Starts an upstream with a script: one reply for each call, in order, whatever connection it comes on.
    pub(crate) async fn script(replies: impl IntoIterator<Item = Reply>) -> Upstream {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State { script: replies.into_iter().collect(), ..State::default() }));
        let closed = Arc::new(Notify::new());
        let (shared, told) = (state.clone(), closed.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let index = {
                    let mut state = shared.lock().unwrap();
                    state.connections += 1;
                    state.connections - 1
                };
                let (shared, told) = (shared.clone(), told.clone());
                tokio::spawn(async move {
                    converse(stream, index, &shared).await;
                    shared.lock().unwrap().closed += 1;
                    told.notify_one();
                });
            }
        });
        Upstream { address, state, closed }
    }

    /// What was received so far.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.state.lock().unwrap().received.clone()
    }

    /// What was received; the script must have been followed to its end.
    pub(crate) fn finish(self) -> Vec<Received> {
        let state = self.state.lock().unwrap();
        assert!(state.surprises.is_empty(), "calls that the script does not have: {:?}", state.surprises);
        assert!(state.script.is_empty(), "{} steps of the script were not used", state.script.len());
        state.received.clone()
    }

    /// The one request that was received.
    pub(crate) fn only(self) -> Received {
        let received = self.finish();
        assert_eq!(received.len(), 1, "{received:?}");
        received.into_iter().next().unwrap()
    }
}

async fn converse(mut stream: TcpStream, connection: usize, state: &Mutex<State>) {
    while let Some(mut request) = read(&mut stream).await {
        request.connection = connection;
        let reply = {
            let mut state = state.lock().unwrap();
            let reply = state.script.pop_front();
            if reply.is_none() {
                state.surprises.push(request.head.clone());
            }
            state.received.push(request);
            reply
        };
        let Some(reply) = reply else { return };
        for part in reply.parts {
            match part {
                Part::Bytes(bytes) => {
                    if stream.write_all(&bytes).await.is_err() {
                        return;
                    }
                }
                // A client that closes meanwhile ends the conversation.
                Part::Wait(until) => {
                    let mut byte = [0];
                    tokio::select! {
                        () = until.notified() => {}
                        _ = stream.read(&mut byte) => return,
                    }
                }
                Part::Close => return,
            }
        }
    }
}

async fn read(stream: &mut TcpStream) -> Option<Received> {
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
