//! Tool calls and what came of them: an item each.

use std::borrow::Cow;

use super::object::{Member, Object, members, said};
use crate::{
    bridge::{
        Uncarried,
        needed::{member, of, string},
        tool_call_id::{LONGEST_IN_RESPONSES, shortened},
    },
    json::{Kind, Pointer, Raw, View},
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

/// An item of `tool_calls`, which stands there.
pub(super) fn call<'a>(call: View<'a>, at: &Pointer) -> Result<Call<'a>, Uncarried> {
    let of_type = said(of(call, Kind::Object, at)?, "type");
    let of_type = of_type.map(|kind| of(kind, Kind::String, &at.clone().then("type"))).transpose()?;
    let (inner, words, item) = match of_type.map(|kind| kind.text().unwrap_or_default()).as_deref() {
        // Clients that put a stream together may have none.
        None | Some("" | "function") => ("function", "arguments", "function_call"),
        Some("custom") => ("custom", "input", "custom_tool_call"),
        Some(_) => {
            let mut item = Object::default();
            item.copy_all(members(call), &[]);
            return Ok(Call { id: said(call, "id").and_then(View::text), custom: false, item });
        }
    };
    let nested = member(call, inner, Kind::Object, at)?;
    let id = string(call, "id", at)?;
    let mut item = Object::typed(item);
    item.put("call_id", call_id(id));
    item.copy_all(described(nested, words, &at.clone().then(inner))?, &LEFTOVERS);
    item.copy_all(members(call).into_iter().filter(|member| member.key != inner), &LEFTOVERS);
    Ok(Call { id: id.text(), custom: inner == "custom", item })
}

/// The `function_call` of old, which stands there, under an id that is made for it.
pub(super) fn legacy_call<'a>(function: View<'a>, at: &Pointer, id: &str) -> Result<Call<'a>, Uncarried> {
    let mut item = Object::typed("function_call");
    item.put("call_id", Raw::string(id));
    item.copy_all(described(of(function, Kind::Object, at)?, "arguments", at)?, &LEFTOVERS);
    Ok(Call { id: None, custom: false, item })
}

/// Which tool is called, and with what.
fn described<'a>(called: View<'a>, words: &'static str, at: &Pointer) -> Result<Vec<Member<'a>>, Uncarried> {
    string(called, "name", at)?;
    string(called, words, at)?;
    Ok(members(called))
}

/// A call's id, shortened if it must be, for the call and its result alike.
pub(super) fn call_id(id: View<'_>) -> Raw {
    let shorter = id.text().and_then(|id| shortened(&id, LONGEST_IN_RESPONSES));
    shorter.map_or_else(|| Raw::source(id.span()), |id| Raw::string(&id))
}
