//! Opens connections for the pool: name, TCP, forward proxy, TLS. One deadline covers them all, and each step knows
//! its name, so that a failure says which of them it was.

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

use super::failure::{Kind, Phase, causes};
use super::proxies::Proxies;
use super::socket::Socket;

type BoxError = Box<dyn StdError + Send + Sync>;
type Resolver = MapErr<GaiResolver, fn(io::Error) -> Unresolved>;
type Tcp = HttpConnector<Resolver>;

/// To the first hop: Azure, or a proxy that may itself be reached by TLS.
type Hop = MaybeHttpsStream<TokioIo<TcpStream>>;

/// Probes keep a long silent wait for an answer alive through NATs, and find a dead peer within a minute.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
const KEEP_ALIVE_PROBES: u32 = 3;

/// The same for what was written and never acknowledged, for which the kernel alone would wait a quarter of an hour.
#[cfg(target_os = "linux")]
const UNACKNOWLEDGED: Duration = Duration::from_mins(1);

/// No connection, and the step that failed.
#[derive(Debug, thiserror::Error)]
#[error("no connection")]
pub struct ConnectError {
    /// One of resolve, connect, proxy and TLS.
    pub phase: Phase,
    /// In what way it failed.
    pub kind: Kind,
    /// What went wrong, unless it only took too long.
    #[source]
    pub source: Option<BoxError>,
}

impl ConnectError {
    /// The connection stood, and no HTTP could be begun on it.
    pub(super) fn no_http(error: hyper::Error) -> Self {
        Self { phase: Phase::Connect, kind: Kind::of(&error), source: Some(error.into()) }
    }
}

/// Marks an error as the resolver's.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
struct Unresolved(io::Error);

/// Opens connections.
#[derive(Debug)]
pub struct Connector {
    tcp: Tcp,
    /// To a proxy, which may want TLS of its own and is spoken to in HTTP/1.1.
    hop: HttpsConnector<Tcp>,
    tls: Arc<ClientConfig>,
    http2: bool,
    proxies: Proxies,
    timeout: Duration,
}

impl Connector {
    /// A connector that trusts what `tls` trusts, and speaks HTTP/2 or HTTP/1.1 but never haggles.
    pub fn new(tls: ClientConfig, http2: bool, proxies: Proxies, timeout: Duration) -> Self {
        let mark: fn(io::Error) -> Unresolved = Unresolved;
        let mut tcp = HttpConnector::new_with_resolver(GaiResolver::new().map_err(mark));
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_keepalive(Some(KEEP_ALIVE));
        tcp.set_keepalive_interval(Some(KEEP_ALIVE));
        tcp.set_keepalive_retries(Some(KEEP_ALIVE_PROBES));
        #[cfg(target_os = "linux")]
        tcp.set_tcp_user_timeout(Some(UNACKNOWLEDGED));
        // Shared out among a host's addresses, so that a dead first one leaves time for the second.
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

    /// Runs one step and puts its name on what goes wrong in it.
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
        let kind = match source.as_deref().map(|error| Kind::of(error)) {
            None | Some(Kind::TimedOut(_)) => Kind::TimedOut(Some(self.timeout)),
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
        let host = target.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        let stream = TlsConnector::from(Arc::clone(&self.tls)).connect(name, TokioIo::new(hop)).await?;
        if self.http2 && stream.get_ref().1.alpn_protocol() != Some(b"h2") {
            return Err(io::Error::other("the server does not speak HTTP/2"));
        }
        Ok(stream)
    }
}
