//! What the simulator answers: deterministic, and taken from what it was asked.

use serde_json::json;

use super::{
    answer_spec::{Choice as ToolChoice, Wanted},
    conversation::{Format, Tool, ToolKind},
    directive::Directive,
    models::{Class, Found},
    prompt::Prompt,
    schema_instance,
    usage::{self, Usage},
};

/// A whole answer, before it is written as a body or as a stream.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) id: String,
    pub(super) created: u64,
    pub(super) model: String,
    pub(super) choices: Vec<Choice>,
    pub(super) usage: Usage,
}

/// One of its choices.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    pub(super) message: Message,
    pub(super) finish: &'static str,
}

/// What a choice says.
#[derive(Debug, Clone)]
pub(super) enum Message {
    Text(String),
    Refusal(String),
    Calls(Vec<Call>),
    /// The legacy form of a call.
    Function(Call),
}

/// A call to a tool.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) id: String,
    /// Whether the tool is a custom one, which takes text instead of arguments.
    pub(super) custom: bool,
    pub(super) name: String,
    pub(super) input: String,
}

/// Words of an answer of a wished length; some are more than one byte a character.
const WORDS: &[&str] = &["lorem", "ipsum", "dolor", "naïve", "amet", "東京", "elit", "🙂", "tempor", "größe"];

/// Answers a call that passed every check.
pub(super) fn answer(
    wanted: &Wanted<'_>,
    found: &Found,
    prompt: &Prompt,
    wish: &Directive,
    serial: u64,
) -> Answer {
    let budget = wish.think.unwrap_or_else(|| reasoning(wanted));
    let reasoning = budget.min(wanted.cap);
    let left = wanted.cap - reasoning;
    let first =
        if left == 0 { Choice::out_of_tokens() } else { first(wanted, prompt, wish, serial).within(left) };
    let copies = wanted.copies;
    let choices: Vec<Choice> = (0..copies).map(|at| first.copy(at).stopped(wanted).within(left)).collect();
    let spent: u64 = choices.iter().map(|choice| choice.message.tokens()).sum();
    Answer {
        id: format!("chatcmpl-sim{serial:026}"),
        created: seconds(),
        model: routed(found, serial),
        choices,
        usage: Usage::new(wanted.prompt_tokens, reasoning * copies + spent, reasoning * copies),
    }
}

fn seconds() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(0, |since| since.as_secs())
}

/// A model-router answers with another model from call to call.
fn routed(found: &Found, serial: u64) -> String {
    match (found.model.class, serial % 2) {
        (Class::Routed, 0) => "gpt-4.1-nano-2025-04-14".to_owned(),
        (Class::Routed, _) => "gpt-5-nano-2025-08-07".to_owned(),
        _ => found.reported.clone(),
    }
}

/// The tokens that a model spends on reasoning before it says anything.
fn reasoning(wanted: &Wanted<'_>) -> u64 {
    if !wanted.model.reasons() {
        return 0;
    }
    match wanted.effort {
        "none" => 0,
        "minimal" => 8,
        "low" => 32,
        "high" => 192,
        "xhigh" => 384,
        "max" => 512,
        _ => 64,
    }
}

fn first(wanted: &Wanted<'_>, prompt: &Prompt, wish: &Directive, serial: u64) -> Choice {
    if wish.refusal {
        return Choice::stop(Message::Refusal("I'm sorry, I can't assist with that.".to_owned()));
    }
    if let Some(choice) = calls(wanted, prompt, wish, serial) {
        return choice;
    }
    let text = match wish.words {
        Some(words) => {
            WORDS.iter().cycle().zip(0..words).map(|(word, _)| *word).collect::<Vec<_>>().join(" ")
        }
        None => said(wanted, prompt),
    };
    let finish = if wish.filter_output { "content_filter" } else { "stop" };
    Choice { message: Message::Text(text), finish }
}

