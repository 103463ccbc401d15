//! Corrections of hosted tools.

use super::*;
use crate::{
    bridge::{Unbridgeable, over_responses::request::testing::parsed},
    json::apply,
};

fn corrected(chat: &str) -> Result<(String, usize), Unbridgeable> {
    let chat = parsed(chat);
    let changes = corrections(&chat)?.changes;
    let body = apply(&chat, changes.iter().map(|(change, _)| change)).concat();
    Ok((String::from_utf8(body).unwrap(), changes.len()))
}

#[test]
fn hosted_tools_are_recognised() {
    for chat in [
        r#"{"tools":[{"type":"function"},{"type":"image_generation"}]}"#,
        r#"{"tools":[{"type":"mcp"}]}"#,
        r#"{"data_sources":[{"type":"file_search"}]}"#,
        r#"{"tool_resources":{}}"#,
        r#"{"web_search_options":{}}"#,
    ] {
        assert!(is_asked(parsed(chat).root()), "{chat}");
    }
    for chat in [
        r#"{"tools":[{"type":"function"},{"type":"custom"},{}]}"#,
        r#"{"data_sources":[{"type":"azure_search"}],"tool_resources":null,"web_search_options":null}"#,
        r#"{"tools":"file_search"}"#,
        "[]",
    ] {
        assert!(!is_asked(parsed(chat).root()), "{chat}");
        assert_eq!(corrected(chat).unwrap(), (chat.to_owned(), 0));
    }
}

#[test]
fn correct_tools_stay_unchanged() {
    for chat in [
        r#"{"tools":[{"type":"file_search","vector_store_ids":["a"]},{"type":"file_search","vector_store_ids":["b"]}]}"#,
        r#"{"tools":[{"type":"code_interpreter","container":"c"},{"type":"code_interpreter","container":{"type":"auto"}}]}"#,
        r#"{"tools":[{"type":"web_search"},{"type":"mcp"},{"type":"mcp"}]}"#,
    ] {
        assert_eq!(corrected(chat).unwrap(), (chat.to_owned(), 0));
    }
}

#[test]
fn tools_take_the_options_outside_them() {
    for (chat, expected) in [
        (
            r#"{"tools":[{"type":"file_search"}],"tool_resources":{"file_search":{"vector_store_ids":["a"]}},"data_sources":[{"type":"file_search","parameters":{"vector_store_id":"a"}}]}"#,
            r#"{"tools":[{"type":"file_search","vector_store_ids":["a"]}]}"#,
        ),
        (
            r#"{"data_sources":[{"type":"azure_search"},{"type":"file_search","parameters":{"vector_store_ids":["a","b"],"max_num_results":3}}]}"#,
            r#"{"data_sources":[{"type":"azure_search"}],"tools":[{"type":"file_search","vector_store_ids":["a","b"],"max_num_results":3}]}"#,
        ),
        (
            r#"{"tools":[{"type":"function"}],"data_sources":[{"type":"file_search","parameters":{"vector_store_id":"a"}}],"web_search_options":{}}"#,
            r#"{"tools":[{"type":"function"},{"type":"file_search","vector_store_ids":["a"]},{"type":"web_search"}]}"#,
        ),
        (
            r#"{"tools":[{"type":"file_search","file_search":{"max_num_results":5,"ranking_options":{"score_threshold":0.50}}}],"tool_resources":{"file_search":{"vector_store_ids":["a"]},"code_interpreter":null}}"#,
            r#"{"tools":[{"type":"file_search","vector_store_ids":["a"],"max_num_results":5,"ranking_options":{"score_threshold":0.50}}]}"#,
        ),
        (
            r#"{"tools":[{"type":"file_search","vector_store_ids":["b"],"filters":{}}],"tool_resources":{"file_search":{"vector_store_ids":["a"]}}}"#,
            r#"{"tools":[{"type":"file_search","vector_store_ids":["b","a"],"filters":{}}]}"#,
        ),
        (
            r#"{"tools":[{"type":"file_search"},{"type":"file_search"}],"tool_resources":{"file_search":{"vector_store_ids":["a","a"]}}}"#,
            r#"{"tools":[{"type":"file_search","vector_store_ids":["a"]}]}"#,
        ),
    ] {
        assert_eq!(corrected(chat).unwrap().0, expected);
    }
}

#[test]
fn a_code_interpreter_gets_a_container_with_its_files() {
    for (chat, expected) in [
        (
            r#"{"tools":[{"type":"code_interpreter"}]}"#,
            r#"{"tools":[{"type":"code_interpreter","container":{"type":"auto"}}]}"#,
        ),
        (
            r#"{"tools":[{"type":"code_interpreter","file_ids":["a"]}],"tool_resources":{"code_interpreter":{"file_ids":["b","a"]}}}"#,
            r#"{"tools":[{"type":"code_interpreter","container":{"type":"auto","file_ids":["a","b"]}}]}"#,
        ),
        (
            r#"{"tools":[{"type":"code_interpreter","container":{"type":"auto","file_ids":["a"],"memory_limit":"4g"}}],"tool_resources":{"code_interpreter":{"file_ids":["b"]}}}"#,
            r#"{"tools":[{"type":"code_interpreter","container":{"type":"auto","file_ids":["a","b"],"memory_limit":"4g"}}]}"#,
        ),
        (
            r#"{"tool_resources":{"code_interpreter":{"file_ids":["b"]}}}"#,
            r#"{"tools":[{"type":"code_interpreter","container":{"type":"auto","file_ids":["b"]}}]}"#,
        ),
        (
            r#"{"tools":[{"type":"code_interpreter","code_interpreter":{"file_ids":["f1"]}}]}"#,
            r#"{"tools":[{"type":"code_interpreter","container":{"type":"auto","file_ids":["f1"]}}]}"#,
        ),
        (
            r#"{"tools":[{"type":"code_interpreter","code_interpreter":{"container":"c"}}]}"#,
            r#"{"tools":[{"type":"code_interpreter","container":"c"}]}"#,
        ),
        (
            r#"{"tools":[{"type":"code_interpreter","file_ids":["b"],"x":1,"code_interpreter":{"container":{"type":"auto","memory_limit":"4g","file_ids":["a"]},"file_ids":["c"],"y":2}}]}"#,
            r#"{"tools":[{"type":"code_interpreter","container":{"type":"auto","file_ids":["a","b","c"],"memory_limit":"4g"},"y":2,"x":1}]}"#,
        ),
        (
            r#"{"tools":[{"type":"code_interpreter","container":"c","code_interpreter":{}}]}"#,
            r#"{"tools":[{"type":"code_interpreter","container":"c"}]}"#,
        ),
    ] {
        assert_eq!(corrected(chat).unwrap().0, expected);
    }
}

