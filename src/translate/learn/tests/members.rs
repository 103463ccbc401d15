//! Members inside the objects of a call: removed where they stand, and nowhere else.

use super::*;
use crate::{call::Refusal, translate::rules::testing::respond};

fn refusal(message: &str) -> String {
    serde_json::json!({"error": {"message": message, "param": null, "code": null}}).to_string()
}

/// Refuses a body with a message, and returns what azgate sends then.
fn mended(
    dialect: Dialect,
    message: &str,
    body: &str,
    policy: &Policy<'_>,
) -> Result<(String, String), Refusal> {
    let lessons = lessons_of(dialect, message, body);
    planned(dialect, &lessons, body, policy).map(|sent| (sent.body, sent.edits))
}

fn lessons_of(dialect: Dialect, message: &str, body: &str) -> Lessons {
    let unknown = target(&Lessons::default(), "v1");
    learned_on(dialect, &refusal(message), body, &unknown).into_iter().collect()
}

fn planned(dialect: Dialect, lessons: &Lessons, body: &str, policy: &Policy<'_>) -> Result<Sent, Refusal> {
    match dialect {
        Dialect::Chat => send(&target(lessons, "v1"), body, policy),
        Dialect::Responses => respond(&target(lessons, "v1"), body, policy),
    }
}

/// The dialect, a message, a body with the member between two `~`, and the edits.
const MENDED: &[(Dialect, &str, &str, &str)] = &[
    (
        Dialect::Chat,
        "Unrecognized request argument supplied: index",
        r#"{ "messages":[ {"role":"user" , "content":[ {"type":"text","text":"x"~, "index":{"type":"ephemeral"}~ },{"type":"text","text":"1.0"~,"index":null~}]}], "temperature":1.0}"#,
        "drop.messages[*].content[*].index;learned;n=2",
    ),
    (
        Dialect::Chat,
        "Unrecognized request argument supplied: index",
        r#"{"messages":[{"role":"system","content":"s"~,"index":{}~}],"tools":[{"type":"function","function":{"name":"f","parameters":{"properties":{"index":{"type":"string"}}}}~,"index":{}~}]}"#,
        "drop.messages[*].index;learned, drop.tools[*].index;learned",
    ),
    (
        Dialect::Chat,
        "Unknown parameter: 'messages[0].content[0].index'.",
        r#"{"messages":[{"role":"user","content":[{"type":"text","text":"x"~,"index":{"type":"ephemeral"}~}]},{"role":"user","content":[{"type":"image_url","image_url":{"url":"u"}~,"index":1~}]}]}"#,
        "drop.messages[*].content[*].index;learned;n=2",
    ),
    (
        Dialect::Chat,
        "Unknown parameter: 'messages[1].annotations'.",
        r#"{"messages":[{"role":"user","content":"x"},{"role":"assistant","content":"y"~,"annotations":[{"a":1}]~}]}"#,
        "drop.messages[assistant].annotations;learned",
    ),
    (
        Dialect::Chat,
        "Unknown parameter: 'messages[0].reasoning_content'.",
        r#"{"messages":[{"role":"assistant"~,"reasoning_content":"t"~,"content":"y"}]}"#,
        "drop.messages[*].reasoning_content;lossy;learned",
    ),
    (
        Dialect::Chat,
        "Additional properties are not allowed ('parsed', 'refusal' were unexpected) - 'messages.0'",
        r#"{"messages":[{"role":"assistant"~,"parsed":{"a":1}~,"content":"y"~,"refusal":null~}]}"#,
        "drop.messages[*].parsed;learned, refuse.messages[assistant].refusal;learned",
    ),
    (
        Dialect::Chat,
        "Unknown parameter: 'messages[0].tool_calls[0].function.x'.",
        r#"{"messages":[{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"~,"x":1~}}]},{"role":"tool","tool_call_id":"c","content":"1"}]}"#,
        "drop.messages[*].tool_calls[*].function.x;lossy;learned",
    ),
    (
        Dialect::Chat,
        "Unknown parameter: 'tools[0].function.strict'.",
        r#"{"messages":[],"tools":[{"type":"function","function":{"name":"f"~,"strict":true~,"parameters":{"strict":1}}}]}"#,
        "drop.tools[function].function.strict;lossy;learned",
    ),
    (
        Dialect::Chat,
        "messages.0.user.content.0.text.x: Extra inputs are not permitted",
        r#"{"messages":[{"role":"user","content":[{"type":"text","text":"a"~,"x":1~}]}]}"#,
        "drop.messages[*].content[*].x;lossy;learned",
    ),
    (
        Dialect::Chat,
        "Unrecognized request argument supplied: model",
        r#"{"model":"m","messages":[{"role":"assistant","content":"a"~,"model":"gpt-x"~}],"tools":[{"type":"function","model":"i","function":{"name":"f"}}]}"#,
        "drop.messages[*].model;lossy;learned",
    ),
    (
        Dialect::Responses,
        "Unknown parameter: 'reasoning.enabled'.",
        r#"{"input":"x","reasoning":{~"enabled":true,~"effort":"high"}}"#,
        "drop.reasoning.enabled;lossy;learned",
    ),
    (
        Dialect::Responses,
        "Unknown parameter: 'input[1].status'.",
        r#"{"input":[{"type":"message","role":"user","content":"a"},{"type":"function_call","call_id":"c","name":"f","arguments":"{}"~,"status":"completed"~},{"type":"web_search_call","id":"w","status":"completed","action":{}}]}"#,
        "drop.input[function_call].status;learned",
    ),
    (
        Dialect::Responses,
        "Unknown parameter: 'input[0].x_note'.",
        r#"{"input":[{"type":"message","role":"user","content":"a"~,"x_note":{"a":"b"}~}],"metadata":{"x_note":"x"}}"#,
        "drop.input[*].x_note;lossy;learned",
    ),
    (
        Dialect::Responses,
        "Unknown parameter: 'input[0].content[0].annotations[0].x.y'.",
        r#"{"input":[{"type":"message","role":"assistant","content":[{"type":"output_text","text":"a","annotations":[{"type":"t","x":{"z":1~,"y":{"deep":[1]}~}}]}]}]}"#,
        "drop.input[*].content[*].annotations[*].x.y;lossy;learned",
    ),
];

