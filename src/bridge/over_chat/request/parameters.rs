//! The parameters of a Responses call, each where chat has it.

use super::{
    input::asks_for_compaction,
    tool_names::{ToolNames, lists},
    tools,
};
use crate::{
    bridge::{
        INCLUDE_LOGPROBS, Loss, Unbridgeable,
        require::{self, refuse},
        values::type_of,
    },
    json::{Kind, Pointer, Raw, RawBuilder, View},
};

/// Parameters for what only the Responses API can do, and what the client should do instead.
pub(super) const STATEFUL: &[(&str, &str)] = &[
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

/// Parameters of chat completions that would stand twice in the bridged call, or whose answer a response cannot hold;
/// and what a Responses call has instead.
pub(super) const CHAT_ONLY: &[(&str, &str)] = &[
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

/// Parameters that a call for a summary does without: the summary is a text, and calls no tool.
const NO_SUMMARY: &[&str] = &["tools", "tool_choice", "parallel_tool_calls", "text"];

/// The chat call while the parameters are read, one by one.
pub(super) struct ChatCall<'a> {
    root: View<'a>,
    names: &'a ToolNames,
    /// Whether the call asks for a summary of its conversation.
    compacts: bool,
    pub(super) body: RawBuilder,
    pub(super) losses: Vec<Loss>,
}

impl<'a> ChatCall<'a> {
    pub(super) fn new(root: View<'a>, names: &'a ToolNames) -> ChatCall<'a> {
        let compacts = root.get("input").is_some_and(asks_for_compaction);
        ChatCall { root, names, compacts, body: RawBuilder::object(), losses: Vec::new() }
    }

    /// Refuses a call that needs what only the Responses API can do.
    pub(super) fn require_stateless(&self) -> Result<(), Unbridgeable> {
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

    /// Translates a parameter.
    pub(super) fn parameter(&mut self, key: &str, value: View<'_>) -> Result<(), Unbridgeable> {
        let at = Pointer::key(key.to_owned());
        if STATEFUL.iter().any(|(name, _)| *name == key) || (self.compacts && NO_SUMMARY.contains(&key)) {
            return Ok(());
        }
        if let Some((_, instead)) = CHAT_ONLY.iter().find(|(name, _)| *name == key) {
            return refuse(&at, format!("it is a parameter of chat completions, {instead}"));
        }
        match key {
            "max_output_tokens" => self.body.copy("max_completion_tokens", value),
            "reasoning" => self.reasoning(value)?,
            "text" => self.text(value)?,
            "tools" => self.body.member("tools", tools::tools(self.root, self.names)?),
            "tool_choice" => self.body.member("tool_choice", tools::choice(value, self.names)?),
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
            "client_metadata" => {
                let why = "only OpenAI's own backend reads it, and chat completions refuse it";
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

    /// Adds the tools of items of the input, if the call offers no others.
    pub(super) fn added_tools(&mut self) -> Result<(), Unbridgeable> {
        if !self.compacts && self.root.non_null("tools").is_none() && !lists(self.root).is_empty() {
            self.body.member("tools", tools::tools(self.root, self.names)?);
        }
        Ok(())
    }

    fn reasoning(&mut self, value: View<'_>) -> Result<(), Unbridgeable> {
        let at = Pointer::key("reasoning");
        let value = require::kind(value, Kind::Object, &at)?;
        for (key, value) in value.members().filter(|(_, value)| !value.is_null()) {
            let at = at.clone().then(key.clone().into_owned());
            match &*key {
                "effort" => self.body.copy("reasoning_effort", value),
                "summary" | "generate_summary" => {
                    let why = "a chat completion has no summary of its reasoning";
                    self.lose("drop.reasoning_summary", at, why, false);
                }
                _ => self.lose("drop.reasoning", at, "a chat completion has no such setting", false),
            }
        }
        Ok(())
    }

    fn text(&mut self, value: View<'_>) -> Result<(), Unbridgeable> {
        let at = Pointer::key("text");
        let value = require::kind(value, Kind::Object, &at)?;
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

    /// Translates the format of the text. Chat has the members of a schema one level deeper. Plain text is left out:
    /// it is chat's default, and some families refuse the parameter.
    fn format(&mut self, format: View<'_>) {
        match type_of(format).as_deref() {
            Some("text") if format.members().count() == 1 => {}
            Some("json_schema") => self.body.member("response_format", tools::nested(format, "json_schema")),
            _ => self.body.copy("response_format", format),
        }
    }

    fn include(&mut self, value: View<'_>) {
        if self.wants_logprobs() {
            self.body.member("logprobs", Raw::json("true"));
        }
        for (index, item) in value.items().enumerate() {
            if item.text().as_deref() != Some(INCLUDE_LOGPROBS) {
                let at = Pointer::key("include").item(index);
                let why = "it asks for a part of items that a chat completion does not have";
                self.lose("drop.include", at, why, true);
            }
        }
    }

    /// Translates `top_logprobs`. Chat refuses it without `logprobs`, and a response has log probabilities only if
    /// `include` asks for them.
    fn top_logprobs(&mut self, value: View<'_>) {
        if self.wants_logprobs() {
            self.body.copy("top_logprobs", value);
        } else {
            let why = "a response has log probabilities only if `include` asks for them, and it does not";
            self.lose("drop.top_logprobs", Pointer::key("top_logprobs"), why, true);
        }
    }

    fn wants_logprobs(&self) -> bool {
        let items = self.root.get("include").into_iter().flat_map(View::items);
        items.filter_map(View::text).any(|item| item == INCLUDE_LOGPROBS)
    }

    fn streams(&self) -> bool {
        self.root.get("stream").and_then(View::boolean) == Some(true)
    }

    /// Translates `stream`. The last event of a response has the usage, and chat sends the usage of a stream only if
    /// the call asks for it.
    fn stream(&mut self, value: View<'_>) {
        self.body.copy("stream", value);
        if self.streams() {
            let mut options = RawBuilder::object();
            options.member("include_usage", Raw::json("true"));
            if let Some(sent) = self.root.get("stream_options") {
                options.copy_rest(sent, &["include_usage"]);
            }
            self.body.member("stream_options", options.finish());
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

/// Refuses any value but the one that describes what chat completions always do.
fn default_only(at: &Pointer, key: &str, value: View<'_>) -> Result<(), Unbridgeable> {
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
