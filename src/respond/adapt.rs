//! Puts Azure's 2xx answer into the form that the client asked for: relays a stream, or buffers the answer and changes
//! it.

use std::time::Duration;

use futures_util::future::{try_join, try_join_all};
use http::{Response, header};

use super::{
    adapted::{Adapted, Content},
    begun::{Beginning, begin},
    buffer::readable,
    complete::complete,
    error::{AnswerError, malformed},
    fan_out::merged,
    media::{JSON, is_stream},
    origin::Origin,
    pulse::Pulse,
    refused::failed,
    whole::{self, Whole},
};
use crate::{
    call::ReplyPlan,
    deadline::Deadlines,
    observe::Record,
    upstream::{AnswerBody, headers},
};

/// What decides the form of an answer.
#[derive(Clone, Debug)]
pub struct ReplyContext {
    /// The planned form.
    pub reply: ReplyPlan,
    /// How long the answer may take.
    pub deadlines: Deadlines,
    /// The silence within a stream after which the client gets a heartbeat.
    pub heartbeat: Option<Duration>,
    /// Whether the client reads events. Such a client would take any other body for an empty stream.
    pub stream: bool,
}

/// Adapts Azure's 2xx answer. `others` are the answers to the call's other copies, each of which gives a choice.
/// `resource` is the name of the resource that answered.
///
/// # Errors
/// When the answer breaks off, or azgate cannot put it into the form that the client asked for.
pub async fn adapt(
    answer: Response<AnswerBody>,
    others: Vec<Response<AnswerBody>>,
    context: ReplyContext,
    origin: Origin<'_>,
    record: &Record,
) -> Result<Adapted, AnswerError> {
    let ReplyContext { reply, deadlines, heartbeat, stream: reads_events } = context;
    let mut headers = headers::down(answer.headers());
    let status = answer.status();
    let streams = is_stream(&headers);
    let read = |answer| whole::read(answer, &reply, origin, &deadlines);
    let (first, others) = if streams && reads_events {
        let kind = headers.get(header::CONTENT_TYPE).cloned();
        match begin(readable(answer)?, &reply, &deadlines).await? {
            Beginning::Stream(upstream) => {
                let pulse = Pulse::new(deadlines, heartbeat);
                return Ok(Adapted { status, headers, content: Content::Stream { upstream, reply, pulse } });
            }
            Beginning::Error(stated) => {
                (whole::error(&stated, (status, kind.as_ref()), &reply, origin)?, Vec::new())
            }
            Beginning::Whole(body) => {
                (whole::of_body(&body, (status, kind.as_ref()), &reply, origin)?, Vec::new())
            }
        }
    } else {
        try_join(read(answer), try_join_all(others.into_iter().map(read))).await?
    };
    if streams {
        let (name, json) = JSON;
        headers.insert(name, json);
    }
    let mut answers = Vec::with_capacity(others.len() + 1);
    for whole in std::iter::once(first).chain(others) {
        match whole {
            Whole::Answer(answer) => answers.push(answer),
            Whole::Error(status, body) => {
                return failed(status, headers, &body, &reply.shape, origin, record);
            }
        }
    }
    let answer = merged(answers)
        .map_err(|written| malformed(origin, (status, headers.get(header::CONTENT_TYPE)), &written))?;
    complete(&answer, (status, headers), &reply, (reads_events, origin))
}
