//! Connections that wait for their next call. The last one used is the first to be used again, so that the others
//! grow old and are closed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use http::Uri;
use http::uri::{Authority, Scheme};
use tokio::runtime::{self, Handle};
use tokio::time::{Instant, sleep};

use super::connect::{ConnectError, Connector};
use super::shared::Shared;
use super::wire::Wire;

/// Whom a connection leads to, and the runtime that was asked to wake whoever waits for its bytes: a call that runs
/// elsewhere would be woken across threads each time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    runtime: Option<runtime::Id>,
    scheme: Option<Scheme>,
    authority: Option<Authority>,
}

impl From<&Uri> for Origin {
    fn from(target: &Uri) -> Self {
        let runtime = Handle::try_current().ok().map(|runtime| runtime.id());
        Self { runtime, scheme: target.scheme().cloned(), authority: target.authority().cloned() }
    }
}

/// What carries a call.
#[derive(Debug)]
pub(super) enum Line {
    /// A connection of HTTP/1.1, for one call at a time.
    Own(Box<Wire>),
    /// A connection of HTTP/2, for many.
    Shared(Shared),
}

/// The connections of one client.
#[derive(Debug)]
pub(super) struct Pool {
    connector: Connector,
    http2: bool,
    /// How long an unused connection is kept.
    keep: Duration,
    idle: Mutex<Idle>,
}

#[derive(Debug, Default)]
struct Idle {
    /// The longest unused first. Few origins share a pool, mostly one.
    lines: Vec<(Instant, Line)>,
    /// A task runs that closes the old ones.
    swept: bool,
}

impl Pool {
    pub(super) fn new(connector: Connector, http2: bool, keep: Duration) -> Arc<Self> {
        Arc::new(Self { connector, http2, keep, idle: Mutex::default() })
    }

    /// A connection that has been used before and, for all that is known, still stands.
    pub(super) fn take(&self, origin: &Origin) -> Option<Line> {
        let mut idle = self.idle();
        loop {
            let at = idle.lines.iter().rposition(|(_, line)| line.origin() == origin)?;
            let (since, mut line) = idle.lines.remove(at);
            if since.elapsed() > self.keep || !line.is_usable() {
                continue;
            }
            if let Line::Shared(shared) = &line {
                idle.lines.push((Instant::now(), Line::Shared(shared.clone())));
            }
            return Some(line);
        }
    }

    /// A new connection.
    pub(super) async fn open(self: &Arc<Self>, target: &Uri, origin: Origin) -> Result<Line, ConnectError> {
        let socket = self.connector.open(target).await?;
        if !self.http2 {
            let wire = Wire::over(socket, origin).await.map_err(ConnectError::no_http)?;
            return Ok(Line::Own(Box::new(wire)));
        }
        // Two first calls at once open two connections; later calls go out on the second.
        let shared = Shared::over(socket, origin).await.map_err(ConnectError::no_http)?;
        self.put(Line::Shared(shared.clone()));
        Ok(Line::Shared(shared))
    }

    /// Keeps a connection for the next call, if there can be one.
    pub(super) fn put(self: &Arc<Self>, mut line: Line) {
        if !line.is_usable() {
            return;
        }
        let mut idle = self.idle();
        idle.lines.push((Instant::now(), line));
        if !idle.swept
            && let Ok(runtime) = Handle::try_current()
        {
            runtime.spawn(sweep(Arc::downgrade(self), self.keep));
            idle.swept = true;
        }
    }

    /// Closes what is too old, or was closed by the other side. Whether any is left.
    fn expire(&self) -> bool {
        let mut idle = self.idle();
        idle.lines.retain_mut(|(since, line)| since.elapsed() <= self.keep && line.is_usable());
        idle.swept = !idle.lines.is_empty();
        idle.swept
    }

    fn idle(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    fn origin(&self) -> &Origin {
        match self {
            Self::Own(wire) => &wire.origin,
            Self::Shared(shared) => &shared.origin,
        }
    }

    fn is_usable(&mut self) -> bool {
        match self {
            Self::Own(wire) => wire.is_idle(),
            Self::Shared(shared) => shared.is_open(),
        }
    }
}

/// Closes old connections while there are any, and while the pool is in use.
async fn sweep(pool: Weak<Pool>, every: Duration) {
    loop {
        sleep(every).await;
        if !pool.upgrade().is_some_and(|pool| pool.expire()) {
            return;
        }
    }
}
