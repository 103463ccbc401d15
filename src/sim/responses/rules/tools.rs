//! Checks of tools, which are flat on this operation, and of the choice among them.

use serde_json::{Value, json};

use super::{known_members::only_known, schema};
use crate::sim::{
    checks::tool_name,
    errors::{CheckResult, empty_string, engine, invalid_value, missing, quoted_list, tool_choice_not_found},
    json::{list, text},
    request::ApiRequest,
    responses::read,
    value_type::{ValueType, wrong_type},
};

/// The tool types of Azure's v1 specification, of Microsoft's pages, and those that Codex sends to Azure
/// (openai/codex#37380 shows a namespace that Azure reads). Azure's lists are open, but every other type is refused
/// here.
const TYPES: &[&str] = &[
    "file_search",
    "function",
    "computer_use_preview",
    "web_search_preview",
    "web_search",
    "mcp",
    "code_interpreter",
    "image_generation",
    "local_shell",
    "shell",
    "custom",
    "namespace",
    "tool_search",
];

/// The known members of each type.
const MEMBERS: &[(&str, &[&str])] = &[
    (
        "function",
        &["type", "name", "description", "parameters", "strict", "defer_loading", "allowed_callers"],
    ),
    ("custom", &["type", "name", "description", "format", "defer_loading", "allowed_callers"]),
    ("file_search", &["type", "vector_store_ids", "max_num_results", "ranking_options", "filters"]),
    ("code_interpreter", &["type", "container"]),
    // Codex CLI 0.171 sends `external_web_access`; no refusal of it is known.
    ("web_search", &["type", "filters", "user_location", "search_context_size", "external_web_access"]),
    ("web_search_preview", &["type", "user_location", "search_context_size"]),
    ("computer_use_preview", &["type", "environment", "display_width", "display_height"]),
    ("local_shell", &["type"]),
    ("shell", &["type", "environment", "allowed_callers"]),
    ("namespace", &["type", "name", "description", "tools"]),
    ("tool_search", &["type", "execution", "description", "parameters"]),
];

/// The required members of each type.
const NEEDS: &[(&str, &[&str])] = &[
    ("function", &["name"]),
    ("custom", &["name"]),
    ("file_search", &["vector_store_ids"]),
    ("code_interpreter", &["container"]),
    ("computer_use_preview", &["environment", "display_width", "display_height"]),
    ("mcp", &["server_label"]),
    ("namespace", &["name", "description", "tools"]),
];

pub(super) fn check(request: &ApiRequest<'_>) -> CheckResult {
    request.list("tools").iter().enumerate().try_for_each(|(at, tool)| one(&format!("tools[{at}]"), tool))
}

/// Checks the tools of a call with Codex's header for its lite mode, in which Azure takes the caller's own tools alone
/// (openai/codex#31870, #31882). No client in front of a gateway needs the header.
pub(in crate::sim::responses) fn lite(request: &ApiRequest<'_>) -> CheckResult {
    let added = request.list("input").iter().filter(|item| read::item_type(item) == "additional_tools");
    let mut all = request.list("tools").iter().chain(added.flat_map(|item| list(item, "tools")));
    let is_own = |tool: &Value| match text(tool, "type") {
        "function" | "custom" => true,
        "tool_search" => text(tool, "execution") == "client",
        _ => false,
    };
    if all.all(is_own) {
        return Ok(());
    }
    let message = "X-OpenAI-Internal-Codex-Responses-Lite only supports function tools, custom tools, and \
                   client-executed tool search.";
    Err(engine(message, Some("tools"), Some("unsupported_value")))
}

/// Checks the tools at a place: one each, whatever list they stand in.
pub(super) fn each(path: &str, tools: Option<&Value>) -> CheckResult {
    let list = match tools {
        Some(Value::Array(list)) => list,
        other => return Err(wrong_type(path, "an array of tools", other.unwrap_or(&Value::Null))),
    };
    list.iter().enumerate().try_for_each(|(at, tool)| one(&format!("{path}[{at}]"), tool))
}

