//! How bytes leave: a list of steps that a response body plays, so that waits and breaks are data.

use std::{io, time::Duration};

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;

use super::directive::{BodyDefect, Directive};

/// One step of a body.
#[derive(Debug)]
enum BodyStep {
    Send(Bytes),
    Wait(Duration),
    /// Let what was sent reach the wire.
    Flush,
    /// Break the connection.
    Abort,
}

/// What the two operations do differently when a stream goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wire {
    Chat,
    Responses,
}

impl Wire {
    /// What ends a stream beside its last event.
    fn mark(self) -> &'static [u8] {
        match self {
            Self::Chat => b"data: [DONE]\n\n",
            Self::Responses => b"",
        }
    }

    /// An error behind the headers, as the event of this number.
    fn error(self, number: usize) -> Bytes {
        match self {
            Self::Chat => Bytes::from_static(ERROR_EVENT),
            Self::Responses => Bytes::from(format!(
                "event: error\ndata: {{\"type\":\"error\",\"code\":\"server_error\",\"message\":\"The server had an \
                 error while processing your request. Sorry about that!\",\"param\":null,\
                 \"sequence_number\":{number}}}\n\n"
            )),
        }
    }
}

/// An error behind the headers; its form is the one that OpenAI's SDKs read.
const ERROR_EVENT: &[u8] =
    b"data: {\"error\":{\"message\":\"The server had an error while processing your request. \
    Sorry about that!\",\"type\":\"server_error\",\"param\":null,\"code\":null}}\n\n";

/// A body that plays a good answer, or what the directive makes of it.
pub(super) fn body(parts: Vec<Bytes>, directive: &Directive, wire: Wire, pace: Duration) -> Body {
    let gap = directive.pace.unwrap_or(pace);
    let calm = gap.is_zero() && directive.silent.is_zero() && directive.defect.is_none();
    if calm && parts.len() <= 1 {
        return Body::from(parts.into_iter().next().unwrap_or_default());
    }
    let mut steps = Vec::with_capacity(parts.len() * 2);
    if !directive.silent.is_zero() {
        steps.extend([BodyStep::Flush, BodyStep::Wait(directive.silent)]);
    }
    for (part, at) in defect(parts, directive.defect, wire).into_iter().zip(0_u32..) {
        if at > 0 && !gap.is_zero() && matches!(part, BodyStep::Send(_)) {
            steps.push(BodyStep::Wait(gap));
        }
        steps.push(part);
    }
    Body::from_stream(stream::unfold(steps.into_iter(), |mut steps| async move {
        loop {
            match steps.next()? {
                BodyStep::Send(bytes) => return Some((Ok(bytes), steps)),
                BodyStep::Wait(time) => tokio::time::sleep(time).await,
                BodyStep::Flush => tokio::task::yield_now().await,
                BodyStep::Abort => {
                    return Some((Err(io::Error::from(io::ErrorKind::ConnectionReset)), steps));
                }
            }
        }
    }))
}

/// The steps of a good answer, or of its first half and what comes then.
fn defect(mut parts: Vec<Bytes>, how: Option<BodyDefect>, wire: Wire) -> Vec<BodyStep> {
    let Some(how) = how else { return parts.into_iter().map(BodyStep::Send).collect() };
    let is_stream = parts.len() > 1;
    if how == BodyDefect::Unended {
        let kept = parts.len() - usize::from(is_stream);
        return parts.into_iter().take(kept).map(BodyStep::Send).collect();
    }
    parts.truncate(parts.len() / 2 + 1);
    let middle = parts.pop().unwrap_or_default();
    let half = BodyStep::Send(middle.slice(..middle.len() / 2));
    let end = match how {
        BodyDefect::Reset => return vec![BodyStep::Abort],
        BodyDefect::Cut => vec![half, BodyStep::Flush, BodyStep::Abort],
        BodyDefect::Malformed if is_stream => {
            vec![
                half,
                BodyStep::Send(Bytes::from_static(b"\n\n")),
                BodyStep::Send(Bytes::from_static(wire.mark())),
            ]
        }
        BodyDefect::Malformed | BodyDefect::Unended => vec![half],
        BodyDefect::ErrorEvent => vec![BodyStep::Send(middle), BodyStep::Send(wire.error(parts.len() + 1))],
    };
    parts.into_iter().map(BodyStep::Send).chain(end).collect()
}
