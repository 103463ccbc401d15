//! Listeners and connections: accept, serve HTTP/1 and HTTP/2, and on a signal let running calls end.
//!
//! hyper's own accept loop is used rather than axum's, which sets no timer, so that a client that sends its head one
//! byte an hour would hold a connection for ever.

use std::{io, net::SocketAddr, time::Duration};

use axum::Router;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto::Builder, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
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
            Ok((stream, _)) => connection(&http, stream, &router, &graceful, options.header_timeout),
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

fn connection(
    http: &Builder<TokioExecutor>,
    stream: TcpStream,
    router: &Router,
    graceful: &GracefulShutdown,
    first_byte: Duration,
) {
    let (http, service, watcher) =
        (http.clone(), TowerToHyperService::new(router.clone()), graceful.watcher());
    // The graceful shutdown above is what waits for this task.
    tokio::spawn(async move {
        // Small chunks of a stream must not wait for more.
        if stream.set_nodelay(true).is_err() || !speaks(&stream, first_byte).await {
            return;
        }
        let connection = http.serve_connection_with_upgrades(TokioIo::new(stream), service);
        if let Err(error) = watcher.watch(connection.into_owned()).await {
            tracing::debug!(error, "a connection ended with an error");
        }
    });
}

/// Whether the client says anything at all in time: telling HTTP/1 from HTTP/2 waits for bytes without a limit.
async fn speaks(stream: &TcpStream, within: Duration) -> bool {
    matches!(time::timeout(within, stream.readable()).await, Ok(Ok(())))
}

/// Completes at SIGINT or SIGTERM.
pub async fn signal() -> io::Result<()> {
    let mut term = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupt = tokio::signal::ctrl_c() => interrupt,
        _ = term.recv() => Ok(()),
    }
}
