//! What each of Azure's wordings teaches, in whatever envelope; and what teaches nothing.

mod members;
mod responses;
mod wordings;

use bytes::Bytes;

use super::*;
use crate::{
    call::{Dialect, Effect, OUTLINE_DEPTH},
    catalog::{Catalog, Row, Surfaces},
    translate::{
        Action, Lossy, Policy, PolicyLayer,
        rules::testing::{Sent, send},
    },
};

/// A body with everything in it that the refusals below are about.
const BODY: &str = r#"{"messages":[{"role":"system","content":"a"},{"role":"user","content":"b"}],"stream":true,"max_tokens":50000,"temperature":0.1,"top_p":0.5,"presence_penalty":1,"stop":"x","parallel_tool_calls":true,"tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":"required","reasoning_effort":"max","verbosity":"high","n":2,"metadata":{"a":"b"},"response_format":{"type":"json_object"},"logprobs":true,"user":"u","x_vendor":1,"max_new_tokens":5,"max_New_tokens":5,"seed":null}"#;

fn catalog() -> Catalog {
    Catalog::embedded()
}

fn target(lessons: &Lessons, surface: &str) -> Target {
    let profile = lessons.amend(&catalog().unknown());
    Target::new("m", profile.into(), surface.parse().unwrap(), &Surfaces::embedded())
}

fn learned(answer: &str, body: &str, target: &Target) -> Vec<Lesson> {
    learned_on(Dialect::Chat, answer, body, target)
}

fn learned_on(dialect: Dialect, answer: &str, body: &str, target: &Target) -> Vec<Lesson> {
    let sent = Document::parse(Bytes::copy_from_slice(body.as_bytes()), OUTLINE_DEPTH).unwrap();
    lessons(400, answer.as_bytes(), dialect, &sent, target)
}

/// What a message of the engine's teaches, each lesson as its line without the reason.
fn lines(message: &str, param: Option<&str>) -> Vec<String> {
    let answer = serde_json::json!({"error": {"message": message, "type": "invalid_request_error", "param": param, "code": null}});
    let lessons = learned(&answer.to_string(), BODY, &target(&Lessons::default(), "2024-10-21"));
    let line = |lesson: &Lesson| {
        let line = lesson.line();
        line.split_once(", why = ").map_or(line.clone(), |(line, _)| format!("{line} }}"))
    };
    lessons.iter().map(line).collect()
}

