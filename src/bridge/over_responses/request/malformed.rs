//! Malformed messages are refused with their place.

use super::testing::{conversation, refusal};

/// Checks that a conversation with this message is refused, with the place and the reason.
fn refused(message: &str, place: &str, says: &str) {
    let hello = r#"{"role":"user","content":"Hi"}"#;
    let (param, why) = refusal(&format!(r#"{{"messages":[{hello},{message}]}}"#));
    assert_eq!(param, format!("messages[1]{place}"), "{message}");
    assert!(why.contains(says), "{message}: {why}");
}

#[test]
fn malformed_calls_are_refused_with_their_place() {
    let calls = |calls: &str| format!(r#"{{"role":"assistant","content":"t","tool_calls":{calls}}}"#);
    let of =
        |call: &str| calls(&format!(r#"[{{"id":"a","function":{{"name":"f","arguments":""}}}},{call}]"#));
    for (message, place, says) in [
        (calls("{}"), ".tool_calls", "an object, not an array"),
        (calls(r#"{"id":"a","function":{"name":"f","arguments":""}}"#), ".tool_calls", "an object"),
        (calls(r#""f""#), ".tool_calls", "a string, not an array"),
        (calls("false"), ".tool_calls", "a boolean"),
        (of(r#""f""#), ".tool_calls[1]", "a string, not an object"),
        (of("7"), ".tool_calls[1]", "a number"),
        (of("null"), ".tool_calls[1]", "null"),
        (of("{}"), ".tool_calls[1].function", "missing"),
        (of(r#"{"id":"b","type":"function"}"#), ".tool_calls[1].function", "missing"),
        (of(r#"{"id":"b","type":"","function":null}"#), ".tool_calls[1].function", "missing"),
        (of(r#"{"id":"b","function":"f"}"#), ".tool_calls[1].function", "a string, not an object"),
        (of(r#"{"id":"b","type":"custom","function":{"name":"f"}}"#), ".tool_calls[1].custom", "missing"),
        (of(r#"{"id":"b","type":7,"function":{"name":"f"}}"#), ".tool_calls[1].type", "a number"),
        (of(r#"{"function":{"name":"f","arguments":""}}"#), ".tool_calls[1].id", "missing"),
        (of(r#"{"id":7,"function":{"name":"f","arguments":""}}"#), ".tool_calls[1].id", "a number"),
        (of(r#"{"id":"b","function":{"arguments":""}}"#), ".tool_calls[1].function.name", "missing"),
        (
            of(r#"{"id":"b","function":{"name":"f","arguments":{"x":1}}}"#),
            ".tool_calls[1].function.arguments",
            "an object, not a string",
        ),
        (of(r#"{"id":"b","function":{"name":"f"}}"#), ".tool_calls[1].function.arguments", "missing"),
        (
            of(r#"{"id":"b","type":"custom","custom":{"name":"f","input":[]}}"#),
            ".tool_calls[1].custom.input",
            "an array, not a string",
        ),
    ] {
        refused(&message, place, says);
    }
}

#[test]
fn a_malformed_legacy_call_is_refused_too() {
    for (call, place, says) in [
        (r#""f""#, "", "a string, not an object"),
        ("[]", "", "an array"),
        (r#"{"arguments":"{}"}"#, ".name", "missing"),
        (r#"{"name":"f","arguments":{}}"#, ".arguments", "an object, not a string"),
    ] {
        let message = format!(r#"{{"role":"assistant","content":"t","function_call":{call}}}"#);
        refused(&message, &format!(".function_call{place}"), says);
    }
}

#[test]
fn malformed_members_of_a_message_are_refused() {
    for (message, place, says) in [
        (r#"{"role":"user","content":7}"#, ".content", "a number, neither a string nor an array"),
        (r#"{"role":"system","content":{"type":"text","text":"x"}}"#, ".content", "an object"),
        (r#"{"role":"assistant","content":{"type":"text","text":"x"}}"#, ".content", "an object"),
        (r#"{"role":"assistant","content":true,"refusal":"no"}"#, ".content", "a boolean"),
        (r#"{"role":"tool","tool_call_id":"a","content":{}}"#, ".content", "an object"),
        (r#"{"role":"function","name":"f","content":1.5}"#, ".content", "a number"),
        (r#"{"role":"tool","content":"x"}"#, ".tool_call_id", "missing"),
        (r#"{"role":"tool","tool_call_id":null,"content":"x"}"#, ".tool_call_id", "missing"),
        (r#"{"role":"tool","tool_call_id":7,"content":"x"}"#, ".tool_call_id", "a number, not a string"),
        (r#"{"role":"assistant","refusal":{"a":1}}"#, ".refusal", "an object, not a string"),
        (r#"{"role":"assistant","content":"x","refusal":7}"#, ".refusal", "a number"),
        (r#"{"content":"x"}"#, ".role", "missing"),
        (r#"{"role":null,"content":"x"}"#, ".role", "missing"),
        (r#"{"role":["user"],"content":"x"}"#, ".role", "an array, not a string"),
    ] {
        refused(message, place, says);
    }
}

#[test]
fn unknown_roles_and_call_types_stay_unchanged() {
    let critic = r#"{"role":"critic","content":"x"}"#;
    let call = r#"{"type":"new","id":"a","function":{"name":"f"}}"#;
    let messages = format!(r#"[{critic},{{"role":"assistant","tool_calls":[{call}]}}]"#);
    let items = format!(r#"[{{"type":"message","role":"critic","content":"x"}},{call}]"#);
    assert_eq!(conversation(&messages), (items, String::new()));
}
