//! The pooled client. It follows no redirect, sets no limit on an answer's duration, and sends a call a second time
//! only when the connection it went out on had been used before and died without a byte of an answer: that is how a
//! connection looks that the other side had closed while it lay in the pool.

use std::path::PathBuf;
use std::time::Duration;

use http::header::{CONTENT_LENGTH, PROXY_AUTHORIZATION};
use http::{Extensions, HeaderMap, HeaderValue, Method, Response, Uri};
use hyper::body::Incoming;
use hyper_util::client::legacy;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use crate::deadline::{Deadlines, Limit};

use super::connect::{ConnectError, Connector};
use super::failure::{Failure, Kind, Phase, causes};
use super::proxies::Proxies;
use super::segments::Segments;
use super::socket::Past;
use super::tls::{self, TlsError};

type Pool = legacy::Client<Connector, Segments>;

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
    pool: Pool,
    /// Never reuses a connection. When one stale connection was found, the pool's others are likely stale too.
    fresh: Pool,
    proxies: Proxies,
}

impl Client {
    /// Makes a client, which reads the trusted certificates; nothing is connected yet.
    pub fn new(options: &ClientOptions) -> Result<Self, TlsError> {
        let tls = tls::config(options.ca_file.as_deref())?;
        let connector = Connector::new(tls, options.http2, options.proxies.clone(), options.connect_timeout);
        let mut builder = legacy::Client::builder(TokioExecutor::new());
        builder
            .http2_only(options.http2)
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(options.pool_idle_timeout);
        let pool = builder.build(connector.clone());
        let fresh = builder.pool_max_idle_per_host(0).build(connector);
        Ok(Self { pool, fresh, proxies: options.proxies.clone() })
    }

    /// Sends a call as [`Client::send`] does, unless its answer does not begin in time.
    pub async fn send_within(
        &self,
        request: Request,
        deadlines: &Deadlines,
    ) -> Result<Response<Incoming>, Failure> {
        let target = request.uri.clone();
        let answer = deadlines.within(Limit::FirstByte, self.send(request)).await;
        answer.unwrap_or_else(|overdue| Err(Failure::overdue(&target, overdue)))
    }

    /// Sends a call and returns when the head of its answer is there. A call that goes out twice says so, in
    /// [`Resent`] or in [`Failure::resent`].
    ///
    /// Dropping the future, or the answer's body before its end, closes an HTTP/1.1 connection: Azure sees that
    /// nobody is waiting any more.
    pub async fn send(&self, request: Request) -> Result<Response<Incoming>, Failure> {
        let request = self.complete(request);
        let lost = match attempt(&self.pool, request.clone()).await {
            Ok(answer) => return Ok(answer),
            Err(lost) => lost,
        };
        if !was_stale(&lost) {
            return Err(failure(&request.uri, lost, false));
        }
        match attempt(&self.fresh, request.clone()).await {
            Ok(mut answer) => {
                answer.extensions_mut().insert(Resent);
                Ok(answer)
            }
            Err(lost) => Err(failure(&request.uri, lost, true)),
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
        request
    }
}

async fn attempt(pool: &Pool, request: Request) -> Result<Response<Incoming>, legacy::Error> {
    let mut outgoing = http::Request::new(request.body);
    *outgoing.method_mut() = request.method;
    *outgoing.uri_mut() = request.uri;
    *outgoing.headers_mut() = request.headers;
    let answer = pool.request(outgoing).await?;
    if let Some(past) = answer.extensions().get::<Past>() {
        past.answer();
    }
    Ok(answer)
}

/// Whether the connection had served before, and went away before any of this call's answer.
fn was_stale(lost: &legacy::Error) -> bool {
    past(lost).is_some_and(|past| past.served() && !past.heard()) && is_loss(lost)
}

fn past(lost: &legacy::Error) -> Option<Past> {
    let mut extensions = Extensions::new();
    lost.connect_info()?.get_extras(&mut extensions);
    extensions.remove()
}

/// Whether the connection was lost, or the server said that it had not looked at the call (HTTP/2 only).
fn is_loss(error: &legacy::Error) -> bool {
    let declined = |error: &h2::Error| {
        error.is_remote() && (error.is_go_away() || error.reason() == Some(h2::Reason::REFUSED_STREAM))
    };
    let kind = Kind::of(error);
    matches!(kind, Kind::Closed | Kind::TimedOut(_))
        || causes(error).filter_map(|cause| cause.downcast_ref()).any(declined)
}

fn failure(target: &Uri, lost: legacy::Error, resent: bool) -> Failure {
    let reused = past(&lost).is_some_and(|past| past.served());
    let connect = causes(&lost).find_map(|cause| cause.downcast_ref::<ConnectError>());
    let (phase, limit) = match connect {
        Some(error) => (error.phase, Some(error.kind)),
        None => (phase_of(&lost), None),
    };
    let mut told = Failure::new(phase, target, lost);
    told.kind = limit.unwrap_or(told.kind);
    (told.reused, told.resent) = (reused, resent);
    told
}

/// What can be told of a call that had its connection. A server that closes while we write is as likely to have read
/// all it wanted, so only what never left counts as not sent.
fn phase_of(lost: &legacy::Error) -> Phase {
    let Some(past) = past(lost) else { return Phase::Connect };
    match causes(lost).find_map(|cause| cause.downcast_ref::<hyper::Error>()) {
        Some(error) if error.is_canceled() || error.is_closed() || error.is_user() => Phase::Send,
        Some(error) if error.is_parse() => Phase::ReadAnswer,
        _ if past.heard() => Phase::ReadAnswer,
        _ => Phase::AwaitAnswer,
    }
}
