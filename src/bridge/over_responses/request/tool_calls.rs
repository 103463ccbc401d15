//! Tool calls and what came of them: an item each.

use std::borrow::Cow;

use super::object::{Object, kind, members, said};
use crate::{
    bridge::tool_call_id::{LONGEST_IN_RESPONSES, shortened},
    json::{Kind, Raw, View},
};

/// What a tool call of a chat message holds beside its words: what SDKs leave there of a stream or of a parsed answer.
const LEFTOVERS: [&str; 4] = ["id", "type", "index", "parsed_arguments"];

/// A call of a tool, as an item.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) id: Option<Cow<'a, str>>,
    pub(super) custom: bool,
    pub(super) item: Object<'a>,
}

/// An item of `tool_calls`.
pub(super) fn call(call: View<'_>) -> Call<'_> {
    let custom = kind(call).as_deref() == Some("custom");
    let inner = if custom { "custom" } else { "function" };
    let id = said(call, "id");
    let mut item = Object::default();
    if call.get(inner).is_some_and(|inner| inner.kind() == Kind::Object) {
        item = Object::typed(if custom { "custom_tool_call" } else { "function_call" });
        if let Some(id) = id {
            item.put("call_id", call_id(id));
        }
        let nested = call.get(inner).map(members).unwrap_or_default();
        item.copy_all(nested, &LEFTOVERS);
        item.copy_all(members(call).into_iter().filter(|member| member.key != inner), &LEFTOVERS);
    } else {
        item.copy_all(members(call), &[]);
    }
    Call { id: id.and_then(View::text), custom, item }
}

/// The `function_call` of old, under an id that is made for it.
pub(super) fn legacy_call<'a>(function: View<'a>, id: &str) -> Call<'a> {
    let mut item = Object::typed("function_call");
    item.put("call_id", Raw::string(id));
    item.copy_all(members(function), &LEFTOVERS);
    Call { id: None, custom: false, item }
}

/// A call's id, shortened if it must be, for the call and its result alike.
pub(super) fn call_id(id: View<'_>) -> Raw {
    let shorter = id.text().and_then(|id| shortened(&id, LONGEST_IN_RESPONSES));
    shorter.map_or_else(|| Raw::source(id.span()), |id| Raw::string(&id))
}
