//! Tests of the search for ids in calls and answers.

use bytes::Bytes;

use super::{places, *};
use crate::json::Document;

/// How deep the tests outline a body.
const OUTLINE_DEPTH: u32 = 5;

fn document(body: &str) -> Document {
    Document::parse(Bytes::copy_from_slice(body.as_bytes()), OUTLINE_DEPTH).unwrap()
}

fn of(body: &str) -> Option<(String, String)> {
    let first = first_id(&document(body), places::MODEL_CALL);
    first.map(|StoredObject { at, id, .. }| (at.to_string(), id))
}

fn kinds(body: &str, places: IdPlaces) -> Vec<(ObjectKind, String)> {
    ids(&document(body), places).into_iter().map(|object| (object.kind, object.id)).collect()
}

/// Makes a body with `value` at `at`, where `0` is the second item of a list.
fn body(at: &str, value: &str) -> String {
    at.rsplit('.').fold(value.to_owned(), |inner, step| match step {
        "0" => format!("[{{}},{inner}]"),
        key => format!("{{\"x\":[[\"{key}\"]],\"{key}\":{inner}}}"),
    })
}

#[test]
fn an_id_is_found_in_every_place_however_deep() {
    for at in [
        "previous_response_id",
        "conversation",
        "conversation.id",
        "prompt.id",
        "input.0.content.0.file_id",
        "input.0.output.0.file_id",
        "input.0.output.file_id",
        "input.0.container_id",
        "input.0.environment.container_id",
        "input.0.environment.skills.0.skill_id",
        "input.0.tools.0.vector_store_ids",
        "input.0.tools.0.container.file_ids",
        "messages.0.content.0.file_id",
        "messages.0.content.0.file.file_id",
        "messages.0.attachments.0.file_id",
        "messages.0.audio.id",
        "audio.voice.id",
        "tools.0.vector_store_ids",
        "tools.0.file_ids",
        "tools.0.file_search.vector_store_ids",
        "tools.0.code_interpreter.file_ids",
        "tools.0.code_interpreter.container",
        "tools.0.code_interpreter.container.file_ids",
        "tools.0.image_generation.input_image_mask.file_id",
        "tools.0.mcp.tunnel_id",
        "tools.0.container",
        "tools.0.container.file_ids",
        "tools.0.environment.container_id",
        "tools.0.environment.file_ids",
        "tools.0.environment.skills.0.skill_id",
        "tools.0.input_image_mask.file_id",
        "tools.0.tunnel_id",
        "tools.0.tools.0.vector_store_ids",
        "input.0.tools.0.tools.0.container",
        "messages.0.content.0.image_file.file_id",
        "attachments.0.file_id",
        "tool_resources.code_interpreter.file_ids",
        "tool_resources.file_search.vector_store_ids",
        "tool_resources.file_search.vector_stores.0.file_ids",
        "data_sources.0.parameters.vector_store_id",
        "data_sources.0.parameters.vector_store_ids",
    ] {
        let shown = at.replace(".0", "[1]");
        assert_eq!(of(&body(at, r#""id_1""#)), Some((shown.clone(), "id_1".to_owned())), "{at}");
        let list = of(&body(at, r#"["id_1","id_2"]"#));
        assert_eq!(list, Some((format!("{shown}[0]"), "id_1".to_owned())), "{at}");
        let lists = of(&body(at, r#"[[],[["id_1"]]]"#));
        assert_eq!(lists, Some((format!("{shown}[1][0][0]"), "id_1".to_owned())), "{at}");
        for nothing in ["null", "[]", "{}", "[null]", "7", r#"{"x":"id_1"}"#, "[[[]]]"] {
            assert_eq!(of(&body(at, nothing)), None, "{at}: {nothing}");
        }
    }
}

#[test]
fn azure_looks_up_an_item_that_only_has_an_id() {
    for (item, is_named) in [
        (r#"{"type":"item_reference","id":"i"}"#, true),
        (r#"{"type":"item_referenc\u0065","id":"i"}"#, true),
        (r#"{"type":null,"id":"i"}"#, true),
        (r#"{"id":"i"}"#, true),
        (r#"{"id":"i","role":null}"#, true),
        (r#"{"id":"i","type":"item_reference","type":"message","role":"user"}"#, true),
        (r#"{"id":"i","role":"assistant","content":"Hi"}"#, false),
        (r#"{"type":"message","id":"i","role":"assistant","content":[]}"#, false),
        (r#"{"type":"function_call","id":"i","call_id":"c","name":"f","arguments":"{}"}"#, false),
        (r#"{"type":"reasoning","id":"i","summary":[]}"#, true),
        (r#"{"type":"reasoning","id":"i","encrypted_content":null}"#, true),
        (r#"{"type":"reasoning","id":"i","encrypted_content":""}"#, true),
        (r#"{"type":"reasoning","id":"i","encrypted_content":"g","encrypted_content":null}"#, true),
        (r#"{"type":"reasoning","id":"i","encrypted_content":"gAAA"}"#, false),
        (r#"{"type":"reasoning","summary":[],"content":[]}"#, false),
        (r#"{"type":"web_search_call","id":"i","status":"completed"}"#, true),
        (r#"{"type":"web_search_call","id":"i","action":{"type":"search","query":"q"}}"#, false),
        (r#"{"type":"file_search_call","id":"i","queries":["q"]}"#, true),
        (r#"{"type":"file_search_call","id":"i","queries":["q"],"results":null}"#, true),
        (r#"{"type":"file_search_call","id":"i","queries":["q"],"results":[]}"#, false),
        (r#"{"type":"compaction","id":"i"}"#, true),
        (r#"{"type":"compaction","id":"i","encrypted_content":"g"}"#, false),
        (r#"{"type":"image_generation_call","id":"i"}"#, true),
        (r#"{"type":"function_call","id":"i","status":"completed"}"#, true),
        (r#"{"type":"mcp_call","id":"i"}"#, true),
        (r#"{"type":"message","id":"i"}"#, true),
        (r#"{"type":"image_generation_call","id":"i","result":"aGk="}"#, false),
    ] {
        let expected = |at: &str| is_named.then(|| (at.to_owned(), "i".to_owned()));
        assert_eq!(of(&format!(r#"{{"input":[{item}]}}"#)), expected("input[0].id"), "{item}");
        let kept = format!(r#"{{"messages":[{{"role":"assistant","azgate":{{"output":[{item}]}}}}]}}"#);
        assert_eq!(of(&kept), None, "{item}");
    }
}

#[test]
fn an_approval_names_its_request_unless_the_call_holds_it() {
    let approval = r#"{"type":"mcp_approval_response","approval_request_id":"i","approve":true}"#;
    let request = |id: &str| {
        format!(
            r#"{{"type":"mcp_approval_request","id":"{id}","server_label":"s","name":"f","arguments":"{{}}"}}"#
        )
    };
    let named = |items: &str| of(&format!(r#"{{"input":[{items}]}}"#)).map(|(at, _)| at);
    assert_eq!(named(approval).unwrap(), "input[0].approval_request_id");
    assert_eq!(named(&format!("{},{approval}", request("other"))).unwrap(), "input[1].approval_request_id");
    let bare = r#"{"type":"mcp_approval_request","id":"i"}"#;
    assert_eq!(named(&format!("{bare},{approval}")).unwrap(), "input[0].id");
    assert_eq!(named(&format!("{},{approval}", request("i"))), None);
    let twice = approval.replace("true", r#"true,"approval_request_id":"j""#);
    assert_eq!(named(&format!("{},{twice}", request("i"))).unwrap(), "input[1].approval_request_id");
}

#[test]
fn values_that_only_look_like_ids_are_ignored() {
    for body in [
        r#"{"metadata":{"file_id":"a","previous_response_id":"b"},"user":"resp_1"}"#,
        r#"{"tools":[{"type":"function","name":"f","parameters":{"properties":{"file_id":{"type":"string"},"id":{}}}}]}"#,
        r#"{"tools":[{"type":"function","function":{"name":"f","parameters":{"required":["file_ids"]}}}]}"#,
        r#"{"input":"previous_response_id","tools":[{"type":"code_interpreter","container":{"type":"auto"}}]}"#,
        r#"{"messages":[{"role":"tool","tool_call_id":"call_1","content":"{\"file_id\":\"a\"}"}]}"#,
        r#"{"messages":[{"role":"assistant","tool_calls":[{"id":"call_1","type":"function"}]}]}"#,
        r#"{"input":[{"type":"message","role":"user","content":[{"type":"input_file","file_data":"a"}]}]}"#,
        r#"{"messages":[{"content":[{"type":"input_audio","input_audio":{"data":"a","format":"wav"}}],"audio":null}],"audio":{"voice":"alloy","format":"wav"}}"#,
        r#"{"prompt":"text","tool_resources":{},"messages":null,"input":{},"tools":"x"}"#,
        r#"[{"previous_response_id":"r"}]"#,
    ] {
        assert_eq!(of(body), None, "{body}");
    }
}

#[test]
fn an_id_is_found_despite_a_repeated_key_an_escape_or_a_surrogate() {
    for body in [
        r#"{"input":[{"content":[{"file_id":"i","file_id":null}]}]}"#,
        r#"{"messages":[{"content":[{"file":{"file\u005fid":"i"}}]}]}"#,
        r#"{"tools":[{"container":{"type":"auto"},"container":"i"}]}"#,
    ] {
        assert_eq!(of(body).unwrap().1, "i", "{body}");
    }
    assert_eq!(of(r#"{"previous_response_id":"\ud800"}"#).unwrap().1, r#""\ud800""#);
}

#[test]
fn nested_lists_do_not_exhaust_the_stack_and_too_many_values_are_refused() {
    let deep = 200_000;
    assert_eq!(of(&format!(r#"{{"input":{}{}}}"#, "[".repeat(deep), "]".repeat(deep))).unwrap().1, "?");
    let members = r#""a":0,"#.repeat(1 << 18);
    let many = format!(r#"{{"messages":[{{"content":[{{"file":{{{members}"file_id":"i"}}}}]}}]}}"#);
    assert_eq!(of(&many).unwrap(), ("messages[0].content[0].file".to_owned(), "?".to_owned()));
}

#[test]
fn every_id_of_a_call_is_found_with_its_kind() {
    use ObjectKind::*;
    let call = r#"{"previous_response_id":"resp_1","conversation":{"id":"conv_1"},"prompt":{"id":"pmpt_1"},
        "input":[{"type":"item_reference","id":"msg_1"},{"role":"user","content":[{"file_id":"file_1"}]}],
        "messages":[{"audio":{"id":"audio_1"}}],
        "tools":[{"vector_store_ids":["vs_1","vs_2"],"container":"cntr_1","tunnel_id":"tunnel_1",
            "environment":{"skills":[{"skill_id":"skill_1"}]}}]}"#;
    let expected = [
        (Response, "resp_1"),
        (Conversation, "conv_1"),
        (PromptTemplate, "pmpt_1"),
        (Item, "msg_1"),
        (File, "file_1"),
        (Audio, "audio_1"),
        (VectorStore, "vs_1"),
        (VectorStore, "vs_2"),
        (Container, "cntr_1"),
        (Tunnel, "tunnel_1"),
        (Skill, "skill_1"),
    ];
    let expected: Vec<_> = expected.into_iter().map(|(kind, id)| (kind, id.to_owned())).collect();
    assert_eq!(kinds(call, places::MODEL_CALL), expected);
}

#[test]
fn every_id_of_an_answer_is_found_with_its_kind() {
    use ObjectKind::*;
    let response = r#"{"id":"resp_1","object":"response","previous_response_id":"resp_0","conversation":{"id":"conv_1"},
        "output":[{"id":"ci_1","type":"code_interpreter_call","container_id":"cntr_1"},
            {"id":"msg_1","content":[{"annotations":[{"type":"container_file_citation","container_id":"cntr_1","file_id":"cfile_1"}]}]}]}"#;
    let given = [
        (Response, "resp_1"),
        (Conversation, "conv_1"),
        (Container, "cntr_1"),
        (Container, "cntr_1"),
        (File, "cfile_1"),
    ];
    let given: Vec<_> = given.into_iter().map(|(kind, id)| (kind, id.to_owned())).collect();
    assert_eq!(kinds(response, places::RESPONSE), given);
    let chat = r#"{"id":"chatcmpl-1","choices":[{"message":{"audio":{"id":"audio_1","data":""}}}]}"#;
    assert_eq!(kinds(chat, places::CHAT_ANSWER), [(Audio, "audio_1".to_owned())]);
}
