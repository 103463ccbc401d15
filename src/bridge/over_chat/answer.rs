//! A whole chat completion becomes a response object.

use std::sync::Arc;

use bytes::Bytes;

use super::{Reply, builder::ResponseBuilder, event_writer::EventWriter};
use crate::json::{Document, Kind};

/// The body is not a chat completion, since it has no `choices`. It goes to the client unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body has no `choices`, so it is not a chat completion")]
pub struct NotAnAnswer;

/// Returns the response for `chat`, which is parsed to [`super::DEPTH`] or deeper. Only the first of several choices
/// counts.
pub fn answer(chat: &Document, reply: &Reply) -> Result<Bytes, NotAnAnswer> {
    chat.root().get("choices").filter(|choices| choices.kind() == Kind::Array).ok_or(NotAnAnswer)?;
    let mut builder = ResponseBuilder::new(Arc::new(reply.clone()));
    let mut events = EventWriter::discarding();
    builder.add(chat, &mut events);
    Ok(builder.end(&mut events).into())
}
