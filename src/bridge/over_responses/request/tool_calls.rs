//! The tool calls of a chat message: each becomes an item.

use std::borrow::Cow;

use super::{
    object::{Member, Object},
    past_answer::others,
};
use crate::{
    bridge::{
        Unbridgeable,
        require::{self, member, string},
        tool_call_id::{LONGEST_IN_RESPONSES, shortened},
        tool_kind::ToolKind,
    },
    json::{Kind, Pointer, Raw, View},
};

/// Members of a tool call that have no place in an item. SDKs leave some of them there from a stream or a parsed
/// answer.
const LEFTOVERS: [&str; 4] = ["id", "type", "index", "parsed_arguments"];

/// A tool call as an item.
#[derive(Debug)]
pub(super) struct CallItem<'a> {
    pub(super) id: Option<Cow<'a, str>>,
    /// Whether it calls a custom tool.
    pub(super) custom: bool,
    pub(super) item: Object<'a>,
}

/// Translates an item of `tool_calls`, which stands at `at`.
pub(super) fn call<'a>(call: View<'a>, at: &Pointer) -> Result<CallItem<'a>, Unbridgeable> {
    let name = require::kind(call, Kind::Object, at)?.non_null("type");
    let name = name.map(|name| require::kind(name, Kind::String, &at.clone().then("type"))).transpose()?;
    let kind = match name.map(|name| name.text().unwrap_or_default()).as_deref() {
        // Clients that assemble a stream may leave the type out.
        None | Some("") => Some(ToolKind::Function),
        Some(name) => ToolKind::named(name),
    };
    let Some(kind) = kind else {
        // The call is of an unknown type and stays as it is.
        let mut item = Object::default();
        item.copy_all(others(call), &[]);
        return Ok(CallItem { id: call.get("id").and_then(View::text), custom: false, item });
    };
    let nested = member(call, kind.name(), Kind::Object, at)?;
    let id = string(call, "id", at)?;
    let mut item = Object::typed(kind.call_item());
    item.put("call_id", call_id(id));
    item.copy_all(details(nested, kind, &at.clone().then(kind.name()))?, &LEFTOVERS);
    item.copy_all(others(call).filter(|member| member.key != kind.name()), &LEFTOVERS);
    Ok(CallItem { id: id.text(), custom: kind == ToolKind::Custom, item })
}

/// Translates the legacy `function_call`, which stands at `at`, with an id made for it.
pub(super) fn legacy_call<'a>(
    function: View<'a>,
    at: &Pointer,
    id: &str,
) -> Result<CallItem<'a>, Unbridgeable> {
    let mut item = Object::typed(ToolKind::Function.call_item());
    item.put("call_id", Raw::string(id));
    let function = require::kind(function, Kind::Object, at)?;
    item.copy_all(details(function, ToolKind::Function, at)?, &LEFTOVERS);
    Ok(CallItem { id: None, custom: false, item })
}

/// Returns the members with the tool's name and its input, which must both be present.
fn details<'a>(called: View<'a>, kind: ToolKind, at: &Pointer) -> Result<Vec<Member<'a>>, Unbridgeable> {
    string(called, "name", at)?;
    string(called, kind.input(), at)?;
    Ok(others(called).collect())
}

/// Returns a call's id, shortened if it is too long. Call and result get the same id.
pub(super) fn call_id(id: View<'_>) -> Raw {
    let shorter = id.text().and_then(|id| shortened(&id, LONGEST_IN_RESPONSES));
    shorter.map_or_else(|| Raw::source(id.span()), |id| Raw::string(&id))
}
