//! A Responses body in words of neither operation.

use serde_json::Value;

use crate::sim::{
    answer_spec::{AnswerSpec, ToolChoice},
    conversation::{self, CallerTool, ConversationTurn, Role, TextFormat, ToolKind},
    models::ToolSupport,
    request::ApiRequest,
};

/// The kind of an input item: an item without a type is a message, or a reference if it has nothing but an id.
pub(super) fn kind(item: &Value) -> &str {
    match item.get("type").and_then(Value::as_str) {
        Some(kind) => kind,
        None if item.get("role").is_none() && item.get("id").is_some() => "item_reference",
        None => "message",
    }
}

/// A member that is a string, or nothing.
pub(super) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The conversation: the instructions of this call, and every item.
pub(super) fn turns<'a>(request: &ApiRequest<'a>, items: &'a [Value]) -> Vec<ConversationTurn<'a>> {
    let instructions =
        request.text("instructions").map(|text| ConversationTurn::new(Role::Operator, vec![text]));
    instructions.into_iter().chain(items.iter().filter_map(turn)).collect()
}

/// A user's turn of one text.
pub(super) fn user_turn(text: &str) -> ConversationTurn<'_> {
    ConversationTurn::new(Role::User, vec![text])
}

fn turn(item: &Value) -> Option<ConversationTurn<'_>> {
    match kind(item) {
        "message" => {
            let role = match text(item, "role") {
                "system" | "developer" => Role::Operator,
                "assistant" => Role::Assistant,
                _ => Role::User,
            };
            Some(content_turn(role, item.get("content")))
        }
        "function_call" => {
            Some(ConversationTurn::new(Role::ToolCall, vec![text(item, "name"), text(item, "arguments")]))
        }
        "custom_tool_call" => {
            Some(ConversationTurn::new(Role::ToolCall, vec![text(item, "name"), text(item, "input")]))
        }
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

/// The functions and custom tools; the hosted tools are none of the caller's.
fn tools<'a>(request: &ApiRequest<'a>) -> Vec<CallerTool<'a>> {
    let tools = request.list("tools").iter().filter_map(|tool| {
        let kind = match text(tool, "type") {
            "function" => ToolKind::Function,
            "custom" => ToolKind::Custom,
            _ => return None,
        };
        Some(CallerTool {
            kind,
            name: text(tool, "name"),
            description: text(tool, "description"),
            schema: tool.get("parameters").filter(|schema| !schema.is_null()),
            grammar: tool.pointer("/format/definition").and_then(Value::as_str).unwrap_or_default(),
        })
    });
    tools.collect()
}

fn format<'a>(request: &ApiRequest<'a>) -> TextFormat<'a> {
    let format = request.get("text").and_then(|text| text.get("format")).unwrap_or(&Value::Null);
    match text(format, "type") {
        "json_schema" => TextFormat::Schema(format),
        "json_object" => TextFormat::Object,
        _ => TextFormat::Text,
    }
}

/// The effort that counts: the one given, or the model's default.
pub(super) fn effort<'a>(request: &ApiRequest<'a>) -> &'a str {
    given_effort(request).unwrap_or(request.model.default_effort)
}

/// The effort that the call names.
pub(super) fn given_effort<'a>(request: &ApiRequest<'a>) -> Option<&'a str> {
    request.get("reasoning")?.get("effort")?.as_str()
}

/// Whether `include` asks for this.
pub(super) fn includes(request: &ApiRequest<'_>, name: &str) -> bool {
    request.list("include").iter().any(|one| one == name)
}

/// The tokens of the prompt.
pub(super) fn prompt_tokens(request: &ApiRequest<'_>, items: &[Value]) -> u64 {
    conversation::tokens(&turns(request, items), &tools(request), format(request))
}

/// What the call asks for.
pub(super) fn answer_spec<'a>(request: &ApiRequest<'a>, items: &[Value]) -> AnswerSpec<'a> {
    let parallel = request.get("parallel_tool_calls") != Some(&Value::Bool(false))
        && !matches!(request.model.tools, ToolSupport::Refused | ToolSupport::Sequential);
    AnswerSpec {
        model: request.model,
        effort: effort(request),
        prompt_tokens: prompt_tokens(request, items),
        cap: request.number("max_output_tokens").unwrap_or(u64::MAX),
        copies: 1,
        stops: Vec::new(),
        format: format(request),
        tools: tools(request),
        choice: choice(request.get("tool_choice")),
        parallel,
    }
}

fn choice(choice: Option<&Value>) -> ToolChoice<'_> {
    match choice {
        Some(Value::String(choice)) if choice == "none" => ToolChoice::None,
        Some(choice) => match text(choice, "type") {
            "function" | "custom" => ToolChoice::Named(text(choice, "name")),
            "allowed_tools" => {
                let tools = choice.get("tools").and_then(Value::as_array).into_iter().flatten();
                ToolChoice::Among(tools.filter_map(|tool| tool.get("name")?.as_str()).collect())
            }
            // A string: `auto` or `required`.
            "" => ToolChoice::Any,
            // A hosted tool.
            _ => ToolChoice::None,
        },
        None => ToolChoice::Any,
    }
}

/// Whether a hosted tool of this type may be called.
pub(super) fn allows_hosted_tool(request: &ApiRequest<'_>, kind: &str) -> bool {
    match request.get("tool_choice") {
        None => true,
        Some(Value::String(choice)) => choice != "none",
        Some(choice) if text(choice, "type") == "allowed_tools" => {
            let tools = choice.get("tools").and_then(Value::as_array).into_iter().flatten();
            tools.map(|tool| text(tool, "type")).any(|allowed| allowed == kind)
        }
        Some(choice) => text(choice, "type") == kind,
    }
}
