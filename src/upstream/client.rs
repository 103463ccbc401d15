//! The pooled client. It follows no redirect, sets no limit on an answer's duration, and sends a call a second time
//! only when the connection it went out on had been used before and died without a byte of an answer: that is how a
//! connection looks that the other side had closed while it lay in the pool.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::header::{CONTENT_LENGTH, HOST, PROXY_AUTHORIZATION};
use http::uri::Scheme;
use http::{HeaderMap, HeaderValue, Method, Response, Uri};

use crate::deadline::{Deadlines, Limit};

use super::body::AnswerBody;
use super::connect::Connector;
use super::failure::{Failure, Lost};
use super::pool::{Line, Origin, Pool};
use super::proxies::Proxies;
use super::segments::Segments;
use super::tls::{self, TlsError};

/// How to reach Azure.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// Speak HTTP/2: over TLS as agreed by ALPN, over `http://` by prior knowledge. One connection then carries all
    /// calls to a host, and they queue when Azure's limit of parallel streams is reached.
    pub http2: bool,
    /// Certificates (PEM) to trust besides the machine's own.
    pub ca_file: Option<PathBuf>,
    /// How long name, TCP, proxy and TLS may take together.
    pub connect_timeout: Duration,
    /// How long an unused connection is kept. It should be less than what Azure grants, which is not documented.
    pub pool_idle_timeout: Duration,
    /// The forward proxies.
    pub proxies: Proxies,
}

/// HTTP/1.1, ten seconds to connect, and the proxies that the environment names.
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

/// A call as it goes out. `host` and `content-length` are added.
#[derive(Clone, Debug)]
pub struct Request {
    /// Its method.
    pub method: Method,
    /// Where to, in full.
    pub uri: Uri,
    /// What [`super::headers::up`] let through.
    pub headers: HeaderMap,
    /// What [`Segments`] sends without a copy.
    pub body: Segments,
}

/// Stands in the extensions of an answer that came to the second sending, for logs and counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resent;

/// The client of the data path. Clones share the pool.
#[derive(Clone, Debug)]
pub struct Client {
    pool: Arc<Pool>,
    http2: bool,
    proxies: Proxies,
}

impl Client {
    /// Makes a client, which reads the trusted certificates; nothing is connected yet.
    pub fn new(options: &ClientOptions) -> Result<Self, TlsError> {
        let tls = tls::config(options.ca_file.as_deref())?;
        let connector = Connector::new(tls, options.http2, options.proxies.clone(), options.connect_timeout);
        let pool = Pool::new(connector, options.http2, options.pool_idle_timeout);
        Ok(Self { pool, http2: options.http2, proxies: options.proxies.clone() })
    }

    /// Sends a call as [`Client::send`] does, unless its answer does not begin in time.
    pub async fn send_within(
        &self,
        request: Request,
        deadlines: &Deadlines,
    ) -> Result<Response<AnswerBody>, Failure> {
        let target = request.uri.clone();
        let answer = deadlines.within(Limit::FirstByte, self.send(request)).await;
        answer.unwrap_or_else(|overdue| Err(Failure::overdue(&target, overdue)))
    }

    /// Sends a call and returns when the head of its answer is there. A call that goes out twice says so, in
    /// [`Resent`] or in [`Failure::resent`].
    ///
    /// Dropping the future, or the answer's body before its end, closes an HTTP/1.1 connection: Azure sees that
    /// nobody is waiting any more.
    pub async fn send(&self, request: Request) -> Result<Response<AnswerBody>, Failure> {
        let request = self.complete(request);
        let target = request.uri.clone();
        let origin = Origin::from(&target);
        let mut resent = false;
        if let Some(line) = self.pool.take(&origin) {
            match self.attempt(line, request.clone()).await {
                // When one connection is stale, the pool's others are likely stale too: the second one is new.
                Err(lost) if lost.was_stale() => resent = true,
                answer => return answer.map_err(|lost| Failure::lost(&target, lost, false)),
            }
        }
        // Boxed, since it is large and seldom needed.
        let line = Box::pin(self.pool.open(&target, origin)).await;
        let line = line.map_err(|error| Failure::unconnected(&target, error, resent))?;
        let answer = self.attempt(line, request).await;
        let mut answer = answer.map_err(|lost| Failure::lost(&target, lost, resent))?;
        if resent {
            answer.extensions_mut().insert(Resent);
        }
        Ok(answer)
    }

    async fn attempt(&self, line: Line, request: Request) -> Result<Response<AnswerBody>, Lost> {
        let mut call = http::Request::new(request.body);
        *call.method_mut() = request.method;
        *call.uri_mut() = request.uri;
        *call.headers_mut() = request.headers;
        match line {
            Line::Own(mut wire) => {
                let answer = wire.send(call).await?;
                let pool = self.pool.clone();
                Ok(match wire.stream(&answer) {
                    Some(stream) => answer.map(|_| AnswerBody::stream(stream, pool)),
                    None => answer.map(|body| AnswerBody::own(body, wire, pool)),
                })
            }
            Line::Shared(mut shared) => Ok(shared.send(call).await?.map(AnswerBody::shared)),
        }
    }

    fn complete(&self, mut request: Request) -> Request {
        // Azure answers 411 to a POST without a length, even where there is nothing to send (azure-sdk-for-rust#2064).
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

/// What `host` says: no user information, and no port that goes without saying.
fn host(target: &Uri) -> Option<HeaderValue> {
    let authority = target.authority()?;
    let usual = if target.scheme() == Some(&Scheme::HTTPS) { 443 } else { 80 };
    match authority.port_u16().filter(|port| *port != usual) {
        Some(port) => HeaderValue::try_from(format!("{}:{port}", authority.host())).ok(),
        None => HeaderValue::from_str(authority.host()).ok(),
    }
}
