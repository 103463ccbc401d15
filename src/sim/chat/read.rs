//! A chat body in words of neither operation.

use serde_json::{Map, Value};

use crate::sim::{
    answer_spec::{AnswerSpec, ToolChoice},
    conversation::{self, CallerTool, ConversationTurn, Role, TextFormat, ToolKind},
    models::ToolSupport,
    request::ApiRequest,
};

/// The conversation in `messages`, which need not be well formed.
pub(super) fn turns(body: &Map<String, Value>) -> Vec<ConversationTurn<'_>> {
    list(body, "messages").iter().flat_map(turn).collect()
}

fn list<'a>(body: &'a Map<String, Value>, key: &str) -> &'a [Value] {
    body.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn turn(message: &Value) -> Vec<ConversationTurn<'_>> {
    let role = match text(message, "role") {
        "system" | "developer" => Role::Operator,
        "user" => Role::User,
        "tool" | "function" => Role::ToolResult,
        _ => Role::Assistant,
    };
    let mut turn = ConversationTurn::new(role, Vec::new());
    match message.get("content") {
        Some(Value::String(text)) => turn.texts.push(text),
        Some(Value::Array(parts)) => parts.iter().for_each(|part| add_part(&mut turn, part)),
        Some(_) | None => {}
    }
    turn.texts.extend(message.get("refusal").and_then(Value::as_str));
    let calls = message.get("tool_calls").and_then(Value::as_array).into_iter().flatten();
    let calls = calls.filter_map(|call| call.get("function").or_else(|| call.get("custom")));
    let calls = calls.chain(message.get("function_call")).map(|call| {
        let input = if call.get("arguments").is_some() { "arguments" } else { "input" };
        ConversationTurn::new(Role::ToolCall, vec![text(call, "name"), text(call, input)])
    });
    std::iter::once(turn).chain(calls).collect()
}

fn add_part<'a>(turn: &mut ConversationTurn<'a>, part: &'a Value) {
    turn.texts.extend(["text", "refusal"].into_iter().filter_map(|key| part.get(key)?.as_str()));
    turn.images += usize::from(part.get("image_url").is_some());
    turn.files += usize::from(part.get("input_audio").is_some() || part.get("file").is_some());
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn tool(tool: &Value, kind: ToolKind) -> CallerTool<'_> {
    CallerTool {
        kind,
        name: text(tool, "name"),
        description: text(tool, "description"),
        schema: tool.get("parameters").filter(|schema| !schema.is_null()),
        grammar: tool.pointer("/format/grammar/definition").and_then(Value::as_str).unwrap_or_default(),
    }
}

/// The tools and the legacy functions.
fn tools(body: &Map<String, Value>) -> Vec<CallerTool<'_>> {
    let legacy = list(body, "functions").iter().map(|one| tool(one, ToolKind::Legacy));
    let tools = list(body, "tools").iter().filter_map(|one| {
        let function = one.get("function").map(|function| tool(function, ToolKind::Function));
        function.or_else(|| Some(tool(one.get("custom")?, ToolKind::Custom)))
    });
    legacy.chain(tools).collect()
}

fn format(body: &Map<String, Value>) -> TextFormat<'_> {
    let format = body.get("response_format").unwrap_or(&Value::Null);
    match text(format, "type") {
        "json_schema" => TextFormat::Schema(format.get("json_schema").unwrap_or(&Value::Null)),
        "json_object" => TextFormat::Object,
        _ => TextFormat::Text,
    }
}

/// The effort that counts: the one given, or the model's default.
pub(super) fn effort<'a>(request: &ApiRequest<'a>) -> &'a str {
    request.text("reasoning_effort").unwrap_or(request.model.default_effort)
}

/// The tokens of the prompt.
pub(super) fn prompt_tokens(body: &Map<String, Value>) -> u64 {
    conversation::tokens(&turns(body), &tools(body), format(body))
}

/// What the call asks for.
pub(super) fn answer_spec<'a>(request: &ApiRequest<'a>) -> AnswerSpec<'a> {
    let tools = tools(request.body);
    let legacy = choice(request.get("function_call"));
    let choice = choice(request.get("tool_choice"));
    let functions: Vec<CallerTool<'_>> =
        tools.iter().copied().filter(|tool| tool.kind == ToolKind::Legacy).collect();
    let (tools, choice) = if functions.is_empty() || legacy == ToolChoice::None {
        (tools.into_iter().filter(|tool| tool.kind != ToolKind::Legacy).collect(), choice)
    } else {
        (functions, legacy)
    };
    let parallel = request.get("parallel_tool_calls") != Some(&Value::Bool(false))
        && matches!(
            request.model.tools,
            ToolSupport::Parallel | ToolSupport::ParallelUnlessMinimal | ToolSupport::WithoutEffort
        );
    let stops = match request.get("stop") {
        Some(Value::String(one)) => vec![one.as_str()],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        Some(_) | None => Vec::new(),
    };
    AnswerSpec {
        model: request.model,
        effort: effort(request),
        prompt_tokens: prompt_tokens(request.body),
        cap: request
            .number("max_completion_tokens")
            .or_else(|| request.number("max_tokens"))
            .unwrap_or(u64::MAX),
        copies: request.number("n").unwrap_or(1),
        stops: stops.into_iter().filter(|stop| !stop.is_empty()).collect(),
        format: format(request.body),
        tools,
        choice,
        parallel,
    }
}

fn choice(choice: Option<&Value>) -> ToolChoice<'_> {
    let Some(choice) = choice else { return ToolChoice::Any };
    if choice == "none" {
        return ToolChoice::None;
    }
    if let Some(allowed) = choice.pointer("/allowed_tools/tools").and_then(Value::as_array) {
        return ToolChoice::Among(allowed.iter().filter_map(name).collect());
    }
    name(choice).map_or(ToolChoice::Any, ToolChoice::Named)
}

/// The name in a choice, at its top or where a tool has it.
fn name(choice: &Value) -> Option<&str> {
    let inner = choice.get("function").or_else(|| choice.get("custom")).unwrap_or(choice);
    inner.get("name")?.as_str()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sim::prompt::Prompt;

    #[test]
    fn only_a_result_behind_the_last_question_counts() {
        let body = json!({"messages": [
            {"role": "user", "content": "old"}, {"role": "tool", "content": "old result"},
            {"role": "user", "content": [{"type": "text", "text": "new"}, {"type": "image_url", "image_url": {}}]},
        ]});
        let prompt = Prompt::of(&turns(body.as_object().unwrap()));
        assert_eq!((prompt.text.as_str(), prompt.images, prompt.result), ("new", 1, None));
        assert_eq!(prompt.results, 0);
    }

    #[test]
    fn a_picture_costs_the_same_whatever_its_size() {
        let request = |url: &str| {
            let body = json!({"messages": [{"role": "user", "content": [
                {"type": "image_url", "image_url": {"url": url}}]}]});
            prompt_tokens(body.as_object().unwrap())
        };
        assert_eq!(request("data:x"), request(&"A".repeat(1_000_000)));
    }
}
