//! Repairs the tool calls of a chat answer for strict OpenAI clients. Azure leaves the type out of some deltas
//! (vercel/ai#12770), and servers behind its paths send calls without an index, with empty ids that the SDKs append to
//! the real one, or with null for the arguments. The first delta of a call gets its type, its index and an id. A later
//! one only has what is new.

use super::edited;
use crate::{
    bridge::tool_call_id::{LONGEST_IN_CHAT, shortened},
    json::{Change, Document, Kind, Pointer, Raw, View, text},
};

mod scan;

pub(super) use scan::{mentions_calls, needs_no_repair};

/// How deep the members of a called function lie in a chunk or an answer.
pub(super) const DEPTH: u32 = 8;

/// How many calls of one stream are remembered. More than that pass unrepaired.
const MOST_CALLS: usize = 1024;

/// The kinds of calls, each with the member that holds the model's text.
const KINDS: [(&str, &str); 2] = [("custom", "input"), ("function", "arguments")];

/// The calls that a stream has begun.
#[derive(Debug, Default)]
pub(super) struct CallRepair(Vec<BegunCall>);

/// A call of which the client has the first delta.
#[derive(Debug)]
struct BegunCall {
    choice: u64,
    index: u64,
    id: String,
    /// Whether azgate made the id.
    given: bool,
}

impl CallRepair {
    /// Returns how many calls of the first choice have begun, if their indices have no gap.
    pub(super) fn begun(&self) -> u64 {
        let mut first = self.0.iter().filter(|call| call.choice == 0);
        let in_order = (0..).zip(&mut first).take_while(|(at, call)| call.index == *at);
        in_order.map(|(at, _)| at + 1).last().unwrap_or(0)
    }

    /// Adds the changes that repair the calls of a choice, which stands at this position of the chunk. `answer` is the
    /// id of the answer, a JSON string.
    pub(super) fn choice(&mut self, at: usize, choice: View<'_>, answer: &str, changes: &mut Vec<Change>) {
        let Some(delta) = choice.get("delta") else { return };
        let number = choice.get("index").and_then(View::whole).unwrap_or(at as u64);
        let place = Pointer::key("choices").item(at).then("delta");
        if let Some(call) = delta.get("function_call") {
            written(call, "arguments", &place.clone().then("function_call"), "\"\"", false, changes);
        }
        let calls: Vec<View<'_>> = delta.get("tool_calls").into_iter().flat_map(View::items).collect();
        let place = place.then("tool_calls");
        for (position, call) in calls.iter().enumerate().filter(|(_, call)| call.kind() == Kind::Object) {
            let place = place.clone().item(position);
            let position = (calls.len() > 1).then_some(position as u64);
            self.call(number, (*call, position), &place, answer, changes);
        }
    }

    fn call(
        &mut self,
        choice: u64,
        (call, position): (View<'_>, Option<u64>),
        at: &Pointer,
        answer: &str,
        changes: &mut Vec<Change>,
    ) {
        let mut set = |key: &'static str, value: String| {
            changes.push(Change::Set { at: at.clone().then(key), value: Raw::json(value) });
        };
        let id = filled(call, "id");
        let given_index = call.get("index").and_then(View::whole);
        let index = given_index.unwrap_or_else(|| self.index(choice, call, id.as_deref(), position));
        if given_index.is_none() {
            set("index", index.to_string());
        }
        let known = self.0.iter().find(|known| (known.choice, known.index) == (choice, index));
        if let Some(known) = known {
            let repeats = known.given || id.as_ref().is_none_or(|id| *id == known.id);
            if repeats && call.get("id").is_some() {
                changes.push(Change::Remove { at: at.clone().then("id") });
            }
            return continued(call, at, changes);
        }
        let given = id.is_none();
        let id = id.unwrap_or_else(|| made_id(answer, choice, index));
        if given {
            set("id", text::quote(&id));
        }
        begun(call, at, "\"\"", changes);
        if self.0.len() < MOST_CALLS {
            self.0.push(BegunCall { choice, index, id, given });
        }
    }

    /// Returns the index of a call that has none: that of the call with its id. Without an id it is the last call's, or
    /// the next one if the delta has a name.
    fn index(&self, choice: u64, call: View<'_>, id: Option<&str>, position: Option<u64>) -> u64 {
        let calls = || self.0.iter().filter(|known| known.choice == choice);
        let next = || calls().map(|known| known.index.saturating_add(1)).max().unwrap_or(0);
        let is_named = KINDS
            .iter()
            .any(|(kind, _)| call.get(kind).is_some_and(|called| filled(called, "name").is_some()));
        match id {
            Some(id) => calls().find(|known| known.id == id).map_or_else(next, |known| known.index),
            None if is_named => next(),
            None => position.or_else(|| calls().next_back().map(|known| known.index)).unwrap_or(0),
        }
    }
}

