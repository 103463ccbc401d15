//! The idle connections of a client. A call takes the connection that was used last, so that surplus connections reach
//! the idle time-out and are closed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use http::Uri;
use tokio::runtime::Handle;
use tokio::time::{Instant, sleep};

use super::connect::{ConnectError, Connector};
use super::http1::Http1Connection;
use super::http2::Http2Connection;
use super::pool_key::PoolKey;

/// A connection that a call can be sent on.
#[derive(Debug)]
pub(super) enum Connection {
    /// Carries one call at a time.
    Http1(Box<Http1Connection>),
    /// Carries many calls.
    Http2(Http2Connection),
}

/// The connections of one client.
#[derive(Debug)]
pub(super) struct Pool {
    connector: Connector,
    http2: bool,
    idle_timeout: Duration,
    idle: Mutex<IdleConnections>,
}

#[derive(Debug, Default)]
struct IdleConnections {
    /// Sorted by the time of the last use, oldest first. A pool has few keys, mostly one.
    connections: Vec<(Instant, Connection)>,
    /// Whether a task runs that closes expired connections.
    sweeping: bool,
}

impl Pool {
    pub(super) fn new(connector: Connector, http2: bool, idle_timeout: Duration) -> Arc<Self> {
        Arc::new(Self { connector, http2, idle_timeout, idle: Mutex::default() })
    }

    /// Takes an idle connection that is not known to be closed.
    pub(super) fn take(&self, key: &PoolKey) -> Option<Connection> {
        let mut idle = self.idle();
        loop {
            let at = idle.connections.iter().rposition(|(_, connection)| connection.key() == key)?;
            let (since, mut connection) = idle.connections.remove(at);
            if since.elapsed() > self.idle_timeout || !connection.is_usable() {
                continue;
            }
            if let Connection::Http2(shared) = &connection {
                idle.connections.push((Instant::now(), Connection::Http2(shared.clone())));
            }
            return Some(connection);
        }
    }

    /// Opens a connection.
    pub(super) async fn open(
        self: &Arc<Self>,
        target: &Uri,
        key: PoolKey,
    ) -> Result<Connection, ConnectError> {
        let socket = self.connector.open(target).await?;
        if !self.http2 {
            let connection = Http1Connection::new(socket, key).await.map_err(ConnectError::handshake)?;
            return Ok(Connection::Http1(Box::new(connection)));
        }
        // Two concurrent first calls open two connections. Later calls use the second one.
        let shared = Http2Connection::new(socket, key).await.map_err(ConnectError::handshake)?;
        self.put(Connection::Http2(shared.clone()));
        Ok(Connection::Http2(shared))
    }

    /// Keeps a connection for the next call, unless it cannot take one.
    pub(super) fn put(self: &Arc<Self>, mut connection: Connection) {
        if !connection.is_usable() {
            return;
        }
        let mut idle = self.idle();
        idle.connections.push((Instant::now(), connection));
        if !idle.sweeping
            && let Ok(runtime) = Handle::try_current()
        {
            runtime.spawn(sweep(Arc::downgrade(self), self.idle_timeout));
            idle.sweeping = true;
        }
    }

    /// Removes connections that are expired or that the other side has closed. Returns whether any is left.
    fn remove_expired(&self) -> bool {
        let mut idle = self.idle();
        idle.connections
            .retain_mut(|(since, connection)| since.elapsed() <= self.idle_timeout && connection.is_usable());
        idle.sweeping = !idle.connections.is_empty();
        idle.sweeping
    }

    fn idle(&self) -> MutexGuard<'_, IdleConnections> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connection {
    fn key(&self) -> &PoolKey {
        match self {
            Self::Http1(connection) => &connection.key,
            Self::Http2(connection) => &connection.key,
        }
    }

    fn is_usable(&mut self) -> bool {
        match self {
            Self::Http1(connection) => connection.is_idle(),
            Self::Http2(connection) => connection.is_open(),
        }
    }
}

/// Closes expired connections at an interval, until none is left or the pool is dropped.
async fn sweep(pool: Weak<Pool>, every: Duration) {
    loop {
        sleep(every).await;
        if !pool.upgrade().is_some_and(|pool| pool.remove_expired()) {
            return;
        }
    }
}
