//! What a stream tells of itself, read on the side while it passes. Of most events it is only seen that they hold
//! nothing of interest.

mod chat;
mod responses;

pub(super) use chat::Chat;
pub(super) use responses::Responses;

/// Whether the data of an event is the one that ends OpenAI's chat streams.
fn is_done(data: &[u8]) -> bool {
    data.trim_ascii() == b"[DONE]"
}
