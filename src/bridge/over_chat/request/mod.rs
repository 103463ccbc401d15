//! The request, parameter by parameter.

mod content;
mod echo;
mod input;
mod row;
#[cfg(test)]
mod tests;
mod tools;
mod turn;

use self::{input::Messages, row::Row};
use super::Reply;
use crate::{
    bridge::{Bridged, Loss, Uncarried, needed::refuse},
    json::{Document, Kind, Pointer, Raw, View},
};

/// The rules that a [`Loss`] of this way may name.
pub const LOSSES: &[&str] = &[
    "drop.annotations",
    "drop.detail",
    "drop.include",
    "drop.max_tool_calls",
    "drop.metadata",
    "drop.name",
    "drop.phase",
    "drop.reasoning",
    "drop.reasoning_summary",
    "drop.store",
    "drop.text",
    "drop.top_logprobs",
];

/// What only the Responses API can do. The call has to go elsewhere, or to say the same without it.
const STATEFUL: &[(&str, &str)] = &[
    (
        "previous_response_id",
        "this model is served by chat completions, where no response is stored: send the whole conversation in `input`",
    ),
    (
        "conversation",
        "this model is served by chat completions, which has no conversations: send the whole conversation in `input`",
    ),
    (
        "prompt",
        "this model is served by chat completions, which has no stored prompts: send its text in `instructions` and `input`",
    ),
    (
        "context_management",
        "this model is served by chat completions, where nothing shortens a conversation: shorten `input`",
    ),
];

/// Parameters of chat completions that would stand twice in the bridged call, or whose answer a response has no place for;
/// and what a Responses call has instead.
const CHAT_ONLY: &[(&str, &str)] = &[
    ("audio", "and a response has no audio"),
    ("function_call", "and a Responses call has `tool_choice`"),
    ("functions", "and a Responses call has `tools`"),
    ("logprobs", "and a Responses call has `include`"),
    ("max_completion_tokens", "and a Responses call has `max_output_tokens`"),
    ("max_tokens", "and a Responses call has `max_output_tokens`"),
    ("messages", "and a Responses call has `input`"),
    ("n", "and a response is one answer"),
    ("reasoning_effort", "and a Responses call has `reasoning.effort`"),
    ("response_format", "and a Responses call has `text.format`"),
    ("verbosity", "and a Responses call has `text.verbosity`"),
];

/// What `include` has for log probabilities.
const LOGPROBS: &str = "message.output_text.logprobs";

/// A Responses call, parsed to five levels or more, in the words of chat, and what its answer will repeat of it.
pub fn request(responses: &Document) -> Result<(Bridged, Reply), Uncarried> {
    let mut call = Call { root: responses.root(), body: Row::object(), losses: Vec::new() };
    // First of all: who leaves the conversation to what is stored sends outputs without their calls.
    call.stateless()?;
    let mut messages = Messages::default();
    for (key, value) in call.root.members().filter(|(_, value)| !value.is_null()) {
        match &*key {
            "instructions" => messages.instructions(value)?,
            "input" => messages.input(value, &mut call.losses)?,
            _ => call.parameter(&key, value)?,
        }
    }
    let Some(messages) = messages.done()? else {
        return refuse(&Pointer::key("input"), "it is missing, and a chat completion needs a message");
    };
    call.body.member("messages", messages);
    let reply = Reply { echo: echo::echo(responses) };
    Ok((Bridged { body: call.body.done(), losses: call.losses }, reply))
}

/// The call while its parameters are read, one by one.
struct Call<'a> {
    root: View<'a>,
    body: Row,
    losses: Vec<Loss>,
}

