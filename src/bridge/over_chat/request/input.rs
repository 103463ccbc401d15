//! Instructions and input items as messages.
//!
//! A response is a row of items: a text, then calls, each on its own. In chat these are one message of the assistant, and
//! the outputs of its calls must follow it: see [`super::turn`]. Reasoning between is left out.

use super::{content, row::Row, turn::Conversation};
use crate::{
    bridge::{
        Loss, Uncarried,
        needed::{present, refuse},
    },
    json::{Kind, Pointer, Raw, View, text},
};

/// The messages of the chat call.
#[derive(Debug, Default)]
pub(super) struct Messages {
    instructions: Option<Raw>,
    input: Conversation,
}

impl Messages {
    pub(super) fn instructions(&mut self, value: View<'_>) -> Result<(), Uncarried> {
        if value.kind() != Kind::String {
            let why = format!("it is {}, not a string", value.kind().described());
            return refuse(&Pointer::key("instructions"), why);
        }
        self.instructions = Some(message("\"system\"", Raw::source(value.span())));
        Ok(())
    }

    pub(super) fn input(&mut self, value: View<'_>, losses: &mut Vec<Loss>) -> Result<(), Uncarried> {
        let at = Pointer::key("input");
        match value.kind() {
            Kind::String => self.input.push(message("\"user\"", Raw::source(value.span()))),
            Kind::Array => {
                for (index, item) in value.items().enumerate() {
                    self.item(item, index, &at.clone().item(index), losses)?;
                }
            }
            other => {
                let why = format!("it is {}, neither a string nor a list of items", other.described());
                return refuse(&at, why);
            }
        }
        Ok(())
    }

    /// The list, unless it is empty.
    pub(super) fn done(self) -> Result<Option<Raw>, Uncarried> {
        let mut list = Row::list();
        let input = self.input.done()?;
        self.instructions.into_iter().chain(input).for_each(|message| list.item(message));
        Ok((!list.is_empty()).then(|| list.done()))
    }

    fn item(
        &mut self,
        item: View<'_>,
        index: usize,
        at: &Pointer,
        losses: &mut Vec<Loss>,
    ) -> Result<(), Uncarried> {
        let kind = item.get("type").and_then(View::text);
        match kind.as_deref() {
            Some("message") => self.message(item, at, losses),
            None if item.get("role").is_some() => self.message(item, at, losses),
            Some("function_call") => self.call(item, index, at, "function", "arguments"),
            Some("custom_tool_call") => self.call(item, index, at, "custom", "input"),
            Some("function_call_output" | "custom_tool_call_output") => self.output(item, at, losses),
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

    fn message(&mut self, item: View<'_>, at: &Pointer, losses: &mut Vec<Loss>) -> Result<(), Uncarried> {
        let role = present(item, "role", at)?;
        let Some(speaker) = role.text() else {
            let found = if role.kind() == Kind::String { "no Unicode" } else { role.kind().described() };
            return refuse(&at.clone().then("role"), format!("it is {found}, not the name of a role"));
        };
        let sent = item.get("content");
        let place = at.clone().then("content");
        let Some(sent) = sent else { return refuse(&place, "it is missing") };
        let content = content::content(sent, &place, losses)?;
        if item.get("phase").is_some_and(|phase| !phase.is_null()) {
            let why =
                "chat messages are not labelled so, and the models that read the label are not served there";
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
        if speaker == "assistant" {
            self.input.say(content, rest);
            return Ok(());
        }
        let mut out = Row::object();
        out.copy("role", role);
        out.member("content", content.value);
        for (key, value) in rest {
            out.member(&key, value);
        }
        self.input.push(out.done());
        Ok(())
    }

    fn call(
        &mut self,
        item: View<'_>,
        index: usize,
        at: &Pointer,
        kind: &'static str,
        slot: &'static str,
    ) -> Result<(), Uncarried> {
        for key in ["namespace", "caller"] {
            if item.get(key).is_some_and(|value| !value.is_null()) {
                let why = "this model is served by chat completions, where the client's own tools are called by name only";
                return refuse(&at.clone().then(key), why);
            }
        }
        let mut called = Row::object();
        called.copy("name", present(item, "name", at)?);
        called.copy(slot, present(item, slot, at)?);
        let id = present(item, "call_id", at)?;
        let mut call = Row::object();
        call.copy("id", id);
        call.member("type", Raw::string(kind));
        call.member(kind, called.done());
        call.copy_rest(item, &["type", "id", "call_id", "name", slot, "status"]);
        self.input.call(call.done(), if kind == "custom" { "custom tool" } else { kind }, id, index);
        Ok(())
    }

    fn output(&mut self, item: View<'_>, at: &Pointer, losses: &mut Vec<Loss>) -> Result<(), Uncarried> {
        let sent = present(item, "output", at)?;
        let id = present(item, "call_id", at)?;
        let mut out = Row::object();
        out.member("role", Raw::json("\"tool\""));
        out.copy("tool_call_id", id);
        out.member("content", content::output(sent, &at.clone().then("output"), losses)?);
        for key in ["name", "namespace", "caller"] {
            if item.get(key).is_some_and(|value| !value.is_null()) {
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
        self.input.output(out.done(), id, at)
    }
}

fn message(role: &'static str, content: Raw) -> Raw {
    let mut out = Row::object();
    out.member("role", Raw::json(role));
    out.member("content", content);
    out.done()
}

/// Reasoning is the model's own, and chat has no place for it. Of its summary a model reads nothing.
fn reasoning(item: View<'_>, at: &Pointer) -> Loss {
    let told = |key: &str| item.get(key).is_some_and(|value| !matches!(value.raw(), b"null" | b"\"\""));
    let content = item.get("content").is_some_and(|content| content.items().next().is_some());
    let same = !(told("encrypted_content") || content);
    let why = "a chat completion takes no reasoning of an earlier answer";
    Loss { rule: "drop.reasoning", at: at.clone(), why: why.into(), same }
}
