//! Tests of what is bridged, and of what a policy makes of it.

use super::*;
use crate::translate::{
    Action, Lossy, PolicyLayer, TargetOptions,
    rules::testing::{refused, respond, responses, responses_with, send, sent, strictly, target, with},
};

const HI: &str = r#""messages":[{"role":"user","content":"Hi"}]"#;
const TOOLS: &str = r#""tools":[{"type":"function","function":{"name":"f","parameters":{}}}]"#;

fn reply(target: &Target, body: &str) -> ReplyPlan {
    send(target, body, &Policy::default()).unwrap().plan.reply
}

#[test]
fn a_chat_call_to_a_model_of_the_responses_api_goes_there() {
    let (body, edits) = sent("gpt-5-codex", "v1", &format!("{{{HI}}}"));
    assert!(body.starts_with(r#"{"input":[{"type":"message","role":"user","content":"Hi"}]"#), "{body}");
    assert!(body.contains(r#""store":false"#) && body.contains("reasoning.encrypted_content"), "{body}");
    assert_eq!(edits, "bridge.responses");
    let target = Target { resource: "main".into(), ..target("gpt-5-codex", "v1") };
    let plan = send(&target, &format!("{{{HI}}}"), &Policy::default()).unwrap().plan;
    assert_eq!(plan.dialect, Dialect::Responses);
    let expected = OverResponses { resource: "main".into(), stop: Vec::new() };
    assert_eq!(plan.reply.shape, Shape::OverResponses(Arc::new(expected)));
}

#[test]
fn what_the_other_operation_refuses_is_named_as_the_caller_named_it() {
    let body = format!(
        r#"{{{HI},"response_format":{{"type":"json_schema","json_schema":{{"name":"a","schema":{{}}}}}}}}"#
    );
    let refusal = refused("gpt-5.4-pro", "v1", &body);
    assert_eq!((&*refusal.rule, refusal.param.as_str()), ("refuse.response_format", "response_format"));
}

#[test]
fn a_policy_keeps_a_call_where_it_is_or_refuses_it() {
    let body = format!("{{{HI}}}");
    assert_eq!(
        with("bridge.responses", Action::Pass, "gpt-5-codex", &body).unwrap(),
        (body.clone(), "none".into())
    );
    let refusal = with("bridge.responses", Action::Refuse, "gpt-5-codex", &body).unwrap_err();
    assert_eq!((&*refusal.rule, refusal.param.as_str()), ("bridge.responses", "model"));
}

#[test]
fn function_tools_go_with_an_effort_on_the_responses_api_alone_from_gpt_5_4_on() {
    let crosses =
        |family, effort: &str| sent(family, "v1", &format!("{{{HI},{TOOLS}{effort}}}")).1.contains("bridge");
    for (family, effort, expected) in [
        ("gpt-5.4", "", false),
        ("gpt-5.4", r#","reasoning_effort":"low""#, true),
        ("gpt-5.4", r#","reasoning_effort":"minimal""#, false),
        ("gpt-5.6", "", true),
        ("gpt-5.6", r#","reasoning_effort":"none""#, false),
        ("gpt-6.1", "", true),
        ("gpt-6.1", r#","reasoning_effort":"none""#, true),
        ("gpt-5.2", r#","reasoning_effort":"high""#, false),
    ] {
        assert_eq!(crosses(family, effort), expected, "{family} {effort}");
    }
    assert!(!sent("gpt-5.6", "v1", &format!("{{{HI}}}")).1.contains("bridge"), "no tools");
}

#[test]
fn a_model_may_be_kept_off_the_responses_api() {
    let body = format!(r#"{{{HI},{TOOLS},"reasoning_effort":"low"}}"#);
    let reported = |family, tools_with_effort| {
        let target = Target {
            options: TargetOptions { tools_with_effort, ..TargetOptions::default() },
            ..target(family, "v1")
        };
        send(&target, &body, &Policy::default())
            .map(|sent| sent.edits)
            .map_err(|refusal| refusal.rule.to_string())
    };
    assert_eq!(reported("gpt-5.6", OnToolsWithEffort::EffortNone), Ok("none.reasoning_effort;lossy".into()));
    assert_eq!(reported("gpt-5.6", OnToolsWithEffort::Refuse), Err("refuse.tools_with_effort".into()));
    assert_eq!(reported("gpt-6.1", OnToolsWithEffort::EffortNone), Err("refuse.tools_with_effort".into()));
}

#[test]
fn hosted_tools_go_to_the_responses_api_in_whatever_spelling_and_where_there_is_none_are_refused() {
    let stores =
        r#""tools":[{"type":"file_search"}],"tool_resources":{"file_search":{"vector_store_ids":["vs_1"]}}"#;
    let (body, edits) = sent("gpt-4.1", "v1", &format!("{{{HI},{stores}}}"));
    assert!(body.contains(r#""tools":[{"type":"file_search","vector_store_ids":["vs_1"]}]"#), "{body}");
    assert!(body.contains(r#""include":["file_search_call.results"]"#), "{body}");
    assert_eq!(edits, "bridge.responses, correct.hosted_tools;n=2");
    assert_eq!(&*refused("gpt-4-turbo", "v1", &format!("{{{HI},{stores}}}")).rule, "refuse.hosted_tools");
    let refusal = refused("gpt-4.1", "v1", &format!(r#"{{{HI},"tools":[{{"type":"file_search"}}]}}"#));
    assert_eq!((&*refusal.rule, refusal.param.as_str()), ("bridge.responses", "tools[0].vector_store_ids"));
}

#[test]
fn options_of_hosted_tools_are_moved_however_deep_they_lie() {
    for (chat, tool) in [
        (
            r#""tools":[{"type":"code_interpreter","code_interpreter":{"container":{"type":"auto","file_ids":["a"]}}}],"tool_resources":{"code_interpreter":{"file_ids":["b"]}}"#,
            r#"{"type":"code_interpreter","container":{"type":"auto","file_ids":["a","b"]}}"#,
        ),
        (
            r#""tools":[{"type":"web_search","web_search":{"user_location":{"type":"approximate","approximate":{"city":"Bonn"}}}}]"#,
            r#"{"type":"web_search","user_location":{"type":"approximate","city":"Bonn"}}"#,
        ),
    ] {
        let (body, _) = sent("gpt-4.1", "v1", &format!("{{{HI},{chat}}}"));
        assert!(body.contains(&format!(r#""tools":[{tool}]"#)), "{body}");
    }
}

#[test]
fn options_of_on_your_data_become_those_of_file_search_or_are_said_to_be_lost() {
    let asked = |parameters: &str| {
        format!(
            r#"{{{HI},"data_sources":[{{"type":"file_search","parameters":{{"vector_store_id":"vs_1",{parameters}}}}}]}}"#
        )
    };
    for (parameters, reported, edits) in [
        (r#""top_n_documents":5"#, r#","max_num_results":5"#, ""),
        (r#""top_n_documents":null"#, "", ""),
        (r#""top_n_documents":100"#, r#","max_num_results":50"#, ", clamp.max_num_results;lossy"),
        (r#""top_n_documents":0"#, r#","max_num_results":1"#, ", clamp.max_num_results;lossy"),
        (r#""top_n_documents":"5""#, "", ", drop.data_sources;lossy"),
        (
            r#""top_n_documents":5,"max_num_results":7"#,
            r#","max_num_results":7"#,
            ", drop.data_sources;lossy",
        ),
        (
            r#""ranking_options":{"ranker":"auto"},"filters":{"type":"eq"},"max_num_results":7"#,
            r#","ranking_options":{"ranker":"auto"},"filters":{"type":"eq"},"max_num_results":7"#,
            "",
        ),
        (r#""strictness":3,"in_scope":true"#, "", ", drop.data_sources;lossy;n=2"),
    ] {
        let (body, reported_edits) = sent("gpt-4.1", "v1", &asked(parameters));
        let tools = format!(r#""tools":[{{"type":"file_search","vector_store_ids":["vs_1"]{reported}}}]"#);
        assert!(body.contains(&tools), "{parameters}: {body}");
        assert_eq!(reported_edits, format!("bridge.responses, correct.hosted_tools;n=2{edits}"));
    }
    let refusal = strictly("gpt-4.1", "v1", &asked(r#""top_n_documents":5,"strictness":3"#)).unwrap_err();
    assert_eq!(
        (&*refusal.rule, refusal.param.as_str()),
        ("drop.data_sources", "data_sources[0].parameters.strictness")
    );
    assert!(strictly("gpt-4.1", "v1", &asked(r#""top_n_documents":5"#)).is_ok());
}

#[test]
fn what_the_responses_api_lacks_is_said_and_may_be_refused() {
    let body = format!(r#"{{{HI},"seed":1,"stop":"x","n":1,"presence_penalty":0}}"#);
    let (sent, edits) = sent("gpt-5-codex", "v1", &body);
    assert!(["seed", "stop", "\"n\"", "penalty"].iter().all(|key| !sent.contains(key)), "{sent}");
    assert_eq!(edits, "bridge.responses, refuse.n, drop.stop;lossy, drop.seed;lossy, drop.presence_penalty");
    assert_eq!(strictly("gpt-5-codex", "v1", &body).unwrap_err().param, "stop");
    let several = format!(r#"{{{HI},"n":3}}"#);
    assert_eq!(&*refused("gpt-5-codex", "v1", &several).rule, "refuse.n");
    let named = r#"{"messages":[{"role":"user","name":"Ann","content":"Hi"}]}"#;
    assert_eq!(self::sent("gpt-5-codex", "v1", named).1, "bridge.responses, drop.name;lossy");
    let refusal = strictly("gpt-5-codex", "v1", named).unwrap_err();
    assert_eq!((&*refusal.rule, refusal.param.as_str()), ("drop.name", "messages[0].name"));
}

#[test]
fn to_ask_for_text_is_to_ask_for_nothing_and_anything_else_is_a_loss() {
    let with = |modalities: &str| format!(r#"{{{HI},"modalities":{modalities}}}"#);
    for (modalities, edits) in [
        (r#"["text"]"#, "drop.modalities[text]"),
        (r#"["text","text"]"#, "drop.modalities[text]"),
        (r#"["smell"]"#, "drop.modalities;lossy"),
        (r#"["text","smell"]"#, "drop.modalities[text], drop.modalities;lossy"),
        (r#""text""#, "drop.modalities;lossy"),
    ] {
        let (sent, reported) = sent("gpt-5-codex", "v1", &with(modalities));
        assert_eq!(reported, format!("bridge.responses, {edits}"), "{modalities}");
        assert!(!sent.contains("modalities"), "{sent}");
    }
    assert!(strictly("gpt-5-codex", "v1", &with(r#"["text"]"#)).is_ok());
    let refusal = refused("gpt-5-codex", "v1", &with(r#"["text","audio"]"#));
    assert_eq!((&*refusal.rule, refusal.param.as_str()), ("refuse.modalities[audio]", "modalities[1]"));
}

#[test]
fn what_cannot_be_passed_on_is_refused_to_who_accepts_no_loss() {
    let named = r#"{"messages":[{"role":"user","name":"Ann","content":"Hi"}]}"#;
    let layer = PolicyLayer { lossy: None, rules: [("drop.name".to_owned(), Action::Pass)].into() };
    let policy = |call| Policy { call, layers: [None, None, Some(&layer)] };
    let target = target("gpt-5-codex", "v1");
    assert!(send(&target, named, &policy(None)).unwrap().edits.contains("drop.name;lossy"));
    let refusal = send(&target, named, &policy(Some(Lossy::Refuse))).unwrap_err();
    assert_eq!(&*refusal.rule, "drop.name");
}

#[test]
fn azgate_cuts_at_the_sequence_and_makes_the_call_for_each_choice_where_it_is_told_to() {
    let target = Target {
        options: TargetOptions { cut_at_stop: true, fan_out: Some(4), ..TargetOptions::default() },
        ..target("gpt-5-codex", "v1")
    };
    let body = format!(r#"{{{HI},"stop":["a","b"],"n":3,"stream":true}}"#);
    let sent = send(&target, &body, &Policy::default()).unwrap();
    assert_eq!(sent.edits, "bridge.responses, cut.stop, fan_out.n;n=3");
    assert!(!sent.body.contains("stream"), "{}", sent.body);
    let Shape::OverResponses(over) = &sent.plan.reply.shape else { panic!("{:?}", sent.plan.reply) };
    assert_eq!(over.stop, ["a", "b"]);
    assert_eq!((sent.plan.reply.copies.count(), sent.plan.reply.framing), (3, Framing::JsonToSse));
    let more = send(&target, &format!(r#"{{{HI},"n":5}}"#), &Policy::default()).unwrap_err();
    assert_eq!(&*more.rule, "refuse.n");
}

#[test]
fn legacy_functions_and_the_wish_for_usage_come_along() {
    let body = format!(
        r#"{{{HI},"functions":[{{"name":"f"}}],"stream":true,"stream_options":{{"include_usage":true}}}}"#
    );
    let reply = reply(&target("gpt-5-codex", "v1"), &body);
    assert!(reply.legacy_functions);
    assert_eq!(reply.usage_chunk, UsageChunk::Wanted);
    let (sent, _) = sent("gpt-5-codex", "v1", &body);
    assert!(sent.contains(r#""type":"function","name":"f""#), "{sent}");
}

#[test]
fn a_caller_who_accepts_no_loss_is_bridged_where_nothing_is_lost() {
    let policy = Policy { call: Some(Lossy::Refuse), layers: [None, None, Some(&PolicyLayer::default())] };
    let body = format!(r#"{{{HI},{TOOLS},"max_tokens":500,"reasoning_effort":"high"}}"#);
    assert_eq!(send(&target("gpt-5.6", "v1"), &body, &policy).unwrap().edits, "bridge.responses");
}

const OWN: &str = r#"{"type":"function","name":"f"}"#;

#[test]
fn a_search_that_is_only_offered_is_left_out_where_chat_serves_the_model() {
    let body = |tools: &str, more: &str| format!(r#"{{"input":"Hi","tools":[{tools}]{more}}}"#);
    for hosted in ["web_search", "web_search_preview", "image_generation"] {
        let tools = format!(r#"{OWN},{{"type":"{hosted}"}}"#);
        let (sent, edits) = responses("gpt-35-turbo", "v1", &body(&tools, ""));
        assert!(sent.starts_with(r#"{"tools":[{"type":"function","function":{"name":"f"}}],"#), "{sent}");
        assert_eq!(edits, "bridge.chat, drop.hosted_tools;lossy");
        let refused = responses_with("drop.hosted_tools", Action::Refuse, "gpt-35-turbo", &body(&tools, ""));
        assert_eq!(refused.unwrap_err().param, "tools[1]");
        let chosen = format!(r#","tool_choice":{{"type":"{hosted}"}}"#);
        let refusal = respond(&target("gpt-35-turbo", "v1"), &body(&tools, &chosen), &Policy::default());
        let refusal = refusal.unwrap_err();
        assert_eq!((&*refusal.rule, refusal.param.as_str()), ("bridge.chat", "tools[1]"));
        assert!(refusal.why.contains(r#""bridge.chat" = "apply""#), "{}", refusal.why);
    }
    let alone =
        respond(&target("gpt-35-turbo", "v1"), &body(r#"{"type":"web_search"}"#, ""), &Policy::default());
    assert_eq!(alone.unwrap_err().param, "tools[0]");
    let (sent, _) = responses("gpt-4.1", "v1", &body(&format!(r#"{OWN},{{"type":"web_search"}}"#), ""));
    assert!(sent.contains("web_search"), "{sent}");
}

#[test]
fn a_policy_of_apply_leaves_out_whatever_chat_lacks() {
    let chat = r#""messages":[{"role":"user","content":"Hi"}]"#;
    for (members, expected) in [
        (
            r#""tools":[{"type":"file_search","vector_store_ids":["vs_1"]}],"tool_choice":"auto""#,
            format!("{{{chat}}}"),
        ),
        (r#""tools":[{"type":"mcp"}],"tool_choice":{"type":"mcp"}"#, format!("{{{chat}}}")),
        (
            r#""tools":[{"type":"function","name":"f"},{"type":"shell"}],"tool_choice":{"type":"allowed_tools","mode":"auto","tools":[{"type":"shell"},{"type":"function","name":"f"}]}"#,
            format!(
                r#"{{"tools":[{{"type":"function","function":{{"name":"f"}}}}],"tool_choice":{{"type":"allowed_tools","allowed_tools":{{"mode":"auto","tools":[{{"type":"function","function":{{"name":"f"}}}}]}}}},{chat}}}"#
            ),
        ),
        (r#""previous_response_id":"resp_1","background":true,"truncation":"auto""#, format!("{{{chat}}}")),
        (r#""context_management":[{"type":"compaction"}],"prompt":{"id":"p"},"n":2"#, format!("{{{chat}}}")),
    ] {
        let body = format!(r#"{{"input":"Hi",{members}}}"#);
        let (sent, edits) = responses_with("bridge.chat", Action::Apply, "gpt-35-turbo", &body).unwrap();
        assert_eq!(sent, expected, "{body}");
        assert!(edits.starts_with("bridge.chat;lossy"), "{edits}");
        let plain = respond(&target("gpt-35-turbo", "v1"), &body, &Policy::default());
        assert_eq!(&*plain.unwrap_err().rule, "bridge.chat", "{body}");
    }
    for item in [
        r#"{"type":"web_search_call","id":"ws_1"}"#,
        r#"{"type":"item_reference","id":"msg_1"}"#,
        r#"{"id":"msg_1"}"#,
        r#"{"type":"shell_call","call_id":"c"},{"type":"shell_call_output","call_id":"c"}"#,
    ] {
        let body = format!(r#"{{"input":[{{"role":"user","content":"Hi"}},{item}]}}"#);
        let (sent, _) = responses_with("bridge.chat", Action::Apply, "gpt-35-turbo", &body).unwrap();
        assert_eq!(sent, format!("{{{chat}}}"), "{body}");
    }
    let part = r#"{"input":[{"role":"user","content":[{"type":"input_text","text":"Hi"},{"type":"new_part"},{"type":"input_image","file_id":"f"},{"type":"input_file","file_url":"u"}]}]}"#;
    let (sent, _) = responses_with("bridge.chat", Action::Apply, "gpt-35-turbo", part).unwrap();
    assert_eq!(sent, format!("{{{chat}}}"));
}

#[test]
fn a_caller_who_accepts_no_loss_gets_a_refusal_in_spite_of_apply() {
    let rules = PolicyLayer { lossy: None, rules: [("bridge.chat".to_owned(), Action::Apply)].into() };
    let policy = Policy { call: Some(Lossy::Refuse), layers: [None, None, Some(&rules)] };
    let body = r#"{"input":"Hi","tools":[{"type":"mcp"}]}"#;
    let refusal = respond(&target("gpt-35-turbo", "v1"), body, &policy).unwrap_err();
    assert_eq!((&*refusal.rule, refusal.param.as_str()), ("bridge.chat", "tools[0]"));
}

#[test]
fn tools_that_a_search_would_find_are_offered_from_the_start() {
    let body = r#"{"input":"Hi","tools":[{"type":"tool_search"},{"type":"function","name":"f","defer_loading":true},{"type":"namespace","name":"n","description":"","tools":[{"type":"function","name":"g","defer_loading":true}]}]}"#;
    let (sent, edits) = responses("gpt-35-turbo", "v1", body);
    assert!(sent.starts_with(r#"{"tools":[{"type":"function","function":{"name":"f"}},{"type":"function","function":{"name":"n__g"}}],"#), "{sent}");
    assert_eq!(edits, "bridge.chat, drop.hosted_tools;lossy;n=3");
}