impl Call<'_> {
    /// Refuses what only the Responses API can do.
    fn stateless(&self) -> Result<(), Uncarried> {
        for (key, why) in STATEFUL {
            let asks = |value: View<'_>| {
                !value.is_null() && (value.kind() != Kind::Array || value.items().next().is_some())
            };
            if self.root.get(key).is_some_and(asks) {
                return refuse(&Pointer::key(*key), *why);
            }
        }
        Ok(())
    }

    fn parameter(&mut self, key: &str, value: View<'_>) -> Result<(), Uncarried> {
        let at = Pointer::key(key.to_owned());
        if STATEFUL.iter().any(|(name, _)| *name == key) {
            return Ok(());
        }
        if let Some((_, instead)) = CHAT_ONLY.iter().find(|(name, _)| *name == key) {
            return refuse(&at, format!("it is a parameter of chat completions, {instead}"));
        }
        match key {
            "max_output_tokens" => self.body.copy("max_completion_tokens", value),
            "reasoning" => self.reasoning(value)?,
            "text" => self.text(value)?,
            "tools" => self.body.member("tools", tools::tools(value)?),
            "tool_choice" => self.body.member("tool_choice", tools::choice(value)?),
            "include" => self.include(value),
            "top_logprobs" => self.top_logprobs(value),
            "stream" => self.stream(value),
            "stream_options" if self.streams() => {}
            "store" => self.store(value),
            "background" | "truncation" => default_only(&at, key, value)?,
            "metadata" => {
                let why = "a response repeats it; a chat completion takes it only for what is stored";
                self.lose("drop.metadata", at, why, true);
            }
            "max_tool_calls" => {
                let why = "it limits the calls of hosted tools, and this call has none";
                self.lose("drop.max_tool_calls", at, why, true);
            }
            _ => self.body.copy(key, value),
        }
        Ok(())
    }

    fn reasoning(&mut self, value: View<'_>) -> Result<(), Uncarried> {
        let at = Pointer::key("reasoning");
        if value.kind() != Kind::Object {
            return refuse(&at, format!("it is {}, not an object", value.kind().described()));
        }
        for (key, value) in value.members().filter(|(_, value)| !value.is_null()) {
            let at = at.clone().then(key.clone().into_owned());
            match &*key {
                "effort" => self.body.copy("reasoning_effort", value),
                "summary" | "generate_summary" => {
                    let why = "a chat completion tells no summary of its reasoning";
                    self.lose("drop.reasoning_summary", at, why, false);
                }
                _ => self.lose("drop.reasoning", at, "a chat completion has no such setting", false),
            }
        }
        Ok(())
    }

    fn text(&mut self, value: View<'_>) -> Result<(), Uncarried> {
        let at = Pointer::key("text");
        if value.kind() != Kind::Object {
            return refuse(&at, format!("it is {}, not an object", value.kind().described()));
        }
        for (key, value) in value.members().filter(|(_, value)| !value.is_null()) {
            match &*key {
                "format" => self.format(value),
                "verbosity" => self.body.copy("verbosity", value),
                _ => {
                    let at = at.clone().then(key.into_owned());
                    self.lose("drop.text", at, "a chat completion has no such setting", false);
                }
            }
        }
        Ok(())
    }

    /// The format of the text: of a schema, what lies beside its type in Responses lies one level deeper in chat. Plain text
    /// is what chat answers with anyway, and some families refuse to be told.
    fn format(&mut self, format: View<'_>) {
        match format.get("type").and_then(View::text).as_deref() {
            Some("text") if format.members().count() == 1 => {}
            Some("json_schema") => self.body.member("response_format", tools::nested(format, "json_schema")),
            _ => self.body.copy("response_format", format),
        }
    }

    fn include(&mut self, value: View<'_>) {
        if self.wants_logprobs() {
            self.body.member("logprobs", Raw::json("true"));
        }
        for (index, wish) in value.items().enumerate() {
            if wish.text().as_deref() != Some(LOGPROBS) {
                let at = Pointer::key("include").item(index);
                let why = "it asks for a part of items that a chat completion does not have";
                self.lose("drop.include", at, why, true);
            }
        }
    }

    /// Chat refuses the number without `logprobs`; a response has no log probabilities unless they are asked for.
    fn top_logprobs(&mut self, value: View<'_>) {
        if self.wants_logprobs() {
            self.body.copy("top_logprobs", value);
        } else {
            let why = "log probabilities are told where `include` asks for them, and it does not";
            self.lose("drop.top_logprobs", Pointer::key("top_logprobs"), why, true);
        }
    }

    fn wants_logprobs(&self) -> bool {
        let wishes = self.root.get("include").into_iter().flat_map(View::items);
        wishes.filter_map(View::text).any(|wish| wish == LOGPROBS)
    }

    fn streams(&self) -> bool {
        self.root.get("stream").and_then(View::boolean) == Some(true)
    }

    /// A response's last event tells its usage, and chat tells that of a stream only when asked.
    fn stream(&mut self, value: View<'_>) {
        self.body.copy("stream", value);
        if self.streams() {
            let mut options = Row::object();
            options.member("include_usage", Raw::json("true"));
            if let Some(sent) = self.root.get("stream_options") {
                options.copy_rest(sent, &["include_usage"]);
            }
            self.body.member("stream_options", options.done());
        }
    }

    fn store(&mut self, value: View<'_>) {
        if value.boolean() != Some(false) {
            let why = "a chat completion is not stored, and cannot be retrieved by its id";
            self.lose("drop.store", Pointer::key("store"), why, false);
        }
    }

    fn lose(&mut self, rule: &'static str, at: Pointer, why: &'static str, same: bool) {
        self.losses.push(Loss { rule, at, why: why.into(), same });
    }
}

/// What chat completions does always and can say in no other way.
fn default_only(at: &Pointer, key: &str, value: View<'_>) -> Result<(), Uncarried> {
    match (key, value.raw()) {
        ("background", b"false") | ("truncation", b"\"disabled\"") => Ok(()),
        ("background", _) => refuse(
            at,
            "this model is served by chat completions, which cannot answer in the background: leave it out, and stream",
        ),
        _ => refuse(
            at,
            "this model is served by chat completions, where nothing is truncated: leave it out, and shorten `input`",
        ),
    }
}
