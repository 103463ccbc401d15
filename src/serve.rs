//! Listeners and connections: accept, serve HTTP/1 and HTTP/2, and on a signal let running calls end.
//!
//! hyper is used directly rather than through axum, which sets no timer, so that a client that sends its head one byte
//! an hour would hold a connection for ever.

use std::{convert::Infallible, io, net::SocketAddr, thread, time::Duration};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use hyper::{
    body::Incoming,
    server::conn::{http1, http2},
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::graceful::{GracefulConnection, GracefulShutdown, Watcher},
    service::TowerToHyperService,
};
use socket2::{SockRef, TcpKeepalive};
use tokio::{
    net::{TcpListener, TcpStream},
    runtime,
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
    task::{JoinHandle, spawn_blocking, yield_now},
    time,
};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// How connections are served.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How long a client may take to send the head of a request. hyper closes an idle connection after the same time, so
    /// it should be longer than clients keep theirs (nginx: 75 s).
    pub header_timeout: Duration,
    /// How long running calls may take to end once `stop` says so.
    pub drain: Duration,
}

impl Default for Options {
    fn default() -> Options {
        Options { header_timeout: Duration::from_secs(75), drain: Duration::from_secs(25) }
    }
}

/// Tells listeners to stop. Dropping it stops them too.
#[derive(Debug)]
pub struct Stopper(watch::Sender<bool>);

/// Waits for a [`Stopper`].
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

/// A stopper and what waits for it.
pub fn stop() -> (Stopper, Stop) {
    let (sender, receiver) = watch::channel(false);
    (Stopper(sender), Stop(receiver))
}

impl Stopper {
    /// Stops what waits.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Stop {
    async fn wait(&mut self) {
        // An error means that the stopper is gone, which stops as well.
        drop(self.0.wait_for(|stopped| *stopped).await);
    }
}

/// Binds a listener, with an error that names the address.
pub async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .map_err(|error| io::Error::new(error.kind(), format!("cannot listen on {address}: {error}")))
}

/// What is served: a tower service that always answers.
pub trait Service:
    tower::Service<Request<Incoming>, Response = Response<Self::Body>, Error = Infallible, Future: Send>
    + Clone
    + Send
    + 'static
{
    /// The body of its answers.
    type Body: Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static;
}

impl<S, B> Service for S
where
    S: tower::Service<Request<Incoming>, Response = Response<B>, Error = Infallible, Future: Send>,
    S: Clone + Send + 'static,
    B: Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    type Body = B;
}

/// Serves on every core. Each has a thread and a runtime of its own, and a call stays on one from its first byte to its
/// last: handing it to another core costs more than a core in its turn could gain, where the work is to pass bytes on.
pub fn serve_on_all_cores(
    listener: TcpListener,
    service: &impl Service,
    options: Options,
    stop: &Stop,
) -> io::Result<Vec<JoinHandle<io::Result<()>>>> {
    let listener = listener.into_std()?;
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let on_one = |_| {
        let (listener, service, stop) = (listener.try_clone()?, service.clone(), stop.clone());
        Ok(spawn_blocking(move || {
            runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
                serve(TcpListener::from_std(listener)?, service, options, stop).await;
                Ok(())
            })
        }))
    };
    (0..cores).map(on_one).collect()
}

/// Serves `service` on `listener` until `stop`; then takes no more connections, and waits for running calls as long as
/// `options` allow.
pub async fn serve(listener: TcpListener, service: impl Service, options: Options, mut stop: Stop) {
    let graceful = GracefulShutdown::new();
    let http = Http::new(options.header_timeout);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.wait() => break,
        };
        match accepted {
            Ok((stream, _)) => {
                let begun = begin(stream, options.header_timeout, stop.clone());
                // The graceful shutdown that the watcher belongs to is what waits for this task.
                tokio::spawn(http.clone().connection(begun, service.clone(), graceful.watcher()));
                // Another core's listener may have nothing to do.
                yield_now().await;
            }
            Err(error) => {
                // Mostly no file descriptor left: a pause lets some be closed.
                tracing::warn!(%error, "a connection could not be accepted");
                time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop(listener);
    if time::timeout(options.drain, graceful.shutdown()).await.is_err() {
        tracing::warn!("calls that were still running are cut off");
    }
}

/// The two versions of HTTP, with their settings.
#[derive(Clone)]
struct Http {
    one: http1::Builder,
    two: http2::Builder<TokioExecutor>,
}

impl Http {
    fn new(header_timeout: Duration) -> Http {
        let (mut one, mut two) = (http1::Builder::new(), http2::Builder::new(TokioExecutor::new()));
        one.timer(TokioTimer::new()).header_read_timeout(header_timeout);
        two.timer(TokioTimer::new()).keep_alive_interval(Duration::from_secs(20));
        Http { one, two }
    }

    async fn connection(
        self,
        begun: impl Future<Output = Option<(TcpStream, Version)>>,
        service: impl Service,
        watcher: Watcher,
    ) {
        let Some((stream, version)) = begun.await else { return };
        let (stream, service) = (TokioIo::new(stream), TowerToHyperService::new(service));
        match version {
            Version::One => watched(watcher, self.one.serve_connection(stream, service)).await,
            Version::Two => Box::pin(watched(watcher, self.two.serve_connection(stream, service))).await,
        }
    }
}

async fn watched(watcher: Watcher, connection: impl GracefulConnection<Error = hyper::Error>) {
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(error = &error as &dyn std::error::Error, "a connection ended with an error");
    }
}

/// A version of HTTP.
enum Version {
    One,
    Two,
}

/// How long a client may be silent before it is asked whether it is still there.
const PROBED: Duration = Duration::from_secs(15);

/// What every client of HTTP/2 begins with (RFC 9113 §3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A connection and the version of HTTP that its client has begun to speak, or `None` if it does not say in time: hyper
/// would wait for that without a limit. Nothing is taken from the connection.
async fn begin(stream: TcpStream, within: Duration, mut stop: Stop) -> Option<(TcpStream, Version)> {
    // Small chunks of a stream must not wait for more.
    stream.set_nodelay(true).ok()?;
    // A client that vanished without a word is found while it waits for its answer.
    let probes = TcpKeepalive::new().with_time(PROBED).with_interval(PROBED).with_retries(3);
    SockRef::from(&stream).set_tcp_keepalive(&probes).ok()?;
    let version = tokio::select! {
        version = time::timeout(within, version(&stream)) => version.ok()?.ok()?,
        () = stop.wait() => return None,
    };
    Some((stream, version))
}

async fn version(stream: &TcpStream) -> io::Result<Version> {
    let mut start = [0; PREFACE.len()];
    loop {
        let seen = stream.peek(&mut start).await?;
        match start.get(..seen).unwrap_or_default() {
            [] => return Err(io::ErrorKind::UnexpectedEof.into()),
            PREFACE => return Ok(Version::Two),
            piece if PREFACE.starts_with(piece) => {}
            _ => return Ok(Version::One),
        }
        // Only a piece of it, which hardly any client sends. The socket stays readable, so it cannot tell of the rest.
        time::sleep(Duration::from_millis(10)).await;
    }
}

/// Listens for SIGHUP from now on, which asks for the config to be read again; until then it kills.
pub fn hangups() -> io::Result<Signal> {
    signal(SignalKind::hangup())
}

/// Listens for SIGINT and SIGTERM from now on; what is returned completes at the first of them. Call it before saying
/// that anything is ready: until then a signal kills.
pub fn signals() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
