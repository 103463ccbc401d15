//! Sends Azure's answers back to the client in the form that the client asked for: relayed, bridged, made into a stream
//! or collected from one. On the way azgate reads token counts, the model, the finish reason and errors.

mod adapt;
mod adapted;
pub mod answer;
mod begun;
mod bridged;
mod buffer;
pub mod collect;
mod complete;
mod denied;
mod early;
mod envelope;
mod error;
mod fan_out;
mod fault;
mod finish;
mod first_event;
pub mod functions;
mod key;
mod linger;
mod media;
pub mod normalize;
mod origin;
pub mod outcome;
mod pass;
mod passthrough;
mod pulse;
mod refused;
pub mod relay;
mod reshape;
mod responses;
mod retry_after;
pub mod synthesize;
mod tool_calls;
mod transform;
mod usage;
mod watch;
mod whole;

pub use adapt::{ReplyContext, adapt};
pub use adapted::{Adapted, Content, empty, whole};
pub use begun::BegunBody;
pub use buffer::gathered;
pub use denied::Denial;
pub use early::{Early, Form, Opening, Running, open};
pub use envelope::kind;
pub use error::AnswerError;
pub use fault::CUT_OFF;
pub use finish::{Ending, finish};
pub use media::JSON;
pub use origin::Origin;
pub use outcome::{End, Outcome};
pub use pass::{PassContext, pass};
pub use pulse::Pulse;
pub use refused::refused;

use bytes::Bytes;

use crate::json::{self, Change, Document};

/// Returns a document after `changes`, as one buffer.
fn edited(document: &Document, changes: &[Change]) -> Bytes {
    let mut parts = json::apply(document, changes);
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        last => parts.into_iter().chain(last).collect::<Vec<Bytes>>().concat().into(),
    }
}
