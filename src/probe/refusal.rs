//! Azure's refusal in any of its envelopes, as far as a report needs it.

use serde_json::Value;

/// The longest text that is repeated from an answer, in characters.
const LONGEST: usize = 400;

/// What an error answer says.
#[derive(Debug, Default)]
pub(super) struct Refusal {
    pub(super) message: String,
    pub(super) param: Option<String>,
    pub(super) code: String,
}

impl Refusal {
    /// Reads an answer. One without a message is repeated as it is.
    pub(super) fn read(status: u16, answer: &[u8]) -> Refusal {
        let Ok(body) = serde_json::from_slice::<Value>(answer) else {
            return Refusal { message: format!("status {status}"), ..Refusal::default() };
        };
        let error = body.get("error").filter(|error| error.is_object()).unwrap_or(&body);
        let text = |key: &str| error.get(key).and_then(Value::as_str).map(plain);
        let code = error.get("code").map(|code| code.as_str().map_or_else(|| code.to_string(), plain));
        Refusal {
            message: text("message").unwrap_or_else(|| format!("status {status}")),
            param: text("param"),
            code: code.unwrap_or_default(),
        }
    }
}

/// Returns the text on one line, without control characters, and not longer than a report can show.
fn plain(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().filter(|letter| !letter.is_control()).take(LONGEST).collect()
}
