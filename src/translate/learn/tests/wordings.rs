//! Messages as Azure has sent them, each with the place where somebody was refused with it, and what azgate reads in
//! them. `reads` is null for a message that azgate does not know.

use proptest::prelude::*;
use serde::Deserialize;

use super::*;
use crate::{
    catalog::Scalar,
    translate::{learn::wording::read_message, rules::testing::respond},
};

const CORPUS: &str = include_str!("refusals.jsonl");

#[derive(Debug, Deserialize)]
struct Sourced {
    source: String,
    message: String,
    param: Option<String>,
    code: Option<String>,
    reads: Option<Vec<String>>,
}

fn corpus() -> impl Iterator<Item = Sourced> {
    CORPUS.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
}

/// A reason in a few words.
fn shown(reason: &RefusalReason<'_>) -> String {
    match reason {
        RefusalReason::Unsupported { param, instead: None } => format!("{param} not supported"),
        RefusalReason::Unsupported { param, instead: Some(other) } => {
            format!("{param} not supported, use {other}")
        }
        RefusalReason::Extra { param } => format!("{param} extra"),
        RefusalReason::Unexpected { object, member } => format!("{member} unexpected in {object}"),
        RefusalReason::Value { param, value, taken, only } => {
            let taken: Vec<String> = taken.iter().map(Scalar::to_string).collect();
            format!("{param} not {value}, {}{}", if *only { "only " } else { "" }, taken.join(" "))
        }
        RefusalReason::OnlyBeside { param, beside } => format!("{param} only beside {beside}"),
        RefusalReason::TooLarge { param, most } => format!("{param} at most {most}"),
        RefusalReason::Format { kind } => format!("response_format not {kind}"),
        RefusalReason::Version(version) => format!("from {version} on"),
        RefusalReason::ToolsWithEffort => "tools with effort".to_owned(),
        RefusalReason::ConflictingReasoning => "conflicting reasoning".to_owned(),
        RefusalReason::Unserved { dialect } => format!("{} does not serve it", dialect.unwrap_or_default()),
    }
}

#[test]
fn every_sourced_message_is_read_as_it_was_meant() {
    for Sourced { source, message, param, code, reads } in corpus() {
        let named = param.as_deref().or(code.as_deref());
        let read = read_message(&message, named);
        let read = read.map(|reasons| reasons.iter().map(shown).collect::<Vec<_>>());
        assert_eq!(read, reads, "{source}: {message}");
    }
}

#[test]
fn a_message_is_read_alike_wherever_its_envelope_holds_it() {
    let call = r#"{"store":true,"messages":[]}"#;
    let unknown = target(&Lessons::default(), "v1");
    let message = "'store' is not supported in API version 2024-06-01.";
    let quoted = serde_json::json!(message);
    for answer in [
        format!(r#"{{"error":{{"message":{quoted}}}}}"#),
        format!(r#"{{"message":{quoted}}}"#),
        format!(r#"{{"error":{{"code":"BadRequest","message":"Bad request.","innererror":{{"message":{quoted}}}}}}}"#),
        format!(r#"{{"error":{{"message":"Bad request.","details":[{{"code":"x","message":{quoted}}}]}}}}"#),
        format!(r#"{{"errors":[{{"message":{quoted}}}]}}"#),
        format!(r#"{{"detail":{quoted}}}"#),
        serde_json::json!({"error": {"message": format!(r#"Server responded with status 400. Error message: {{"error":{{"message":{quoted}}}}}"#)}})
            .to_string(),
        r#"{"detail":[{"type":"extra_forbidden","loc":["body","store"],"msg":"Extra inputs are not permitted","input":true}]}"#.to_owned(),
        r#"{"error":{"message":"Extra inputs are not permitted","param":"store"}}"#.to_owned(),
        r#"{"error":{"message":"Unrecognized request argument","code":"store"}}"#.to_owned(),
        r#"{"error":{"message":"Sorry.","param":"store","code":"unrecognized_request_argument"}}"#.to_owned(),
    ] {
        let lessons = learned(&answer, call, &unknown);
        assert_eq!(lessons.len(), 1, "{answer}");
        assert_eq!(lessons[0].key(), "drop.store", "{answer}");
    }
}

/// A call with something at every place that the messages of the corpus name.
const FULL: &str = r#"{"messages":[{"role":"user","content":[{"type":"text","text":"a","x":1}],"context":1},{"role":"assistant","content":"b","annotations":[]}],"tools":[{"type":"function","function":{"name":"f","strict":true}}],"temperature":0.1,"store":true,"seed":1,"user":"u","stop":"x","instructions":"Keep this.","x_vendor":{"y":1}}"#;

fn anything() -> impl Strategy<Value = String> {
    let sourced: Vec<String> = corpus().map(|line| line.message).collect();
    let words = prop::sample::select(vec![
        "temperature",
        "'store'",
        "`seed`",
        "messages[0].content[0].x",
        "is",
        "are",
        "not",
        "supported",
        "permitted",
        "Unknown parameter:",
        "Unsupported parameter:",
        "Extra inputs",
        "with",
        "this",
        "model",
        ".",
        ",",
        ": ",
        "\n",
        "#/messages/0",
        "Supported values are:",
        "'",
        "{",
        "}",
        "[",
        "]",
        "é",
        "x_vendor",
        "instructions",
    ]);
    prop_oneof![
        "\\PC{0,60}",
        prop::collection::vec(words, 0..12).prop_map(|words| words.join(" ")),
        // A sourced message with something in it.
        (prop::sample::select(sourced), any::<prop::sample::Index>(), "\\PC{0,8}").prop_map(
            |(message, at, text)| {
                let at = at.index(message.chars().count() + 1);
                let (before, after): (String, String) =
                    (message.chars().take(at).collect(), message.chars().skip(at).collect());
                format!("{before}{text}{after}")
            }
        ),
    ]
}

proptest! {
    /// Whatever Azure says: the next call differs from the refused one, or nothing is learned and the client gets
    /// Azure's own answer. What the call is about is never lost.
    #[test]
    fn whatever_azure_says_the_call_is_mended_or_nothing_is_learned(message in anything(), param in prop::option::of(anything())) {
        let answer = serde_json::json!({"error": {"message": message, "param": param, "code": null}}).to_string();
        for dialect in Dialect::ALL {
            let planned = |lessons: &Lessons| {
                let target = target(lessons, "v1");
                match dialect {
                    Dialect::Chat => send(&target, FULL, &Policy::default()),
                    Dialect::Responses => respond(&target, FULL, &Policy::default()),
                }
            };
            let Ok(Sent { body: first, .. }) = planned(&Lessons::default()) else { continue };
            let learned = learned_on(dialect, &answer, &first, &target(&Lessons::default(), "v1"));
            let lessons: Lessons = learned.into_iter().collect();
            if lessons.is_empty() || lessons.iter().any(|lesson| !matches!(lesson, Lesson::Row(..))) {
                continue;
            }
            let Ok(next) = planned(&lessons) else { continue };
            prop_assert!(next.body != first && next.edits.contains(";learned"), "{}: {}", message, next.edits);
            prop_assert!(next.body.contains("Keep this.") && next.body.contains("\"text\":\"a\""), "{}", message);
            let again = learned_on(dialect, &answer, &next.body, &target(&lessons, "v1"));
            prop_assert!(again.is_empty(), "{} again: {:?}", message, again);
        }
    }
}
