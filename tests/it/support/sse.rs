//! Reads streams as a client does.

use serde_json::Value;

/// Returns the data of each event. Every event must be one `data:` line.
pub(crate) fn data(stream: &str) -> Vec<&str> {
    assert!(stream.is_empty() || stream.ends_with("\n\n"), "the last event is not complete: {stream:?}");
    let events = stream.split_terminator("\n\n");
    events.map(|event| event.strip_prefix("data: ").unwrap_or_else(|| panic!("no data: {event:?}"))).collect()
}

/// Returns the chunks of a stream, which must end with `[DONE]`.
pub(crate) fn chunks(stream: &str) -> Vec<Value> {
    let mut data = data(stream);
    assert_eq!(data.pop(), Some("[DONE]"), "{stream}");
    data.into_iter()
        .map(|data| serde_json::from_str(data).unwrap_or_else(|error| panic!("{error}: {data}")))
        .collect()
}
