//! What the two operations call the same things, so that a rule about one of them is written once.

use crate::call::Operation;

/// The words of one operation.
#[derive(Debug)]
pub struct Words {
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

const CHAT: Words = Words {
    messages: "messages",
    cap: "max_completion_tokens",
    effort: "reasoning_effort",
    format: "response_format",
    text: "text",
};

const RESPONSES: Words = Words {
    messages: "input",
    cap: "max_output_tokens",
    effort: "reasoning.effort",
    format: "text.format",
    text: "input_text",
};

/// The words of an operation.
pub fn words(operation: Operation) -> &'static Words {
    match operation {
        Operation::Chat => &CHAT,
        Operation::Responses => &RESPONSES,
    }
}
