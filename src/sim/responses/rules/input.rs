//! Checks of the input items: their types, members and contents.

use serde_json::Value;

use super::{content, known_members::only_known, tools};
use crate::sim::{
    checks::one_instruction_role,
    errors::{CheckResult, SimError, engine, invalid_value, missing, quoted_list},
    json::text,
    request::ApiRequest,
    responses::read::item_type,
    value_type::{max_length, wrong_type},
};

/// A type of item: its name, the prefix of its ids, its required members, and every member it may have.
struct ItemShape {
    kind: &'static str,
    id: &'static str,
    needs: &'static [&'static str],
    takes: &'static [&'static str],
}

const fn shape(
    kind: &'static str,
    id: &'static str,
    needs: &'static [&'static str],
    takes: &'static [&'static str],
) -> ItemShape {
    ItemShape { kind, id, needs, takes }
}

/// The item types of Azure's v1 specification, OpenAI's two types for custom tools, and those that Codex sends. Azure
/// refuses `status` on messages and reasoning (litellm's `responses/transformation.py`).
const SHAPES: &[ItemShape] = &[
    shape(
        "code_interpreter_call",
        "ci",
        &["id", "container_id"],
        &["type", "id", "status", "container_id", "code", "outputs"],
    ),
    shape(
        "custom_tool_call",
        "ctc",
        &["call_id", "name", "input"],
        &["type", "id", "call_id", "name", "input", "namespace", "status"],
    ),
    shape("custom_tool_call_output", "", &["call_id", "output"], &["type", "id", "call_id", "output"]),
    shape("additional_tools", "", &["role", "tools"], &["type", "id", "role", "tools"]),
    shape("compaction", "", &["encrypted_content"], &["type", "id", "encrypted_content"]),
    shape("compaction_trigger", "", &[], &["type"]),
    shape("file_search_call", "fs", &["id", "queries"], &["type", "id", "status", "queries", "results"]),
    shape(
        "function_call",
        "fc",
        &["call_id", "name", "arguments"],
        &["type", "id", "call_id", "name", "arguments", "namespace", "status"],
    ),
    shape("function_call_output", "", &["call_id", "output"], &["type", "id", "call_id", "output", "status"]),
    shape("image_generation_call", "ig", &["id", "result"], &["type", "id", "status", "result"]),
    shape("item_reference", "", &["id"], &["type", "id"]),
    shape("message", "msg", &["content"], &["type", "id", "role", "content"]),
    shape("reasoning", "rs", &["summary"], &["type", "id", "summary", "content", "encrypted_content"]),
    shape("web_search_call", "ws", &["id", "action"], &["type", "id", "status", "action"]),
];

/// Types whose members are not checked.
const UNCHECKED: &[&str] = &[
    "computer_call",
    "computer_call_output",
    "local_shell_call",
    "local_shell_call_output",
    "mcp_approval_request",
    "mcp_approval_response",
    "mcp_call",
    "mcp_list_tools",
    "shell_call",
    "shell_call_output",
    "tool_search_call",
    "tool_search_output",
];

/// Members that must be strings.
const STRINGS: &[&str] = &["id", "call_id", "name", "arguments", "input", "encrypted_content"];

pub(super) fn check(request: &ApiRequest<'_>) -> CheckResult {
    match request.body.get("input") {
        Some(Value::String(_)) => Ok(()),
        Some(Value::Array(items)) => {
            items.iter().enumerate().try_for_each(|(at, item)| one(&format!("input[{at}]"), item))?;
            trigger_is_last(items)?;
            one_instruction_role("input", |role| {
                items.iter().position(|item| item_type(item) == "message" && text(item, "role") == role)
            })
        }
        Some(other) => Err(wrong_type("input", "one of a string or array of input items", other)),
        None => Err(missing("input")),
    }
}

