//! The pooled client. It follows no redirect and sets no limit on the duration of an answer. It sends a call a second
//! time only if the call went out on a reused connection that was closed without a byte of an answer. A connection
//! that the other side closed while it was idle looks like that.

use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::header::{CONTENT_LENGTH, HOST, PROXY_AUTHORIZATION};
use http::uri::Scheme;
use http::{HeaderMap, HeaderValue, Method, Response, Uri};

use crate::deadline::{Deadlines, Limit};

use super::body::AnswerBody;
use super::connect::Connector;
use super::event_stream::EventStream;
use super::failure::Failure;
use super::pool::{Connection, Pool};
use super::pool_key::PoolKey;
use super::proxies::Proxies;
use super::segments::Segments;
use super::send_error::SendError;
use super::tls::{self, TlsError};

/// How to reach Azure.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// Use HTTP/2: over TLS after ALPN, over `http://` with prior knowledge. One connection then carries all calls to a
    /// host, and calls queue when Azure's limit of parallel streams is reached.
    pub http2: bool,
    /// A file of certificates (PEM) to trust in addition to the system's.
    pub ca_file: Option<PathBuf>,
    /// How long name resolution, TCP, proxy and TLS may take together.
    pub connect_timeout: Duration,
    /// How long an idle connection is kept. It should be less than Azure's own limit, which is not documented.
    pub pool_idle_timeout: Duration,
    /// The forward proxies.
    pub proxies: Proxies,
}

/// HTTP/1.1, ten seconds to connect, and the proxies from the environment.
impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            http2: false,
            ca_file: None,
            connect_timeout: Duration::from_secs(10),
            pool_idle_timeout: Duration::from_secs(45),
            proxies: Proxies::from_env(),
        }
    }
}

/// A call to send. The client adds `host` and `content-length`.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The whole URL.
    pub uri: Uri,
    /// The headers that [`super::headers::up`] lets through.
    pub headers: HeaderMap,
    /// The body.
    pub body: Segments,
    /// Whether the client has sent the call twice.
    pub resent: ResentFlag,
}

/// Whether a call was sent twice. Clones share it, so that whoever reports the call knows it even if the call has no
/// answer and no failure.
#[derive(Clone, Debug, Default)]
pub struct ResentFlag(Arc<AtomicBool>);

impl ResentFlag {
    /// Records that the call is sent twice.
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Returns whether the call was sent twice.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// An extension of an answer whose call was sent twice, for logs and counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resent;

/// The HTTP client for calls to Azure. Clones share the pool.
#[derive(Clone, Debug)]
pub struct Client {
    pool: Arc<Pool>,
    http2: bool,
    proxies: Proxies,
}

impl Client {
    /// Creates a client and reads the trusted certificates. It opens no connection yet.
    pub fn new(options: &ClientOptions) -> Result<Self, TlsError> {
        let tls = tls::config(options.ca_file.as_deref())?;
        let connector = Connector::new(tls, options.http2, options.proxies.clone(), options.connect_timeout);
        let pool = Pool::new(connector, options.http2, options.pool_idle_timeout);
        Ok(Self { pool, http2: options.http2, proxies: options.proxies.clone() })
    }

    /// Sends a call like [`Client::send`], and fails if the answer does not begin in time.
    pub async fn send_within(
        &self,
        request: Request,
        deadlines: &Deadlines,
    ) -> Result<Response<AnswerBody>, Failure> {
        let target = request.uri.clone();
        // Pinned, so that the large future is not moved into the timer.
        let answer = pin!(self.send(request));
        let answer = deadlines.within(Limit::FirstByte, answer).await;
        answer.unwrap_or_else(|overdue| Err(Failure::overdue(&target, overdue)))
    }

    /// Sends a call and returns when the head of its answer has arrived. If the call was sent twice, the answer carries
    /// [`Resent`] or the failure sets [`Failure::resent`].
    ///
    /// Dropping the future, or the answer's body before its end, closes an HTTP/1.1 connection, so that Azure notices
    /// that nobody waits any more.
    pub async fn send(&self, request: Request) -> Result<Response<AnswerBody>, Failure> {
        let request = self.complete(request);
        let target = request.uri.clone();
        let key = PoolKey::from(&target);
        let mut resent = false;
        if let Some(connection) = self.pool.take(&key) {
            match self.attempt(connection, request.clone()).await {
                // If one idle connection is stale, the others probably are too. So the second attempt opens a new one.
                Err(error) if error.is_stale_connection() => {
                    resent = true;
                    request.resent.set();
                }
                answer => return answer.map_err(|error| Failure::not_answered(&target, error, false)),
            }
        }
        // Boxed, since the future is large and rarely needed.
        let connection = Box::pin(self.pool.open(&target, key)).await;
        let connection = connection.map_err(|error| Failure::not_connected(&target, error, resent))?;
        let answer = self.attempt(connection, request).await;
        let mut answer = answer.map_err(|error| Failure::not_answered(&target, error, resent))?;
        if resent {
            answer.extensions_mut().insert(Resent);
        }
        Ok(answer)
    }

    async fn attempt(
        &self,
        connection: Connection,
        request: Request,
    ) -> Result<Response<AnswerBody>, SendError> {
        let mut call = http::Request::new(request.body);
        *call.method_mut() = request.method;
        *call.uri_mut() = request.uri;
        *call.headers_mut() = request.headers;
        match connection {
            Connection::Http1(mut connection) => {
                let answer = connection.send(call).await?;
                let pool = self.pool.clone();
                Ok(match EventStream::take_over(&mut connection, &answer) {
                    Some(stream) => answer.map(|_| AnswerBody::event_stream(stream, pool)),
                    None => answer.map(|body| AnswerBody::http1(body, connection, pool)),
                })
            }
            Connection::Http2(mut connection) => Ok(connection.send(call).await?.map(AnswerBody::http2)),
        }
    }

    /// Adds the headers that depend on the body, the target and the proxy.
    fn complete(&self, mut request: Request) -> Request {
        // Azure answers 411 to a POST without a length, even if the body is empty (azure-sdk-for-rust#2064).
        let bodiless =
            matches!(request.method, Method::GET | Method::HEAD | Method::DELETE | Method::OPTIONS);
        if !bodiless || !request.body.is_empty() {
            request.headers.insert(CONTENT_LENGTH, HeaderValue::from(request.body.len()));
        }
        if let Some(credentials) = self.proxies.authorization(&request.uri) {
            request.headers.insert(PROXY_AUTHORIZATION, credentials);
        }
        if !self.http2
            && let Some(host) = host(&request.uri)
        {
            request.headers.insert(HOST, host);
        }
        request
    }
}

/// Returns the value of `host`: no user information, and no default port.
fn host(target: &Uri) -> Option<HeaderValue> {
    let authority = target.authority()?;
    let default_port = if target.scheme() == Some(&Scheme::HTTPS) { 443 } else { 80 };
    match authority.port_u16().filter(|port| *port != default_port) {
        Some(port) => HeaderValue::try_from(format!("{}:{port}", authority.host())).ok(),
        None => HeaderValue::from_str(authority.host()).ok(),
    }
}
