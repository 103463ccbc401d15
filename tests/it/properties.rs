//! Properties of every call, tested with generated bodies, families and surfaces.

use azgate::{
    call::{Change, Dialect},
    json::{Document, apply},
    sim,
    translate::{Policy, Target, TargetOptions, edits_header, plan},
};
use bytes::Bytes;
use proptest::{collection::vec, option, prelude::*, sample::select};

use crate::support::calls::{call, families, judged, planned, target};

/// An unknown member, with spellings that re-encoding would change.
const STRANGER: &str = r#""x_stranger" : [ 1.0e0 , "\u00e9\/" , {"a" :null} ]"#;

/// A tool call id as other vendors generate it.
const LONG_ID: &str = "call_b3c7b0f2-6a6a-4c0a-9a8f-2d3f4a5b6c7d-web-search-0";

fn text() -> impl Strategy<Value = String> {
    select(vec!["", "Hi", "B\\u00e9\\n", "é😀 \\\"x\\\"", "Formatting re-enabled"])
        .prop_map(|text| format!("\"{text}\""))
}

fn content() -> impl Strategy<Value = String> {
    let part = text().prop_map(|text| format!(r#"{{"type":"text","text":{text}}}"#));
    prop_oneof![3 => text(), 1 => vec(part, 1..3).prop_map(|parts| format!("[ {} ]", parts.join(" , ")))]
}

/// One message, or a tool call with its result, in the current or the legacy format.
fn turn() -> impl Strategy<Value = String> {
    let plain =
        (select(vec!["system", "developer", "user", "assistant"]), content(), option::of(Just(STRANGER)));
    let plain = plain.prop_map(|(role, content, stranger)| {
        let stranger = stranger.map_or_else(String::new, |member| format!(",{member}"));
        format!(r#"{{"role":"{role}","content":{content}{stranger}}}"#)
    });
    let tool = (text(), select(vec!["c1", LONG_ID])).prop_map(|(text, id)| {
        format!(
            r#"{{"role":"assistant","content":null,"function_call":null,"tool_calls":[{{"id":"{id}","type":"function","function":{{"name":"f","arguments":"{{}}"}}}}]}},{{"role":"tool","tool_call_id":"{id}","content":{text}}}"#
        )
    });
    let legacy = text().prop_map(|text| {
        format!(
            r#"{{"role":"assistant","content":null,"function_call":{{"name":"f","arguments":"{{}}"}}}},{{"role":"function","name":"f","content":{text}}}"#
        )
    });
    prop_oneof![6 => plain, 1 => tool, 1 => legacy]
}

/// A top-level member that some family or api-version does not accept unchanged.
fn member() -> impl Strategy<Value = &'static str> {
    select(vec![
        r#""temperature":0.2"#,
        r#""temperature":1"#,
        r#""top_p":1.0"#,
        r#""max_tokens":256"#,
        r#""max_completion_tokens":99.0"#,
        r#""reasoning_effort":"minimal""#,
        r#""reasoning_effort":"none""#,
        r#""reasoning_effort":"max""#,
        r#""stream":true"#,
        r#""stream_options":{"include_usage":false}"#,
        r#""tools":[{"type":"function","function":{"name":"f"}}]"#,
        r#""tools":[]"#,
        r#""tool_choice":"auto""#,
        r#""parallel_tool_calls":false"#,
        r#""functions":[{"name":"f"}]"#,
        r#""function_call":"auto""#,
        r#""stop":"x""#,
        r#""logprobs":true"#,
        r#""logit_bias":{}"#,
        r#""n":2"#,
        r#""prediction":{"type":"content","content":"x"}"#,
        r#""store":true"#,
        r#""metadata":{"a":"b"}"#,
        r#""verbosity":"low""#,
        r#""response_format":{"type":"json_object"}"#,
        r#""user":null"#,
        r#""seed":12345678901234567890123"#,
    ])
}

prop_compose! {
    fn body()(turns in vec(turn(), 1..6), members in vec(member(), 0..8), stranger: bool) -> Bytes {
        let mut all = vec![r#""model":"alias""#.to_owned(), format!(r#""messages":[{}]"#, turns.join(","))];
        for member in members {
            let key = member.split(':').next();
            if !all.iter().any(|one| one.split(':').next() == key) {
                all.push(member.to_owned());
            }
        }
        if stranger {
            all.push(STRANGER.to_owned());
        }
        format!("{{ {} }}", all.join(" , ")).into()
    }
}

fn a_target() -> impl Strategy<Value = Target> {
    let surfaces =
        ["v1", "2023-05-15", "2024-02-01", "2024-10-21", "2024-12-01-preview", "2025-04-01-preview"];
    (select(families()), select(surfaces.to_vec()), any::<[bool; 2]>(), select(vec![0_u32, 1000])).prop_map(
        |(family, surface, [markdown, collect], reasoning_reserve)| Target {
            options: TargetOptions { markdown, reasoning_reserve, collect, ..TargetOptions::default() },
            ..target(&family, surface)
        },
    )
}

fn count(whole: &[u8], part: &str) -> usize {
    whole.windows(part.len()).filter(|window| *window == part.as_bytes()).count()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn without_edits_the_same_buffer_is_sent(body in body(), target in a_target()) {
        let call = call(Dialect::Chat, &body);
        let Ok(plan) = plan(&call, &target, &Policy::default()) else { return Ok(()) };
        let sent = apply(&call.body, plan.changes());
        if plan.changes().next().is_none() {
            prop_assert_eq!(sent.len(), 1);
            prop_assert_eq!(sent[0].as_ptr(), body.as_ptr());
        }
        prop_assert_eq!(edits_header(&plan.edits) == "none", plan.edits.is_empty());
    }

    #[test]
    fn planning_a_planned_body_again_changes_nothing(body in body(), target in a_target()) {
        let Ok((plan, sent)) = planned(Dialect::Chat, &body, &target) else { return Ok(()) };
        let (again, twice) = planned(plan.dialect, &sent, &target).expect("a planned body is not refused");
        let body_edits: Vec<_> =
            again.edits.iter().filter(|edit| !matches!(edit.change, Change::ApiVersion { .. })).collect();
        prop_assert!(body_edits.is_empty(), "{body_edits:?}");
        prop_assert_eq!(sent, twice);
    }

    #[test]
    fn unknown_members_stay_byte_for_byte(body in body(), target in a_target()) {
        let Ok((_, sent)) = planned(Dialect::Chat, &body, &target) else { return Ok(()) };
        let document = Document::parse(sent.clone(), 5).expect("the sent body is JSON");
        prop_assert!(document.duplicate_key().is_none());
        // A merged message loses its unknown members, and azgate reports that as a loss.
        if target.profile.system_role != azgate::catalog::SystemRole::MergeIntoUser {
            prop_assert_eq!(count(&sent, STRANGER), count(&body, STRANGER));
        }
        let top = |body: &Bytes| {
            Document::parse(body.clone(), 5).unwrap().root().get("x_stranger").map(|value| value.raw().to_vec())
        };
        prop_assert_eq!(top(&sent), top(&body));
    }

    #[test]
    fn the_simulator_accepts_every_sent_body(body in body(), target in a_target()) {
        let Ok((plan, sent)) = planned(Dialect::Chat, &body, &target) else { return Ok(()) };
        // o3-deep-research has no standalone deployment on Azure (models-sold-directly-by-azure.md).
        let known = |name: &&String| {
            *name != "o3-deep-research" && sim::models().any(|model| model == name.as_str())
        };
        let Some(model) = target.profile.models.iter().find(known) else { return Ok(()) };
        if let Err(error) = judged(model, &plan, &sent) {
            // Unknown keys pass on purpose.
            let (dialect, version) = (plan.dialect, plan.api_version);
            prop_assert!(error.body.contains("x_stranger"), "{model}, {dialect} {version:?}: {}\n{sent:?}", error.body);
        }
    }
}