fn one(path: &str, item: &Value) -> CheckResult {
    if !item.is_object() {
        return Err(wrong_type(path, "an input item", item));
    }
    let kind = item_type(item);
    if UNCHECKED.contains(&kind) {
        return Ok(());
    }
    let shape = SHAPES.iter().find(|shape| shape.kind == kind).ok_or_else(|| unknown_type(path, kind))?;
    if kind == "message" {
        role(path, item)?;
    }
    if let Some(name) = shape.needs.iter().find(|name| item.get(**name).is_none_or(Value::is_null)) {
        return Err(missing(&format!("{path}.{name}")));
    }
    for name in STRINGS {
        match item.get(name) {
            Some(Value::String(_) | Value::Null) | None => {}
            Some(other) => return Err(wrong_type(&format!("{path}.{name}"), "a string", other)),
        }
    }
    id(path, item, shape.id)?;
    max_length(&format!("{path}.call_id"), text(item, "call_id"), 64)?;
    match kind {
        "message" => message(path, item, shape),
        "additional_tools" => {
            only_known(path, item, shape.takes)?;
            if text(item, "role") != "developer" {
                return Err(invalid_value(&format!("{path}.role"), text(item, "role"), "'developer'"));
            }
            tools::each(&format!("{path}.tools"), item.get("tools"))
        }
        "reasoning" => {
            only_known(path, item, shape.takes)?;
            summary(path, item)
        }
        "function_call_output" | "custom_tool_call_output" => {
            only_known(path, item, shape.takes)?;
            content::output(&format!("{path}.output"), item.get("output").unwrap_or(&Value::Null))
        }
        _ => only_known(path, item, shape.takes),
    }
}

/// Checks that nothing follows the item that asks for a compaction ("Must be the final input item", OpenAI's
/// specification of 2026-08). The wording is not captured.
fn trigger_is_last(items: &[Value]) -> CheckResult {
    match items.iter().position(|item| item_type(item) == "compaction_trigger") {
        Some(at) if at + 1 < items.len() => {
            let message =
                format!("Invalid 'input[{at}]': 'compaction_trigger' must be the final input item.");
            Err(engine(&message, Some(&format!("input[{at}]")), Some("invalid_value")))
        }
        Some(_) | None => Ok(()),
    }
}

fn unknown_type(path: &str, kind: &str) -> SimError {
    let mut known: Vec<&str> =
        SHAPES.iter().map(|shape| shape.kind).chain(UNCHECKED.iter().copied()).collect();
    known.sort_unstable();
    invalid_value(path, kind, &quoted_list(&known))
}

fn role(path: &str, item: &Value) -> CheckResult {
    let role = text(item, "role");
    if ["assistant", "system", "developer", "user"].contains(&role) {
        return Ok(());
    }
    Err(invalid_value(path, role, "'assistant', 'system', 'developer', and 'user'"))
}

/// Checks the prefix of an id (`Expected an ID that begins with 'fc'`).
fn id(path: &str, item: &Value, head: &str) -> CheckResult {
    let id = text(item, "id");
    if id.is_empty() || id.starts_with(head) {
        return Ok(());
    }
    let message = format!("Invalid '{path}.id': '{id}'. Expected an ID that begins with '{head}'.");
    Err(engine(&message, Some(&format!("{path}.id")), Some("invalid_value")))
}

fn message(path: &str, item: &Value, shape: &ItemShape) -> CheckResult {
    let is_assistant = text(item, "role") == "assistant";
    let phase = item.get("phase").filter(|_| is_assistant);
    let extra = if is_assistant { &["phase"][..] } else { &[] };
    only_known(path, item, &[shape.takes, extra].concat())?;
    match phase.and_then(Value::as_str) {
        None | Some("commentary" | "final_answer") => {}
        Some(other) => {
            let path = format!("{path}.phase");
            return Err(invalid_value(&path, other, "'commentary' and 'final_answer'"));
        }
    }
    content::message(&format!("{path}.content"), item.get("content").unwrap_or(&Value::Null), is_assistant)
}

fn summary(path: &str, item: &Value) -> CheckResult {
    let path = format!("{path}.summary");
    let summary = item.get("summary").unwrap_or(&Value::Null);
    let parts = summary.as_array().ok_or_else(|| wrong_type(&path, "an array", summary))?;
    for (at, part) in parts.iter().enumerate() {
        if text(part, "type") != "summary_text" {
            return Err(invalid_value(&format!("{path}[{at}].type"), text(part, "type"), "'summary_text'"));
        }
        if part.get("text").and_then(Value::as_str).is_none() {
            return Err(missing(&format!("{path}[{at}].text")));
        }
    }
    Ok(())
}
