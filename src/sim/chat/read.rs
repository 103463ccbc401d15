//! A chat body in words of neither operation.

use serde_json::{Map, Value};

use crate::sim::{
    answer_spec::{Choice, Wanted},
    conversation::{self, Format, Speaker, Tool, ToolKind, Turn},
    models::Tools,
    request::Ask,
};

/// The conversation in `messages`, which need not be well formed.
pub(super) fn turns(body: &Map<String, Value>) -> Vec<Turn<'_>> {
    list(body, "messages").iter().flat_map(turn).collect()
}

fn list<'a>(body: &'a Map<String, Value>, key: &str) -> &'a [Value] {
    body.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn turn(message: &Value) -> Vec<Turn<'_>> {
    let speaker = match text(message, "role") {
        "system" | "developer" => Speaker::Operator,
        "user" => Speaker::User,
        "tool" | "function" => Speaker::Result,
        _ => Speaker::Assistant,
    };
    let mut said = Turn::new(speaker, Vec::new());
    match message.get("content") {
        Some(Value::String(text)) => said.texts.push(text),
        Some(Value::Array(parts)) => parts.iter().for_each(|part| take(&mut said, part)),
        Some(_) | None => {}
    }
    said.texts.extend(message.get("refusal").and_then(Value::as_str));
    let calls = message.get("tool_calls").and_then(Value::as_array).into_iter().flatten();
    let calls = calls.filter_map(|call| call.get("function").or_else(|| call.get("custom")));
    let calls = calls.chain(message.get("function_call")).map(|call| {
        let input = if call.get("arguments").is_some() { "arguments" } else { "input" };
        Turn::new(Speaker::Call, vec![text(call, "name"), text(call, input)])
    });
    std::iter::once(said).chain(calls).collect()
}

fn take<'a>(said: &mut Turn<'a>, part: &'a Value) {
    said.texts.extend(["text", "refusal"].into_iter().filter_map(|key| part.get(key)?.as_str()));
    said.images += usize::from(part.get("image_url").is_some());
    said.files += usize::from(part.get("input_audio").is_some() || part.get("file").is_some());
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn function(function: &Value, kind: ToolKind) -> Tool<'_> {
    Tool {
        kind,
        name: text(function, "name"),
        description: text(function, "description"),
        schema: function.get("parameters").filter(|schema| !schema.is_null()),
        grammar: function.pointer("/format/grammar/definition").and_then(Value::as_str).unwrap_or_default(),
    }
}

/// The tools and the legacy functions.
fn tools(body: &Map<String, Value>) -> Vec<Tool<'_>> {
    let legacy = list(body, "functions").iter().map(|one| function(one, ToolKind::Legacy));
    let tools = list(body, "tools").iter().filter_map(|tool| {
        let functions = tool.get("function").map(|one| function(one, ToolKind::Function));
        functions.or_else(|| Some(function(tool.get("custom")?, ToolKind::Custom)))
    });
    legacy.chain(tools).collect()
}

fn format(body: &Map<String, Value>) -> Format<'_> {
    let format = body.get("response_format").unwrap_or(&Value::Null);
    match text(format, "type") {
        "json_schema" => Format::Schema(format.get("json_schema").unwrap_or(&Value::Null)),
        "json_object" => Format::Object,
        _ => Format::Text,
    }
}

/// The effort that counts: the one given, or the model's default.
pub(super) fn effort<'a>(ask: &Ask<'a>) -> &'a str {
    ask.text("reasoning_effort").unwrap_or(ask.model.default_effort)
}

/// The tokens of the prompt.
pub(super) fn prompt_tokens(body: &Map<String, Value>) -> u64 {
    conversation::tokens(&turns(body), &tools(body), format(body))
}

/// What the call asks for.
pub(super) fn wanted<'a>(ask: &Ask<'a>) -> Wanted<'a> {
    let tools = tools(ask.body);
    let legacy = choice(ask.get("function_call"));
    let choice = choice(ask.get("tool_choice"));
    let functions: Vec<Tool<'_>> =
        tools.iter().copied().filter(|tool| tool.kind == ToolKind::Legacy).collect();
    let (tools, choice) = if functions.is_empty() || legacy == Choice::None {
        (tools.into_iter().filter(|tool| tool.kind != ToolKind::Legacy).collect(), choice)
    } else {
        (functions, legacy)
    };
    let parallel = ask.get("parallel_tool_calls") != Some(&Value::Bool(false))
        && matches!(ask.model.tools, Tools::Parallel | Tools::ParallelUnlessMinimal | Tools::WithoutEffort);
    let stops = match ask.get("stop") {
        Some(Value::String(one)) => vec![one.as_str()],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        Some(_) | None => Vec::new(),
    };
    Wanted {
        model: ask.model,
        effort: effort(ask),
        prompt_tokens: prompt_tokens(ask.body),
        cap: ask.number("max_completion_tokens").or_else(|| ask.number("max_tokens")).unwrap_or(u64::MAX),
        copies: ask.number("n").unwrap_or(1),
        stops: stops.into_iter().filter(|stop| !stop.is_empty()).collect(),
        format: format(ask.body),
        tools,
        choice,
        parallel,
    }
}

fn choice(choice: Option<&Value>) -> Choice<'_> {
    let Some(choice) = choice else { return Choice::Any };
    if choice == "none" {
        return Choice::None;
    }
    if let Some(allowed) = choice.pointer("/allowed_tools/tools").and_then(Value::as_array) {
        return Choice::Among(allowed.iter().filter_map(name).collect());
    }
    name(choice).map_or(Choice::Any, Choice::Named)
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
        let ask = |url: &str| {
            let body = json!({"messages": [{"role": "user", "content": [
                {"type": "image_url", "image_url": {"url": url}}]}]});
            prompt_tokens(body.as_object().unwrap())
        };
        assert_eq!(ask("data:x"), ask(&"A".repeat(1_000_000)));
    }
}
