//! Tools and the choice among them. Responses has a tool's members beside its type, chat has them one level deeper, in a
//! member that is named as the type is.
//!
//! `strict` is sent as it came. Where it is absent, Responses attempts a strict schema and falls back; chat does not, and that is
//! no difference in what a client may expect.

use super::row::Row;
use crate::{
    bridge::{
        Uncarried,
        needed::{present, refuse},
    },
    json::{Kind, Pointer, Raw, View},
};

/// What can be called by name.
const CALLABLE: [&str; 2] = ["function", "custom"];

pub(super) fn tools(tools: View<'_>) -> Result<Raw, Uncarried> {
    let at = Pointer::key("tools");
    if tools.kind() != Kind::Array {
        return refuse(&at, format!("it is {}, not a list", tools.kind().described()));
    }
    let mut list = Row::list();
    for (index, tool) in tools.items().enumerate() {
        let at = at.clone().item(index);
        match tool.get("type").and_then(View::text).as_deref() {
            Some("function") => list.item(function(tool, &at)?),
            Some("custom") => list.item(custom(tool, &at)?),
            Some(other) => return refuse(&at, hosted(other)),
            None => return refuse(&at.then("type"), "it is missing, or no string"),
        }
    }
    Ok(list.done())
}

fn hosted(kind: &str) -> String {
    let kind = crate::json::text::shortened(kind);
    format!(
        "this model is served by chat completions, which has no `{kind}` tools: leave it out, or offer a function of your own"
    )
}

fn function(tool: View<'_>, at: &Pointer) -> Result<Raw, Uncarried> {
    present(tool, "name", at)?;
    deferred(tool, at)?;
    Ok(nested(tool, "function"))
}

/// A tool that the model finds by a search needs a hosted tool to search with.
fn deferred(tool: View<'_>, at: &Pointer) -> Result<(), Uncarried> {
    match tool.get("defer_loading").and_then(View::boolean) {
        Some(true) => refuse(
            &at.clone().then("defer_loading"),
            "this model is served by chat completions, which has no search for tools: leave it out",
        ),
        _ => Ok(()),
    }
}

fn custom(tool: View<'_>, at: &Pointer) -> Result<Raw, Uncarried> {
    present(tool, "name", at)?;
    deferred(tool, at)?;
    let grammar =
        |format: &View<'_>| format.get("type").and_then(View::text).is_some_and(|kind| kind == "grammar");
    let Some(format) = tool.get("format").filter(grammar) else { return Ok(nested(tool, "custom")) };
    let mut inner = Row::object();
    inner.copy_rest(tool, &["type", "defer_loading", "format"]);
    inner.member("format", nested(format, "grammar"));
    Ok(typed("custom", inner.done()))
}

/// An object whose members move below a member that is named as its type is.
pub(super) fn nested(object: View<'_>, kind: &'static str) -> Raw {
    let mut inner = Row::object();
    inner.copy_rest(object, &["type", "defer_loading"]);
    typed(kind, inner.done())
}

fn typed(kind: &'static str, inner: Raw) -> Raw {
    let mut outer = Row::object();
    outer.member("type", Raw::string(kind));
    outer.member(kind, inner);
    outer.done()
}

pub(super) fn choice(choice: View<'_>) -> Result<Raw, Uncarried> {
    let at = Pointer::key("tool_choice");
    if choice.kind() != Kind::Object {
        return Ok(Raw::source(choice.span()));
    }
    if choice.get("type").and_then(View::text).as_deref() != Some("allowed_tools") {
        return named(choice, &at);
    }
    let mut allowed = Row::object();
    allowed.copy_rest(choice, &["type", "tools"]);
    let mut tools = Row::list();
    for (index, tool) in present(choice, "tools", &at)?.items().enumerate() {
        tools.item(named(tool, &at.clone().then("tools").item(index))?);
    }
    allowed.member("tools", tools.done());
    Ok(typed("allowed_tools", allowed.done()))
}

/// One tool, told by its type and name.
fn named(tool: View<'_>, at: &Pointer) -> Result<Raw, Uncarried> {
    let kind = present(tool, "type", at)?.text().unwrap_or_default();
    match CALLABLE.into_iter().find(|callable| *callable == kind) {
        Some(kind) => {
            present(tool, "name", at)?;
            Ok(nested(tool, kind))
        }
        None => refuse(at, hosted(&kind)),
    }
}