#[test]
fn options_of_a_web_search_become_the_tool() {
    let options = r#""web_search_options":{"search_context_size":"low","user_location":{"type":"approximate","approximate":{"country":"DE","city":null}}}"#;
    let members = r#""search_context_size":"low","user_location":{"type":"approximate","country":"DE"}"#;
    for (tools, expected) in [
        (String::new(), format!(r#"{{"tools":[{{"type":"web_search",{members}}}]}}"#)),
        (
            r#","tools":[{"type":"web_search_preview"}]"#.to_owned(),
            format!(r#"{{"tools":[{{"type":"web_search_preview",{members}}}]}}"#),
        ),
        (
            r#","tools":[{"type":"web_search","search_context_size":"high","user_location":{}}]"#.to_owned(),
            r#"{"tools":[{"type":"web_search","search_context_size":"high","user_location":{}}]}"#.to_owned(),
        ),
    ] {
        assert_eq!(corrected(&format!("{{{options}{tools}}}")).unwrap().0, expected);
    }
}

#[test]
fn options_in_a_member_of_the_tools_name_stand_in_the_tool() {
    for (tool, expected) in [
        (
            r#"{"type":"web_search","web_search":{"search_context_size":"low","user_location":{"type":"approximate","approximate":{"city":"Bonn"}}}}"#,
            r#"{"type":"web_search","search_context_size":"low","user_location":{"type":"approximate","city":"Bonn"}}"#,
        ),
        (
            r#"{"type":"image_generation","image_generation":{"size":"auto"},"quality":"low"}"#,
            r#"{"type":"image_generation","size":"auto","quality":"low"}"#,
        ),
        (
            r#"{"type":"mcp","mcp":{"server_label":"a","server_url":"https://a"}}"#,
            r#"{"type":"mcp","server_label":"a","server_url":"https://a"}"#,
        ),
    ] {
        let (once, _) = corrected(&format!(r#"{{"tools":[{tool}]}}"#)).unwrap();
        assert_eq!(once, format!(r#"{{"tools":[{expected}]}}"#));
        assert_eq!(corrected(&once).unwrap(), (once.clone(), 0));
    }
    // An unknown tool may have such a member itself.
    let new = r#"{"tools":[{"type":"new","new":{"a":1}}]}"#;
    assert_eq!(corrected(new).unwrap(), (new.to_owned(), 0));
}

#[test]
fn options_that_no_tool_takes_are_refused_with_their_place() {
    for (chat, param) in [
        (r#"{"tools":[{"type":"function"},{"type":"file_search"}]}"#, "tools[1].vector_store_ids"),
        (r#"{"data_sources":[{},{"type":"file_search"}]}"#, "data_sources[1].parameters.vector_store_ids"),
        (
            r#"{"tool_resources":{"file_search":{"vector_stores":[{}]}}}"#,
            "tool_resources.file_search.vector_stores",
        ),
        (r#"{"tool_resources":{"azure_ai_search":{}}}"#, "tool_resources.azure_ai_search"),
        (r#"{"tool_resources":[]}"#, "tool_resources"),
        (r#"{"tools":"all","web_search_options":{}}"#, "tools"),
        (
            r#"{"tools":[{"type":"code_interpreter","container":"c"}],"tool_resources":{"code_interpreter":{"file_ids":["f"]}}}"#,
            "tools[0].container",
        ),
        (
            r#"{"tools":[{"type":"code_interpreter","code_interpreter":{"container":"c","file_ids":["f"]}}]}"#,
            "tools[0].code_interpreter.container",
        ),
        (
            r#"{"tools":[{"type":"code_interpreter","container":"c","code_interpreter":{"container":"d"}}]}"#,
            "tools[0].code_interpreter.container",
        ),
        (
            r#"{"data_sources":[{"type":"file_search","parameters":{"vector_store_id":"a","filter":"b eq 1"}}]}"#,
            "data_sources[0].parameters.filter",
        ),
    ] {
        assert_eq!(corrected(chat).unwrap_err().param, param);
    }
    let why = corrected(r#"{"tools":[{"type":"file_search"}]}"#).unwrap_err().why;
    assert!(why.contains(r#""vector_store_ids": ["vs_…"]"#), "{why}");
}

#[test]
fn a_corrected_call_needs_no_correction() {
    let chat = r#"{"tools":[{"type":"file_search"},{"type":"code_interpreter"}],"tool_resources":{"file_search":{"vector_store_ids":["a"]}},"web_search_options":{}}"#;
    let (once, changes) = corrected(chat).unwrap();
    assert_eq!(changes, 5);
    assert_eq!(corrected(&once).unwrap(), (once.clone(), 0));
}
