use serde_json::json;

use super::{becomes, bridged, call, messages, refused};

#[test]
fn tools_of_a_namespace_become_functions_with_names_of_their_own() {
    let sent = json!({"tools": [
        {"type": "function", "name": "f"},
        {"type": "namespace", "name": "crm", "description": "The \"customers\".", "tools": [
            {"type": "function", "name": "f", "description": "Finds one.", "parameters": {"a": 1.5}, "strict": false},
            {"type": "custom", "name": "run", "format": {"type": "grammar", "syntax": "lark", "definition": "x"}},
        ]},
        {"type": "namespace", "name": "functions", "description": "", "tools": [{"type": "function", "name": "g"}]},
    ]});
    let expected = json!({"tools": [
        {"type": "function", "function": {"name": "f"}},
        {"type": "function", "function": {"name": "crm__f", "description": "The \"customers\".\n\nFinds one.", "parameters": {"a": 1.5}, "strict": false}},
        {"type": "custom", "custom": {"name": "crm__run", "format": {"type": "grammar", "grammar": {"syntax": "lark", "definition": "x"}}}},
        {"type": "function", "function": {"name": "g"}},
    ]});
    becomes(sent.clone(), expected, &[]);
    let tools = call(sent.clone()).tools;
    let names: Vec<_> = tools.iter().map(|tool| (&*tool.called, &*tool.namespace, &*tool.name)).collect();
    assert_eq!(names, [("crm__f", "crm", "f"), ("crm__run", "crm", "run"), ("g", "functions", "g")]);
    assert_eq!(call(sent.clone()).echo["tools"], sent["tools"]);
}

#[test]
fn tools_that_an_item_adds_are_offered_once_with_the_others() {
    let added = json!({"type": "additional_tools", "role": "developer", "tools": [
        {"type": "function", "name": "f", "x": 1},
        {"type": "namespace", "name": "n", "description": "d", "tools": [{"type": "function", "name": "h"}]},
    ]});
    let input = json!([added, {"role": "user", "content": "hi"}, added]);
    let own = json!({"input": input, "tools": [{"type": "function", "name": "f"}]});
    let f = |x: bool| {
        let mut f = json!({"type": "function", "function": {"name": "f"}});
        if x {
            f["function"]["x"] = json!(1);
        }
        f
    };
    let h = json!({"type": "function", "function": {"name": "n__h", "description": "d"}});
    let user = json!([{"role": "user", "content": "hi"}]);
    let sent = bridged(&own.to_string()).unwrap().body;
    assert_eq!(sent, json!({"messages": user, "tools": [f(false), h]}));
    let alone = bridged(&json!({"input": input}).to_string()).unwrap().body;
    assert_eq!(alone, json!({"messages": user, "tools": [f(true), h]}));
}

#[test]
fn earlier_calls_are_named_as_the_tools_are() {
    let call = |namespace: &str| {
        json!([
            {"type": "function_call", "call_id": "c", "namespace": namespace, "name": "f", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c", "namespace": namespace, "name": "f", "output": "1"},
        ])
    };
    for (namespace, name) in [("mcp__x__", "mcp__x__f"), ("a.b", "a_b__f"), ("functions", "f")] {
        let expected = json!([
            {"role": "assistant", "content": null, "tool_calls": [
                {"id": "c", "type": "function", "function": {"name": name, "arguments": "{}"}}]},
            {"role": "tool", "tool_call_id": "c", "content": "1"},
        ]);
        let dropped = [("drop.name", "input[1].name", true), ("drop.name", "input[1].namespace", true)];
        messages(call(namespace), expected, &dropped);
    }
}

#[test]
fn a_choice_of_a_tool_in_a_namespace_is_that_of_its_function() {
    let tools = json!([{"type": "namespace", "name": "crm", "description": "", "tools": [{"type": "function", "name": "f"}]}]);
    for choice in [
        json!({"type": "function", "name": "f"}),
        json!({"type": "function", "namespace": "crm", "name": "f"}),
    ] {
        let sent = call(json!({"tools": tools, "tool_choice": choice})).body;
        assert_eq!(sent["tool_choice"], json!({"type": "function", "function": {"name": "crm__f"}}));
    }
}

#[test]
fn what_is_no_namespace_is_refused_by_its_place() {
    let refuses =
        |namespace: serde_json::Value, at: &str, why: &str| refused(json!({"tools": [namespace]}), at, why);
    refuses(json!({"type": "namespace", "tools": []}), "tools[0].name", "missing");
    refuses(json!({"type": "namespace", "name": "n"}), "tools[0].tools", "missing");
    refuses(json!({"type": "namespace", "name": "n", "tools": {}}), "tools[0].tools", "an object");
    let hosted = json!({"type": "namespace", "name": "n", "tools": [{"type": "mcp"}]});
    refuses(hosted, "tools[0].tools[0].type", "neither");
    let unnamed = json!({"type": "namespace", "name": "n", "tools": [{"type": "function"}]});
    refuses(unnamed, "tools[0].tools[0].name", "missing");
}
