//! Answers on their way back: relayed or made into a stream, given the form that the client asked for, and read on the
//! side for what they cost.

mod adapt;
pub mod answer;
mod bridged;
pub mod collect;
mod early;
mod envelope;
mod fault;
mod finish;
pub mod functions;
mod key;
pub mod normalize;
pub mod outcome;
mod pulse;
mod refused;
pub mod relay;
mod reshape;
mod responses;
mod stored;
pub mod synthesize;
mod transform;
mod watch;

pub use adapt::{Adapted, AnswerError, Content, JSON, ReplyContext, adapt, whole};
pub use early::{Early, Form, Rest, known, open};
pub use envelope::kind;
pub use finish::finish;
pub use pulse::Pulse;
pub use refused::{gathered, refused};
pub use stored::stored;

use bytes::Bytes;

use crate::json::{self, Change, Document};

/// A document after `changes`, as one buffer.
fn edited(document: &Document, changes: &[Change]) -> Bytes {
    let mut parts = json::apply(document, changes);
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        last => parts.into_iter().chain(last).collect::<Vec<Bytes>>().concat().into(),
    }
}
