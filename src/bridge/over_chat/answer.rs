//! A whole chat completion as a response object.

use std::sync::Arc;

use bytes::Bytes;

use super::{NotAnAnswer, Reply, builder::ResponseBuilder, teller::Teller};
use crate::json::{Document, Kind};

/// The response that says the same as `chat`, which was parsed to [`super::DEPTH`] or deeper. Of several choices the first
/// counts.
pub fn answer(chat: &Document, reply: &Reply) -> Result<Bytes, NotAnAnswer> {
    chat.root().get("choices").filter(|choices| choices.kind() == Kind::Array).ok_or(NotAnAnswer)?;
    let mut story = ResponseBuilder::new(Arc::new(reply.clone()));
    let mut teller = Teller::silent();
    story.take(chat, &mut teller);
    Ok(story.end(&mut teller).into())
}
