//! Writes the chunks. The beginning that all chunks share is made once.

use bytes::BytesMut;

use crate::{
    bridge::{
        over_responses::{filters::Filters, head::head},
        values::string,
    },
    json::{Document, View, write::next_member},
    sse,
};

/// Writes the chunks of one stream.
#[derive(Debug)]
pub(super) struct Writer {
    /// Whether the client asked for usage: then every chunk but the last has `"usage":null`, as OpenAI's have.
    usage: bool,
    /// The beginning of a chunk; empty before the first chunk.
    head: Vec<u8>,
    /// The beginning of a chunk up to the inside of its delta.
    delta: Vec<u8>,
}

impl Writer {
    pub(super) fn new(usage: bool) -> Writer {
        Writer { usage, head: Vec::new(), delta: Vec::new() }
    }

    /// Writes the first chunk, unless it is written. Members of the response that are not known yet stay empty.
    pub(super) fn begin(&mut self, response: Option<View<'_>>, out: &mut BytesMut) {
        if self.head.is_empty() {
            self.head = head(response, "chat.completion.chunk");
            self.delta = [&*self.head, br#","choices":[{"index":0,"delta":{"#].concat();
            self.delta([&br#""role":"assistant","content":"","refusal":null"#[..]], out);
        }
    }

    /// Writes a chunk with the members of a delta.
    pub(super) fn delta<'a>(&'a self, delta: impl IntoIterator<Item = &'a [u8]>, out: &mut BytesMut) {
        let end: &[u8] = if self.usage {
            br#"},"logprobs":null,"finish_reason":null}],"usage":null}"#
        } else {
            br#"},"logprobs":null,"finish_reason":null}]}"#
        };
        sse::data(out, std::iter::once(&*self.delta).chain(delta).chain([end]));
    }

    /// Writes a chunk with text, the inside of a JSON string, and with the log probabilities of its tokens, a list.
    pub(super) fn text(&self, inner: &[u8], logprobs: Option<&[u8]>, out: &mut BytesMut) {
        let Some(logprobs) = logprobs else {
            return self.delta([&br#""content":""#[..], inner, b"\""], out);
        };
        let list = [br#"{"content":"#, logprobs, br#","refusal":null}"#].concat();
        let end: [&[u8]; 4] = [br#""},"logprobs":"#, &list, br#","finish_reason":null}]"#, self.no_usage()];
        sse::data(out, [&*self.delta, br#""content":""#, inner].into_iter().chain(end).chain([&b"}"[..]]));
    }

    /// Writes the chunk with the finish reason, then one with the usage if it is known and wanted, and the end of the
    /// stream.
    pub(super) fn finish(
        &self,
        reason: &str,
        response: Option<&Document>,
        usage: Option<&[u8]>,
        out: &mut BytesMut,
    ) {
        let filters = response.map(Filters::read).unwrap_or_default();
        let mut tier = Vec::new();
        // Only the last event has the tier that served the call. Before, the response has the one that was asked for.
        if let Some(served) = response.and_then(|response| string(response.root(), "service_tier")) {
            next_member(&mut tier, "service_tier", served);
        }
        let reason = [br#"},"logprobs":null,"finish_reason":""#, reason.as_bytes(), b"\""].concat();
        let rest = [&*filters.choice, b"}]", self.no_usage(), &tier, &filters.top, b"}"];
        sse::data(out, [&*self.delta, &*reason].into_iter().chain(rest));
        if let Some(usage) = usage.filter(|_| self.usage) {
            sse::data(out, [&*self.head, br#","choices":[],"usage":"#, usage, &tier, b"}"]);
        }
        out.extend_from_slice(sse::DONE);
    }

    fn no_usage(&self) -> &'static [u8] {
        if self.usage { br#","usage":null"# } else { b"" }
    }
}
