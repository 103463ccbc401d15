//! How many connections of clients may be open.

use rustix::process::{Resource, getrlimit};

/// The default where the system sets no limit on open files.
const MOST: usize = 16 * 1024;

/// How many files azgate needs for other things than calls: listeners, the log, the runtimes, idle connections.
const RESERVE: u64 = 64;

/// Returns how many connections may be open if the config does not say. A call needs a connection of the client and one
/// to Azure, so it is half of what the limit on open files allows.
pub fn default_max_connections() -> usize {
    let files = getrlimit(Resource::Nofile).current;
    let connections = files.map(|files| files.saturating_sub(RESERVE) / 2);
    connections.and_then(|count| usize::try_from(count).ok()).unwrap_or(MOST).clamp(16, MOST)
}
