//! Reads a Responses body into the vocabulary that both operations share.

use serde_json::Value;

use crate::sim::{
    answer_spec::{AnswerSpec, ToolChoice},
    conversation::{self, CallerTool, ConversationTurn, Role, TextFormat, ToolKind},
    json::{list, text},
    models::ToolSupport,
    request::ApiRequest,
};

/// Returns the type of an input item. An item without a type is a message, or a reference if it has an id and no role.
pub(super) fn item_type(item: &Value) -> &str {
    match item.get("type").and_then(Value::as_str) {
        Some(kind) => kind,
        None if item.get("role").is_none() && item.get("id").is_some() => "item_reference",
        None => "message",
    }
}

/// Reads the conversation: the instructions of this request, then every item.
pub(super) fn turns<'a>(request: &ApiRequest<'a>, items: &'a [Value]) -> Vec<ConversationTurn<'a>> {
    let instructions =
        request.text("instructions").map(|text| ConversationTurn::new(Role::Operator, vec![text]));
    instructions.into_iter().chain(items.iter().filter_map(item_turn)).collect()
}

/// Returns a user's turn with one text.
pub(super) fn user_turn(text: &str) -> ConversationTurn<'_> {
    ConversationTurn::new(Role::User, vec![text])
}

fn item_turn(item: &Value) -> Option<ConversationTurn<'_>> {
    let call =
        |input: &str| ConversationTurn::new(Role::ToolCall, vec![text(item, "name"), text(item, input)]);
    match item_type(item) {
        "message" => {
            let role = match text(item, "role") {
                "system" | "developer" => Role::Operator,
                "assistant" => Role::Assistant,
                _ => Role::User,
            };
            Some(content_turn(role, item.get("content")))
        }
        "function_call" => Some(call("arguments")),
        "custom_tool_call" => Some(call("input")),
        "function_call_output" | "custom_tool_call_output" => {
            Some(content_turn(Role::ToolResult, item.get("output")))
        }
        _ => None,
    }
}

fn content_turn(role: Role, content: Option<&Value>) -> ConversationTurn<'_> {
    let mut turn = ConversationTurn::new(role, Vec::new());
    match content {
        Some(Value::String(text)) => turn.texts.push(text),
        Some(Value::Array(parts)) => {
            for part in parts {
                match text(part, "type") {
                    "input_image" => turn.images += 1,
                    "input_file" => turn.files += 1,
                    "refusal" => turn.texts.push(text(part, "refusal")),
                    _ => turn.texts.push(text(part, "text")),
                }
            }
        }
        Some(_) | None => {}
    }
    turn
}

/// Returns the tools that a call offers, each with its namespace: those of `tools`, and those that items of the input
/// add.
pub(super) fn offered_tools<'a>(tools: &'a [Value], items: &'a [Value]) -> Vec<(Option<&'a str>, &'a Value)> {
    let added = items.iter().filter(|item| item_type(item) == "additional_tools");
    let all = tools.iter().chain(added.flat_map(|item| list(item, "tools")));
    let mut offered = Vec::new();
    for tool in all {
        if text(tool, "type") == "namespace" {
            offered.extend(list(tool, "tools").iter().map(|inner| (Some(text(tool, "name")), inner)));
        } else {
            offered.push((None, tool));
        }
    }
    offered
}

/// Returns whether the call asks for a compaction of its conversation instead of an answer.
pub(super) fn asks_for_compaction(items: &[Value]) -> bool {
    items.last().is_some_and(|item| item_type(item) == "compaction_trigger")
}

/// Returns the functions and the custom tools. The caller does not run the hosted tools.
fn caller_tools<'a>(request: &ApiRequest<'a>, items: &'a [Value]) -> Vec<CallerTool<'a>> {
    let offered = offered_tools(request.list("tools"), items);
    let tools = offered.into_iter().filter_map(|(namespace, tool)| {
        let kind = match text(tool, "type") {
            "function" => ToolKind::Function,
            "custom" => ToolKind::Custom,
            _ => return None,
        };
        Some(CallerTool {
            kind,
            name: text(tool, "name"),
            namespace,
            description: text(tool, "description"),
            schema: tool.get("parameters").filter(|schema| !schema.is_null()),
            grammar: tool.pointer("/format/definition").and_then(Value::as_str).unwrap_or_default(),
        })
    });
    tools.collect()
}

fn text_format<'a>(request: &ApiRequest<'a>) -> TextFormat<'a> {
    let format = request.get("text").and_then(|text| text.get("format")).unwrap_or(&Value::Null);
    match text(format, "type") {
        "json_schema" => TextFormat::Schema(format),
        "json_object" => TextFormat::Object,
        _ => TextFormat::Text,
    }
}

/// Returns the given effort, or the model's default.
pub(super) fn effort<'a>(request: &ApiRequest<'a>) -> &'a str {
    given_effort(request).unwrap_or(request.model.default_effort)
}

/// Returns the effort that the request names.
pub(super) fn given_effort<'a>(request: &ApiRequest<'a>) -> Option<&'a str> {
    request.get("reasoning")?.get("effort")?.as_str()
}

/// Returns whether `include` has this entry.
pub(super) fn includes(request: &ApiRequest<'_>, entry: &str) -> bool {
    request.list("include").iter().any(|one| one == entry)
}

/// Estimates the tokens of the prompt.
pub(super) fn prompt_tokens(request: &ApiRequest<'_>, items: &[Value]) -> u64 {
    conversation::tokens(&turns(request, items), &caller_tools(request, items), text_format(request))
}

/// Returns what the request asks for.
pub(super) fn answer_spec<'a>(request: &ApiRequest<'a>, items: &'a [Value]) -> AnswerSpec<'a> {
    let parallel = request.get("parallel_tool_calls") != Some(&Value::Bool(false))
        && !matches!(request.model.tools, ToolSupport::Refused | ToolSupport::Sequential);
    AnswerSpec {
        model: request.model,
        effort: effort(request),
        prompt_tokens: prompt_tokens(request, items),
        cap: request.number("max_output_tokens").unwrap_or(u64::MAX),
        copies: 1,
        stops: Vec::new(),
        format: text_format(request),
        tools: caller_tools(request, items),
        choice: if asks_for_compaction(items) {
            ToolChoice::None
        } else {
            tool_choice(request.get("tool_choice"))
        },
        parallel,
    }
}

fn tool_choice(choice: Option<&Value>) -> ToolChoice<'_> {
    match choice {
        Some(Value::String(choice)) if choice == "none" => ToolChoice::None,
        Some(choice) => match text(choice, "type") {
            "function" | "custom" => ToolChoice::Named(text(choice, "name")),
            "allowed_tools" => {
                let tools = list(choice, "tools").iter();
                ToolChoice::Among(tools.filter_map(|tool| tool.get("name")?.as_str()).collect())
            }
            // The strings `auto` and `required`.
            "" => ToolChoice::Any,
            // A hosted tool.
            _ => ToolChoice::None,
        },
        None => ToolChoice::Any,
    }
}

/// Returns whether `tool_choice` lets the model call a hosted tool of this type.
pub(super) fn allows_hosted_tool(request: &ApiRequest<'_>, kind: &str) -> bool {
    match request.get("tool_choice") {
        None => true,
        Some(Value::String(choice)) => choice != "none",
        Some(choice) if text(choice, "type") == "allowed_tools" => {
            list(choice, "tools").iter().any(|tool| text(tool, "type") == kind)
        }
        Some(choice) => text(choice, "type") == kind,
    }
}
