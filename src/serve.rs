//! Listeners and connections: accept, serve HTTP/1 and HTTP/2, and on a signal let running calls end.
//!
//! hyper's own accept loop is used rather than axum's, which sets no timer, so that a client that sends its head one
//! byte an hour would hold a connection for ever.

use std::{
    io::{self, Cursor},
    net::SocketAddr,
    time::Duration,
};

use axum::Router;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{
        conn::auto::Builder,
        graceful::{GracefulShutdown, Watcher},
    },
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite},
    net::{TcpListener, TcpStream},
    signal::unix::{SignalKind, signal},
    sync::watch,
    time,
};

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

/// Serves `router` on `listener` until `stop`; then takes no more connections, and waits for running calls as long as
/// `options` allow.
pub async fn serve(listener: TcpListener, router: Router, options: Options, mut stop: Stop) {
    let graceful = GracefulShutdown::new();
    let mut http = Builder::new(TokioExecutor::new());
    http.http1().timer(TokioTimer::new()).header_read_timeout(options.header_timeout);
    http.http2().timer(TokioTimer::new()).keep_alive_interval(Duration::from_secs(20));
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.wait() => break,
        };
        match accepted {
            Ok((stream, _)) => {
                let greeting = greeting(stream, options.header_timeout, stop.clone());
                connection(&http, greeting, &router, graceful.watcher());
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

fn connection<S>(
    http: &Builder<TokioExecutor>,
    greeting: impl Future<Output = Option<S>> + Send + 'static,
    router: &Router,
    watcher: Watcher,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (http, service) = (http.clone(), TowerToHyperService::new(router.clone()));
    // The graceful shutdown that the watcher belongs to is what waits for this task.
    tokio::spawn(async move {
        let Some(stream) = greeting.await else { return };
        let connection = http.serve_connection(TokioIo::new(stream), service);
        if let Err(error) = watcher.watch(connection.into_owned()).await {
            tracing::debug!(error, "a connection ended with an error");
        }
    });
}

/// What every client of HTTP/2 begins with (RFC 9113 §3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A connection whose client has begun to speak, or `None` if it does not say in time which HTTP it speaks: hyper waits
/// for that without a limit. The bytes read are given back in front.
async fn greeting(
    mut stream: TcpStream,
    within: Duration,
    mut stop: Stop,
) -> Option<impl AsyncRead + AsyncWrite + Unpin + Send + 'static> {
    // Small chunks of a stream must not wait for more.
    stream.set_nodelay(true).ok()?;
    let start = tokio::select! {
        start = time::timeout(within, start(&mut stream)) => start.ok()?.ok()?,
        () = stop.wait() => return None,
    };
    let (reader, writer) = stream.into_split();
    Some(tokio::io::join(Cursor::new(start).chain(reader), writer))
}

/// Reads until it is plain whether HTTP/2 is spoken.
async fn start(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut start = Vec::with_capacity(PREFACE.len());
    while start.len() < PREFACE.len() && PREFACE.starts_with(&start) {
        let left = PREFACE.len() - start.len();
        if (&mut *stream).take(left as u64).read_buf(&mut start).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(start)
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
