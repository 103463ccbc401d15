//! The body of an answer that passes unchanged, under the limits of its call. Azure writes the token counts at the end,
//! so azgate reads them from the last bytes.

use std::{
    fmt, mem,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::{
    fault::CUT_OFF,
    key,
    outcome::{End, Outcome},
    pulse::{Beat, Pulse},
};
use crate::{
    call::{AnswerSummary, Dialect, Usage},
    json::Document,
};

/// How many bytes at the end of a piece are searched for token counts.
const TAIL: usize = 1024;

/// The cause in the log of a JSON body that ends too early, though its connection did not break.
const CUT: &str = "the body ends in the middle of its JSON";

/// Why a body ended early. The status has already gone out, so azgate closes the client's connection.
#[derive(Debug, thiserror::Error)]
#[error("the answer of Azure OpenAI broke off: {0}")]
pub(super) struct BrokenOff(String);

/// A body on its way from upstream to the client.
pub(super) struct Passthrough<B, F: FnOnce(Outcome)> {
    upstream: B,
    /// The length that upstream has announced.
    length: Option<u64>,
    pulse: Pulse,
    /// Whether the body is one JSON object.
    json: bool,
    last: Bytes,
    before: Bytes,
    bytes: u64,
    end: End,
    cause: Option<String>,
    report: Option<F>,
}

impl<B: Body, F: FnOnce(Outcome)> Passthrough<B, F> {
    /// Passes `upstream` on under the limits of `pulse`. Calls `report` once: at the end, or when the body is dropped
    /// before it.
    pub(super) fn new(upstream: B, json: bool, pulse: Pulse, report: F) -> Passthrough<B, F> {
        Passthrough {
            length: upstream.size_hint().exact(),
            upstream,
            pulse,
            json,
            last: Bytes::new(),
            before: Bytes::new(),
            bytes: 0,
            end: End::ClientGone,
            cause: None,
            report: Some(report),
        }
    }
}

impl<B, F: FnOnce(Outcome)> Passthrough<B, F> {
    fn keep(&mut self, chunk: &Bytes) {
        self.bytes += chunk.len() as u64;
        self.before = mem::replace(&mut self.last, chunk.clone());
    }

    fn failed(&mut self, cause: String, end: End) -> BrokenOff {
        self.end = end;
        self.cause = Some(cause.clone());
        self.report();
        BrokenOff(cause)
    }

    /// Returns whether the body was cut off. hyper notices only that a body is shorter than its announced length.
    fn is_cut(&self) -> bool {
        self.json
            && ![&self.last, &self.before]
                .into_iter()
                .find(|piece| !is_blank(piece))
                .is_some_and(|end| closes(end))
    }

    fn report(&mut self) {
        let Some(report) = self.report.take() else { return };
        let usage = if self.end == End::Done { usage(&self.before, &self.last) } else { None };
        let summary = AnswerSummary { usage, ..AnswerSummary::default() };
        let (end, cause, bytes) = (self.end, self.cause.take(), self.bytes);
        report(Outcome { summary, exhausted: false, end, cause, bytes });
    }
}

fn is_blank(piece: &[u8]) -> bool {
    piece.trim_ascii().is_empty()
}

/// Returns whether a JSON object may end here.
pub(super) fn closes(end: &[u8]) -> bool {
    end.trim_ascii_end().ends_with(b"}")
}

/// Reads the token counts from the last two pieces of an answer.
fn usage(before: &[u8], last: &[u8]) -> Option<Usage> {
    let end = |piece: &[u8]| piece.split_at(piece.len().saturating_sub(TAIL)).1.to_vec();
    let tail = [end(before), end(last)].concat();
    let value = key::USAGE.values(&tail).last()?;
    let closed = value.iter().position(|byte| *byte == b'}')?;
    // A nested object, such as the details of the prompt's tokens, has nothing that azgate reads, so it is only closed.
    let object = [value.get(..closed)?, b"}"].concat();
    let object = object.iter().filter(|byte| **byte == b'{').skip(1).fold(object.clone(), |mut object, _| {
        object.push(b'}');
        object
    });
    let document = Document::parse(object.into(), 2).ok()?;
    Some(Usage::read(Dialect::Chat, document.root()))
}

impl<B, F> Body for Passthrough<B, F>
where
    B: Body<Data = Bytes, Error: fmt::Display> + Unpin,
    F: FnOnce(Outcome),
{
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        let body = self.get_mut();
        if body.pulse.is_cut_off() && body.end != End::Done {
            let broken = body.failed(CUT_OFF.1.to_owned(), End::CutOff);
            return Poll::Ready(Some(Err(broken)));
        }
        match Pin::new(&mut body.upstream).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(chunk) = frame.data_ref() {
                    body.keep(chunk);
                }
                if body.length == Some(body.bytes) {
                    if body.is_cut() {
                        return Poll::Ready(Some(Err(body.failed(CUT.to_owned(), End::UpstreamFailed))));
                    }
                    body.end = End::Done;
                    // The server stops polling at the announced length. The upstream connection can serve another call
                    // only once its end was seen.
                    drop(Pin::new(&mut body.upstream).poll_frame(context));
                }
                body.pulse.received(true);
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => {
                Poll::Ready(Some(Err(body.failed(error.to_string(), End::UpstreamFailed))))
            }
            Poll::Ready(None) => {
                if body.report.is_some() && body.is_cut() {
                    return Poll::Ready(Some(Err(body.failed(CUT.to_owned(), End::UpstreamFailed))));
                }
                body.end = End::Done;
                body.report();
                Poll::Ready(None)
            }
            Poll::Pending => loop {
                match body.pulse.poll(context) {
                    Poll::Pending => return Poll::Pending,
                    // A body of bytes has no place for a heartbeat.
                    Poll::Ready(Beat::Quiet) => {}
                    Poll::Ready(Beat::Overdue(overdue)) => {
                        let broken = body.failed(overdue.to_string(), End::UpstreamFailed);
                        return Poll::Ready(Some(Err(broken)));
                    }
                }
            },
        }
    }

    fn size_hint(&self) -> SizeHint {
        self.upstream.size_hint()
    }
}

// Only `upstream` is polled, and it is `Unpin` itself.
impl<B: Unpin, F: FnOnce(Outcome)> Unpin for Passthrough<B, F> {}

impl<B, F: FnOnce(Outcome)> Drop for Passthrough<B, F> {
    fn drop(&mut self) {
        self.report();
    }
}

impl<B, F: FnOnce(Outcome)> fmt::Debug for Passthrough<B, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passthrough")
            .field("bytes", &self.bytes)
            .field("end", &self.end)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_counts_are_read_from_the_end_however_it_is_cut() {
        let answer = br#"{"object":"list","data":[{"embedding":[0.1,-0.2]}],"model":"m","usage":{"prompt_tokens":7,"total_tokens":7}}"#;
        for cut in 0..=answer.len() {
            let (before, last) = answer.split_at(cut);
            assert_eq!(usage(before, last).map(|usage| usage.prompt), Some(7), "{cut}");
        }
        let nested =
            br#"{"usage":{"prompt_tokens":9,"prompt_tokens_details":{"cached_tokens":1},"total_tokens":9}}"#;
        assert_eq!(usage(b"", nested).map(|usage| usage.prompt), Some(9));
        for without in [&br#"{"data":[]}"#[..], br#"{"usage":null}"#, br#"{"usage":{"#, b""] {
            assert_eq!(usage(b"", without), None, "{without:?}");
        }
    }
}
