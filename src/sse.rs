//! Server-sent events. The decoder finds the events in a stream of chunks and keeps their bytes, so that a relay can
//! pass them on unchanged. An event within one chunk is a slice of that chunk; only a split event is assembled. Line
//! ends may be LF, CRLF or CR (HTML Standard, "Server-sent events").

use std::ops::Range;

use bytes::{Bytes, BytesMut};
use memchr::memchr2;

/// The event that ends an OpenAI stream.
pub const DONE: &[u8] = b"data: [DONE]\n\n";

/// The line end that keeps a silent connection open. Between two events it is a blank line, which ends an event
/// without data, and every reader skips that (HTML Standard, "Server-sent events"). A comment is as legal, but some
/// readers know only `data:` and blank lines: azure-ai-inference 1.0.0b9 raises `SSE event not supported` at any other
/// line, and at a blank line that ends with CRLF (`models/_patch.py`).
pub const HEARTBEAT: &[u8] = b"\n";

/// The largest event; azgate ends a stream with a larger one as broken. It is the same limit as for an answer that is
/// not a stream, since the last event of a response repeats all of it, with its images.
pub const EVENT_LIMIT: usize = 64 * 1024 * 1024;

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// An event is larger than the decoder's limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event of the stream is larger than {limit} bytes")]
pub struct TooLarge {
    /// The limit.
    pub limit: usize,
}

/// One event with all its bytes, from its first line to the end of the blank line that closes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    raw: Bytes,
    /// Where the first line starts. At the start of a stream it may follow a byte order mark.
    lines_at: usize,
}

impl Event {
    /// Returns the event as it came.
    pub fn raw(&self) -> &Bytes {
        &self.raw
    }

    /// Returns the values of the `data` lines, joined with line feeds. If there is one line, the result is a slice of
    /// the event. If there is none, as in a comment, it is `None`.
    pub fn data(&self) -> Option<Bytes> {
        let mut values = self.lines().filter_map(|line| self.data_value(line));
        let first = values.next()?;
        let Some(second) = values.next() else { return Some(self.raw.slice(first)) };
        let mut joined = BytesMut::from(self.bytes(first));
        for value in std::iter::once(second).chain(values) {
            joined.extend_from_slice(b"\n");
            joined.extend_from_slice(self.bytes(value));
        }
        Some(joined.freeze())
    }

    /// Returns the event with other data, a JSON text. Its other lines (comments, `event`, `id`) stay.
    pub fn with_data(&self, json: &[u8]) -> Bytes {
        let mut out = BytesMut::with_capacity(self.raw.len() + json.len());
        let mut written = false;
        for line in self.lines() {
            if self.data_value(line).is_none() {
                out.extend_from_slice(self.bytes(line.start..line.next));
            } else if !written {
                data_line(&mut out, [json]);
                written = true;
            }
        }
        out.freeze()
    }

    fn lines(&self) -> impl Iterator<Item = Line> {
        let mut at = self.lines_at;
        std::iter::from_fn(move || {
            let rest = self.raw.get(at..).filter(|rest| !rest.is_empty())?;
            let text = memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
            let closing = match rest.get(text..) {
                Some([b'\r', b'\n', ..]) => 2,
                Some([_, ..]) => 1,
                Some([]) | None => 0,
            };
            let line = Line { start: at, end: at + text, next: at + text + closing };
            at = line.next;
            Some(line)
        })
    }

    fn data_value(&self, line: Line) -> Option<Range<usize>> {
        let rest = self.bytes(line.start..line.end).strip_prefix(b"data")?;
        match rest {
            [] => Some(line.end..line.end),
            [b':', b' ', ..] => Some(line.start + 6..line.end),
            [b':', ..] => Some(line.start + 5..line.end),
            _ => None,
        }
    }

    fn bytes(&self, range: Range<usize>) -> &[u8] {
        self.raw.get(range).unwrap_or_default()
    }
}

#[derive(Clone, Copy)]
struct Line {
    start: usize,
    end: usize,
    next: usize,
}

/// Finds the events in a stream of chunks. The events and the result of [`Decoder::finish`], joined, are the stream.
#[derive(Debug)]
pub struct Decoder {
    chunk: Bytes,
    pending: BytesMut,
    state: LineState,
    limit: usize,
    first: bool,
}

/// Where the previous byte was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LineState {
    /// At the start of a line.
    Start,
    /// Inside a line.
    Line,
    /// At a CR that ended a line; an LF would belong to it.
    LineCr,
    /// At a CR that ended a blank line; an LF would belong to it.
    BlankCr,
}

impl Decoder {
    /// Starts a decoder for one stream. It refuses events of more than `limit` bytes.
    pub fn new(limit: usize) -> Decoder {
        Decoder { chunk: Bytes::new(), pending: BytesMut::new(), state: LineState::Start, limit, first: true }
    }

    /// Takes the next chunk of the stream. Then call [`Decoder::event`] until it returns `None`.
    pub fn push(&mut self, chunk: Bytes) {
        self.chunk = if self.chunk.is_empty() { chunk } else { [&*self.chunk, &*chunk].concat().into() };
    }

