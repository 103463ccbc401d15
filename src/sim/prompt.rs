//! What an answer needs from a conversation: the last question, its pictures, and a tool's result behind it.

use serde_json::{Map, Value};

/// The end of a conversation.
#[derive(Debug, Default)]
pub(super) struct Prompt {
    /// The text of the last user message, without the simulator's directives.
    pub(super) text: String,
    /// The directives that stood in it, one string each.
    pub(super) directives: Vec<String>,
    /// How many pictures that message has.
    pub(super) images: usize,
    /// What the last tool or function behind it answered.
    pub(super) result: Option<String>,
}

impl Prompt {
    /// Reads the end of `messages`, which need not be well formed.
    pub(super) fn read(body: &Map<String, Value>) -> Self {
        let messages = body.get("messages").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let mut prompt = Self::default();
        for message in messages.iter().rev() {
            match message.get("role").and_then(Value::as_str) {
                Some("user") => {
                    let content = message.get("content");
                    prompt.images = pictures(content);
                    (prompt.text, prompt.directives) = directives(&text(content));
                    return prompt;
                }
                Some("tool" | "function") if prompt.result.is_none() => {
                    prompt.result = Some(text(message.get("content")));
                }
                _ => {}
            }
        }
        prompt
    }
}

fn text(content: Option<&Value>) -> String {
    match content {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => {
            let texts = parts.iter().filter_map(|part| part.get("text").and_then(Value::as_str));
            texts.collect::<Vec<_>>().join(" ")
        }
        Some(_) | None => String::new(),
    }
}

fn pictures(content: Option<&Value>) -> usize {
    let parts = content.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    parts.iter().filter(|part| part.get("image_url").is_some()).count()
}

/// Takes every `[[sim: …]]` out of a text.
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
    use serde_json::json;

    #[test]
    fn directives_are_taken_out_of_the_text() {
        let (text, found) = directives("[[sim: 429]] hello [[sim: slow=1ms]]");
        assert_eq!((text.as_str(), found), ("hello", vec![" 429".to_owned(), " slow=1ms".to_owned()]));
        assert_eq!(directives("[[sim: open").0, "[[sim: open");
    }

    #[test]
    fn only_a_result_behind_the_last_question_counts() {
        let body = json!({"messages": [
            {"role": "user", "content": "old"}, {"role": "tool", "content": "old result"},
            {"role": "user", "content": [{"type": "text", "text": "new"}, {"type": "image_url", "image_url": {}}]},
        ]});
        let prompt = Prompt::read(body.as_object().unwrap());
        assert_eq!((prompt.text.as_str(), prompt.images, prompt.result), ("new", 1, None));
    }
}
