//! Which calls may share a connection.

use http::Uri;
use http::uri::{Authority, Scheme};
use tokio::runtime::{self, Handle};

/// The target of a connection, and the runtime whose driver watches its socket. A call on another runtime would be
/// woken across threads for every read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PoolKey {
    runtime: Option<runtime::Id>,
    scheme: Option<Scheme>,
    authority: Option<Authority>,
}

impl From<&Uri> for PoolKey {
    fn from(target: &Uri) -> Self {
        let runtime = Handle::try_current().ok().map(|runtime| runtime.id());
        Self { runtime, scheme: target.scheme().cloned(), authority: target.authority().cloned() }
    }
}
