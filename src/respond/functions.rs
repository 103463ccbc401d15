//! Turns tool calls back into the deprecated `function_call`, for a client that asked with `functions`.
//!
//! The old form has room for one call, which is the first one. Further calls stay in `tool_calls`, so that none is
//! lost. Calls of other types than `function` stay there too.

use bytes::Bytes;

use crate::json::{Change, Document, Kind, Pointer, Raw, View};

/// Returns the changes that bring the legacy form into an answer or into one chunk of a stream. The document must be
/// parsed to [`super::answer::DEPTH`].
pub fn to_legacy(answer: &Document) -> Vec<Change> {
    let choices = answer.root().get("choices").into_iter().flat_map(View::items);
    choices.enumerate().flat_map(|(at, choice)| choice_changes(at, choice)).collect()
}

/// Returns the data of one event in the legacy form; `None` if nothing changes.
pub fn chunk_to_legacy(data: &Bytes) -> Option<Bytes> {
    memchr::memmem::find(data, b"\"tool_calls\"")?;
    let chunk = Document::parse(data.clone(), super::answer::DEPTH).ok()?;
    let changes = to_legacy(&chunk);
    (!changes.is_empty()).then(|| super::edited(&chunk, &changes))
}

fn choice_changes(at: usize, choice: View<'_>) -> Vec<Change> {
    let place = Pointer::key("choices").item(at);
    // In a stream the finish reason comes in a later chunk than the calls, so a chunk may need that change alone.
    let (key, mut called) =
        if choice.get("message").is_some() { ("message", false) } else { ("delta", true) };
    let mut changes = Vec::new();
    let calls = choice.get(key).and_then(|message| message.get("tool_calls"));
    if let Some(split) = calls.and_then(|calls| split(calls)) {
        let message = place.clone().then(key);
        let tools = message.clone().then("tool_calls");
        changes.push(Change::Set { at: message.then("function_call"), value: split.function });
        changes.push(match split.others {
            Some(value) => Change::Set { at: tools, value },
            None => Change::Remove { at: tools },
        });
        called = true;
    }
    if called && choice.get("finish_reason").is_some_and(|reason| reason.raw() == b"\"tool_calls\"") {
        changes.push(Change::Set { at: place.then("finish_reason"), value: Raw::json("\"function_call\"") });
    }
    changes
}

struct SplitCalls {
    function: Raw,
    others: Option<Raw>,
}

/// Splits `calls` into the first call's function and the other calls. In a chunk the first call has the index 0.
fn split(calls: View<'_>) -> Option<SplitCalls> {
    let calls = calls.reparse(2)?;
    let first =
        |call: View<'_>, at: usize| call.get("index").map_or(at == 0, |index| index.whole() == Some(0));
    let mut function = None;
    let mut others = Raw::empty();
    for (at, call) in calls.root().items().enumerate() {
        let legacy =
            call.get("function").filter(|function| function.kind() == Kind::Object && first(call, at));
        if let Some(legacy) = legacy {
            function = Some(copied(legacy));
        } else {
            others.push(if others.is_empty() { "[" } else { "," });
            others.extend(copied(call));
        }
    }
    let rest = !others.is_empty();
    others.push("]");
    Some(SplitCalls { function: function?, others: rest.then_some(others) })
}

fn copied(value: View<'_>) -> Raw {
    Raw::json(String::from_utf8_lossy(value.raw()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn legacy(source: &str) -> String {
        let bytes = Bytes::copy_from_slice(source.as_bytes());
        String::from_utf8(chunk_to_legacy(&bytes).unwrap_or(bytes).to_vec()).unwrap()
    }

    #[test]
    fn an_answers_call_becomes_the_function_call() {
        assert_eq!(
            legacy(
                r#"{"choices":[{"finish_reason":"tool_calls","index":0,"message":{"content":null,"role":"assistant","tool_calls":[{"function":{"arguments":"{\"a\": 1.0}","name":"f"},"id":"call_1","type":"function"}]}}]}"#
            ),
            r#"{"choices":[{"finish_reason":"function_call","index":0,"message":{"content":null,"role":"assistant","function_call":{"arguments":"{\"a\": 1.0}","name":"f"}}}]}"#
        );
    }

    #[test]
    fn further_calls_stay_in_tool_calls() {
        assert_eq!(
            legacy(
                r#"{"choices":[{"finish_reason":"tool_calls","message":{"function_call":null,"tool_calls":[{"id":"1","function":{"name":"f"}},{"id":"2","function":{"name":"g"}},{"id":"3","custom":{}}]}}]}"#
            ),
            r#"{"choices":[{"finish_reason":"function_call","message":{"function_call":{"name":"f"},"tool_calls":[{"id":"2","function":{"name":"g"}},{"id":"3","custom":{}}]}}]}"#
        );
    }

    #[test]
    fn an_answer_with_nothing_to_convert_keeps_its_bytes() {
        for same in [
            r#"{"choices":[{"finish_reason":"stop","message":{"content":"\"tool_calls\"","tool_calls":null}}]}"#,
            r#"{"choices":[{"finish_reason":"tool_calls","message":{"tool_calls":[{"id":"3","custom":{"name":"c"}}]}}]}"#,
            r#"{"error":{"message":"x","param":"tool_calls"}}"#,
        ] {
            assert_eq!(legacy(same), same);
        }
    }

    #[test]
    fn a_streams_chunks_become_function_call_deltas() {
        let chunk = |delta: &str, reason: &str| {
            format!(r#"{{"choices":[{{"delta":{delta},"finish_reason":{reason},"index":0}}],"id":"c"}}"#)
        };
        let cases = [
            (
                r#"{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"f","arguments":""}}]}"#,
                r#"{"function_call":{"name":"f","arguments":""}}"#,
            ),
            (
                r#"{"tool_calls":[{"index":0,"function":{"arguments":"{\"a"}}]}"#,
                r#"{"function_call":{"arguments":"{\"a"}}"#,
            ),
            (
                r#"{"tool_calls":[{"index":1,"function":{"arguments":"{}"}}]}"#,
                r#"{"tool_calls":[{"index":1,"function":{"arguments":"{}"}}]}"#,
            ),
        ];
        for (delta, expected) in cases {
            assert_eq!(legacy(&chunk(delta, "null")), chunk(expected, "null"));
        }
        assert_eq!(legacy(&chunk("{}", "\"tool_calls\"")), chunk("{}", "\"function_call\""));
    }
}