/// Checks a namespace, which groups tools of the caller. Azure refuses one with an empty description, where OpenAI
/// takes it (openai/codex#37380, #37692, maximhq/bifrost#6047).
fn namespace(path: &str, namespace: &Value) -> CheckResult {
    check_name(path, namespace)?;
    if text(namespace, "description").is_empty() {
        return Err(empty_string(&format!("{path}.description")));
    }
    let inner = namespace.get("tools");
    let foreign = |tool: &&Value| !["function", "custom"].contains(&text(tool, "type"));
    if let Some(tool) = inner.and_then(Value::as_array).and_then(|tools| tools.iter().find(foreign)) {
        let path = format!("{path}.tools.type");
        return Err(invalid_value(&path, text(tool, "type"), "'function' and 'custom'"));
    }
    each(&format!("{path}.tools"), inner)
}

fn one(path: &str, tool: &Value) -> CheckResult {
    if !tool.is_object() {
        return Err(wrong_type(path, "an object", tool));
    }
    let kind = tool.get("type").and_then(Value::as_str).ok_or_else(|| missing(&format!("{path}.type")))?;
    if !TYPES.contains(&kind) {
        return Err(invalid_value(&format!("{path}.type"), kind, &quoted_list(TYPES)));
    }
    let of = |table: &[(&str, &'static [&'static str])]| {
        table.iter().find(|(one, _)| *one == kind).map(|(_, names)| *names)
    };
    // A tool in the form of chat fails here, because its name is one level deeper.
    let missed =
        of(NEEDS).unwrap_or_default().iter().find(|name| tool.get(**name).is_none_or(Value::is_null));
    if let Some(name) = missed {
        return Err(missing(&format!("{path}.{name}")));
    }
    if let Some(known) = of(MEMBERS) {
        only_known(path, tool, known)?;
    }
    match kind {
        "function" => {
            check_name(path, tool)?;
            function(path, tool)
        }
        "custom" => {
            check_name(path, tool)?;
            custom(path, tool)
        }
        "file_search" => {
            let stores = ValueType::List { min: 1, max: 100 };
            stores.check(
                &format!("{path}.vector_store_ids"),
                tool.get("vector_store_ids").unwrap_or(&Value::Null),
            )
        }
        "code_interpreter" => container(path, tool),
        "namespace" => namespace(path, tool),
        _ => Ok(()),
    }
}

fn check_name(path: &str, tool: &Value) -> CheckResult {
    let path = format!("{path}.name");
    let value = tool.get("name").unwrap_or(&Value::Null);
    let name = value.as_str().ok_or_else(|| wrong_type(&path, "a string", value))?;
    tool_name(&path, name, "^[a-zA-Z0-9_-]+$")
}

/// Checks a function. Without `strict`, the schema is made strict if possible and otherwise taken as it is (OpenAI's
/// guide to function calling, vercel/ai#15889). Azure's v1 specification has `true` as the default, yet `LangChain` and
/// the AI SDK leave `strict` out with schemas of every kind.
fn function(path: &str, tool: &Value) -> CheckResult {
    let refused = |problem: &str| {
        let message = format!("Invalid schema for function '{}': {problem}", text(tool, "name"));
        engine(&message, Some(&format!("{path}.parameters")), Some("invalid_function_parameters"))
    };
    let strict = match tool.get("strict") {
        Some(Value::Bool(strict)) => *strict,
        None | Some(Value::Null) => false,
        Some(other) => return Err(wrong_type(&format!("{path}.strict"), "a boolean", other)),
    };
    let schema = match tool.get("parameters") {
        Some(schema) if schema.is_object() => schema,
        None | Some(Value::Null) if strict => &json!({"type": "object"}),
        None | Some(Value::Null) => return Ok(()),
        Some(other) => return Err(wrong_type(&format!("{path}.parameters"), "an object", other)),
    };
    if schema.get("type").is_some_and(|kind| kind != "object") {
        let got = schema.get("type").map(Value::to_string).unwrap_or_default();
        let problem = format!("schema must be a JSON Schema of 'type: \"object\"', got 'type: {got}'.");
        return Err(refused(&problem));
    }
    if strict { schema::strict(schema).map_err(|problem| refused(&problem)) } else { Ok(()) }
}

