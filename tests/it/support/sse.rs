//! Streams as a client reads them.

use serde_json::Value;

/// The events' data of a stream whose events are one `data:` line each.
pub(crate) fn data(stream: &str) -> Vec<&str> {
    assert!(stream.is_empty() || stream.ends_with("\n\n"), "the last event is not complete: {stream:?}");
    let events = stream.split_terminator("\n\n");
    events.map(|event| event.strip_prefix("data: ").unwrap_or_else(|| panic!("no data: {event:?}"))).collect()
}

/// The chunks of a stream that ends with `[DONE]`.
pub(crate) fn chunks(stream: &str) -> Vec<Value> {
    let mut data = data(stream);
    assert_eq!(data.pop(), Some("[DONE]"), "{stream}");
    data.into_iter()
        .map(|data| serde_json::from_str(data).unwrap_or_else(|error| panic!("{error}: {data}")))
        .collect()
}
