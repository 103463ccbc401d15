//! Judges the first events of a stream: whether they say something, or report an error.

use bytes::Bytes;

use super::{
    collect, key,
    responses::{EVENT_DEPTH, LAST_EVENTS, LastEvent},
};
use crate::{
    call::{Dialect, ReplyPlan, Shape},
    json::{Document, Kind, View},
    sse::Event,
};

/// What an event says.
#[derive(Debug)]
pub(super) enum Verdict {
    /// Nothing yet: a comment, Azure's verdict on the prompt, or an event of which the client sees nothing.
    Nothing,
    /// A part of an answer.
    Answer,
    /// An error: the body of an error answer.
    Error(Bytes),
}

/// The events before anything was said.
#[derive(Debug)]
pub(super) struct FirstEvents {
    dialect: Dialect,
    /// Whether the answer goes to a client of the other dialect.
    bridged: bool,
    /// Whether the client does not get Azure's verdict on the prompt in a chunk of its own.
    holds: bool,
    /// Whether there was an event with data.
    seen: bool,
    /// The error of a response that failed without a reason. An `error` event may follow that names it.
    unexplained: Option<Bytes>,
}

/// The events with which a response begins, and which mean nothing in a chat completion.
const BEGINNINGS: [&str; 3] = ["response.created", "response.queued", "response.in_progress"];

impl FirstEvents {
    pub(super) fn new(reply: &ReplyPlan) -> FirstEvents {
        let bridged = reply.shape != Shape::Same;
        let holds = bridged || reply.normalize;
        FirstEvents { dialect: reply.dialect, bridged, holds, seen: false, unexplained: None }
    }

    /// Returns whether there was an event with data.
    pub(super) fn has_events(&self) -> bool {
        self.seen
    }

    /// Returns the error of a response that failed, if no event explained it.
    pub(super) fn unexplained(&mut self) -> Option<Bytes> {
        self.unexplained.take()
    }

    /// Judges the next event.
    pub(super) fn event(&mut self, event: &Event) -> Verdict {
        let Some(data) = event.data() else { return Verdict::Nothing };
        if matches!(data.trim_ascii(), b"" | b"[DONE]") {
            // An answer may be empty, but a stream without a chunk is none.
            let ended = !data.trim_ascii().is_empty() && self.seen;
            let unsaid = if ended { Verdict::Answer } else { Verdict::Nothing };
            return self.unexplained().map_or(unsaid, Verdict::Error);
        }
        self.seen = true;
        match self.dialect {
            Dialect::Chat => chat(&data, self.holds),
            Dialect::Responses => self.response(&data),
        }
    }

    fn response(&mut self, data: &Bytes) -> Verdict {
        let is_last = key::TYPE.may_be(data, &LAST_EVENTS) || key::ERROR.opens(data, b'{');
        if !is_last && !self.bridged && self.unexplained.is_none() {
            return Verdict::Answer;
        }
        let Ok(event) = Document::parse(data.clone(), EVENT_DEPTH) else { return Verdict::Answer };
        let root = event.root();
        match LastEvent::of(root) {
            Some(LastEvent::Response(_)) => Verdict::Answer,
            Some(LastEvent::Failed(_) | LastEvent::Error(_)) => match collect::reported(&event) {
                Ok(error) => Verdict::Error(error),
                Err(unnamed) => {
                    self.unexplained = Some(unnamed);
                    Verdict::Nothing
                }
            },
            // Chat's form of an error, which gateways in front of Azure send.
            None if root.get("type").is_none() && stated(root).is_some() => Verdict::Error(data.clone()),
            None => {
                let kind = root.get("type").and_then(View::text).unwrap_or_default();
                let is_quiet = self.bridged && BEGINNINGS.contains(&&*kind);
                let unsaid = if is_quiet { Verdict::Nothing } else { Verdict::Answer };
                self.unexplained().filter(|_| !is_quiet).map_or(unsaid, Verdict::Error)
            }
        }
    }
}

/// Judges a chunk. Azure opens a stream with a chunk that has only its verdict on the prompt.
fn chat(data: &Bytes, holds: bool) -> Verdict {
    let says_more =
        key::DELTA.opens(data, b'{') && !key::ERROR.values(data).any(|value| !value.starts_with(b"null"));
    let chunk = if says_more { None } else { Document::parse(data.clone(), 2).ok() };
    let Some(chunk) = chunk.filter(|chunk| chunk.root().kind() == Kind::Object) else {
        return Verdict::Answer;
    };
    let root = chunk.root();
    let choices = root.get("choices").filter(|choices| choices.kind() == Kind::Array);
    if choices.is_some_and(|choices| choices.items().next().is_some()) {
        return Verdict::Answer;
    }
    if stated(root).is_some() {
        return Verdict::Error(data.clone());
    }
    let is_counted = root.get("usage").is_some_and(|usage| usage.kind() == Kind::Object);
    if holds && choices.is_some() && !is_counted { Verdict::Nothing } else { Verdict::Answer }
}

