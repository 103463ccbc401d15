//! What the simulator answers: deterministic, and taken from what it was asked.

use serde_json::{Value, json};

use super::{
    directive::Directive,
    models::{Class, Found, Tools},
    prompt::Prompt,
    rules::Ask,
    synth,
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
pub(super) fn answer(ask: &Ask<'_>, found: &Found, prompt: &Prompt, wish: &Directive, serial: u64) -> Answer {
    let cap = ask.number("max_completion_tokens").or_else(|| ask.number("max_tokens")).unwrap_or(u64::MAX);
    let budget = wish.think.unwrap_or_else(|| reasoning(ask));
    let reasoning = budget.min(cap);
    let left = cap - reasoning;
    let first =
        if left == 0 { Choice::out_of_tokens() } else { first(ask, prompt, wish, serial).within(left) };
    let copies = ask.number("n").unwrap_or(1);
    let choices: Vec<Choice> = (0..copies).map(|at| first.copy(at).stopped(ask).within(left)).collect();
    let spent: u64 = choices.iter().map(|choice| choice.message.tokens()).sum();
    Answer {
        id: format!("chatcmpl-sim{serial:026}"),
        created: seconds(),
        model: routed(found, serial),
        choices,
        usage: Usage::new(usage::prompt_tokens(ask.body), reasoning * copies + spent, reasoning * copies),
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
fn reasoning(ask: &Ask<'_>) -> u64 {
    if !ask.model.reasons() {
        return 0;
    }
    match ask.effort() {
        "none" => 0,
        "minimal" => 8,
        "low" => 32,
        "high" => 192,
        "xhigh" => 384,
        _ => 64,
    }
}

fn first(ask: &Ask<'_>, prompt: &Prompt, wish: &Directive, serial: u64) -> Choice {
    if wish.refusal {
        return Choice::stop(Message::Refusal("I'm sorry, I can't assist with that.".to_owned()));
    }
    if let Some(choice) = calls(ask, prompt, serial) {
        return choice;
    }
    let text = match wish.words {
        Some(words) => {
            WORDS.iter().cycle().zip(0..words).map(|(word, _)| *word).collect::<Vec<_>>().join(" ")
        }
        None => said(ask, prompt),
    };
    let finish = if wish.filter_output { "content_filter" } else { "stop" };
    Choice { message: Message::Text(text), finish }
}

fn said(ask: &Ask<'_>, prompt: &Prompt) -> String {
    let format = ask.get("response_format");
    match format.and_then(|format| format.get("type")).and_then(Value::as_str) {
        Some("json_schema") => {
            let schema = format.and_then(|format| format.pointer("/json_schema/schema"));
            return synth::instance(schema.unwrap_or(&json!({"type": "object"}))).to_string();
        }
        Some("json_object") => return json!({"model": ask.model.name, "said": prompt.text}).to_string(),
        Some(_) | None => {}
    }
    let name = ask.model.name;
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

/// The calls that a question with tools leads to: none once a tool has answered, or if the choice is `none`.
fn calls(ask: &Ask<'_>, prompt: &Prompt, serial: u64) -> Option<Choice> {
    if prompt.result.is_some() {
        return None;
    }
    if let Some(choice) = function_call(ask) {
        return Some(choice);
    }
    let choice = ask.get("tool_choice");
    if choice.is_some_and(|choice| choice == "none") {
        return None;
    }
    let tools = ask.list("tools");
    let wanted = choice.and_then(|choice| named(choice, "function").or_else(|| named(choice, "custom")));
    let first = match wanted {
        Some(name) => tools.iter().position(|tool| tool_name(tool) == Some(name))?,
        None => 0,
    };
    let parallel = ask.get("parallel_tool_calls") != Some(&Value::Bool(false))
        && matches!(ask.model.tools, Tools::Parallel | Tools::ParallelUnlessMinimal | Tools::WithoutEffort);
    let count = if parallel && wanted.is_none() && prompt.text.contains("both") { 2 } else { 1 };
    let calls: Vec<Call> = tools
        .iter()
        .cycle()
        .skip(first)
        .take(count)
        .zip(0_u8..)
        .filter_map(|(tool, at)| call(tool, prompt, format!("call_sim{serial:018}{at}")))
        .collect();
    if calls.is_empty() {
        None
    } else {
        Some(Choice { message: Message::Calls(calls), finish: "tool_calls" })
    }
}

fn named<'a>(choice: &'a Value, kind: &str) -> Option<&'a str> {
    choice.get(kind)?.get("name")?.as_str()
}

fn tool_name(tool: &Value) -> Option<&str> {
    named(tool, "function").or_else(|| named(tool, "custom"))
}

fn call(tool: &Value, prompt: &Prompt, id: String) -> Option<Call> {
    let name = tool_name(tool)?.to_owned();
    match tool.get("function") {
        Some(function) => Some(Call { id, custom: false, name, input: arguments(function) }),
        None => Some(Call { id, custom: true, name, input: prompt.text.clone() }),
    }
}

fn arguments(function: &Value) -> String {
    function.get("parameters").map_or_else(|| "{}".to_owned(), |schema| synth::instance(schema).to_string())
}

/// The legacy form: `functions`, and `function_call` to choose among them.
fn function_call(ask: &Ask<'_>) -> Option<Choice> {
    let choice = ask.get("function_call");
    if choice.is_some_and(|choice| choice == "none") {
        return None;
    }
    let wanted = choice.and_then(|choice| choice.get("name")?.as_str());
    let name_of = |function: &Value| function.get("name").and_then(Value::as_str).map(str::to_owned);
    let fits = |function: &&Value| wanted.is_none_or(|name| name_of(function).as_deref() == Some(name));
    let function = ask.list("functions").iter().find(fits)?;
    let call =
        Call { id: String::new(), custom: false, name: name_of(function)?, input: arguments(function) };
    Some(Choice { message: Message::Function(call), finish: "function_call" })
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
    fn stopped(mut self, ask: &Ask<'_>) -> Self {
        let stops = match ask.get("stop") {
            Some(one @ Value::String(_)) => std::slice::from_ref(one),
            Some(Value::Array(many)) => many,
            Some(_) | None => return self,
        };
        if let Message::Text(text) = &mut self.message {
            let stops = stops.iter().filter_map(Value::as_str).filter(|stop| !stop.is_empty());
            if let Some(end) = stops.filter_map(|stop| text.find(stop)).min() {
                text.truncate(end);
            }
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
