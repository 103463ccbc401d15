//! The bridge with arbitrary calls, whole answers, and streams cut anywhere, in both directions. Every result is JSON
//! or a well-formed stream. The cuts do not change a stream, and a stream that is done has written its end.
#![no_main]

use std::sync::Arc;

use azgate::{
    bridge::{
        self, Bridged,
        over_chat::{self, Events},
        over_responses::{
            self, ANSWER_DEPTH, BridgeOptions, Chunks,
            hosted::{self, Corrections},
        },
    },
    call::{OverChat, OverResponses, ReplayedReasoning, UsageChunk},
    json::{Document, View, apply},
    respond::synthesize,
    sse::{Decoder, EVENT_LIMIT},
};
use azgate_fuzz::{Choices, mutate, split};
use bytes::{Bytes, BytesMut};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use serde_json::Value;

fuzz_mutator!(|data: &mut [u8], size: usize, most: usize, seed: u32| {
    mutate::mutate(data, size, most, seed)
});

fuzz_target!(|input: &[u8]| {
    let (text, given) = split(input);
    let mut choices = Choices::new(given, text);
    let options = choices.byte();
    let stop = if options & 1 == 1 { vec!["END".to_owned(), "x".to_owned()] } else { Vec::new() };
    let over_responses = OverResponses { resource: "main".into(), stop };
    let body = Bytes::copy_from_slice(text);
    if let Ok(document) = Document::parse(body.clone(), bridge::DEPTH) {
        requests(&document, options);
        answers(&body, &over_responses);
    }
    let cuts: Vec<usize> = (0..choices.below(8)).map(|_| choices.below(text.len() + 1)).collect();
    streams(text, cuts, &Arc::new(over_responses), options & 2 == 2);
});

/// Parses JSON with a strict parser. Returns `None` if a string of the JSON is not valid Unicode.
fn json(text: &[u8]) -> Option<Value> {
    match serde_json::from_slice::<&serde_json::value::RawValue>(text) {
        Ok(_) => serde_json::from_slice(text).ok(),
        Err(error) => panic!("{error}: {}", String::from_utf8_lossy(text)),
    }
}

fn requests(document: &Document, options: u8) {
    let replayed =
        [ReplayedReasoning::All, ReplayedReasoning::Turn, ReplayedReasoning::Last, ReplayedReasoning::None];
    let bridge_options = BridgeOptions {
        names_in_text: options & 32 == 32,
        answers_response: false,
        resource: "main",
        encrypted: options & 4 == 4,
        refused_includes: &[],
        summary: (options & 8 == 8).then_some("auto"),
        replayed: replayed[usize::from(options >> 6)],
        stateless: options & 16 == 16,
    };
    if let Ok(bridged) = over_responses::request(document, &bridge_options) {
        rendered(document, &bridged);
    }
    if let Ok((bridged, reply)) = over_chat::request(document) {
        let body = rendered(document, &bridged);
        json(&[b"{", &*reply.echo, b"}"].concat());
        // The chat call is bridged back to a Responses call.
        let chat = Document::parse(body.into(), bridge::DEPTH);
        if let Ok(again) = chat.as_ref().map(|chat| over_responses::request(chat, &bridge_options)) {
            drop(again.map(|again| rendered(chat.as_ref().expect("parsed"), &again)));
        }
    }
    corrected(document.clone());
}

/// Corrects a call until nothing is left to correct. If options are nested in options, each round corrects the
/// outermost.
fn corrected(mut document: Document) {
    for _ in 0..bridge::DEPTH {
        let Ok(Corrections { changes, .. }) = hosted::corrections(&document) else { return };
        if changes.is_empty() {
            return;
        }
        let body = apply(&document, changes.iter().map(|(change, _)| change)).concat();
        json(&body);
        let Ok(next) = Document::parse(body.into(), bridge::DEPTH) else { return };
        document = next;
    }
    panic!("still not correct: {}", String::from_utf8_lossy(document.source()));
}

/// Returns the body of a bridged call. Asserts that each loss has a reason.
fn rendered(document: &Document, bridged: &Bridged) -> Vec<u8> {
    let body = bridged.body.render(document.source());
    json(&body);
    for loss in &bridged.losses {
        assert!(loss.rule.contains('.') && !loss.why.is_empty(), "{loss:?}");
    }
    body
}

fn answers(body: &Bytes, over_responses: &OverResponses) {
    let Ok(document) = Document::parse(body.clone(), ANSWER_DEPTH) else { return };
    if let Ok(answer) = over_responses::answer(&document, over_responses) {
        json(&answer);
        let answer = Document::parse(answer, 4).expect("it is JSON");
        let stream = synthesize::synthesize(&answer, UsageChunk::Wanted).expect("it is a completion");
        assert_eq!(data(&stream).last().map(|last| &**last), Some(&b"[DONE]"[..]));
    }
    let Ok(document) = Document::parse(body.clone(), over_chat::DEPTH) else { return };
    if let Ok(answer) = over_chat::answer(&document, &echo()) {
        json(&answer);
        let answer = Document::parse(answer, 4).expect("it is JSON");
        let stream = synthesize::responses::synthesize(&answer).expect("it is a response");
        assert!(matches!(&*kind(&stream), "response.completed" | "response.incomplete"));
    }
}

