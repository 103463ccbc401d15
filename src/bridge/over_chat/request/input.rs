//! Instructions and input items become messages.
//!
//! A response is a list of items: a text, then calls, each on its own. In chat they are one message of the assistant,
//! and the outputs of its calls must follow it: see [`super::conversation`]. Reasoning between them is left out.

use super::{content, conversation::Conversation, tool_names::ToolNames};
use crate::{
    bridge::{
        Loss, Unbridgeable,
        over_chat::compaction,
        require::{self, present, refuse},
        tool_kind::ToolKind,
        values::type_of,
    },
    json::{Kind, Pointer, Raw, RawBuilder, View, text},
};

/// Returns whether items of this type have a place in chat. Messages are not among them.
pub(super) fn is_known(kind: &str) -> bool {
    matches!(
        kind,
        "function_call"
            | "custom_tool_call"
            | "function_call_output"
            | "custom_tool_call_output"
            | "additional_tools"
            | "compaction_trigger"
            | "reasoning"
    )
}

/// Why a compacted conversation cannot be read.
const FOREIGN: &str = "this model is served by chat completions, and what stands for an earlier conversation was made \
                       by another model: send that conversation itself, or a summary of it in a message";

/// Returns whether an item is a compaction that azgate made.
pub(super) fn is_own_compaction(item: View<'_>) -> bool {
    let content = item.get("encrypted_content").and_then(View::text);
    type_of(item).as_deref() == Some("compaction")
        && content.is_some_and(|content| content.starts_with(compaction::OWN))
}

/// Returns whether an input asks for a compaction of its conversation.
pub(super) fn asks_for_compaction(input: View<'_>) -> bool {
    input.items().last().is_some_and(|item| type_of(item).as_deref() == Some("compaction_trigger"))
}

/// Where an item stands.
struct ItemPlace<'a> {
    /// Its index in the input.
    index: usize,
    at: Pointer,
    names: &'a ToolNames,
}

/// The messages of the chat call.
#[derive(Debug, Default)]
pub(super) struct Messages {
    instructions: Option<Raw>,
    input: Conversation,
    compacts: bool,
}

impl Messages {
    pub(super) fn instructions(&mut self, value: View<'_>) -> Result<(), Unbridgeable> {
        let value = require::kind(value, Kind::String, &Pointer::key("instructions"))?;
        self.instructions = Some(message("\"system\"", Raw::source(value.span())));
        Ok(())
    }

    pub(super) fn input(
        &mut self,
        value: View<'_>,
        names: &ToolNames,
        losses: &mut Vec<Loss>,
    ) -> Result<(), Unbridgeable> {
        let at = Pointer::key("input");
        match value.kind() {
            Kind::String => self.input.push(message("\"user\"", Raw::source(value.span()))),
            Kind::Array => {
                for (index, item) in value.items().enumerate() {
                    let place = ItemPlace { index, at: at.clone().item(index), names };
                    self.item(item, &place, losses)?;
                }
            }
            other => {
                let why = format!("it is {}, neither a string nor a list of items", other.described());
                return refuse(&at, why);
            }
        }
        Ok(())
    }

    /// Returns whether the input ends with the item that asks for a compaction.
    pub(super) fn asks_for_compaction(&self) -> bool {
        self.compacts
    }

    /// Returns the list of messages, unless it is empty.
    pub(super) fn finish(self) -> Result<Option<Raw>, Unbridgeable> {
        let mut list = RawBuilder::list();
        let input = self.input.finish()?;
        self.instructions.into_iter().chain(input).for_each(|message| list.item(message));
        Ok((!list.is_empty()).then(|| list.finish()))
    }

    fn item(
        &mut self,
        item: View<'_>,
        place: &ItemPlace<'_>,
        losses: &mut Vec<Loss>,
    ) -> Result<(), Unbridgeable> {
        let (kind, at) = (type_of(item), &place.at);
        match kind.as_deref() {
            Some("message") => self.message(item, at, losses),
            None if item.get("role").is_some() => self.message(item, at, losses),
            Some("function_call") => self.call(item, place, ToolKind::Function),
            Some("custom_tool_call") => self.call(item, place, ToolKind::Custom),
            Some("function_call_output" | "custom_tool_call_output") => self.output(item, at, losses),
            // The call offers these tools with the others.
            Some("additional_tools") => Ok(()),
            Some("compaction_trigger") => self.compact(at),
            Some("compaction") => self.compacted(item, at),
            Some("reasoning") => {
                losses.push(reasoning(item, at));
                Ok(())
            }
            Some("item_reference") | None if item.get("id").is_some() => refuse(
                at,
                "this model is served by chat completions, where no item is stored: send the item itself",
            ),
            Some(other) => {
                let other = text::shortened(other);
                refuse(
                    at,
                    format!(
                        "this model is served by chat completions, which has no `{other}` items: leave it out, or say it in a message"
                    ),
                )
            }
            None => refuse(&at.clone().then("type"), "it is missing"),
        }
    }

