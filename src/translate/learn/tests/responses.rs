//! What Azure's refusals of Responses calls teach, and which operation serves a model.

use super::*;
use crate::call::ReplayedReasoning;
use crate::translate::rules::testing::respond;

const BODY: &str = r#"{"input":[{"role":"system","content":"a"},{"role":"user","content":"b"}],"stream":true,"max_output_tokens":50000,"temperature":0.1,"top_p":0.5,"top_logprobs":2,"include":["reasoning.encrypted_content","message.output_text.logprobs"],"parallel_tool_calls":true,"tools":[{"type":"function","name":"f"}],"reasoning":{"effort":"minimal","summary":"auto"},"text":{"verbosity":"high","format":{"type":"json_schema","name":"n"}},"store":false,"x_vendor":1,"truncation":"auto"}"#;

/// What a message teaches, each lesson as its line without the reason.
fn lines(message: &str, param: Option<&str>) -> Vec<String> {
    let answer = serde_json::json!({"error": {"message": message, "type": "invalid_request_error", "param": param, "code": null}});
    let unknown = target(&Lessons::default(), "2025-03-01-preview");
    let lessons = learned_on(Dialect::Responses, &answer.to_string(), BODY, &unknown);
    let line = |lesson: &Lesson| {
        let line = lesson.line();
        line.split_once(", why = ").map_or(line.clone(), |(line, _)| format!("{line} }}"))
    };
    lessons.iter().map(line).collect()
}

