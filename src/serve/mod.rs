//! Listeners: accept connections, serve them, and at a signal let running calls end.

mod connection;
mod service;
mod signals;
mod stop;

use std::{io, net::SocketAddr, thread, time::Duration};

use hyper_util::server::graceful::GracefulShutdown;
use tokio::{
    net::TcpListener,
    runtime,
    task::{JoinHandle, spawn_blocking, yield_now},
    time,
};

use connection::Http;
pub use service::Service;
pub use signals::{hangups, signals};
pub use stop::{Stop, Stopper, stop};

/// How connections are served.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How long a client may take to send the head of a request. hyper closes an idle connection after the same time,
    /// so this should be longer than clients keep their connections (nginx: 75 s).
    pub header_timeout: Duration,
    /// How long running calls may take to end after a stop.
    pub drain: Duration,
}

impl Default for Options {
    fn default() -> Options {
        Options { header_timeout: Duration::from_secs(75), drain: Duration::from_secs(25) }
    }
}

/// Binds a listener. An error names the address.
pub async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .map_err(|error| io::Error::new(error.kind(), format!("cannot listen on {address}: {error}")))
}

/// Serves on every core. Each core has a thread and a runtime, and a call stays on one of them from its first byte to
/// its last. A call mostly passes bytes on, so moving it to an idle core would cost more than that core could save.
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

/// Serves `service` on `listener` until `stop`. It then accepts no more connections, and waits for running calls as
/// long as `options` allow.
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
                let connection =
                    http.clone().serve(stream, service.clone(), stop.clone(), graceful.watcher());
                // The graceful shutdown waits for this task through its watcher.
                tokio::spawn(connection);
                // The listener of another core may be idle, so it gets a chance to accept the next connection.
                yield_now().await;
            }
            Err(error) => {
                // The usual cause is that no file descriptor is left. During a pause some are closed.
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