/// Returns the error that a body or an event states: an object, or only a text.
pub(super) fn stated(root: View<'_>) -> Option<View<'_>> {
    root.get("error").filter(|error| matches!(error.kind(), Kind::Object | Kind::String))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{call::OverResponses, sse::Decoder};

    fn judged(reply: &ReplyPlan, data: &[&str]) -> Vec<String> {
        let mut first = FirstEvents::new(reply);
        let mut decoder = Decoder::new(1 << 20);
        decoder.push(data.iter().flat_map(|data| ["data: ", data, "\n\n"]).collect::<String>().into());
        let mut verdicts = Vec::new();
        while let Some(event) = decoder.event().unwrap() {
            verdicts.push(match first.event(&event) {
                Verdict::Nothing => "nothing".to_owned(),
                Verdict::Answer => "answer".to_owned(),
                Verdict::Error(body) => String::from_utf8(body.to_vec()).unwrap(),
            });
        }
        verdicts
    }

    fn of(dialect: Dialect, data: &[&str]) -> Vec<String> {
        judged(&ReplyPlan { dialect, ..ReplyPlan::default() }, data)
    }

    #[test]
    fn a_chunk_says_something_or_reports_an_error() {
        let error = r#"{"error":{"code":"429","message":"x"}}"#;
        let prompt = r#"{"choices":[],"id":"","prompt_filter_results":[]}"#;
        assert_eq!(of(Dialect::Chat, &[prompt, error]), ["answer", error]);
        let normalized = ReplyPlan { normalize: true, ..ReplyPlan::default() };
        assert_eq!(judged(&normalized, &[prompt, error]), ["nothing", error]);
        assert_eq!(judged(&normalized, &[prompt, "[DONE]"]), ["nothing", "answer"]);
        assert_eq!(
            of(Dialect::Chat, &["", "[DONE]", r#"{"error":"no"}"#]),
            ["nothing", "nothing", r#"{"error":"no"}"#]
        );
        for answer in [
            r#"{"choices":[{"index":0,"delta":{"content":"\"error\":{"}}]}"#,
            r#"{"choices":[{"index":0,"delta":{}}],"error":{"code":"x"}}"#,
            r#"{"choices":[{"index":0}],"error":null}"#,
            r#"{"choices":[],"usage":{"prompt_tokens":1}}"#,
            "no JSON",
            "[1]",
        ] {
            assert_eq!(of(Dialect::Chat, &[answer]), ["answer"], "{answer}");
        }
    }

    #[test]
    fn a_response_that_begins_is_an_answer_except_across_the_bridge() {
        let created = r#"{"type":"response.created","response":{"error":null}}"#;
        let error = r#"{"type":"error","code":"x","message":"no","param":null}"#;
        assert_eq!(of(Dialect::Responses, &[created]), ["answer"]);
        let over = OverResponses { resource: "main".into(), stop: Vec::new() };
        let bridged = ReplyPlan {
            dialect: Dialect::Responses,
            shape: Shape::OverResponses(std::sync::Arc::new(over)),
            ..ReplyPlan::default()
        };
        let verdicts = judged(&bridged, &[created, error]);
        assert_eq!(verdicts[0], "nothing");
        assert!(verdicts[1].contains(r#""error":{"message":"no""#), "{verdicts:?}");
        let delta = r#"{"type":"response.output_text.delta","delta":"x"}"#;
        assert_eq!(judged(&bridged, &[created, delta]), ["nothing", "answer"]);
    }

    #[test]
    fn the_reason_of_a_failed_response_may_follow_it() {
        let failed = r#"{"type":"response.failed","response":{"status":"failed","error":null}}"#;
        let error = r#"{"type":"error","error":{"code":"429","message":"slow"}}"#;
        assert_eq!(of(Dialect::Responses, &[failed, error]), ["nothing", error]);
        let alone = of(Dialect::Responses, &[failed, "[DONE]"]);
        assert!(alone[1].contains("does not say why"), "{alone:?}");
    }
}
