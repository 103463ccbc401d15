//! Waits for the first event of a stream before the client gets a status. Azure may answer 200 and say only in the
//! first event that it does not serve the call. No SDK tries again after an error in a stream, but each does after a
//! 429.

use std::{
    collections::VecDeque,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Body, Frame};
use http_body_util::BodyExt;
use tokio::time::{Instant, timeout_at};

use super::{
    error::AnswerError,
    first_event::{FirstEvents, Verdict},
};
use crate::{
    call::ReplyPlan,
    deadline::{Deadlines, Limit},
    sse::{Decoder, EVENT_LIMIT},
    upstream::{AnswerBody, AnswerBodyError},
};

/// How long the head of an answer waits for the first event. An error comes at once, and a client should see soon that
/// the model thinks.
const FIRST_WITHIN: Duration = Duration::from_secs(5);

/// How many bytes are held at most while nothing is said. Azure's verdict on the prompt has some hundreds.
const MOST_HELD: usize = 1 << 20;

/// A stream that has begun: what was read of it, and the rest.
#[derive(Debug)]
pub struct BegunBody {
    read: VecDeque<Bytes>,
    rest: AnswerBody,
}

impl BegunBody {
    /// Puts what was read of a body in front of its rest.
    pub(super) fn new(read: VecDeque<Bytes>, rest: AnswerBody) -> BegunBody {
        BegunBody { read, rest }
    }
}

impl Body for BegunBody {
    type Data = Bytes;
    type Error = AnswerBodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, AnswerBodyError>>> {
        let body = self.get_mut();
        match body.read.pop_front() {
            Some(read) => {
                if body.read.is_empty() {
                    // A stream is silent most of its time, so it must hold no memory.
                    body.read = VecDeque::new();
                }
                Poll::Ready(Some(Ok(Frame::data(read))))
            }
            None => Pin::new(&mut body.rest).poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.read.is_empty() && self.rest.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        let mut hint = http_body::SizeHint::new();
        let read: u64 = self.read.iter().map(|read| read.len() as u64).sum();
        if let Some(rest) = self.rest.size_hint().exact() {
            hint.set_exact(rest.saturating_add(read));
        }
        hint
    }
}

/// How a stream begins.
#[derive(Debug)]
pub(super) enum Beginning {
    /// With an answer.
    Stream(BegunBody),
    /// With an error: the body of an error answer.
    Error(Bytes),
    /// Not with an event, up to its end: the whole body.
    Whole(Bytes),
}

/// Reads a stream up to the first event that says something.
pub(super) async fn begin(
    mut upstream: AnswerBody,
    reply: &ReplyPlan,
    deadlines: &Deadlines,
) -> Result<Beginning, AnswerError> {
    let mut decoder = Decoder::new(EVENT_LIMIT);
    let mut first = FirstEvents::new(reply);
    let (mut read, mut held) = (VecDeque::new(), 0);
    let until = Instant::now() + FIRST_WITHIN;
    loop {
        let frame = timeout_at(until, deadlines.within(Limit::Idle, upstream.frame())).await;
        let Ok(frame) = frame else { return Ok(Beginning::Stream(BegunBody::new(read, upstream))) };
        let frame = frame.map_err(AnswerError::Overdue)?;
        let Some(frame) = frame else { break };
        let Ok(data) = frame.map_err(AnswerError::Interrupted)?.into_data() else { continue };
        held += data.len();
        decoder.push(data.clone());
        read.push_back(data);
        while let Some(event) = decoder.event().map_err(|error| AnswerError::Uncollected(error.into()))? {
            match first.event(&event) {
                Verdict::Nothing => {}
                Verdict::Answer => return Ok(Beginning::Stream(BegunBody::new(read, upstream))),
                Verdict::Error(body) => return Ok(Beginning::Error(body)),
            }
        }
        if held > MOST_HELD && first.has_events() {
            return Ok(Beginning::Stream(BegunBody::new(read, upstream)));
        }
    }
    let tail = decoder.finish().map(|tail| first.event(&tail));
    Ok(match (tail, first.unexplained()) {
        (Some(Verdict::Answer), _) => Beginning::Stream(BegunBody::new(read, upstream)),
        (Some(Verdict::Error(body)), _) | (_, Some(body)) => Beginning::Error(body),
        _ => Beginning::Whole(Vec::from(read).concat().into()),
    })
}
