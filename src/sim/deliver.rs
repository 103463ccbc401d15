//! How bytes leave: a list of steps that a response body plays, so that waits and breaks are data.

use std::{io, time::Duration};

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;

use super::directive::{Broken, Directive};

/// One step of a body.
#[derive(Debug)]
enum Step {
    Send(Bytes),
    Wait(Duration),
    /// Let what was sent reach the wire.
    Flush,
    /// Break the connection.
    Abort,
}

/// A body that plays a good answer, or what the directive makes of it.
pub(super) fn body(parts: Vec<Bytes>, wish: &Directive, pace: Duration) -> Body {
    let gap = wish.pace.unwrap_or(pace);
    let calm = gap.is_zero() && wish.silent.is_zero() && wish.broken.is_none();
    if calm && parts.len() <= 1 {
        return Body::from(parts.into_iter().next().unwrap_or_default());
    }
    let mut steps = Vec::with_capacity(parts.len() * 2);
    if !wish.silent.is_zero() {
        steps.extend([Step::Flush, Step::Wait(wish.silent)]);
    }
    for (part, at) in broken(parts, wish.broken).into_iter().zip(0_u32..) {
        if at > 0 && !gap.is_zero() && matches!(part, Step::Send(_)) {
            steps.push(Step::Wait(gap));
        }
        steps.push(part);
    }
    Body::from_stream(stream::unfold(steps.into_iter(), |mut steps| async move {
        loop {
            match steps.next()? {
                Step::Send(bytes) => return Some((Ok(bytes), steps)),
                Step::Wait(time) => tokio::time::sleep(time).await,
                Step::Flush => tokio::task::yield_now().await,
                Step::Abort => return Some((Err(io::Error::from(io::ErrorKind::ConnectionReset)), steps)),
            }
        }
    }))
}

fn broken(parts: Vec<Bytes>, how: Option<Broken>) -> Vec<Step> {
    let whole = parts.len();
    let send = |parts: Vec<Bytes>| parts.into_iter().map(Step::Send);
    match how {
        None => send(parts).collect(),
        Some(Broken::Reset) => vec![Step::Abort],
        Some(Broken::Cut) => {
            let mut parts = parts;
            parts.truncate(whole / 2 + 1);
            let last = parts.pop().unwrap_or_default();
            let half = last.slice(..last.len() / 2);
            send(parts).chain([Step::Send(half), Step::Flush, Step::Abort]).collect()
        }
        Some(Broken::Malformed) => {
            let mut parts = parts;
            let stream = whole > 1;
            parts.truncate(whole / 2 + 1);
            let last = parts.pop().unwrap_or_default();
            let half = last.slice(..last.len() / 2);
            let tail = if stream { &b"\n\ndata: [DONE]\n\n"[..] } else { b"" };
            send(parts).chain([Step::Send(half), Step::Send(Bytes::from_static(tail))]).collect()
        }
        Some(Broken::ErrorEvent) => {
            let mut parts = parts;
            parts.truncate(whole / 2 + 1);
            let event = Bytes::from_static(
                b"data: {\"error\":{\"message\":\"The server had an error while processing your request. Sorry \
                  about that!\",\"type\":\"server_error\",\"param\":null,\"code\":null}}\n\n",
            );
            send(parts).chain([Step::Send(event)]).collect()
        }
    }
}