fn said(wanted: &Wanted<'_>, prompt: &Prompt) -> String {
    let name = wanted.model.name;
    match wanted.format {
        Format::Schema(format) => {
            return schema_instance::instance(format.get("schema").unwrap_or(&json!({"type": "object"})))
                .to_string();
        }
        Format::Object => return json!({"model": name, "said": prompt.text}).to_string(),
        Format::Text => {}
    }
    let pictures = match prompt.images {
        0 => String::new(),
        1 => " (1 image)".to_owned(),
        many => format!(" ({many} images)"),
    };
    match &prompt.result {
        Some(result) => format!("{name} says: the tool answered {result}"),
        None => format!("{name} says: {}{pictures}", prompt.text),
    }
}

/// The calls that a question with tools leads to: none once tools have answered, or if the choice is `none`.
fn calls(wanted: &Wanted<'_>, prompt: &Prompt, wish: &Directive, serial: u64) -> Option<Choice> {
    if prompt.results >= wish.calls.unwrap_or(1) {
        return None;
    }
    let tools: Vec<&Tool<'_>> = wanted.tools.iter().filter(|tool| wanted.choice.allows(tool.name)).collect();
    let first = tools.first()?;
    if first.kind == ToolKind::Legacy {
        let call = call(first, prompt, String::new());
        return Some(Choice { message: Message::Function(call), finish: "function_call" });
    }
    let is_free = !matches!(wanted.choice, ToolChoice::Named(_));
    let count = if wanted.parallel && is_free && prompt.text.contains("both") { 2 } else { 1 };
    let tools = tools.iter().cycle().take(count).zip(0_u8..);
    let calls = tools.map(|(tool, at)| call(tool, prompt, format!("call_sim{serial:018}{at}"))).collect();
    Some(Choice { message: Message::Calls(calls), finish: "tool_calls" })
}

fn call(tool: &Tool<'_>, prompt: &Prompt, id: String) -> Call {
    let name = tool.name.to_owned();
    let custom = tool.kind == ToolKind::Custom;
    let input = match tool.schema {
        _ if custom => prompt.text.clone(),
        Some(schema) => schema_instance::instance(schema).to_string(),
        None => "{}".to_owned(),
    };
    Call { id, custom, name, input }
}

impl Choice {
    fn stop(message: Message) -> Self {
        Self { message, finish: "stop" }
    }

    /// All tokens went into reasoning: no text, and no error either.
    fn out_of_tokens() -> Self {
        Self { message: Message::Text(String::new()), finish: "length" }
    }

    /// The same choice for another index, told apart by its text or its ids.
    fn copy(&self, at: u64) -> Self {
        let mut copy = self.clone();
        match &mut copy.message {
            Message::Text(text) if at > 0 && !text.is_empty() && !text.starts_with('{') => {
                text.extend([" (choice ", &at.to_string(), ")"]);
            }
            Message::Calls(calls) if at > 0 => {
                for call in calls {
                    call.id.push_str(&at.to_string());
                }
            }
            Message::Text(_) | Message::Refusal(_) | Message::Calls(_) | Message::Function(_) => {}
        }
        copy
    }

    /// Ends a text before the first stop sequence.
    fn stopped(mut self, wanted: &Wanted<'_>) -> Self {
        if let Message::Text(text) = &mut self.message
            && let Some(end) = wanted.stops.iter().filter_map(|stop| text.find(stop)).min()
        {
            text.truncate(end);
        }
        self
    }

    /// Cuts a choice to its share of tokens.
    fn within(mut self, most: u64) -> Self {
        if self.message.tokens() <= most {
            return self;
        }
        self.finish = "length";
        match &mut self.message {
            Message::Text(text) | Message::Refusal(text) => shorten(text, most),
            Message::Function(call) => shorten(&mut call.input, most),
            Message::Calls(calls) => {
                let mut left = most;
                for call in calls {
                    shorten(&mut call.input, left);
                    left -= usage::tokens(&call.input);
                }
            }
        }
        self
    }
}

fn shorten(text: &mut String, most: u64) {
    let end = usage::cut(text, most).len();
    text.truncate(end);
}

impl Message {
    /// How many tokens the message has.
    fn tokens(&self) -> u64 {
        match self {
            Self::Text(text) | Self::Refusal(text) => usage::tokens(text),
            Self::Function(call) => usage::tokens(&call.input),
            Self::Calls(calls) => calls.iter().map(|call| usage::tokens(&call.input)).sum(),
        }
    }
}
