//! Reads a whole body into one buffer, with limits on its size and on the wait for each piece.

use bytes::{Bytes, BytesMut};
use http_body::Body;
use http_body_util::BodyExt;

use crate::deadline::{Deadlines, Limit, Overdue};

/// Why a body could not be read.
#[derive(Debug)]
pub enum GatherError<E> {
    /// The body is larger than allowed.
    TooLarge,
    /// The next piece did not arrive in time.
    Overdue(Overdue),
    /// The body ended early.
    Interrupted(E),
}

/// Reads all of `body`, at most `limit` bytes. A body of one frame is not copied. At the second frame the buffer gets
/// room for `expected` bytes.
pub async fn gather<B>(
    mut body: B,
    expected: usize,
    limit: usize,
    deadlines: &Deadlines,
) -> Result<Bytes, GatherError<B::Error>>
where
    B: Body<Data = Bytes> + Unpin,
{
    let mut first = Bytes::new();
    let mut joined = BytesMut::new();
    while let Some(frame) = deadlines.within(Limit::Idle, body.frame()).await.map_err(GatherError::Overdue)? {
        let Ok(data) = frame.map_err(GatherError::Interrupted)?.into_data() else { continue };
        let len = first.len() + joined.len() + data.len();
        if len > limit {
            return Err(GatherError::TooLarge);
        }
        if len == data.len() {
            first = data;
            continue;
        }
        if joined.is_empty() {
            joined.reserve(expected.min(limit).max(len));
            joined.extend_from_slice(&std::mem::take(&mut first));
        }
        joined.extend_from_slice(&data);
    }
    Ok(if joined.is_empty() { first } else { joined.freeze() })
}
