//! Makes a JSON chat answer into the stream that OpenAI would have sent, for families that cannot stream. Values are
//! copied as they are spelt and strings are only cut, so nothing of the answer is re-encoded or lost.

use bytes::Bytes;

use self::{choice::Choice, stream::ChunkStream};
use crate::{
    call::UsageChunk,
    json::{Document, Kind},
};

mod choice;
pub mod responses;
mod stream;
#[cfg(test)]
mod tests;

/// The body has no `choices`, so it is not a chat answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body has no `choices`, so it is not a chat completion")]
pub struct NotAnAnswer;

/// Returns the stream of `answer`, which must be parsed to [`super::answer::DEPTH`].
pub fn synthesize(answer: &Document, usage: UsageChunk) -> Result<Bytes, NotAnAnswer> {
    let root = answer.root();
    let choices = root.get("choices").filter(|choices| choices.kind() == Kind::Array).ok_or(NotAnAnswer)?;
    let wanted = usage == UsageChunk::Wanted;
    let mut stream = ChunkStream::new(answer, wanted);
    for (position, choice) in choices.items().enumerate() {
        Choice::new(&mut stream, choice, position).write(choice);
    }
    stream.end(root.get("usage").filter(|usage| wanted && usage.kind() == Kind::Object));
    Ok(stream.out.freeze())
}