const TEACHES: &[(&str, Option<&str>, &[&str])] = &[
    ("Unknown parameter: 'x_vendor'.", Some("x_vendor"), &["responses.x_vendor = { drop = true }"]),
    (
        "Unsupported parameter: 'temperature' is not supported with this model.",
        Some("temperature"),
        &["responses.temperature = { drop = true }"],
    ),
    (
        "Unsupported parameter: 'top_p' is not supported with this model.",
        Some("top_p"),
        &["responses.top_p = { drop = true }"],
    ),
    (
        "Unsupported parameter: 'reasoning.effort' is not supported with this model.",
        Some("reasoning.effort"),
        &[r#"responses."reasoning.effort" = { drop = true }"#],
    ),
    (
        "Unsupported value: 'minimal' is not supported with the 'gpt-5.1' model. Supported values are: 'none', 'low', 'medium', and 'high'.",
        Some("reasoning.effort"),
        &[
            r#"responses."reasoning.effort" = { allow = ["none", "low", "medium", "high"], map = { minimal = "none", xhigh = "high", max = "high" } }"#,
        ],
    ),
    (
        "Encrypted content is not supported with this model.",
        Some("include"),
        &[r#"responses."include[reasoning.encrypted_content]" = { drop = true, same = true }"#],
    ),
    (
        "Invalid value: 'reasoning.encrypted_content'. Supported values are: 'file_search_call.results', 'message.input_image.image_url', and 'computer_call_output.output.image_url'.",
        Some("include[0]"),
        &[r#"responses."include[reasoning.encrypted_content]" = { drop = true, same = true }"#],
    ),
    (
        "logprobs are not supported with reasoning models.",
        Some("include"),
        &[r#"responses."include[message.output_text.logprobs]" = { drop = true }"#],
    ),
    (
        "Invalid parameter: 'text.format' of type 'json_schema' is not supported with this model.",
        Some("text.format"),
        &[r#"responses."text.format" = { refuse = true, when = { "text.format.type" = ["json_schema"] } }"#],
    ),
    (
        "max_output_tokens is too large: 50000. This model supports at most 16384 completion tokens",
        Some("max_output_tokens"),
        &["responses.max_output_tokens = { clamp = { max = 16384 }, same = true }"],
    ),
    (
        "Unsupported value: 'stream' does not support true with this model. Supported values are: false.",
        Some("stream"),
        &[r#"streaming = "synthesized""#],
    ),
    (
        "Unsupported value: 'input[0].role' does not support 'system' with this model.",
        Some("input[0].role"),
        &[r#"system_role = "developer_only""#],
    ),
    (
        "The responses operation does not work with the specified model, gpt-4. Please choose different model and try again.",
        None,
        &[r#"operations = ["chat"]"#],
    ),
];

const TEACHES_NOTHING: &[(&str, Option<&str>)] = &[
    ("Unknown parameter: 'input[1].status'.", Some("input[1].status")),
    ("Invalid value: 'code_interpreter_call.outputs'. Supported values are: 'a'.", Some("include[0]")),
    ("Unsupported parameter: 'messages'. In the Responses API, this parameter has moved to 'input'.", None),
    ("Unsupported parameter: 'input' is not supported with this model.", Some("input")),
    ("Unsupported parameter: 'presence_penalty' is not supported with this model.", None),
    ("Function tools with reasoning_effort are not supported for m in /v1/chat/completions.", None),
    ("The chatCompletion operation does not work with the specified model, m.", None),
    ("The completion operation does not work with the specified model, m.", None),
    (
        "Unsupported value: 'minimal' is not supported with the 'gpt-5.1' model. Supported values are: 'minimal'.",
        Some("reasoning.effort"),
    ),
];

#[test]
fn the_wordings_of_the_responses_api_teach_a_line_of_its_own_table_each() {
    for (message, param, expected) in TEACHES {
        assert_eq!(lines(message, *param), *expected, "{message}");
    }
    for (message, param) in TEACHES_NOTHING {
        assert_eq!(lines(message, *param), [""; 0], "{message}");
    }
}

#[test]
fn a_word_of_the_other_operation_is_never_learned_away() {
    const CHAT: &[&str] = &["seed", "stop", "response_format", "verbosity", "functions", "n", "prediction"];
    const RESPONSES: &[&str] =
        &["instructions", "text", "reasoning", "previous_response_id", "prompt", "include", "truncation"];
    for (dialect, words) in [(Dialect::Responses, CHAT), (Dialect::Chat, RESPONSES)] {
        for word in words {
            for message in [
                format!("Unknown parameter: '{word}'."),
                format!("Unrecognized request argument supplied: {word}"),
                format!("Unsupported parameter: '{word}' is not supported with this model."),
            ] {
                let answer = serde_json::json!({"error": {"message": message, "param": word}}).to_string();
                let body = format!(r#"{{"{word}":{{"a":1}}}}"#);
                let unknown = target(&Lessons::default(), "v1");
                assert!(learned_on(dialect, &answer, &body, &unknown).is_empty(), "{message}");
            }
        }
    }
}

/// Words that Azure does not know and that the answer depends on, in whatever spelling.
const MEANT: &[&str] = &[
    "Instructions",
    "context",
    "developer",
    "file_ids",
    "history",
    "json_mode",
    "maxOutputTokens",
    "maxTokens",
    "max_completion_token",
    "max_length",
    "output_config",
    "output_format",
    "parallelToolCalls",
    "plugins",
    "question",
    "reasoningEffort",
    "responseFormat",
    "response_mime_type",
    "search_parameters",
    "stopSequences",
    "system-prompt",
    "system_message",
    "text_format",
    "toolChoice",
    "webSearch",
];

/// Words that no list has, and sampling in another spelling.
const UNLISTED: &[&str] = &["apiMode", "frequencyPenalty", "top_k", "topP", "x_vendor"];

#[test]
fn a_word_that_carries_meaning_is_never_learned_away_and_a_stranger_is_dropped_as_a_loss() {
    for dialect in Dialect::ALL {
        for (word, left) in
            MEANT.iter().map(|word| (word, true)).chain(UNLISTED.iter().map(|word| (word, false)))
        {
            let message = format!("Unknown parameter: '{word}'.");
            let answer = serde_json::json!({"error": {"message": message, "param": word}}).to_string();
            let body = format!(r#"{{"{word}":{{"a":1}}}}"#);
            let unknown = target(&Lessons::default(), "v1");
            let learned = learned_on(dialect, &answer, &body, &unknown);
            let drops = learned.iter().filter(|lesson| lesson.kind() == "drop").count();
            assert_eq!(drops, usize::from(!left), "{word} in {dialect:?}: {learned:?}");
        }
    }
}

#[test]
fn what_was_learned_on_one_operation_does_not_touch_the_other() {
    let message = "Unsupported parameter: 'temperature' is not supported with this model.";
    let answer = serde_json::json!({"error": {"message": message}}).to_string();
    let unknown = target(&Lessons::default(), "v1");
    let on = |dialect| learned_on(dialect, &answer, r#"{"temperature":0.5}"#, &unknown);
    let lessons: Lessons = on(Dialect::Responses).into_iter().collect();
    let body = r#"{"temperature":0.5}"#;
    let chat = send(&target(&lessons, "v1"), body, &Policy::default()).unwrap();
    assert_eq!(chat.body, body);
    let sent = respond(&target(&lessons, "v1"), body, &Policy::default()).unwrap();
    assert_eq!((sent.body.as_str(), sent.edits.as_str()), ("{}", "drop.temperature;lossy;learned"));
    let both: Lessons = lessons.iter().cloned().chain(on(Dialect::Chat)).collect();
    assert_eq!(both.iter().len(), 2, "a line of each table");
    let catalog = catalog();
    let text = both.overlay("mystery-7", &catalog.unknown(), &catalog);
    assert!(text.contains("[families.mystery-7.chat]\ntemperature = "), "{text}");
    assert!(text.contains("[families.mystery-7.responses]\ntemperature = "), "{text}");
    let overlay: toml::Table = text.parse().unwrap();
    let loaded = Catalog::load(overlay["families"].as_table().unwrap()).unwrap();
    let family = loaded.by_model("mystery-7").unwrap();
    assert_eq!((family.rows(Dialect::Chat).len(), family.rows(Dialect::Responses).len()), (1, 1));
}

#[test]
fn the_body_that_was_refused_is_mended() {
    for (message, param, _) in &TEACHES[..6] {
        let answer = serde_json::json!({"error": {"message": message, "param": param}}).to_string();
        let unknown = target(&Lessons::default(), "v1");
        let lessons: Lessons = learned_on(Dialect::Responses, &answer, BODY, &unknown).into_iter().collect();
        let sent = respond(&target(&lessons, "v1"), BODY, &Policy::default()).unwrap();
        assert_ne!(sent.body, BODY, "{message}");
        assert!(sent.edits.contains(";learned"), "{}", sent.edits);
        let again = learned_on(Dialect::Responses, &answer, &sent.body, &target(&lessons, "v1"));
        assert!(again.is_empty(), "{message} again: {again:?}");
    }
}

#[test]
fn what_azgate_itself_asks_to_be_told_it_does_not_ask_where_azure_refuses_that_and_nothing_is_lost() {
    let body = r#"{"messages":[{"role":"user","content":"Hi"}],"tools":[{"type":"code_interpreter"}]}"#;
    let strict = Policy { call: Some(Lossy::Refuse), ..Policy::default() };
    let mut lessons = Lessons::default();
    for (name, left) in [
        ("code_interpreter_call.outputs", r#""include":["reasoning.encrypted_content"]"#),
        ("reasoning.encrypted_content", r#""store":false}"#),
    ] {
        let sent = send(&target(&lessons, "v1"), body, &strict).unwrap().body;
        assert!(sent.contains(name), "{sent}");
        let message = format!("Invalid value: '{name}'. Supported values are: 'file_search_call.results'.");
        let answer = serde_json::json!({"error": {"message": message, "param": "include[1]"}}).to_string();
        let learned = learned_on(Dialect::Responses, &answer, &sent, &target(&lessons, "v1"));
        assert_eq!(learned.len(), 1, "{name}");
        assert!(learned.into_iter().all(|lesson| lessons.add(lesson)));
        let sent = send(&target(&lessons, "v1"), body, &strict).unwrap();
        assert!(!sent.body.contains(name) && sent.body.contains(left), "{}", sent.body);
        let again = learned_on(Dialect::Responses, &answer, &sent.body, &target(&lessons, "v1"));
        assert!(again.is_empty(), "{again:?}");
    }
    let asked = r#"{"input":"Hi","include":["code_interpreter_call.outputs"]}"#;
    let sent = respond(&target(&lessons, "v1"), asked, &Policy::default()).unwrap();
    assert_eq!(sent.body, r#"{"input":"Hi"}"#);
    assert!(sent.edits.contains("lossy;learned"), "{}", sent.edits);
}

const CONFLICT: &str = r#"{"error":{"message":"Conflicting authenticated continuation identities.","type":"invalid_request_error","param":"input","code":"invalid_value"}}"#;

/// A conversation whose answers were made by the resource of [`target`], which has no name.
fn reasoned(answers: usize) -> String {
    let answer = r#"{"role":"assistant","content":"a","azgate":{"resource":"","output":[{"type":"reasoning","id":"rs","summary":[],"encrypted_content":"e"},{"type":"message"}]}},{"role":"user","content":"b"}"#;
    format!(r#"{{"messages":[{}]}}"#, vec![answer; answers].join(","))
}

#[test]
fn of_several_answers_reasoning_the_newest_is_kept_and_if_that_is_refused_too_none() {
    let mut lessons: Lessons = [Lesson::Dialects(vec![Dialect::Responses])].into_iter().collect();
    let sent = |lessons: &Lessons, answers| {
        send(&target(lessons, "v1"), &reasoned(answers), &Policy::default()).unwrap()
    };
    let thoughts = |lessons: &Lessons| sent(lessons, 3).body.matches("encrypted_content\":").count();
    let learn = |lessons: &Lessons, answers| {
        let body = sent(lessons, answers).body;
        learned_on(Dialect::Responses, CONFLICT, &body, &target(lessons, "v1"))
    };
    assert_eq!(learn(&lessons, 1), [], "one answer's does not conflict");
    for (line, left) in [(r#"replayed_reasoning = "last""#, 1), (r#"replayed_reasoning = "none""#, 0)] {
        let learned = learn(&lessons, 3);
        assert_eq!(learned.iter().map(Lesson::line).collect::<Vec<_>>(), [line]);
        assert!(learned.into_iter().all(|lesson| lessons.add(lesson)));
        assert_eq!(thoughts(&lessons), left);
        let edits = sent(&lessons, 3).edits;
        assert!(edits.contains("drop.reasoning;lossy;learned"), "{edits}");
    }
    assert_eq!(learn(&lessons, 3), [], "nothing is left to leave out");
    assert_eq!(learned_on(Dialect::Chat, CONFLICT, &reasoned(3), &target(&lessons, "v1")), []);
    let catalog = catalog();
    let text = lessons.overlay("mystery-7", &catalog.unknown(), &catalog);
    let overlay: toml::Table = text.parse().unwrap();
    let loaded = Catalog::load(overlay["families"].as_table().unwrap()).unwrap();
    assert_eq!(loaded.by_model("mystery-7").unwrap().replayed_reasoning, ReplayedReasoning::None, "{text}");
}

#[test]
fn a_conflict_is_mended_in_a_call_in_its_own_words_too() {
    let answer = r#"{"role":"user","content":"a"},{"type":"reasoning","id":"rs","summary":[],"encrypted_content":"e"}"#;
    let body = format!(r#"{{"input":[{}]}}"#, [answer; 3].join(","));
    let sent = |lessons: &Lessons| respond(&target(lessons, "v1"), &body, &Policy::default()).unwrap();
    let mut lessons = Lessons::default();
    for left in [3, 1, 0] {
        let sent = sent(&lessons);
        assert_eq!(sent.body.matches("encrypted_content").count(), left);
        assert_eq!(sent.edits.contains("drop.reasoning;lossy;learned"), left < 3, "{}", sent.edits);
        let learned = learned_on(Dialect::Responses, CONFLICT, &sent.body, &target(&lessons, "v1"));
        assert_eq!(learned.len(), usize::from(left > 0));
        assert!(learned.into_iter().all(|lesson| lessons.add(lesson)));
    }
}

#[test]
fn reasoning_that_azure_cannot_read_is_known_by_its_code_or_its_words_and_teaches_nothing() {
    let error = |message: &str, code: &str| {
        serde_json::json!({"error": {"message": message, "type": "invalid_request_error", "param": null, "code": code}}).to_string()
    };
    let words = "The encrypted content gAAA...OA== could not be verified.";
    let unknown = target(&Lessons::default(), "v1");
    for (answer, is_it) in [
        (error(words, "invalid_encrypted_content"), true),
        (error("Whatever.", "invalid_encrypted_content"), true),
        (error(words, "invalid_value"), true),
        (error("The encrypted content for item rs_1 could not be verified. Reason: …", ""), true),
        (error("Encrypted content is not supported with this model.", "invalid_value"), false),
        (CONFLICT.to_owned(), false),
        (words.to_owned(), false),
    ] {
        assert_eq!(is_unreadable(400, answer.as_bytes()), is_it, "{answer}");
        assert!(!is_unreadable(429, answer.as_bytes()));
        if is_it {
            assert_eq!(learned_on(Dialect::Responses, &answer, &reasoned(3), &unknown), []);
        }
    }
}

const NO_CHAT: &str = "The chatCompletion operation does not work with the specified model, m. Please choose different model and try again.";
const NO_RESPONSES: &str = "The responses operation does not work with the specified model, m.";

fn unserved(dialect: Dialect, target: &Target) -> Vec<String> {
    let message = if dialect == Dialect::Chat { NO_CHAT } else { NO_RESPONSES };
    let answer = serde_json::json!({"error": {"code": "OperationNotSupported", "message": message}});
    learned_on(dialect, &answer.to_string(), "{}", target).iter().map(Lesson::line).collect()
}

#[test]
fn a_model_that_one_operation_does_not_serve_is_called_on_the_other_and_if_that_fails_too_on_none() {
    let body = r#"{"messages":[{"role":"user","content":"Hi"}]}"#;
    let unknown = target(&Lessons::default(), "v1");
    assert_eq!(unserved(Dialect::Chat, &unknown), [r#"operations = ["responses"]"#]);
    let sent = after(&[NO_CHAT], "v1", body, &Policy::default()).unwrap();
    assert_eq!((sent.plan.dialect, sent.edits.as_str()), (Dialect::Responses, "bridge.responses;learned"));
    let lessons = lines_of(&[NO_CHAT], "{}");
    assert!(unserved(Dialect::Responses, &target(&lessons, "v1")).is_empty(), "it is retired");
    assert!(unserved(Dialect::Chat, &target(&lessons, "v1")).is_empty(), "a policy keeps it there");
    // Only the code tells.
    let answer = r#"{"error":{"code":"OperationNotSupported","message":"Sorry."}}"#;
    assert_eq!(learned(answer, "{}", &unknown).len(), 1);
}

#[test]
fn what_the_catalog_says_of_the_operations_may_be_wrong() {
    let of = |family: &str| {
        let profile = catalog().family(family).unwrap();
        Target::new("m", profile, "v1".parse().unwrap(), &Surfaces::embedded())
    };
    assert_eq!(unserved(Dialect::Responses, &of("gpt-5-codex")), [r#"operations = ["chat"]"#]);
    assert_eq!(unserved(Dialect::Chat, &of("gpt-4.1")), [r#"operations = ["responses"]"#]);
    let catalog = catalog();
    let lessons: Lessons = [Lesson::Dialects(vec![Dialect::Chat])].into_iter().collect();
    let text = lessons.overlay("prod", &catalog.family("gpt-5-codex").unwrap(), &catalog);
    let overlay: toml::Table = text.parse().unwrap();
    let loaded = Catalog::load(overlay["families"].as_table().unwrap()).unwrap();
    assert_eq!(loaded.by_model("prod").unwrap().dialects, [Dialect::Chat], "{text}");
}
