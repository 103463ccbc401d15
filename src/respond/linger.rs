//! How long azgate reads on after the last event of a stream.

use std::time::Duration;

/// The longest wait for the end of a body after the last event of its stream. A connection whose answer was read to its
/// end can serve another call. The wait is short because some clients also read to the end.
pub(super) const LINGER: Duration = Duration::from_secs(1);
