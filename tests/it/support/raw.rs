//! A raw connection: it sends exactly the bytes of the test, which no client library would do.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::{Proxy, Refused};

/// A raw connection to a gateway.
#[derive(Debug)]
pub(crate) struct Raw {
    stream: TcpStream,
    unread: Vec<u8>,
}

/// An answer exactly as received.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: u16,
    /// Status line and headers.
    pub(crate) head: String,
    /// The body, with the length that `content-length` gives.
    pub(crate) body: String,
}

/// The time limit of every read.
const NEVER: Duration = Duration::from_secs(20);

impl Raw {
    /// Connects to a gateway.
    pub(crate) async fn connect(proxy: &Proxy) -> Raw {
        let address = proxy.url.strip_prefix("http://").unwrap();
        Raw { stream: TcpStream::connect(address).await.unwrap(), unread: Vec::new() }
    }

    /// Sends bytes.
    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).await.unwrap();
    }

    /// Sends bytes to a gateway that may have closed the connection.
    pub(crate) async fn send_or_closed(&mut self, bytes: impl AsRef<[u8]>) {
        drop(
            timeout(NEVER, self.stream.write_all(bytes.as_ref()))
                .await
                .expect("the gateway reads the bytes or closes the connection"),
        );
    }

    /// Closes the sending side.
    pub(crate) async fn end(&mut self) {
        self.stream.shutdown().await.unwrap();
    }

    /// Reads the bytes up to and including `mark`.
    pub(crate) async fn until(&mut self, mark: &str) -> String {
        loop {
            if let Some(at) = self.unread.windows(mark.len()).position(|window| window == mark.as_bytes()) {
                let rest = self.unread.split_off(at + mark.len());
                return String::from_utf8(std::mem::replace(&mut self.unread, rest)).unwrap();
            }
            let so_far = String::from_utf8_lossy(&self.unread).into_owned();
            assert!(self.more().await, "the connection ended before {mark:?}: {so_far:?}");
        }
    }

    /// Reads the next answer. An answer to `HEAD` has no body: read it with [`Raw::until`].
    pub(crate) async fn answer(&mut self) -> Answer {
        let head = self.until("\r\n\r\n").await;
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let mut answer = Answer { status, head, body: String::new() };
        let length = answer.header("content-length").map_or(0, |length| length.parse().unwrap());
        while self.unread.len() < length {
            assert!(self.more().await, "the connection ended within a body: {answer:?}");
        }
        let rest = self.unread.split_off(length);
        answer.body = String::from_utf8(std::mem::replace(&mut self.unread, rest)).unwrap();
        answer
    }

    /// Reads everything until the other side closes.
    pub(crate) async fn rest(mut self) -> String {
        while self.more().await {}
        String::from_utf8(self.unread).unwrap()
    }

    async fn more(&mut self) -> bool {
        let read = timeout(NEVER, self.stream.read_buf(&mut self.unread)).await;
        read.expect("no bytes arrived, and the connection stayed open").is_ok_and(|count| count > 0)
    }
}

impl Answer {
    /// Returns a header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        fields.find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Reads the answer as an error of azgate.
    pub(crate) fn refused(&self) -> Refused {
        assert_eq!(self.header("content-type"), Some("application/json"), "{self:?}");
        Refused::read(self.status, &self.body)
    }
}
