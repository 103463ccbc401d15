//! Tools and the choice among them. Responses has a tool's members beside its type. Chat has them one level deeper,
//! in a member that is named as the type is.
//!
//! `strict` is sent as it came. If it is absent, Responses tries a strict schema and falls back, and chat does not. A
//! client cannot rely on either.

use crate::{
    bridge::{
        Unbridgeable,
        require::{present, refuse},
        tool_kind::ToolKind,
        values::type_of,
    },
    json::{Kind, Pointer, Raw, RawBuilder, View},
};

/// Translates `tools`.
pub(super) fn tools(tools: View<'_>) -> Result<Raw, Unbridgeable> {
    let at = Pointer::key("tools");
    if tools.kind() != Kind::Array {
        return refuse(&at, format!("it is {}, not a list", tools.kind().described()));
    }
    let mut list = RawBuilder::list();
    for (index, tool) in tools.items().enumerate() {
        let at = at.clone().item(index);
        match type_of(tool).as_deref() {
            Some("function") => list.item(function(tool, &at)?),
            Some("custom") => list.item(custom(tool, &at)?),
            Some(other) => return refuse(&at, hosted(other)),
            None => return refuse(&at.then("type"), "it is missing, or no string"),
        }
    }
    Ok(list.finish())
}

fn hosted(kind: &str) -> String {
    let kind = crate::json::text::shortened(kind);
    format!(
        "this model is served by chat completions, which has no `{kind}` tools: leave it out, or offer a function of your own"
    )
}

fn function(tool: View<'_>, at: &Pointer) -> Result<Raw, Unbridgeable> {
    present(tool, "name", at)?;
    deferred(tool, at)?;
    Ok(nested(tool, "function"))
}

/// Refuses a tool that the model would find by a search, since only a hosted tool can search for it.
fn deferred(tool: View<'_>, at: &Pointer) -> Result<(), Unbridgeable> {
    match tool.get("defer_loading").and_then(View::boolean) {
        Some(true) => refuse(
            &at.clone().then("defer_loading"),
            "this model is served by chat completions, which has no search for tools: leave it out",
        ),
        _ => Ok(()),
    }
}

fn custom(tool: View<'_>, at: &Pointer) -> Result<Raw, Unbridgeable> {
    present(tool, "name", at)?;
    deferred(tool, at)?;
    let is_grammar = |format: &View<'_>| type_of(*format).is_some_and(|kind| kind == "grammar");
    let Some(format) = tool.get("format").filter(is_grammar) else { return Ok(nested(tool, "custom")) };
    let mut inner = RawBuilder::object();
    inner.copy_rest(tool, &["type", "defer_loading", "format"]);
    inner.member("format", nested(format, "grammar"));
    Ok(typed("custom", inner.finish()))
}

/// Moves the members of an object into a member that is named as its type is.
pub(super) fn nested(object: View<'_>, kind: &'static str) -> Raw {
    let mut inner = RawBuilder::object();
    inner.copy_rest(object, &["type", "defer_loading"]);
    typed(kind, inner.finish())
}

fn typed(kind: &'static str, inner: Raw) -> Raw {
    let mut outer = RawBuilder::object();
    outer.member("type", Raw::string(kind));
    outer.member(kind, inner);
    outer.finish()
}

/// Translates `tool_choice`.
pub(super) fn choice(choice: View<'_>) -> Result<Raw, Unbridgeable> {
    let at = Pointer::key("tool_choice");
    if choice.kind() != Kind::Object {
        return Ok(Raw::source(choice.span()));
    }
    if type_of(choice).as_deref() != Some("allowed_tools") {
        return named(choice, &at);
    }
    let mut allowed = RawBuilder::object();
    allowed.copy_rest(choice, &["type", "tools"]);
    let mut tools = RawBuilder::list();
    for (index, tool) in present(choice, "tools", &at)?.items().enumerate() {
        tools.item(named(tool, &at.clone().then("tools").item(index))?);
    }
    allowed.member("tools", tools.finish());
    Ok(typed("allowed_tools", allowed.finish()))
}

/// Translates a tool that is chosen by its type and name.
fn named(tool: View<'_>, at: &Pointer) -> Result<Raw, Unbridgeable> {
    let kind = present(tool, "type", at)?.text().unwrap_or_default();
    match ToolKind::named(&kind) {
        Some(kind) => {
            present(tool, "name", at)?;
            Ok(nested(tool, kind.name()))
        }
        None => refuse(at, hosted(&kind)),
    }
}
