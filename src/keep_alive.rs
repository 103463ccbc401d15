//! TCP keep-alive probes, the same for clients and for Azure. They keep a connection alive through NATs during a long
//! silence, and find a dead peer within a minute.

use std::time::Duration;

/// How long a connection is silent before the first probe, and the time between two probes.
pub const INTERVAL: Duration = Duration::from_secs(15);

/// How many probes stay unanswered before the connection is closed.
pub const PROBES: u32 = 3;