/// Checks a custom tool's format: text, or a grammar with its members beside the type (OpenAI's specification).
fn custom(path: &str, tool: &Value) -> CheckResult {
    let Some(format) = tool.get("format").filter(|format| !format.is_null()) else { return Ok(()) };
    let path = format!("{path}.format");
    match format.get("type").and_then(Value::as_str) {
        Some("text") => only_known(&path, format, &["type"]),
        Some("grammar") => {
            if let Some(name) = ["syntax", "definition"].iter().find(|name| format.get(**name).is_none()) {
                return Err(missing(&format!("{path}.{name}")));
            }
            only_known(&path, format, &["type", "syntax", "definition"])
        }
        Some(other) => Err(invalid_value(&format!("{path}.type"), other, "'text' and 'grammar'")),
        None => Err(missing(&format!("{path}.type"))),
    }
}

fn container(path: &str, tool: &Value) -> CheckResult {
    let path = format!("{path}.container");
    match tool.get("container") {
        Some(Value::String(_)) => Ok(()),
        Some(container) if container.is_object() => match container.get("type").and_then(Value::as_str) {
            Some("auto") => Ok(()),
            Some(other) => Err(invalid_value(&format!("{path}.type"), other, "'auto'")),
            None => Err(missing(&format!("{path}.type"))),
        },
        other => Err(wrong_type(&path, "one of a string or object", other.unwrap_or(&Value::Null))),
    }
}

pub(super) fn choice(request: &ApiRequest<'_>) -> CheckResult {
    let Some(choice) = request.get("tool_choice") else { return Ok(()) };
    if let Some(choice) = choice.as_str() {
        return match choice {
            "required" if request.list("tools").is_empty() => {
                let message = "Tool choice 'required' must be specified with 'tools' parameter.";
                Err(engine(message, Some("tool_choice"), None))
            }
            "none" | "auto" | "required" => Ok(()),
            other => Err(invalid_value("tool_choice", other, "'none', 'auto', and 'required'")),
        };
    }
    match text(choice, "type") {
        "" => Err(missing("tool_choice.type")),
        "allowed_tools" => allowed(request, choice),
        kind => chosen(request, kind, choice, "tool_choice"),
    }
}

fn allowed(request: &ApiRequest<'_>, choice: &Value) -> CheckResult {
    only_known("tool_choice", choice, &["type", "mode", "tools"])?;
    match choice.get("mode") {
        Some(mode) => ValueType::OneOf(&["auto", "required"]).check("tool_choice.mode", mode)?,
        None => return Err(missing("tool_choice.mode")),
    }
    let tools = choice.get("tools").ok_or_else(|| missing("tool_choice.tools"))?;
    ValueType::List { min: 1, max: 128 }.check("tool_choice.tools", tools)?;
    let tools = tools.as_array().into_iter().flatten().enumerate();
    for (at, tool) in tools {
        chosen(request, text(tool, "type"), tool, &format!("tool_choice.tools[{at}]"))?;
    }
    Ok(())
}

/// Checks that a choice is among the tools. The caller's tools are chosen by name, an MCP server by its label.
fn chosen(request: &ApiRequest<'_>, kind: &str, choice: &Value, path: &str) -> CheckResult {
    let key = match kind {
        "function" | "custom" => "name",
        "mcp" => "server_label",
        _ => "type",
    };
    if !TYPES.contains(&kind) {
        return Err(invalid_value(&format!("{path}.type"), kind, &quoted_list(TYPES)));
    }
    let name = choice.get(key).and_then(Value::as_str).ok_or_else(|| missing(&format!("{path}.{key}")))?;
    if key == "name" {
        only_known(path, choice, &["type", "name"])?;
    }
    let fits = |tool: &&Value| text(tool, "type") == kind && text(tool, key) == name;
    let offered = read::offered_tools(request.list("tools"), request.list("input"));
    if offered.iter().any(|(_, tool)| fits(tool)) { Ok(()) } else { Err(tool_choice_not_found(name)) }
}