#[test]
fn a_member_is_removed_wherever_it_stands_in_such_a_place_and_everything_else_stays_byte_for_byte() {
    for (dialect, message, marked, edits) in MENDED {
        let body = marked.replace('~', "");
        let left: String = marked.split('~').step_by(2).collect();
        let sent = mended(*dialect, message, &body, &Policy::default()).unwrap();
        assert_eq!(sent, (left.clone(), (*edits).to_owned()), "{message}");
        let lessons = lessons_of(*dialect, message, &body);
        let again = learned_on(*dialect, &refusal(message), &left, &target(&lessons, "v1"));
        assert!(again.is_empty(), "{message} again: {again:?}");
    }
}

/// The dialect, a message, and a body that is about what the message refuses.
const MEANT: &[(Dialect, &str, &str)] = &[
    (Dialect::Chat, "Unknown parameter: 'instructions'.", r#"{"messages":[],"instructions":"x"}"#),
    (
        Dialect::Chat,
        "Unknown parameter: 'text'.",
        r#"{"messages":[],"text":{"format":{"type":"json_object"}}}"#,
    ),
    (Dialect::Chat, "Unknown parameter: 'reasoning'.", r#"{"messages":[],"reasoning":{"effort":"high"}}"#),
    (
        Dialect::Chat,
        "Unknown parameter: 'previous_response_id'.",
        r#"{"messages":[],"previous_response_id":"r"}"#,
    ),
    (Dialect::Chat, "Unknown parameter: 'conversation'.", r#"{"messages":[],"conversation":"c"}"#),
    (Dialect::Chat, "Unknown parameter: 'prompt'.", r#"{"messages":[],"prompt":{"id":"p"}}"#),
    (Dialect::Chat, "Unknown parameter: 'input'.", r#"{"messages":[],"input":"p"}"#),
    (Dialect::Chat, "Unknown parameter: 'max_output_tokens'.", r#"{"messages":[],"max_output_tokens":9}"#),
    (Dialect::Chat, "Unknown parameter: 'background'.", r#"{"messages":[],"background":true}"#),
    (Dialect::Chat, "Unknown parameter: 'include'.", r#"{"messages":[],"include":["a"]}"#),
    (Dialect::Chat, "Unrecognized request argument supplied: system", r#"{"messages":[],"system":"Obey."}"#),
    (
        Dialect::Chat,
        "Unrecognized request arguments supplied: seed, attachments",
        r#"{"seed":1,"attachments":[{"a":1}]}"#,
    ),
    (Dialect::Chat, "Extra inputs are not permitted", r#"{"messages":[]}"#),
    (
        Dialect::Chat,
        "#/instructions: Extra inputs are not permitted",
        r#"{"messages":[],"instructions":"x"}"#,
    ),
    (Dialect::Responses, "Unknown parameter: 'messages'.", r#"{"input":"x","messages":[]}"#),
    (Dialect::Responses, "Unknown parameter: 'modalities'.", r#"{"input":"x","modalities":["audio"]}"#),
    (Dialect::Responses, "Unknown parameter: 'functions'.", r#"{"input":"x","functions":[{}]}"#),
    (Dialect::Responses, "Unknown parameter: 'n'.", r#"{"input":"x","n":2}"#),
    (
        Dialect::Chat,
        "Unknown parameter: 'messages[0].content'.",
        r#"{"messages":[{"role":"user","content":"a"}]}"#,
    ),
    (
        Dialect::Chat,
        "Unknown parameter: 'messages[0].tool_calls'.",
        r#"{"messages":[{"role":"assistant","tool_calls":[{"id":"a"}]}]}"#,
    ),
    (
        Dialect::Chat,
        "Unknown parameter: 'tools[0].function.parameters.x'.",
        r#"{"tools":[{"type":"function","function":{"name":"f","parameters":{"x":1}}}]}"#,
    ),
    (
        Dialect::Responses,
        "Unknown parameter: 'tools[0].require_approval'.",
        r#"{"input":"x","tools":[{"type":"mcp","require_approval":"always"}]}"#,
    ),
    (
        Dialect::Responses,
        "Unknown parameter: 'reasoning.max_tokens'.",
        r#"{"input":"x","reasoning":{"max_tokens":9}}"#,
    ),
    (
        Dialect::Responses,
        "Unknown parameter: 'reasoning.budget'.",
        r#"{"input":"x","reasoning":{"budget":9}}"#,
    ),
    (
        Dialect::Chat,
        "Unknown parameter: 'messages[0].images'.",
        r#"{"messages":[{"role":"user","content":"a","images":["b"]}]}"#,
    ),
    (
        Dialect::Chat,
        "Unrecognized request argument supplied: experimental_attachments",
        r#"{"messages":[{"role":"user","content":"a","experimental_attachments":["b"]}]}"#,
    ),
    (
        Dialect::Chat,
        "messages.0.user.parts: Extra inputs are not permitted",
        r#"{"messages":[{"role":"user","parts":[{"text":"b"}]}]}"#,
    ),
    (
        Dialect::Chat,
        "Unknown parameter: 'messages[0].content[0].source'.",
        r#"{"messages":[{"role":"user","content":[{"type":"image","source":{"data":"b"}}]}]}"#,
    ),
    (
        Dialect::Responses,
        "Unknown parameter: 'tools[0].filters.x'.",
        r#"{"input":"x","tools":[{"type":"file_search","filters":{"x":1}}]}"#,
    ),
    (
        Dialect::Responses,
        "Unknown parameter: 'tools[0].max_num_results'.",
        r#"{"input":"x","tools":[{"type":"file_search","max_num_results":1}]}"#,
    ),
    (
        Dialect::Chat,
        "Unknown parameter: 'tool_choice.x'.",
        r#"{"messages":[],"tool_choice":{"type":"function","x":1}}"#,
    ),
    (
        Dialect::Chat,
        "Unknown parameter: 'response_format.json_schema.x'.",
        r#"{"messages":[],"response_format":{"type":"json_schema","json_schema":{"name":"n","x":1}}}"#,
    ),
];

#[test]
fn what_a_call_is_about_is_never_removed_and_the_client_reads_azures_refusal() {
    for (dialect, message, body) in MEANT {
        match mended(*dialect, message, body, &Policy::default()) {
            Err(refusal) => assert!(refusal.rule.starts_with("refuse."), "{}", refusal.rule),
            Ok((sent, edits)) => {
                let untaught = planned(*dialect, &Lessons::default(), body, &Policy::default()).unwrap().body;
                assert_eq!((sent, edits.contains("learned")), (untaught, false), "{message}: {edits}");
            }
        }
    }
}

#[test]
fn a_policy_decides_on_a_member_as_on_any_other_parameter() {
    let message = "Unknown parameter: 'messages[0].x_note'.";
    let body = r#"{"messages":[{"role":"user","content":"a","x_note":1}]}"#;
    let strict = Policy { call: Some(Lossy::Refuse), ..Policy::default() };
    let refusal = mended(Dialect::Chat, message, body, &strict).unwrap_err();
    assert_eq!((&*refusal.rule, refusal.param.as_str()), ("drop.messages[*].x_note", "messages[0].x_note"));
    // A hint for a cache is no loss, so nobody refuses it.
    let cached = body.replace("x_note", "index");
    let sent = mended(Dialect::Chat, "Unrecognized request argument supplied: index", &cached, &strict);
    assert_eq!(sent.unwrap().0, r#"{"messages":[{"role":"user","content":"a"}]}"#);
    let meant = r#"{"messages":[{"role":"assistant","refusal":"No."}]}"#;
    let rule = "refuse.messages[assistant].refusal";
    let apply = PolicyLayer { lossy: None, rules: [(rule.to_owned(), Action::Apply)].into() };
    let apply = Policy { call: None, layers: [None, None, Some(&apply)] };
    let sent = mended(Dialect::Chat, "Unknown parameter: 'messages[0].refusal'.", meant, &apply).unwrap();
    assert_eq!(sent, (r#"{"messages":[{"role":"assistant"}]}"#.into(), format!("{rule};lossy;learned")));
}

#[test]
fn what_the_bridge_writes_is_mended_in_azures_words() {
    let body = r#"{"messages":[{"role":"user","content":"a"}],"tools":[{"type":"function","function":{"name":"f","parameters":{},"strict":true}}]}"#;
    let bridged: Lessons = [Lesson::Dialects(vec![Dialect::Responses])].into_iter().collect();
    let sent = planned(Dialect::Chat, &bridged, body, &Policy::default()).unwrap();
    assert!(sent.body.contains(r#""strict":true"#), "{}", sent.body);
    let message = refusal("Unknown parameter: 'tools[0].strict'.");
    let mut lessons = bridged.clone();
    for lesson in learned_on(Dialect::Responses, &message, &sent.body, &target(&bridged, "v1")) {
        lessons.add(lesson);
    }
    let next = planned(Dialect::Chat, &lessons, body, &Policy::default()).unwrap();
    assert_eq!(next.body, sent.body.replace(r#","strict":true"#, ""));
    assert!(next.edits.contains("drop.tools[function].strict;lossy;learned"), "{}", next.edits);
}

#[test]
fn a_member_of_an_item_that_a_rule_wrote_is_removed_too() {
    let body = r#"{"input":"a","tools":[{"type":"function","function":{"name":"f","x":1}}]}"#;
    let unknown = Lessons::default();
    let sent = planned(Dialect::Responses, &unknown, body, &Policy::default()).unwrap();
    let message = refusal("Unknown parameter: 'tools[0].x'.");
    let lessons: Lessons =
        learned_on(Dialect::Responses, &message, &sent.body, &target(&unknown, "v1")).into_iter().collect();
    let next = planned(Dialect::Responses, &lessons, body, &Policy::default()).unwrap();
    assert_eq!(next.body, sent.body.replace(r#","x":1"#, ""));
    assert_ne!(next.body, sent.body);
}

#[test]
fn lines_about_members_load_as_a_configuration_and_make_the_same_edits() {
    let catalog = catalog();
    for (dialect, message, marked, edits) in MENDED {
        let body = marked.replace('~', "");
        let lessons = lessons_of(*dialect, message, &body);
        let text = lessons.overlay("mystery-7", &catalog.unknown(), &catalog);
        let overlay: toml::Table = text.parse().unwrap_or_else(|error| panic!("{error}\n{text}"));
        let loaded = Catalog::load(overlay["families"].as_table().unwrap());
        let family =
            loaded.unwrap_or_else(|problems| panic!("{problems:?}\n{text}")).by_model("mystery-7").unwrap();
        let target = Target::new("m", family, "v1".parse().unwrap(), &Surfaces::embedded());
        let sent = match dialect {
            Dialect::Chat => send(&target, &body, &Policy::default()),
            Dialect::Responses => respond(&target, &body, &Policy::default()),
        };
        let sent = sent.unwrap();
        assert_eq!(sent.edits, edits.replace(";learned", ""), "{text}");
        assert_eq!(sent.body, marked.split('~').step_by(2).collect::<String>());
    }
}

#[test]
fn of_values_without_an_order_only_the_refused_one_is_learned() {
    let message =
        "Unsupported value: 'concise' is not supported with the 'm' model. Supported values are: 'detailed'.";
    let answer = serde_json::json!({"error": {"message": message, "param": "reasoning.summary"}}).to_string();
    let body =
        |summary: &str| format!(r#"{{"input":"x","reasoning":{{"summary":"{summary}","effort":"low"}}}}"#);
    let unknown = target(&Lessons::default(), "v1");
    let mut lessons: Lessons =
        learned_on(Dialect::Responses, &answer, &body("concise"), &unknown).into_iter().collect();
    let sent = |lessons: &Lessons, summary| {
        let sent = planned(Dialect::Responses, lessons, &body(summary), &Policy::default()).unwrap();
        (sent.body, sent.edits)
    };
    let without = r#"{"input":"x","reasoning":{"effort":"low"}}"#;
    assert_eq!(sent(&lessons, "concise"), (without.into(), "drop.reasoning.summary;lossy;learned".into()));
    for other in ["auto", "detailed"] {
        assert_eq!(sent(&lessons, other), (body(other), "none".into()));
    }
    // A second refused value is learned beside the first.
    let answer = answer.replace("concise", "none").replace("'detailed'", "'auto'");
    for lesson in learned_on(Dialect::Responses, &answer, &body("none"), &target(&lessons, "v1")) {
        lessons.add(lesson);
    }
    assert_eq!((sent(&lessons, "concise").0, sent(&lessons, "none").0), (without.into(), without.into()));
    assert_eq!(sent(&lessons, "auto").1, "none");
    // Numbers that the message calls the only ones are all that Azure takes.
    let only = "Unsupported value: 'temperature' does not support 0.1 with this model. Only the default (1) value is supported.";
    let lessons = lessons_of(Dialect::Chat, only, r#"{"temperature":0.1}"#);
    assert_eq!(
        planned(Dialect::Chat, &lessons, r#"{"temperature":0.7}"#, &Policy::default()).unwrap().body,
        "{}"
    );
}

#[test]
fn on_your_datas_own_schema_says_nothing_about_calls_without_it() {
    let body = r#"{"messages":[],"data_sources":[{"type":"azure_search"}],"seed":1}"#;
    let lessons =
        lessons_of(Dialect::Chat, "Validation error at #/seed: Extra inputs are not permitted", body);
    let sent = |body| planned(Dialect::Chat, &lessons, body, &Policy::default()).unwrap().body;
    assert_eq!(sent(body), body.replace(r#","seed":1"#, ""));
    assert_eq!(sent(r#"{"messages":[],"seed":1}"#), r#"{"messages":[],"seed":1}"#);
    let text = lessons.overlay("mystery-7", &catalog().unknown(), &catalog());
    assert!(text.contains(r#"seed = { drop = true, beside = "data_sources", why"#), "{text}");
}