/// Returns the id that azgate gives a call. It is the same each time the answer is read.
fn made_id(answer: &str, choice: u64, index: u64) -> String {
    let answer = answer.trim_matches('"');
    let id = format!("call_{}_{choice}_{index}", answer.strip_prefix("chatcmpl-").unwrap_or(answer));
    shortened(&id, LONGEST_IN_CHAT).unwrap_or(id)
}

/// Returns a member's text, unless it is blank.
fn filled(object: View<'_>, key: &str) -> Option<String> {
    object.get(key)?.text().filter(|text| !text.trim().is_empty()).map(std::borrow::Cow::into_owned)
}

/// Completes the first delta of a call, or a whole call, whose absent text becomes `empty`.
fn begun(call: View<'_>, at: &Pointer, empty: &'static str, changes: &mut Vec<Change>) {
    let is_custom = call.get("custom").is_some_and(|custom| custom.kind() == Kind::Object);
    if filled(call, "type").is_none() {
        let kind = if is_custom { "\"custom\"" } else { "\"function\"" };
        changes.push(Change::Set { at: at.clone().then("type"), value: Raw::json(kind) });
    }
    for (kind, slot) in KINDS {
        if let Some(called) = call.get(kind) {
            written(called, slot, &at.clone().then(kind), empty, true, changes);
        }
    }
}

/// Removes what a later delta of a call has and does not say.
fn continued(call: View<'_>, at: &Pointer, changes: &mut Vec<Change>) {
    let mut remove = |at: Pointer| changes.push(Change::Remove { at });
    let is_blank = |object: View<'_>, key: &str| object.get(key).is_some() && filled(object, key).is_none();
    if is_blank(call, "type") {
        remove(at.clone().then("type"));
    }
    for (kind, _) in KINDS {
        match call.get(kind) {
            Some(called) if called.is_null() => remove(at.clone().then(kind)),
            Some(called) if is_blank(called, "name") => remove(at.clone().then(kind).then("name")),
            _ => {}
        }
    }
    for (kind, slot) in KINDS {
        if let Some(called) = call.get(kind) {
            written(called, slot, &at.clone().then(kind), "\"\"", false, changes);
        }
    }
}

/// Gives a called function a text where it has null, or, if it is `needed`, none.
fn written(
    called: View<'_>,
    slot: &'static str,
    at: &Pointer,
    empty: &'static str,
    needed: bool,
    changes: &mut Vec<Change>,
) {
    let lacks = called.get(slot).map_or(needed, View::is_null);
    if called.kind() == Kind::Object && lacks {
        changes.push(Change::Set { at: at.clone().then(slot), value: Raw::json(empty) });
    }
}

/// Returns a whole answer with its calls repaired; `None` if they need no repair. Clients parse the arguments, so
/// absent ones become an empty object.
pub(super) fn repaired(answer: &Document) -> Option<bytes::Bytes> {
    let choices = answer.root().get("choices")?;
    let messages = choices.items().filter_map(|choice| choice.get("message"));
    let mut calls =
        messages.flat_map(|message| [message.get("tool_calls"), message.get("function_call")]).flatten();
    if calls.all(|calls| calls.is_null() || scan::is_regular(calls.raw())) {
        return None;
    }
    let answer = Document::parse(answer.source().clone(), DEPTH).ok()?;
    let root = answer.root();
    let id = root.get("id").map_or_else(String::new, |id| String::from_utf8_lossy(id.raw()).into_owned());
    let mut changes = Vec::new();
    for (at, choice) in root.get("choices")?.items().enumerate() {
        let Some(message) = choice.get("message") else { continue };
        let place = Pointer::key("choices").item(at).then("message");
        if let Some(call) = message.get("function_call") {
            written(call, "arguments", &place.clone().then("function_call"), "\"{}\"", true, &mut changes);
        }
        let calls = message.get("tool_calls").into_iter().flat_map(View::items).enumerate();
        for (index, call) in calls.filter(|(_, call)| call.kind() == Kind::Object) {
            let place = place.clone().then("tool_calls").item(index);
            if filled(call, "id").is_none() {
                let id = text::quote(&made_id(&id, at as u64, index as u64));
                changes.push(Change::Set { at: place.clone().then("id"), value: Raw::json(id) });
            }
            begun(call, &place, "\"{}\"", &mut changes);
        }
    }
    (!changes.is_empty()).then(|| edited(&answer, &changes))
}

#[cfg(test)]
mod tests;
