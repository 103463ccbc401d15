//! A body in one buffer, under a limit of its size and of its silence.

use bytes::{Bytes, BytesMut};
use http_body::Body;
use http_body_util::BodyExt;

use crate::deadline::{Deadlines, Limit, Overdue};

/// Why a body is not there.
#[derive(Debug)]
pub enum Ungathered<E> {
    /// It is larger than allowed.
    TooLarge,
    /// It stopped coming.
    Overdue(Overdue),
    /// It broke off.
    Interrupted(E),
}

/// All of `body`, of at most `limit` bytes. One that comes in one frame is not copied. `expected` bytes are made room
/// for, once there are two.
pub async fn gather<B>(
    mut body: B,
    expected: usize,
    limit: usize,
    deadlines: &Deadlines,
) -> Result<Bytes, Ungathered<B::Error>>
where
    B: Body<Data = Bytes> + Unpin,
{
    let mut first = Bytes::new();
    let mut joined = BytesMut::new();
    while let Some(frame) = deadlines.within(Limit::Idle, body.frame()).await.map_err(Ungathered::Overdue)? {
        let Ok(data) = frame.map_err(Ungathered::Interrupted)?.into_data() else { continue };
        let len = first.len() + joined.len() + data.len();
        if len > limit {
            return Err(Ungathered::TooLarge);
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
