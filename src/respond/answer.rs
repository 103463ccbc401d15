//! Reads the summary of a whole answer, in either dialect.

use super::{responses, usage::usage};
use crate::{
    call::{AnswerSummary, Dialect},
    json::{Document, Kind, View, text},
};

/// How deep an answer must be parsed for everything in `respond`: down to the members of a chat's message. Deeper
/// values, such as tool calls, are parsed one by one, so that long `logprobs` cost nothing.
pub const DEPTH: u32 = 4;

/// The reading of one whole answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnswerReading {
    /// Tokens, model, finish reason and error.
    pub summary: AnswerSummary,
    /// Whether the answer has text, a refusal or a tool call.
    pub has_output: bool,
}

impl AnswerReading {
    /// Reads an answer parsed to [`DEPTH`]. Members that the answer lacks stay empty.
    pub fn read(dialect: Dialect, answer: &Document) -> AnswerReading {
        let root = answer.root();
        match dialect {
            Dialect::Chat => chat(root),
            Dialect::Responses => {
                let has_output = responses::has_output(root);
                AnswerReading { summary: responses::summary(root), has_output }
            }
        }
    }

    /// Returns whether the model spent all its tokens on reasoning and had none left for an answer: the text is empty,
    /// the `finish_reason` is `length`, and every token is billed (async-openai#424, langchain#32477).
    pub fn reasoning_exhausted(&self) -> bool {
        !self.has_output && self.summary.reasoning_exhausted()
    }
}

fn chat(root: View<'_>) -> AnswerReading {
    let choices = || root.get("choices").into_iter().flat_map(View::items);
    let string = |view: View<'_>| view.text().map(std::borrow::Cow::into_owned);
    let summary = AnswerSummary {
        usage: usage(Dialect::Chat, root),
        model: root.get("model").and_then(string),
        finish_reason: choices().filter_map(|choice| choice.get("finish_reason").and_then(string)).last(),
        error: None,
        reasoning: Vec::new(),
    };
    AnswerReading {
        summary,
        has_output: choices().filter_map(|choice| choice.get("message")).any(has_output),
    }
}

