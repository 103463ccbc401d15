//! How an answer is made: deterministic, from what the call asks for and the end of its conversation.

use serde_json::json;

use super::{
    answer::{AnswerChoice, AnswerMessage, GeneratedAnswer, ToolCall},
    answer_spec::{AnswerSpec, ToolChoice},
    conversation::{CallerTool, TextFormat, ToolKind},
    directive::Directive,
    models::{DeployedModel, ModelClass},
    prompt::Prompt,
    schema_instance,
    usage::TokenUsage,
};

/// The words of an answer whose length a directive sets. Some have characters of more than one byte.
const WORDS: &[&str] = &["lorem", "ipsum", "dolor", "naïve", "amet", "東京", "elit", "🙂", "tempor", "größe"];

/// Answers a call that passed every check.
pub(super) fn generate(
    spec: &AnswerSpec<'_>,
    deployed: &DeployedModel,
    prompt: &Prompt,
    directive: &Directive,
    serial: u64,
) -> GeneratedAnswer {
    let budget = directive.think.unwrap_or_else(|| reasoning_tokens(spec));
    let reasoning = budget.min(spec.cap);
    let left = spec.cap - reasoning;
    let first = if left == 0 {
        AnswerChoice::out_of_tokens()
    } else {
        first_choice(spec, prompt, directive, serial).cut_to(left)
    };
    let copies = spec.copies;
    let choices: Vec<AnswerChoice> =
        (0..copies).map(|index| first.copy_for(index).until_stop(&spec.stops).cut_to(left)).collect();
    let spent: u64 = choices.iter().map(|choice| choice.message.tokens()).sum();
    GeneratedAnswer {
        id: format!("chatcmpl-sim{serial:026}"),
        created: seconds(),
        model: reported_model(deployed, serial),
        choices,
        usage: TokenUsage::new(spec.prompt_tokens, reasoning * copies + spent, reasoning * copies),
    }
}

fn seconds() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(0, |since| since.as_secs())
}

/// Returns the name that the answer carries. A model-router names another model from call to call.
fn reported_model(deployed: &DeployedModel, serial: u64) -> String {
    match (deployed.model.class, serial % 2) {
        (ModelClass::Routed, 0) => "gpt-4.1-nano-2025-04-14".to_owned(),
        (ModelClass::Routed, _) => "gpt-5-nano-2025-08-07".to_owned(),
        _ => deployed.reported_name.clone(),
    }
}

/// Returns the number of tokens that the model spends on reasoning before its answer.
fn reasoning_tokens(spec: &AnswerSpec<'_>) -> u64 {
    if !spec.model.reasons() {
        return 0;
    }
    match spec.effort {
        "none" => 0,
        "minimal" => 8,
        "low" => 32,
        "high" => 192,
        "xhigh" => 384,
        "max" => 512,
        _ => 64,
    }
}

fn first_choice(spec: &AnswerSpec<'_>, prompt: &Prompt, directive: &Directive, serial: u64) -> AnswerChoice {
    if directive.refusal {
        return AnswerChoice::stop(AnswerMessage::Refusal("I'm sorry, I can't assist with that.".to_owned()));
    }
    if let Some(choice) = tool_calls(spec, prompt, directive, serial) {
        return choice;
    }
    let text = match directive.words {
        Some(words) => {
            WORDS.iter().cycle().zip(0..words).map(|(word, _)| *word).collect::<Vec<_>>().join(" ")
        }
        None => text(spec, prompt),
    };
    let finish = if directive.filter_output { "content_filter" } else { "stop" };
    AnswerChoice { message: AnswerMessage::Text(text), finish }
}

fn text(spec: &AnswerSpec<'_>, prompt: &Prompt) -> String {
    let name = spec.model.name;
    match spec.format {
        TextFormat::Schema(format) => {
            let any = json!({"type": "object"});
            return schema_instance::instance(format.get("schema").unwrap_or(&any)).to_string();
        }
        TextFormat::Object => return json!({"model": name, "said": prompt.text}).to_string(),
        TextFormat::Text => {}
    }
    let images = match prompt.images {
        0 => String::new(),
        1 => " (1 image)".to_owned(),
        many => format!(" ({many} images)"),
    };
    match &prompt.result {
        Some(result) => format!("{name} says: the tool answered {result}"),
        None => format!("{name} says: {}{images}", prompt.text),
    }
}

/// Returns the tool calls that answer a question: none if tools have answered already or if the choice is `none`.
fn tool_calls(
    spec: &AnswerSpec<'_>,
    prompt: &Prompt,
    directive: &Directive,
    serial: u64,
) -> Option<AnswerChoice> {
    if prompt.results >= directive.calls.unwrap_or(1) {
        return None;
    }
    let tools: Vec<&CallerTool<'_>> =
        spec.tools.iter().filter(|tool| spec.choice.allows(tool.name)).collect();
    let first = tools.first()?;
    if first.kind == ToolKind::Legacy {
        let message = AnswerMessage::FunctionCall(tool_call(first, prompt, directive, String::new()));
        return Some(AnswerChoice { message, finish: "function_call" });
    }
    let is_free = !matches!(spec.choice, ToolChoice::Named(_));
    let count = if spec.parallel && is_free && prompt.text.contains("both") { 2 } else { 1 };
    let tools = tools.iter().cycle().take(count).zip(0_u8..);
    let calls = tools
        .map(|(tool, at)| tool_call(tool, prompt, directive, format!("call_sim{serial:018}{at}")))
        .collect();
    Some(AnswerChoice { message: AnswerMessage::ToolCalls(calls), finish: "tool_calls" })
}

fn tool_call(tool: &CallerTool<'_>, prompt: &Prompt, directive: &Directive, id: String) -> ToolCall {
    let name = tool.name.to_owned();
    let custom = tool.kind == ToolKind::Custom;
    let input = match tool.schema {
        _ if custom => prompt.text.clone(),
        Some(schema) => match &directive.args {
            Some(word) => schema_instance::least(schema, word).to_string(),
            None => schema_instance::instance(schema).to_string(),
        },
        None => "{}".to_owned(),
    };
    ToolCall { id, custom, name, namespace: tool.namespace.map(str::to_owned), input }
}