fn echo() -> OverChat {
    OverChat { echo: r#""instructions":null,"store":false"#.into(), ..OverChat::default() }
}

/// Writes the events of a bridged stream.
trait EventWriter {
    fn event(&mut self, data: &Bytes, out: &mut BytesMut);
    fn end(&mut self, out: &mut BytesMut);
    fn is_done(&self) -> bool;
}

impl EventWriter for Chunks {
    fn event(&mut self, data: &Bytes, out: &mut BytesMut) {
        Chunks::event(self, data, out);
    }

    fn end(&mut self, out: &mut BytesMut) {
        Chunks::end(self, out);
    }

    fn is_done(&self) -> bool {
        Chunks::is_done(self)
    }
}

impl EventWriter for Events {
    fn event(&mut self, data: &Bytes, out: &mut BytesMut) {
        Events::event(self, data, out);
    }

    fn end(&mut self, out: &mut BytesMut) {
        Events::end(self, out);
    }

    fn is_done(&self) -> bool {
        Events::is_done(self)
    }
}

fn streams(text: &[u8], mut cuts: Vec<usize>, over_responses: &Arc<OverResponses>, usage: bool) {
    cuts.extend([0, text.len()]);
    cuts.sort_unstable();
    let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &text[pair[0]..pair[1]]).collect();
    let chunks = || Chunks::new(over_responses.clone(), usage);
    let whole = stream(&[text], &mut chunks(), |out| {
        let last = data(out).pop().expect("the end was written");
        last == "[DONE]" || json(&last).is_none_or(|last| last["error"].is_object())
    });
    assert_eq!(stream(&pieces, &mut chunks(), |_| true), whole);
    let events = || Events::new(Arc::new(echo()));
    let whole = stream(&[text], &mut events(), |out| {
        matches!(&*kind(out), "response.completed" | "response.incomplete" | "error")
    });
    assert_eq!(stream(&pieces, &mut events(), |_| true), whole);
    let number = |data: Bytes| Document::parse(data, 1).ok()?.root().get("sequence_number")?.whole();
    let numbers: Vec<u64> = data(&whole).into_iter().filter_map(number).collect();
    assert!(numbers.iter().copied().eq((0..).take(numbers.len())), "{numbers:?}");
}

/// Bridges a stream that comes in pieces. Asserts that `ended` accepts the written events as soon as the stream is
/// done.
fn stream(pieces: &[&[u8]], writer: &mut dyn EventWriter, ended: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    let mut decoder = Decoder::new(EVENT_LIMIT);
    let mut out = BytesMut::new();
    for piece in pieces {
        decoder.push(Bytes::copy_from_slice(piece));
        while let Some(event) = decoder.event().expect("small") {
            take(writer, event.data(), &mut out, &ended);
        }
    }
    let tail = decoder.finish();
    take(writer, tail.and_then(|tail| tail.data()), &mut out, &ended);
    writer.end(&mut out);
    assert!(writer.is_done() && ended(&out), "{}", String::from_utf8_lossy(&out));
    for data in data(&out).iter().filter(|data| **data != "[DONE]") {
        json(data);
    }
    out.to_vec()
}

fn take(
    writer: &mut dyn EventWriter,
    data: Option<Bytes>,
    out: &mut BytesMut,
    ended: impl Fn(&[u8]) -> bool,
) {
    let Some(data) = data else { return };
    let (done, length) = (writer.is_done(), out.len());
    writer.event(&data, out);
    if done {
        assert_eq!(out.len(), length, "written after the end");
    } else if writer.is_done() {
        assert!(ended(out), "{}", String::from_utf8_lossy(out));
    }
}

/// Returns the data of a stream's events. Asserts that the last event is complete.
fn data(stream: &[u8]) -> Vec<Bytes> {
    let mut decoder = Decoder::new(EVENT_LIMIT);
    decoder.push(Bytes::copy_from_slice(stream));
    let events = std::iter::from_fn(|| decoder.event().expect("small"));
    let data = events.map(|event| event.data().expect("every event has data")).collect();
    assert!(decoder.finish().is_none(), "{}", String::from_utf8_lossy(stream));
    data
}

/// Returns the type of the last event.
fn kind(stream: &[u8]) -> String {
    let last = Document::parse(data(stream).pop().expect("the end was written"), 1).expect("it is JSON");
    last.root().get("type").and_then(View::text).unwrap_or_default().into_owned()
}
