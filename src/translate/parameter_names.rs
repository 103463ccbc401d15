//! The names that the two dialects give the same parameters, so that one rule serves both dialects.

use crate::call::{Dialect, PerDialect};

/// The names in one dialect.
#[derive(Debug)]
pub struct ParameterNames {
    /// The list that holds the messages.
    pub messages: &'static str,
    /// The cap on the answer, reasoning included.
    pub cap: &'static str,
    /// How hard the model is to think.
    pub effort: &'static str,
    /// The form of the answer.
    pub format: &'static str,
    /// The type of a part that holds text.
    pub text: &'static str,
}

static NAMES: PerDialect<ParameterNames> = PerDialect { chat: CHAT, responses: RESPONSES };

const CHAT: ParameterNames = ParameterNames {
    messages: "messages",
    cap: "max_completion_tokens",
    effort: "reasoning_effort",
    format: "response_format",
    text: "text",
};

const RESPONSES: ParameterNames = ParameterNames {
    messages: "input",
    cap: "max_output_tokens",
    effort: "reasoning.effort",
    format: "text.format",
    text: "input_text",
};

/// Parameters of chat completions that the Responses API does not have (OpenAI's OpenAPI document of 2026-08-21, and
/// Azure's own).
const CHAT_WORDS: &[&str] = &[
    "audio",
    "data_sources",
    "frequency_penalty",
    "function_call",
    "functions",
    "logit_bias",
    "logprobs",
    "max_completion_tokens",
    "max_tokens",
    "messages",
    "modalities",
    "n",
    "prediction",
    "presence_penalty",
    "reasoning_effort",
    "response_format",
    "seed",
    "stop",
    "user_security_context",
    "verbosity",
    "web_search_options",
];

/// Parameters of the Responses API that chat completions do not have (the same documents).
const RESPONSES_WORDS: &[&str] = &[
    "background",
    "context_management",
    "conversation",
    "include",
    "input",
    "instructions",
    "max_output_tokens",
    "max_tool_calls",
    "previous_response_id",
    "prompt",
    "reasoning",
    "text",
    "truncation",
];

/// Returns whether a parameter, or the one that it is a part of, is a word of the other dialect. Azure does not know
/// it, but the caller means something by it. So the rules carry it or refuse it, and it is never learned away.
pub(super) fn is_other_word(dialect: Dialect, param: &str) -> bool {
    let top = param.split(['.', '[']).next().unwrap_or_default();
    other_words(dialect).contains(&top)
}

/// Returns the words of the other dialect.
pub(super) fn other_words(dialect: Dialect) -> &'static [&'static str] {
    match dialect {
        Dialect::Chat => RESPONSES_WORDS,
        Dialect::Responses => CHAT_WORDS,
    }
}

/// Returns the name of a parameter in the other dialect. The lists of messages do not match item by item, so a place in
/// one becomes the name of the other list.
pub(super) fn renamed_param(param: &str, from: Dialect, to: Dialect) -> String {
    if from == to {
        return param.to_owned();
    }
    let (from, to) = (parameter_names(from), parameter_names(to));
    if let Some(rest) = param.strip_prefix(from.messages)
        && (rest.is_empty() || rest.starts_with('['))
    {
        return to.messages.to_owned();
    }
    let pairs = [(from.cap, to.cap), (from.effort, to.effort), (from.format, to.format)];
    let known = pairs.into_iter().find_map(|(from, to)| {
        let rest = param.strip_prefix(from)?;
        (rest.is_empty() || rest.starts_with('.')).then(|| format!("{to}{rest}"))
    });
    known.unwrap_or_else(|| param.to_owned())
}

/// Returns the names in a dialect.
pub fn parameter_names(dialect: Dialect) -> &'static ParameterNames {
    NAMES.of(dialect)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_named_in_the_dialect_of_its_caller() {
        use Dialect::{Chat, Responses};
        for (chat, responses) in [
            ("response_format", "text.format"),
            ("response_format.json_schema", "text.format.json_schema"),
            ("reasoning_effort", "reasoning.effort"),
            ("max_completion_tokens", "max_output_tokens"),
            ("messages", "input"),
            ("response_formats", "response_formats"),
            ("tools[0]", "tools[0]"),
        ] {
            assert_eq!(renamed_param(chat, Chat, Responses), responses);
            assert_eq!(renamed_param(responses, Responses, Chat), chat);
        }
        assert_eq!(renamed_param("messages[1].content[0]", Chat, Responses), "input");
        assert_eq!(renamed_param("input[1].content[0]", Responses, Chat), "messages");
        assert_eq!(renamed_param("messages[1]", Chat, Chat), "messages[1]");
        assert_eq!(renamed_param("inputs", Responses, Chat), "inputs");
    }
}
