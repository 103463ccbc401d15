//! Reads the summary of a stream while its events pass. A quick search shows that most events have nothing of interest,
//! so these are not parsed.

mod chat;
mod responses;

pub(super) use chat::ChatWatch;
pub(super) use responses::ResponsesWatch;

/// Returns whether the data is `[DONE]`, which ends OpenAI's chat streams.
fn is_done(data: &[u8]) -> bool {
    data.trim_ascii() == b"[DONE]"
}
