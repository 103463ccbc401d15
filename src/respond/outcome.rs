//! What a stream told of itself, read on the side while it passes.

use bytes::Bytes;

use super::{envelope::error_code, key};
use crate::{
    call::Usage,
    json::{Document, Kind, View},
};

/// How a stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// With `[DONE]`.
    Done,
    /// In order, but without `[DONE]`.
    Eof,
    /// Upstream broke off, and the client was told; or upstream told of an error itself.
    UpstreamFailed,
    /// The client left before the end.
    ClientGone,
}

impl End {
    /// The end's name in logs and metrics.
    pub fn name(self) -> &'static str {
        match self {
            End::Done => "done",
            End::Eof => "eof",
            End::UpstreamFailed => "upstream_failed",
            End::ClientGone => "client_gone",
        }
    }
}

/// What is known of a stream at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamOutcome {
    /// Its token counts, if they came.
    pub usage: Option<Usage>,
    /// The model version that answered.
    pub model: Option<String>,
    /// The last finish reason.
    pub finish_reason: Option<String>,
    /// How it ended.
    pub end: End,
    /// The code of the error that the client read in it.
    pub error: Option<String>,
    /// Why upstream failed, for the log.
    pub cause: Option<String>,
    /// Bytes handed to the client.
    pub bytes: u64,
}

impl StreamOutcome {
    /// Whether the model spent all its tokens on reasoning and had none left for an answer.
    pub fn reasoning_exhausted(&self) -> bool {
        self.finish_reason.as_deref() == Some("length")
            && self.usage.is_some_and(|usage| usage.all_reasoning())
    }
}

/// Reads the events of a stream. Of most it only sees that they hold nothing of interest.
#[derive(Debug, Default)]
pub(super) struct Watch {
    pub(super) usage: Option<Usage>,
    pub(super) model: Option<String>,
    pub(super) finish_reason: Option<String>,
    /// The code of an error that upstream told of within the stream.
    pub(super) error: Option<String>,
    pub(super) done: bool,
}

impl Watch {
    pub(super) fn event(&mut self, data: &Bytes) {
        if data.trim_ascii() == b"[DONE]" {
            self.done = true;
            return;
        }
        let interesting = key::USAGE.opens(data, b'{')
            || key::FINISH_REASON.opens(data, b'"')
            || key::ERROR.opens(data, b'{')
            || (self.model.is_none() && key::MODEL.opens(data, b'"'));
        if interesting && let Ok(chunk) = Document::parse(data.clone(), 3) {
            self.read(chunk.root());
        }
    }

    fn read(&mut self, chunk: View<'_>) {
        if let Some(usage) = chunk.get("usage").filter(|usage| usage.kind() == Kind::Object) {
            self.usage = Some(Usage::read(usage));
        }
        if self.model.is_none() {
            let model = chunk.get("model").and_then(View::text).filter(|model| !model.is_empty());
            self.model = model.map(std::borrow::Cow::into_owned);
        }
        if let Some(error) = chunk.get("error").filter(|error| error.kind() == Kind::Object) {
            self.error = Some(error_code(error).unwrap_or_else(|| "error".to_owned()));
        }
        let choices = chunk.get("choices").into_iter().flat_map(View::items);
        for reason in choices.filter_map(|choice| choice.get("finish_reason").and_then(View::text)) {
            self.finish_reason = Some(reason.into_owned());
        }
    }
}
