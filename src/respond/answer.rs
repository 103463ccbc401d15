//! What a JSON chat answer says of itself.

use crate::{
    call::Usage,
    json::{Document, Kind, View, text},
};

/// How deep a chat answer must be parsed for everything in `respond`: down to the members of a message. What lies
/// deeper (tool calls) is opened one by one, so that long `logprobs` cost nothing.
pub const DEPTH: u32 = 4;

/// What was read of one chat answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Its token counts.
    pub usage: Option<Usage>,
    /// The model version that answered; on Azure never the deployment's name.
    pub model: Option<String>,
    /// The last choice's finish reason.
    pub finish_reason: Option<String>,
    /// Whether some choice has text, a refusal or a tool call.
    pub says_something: bool,
}

impl Answer {
    /// Reads an answer parsed to [`DEPTH`]; what it is not simply stays empty.
    pub fn read(answer: &Document) -> Answer {
        let root = answer.root();
        let choices = || root.get("choices").into_iter().flat_map(View::items);
        let string = |view: View<'_>| view.text().map(std::borrow::Cow::into_owned);
        Answer {
            usage: root.get("usage").filter(|usage| usage.kind() == Kind::Object).map(Usage::read),
            model: root.get("model").and_then(string),
            finish_reason: choices().filter_map(|choice| choice.get("finish_reason").and_then(string)).last(),
            says_something: choices().filter_map(|choice| choice.get("message")).any(says_something),
        }
    }

    /// Whether the model spent all its tokens on reasoning and had none left for an answer: an empty text,
    /// `finish_reason: length`, every token billed (async-openai#424, langchain#32477).
    pub fn reasoning_exhausted(&self) -> bool {
        !self.says_something
            && self.finish_reason.as_deref() == Some("length")
            && self.usage.is_some_and(|usage| usage.all_reasoning())
    }
}

fn says_something(message: View<'_>) -> bool {
    message.members().any(|(key, value)| match (&*key, value.kind()) {
        ("content" | "refusal", Kind::String) => !text::inner(value.raw()).is_empty(),
        ("content" | "tool_calls", Kind::Array) => {
            value.raw().iter().any(|byte| !b"[] \t\r\n".contains(byte))
        }
        ("function_call" | "audio", Kind::Object) => true,
        _ => false,
    })
}

/// Opens a value that lies deeper than its document was parsed.
pub(super) fn opened(document: &Document, value: View<'_>, depth: u32) -> Option<Document> {
    // The value was validated with its document, so this fails only for what has too many values.
    Document::parse(document.source().slice(value.span().range()), depth).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn read(json: &str) -> Answer {
        Answer::read(&Document::parse(Bytes::copy_from_slice(json.as_bytes()), DEPTH).unwrap())
    }

    fn exhausted(message: &str, reasoning: u32) -> Answer {
        read(&format!(
            r#"{{"model":"o1-2024-12-17","choices":[{{"index":0,"finish_reason":"length","message":{message}}}],
            "usage":{{"prompt_tokens":15,"completion_tokens":256,"total_tokens":271,
            "completion_tokens_details":{{"reasoning_tokens":{reasoning}}}}}}}"#
        ))
    }

    #[test]
    fn an_answer_that_is_all_reasoning_is_told() {
        let answer = exhausted(r#"{"role":"assistant","content":"","refusal":null}"#, 256);
        assert!(answer.reasoning_exhausted());
        assert_eq!(answer.model.as_deref(), Some("o1-2024-12-17"));
        assert_eq!(answer.usage.unwrap().reasoning, 256);
    }

    #[test]
    fn an_answer_that_says_something_is_not_exhausted() {
        assert!(!exhausted(r#"{"content":"H"}"#, 256).reasoning_exhausted());
        assert!(!exhausted(r#"{"content":null,"tool_calls":[{}]}"#, 256).reasoning_exhausted());
        assert!(!exhausted(r#"{"content":null,"refusal":"no"}"#, 256).reasoning_exhausted());
        assert!(!exhausted(r#"{"content":""}"#, 250).reasoning_exhausted());
    }

    #[test]
    fn what_is_no_answer_reads_as_nothing() {
        assert_eq!(read(r#"{"error":{"message":"x"}}"#), Answer::default());
        assert_eq!(read("[1]"), Answer::default());
        assert_eq!(read(r#"{"choices":[],"usage":null,"model":7}"#), Answer::default());
    }
}
