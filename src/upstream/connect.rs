//! Opens connections for the pool: name resolution, TCP, forward proxy, TLS. One deadline covers all steps, and an
//! error names the step that failed.

use std::error::Error as StdError;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use http::Uri;
use http::uri::Scheme;
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::GaiResolver;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::Intercept;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls_pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::{TlsConnector, client::TlsStream};
use tower::ServiceExt;
use tower::util::MapErr;

use crate::keep_alive;

use super::kind::{FailureKind, causes};
use super::phase::Phase;
use super::proxies::{Proxies, without_brackets};
use super::socket::Socket;

type BoxError = Box<dyn StdError + Send + Sync>;
type Resolver = MapErr<GaiResolver, fn(io::Error) -> Unresolved>;
type Tcp = HttpConnector<Resolver>;

/// A connection to the first hop: Azure, or a proxy that may itself use TLS.
type Hop = MaybeHttpsStream<TokioIo<TcpStream>>;

/// How long written bytes may stay unacknowledged. The kernel's own limit is a quarter of an hour.
#[cfg(target_os = "linux")]
const UNACKNOWLEDGED: Duration = Duration::from_mins(1);

/// The error of a connection that could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("no connection")]
pub struct ConnectError {
    /// The step that failed: resolve, connect, proxy or TLS.
    pub phase: Phase,
    /// In what way the step failed.
    pub kind: FailureKind,
    /// The cause. `None` if the step took too long.
    #[source]
    pub source: Option<BoxError>,
}

impl ConnectError {
    /// Creates the error of a connection that was opened, but on which HTTP could not be started.
    pub(super) fn handshake(error: hyper::Error) -> Self {
        Self { phase: Phase::Connect, kind: FailureKind::of(&error), source: Some(error.into()) }
    }
}

/// An error of the name resolver.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
struct Unresolved(io::Error);

/// Opens connections to Azure, directly or through a forward proxy.
#[derive(Debug)]
pub struct Connector {
    tcp: Tcp,
    /// Connects to a proxy, which may use TLS and always gets HTTP/1.1.
    hop: HttpsConnector<Tcp>,
    tls: Arc<ClientConfig>,
    http2: bool,
    proxies: Proxies,
    timeout: Duration,
}

impl Connector {
    /// Creates a connector for either HTTP/2 or HTTP/1.1. `tls` holds the trusted certificates.
    pub fn new(tls: ClientConfig, http2: bool, proxies: Proxies, timeout: Duration) -> Self {
        let unresolved: fn(io::Error) -> Unresolved = Unresolved;
        let mut tcp = HttpConnector::new_with_resolver(GaiResolver::new().map_err(unresolved));
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_keepalive(Some(keep_alive::INTERVAL));
        tcp.set_keepalive_interval(Some(keep_alive::INTERVAL));
        tcp.set_keepalive_retries(Some(keep_alive::PROBES));
        #[cfg(target_os = "linux")]
        tcp.set_tcp_user_timeout(Some(UNACKNOWLEDGED));
        // The time is divided among the host's addresses, so that a dead first one leaves time for the second.
        tcp.set_connect_timeout(Some(timeout));

        let hop = HttpsConnector::from((tcp.clone(), tls.clone()));
        let mut tls = tls;
        if http2 {
            tls.alpn_protocols = vec![b"h2".to_vec()];
        }
        Self { tcp, hop, tls: Arc::new(tls), http2, proxies, timeout }
    }

    /// Connects to the host of `target`.
    pub async fn open(&self, target: &Uri) -> Result<Socket, ConnectError> {
        let deadline = Instant::now() + self.timeout;
        let proxy = self.proxies.before(target);
        let secure = target.scheme() == Some(&Scheme::HTTPS);
        let forwarded = proxy.is_some() && !secure;

        let hop = match proxy {
            None => {
                let tcp = self.tcp.clone().oneshot(target.clone());
                MaybeHttpsStream::Http(self.step(Phase::Connect, deadline, tcp).await?)
            }
            Some(proxy) if secure => {
                let tunnel = self.tunnel(&proxy).oneshot(target.clone());
                self.step(Phase::Proxy, deadline, tunnel).await?
            }
            Some(proxy) => {
                let hop = self.hop.clone().oneshot(proxy.uri().clone());
                self.step(Phase::Proxy, deadline, hop).await?
            }
        };
        if secure {
            let stream = self.step(Phase::Tls, deadline, self.handshake(target, hop)).await?;
            return Ok(Socket::new(stream, forwarded));
        }
        Ok(match hop {
            MaybeHttpsStream::Http(tcp) => Socket::new(tcp.into_inner(), forwarded),
            tls @ MaybeHttpsStream::Https(_) => Socket::new(TokioIo::new(tls), forwarded),
        })
    }

    /// Runs one step. The error names it.
    async fn step<T, E: Into<BoxError>>(
        &self,
        phase: Phase,
        deadline: Instant,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, ConnectError> {
        let source = match timeout_at(deadline, work).await {
            Ok(Ok(done)) => return Ok(done),
            Ok(Err(error)) => Some(error.into()),
            Err(_) => None,
        };
        let kind = match source.as_deref().map(|error| FailureKind::of(error)) {
            None | Some(FailureKind::TimedOut(_)) => FailureKind::TimedOut(Some(self.timeout)),
            Some(kind) => kind,
        };
        let unresolved = |error: &BoxError| causes(&**error).any(<dyn StdError>::is::<Unresolved>);
        let phase = match phase {
            Phase::Connect if source.as_ref().is_some_and(unresolved) => Phase::Resolve,
            named => named,
        };
        Err(ConnectError { phase, kind, source })
    }

    fn tunnel(&self, proxy: &Intercept) -> Tunnel<HttpsConnector<Tcp>> {
        let tunnel = Tunnel::new(proxy.uri().clone(), self.hop.clone());
        match proxy.basic_auth() {
            Some(credentials) => tunnel.with_auth(credentials.clone()),
            None => tunnel,
        }
    }

    async fn handshake(&self, target: &Uri, hop: Hop) -> io::Result<TlsStream<TokioIo<Hop>>> {
        let host = without_brackets(target.host().unwrap_or_default());
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        let stream = TlsConnector::from(Arc::clone(&self.tls)).connect(name, TokioIo::new(hop)).await?;
        if self.http2 && stream.get_ref().1.alpn_protocol() != Some(b"h2") {
            return Err(io::Error::other("the server does not speak HTTP/2"));
        }
        Ok(stream)
    }
}
