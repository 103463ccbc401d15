//! Azure's good answer to a request about a stored object: it is passed on as it is.

use std::time::Duration;

use http::{HeaderMap, Response};

use super::{
    adapt::{Adapted, AnswerError, Content, coding, is_stream, whole_body},
    pulse::Pulse,
};
use crate::{
    call::{Dialect, ReplyPlan},
    deadline::Deadlines,
    observe::Record,
    upstream::{AnswerBody, headers},
};

/// A stream is relayed, with a sign of life after so long a silence; anything else is gathered, so that an answer that breaks
/// off is an error.
pub async fn stored(
    answer: Response<AnswerBody>,
    deadlines: Deadlines,
    heartbeat: Option<Duration>,
    record: &mut Record,
) -> Result<Adapted, AnswerError> {
    let (head, upstream) = answer.into_parts();
    let headers: HeaderMap = headers::down(&head.headers);
    record.note_upstream_id(&headers);
    if let Some(coding) = coding(&head.headers) {
        return Err(AnswerError::Compressed { coding });
    }
    let content = if is_stream(&headers) {
        record.note_stream(head.status);
        let reply = ReplyPlan { dialect: Dialect::Responses, ..ReplyPlan::default() };
        Content::Stream { upstream, reply, pulse: Pulse::new(deadlines, heartbeat) }
    } else {
        let body = whole_body(upstream, &deadlines).await?;
        record.note_whole(head.status, None);
        Content::Whole(body)
    };
    Ok(Adapted { status: head.status, headers, content })
}