/// A message, `param`, and the lines that it teaches.
const TEACHES: &[(&str, Option<&str>, &[&str])] = &[
    (
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        Some("max_tokens"),
        &[r#"chat.max_tokens = { rename = "max_completion_tokens" }"#],
    ),
    (
        "Unrecognized request argument supplied: max_tokens",
        None,
        &[r#"chat.max_tokens = { rename = "max_completion_tokens" }"#],
    ),
    (
        "Unrecognized request arguments supplied: user, x_vendor",
        None,
        &["chat.user = { drop = true }", "chat.x_vendor = { drop = true }"],
    ),
    (
        "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
        None,
        &[r#"chat.max_tokens = { rename = "max_completion_tokens" }"#],
    ),
    (
        "max_tokens is too large: 50000. This model supports at most 16384 completion tokens, whereas you provided 50000.",
        Some("max_tokens"),
        &["chat.max_tokens = { clamp = { max = 16384 }, same = true }"],
    ),
    (
        "Unsupported parameter: 'temperature' is not supported with this model.",
        Some("temperature"),
        &["chat.temperature = { drop = true }"],
    ),
    (
        "Unsupported value: 'temperature' does not support 0.1 with this model. Only the default (1) value is supported.",
        Some("temperature"),
        &["chat.temperature = { drop = true, unless = [1] }"],
    ),
    (
        "Unsupported parameter: 'top_p' is not supported with this model.",
        Some("top_p"),
        &["chat.top_p = { drop = true }"],
    ),
    (
        "Unrecognized request argument supplied: parallel_tool_calls. Please contact us through an Azure support request at: https://go.microsoft.com/fwlink/?linkid=2213926 for further questions.",
        None,
        &["chat.parallel_tool_calls = { drop = true }"],
    ),
    (
        "Unrecognized request arguments supplied: user, stop",
        None,
        &["chat.user = { drop = true }", "chat.stop = { drop = true }"],
    ),
    (
        "Unknown parameter: 'reasoning_effort'.",
        Some("reasoning_effort"),
        &["chat.reasoning_effort = { drop = true }"],
    ),
    (
        "This model does not support the 'logprobs' parameter.",
        Some("logprobs"),
        &["chat.logprobs = { drop = true }"],
    ),
    (
        "Unsupported value: 'reasoning_effort' does not support 'max' with this model. Supported values are: 'none', 'low', 'medium', 'high', and 'xhigh'.",
        Some("reasoning_effort"),
        &[
            r#"chat.reasoning_effort = { allow = ["none", "low", "medium", "high", "xhigh"], map = { minimal = "none", max = "xhigh" } }"#,
        ],
    ),
    (
        "Invalid value: 'max'. Supported values are: 'low', 'medium', and 'high'.",
        Some("reasoning_effort"),
        &[
            r#"chat.reasoning_effort = { allow = ["low", "medium", "high"], map = { none = "low", minimal = "low", xhigh = "high", max = "high" } }"#,
        ],
    ),
    (
        "Unsupported value: 'verbosity' does not support 'high' with this model. Supported values are: 'medium'.",
        Some("verbosity"),
        &[r#"chat.verbosity = { allow = ["medium"], map = { low = "medium", high = "medium" } }"#],
    ),
    (
        "Unsupported value: 'stream' does not support true with this model. Supported values are: false.",
        Some("stream"),
        &[r#"streaming = "synthesized""#],
    ),
    (
        "Unsupported value: 'stream' does not support true with this model. Only the default (false) value is supported.",
        None,
        &[r#"streaming = "synthesized""#],
    ),
    (
        "Unsupported value: 'messages[0].role' does not support 'system' with this model.",
        Some("messages[0].role"),
        // This api-version does not know the other role either.
        &[r#"system_role = "merge_into_user""#],
    ),
    (
        "Function tools with reasoning_effort are not supported for gpt-5.6-sol in /v1/chat/completions. To use function tools, use /v1/responses or set reasoning_effort to 'none'.",
        Some("reasoning_effort"),
        &[r#"tools_with_effort = "only_none""#],
    ),
    (
        "Model {modelName} is enabled only for api versions 2024-12-01-preview and later",
        None,
        &[r#"min_api_version = "2024-12-01-preview""#],
    ),
    (
        "tool_choice value as required is enabled only for api versions 2025-06-01 and later",
        None,
        &[r#"min_api_version = "2025-06-01""#],
    ),
    (
        "tools is not supported in this model. For a list of supported models, refer to https://platform.openai.com/docs/guides/function-calling#models-supporting-function-calling.",
        None,
        &["chat.tools = { refuse = true }"],
    ),
    (
        "Invalid parameter: 'response_format' of type 'json_object' is not supported with this model.",
        Some("response_format"),
        &[r#"chat.response_format = { refuse = true, when = { "response_format.type" = ["json_object"] } }"#],
    ),
    (
        "Invalid value: 'json_object'. Supported values are: 'text' and 'json_schema'.",
        Some("response_format.type"),
        &[r#"chat.response_format = { refuse = true, when = { "response_format.type" = ["json_object"] } }"#],
    ),
    (
        "Unsupported value: 'n' does not support 2 with this model. Only the default (1) value is supported.",
        Some("n"),
        &["chat.n = { refuse = true, unless = [1] }"],
    ),
    (
        "The 'metadata' parameter is only allowed when 'store' is enabled.",
        Some("metadata"),
        &["chat.metadata = { drop = true, when = { store = [false] } }"],
    ),
];

/// A message and `param` that teach nothing for the body above.
const TEACHES_NOTHING: &[(&str, Option<&str>)] = &[
    ("", None),
    ("Unsupported parameter: 'frequency_penalty' is not supported with this model.", None),
    ("Unsupported parameter: 'seed' is not supported with this model.", Some("seed")),
    ("Unsupported parameter: 'messages' is not supported with this model.", Some("messages")),
    ("Unsupported parameter: 'model' is not supported with this model.", Some("model")),
    ("Unsupported parameter: 'stop' is not supported with 'tools'.", Some("stop")),
    ("Unsupported parameter: 'temperature", None),
    ("Unrecognized request argument supplied: messages", None),
    ("Unrecognized request argument supplied: x-nowhere", None),
    ("Unrecognized request argument supplied: max_new_tokens", None),
    ("Unrecognized request argument supplied: max_New_tokens", None),
    ("Unrecognized request argument supplied: ", None),
    ("Unsupported value: 'temperature' does not support 0.1 with this model.", Some("temperature")),
    (
        "Unsupported value: 'temperature' does not support 0.1 with this model. Only the default (0.1) value is supported.",
        None,
    ),
    (
        "Unsupported value: 'reasoning_effort' does not support 'max' with this model. Supported values are: 'loud'.",
        None,
    ),
    ("Unsupported value: 'messages[0].role' does not support 'developer' with this model.", None),
    ("Unsupported value: 'messages[1].role' does not support 'user' with this model.", None),
    ("Invalid value: 'file_search'. Supported values are: 'function'.", Some("tools[0].type")),
    (
        "Invalid content type. image_url is only supported by certain models.",
        Some("messages.[1].content.[1].type"),
    ),
    ("max_tokens is too large: 50000. This model supports at most 0 completion tokens", None),
    ("max_tokens is too large: 50000. This model supports at most 60000 completion tokens", None),
    ("Model x is enabled only for api versions 2024-02-01 and later", None),
    ("Model x is enabled only for api versions 9999-12-31 and later", None),
    ("Model x is enabled only for api versions tomorrow and later", None),
    ("This model's maximum context length is 128000 tokens.", Some("messages")),
    ("The 'tool_choice' parameter is only allowed when 'tools' is enabled.", None),
    ("Your requests to gpt-4 for gpt-4 in Sweden Central have exceeded the token rate limit", None),
];

#[test]
fn azures_wordings_teach_a_line_each() {
    for (message, param, expected) in TEACHES {
        assert_eq!(lines(message, *param), *expected, "{message}");
    }
}

#[test]
fn what_would_not_help_this_call_or_is_not_azgates_to_change_teaches_nothing() {
    for (message, param) in TEACHES_NOTHING {
        assert_eq!(lines(message, *param), [""; 0], "{message}");
    }
}

#[test]
fn every_envelope_is_read_and_other_statuses_are_not() {
    let message = r#""message":"Unsupported parameter: 'stop' is not supported with this model.""#;
    let target = target(&Lessons::default(), "v1");
    for answer in [
        format!(
            r#"{{"error":{{{message},"type":"invalid_request_error","param":"stop","code":"unsupported_parameter","callstack":[]}}}}"#
        ),
        format!(r#"{{"error":{{"code":"BadRequest",{message}}}}}"#),
        format!(r#"{{"statusCode":400,{message}}}"#),
        format!(r#"{{"error":{{"requestid":"x","code":400,{message}}}}}"#),
        format!(r#"{{"error":{{{message},"param":7,"code":400}},"innererror":{{}}}}"#),
        r#"{"error":{"message":"Sorry.","param":"stop","code":"unsupported_parameter"}}"#.to_owned(),
        r#"{"error":{"message":"Sorry.","param":"stop","code":"unknown_parameter"}}"#.to_owned(),
    ] {
        assert_eq!(learned(&answer, BODY, &target).len(), 1, "{answer}");
    }
    let answer = format!(r#"{{"error":{{{message}}}}}"#);
    let sent = Document::parse(Bytes::from(BODY), OUTLINE_DEPTH).unwrap();
    for status in [200, 401, 403, 408, 409, 429, 500, 503] {
        assert!(lessons(status, answer.as_bytes(), Dialect::Chat, &sent, &target).is_empty(), "{status}");
    }
    for answer in [
        "",
        "null",
        "[]",
        "<html>",
        r#"{"error":"stop"}"#,
        r#"{"error":{"message":7,"param":"stop","code":"unsupported_parameter"}}"#,
    ] {
        assert!(learned(answer, BODY, &target).is_empty(), "{answer}");
    }
    let padded = format!("{answer}{}", " ".repeat(20_000));
    assert!(learned(&padded, BODY, &target).is_empty());
}

#[test]
fn what_a_client_chose_is_not_repeated() {
    let answer = r#"{"error":{"message":"Unsupported value: 'verbosity' does not support 'my secret' with this model. Supported values are: 'low'."}}"#;
    let body = r#"{"verbosity":"my secret"}"#;
    let lessons = learned(answer, body, &target(&Lessons::default(), "v1"));
    assert!(!format!("{lessons:?}").contains("secret"), "{lessons:?}");
    assert_eq!(lessons[0].why(), "Azure said that it takes `verbosity` here only as low.");
}

/// Plans a body after these refusals of it, for the unknown family.
fn after(
    refusals: &[&str],
    surface: &str,
    body: &str,
    policy: &Policy<'_>,
) -> Result<Sent, crate::call::Refusal> {
    let mut lessons = Lessons::default();
    for message in refusals {
        let target = target(&lessons, surface);
        let sent = send(&target, body, policy)?;
        let answer = serde_json::json!({"error": {"message": message}}).to_string();
        let learned = learned_on(sent.plan.dialect, &answer, &sent.body, &target);
        assert!(!learned.is_empty(), "{message} of {}", sent.body);
        assert!(learned.into_iter().all(|lesson| lessons.add(lesson)));
    }
    send(&target(&lessons, surface), body, policy)
}

const SYSTEM: &str = "Unsupported value: 'messages[0].role' does not support 'system' with this model.";
const DEVELOPER: &str = "Unsupported value: 'messages[0].role' does not support 'developer' with this model.";

#[test]
fn a_refused_role_becomes_the_other_one_and_then_part_of_the_user_message() {
    let sent = |refusals: &[&str], body| after(refusals, "v1", body, &Policy::default()).unwrap();
    let system = r#"{"messages":[{"role":"system","content":"a"},{"role":"user","content":"b"}]}"#;
    let developer = system.replace("system", "developer");
    let renamed = sent(&[SYSTEM], system);
    assert_eq!((renamed.body, renamed.edits.as_str()), (developer.clone(), "rename.role;learned"));
    let renamed = sent(&[DEVELOPER], &developer);
    assert_eq!((renamed.body.as_str(), renamed.edits.as_str()), (system, "rename.role;learned"));
    let merged = r#"{"messages":[{"role":"user","content":"a\n\nb"}]}"#;
    for (refusals, body) in [([SYSTEM, DEVELOPER], system), ([DEVELOPER, SYSTEM], &developer)] {
        let sent = sent(&refusals, body);
        assert_eq!((sent.body.as_str(), sent.edits.as_str()), (merged, "merge.system;learned;n=2"));
    }
}

#[test]
fn a_stream_is_made_from_json_once_it_was_refused() {
    let stream =
        "Unsupported value: 'stream' does not support true with this model. Supported values are: false.";
    let body = r#"{"messages":[],"stream":true,"stream_options":{"include_usage":true}}"#;
    let sent = after(&[stream], "v1", body, &Policy::default()).unwrap();
    assert_eq!(sent.body, r#"{"messages":[],"stream":false}"#);
    assert_eq!(sent.edits, "synthesize.stream;learned;n=3");
    assert_eq!(sent.plan.reply.framing, crate::call::Framing::JsonToSse);
}

#[test]
fn an_api_version_is_raised_and_never_on_v1() {
    let version = "Model {modelName} is enabled only for api versions 2024-12-01-preview and later";
    let sent = after(&[version], "2024-10-21", "{}", &Policy::default()).unwrap();
    assert_eq!(sent.plan.api_version.unwrap().as_str(), "2024-12-01-preview");
    assert_eq!(sent.edits, "raise.api_version;learned");
    let answer = serde_json::json!({"error": {"message": version}}).to_string();
    assert!(learned(&answer, "{}", &target(&Lessons::default(), "v1")).is_empty());
}

#[test]
fn tools_lose_the_effort_and_where_there_is_no_none_they_are_refused() {
    let tools = "Function tools with reasoning_effort are not supported for m in /v1/chat/completions. Please use /v1/responses instead.";
    let body =
        r#"{"messages":[],"tools":[{"type":"function","function":{"name":"f"}}],"reasoning_effort":"high"}"#;
    let sent = after(&[tools], "v1", body, &Policy::default()).unwrap();
    assert_eq!((sent.plan.dialect, sent.edits.as_str()), (Dialect::Responses, "bridge.responses;learned"));
    let stay = PolicyLayer { lossy: None, rules: [("bridge.responses".to_owned(), Action::Pass)].into() };
    let stay = Policy { call: None, layers: [None, None, Some(&stay)] };
    let sent = after(&[tools], "v1", body, &stay).unwrap();
    assert_eq!(sent.edits, "none.reasoning_effort;lossy;learned");
    let refusal = after(&[tools, tools], "v1", body, &stay).unwrap_err();
    assert_eq!(&*refusal.rule, "refuse.tools_with_effort");
    let none = "Unsupported value: 'reasoning_effort' does not support 'none' with this model. Supported values are: 'low', 'medium', and 'high'.";
    let refusal = after(&[tools, none, tools], "v1", body, &stay).unwrap_err();
    assert_eq!(&*refusal.rule, "refuse.tools_with_effort");
}

#[test]
fn a_cap_whose_names_are_both_refused_stays_rather_than_going_round_in_circles() {
    let old = "Unrecognized request argument supplied: max_tokens";
    let new = "Unrecognized request argument supplied: max_completion_tokens";
    let refusal =
        after(&[old, new], "v1", r#"{"messages":[],"max_tokens":5}"#, &Policy::default()).unwrap_err();
    assert_eq!(&*refusal.rule, "refuse.max_completion_tokens");
}

#[test]
fn a_cap_is_not_renamed_to_itself_which_would_drop_it() {
    let twice = "Setting 'max_tokens' and 'max_tokens' at the same time is not supported.";
    let sent = after(&[twice], "v1", r#"{"messages":[],"max_tokens":5}"#, &Policy::default()).unwrap();
    assert_eq!(sent.body, r#"{"messages":[],"max_completion_tokens":5}"#);
}

#[test]
fn a_cap_whose_other_name_the_api_version_does_not_know_is_not_renamed() {
    let message = "Unrecognized request argument supplied: max_tokens";
    let answer = serde_json::json!({"error": {"message": message, "param": null, "code": null}}).to_string();
    let body = r#"{"messages":[],"max_tokens":5}"#;
    let dated = |surface| learned(&answer, body, &target(&Lessons::default(), surface));
    assert_eq!(dated("2023-05-15")[0].kind(), "refuse");
    assert_eq!(dated("2025-04-01-preview")[0].kind(), "rename");
}

#[test]
fn the_policy_decides_on_a_learned_line_as_on_any_other() {
    let stop = "Unsupported parameter: 'stop' is not supported with this model.";
    let tools = "tools is not supported in this model. For a list of supported models, …";
    let rules = |rule: &str, action| PolicyLayer { lossy: None, rules: [(rule.to_owned(), action)].into() };
    let strict = Policy { call: Some(Lossy::Refuse), ..Policy::default() };
    assert_eq!(&*after(&[stop], "v1", r#"{"stop":"x"}"#, &strict).unwrap_err().rule, "drop.stop");
    let pass = rules("drop.stop", Action::Pass);
    let pass = Policy { call: None, layers: [None, None, Some(&pass)] };
    assert_eq!(after(&[stop], "v1", r#"{"stop":"x"}"#, &pass).unwrap().edits, "none");
    let body = r#"{"tools":[]}"#;
    assert_eq!(
        &*after(&[tools], "v1", r#"{"tools":[{}]}"#, &Policy::default()).unwrap_err().rule,
        "refuse.tools"
    );
    let apply = rules("refuse.tools", Action::Apply);
    let apply = Policy { call: None, layers: [None, None, Some(&apply)] };
    let sent = after(&[tools], "v1", body, &apply).unwrap();
    assert_eq!((sent.body.as_str(), sent.edits.as_str()), ("{}", "refuse.tools;lossy;learned"));
    // Where the policy passes, the same refusal again teaches nothing.
    let again = learned(
        &serde_json::json!({"error": {"message": stop}}).to_string(),
        r#"{"stop":"x"}"#,
        &target(&lines_of(&[stop], r#"{"stop":"x"}"#), "v1"),
    );
    assert!(again.is_empty());
}

/// The lessons of these refusals of one body.
fn lines_of(messages: &[&str], body: &str) -> Lessons {
    let unknown = target(&Lessons::default(), "v1");
    let answer = |message: &&str| serde_json::json!({"error": {"message": message}}).to_string();
    messages.iter().flat_map(|message| learned(&answer(message), body, &unknown)).collect()
}

#[test]
fn what_is_the_default_goes_without_a_loss() {
    let message = "Unsupported parameter: 'temperature' is not supported with this model.";
    let sent = after(&[message], "v1", r#"{"temperature":1}"#, &Policy::default()).unwrap();
    assert_eq!(sent.plan.edits[0].effect, Effect::Same);
    assert!(sent.plan.edits[0].learned);
}

#[test]
fn two_types_of_a_format_are_one_line() {
    let format = |kind: &str| {
        let message = format!(
            "Invalid parameter: 'response_format' of type '{kind}' is not supported with this model."
        );
        let body = format!(r#"{{"response_format":{{"type":"{kind}"}}}}"#);
        lines_of(&[&message], &body)
    };
    let both: Lessons = format("json_object").iter().chain(format("json_schema").iter()).cloned().collect();
    assert_eq!(both.iter().len(), 1);
    let line = both.iter().next().unwrap().line();
    assert!(line.contains(r#""response_format.type" = ["json_object", "json_schema"]"#), "{line}");
}

#[test]
fn the_set_is_bounded() {
    let row =
        |at: usize| match lines_of(&["Unknown parameter: 'stop'."], r#"{"stop":"x"}"#).iter().next().unwrap()
        {
            Lesson::Row(dialect, row) => {
                Lesson::Row(*dialect, Row { id: format!("drop.{at}").into(), ..row.clone() })
            }
            other => other.clone(),
        };
    let mut lessons: Lessons = (0..Lessons::MOST).map(row).collect();
    assert!(!lessons.add(row(Lessons::MOST)));
    assert!(lessons.add(row(0)), "an older line can still be replaced");
    assert_eq!(lessons.iter().len(), Lessons::MOST);
}

#[test]
fn the_overlay_amends_the_family_that_a_deployment_is_named_after_and_names_no_family_anew() {
    let catalog = catalog();
    let lessons = lines_of(&["Unknown parameter: 'user'."], r#"{"user":"x"}"#);
    let head = |deployment: &str, family: &str| {
        let text = lessons.overlay(deployment, &catalog.family(family).unwrap(), &catalog);
        let overlay: toml::Table = text.parse().unwrap();
        Catalog::load(overlay["families"].as_table().unwrap())
            .unwrap_or_else(|problems| panic!("{text}: {problems:?}"));
        text.split_once("[families.").unwrap().1.split_once("[families").unwrap().0.replace('\n', " ")
    };
    assert_eq!(head("mystery 7", "unknown"), r#""mystery 7"] models = ["mystery 7"] "#);
    assert_eq!(head("prod-2", "gpt-5.1"), r#"prod-2] models = ["prod-2"] inherits = "gpt-5.1" "#);
    assert_eq!(head("gpt-5.1-2025-11-13", "gpt-5.1"), r#""gpt-5.1"] "#);
    assert_eq!(head("unknown", "unknown"), r#"unknown-deployment] models = ["unknown"] "#);
    assert_eq!(
        head("classic", "gpt-4.1"),
        r#"classic-deployment] models = ["classic"] inherits = "gpt-4.1" "#
    );
}

proptest::proptest! {
    // Each case loads a catalog.
    #![proptest_config(proptest::test_runner::Config::with_cases(64))]

    #[test]
    fn whatever_an_upstream_says_is_bounded_and_every_line_is_one_that_a_configuration_takes(
        fragments in proptest::collection::vec(proptest::sample::select(FRAGMENTS), 1..12),
        noise in "\\PC{0,40}",
        dialect in proptest::sample::select(&Dialect::ALL[..]),
        param in proptest::option::of(proptest::sample::select(&["stop", "messages[0].role", "reasoning_effort", "\"\n"][..])),
    ) {
        let message = fragments.concat().replace('~', &noise);
        let answer = serde_json::json!({"error": {"message": message, "param": param, "code": "unsupported_parameter"}});
        let learned = learned_on(dialect, &answer.to_string(), BODY, &target(&Lessons::default(), "2024-10-21"));
        proptest::prop_assert!(learned.len() <= 3 * 16);
        let catalog = catalog();
        let lessons: Lessons = learned.into_iter().collect();
        let text = lessons.overlay("mystery-7", &catalog.unknown(), &catalog);
        proptest::prop_assert!(text.len() < 32 * 1024);
        let overlay: toml::Table = text.parse().unwrap();
        proptest::prop_assert!(Catalog::load(overlay["families"].as_table().unwrap()).is_ok(), "{}", text);
    }
}

/// Pieces of Azure's wordings, and a place for anything else.
const FRAGMENTS: &[&str] = &[
    "Unsupported parameter: 'stop'",
    "Unsupported parameter: '~'",
    " is not supported with this model.",
    "Unsupported value: 'temperature'",
    "Unsupported value: 'reasoning_effort'",
    "Unsupported value: 'messages[0].role'",
    " does not support ",
    "'system'",
    "~",
    " with this model.",
    " Only the default (1) value is supported.",
    " Only the default (~) value is supported.",
    " Supported values are: 'low', '~', and 'high'.",
    "Invalid value: 'max'.",
    "Unrecognized request argument supplied: ",
    "stop, user, top_p",
    ",",
    "max_tokens is too large: 50000. This model supports at most 7 completion",
    " Use '~' instead.",
    " Use 'a_tokens' instead.",
    "Model ~ is enabled only for api versions 2025-01-01 and later",
    "Encrypted content is not supported with this model",
    "The chatCompletion operation does not work with the specified model, ~",
    "The responses operation does not work with the specified model, ~",
    " is not supported with the '~' model.",
];
