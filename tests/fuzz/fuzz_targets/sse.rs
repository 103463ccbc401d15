//! `sse::Decoder`: the chunks do not change the events, no byte is lost, and written events are read back.
//!
//! The input's first byte, modulo 16, is the number of cuts. That many bytes with the cuts follow. The rest is the
//! stream.
#![no_main]

use azgate::sse::{self, Decoder, EVENT_LIMIT, Event, TooLarge};
use bytes::{Bytes, BytesMut};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((count, rest)) = input.split_first() else { return };
    let Some((cuts, stream)) = rest.split_at_checked(usize::from(count % 16)) else { return };
    let (events, tail) = decode(&[stream], EVENT_LIMIT).expect("far below the limit");
    let whole: Vec<u8> = events.iter().chain(&tail).flat_map(|event| event.raw().to_vec()).collect();
    assert_eq!(whole, stream, "bytes are lost");
    let chunks = chunks(stream, cuts);
    let cut = decode(&chunks, EVENT_LIMIT).expect("far below the limit");
    assert_eq!((&events, &tail), (&cut.0, &cut.1), "{chunks:?}");
    limited(&chunks, &events, &tail, usize::from(*count));
    for event in events.iter().take(8).chain(&tail) {
        rewritten(event);
    }
    written(stream);
});

type Events = (Vec<Event>, Option<Event>);

fn decode(chunks: &[&[u8]], limit: usize) -> Result<Events, TooLarge> {
    let mut decoder = Decoder::new(limit);
    let mut events = Vec::new();
    for chunk in chunks {
        decoder.push(Bytes::copy_from_slice(chunk));
        while let Some(event) = decoder.event()? {
            events.push(event);
        }
    }
    Ok((events, decoder.finish()))
}

fn chunks<'a>(stream: &'a [u8], cuts: &[u8]) -> Vec<&'a [u8]> {
    let mut at: Vec<usize> = cuts.iter().map(|cut| usize::from(*cut) * stream.len() / 256).collect();
    at.extend([0, stream.len()]);
    at.sort_unstable();
    at.windows(2).map(|pair| &stream[pair[0]..pair[1]]).collect()
}

/// Asserts that decoding under a low limit fails if an event is larger, and otherwise gives the same events for any
/// cuts.
fn limited(chunks: &[&[u8]], events: &[Event], tail: &Option<Event>, limit: usize) {
    let largest = events.iter().chain(tail).map(|event| event.raw().len()).max().unwrap_or_default();
    match decode(chunks, limit) {
        Ok(decoded) => {
            assert!(largest <= limit, "{largest} bytes pass a limit of {limit}");
            assert_eq!((&decoded.0[..], &decoded.1), (events, tail));
        }
        // The decoder looks at one byte after a blank line that ends with CR.
        Err(_) => assert!(largest + 1 > limit, "{largest} bytes do not pass a limit of {limit}"),
    }
}

/// Asserts that an event with replaced data has that data, its other lines, and nothing more. The event is read after
/// another event, because a byte order mark has a meaning only at the start of a stream.
fn rewritten(event: &Event) {
    let (events, tail) = decode(&[b":\n\n", &event.with_data(b"{\"a\":\n1}")], EVENT_LIMIT).expect("small");
    // An empty line after a byte order mark does not end an event here. Without the mark it does.
    let blank = |event: &Event| event.raw().iter().all(|byte| matches!(byte, b'\r' | b'\n'));
    let events = events.into_iter().skip(1).chain(tail).filter(|event| !blank(event));
    let events: Vec<Event> = events.collect();
    let data: Vec<Bytes> = events.iter().filter_map(Event::data).collect();
    match event.data() {
        Some(_) => assert_eq!((events.len(), &data[..]), (1, &[Bytes::from("{\"a\": 1}")][..]), "{event:?}"),
        None => assert!(data.is_empty(), "{event:?}"),
    }
}

/// Asserts that a written event is read as that event, and a written comment as a comment.
fn written(text: &[u8]) {
    let mut out = BytesMut::new();
    let (one, other) = text.split_at(text.len() / 2);
    sse::data(&mut out, [one, other]);
    out.extend_from_slice(&sse::comment(&String::from_utf8_lossy(text)));
    out.extend_from_slice(sse::DONE);
    let (events, tail) = decode(&[&out], EVENT_LIMIT).expect("small");
    let spaced = |byte: &u8| if matches!(byte, b'\r' | b'\n') { b' ' } else { *byte };
    let line: Vec<u8> = text.iter().map(spaced).collect();
    let data: Vec<Option<Bytes>> = events.iter().map(Event::data).collect();
    assert_eq!(data, [Some(Bytes::from(line)), None, Some(Bytes::from("[DONE]"))]);
    assert_eq!(tail, None);
}
