//! Reads a chat body into the vocabulary that both operations share.

use serde_json::Value;

use crate::sim::{
    answer_spec::{AnswerSpec, ToolChoice},
    conversation::{self, CallerTool, ConversationTurn, Role, TextFormat, ToolKind},
    json::{list, text},
    models::ToolSupport,
    request::ApiRequest,
};

/// Reads the conversation in `messages`, which need not be well formed.
pub(super) fn turns<'a>(request: &ApiRequest<'a>) -> Vec<ConversationTurn<'a>> {
    request.list("messages").iter().flat_map(message_turns).collect()
}

/// Returns the turn of a message, then one turn for each of its tool calls.
fn message_turns(message: &Value) -> Vec<ConversationTurn<'_>> {
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
    let calls = list(message, "tool_calls").iter();
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

fn caller_tool(tool: &Value, kind: ToolKind) -> CallerTool<'_> {
    CallerTool {
        kind,
        name: text(tool, "name"),
        namespace: None,
        description: text(tool, "description"),
        schema: tool.get("parameters").filter(|schema| !schema.is_null()),
        grammar: tool.pointer("/format/grammar/definition").and_then(Value::as_str).unwrap_or_default(),
    }
}

/// Returns the legacy functions, then the tools.
fn caller_tools<'a>(request: &ApiRequest<'a>) -> Vec<CallerTool<'a>> {
    let legacy = request.list("functions").iter().map(|function| caller_tool(function, ToolKind::Legacy));
    let tools = request.list("tools").iter().filter_map(|tool| match tool.get("function") {
        Some(function) => Some(caller_tool(function, ToolKind::Function)),
        None => Some(caller_tool(tool.get("custom")?, ToolKind::Custom)),
    });
    legacy.chain(tools).collect()
}

fn text_format<'a>(request: &ApiRequest<'a>) -> TextFormat<'a> {
    let Some(format) = request.get("response_format") else { return TextFormat::Text };
    match text(format, "type") {
        "json_schema" => TextFormat::Schema(format.get("json_schema").unwrap_or(&Value::Null)),
        "json_object" => TextFormat::Object,
        _ => TextFormat::Text,
    }
}

/// Returns the given effort, or the model's default.
pub(super) fn effort<'a>(request: &ApiRequest<'a>) -> &'a str {
    request.text("reasoning_effort").unwrap_or(request.model.default_effort)
}

/// Estimates the tokens of the prompt.
pub(super) fn prompt_tokens(request: &ApiRequest<'_>) -> u64 {
    conversation::tokens(&turns(request), &caller_tools(request), text_format(request))
}

/// Returns what the request asks for.
pub(super) fn answer_spec<'a>(request: &ApiRequest<'a>) -> AnswerSpec<'a> {
    let (tools, choice) = tools_and_choice(request);
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
        prompt_tokens: prompt_tokens(request),
        cap: request
            .number("max_completion_tokens")
            .or_else(|| request.number("max_tokens"))
            .unwrap_or(u64::MAX),
        copies: request.number("n").unwrap_or(1),
        stops: stops.into_iter().filter(|stop| !stop.is_empty()).collect(),
        format: text_format(request),
        tools,
        choice,
        parallel,
    }
}

/// Returns the legacy functions and their choice if the request has functions that may be called, otherwise the tools
/// and their choice.
fn tools_and_choice<'a>(request: &ApiRequest<'a>) -> (Vec<CallerTool<'a>>, ToolChoice<'a>) {
    let (functions, tools): (Vec<_>, Vec<_>) =
        caller_tools(request).into_iter().partition(|tool| tool.kind == ToolKind::Legacy);
    let legacy = tool_choice(request.get("function_call"));
    if functions.is_empty() || legacy == ToolChoice::None {
        (tools, tool_choice(request.get("tool_choice")))
    } else {
        (functions, legacy)
    }
}

fn tool_choice(choice: Option<&Value>) -> ToolChoice<'_> {
    let Some(choice) = choice else { return ToolChoice::Any };
    if choice == "none" {
        return ToolChoice::None;
    }
    if let Some(allowed) = choice.pointer("/allowed_tools/tools").and_then(Value::as_array) {
        return ToolChoice::Among(allowed.iter().filter_map(chosen_name).collect());
    }
    chosen_name(choice).map_or(ToolChoice::Any, ToolChoice::Named)
}

/// Returns the name in a choice: at its top, or where a tool has it.
fn chosen_name(choice: &Value) -> Option<&str> {
    let inner = choice.get("function").or_else(|| choice.get("custom")).unwrap_or(choice);
    inner.get("name")?.as_str()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sim::{models, prompt::Prompt, surface::Surface};

    /// Runs a check on the request of this body.
    fn with_request<T>(body: &Value, check: impl Fn(&ApiRequest<'_>) -> T) -> T {
        let model = models::find("gpt-4o").unwrap().model;
        check(&ApiRequest { model, surface: &Surface::V1, body: body.as_object().unwrap() })
    }

    #[test]
    fn only_results_after_the_last_question_count() {
        let body = json!({"messages": [
            {"role": "user", "content": "old"}, {"role": "tool", "content": "old result"},
            {"role": "user", "content": [{"type": "text", "text": "new"}, {"type": "image_url", "image_url": {}}]},
        ]});
        let prompt = with_request(&body, |request| Prompt::of(&turns(request)));
        assert_eq!((prompt.text.as_str(), prompt.images, prompt.result), ("new", 1, None));
        assert_eq!(prompt.results, 0);
    }

    #[test]
    fn an_image_costs_the_same_whatever_its_size() {
        let tokens = |url: &str| {
            let body = json!({"messages": [{"role": "user", "content": [
                {"type": "image_url", "image_url": {"url": url}}]}]});
            with_request(&body, prompt_tokens)
        };
        assert_eq!(tokens("data:x"), tokens(&"A".repeat(1_000_000)));
    }
}