    /// Asks for a summary behind the other messages.
    fn compact(&mut self, at: &Pointer) -> Result<(), Unbridgeable> {
        if self.compacts {
            return refuse(at, "there is one already: it must be the final item");
        }
        self.compacts = true;
        self.input.push(message("\"user\"", Raw::string(compaction::PROMPT)));
        Ok(())
    }

    /// Puts a summary in the place of the conversation that it stands for.
    fn compacted(&mut self, item: View<'_>, at: &Pointer) -> Result<(), Unbridgeable> {
        let content = require::string(item, "encrypted_content", at)?.text().unwrap_or_default();
        let Some(summary) = content.strip_prefix(compaction::OWN) else {
            return refuse(at, FOREIGN);
        };
        let text = format!("{}{summary}", compaction::INTRODUCTION);
        self.input.push(message("\"user\"", Raw::string(&text)));
        Ok(())
    }

    fn message(&mut self, item: View<'_>, at: &Pointer, losses: &mut Vec<Loss>) -> Result<(), Unbridgeable> {
        let role = present(item, "role", at)?;
        let Some(name) = role.text() else {
            let found = if role.kind() == Kind::String { "no Unicode" } else { role.kind().described() };
            return refuse(&at.clone().then("role"), format!("it is {found}, not the name of a role"));
        };
        let sent = item.get("content");
        let place = at.clone().then("content");
        let Some(sent) = sent else { return refuse(&place, "it is missing") };
        let content = content::content(sent, &place, losses)?;
        if item.non_null("phase").is_some() {
            let why =
                "chat messages have no phase, and the models that read it are not served by chat completions";
            losses.push(Loss {
                rule: "drop.phase",
                at: at.clone().then("phase"),
                why: why.into(),
                same: true,
            });
        }
        let mut rest = Vec::new();
        for (key, value) in item.members().filter(|(_, value)| !value.is_null()) {
            if !["type", "id", "status", "role", "content", "phase"].contains(&&*key) {
                rest.push((key.into_owned(), Raw::source(value.span())));
            }
        }
        if name == "assistant" {
            self.input.push_text(content, rest);
            return Ok(());
        }
        let mut out = RawBuilder::object();
        out.copy("role", role);
        out.member("content", content.value);
        for (key, value) in rest {
            out.copy_along(&key, value);
        }
        self.input.push(out.finish());
        Ok(())
    }

    fn call(&mut self, item: View<'_>, place: &ItemPlace<'_>, kind: ToolKind) -> Result<(), Unbridgeable> {
        let at = &place.at;
        if item.non_null("caller").is_some() {
            let why = "this model is served by chat completions, where the client's own tools are called by name only";
            return refuse(&at.clone().then("caller"), why);
        }
        let mut called = RawBuilder::object();
        let name = present(item, "name", at)?;
        match (item.get("namespace").and_then(View::text), name.text()) {
            (Some(namespace), Some(name)) => {
                called.member("name", Raw::string(&place.names.in_chat(&namespace, &name)));
            }
            _ => called.copy("name", name),
        }
        called.copy(kind.input(), present(item, kind.input(), at)?);
        let id = present(item, "call_id", at)?;
        let mut call = RawBuilder::object();
        call.copy("id", id);
        call.member("type", Raw::string(kind.name()));
        call.member(kind.name(), called.finish());
        call.copy_rest(item, &["type", "id", "call_id", "name", "namespace", kind.input(), "status"]);
        self.input.push_call(call.finish(), kind, id, place.index);
        Ok(())
    }

    fn output(&mut self, item: View<'_>, at: &Pointer, losses: &mut Vec<Loss>) -> Result<(), Unbridgeable> {
        let sent = present(item, "output", at)?;
        let id = present(item, "call_id", at)?;
        let mut out = RawBuilder::object();
        out.member("role", Raw::json("\"tool\""));
        out.copy("tool_call_id", id);
        out.member("content", content::output(sent, &at.clone().then("output"), losses)?);
        for key in ["name", "namespace", "caller"] {
            if item.non_null(key).is_some() {
                let why = "a chat message of a tool names the call, and the call its tool";
                losses.push(Loss {
                    rule: "drop.name",
                    at: at.clone().then(key),
                    why: why.into(),
                    same: true,
                });
            }
        }
        let known =
            ["type", "id", "call_id", "output", "status", "created_by", "name", "namespace", "caller"];
        out.copy_rest(item, &known);
        self.input.push_output(out.finish(), id, at)
    }
}

fn message(role: &'static str, content: Raw) -> Raw {
    let mut out = RawBuilder::object();
    out.member("role", Raw::json(role));
    out.member("content", content);
    out.finish()
}

/// Returns the loss of a reasoning item, which chat cannot hold. Its summary alone is not a loss, since a model does
/// not read it.
fn reasoning(item: View<'_>, at: &Pointer) -> Loss {
    let has = |key: &str| item.get(key).is_some_and(|value| !matches!(value.raw(), b"null" | b"\"\""));
    let content = item.get("content").is_some_and(|content| content.items().next().is_some());
    let same = !(has("encrypted_content") || content);
    let why = "a chat completion takes no reasoning of an earlier answer";
    Loss { rule: "drop.reasoning", at: at.clone(), why: why.into(), same }
}