fn has_output(message: View<'_>) -> bool {
    message.members().any(|(key, value)| match (&*key, value.kind()) {
        ("content" | "refusal", Kind::String) => !text::inner(value.raw()).is_empty(),
        ("content" | "tool_calls", Kind::Array) => {
            value.raw().iter().any(|byte| !b"[] \t\r\n".contains(byte))
        }
        ("function_call" | "audio", Kind::Object) => true,
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Usage;
    use bytes::Bytes;

    fn read(dialect: Dialect, json: &str) -> AnswerReading {
        AnswerReading::read(
            dialect,
            &Document::parse(Bytes::copy_from_slice(json.as_bytes()), DEPTH).unwrap(),
        )
    }

    fn exhausted(message: &str, reasoning: u32) -> AnswerReading {
        let json = format!(
            r#"{{"model":"o1-2024-12-17","choices":[{{"index":0,"finish_reason":"length","message":{message}}}],
            "usage":{{"prompt_tokens":15,"completion_tokens":256,"total_tokens":271,
            "completion_tokens_details":{{"reasoning_tokens":{reasoning}}}}}}}"#
        );
        read(Dialect::Chat, &json)
    }

    /// Reads a response with this status and these items.
    fn response(ended: &str, output: &str) -> AnswerReading {
        let json = format!(
            r#"{{"id":"resp_1","object":"response",{ended},"model":"gpt-5.1","output":[{output}],
            "usage":{{"input_tokens":45,"input_tokens_details":{{"cached_tokens":40,"cache_write_tokens":0}},
            "output_tokens":24,"output_tokens_details":{{"reasoning_tokens":24}},"total_tokens":69}}}}"#
        );
        read(Dialect::Responses, &json)
    }

    const CUT: &str =
        r#""status":"incomplete","error":null,"incomplete_details":{"reason":"max_output_tokens"}"#;
    const REASONING: &str =
        r#"{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"Hm"}]}"#;

    fn message(part: &str) -> String {
        format!(r#"{REASONING},{{"type":"message","role":"assistant","content":[{part}]}}"#)
    }

    #[test]
    fn an_answer_that_is_all_reasoning_is_exhausted() {
        let answer = exhausted(r#"{"role":"assistant","content":"","refusal":null}"#, 256);
        assert!(answer.reasoning_exhausted());
        assert_eq!(answer.summary.model.as_deref(), Some("o1-2024-12-17"));
        assert_eq!(answer.summary.usage.unwrap().reasoning, 256);
    }

    #[test]
    fn an_answer_with_content_is_not_exhausted() {
        assert!(!exhausted(r#"{"content":"H"}"#, 256).reasoning_exhausted());
        assert!(!exhausted(r#"{"content":null,"tool_calls":[{}]}"#, 256).reasoning_exhausted());
        assert!(!exhausted(r#"{"content":null,"refusal":"no"}"#, 256).reasoning_exhausted());
        assert!(!exhausted(r#"{"content":""}"#, 250).reasoning_exhausted());
    }

    #[test]
    fn tokens_and_model_of_a_response_are_read() {
        let summary = response(CUT, REASONING).summary;
        assert_eq!(summary.usage, Some(Usage { prompt: 45, cached: 40, completion: 24, reasoning: 24 }));
        assert_eq!((summary.model.as_deref(), summary.error), (Some("gpt-5.1"), None));
    }

    #[test]
    fn a_response_that_is_all_reasoning_is_exhausted() {
        assert!(response(CUT, REASONING).reasoning_exhausted());
        assert!(response(CUT, "").reasoning_exhausted());
        let empty = message(r#"{"type":"output_text","annotations":[],"text":""}"#);
        assert!(response(CUT, &empty).reasoning_exhausted());
        for part in [
            r#"{"type":"output_text","text":"H"}"#,
            r#"{"type":"refusal","refusal":"no"}"#,
            r#"{"type":"output_audio"}"#,
        ] {
            assert!(!response(CUT, &message(part)).reasoning_exhausted(), "{part}");
        }
        assert!(!response(CUT, r#"{"type":"function_call"}"#).reasoning_exhausted());
        assert!(!response(r#""status":"completed""#, REASONING).reasoning_exhausted());
    }

    #[test]
    fn a_responses_finish_reason_is_named_as_chat_names_it() {
        let call = r#"{"type":"function_call","name":"f"}"#;
        let filtered = r#""status":"incomplete","incomplete_details":{"reason":"content_filter"}"#;
        for (ended, output, reason) in [
            (r#""status":"completed""#, "", Some("stop")),
            (r#""status":"completed""#, r#"{"type":"web_search_call"}"#, Some("stop")),
            (r#""status":"completed""#, call, Some("tool_calls")),
            (r#""status":"completed""#, r#"{"type":"custom_tool_call"}"#, Some("tool_calls")),
            (CUT, call, Some("length")),
            (filtered, "", Some("content_filter")),
            (r#""status":"incomplete","incomplete_details":null"#, "", None),
            (r#""status":"in_progress""#, "", None),
        ] {
            assert_eq!(response(ended, output).summary.finish_reason.as_deref(), reason, "{ended}");
        }
    }

    #[test]
    fn the_error_of_a_failed_response_is_read() {
        for (ended, error) in [
            (r#""status":"failed","error":{"code":"server_error","message":"no"}"#, "server_error"),
            (r#""status":"failed","error":null"#, "failed"),
            (r#""status":"cancelled""#, "cancelled"),
        ] {
            let summary = response(ended, "").summary;
            assert_eq!((summary.error.as_deref(), summary.finish_reason), (Some(error), None));
        }
    }

    #[test]
    fn a_document_that_is_not_an_answer_reads_as_empty() {
        assert_eq!(read(Dialect::Chat, r#"{"error":{"message":"x"}}"#), AnswerReading::default());
        for dialect in Dialect::ALL {
            assert_eq!(read(dialect, "[1]"), AnswerReading::default());
            assert_eq!(
                read(dialect, r#"{"choices":[],"output":[],"usage":null,"model":7}"#),
                AnswerReading::default()
            );
        }
    }
}
