//! Listeners: accept connections, serve them, and at a signal let running calls end.

mod calls;
mod connection;
mod crowd;
mod executor;
mod limit;
mod service;
mod signals;
mod socket;
mod stop;

use std::{io, net::SocketAddr, sync::Arc, thread, time::Duration};

use tokio::{
    net::{TcpListener, TcpStream},
    runtime,
    task::{JoinHandle, spawn_blocking, yield_now},
    time,
};
use tokio_util::task::TaskTracker;

use crate::connections::Connections;
use connection::Http;
use crowd::Crowd;
pub use limit::default_max_connections;
pub use service::Service;
pub use signals::{StopSignals, hangups, signals};
pub use stop::{Stop, Stopper, stop};

/// How connections are served.
#[derive(Clone, Debug)]
pub struct Options {
    /// How long a client may take to send the head of a request. A connection is closed after the same idle time, so
    /// this should be longer than clients keep their connections (nginx: 75 s).
    pub header_timeout: Duration,
    /// How long running calls may take to end after a stop.
    pub drain: Duration,
    /// How many connections may be open. Further ones are answered with 503.
    pub max_connections: usize,
    /// The open connections.
    pub connections: Arc<Connections>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            header_timeout: Duration::from_secs(75),
            drain: Duration::from_secs(25),
            max_connections: usize::MAX,
            connections: Arc::default(),
        }
    }
}

/// How long calls that were cut off may take to say so.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// The time limit for heads and idle connections while most connections are taken.
const HURRIED_HEADER_TIMEOUT: Duration = Duration::from_secs(5);

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
    options: &Options,
    stop: &Stop,
) -> io::Result<Vec<JoinHandle<io::Result<()>>>> {
    let listener = listener.into_std()?;
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let on_one = |_| {
        let (listener, service) = (listener.try_clone()?, service.clone());
        let (options, stop) = (options.clone(), stop.clone());
        Ok(spawn_blocking(move || {
            runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
                serve(TcpListener::from_std(listener)?, service, options, stop).await;
                Ok(())
            })
        }))
    };
    (0..cores).map(on_one).collect()
}

/// Serves `service` on `listener` until `stop`. It then accepts no more connections, waits for running calls as long as
/// `options` allow, and cuts off the others.
pub async fn serve(listener: TcpListener, service: impl Service, options: Options, mut stop: Stop) {
    let tasks = TaskTracker::new();
    let Options { header_timeout, drain, max_connections, connections } = options;
    let acceptor = Acceptor {
        http: Http::new(header_timeout, &connections),
        hurried: Http::new(header_timeout.min(HURRIED_HEADER_TIMEOUT), &connections),
        crowd: Crowd::new(&connections),
        max_connections,
        connections: connections.clone(),
    };
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.wait() => break,
        };
        match accepted {
            Ok((stream, _)) => {
                acceptor.spawn(stream, &service, &stop, &tasks);
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
    tasks.close();
    tokio::select! {
        () = tasks.wait() => return,
        () = time::sleep(drain) => {}
        () = stop.wait_now() => {}
    }
    tracing::warn!("calls that were still running are cut off");
    connections.cut_off();
    // A client that does not read its answer is not waited for.
    let _late = time::timeout(LAST_WORDS, tasks.wait()).await;
}

/// Takes in new connections.
struct Acceptor {
    http: Http,
    hurried: Http,
    crowd: Crowd,
    max_connections: usize,
    connections: Arc<Connections>,
}

impl Acceptor {
    /// Serves a connection in a task of its own, or answers that there are too many.
    fn spawn(&self, stream: TcpStream, service: &impl Service, stop: &Stop, tasks: &TaskTracker) {
        let Some(slot) = self.connections.open(self.max_connections) else {
            if let Some(answered) = self.crowd.answer(stream, stop.clone()) {
                drop(tasks.spawn(answered));
            }
            return;
        };
        // When most connections are taken, clients that send nothing must not keep the rest from others.
        let open = self.connections.count();
        let is_crowded = open.saturating_mul(4) > self.max_connections.saturating_mul(3);
        let http = if is_crowded { &self.hurried } else { &self.http };
        let served = http.clone().serve(stream, service.clone(), stop.clone());
        drop(tasks.spawn(async move {
            let _slot = slot;
            served.await;
        }));
    }
}
