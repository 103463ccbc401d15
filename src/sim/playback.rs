//! A response body that plays a list of steps, so that pauses and breaks are data.

use std::{io, time::Duration};

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;

use super::{
    directive::{BodyDefect, Directive},
    errors::SERVER_ERROR,
    surface::Operation,
};

/// One step of a body.
#[derive(Debug)]
enum BodyStep {
    Send(Bytes),
    Wait(Duration),
    /// Lets the bytes that were sent reach the connection.
    Flush,
    /// Breaks the connection.
    Abort,
}

/// Returns a body that plays an answer, with the pauses and the defect of the directive.
pub(super) fn body(parts: Vec<Bytes>, directive: &Directive, operation: Operation, pace: Duration) -> Body {
    let gap = directive.pace.unwrap_or(pace);
    let is_plain = gap.is_zero() && directive.silent.is_zero() && directive.defect.is_none();
    if is_plain && parts.len() <= 1 {
        return Body::from(parts.into_iter().next().unwrap_or_default());
    }
    let mut steps = Vec::with_capacity(parts.len() * 2);
    if !directive.silent.is_zero() {
        steps.extend([BodyStep::Flush, BodyStep::Wait(directive.silent)]);
    }
    for (step, at) in with_defect(parts, directive.defect, operation).into_iter().zip(0_u32..) {
        if at > 0 && !gap.is_zero() && matches!(step, BodyStep::Send(_)) {
            steps.push(BodyStep::Wait(gap));
        }
        steps.push(step);
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

/// Returns the steps of a whole answer, or those of its first half and of the defect.
fn with_defect(mut parts: Vec<Bytes>, defect: Option<BodyDefect>, operation: Operation) -> Vec<BodyStep> {
    let Some(defect) = defect else { return parts.into_iter().map(BodyStep::Send).collect() };
    let is_stream = parts.len() > 1;
    if defect == BodyDefect::Unended {
        let kept = parts.len() - usize::from(is_stream);
        return parts.into_iter().take(kept).map(BodyStep::Send).collect();
    }
    parts.truncate(parts.len() / 2 + 1);
    let middle = parts.pop().unwrap_or_default();
    let half = BodyStep::Send(middle.slice(..middle.len() / 2));
    let end = match defect {
        BodyDefect::Reset => return vec![BodyStep::Abort],
        BodyDefect::Cut => vec![half, BodyStep::Flush, BodyStep::Abort],
        BodyDefect::Malformed if is_stream => {
            let rest = [Bytes::from_static(b"\n\n"), Bytes::from_static(end_mark(operation))];
            std::iter::once(half).chain(rest.map(BodyStep::Send)).collect()
        }
        BodyDefect::Malformed | BodyDefect::Unended => vec![half],
        BodyDefect::ErrorEvent => {
            let event = error_event(operation, parts.len() + 1);
            vec![BodyStep::Send(middle), BodyStep::Send(event)]
        }
    };
    parts.into_iter().map(BodyStep::Send).chain(end).collect()
}

/// Returns the mark that ends a stream after its last event. Responses streams have none.
fn end_mark(operation: Operation) -> &'static [u8] {
    match operation {
        Operation::Chat => b"data: [DONE]\n\n",
        Operation::Responses => b"",
    }
}

/// Returns an error event in the form that OpenAI's SDKs read. `number` is its place in a Responses stream.
fn error_event(operation: Operation, number: usize) -> Bytes {
    Bytes::from(match operation {
        Operation::Chat => format!(
            "data: {{\"error\":{{\"message\":\"{SERVER_ERROR}\",\"type\":\"server_error\",\"param\":null,\
             \"code\":null}}}}\n\n"
        ),
        Operation::Responses => format!(
            "event: error\ndata: {{\"type\":\"error\",\"code\":\"server_error\",\"message\":\"{SERVER_ERROR}\",\
             \"param\":null,\"sequence_number\":{number}}}\n\n"
        ),
    })
}
