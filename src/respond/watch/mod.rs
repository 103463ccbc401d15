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

/// Returns the whole number at the start of a text.
fn whole(text: &[u8]) -> Option<u64> {
    let end = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    std::str::from_utf8(text.get(..end)?).ok()?.parse().ok()
}