    /// Returns how many bytes of an unfinished event are kept from earlier chunks.
    pub fn pending(&self) -> usize {
        self.pending.len()
    }

    /// Returns the next whole event.
    pub fn event(&mut self) -> Result<Option<Event>, TooLarge> {
        let end = self.boundary();
        let piece = self.chunk.split_to(end.unwrap_or(self.chunk.len()));
        if self.pending.len() + piece.len() > self.limit {
            return Err(TooLarge { limit: self.limit });
        }
        if end.is_none() || !self.pending.is_empty() {
            self.pending.extend_from_slice(&piece);
        }
        if end.is_none() {
            return Ok(None);
        }
        let raw = if self.pending.is_empty() { piece } else { self.pending.split().freeze() };
        Ok(Some(self.made(raw)))
    }

    /// Returns what is left at the end of the stream: an event without its blank line, if anything.
    pub fn finish(&mut self) -> Option<Event> {
        self.pending.extend_from_slice(&self.chunk);
        self.chunk = Bytes::new();
        self.state = LineState::Start;
        let raw = self.pending.split().freeze();
        (!raw.is_empty()).then(|| self.made(raw))
    }

    fn made(&mut self, raw: Bytes) -> Event {
        let first = std::mem::replace(&mut self.first, false);
        let lines_at = if first && raw.starts_with(BOM) { BOM.len() } else { 0 };
        Event { raw, lines_at }
    }

    /// Returns where in the chunk the present event ends. An LF behind the CR of a blank line belongs to that line,
    /// so the next byte must be seen. If the line before ended with a bare CR, the stream has no LFs to wait for.
    fn boundary(&mut self) -> Option<usize> {
        let mut at = 0;
        while let Some(&byte) = self.chunk.get(at) {
            self.state = match (self.state, byte) {
                (LineState::Start | LineState::BlankCr, b'\n') | (LineState::LineCr, b'\r') => {
                    self.state = LineState::Start;
                    return Some(at + 1);
                }
                (LineState::BlankCr, _) => {
                    self.state = LineState::Start;
                    return Some(at);
                }
                (LineState::Start, b'\r') => LineState::BlankCr,
                (LineState::Line | LineState::LineCr, b'\n') => LineState::Start,
                (LineState::Line, b'\r') => LineState::LineCr,
                (LineState::Line, _) => {
                    at += memchr2(b'\n', b'\r', self.chunk.get(at..)?)?;
                    continue;
                }
                (LineState::Start | LineState::LineCr, _) => LineState::Line,
            };
            at += 1;
        }
        None
    }
}

/// Writes an event whose data is a JSON text, given in parts. A line break in JSON is always white space between
/// tokens, so it becomes a space and the data stays one line, as simple clients expect.
pub fn data<'a>(out: &mut BytesMut, json: impl IntoIterator<Item = &'a [u8]>) {
    data_line(out, json);
    out.extend_from_slice(b"\n");
}

/// Returns a comment, which clients skip.
pub fn comment(text: &str) -> Bytes {
    Bytes::from(format!(": {}\n\n", text.replace(['\r', '\n'], " ")))
}

