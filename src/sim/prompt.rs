//! The end of a conversation, from which an answer is made: the last question, its images, and the tool results after
//! it.

use super::conversation::{ConversationTurn, Role};

/// The end of a conversation.
#[derive(Debug, Default)]
pub(super) struct Prompt {
    /// The text of the last user message, without the simulator's directives.
    pub(super) text: String,
    /// The directives of that message, one string each.
    pub(super) directives: Vec<String>,
    /// The number of images in that message.
    pub(super) images: usize,
    /// The last tool result after that message.
    pub(super) result: Option<String>,
    /// The number of tool results after that message.
    pub(super) results: usize,
}

impl Prompt {
    /// Reads the end of a conversation.
    pub(super) fn of(turns: &[ConversationTurn<'_>]) -> Self {
        let mut prompt = Self::default();
        for turn in turns.iter().rev() {
            match turn.role {
                Role::User => {
                    prompt.images = turn.images;
                    (prompt.text, prompt.directives) = directives(&turn.texts.join(" "));
                    return prompt;
                }
                Role::ToolResult => {
                    prompt.results += 1;
                    prompt.result.get_or_insert_with(|| turn.texts.join(" "));
                }
                Role::Operator | Role::Assistant | Role::ToolCall => {}
            }
        }
        prompt
    }
}

/// Splits a text into the text without `[[sim: …]]` and the directives.
fn directives(text: &str) -> (String, Vec<String>) {
    let mut rest = text;
    let mut kept = String::with_capacity(text.len());
    let mut found = Vec::new();
    while let Some((before, after)) = rest.split_once("[[sim:") {
        let Some((directive, tail)) = after.split_once("]]") else { break };
        kept.push_str(before);
        found.push(directive.to_owned());
        rest = tail;
    }
    kept.push_str(rest);
    if found.is_empty() { (kept, found) } else { (kept.trim().to_owned(), found) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_are_taken_out_of_the_text() {
        let (text, found) = directives("[[sim: 429]] hello [[sim: slow=1ms]]");
        assert_eq!((text.as_str(), found), ("hello", vec![" 429".to_owned(), " slow=1ms".to_owned()]));
        assert_eq!(directives("[[sim: open").0, "[[sim: open");
    }
}
