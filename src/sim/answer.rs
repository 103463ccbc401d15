//! An answer before it is written as a body or as a stream, and how a choice is cut to its tokens.

use super::usage::{self, TokenUsage};

/// A whole answer.
#[derive(Debug)]
pub(super) struct GeneratedAnswer {
    pub(super) id: String,
    pub(super) created: u64,
    /// The model's name in the answer.
    pub(super) model: String,
    pub(super) choices: Vec<AnswerChoice>,
    pub(super) usage: TokenUsage,
}

/// One choice of an answer.
#[derive(Debug, Clone)]
pub(super) struct AnswerChoice {
    pub(super) message: AnswerMessage,
    pub(super) finish: &'static str,
}

/// The message of a choice.
#[derive(Debug, Clone)]
pub(super) enum AnswerMessage {
    Text(String),
    Refusal(String),
    ToolCalls(Vec<ToolCall>),
    /// A call in the legacy form.
    FunctionCall(ToolCall),
}

/// A call to a tool.
#[derive(Debug, Clone)]
pub(super) struct ToolCall {
    pub(super) id: String,
    /// Whether the tool is a custom tool, which takes text instead of arguments.
    pub(super) custom: bool,
    pub(super) name: String,
    /// The namespace of the tool.
    pub(super) namespace: Option<String>,
    pub(super) input: String,
}

impl AnswerChoice {
    pub(super) fn stop(message: AnswerMessage) -> Self {
        Self { message, finish: "stop" }
    }

    /// Returns the choice of a model that spent all tokens on reasoning: an empty text and no error.
    pub(super) fn out_of_tokens() -> Self {
        Self { message: AnswerMessage::Text(String::new()), finish: "length" }
    }

    /// Copies the choice for another index. The copy differs in its text or in its call ids.
    pub(super) fn copy_for(&self, index: u64) -> Self {
        let mut copy = self.clone();
        match &mut copy.message {
            AnswerMessage::Text(text) if index > 0 && !text.is_empty() && !text.starts_with('{') => {
                text.extend([" (choice ", &index.to_string(), ")"]);
            }
            AnswerMessage::ToolCalls(calls) if index > 0 => {
                for call in calls {
                    call.id.push_str(&index.to_string());
                }
            }
            AnswerMessage::Text(_)
            | AnswerMessage::Refusal(_)
            | AnswerMessage::ToolCalls(_)
            | AnswerMessage::FunctionCall(_) => {}
        }
        copy
    }

    /// Ends a text before the first stop sequence.
    pub(super) fn until_stop(mut self, stops: &[&str]) -> Self {
        if let AnswerMessage::Text(text) = &mut self.message
            && let Some(end) = stops.iter().filter_map(|stop| text.find(stop)).min()
        {
            text.truncate(end);
        }
        self
    }

    /// Cuts the choice to this many tokens.
    pub(super) fn cut_to(mut self, most: u64) -> Self {
        if self.message.tokens() <= most {
            return self;
        }
        self.finish = "length";
        match &mut self.message {
            AnswerMessage::Text(text) | AnswerMessage::Refusal(text) => shorten(text, most),
            AnswerMessage::FunctionCall(call) => shorten(&mut call.input, most),
            AnswerMessage::ToolCalls(calls) => {
                let mut left = most;
                for call in calls {
                    shorten(&mut call.input, left);
                    left -= usage::tokens(&call.input);
                }
            }
        }
        self
    }
}

fn shorten(text: &mut String, most: u64) {
    let end = usage::first_tokens(text, most).len();
    text.truncate(end);
}

impl AnswerMessage {
    /// Counts the tokens of the message.
    pub(super) fn tokens(&self) -> u64 {
        match self {
            Self::Text(text) | Self::Refusal(text) => usage::tokens(text),
            Self::FunctionCall(call) => usage::tokens(&call.input),
            Self::ToolCalls(calls) => calls.iter().map(|call| usage::tokens(&call.input)).sum(),
        }
    }
}
