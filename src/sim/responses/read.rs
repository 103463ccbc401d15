//! A Responses body in words of neither operation.

use serde_json::Value;

use crate::sim::{
    answer_spec::{Choice, Wanted},
    conversation::{self, Format, Speaker, Tool, ToolKind, Turn},
    models::Tools,
    request::Ask,
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
pub(super) fn turns<'a>(ask: &Ask<'a>, items: &'a [Value]) -> Vec<Turn<'a>> {
    let instructions = ask.text("instructions").map(|text| Turn::new(Speaker::Operator, vec![text]));
    instructions.into_iter().chain(items.iter().filter_map(turn)).collect()
}

/// A user's turn of one text.
pub(super) fn asked(text: &str) -> Turn<'_> {
    Turn::new(Speaker::User, vec![text])
}

fn turn(item: &Value) -> Option<Turn<'_>> {
    match kind(item) {
        "message" => {
            let speaker = match text(item, "role") {
                "system" | "developer" => Speaker::Operator,
                "assistant" => Speaker::Assistant,
                _ => Speaker::User,
            };
            Some(contents(speaker, item.get("content")))
        }
        "function_call" => Some(Turn::new(Speaker::Call, vec![text(item, "name"), text(item, "arguments")])),
        "custom_tool_call" => Some(Turn::new(Speaker::Call, vec![text(item, "name"), text(item, "input")])),
        "function_call_output" | "custom_tool_call_output" => {
            Some(contents(Speaker::Result, item.get("output")))
        }
        _ => None,
    }
}

fn contents(speaker: Speaker, content: Option<&Value>) -> Turn<'_> {
    let mut said = Turn::new(speaker, Vec::new());
    match content {
        Some(Value::String(text)) => said.texts.push(text),
        Some(Value::Array(parts)) => {
            for part in parts {
                match text(part, "type") {
                    "input_image" => said.images += 1,
                    "input_file" => said.files += 1,
                    "refusal" => said.texts.push(text(part, "refusal")),
                    _ => said.texts.push(text(part, "text")),
                }
            }
        }
        Some(_) | None => {}
    }
    said
}

/// The functions and custom tools; the hosted tools are none of the caller's.
fn tools<'a>(ask: &Ask<'a>) -> Vec<Tool<'a>> {
    let tools = ask.list("tools").iter().filter_map(|tool| {
        let kind = match text(tool, "type") {
            "function" => ToolKind::Function,
            "custom" => ToolKind::Custom,
            _ => return None,
        };
        Some(Tool {
            kind,
            name: text(tool, "name"),
            description: text(tool, "description"),
            schema: tool.get("parameters").filter(|schema| !schema.is_null()),
            grammar: tool.pointer("/format/definition").and_then(Value::as_str).unwrap_or_default(),
        })
    });
    tools.collect()
}

fn format<'a>(ask: &Ask<'a>) -> Format<'a> {
    let format = ask.get("text").and_then(|text| text.get("format")).unwrap_or(&Value::Null);
    match text(format, "type") {
        "json_schema" => Format::Schema(format),
        "json_object" => Format::Object,
        _ => Format::Text,
    }
}

/// The effort that counts: the one given, or the model's default.
pub(super) fn effort<'a>(ask: &Ask<'a>) -> &'a str {
    given_effort(ask).unwrap_or(ask.model.default_effort)
}

/// The effort that the call names.
pub(super) fn given_effort<'a>(ask: &Ask<'a>) -> Option<&'a str> {
    ask.get("reasoning")?.get("effort")?.as_str()
}

/// Whether `include` asks for this.
pub(super) fn includes(ask: &Ask<'_>, wanted: &str) -> bool {
    ask.list("include").iter().any(|one| one == wanted)
}

/// The tokens of the prompt.
pub(super) fn prompt_tokens(ask: &Ask<'_>, items: &[Value]) -> u64 {
    conversation::tokens(&turns(ask, items), &tools(ask), format(ask))
}

/// What the call asks for.
pub(super) fn wanted<'a>(ask: &Ask<'a>, items: &[Value]) -> Wanted<'a> {
    let parallel = ask.get("parallel_tool_calls") != Some(&Value::Bool(false))
        && !matches!(ask.model.tools, Tools::Refused | Tools::Sequential);
    Wanted {
        model: ask.model,
        effort: effort(ask),
        prompt_tokens: prompt_tokens(ask, items),
        cap: ask.number("max_output_tokens").unwrap_or(u64::MAX),
        copies: 1,
        stops: Vec::new(),
        format: format(ask),
        tools: tools(ask),
        choice: choice(ask.get("tool_choice")),
        parallel,
    }
}

fn choice(choice: Option<&Value>) -> Choice<'_> {
    match choice {
        Some(Value::String(choice)) if choice == "none" => Choice::None,
        Some(choice) => match text(choice, "type") {
            "function" | "custom" => Choice::Named(text(choice, "name")),
            "allowed_tools" => {
                let tools = choice.get("tools").and_then(Value::as_array).into_iter().flatten();
                Choice::Among(tools.filter_map(|tool| tool.get("name")?.as_str()).collect())
            }
            // A string: `auto` or `required`.
            "" => Choice::Any,
            // A hosted tool.
            _ => Choice::None,
        },
        None => Choice::Any,
    }
}

/// Whether a hosted tool of this type may be called.
pub(super) fn may_host(ask: &Ask<'_>, kind: &str) -> bool {
    match ask.get("tool_choice") {
        None => true,
        Some(Value::String(choice)) => choice != "none",
        Some(choice) if text(choice, "type") == "allowed_tools" => {
            let tools = choice.get("tools").and_then(Value::as_array).into_iter().flatten();
            tools.map(|tool| text(tool, "type")).any(|allowed| allowed == kind)
        }
        Some(choice) => text(choice, "type") == kind,
    }
}