fn data_line<'a>(out: &mut BytesMut, json: impl IntoIterator<Item = &'a [u8]>) {
    out.extend_from_slice(b"data: ");
    for part in json {
        let mut rest = part;
        while let Some((text, behind)) = memchr2(b'\n', b'\r', rest).and_then(|at| rest.split_at_checked(at))
        {
            out.extend_from_slice(text);
            out.extend_from_slice(b" ");
            rest = behind.get(1..).unwrap_or_default();
        }
        out.extend_from_slice(rest);
    }
    out.extend_from_slice(b"\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decode(chunks: &[&[u8]]) -> (Vec<Event>, Option<Event>) {
        let mut decoder = Decoder::new(EVENT_LIMIT);
        let mut events = Vec::new();
        for chunk in chunks {
            decoder.push(Bytes::copy_from_slice(chunk));
            while let Some(event) = decoder.event().unwrap() {
                events.push(event);
            }
        }
        (events, decoder.finish())
    }

    fn data_of(stream: &[u8]) -> Vec<Option<Bytes>> {
        let (events, rest) = decode(&[stream]);
        events.into_iter().chain(rest).map(|event| event.data()).collect()
    }

    #[test]
    fn line_ends_may_be_lf_crlf_or_cr() {
        for end in ["\n", "\r\n", "\r"] {
            let stream = "data: a|data: b||data:c||".replace('|', end);
            let expected = [Some(Bytes::from("a\nb")), Some(Bytes::from("c"))];
            assert_eq!(data_of(stream.as_bytes()), expected, "{end:?}");
        }
    }

    #[test]
    fn an_event_in_one_chunk_is_a_slice_of_it() {
        let chunk = Bytes::from_static(b"data: {\"a\":1}\n\ndata: [DONE]\n\n");
        let mut decoder = Decoder::new(EVENT_LIMIT);
        decoder.push(chunk.clone());
        let event = decoder.event().unwrap().unwrap();
        assert_eq!(event.raw().as_ptr(), chunk.as_ptr());
        assert_eq!(event.data().unwrap(), "{\"a\":1}");
        assert_eq!(event.data().unwrap().as_ptr(), chunk[6..].as_ptr());
        assert_eq!(decoder.event().unwrap().unwrap().raw(), DONE);
        assert_eq!(decoder.event().unwrap(), None);
        assert_eq!(decoder.pending(), 0);
    }

    #[test]
    fn comments_and_other_fields_have_no_data_and_are_kept() {
        let (events, rest) = decode(&[b": ping\n\nevent: x\nid: 7\ndata: {\"a\":1}\ndata\n\ndatax: 1\n\n"]);
        assert_eq!(events[0].data(), None);
        assert_eq!(events[1].data().unwrap(), "{\"a\":1}\n");
        assert_eq!(events[1].with_data(b"{}"), "event: x\nid: 7\ndata: {}\n\n");
        assert_eq!(events[2].data(), None);
        assert_eq!(rest, None);
    }

    #[test]
    fn a_byte_order_mark_is_skipped_at_the_start_only() {
        assert_eq!(
            data_of(b"\xEF\xBB\xBFdata: a\n\n\xEF\xBB\xBFdata: b\n\n"),
            [Some(Bytes::from("a")), None]
        );
    }

    #[test]
    fn an_event_without_its_blank_line_is_returned_at_the_end() {
        let (events, rest) = decode(&[b"data: a\n\nda", b"ta: b\n"]);
        assert_eq!(events.len(), 1);
        assert_eq!(rest.unwrap().raw(), "data: b\n".as_bytes());
    }

    #[test]
    fn a_bare_cr_stream_does_not_wait_for_the_next_event() {
        assert_eq!(decode(&[b"data: a\r\r"]).0.len(), 1);
        assert_eq!(decode(&[b"data: a\r\n\r", b"\ndata: b"]).0[0].raw(), "data: a\r\n\r\n".as_bytes());
    }

    #[test]
    fn a_blank_line_may_end_with_cr_alone() {
        let (events, rest) = decode(&[b"data: a\r\n\r", b"data: b\n\n"]);
        assert_eq!(events[0].raw(), "data: a\r\n\r".as_bytes());
        assert_eq!((events[1].raw(), rest), (&Bytes::from("data: b\n\n"), None));
    }

    #[test]
    fn an_event_above_the_limit_is_an_error_wherever_it_is_split() {
        let stream = b"data: 0123456789\n\n";
        for cut in 0..stream.len() {
            let mut decoder = Decoder::new(stream.len() - 1);
            decoder.push(Bytes::copy_from_slice(&stream[..cut]));
            let first = decoder.event();
            decoder.push(Bytes::copy_from_slice(&stream[cut..]));
            assert_eq!(first.and_then(|_| decoder.event()), Err(TooLarge { limit: stream.len() - 1 }));
        }
    }

    #[test]
    fn written_events_are_one_line_and_are_read_back() {
        let mut out = BytesMut::new();
        data(&mut out, [&b"{\r\n \"a\""[..], b":\n1}"]);
        out.extend_from_slice(&comment("still\nhere"));
        assert_eq!(out, "data: {   \"a\": 1}\n\n: still here\n\n");
        assert_eq!(data_of(&out), [Some(Bytes::from("{   \"a\": 1}")), None]);
    }

    proptest! {
        #[test]
        fn the_events_do_not_depend_on_the_chunks(
            parts in prop::collection::vec(
                prop_oneof![
                    Just("\n"), Just("\r"), Just("\r\n"), Just("\n\n"), Just("data: "), Just("data:{}"), Just("é€😀"),
                    Just(": x"), Just("event: y"), Just("\u{FEFF}"), Just("data"),
                ],
                0..24,
            ),
            cuts in prop::collection::vec(0usize..120, 0..8),
        ) {
            let stream = parts.concat().into_bytes();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(stream.len())).collect();
            cuts.extend([0, stream.len()]);
            cuts.sort_unstable();
            let chunks: Vec<&[u8]> = cuts.windows(2).map(|pair| &stream[pair[0]..pair[1]]).collect();
            let (events, rest) = decode(&chunks);
            let joined: Vec<u8> = events.iter().chain(&rest).flat_map(|event| event.raw().to_vec()).collect();
            prop_assert_eq!(&joined, &stream);
            prop_assert_eq!((events, rest), decode(&[&stream]));
        }

        #[test]
        fn any_bytes_are_accepted(stream in prop::collection::vec(any::<u8>(), 0..200), size in 1usize..50) {
            let chunks: Vec<&[u8]> = stream.chunks(size).collect();
            let (events, rest) = decode(&chunks);
            let joined: Vec<u8> = events.iter().chain(&rest).flat_map(|event| event.raw().to_vec()).collect();
            prop_assert_eq!(joined, stream);
            for event in events.iter().chain(&rest) {
                let _ = (event.data(), event.with_data(b"{}"));
            }
        }
    }
}
