//! Tools and the choice among them. Responses has a tool's members beside its type. Chat has them one level deeper,
//! in a member that is named as the type is.
//!
//! `strict` is sent as it came. If it is absent, Responses tries a strict schema and falls back, and chat does not. A
//! client cannot rely on either.

use std::collections::HashSet;

use super::tool_names::{ToolNames, lists};
use crate::{
    bridge::{
        Unbridgeable,
        require::{present, refuse, string},
        tool_kind::ToolKind,
        values::{self, type_of},
    },
    json::{Kind, Pointer, Raw, RawBuilder, View, text},
};

/// Translates the tools that a call offers.
pub(super) fn tools(root: View<'_>, names: &ToolNames) -> Result<Raw, Unbridgeable> {
    let mut out = ChatTools { list: RawBuilder::list(), offered: HashSet::new() };
    for (at, list) in lists(root) {
        for (tool, at) in each(list, &at)? {
            match type_of(tool).as_deref() {
                Some("namespace") => out.namespace(tool, &at, names)?,
                Some(kind) => match ToolKind::named(kind) {
                    Some(kind) => out.tool(tool, kind, &at, None)?,
                    None => return refuse(&at, hosted(kind)),
                },
                None => return refuse(&at.then("type"), "it is missing, or no string"),
            }
        }
    }
    Ok(out.list.finish())
}

/// Returns the tools of a list with their places.
fn each<'a>(list: View<'a>, at: &Pointer) -> Result<Vec<(View<'a>, Pointer)>, Unbridgeable> {
    if list.kind() != Kind::Array {
        return refuse(at, format!("it is {}, not a list", list.kind().described()));
    }
    Ok(list.items().enumerate().map(|(index, tool)| (tool, at.clone().item(index))).collect())
}

/// Says that chat lacks a hosted tool, and what helps.
pub(super) fn hosted(kind: &str) -> String {
    let kind = text::shortened(kind);
    format!(
        "this model is served by chat completions, which has no `{kind}` tools: leave it out, or offer a function of \
         your own; a policy of `\"bridge.chat\" = \"apply\"` leaves it out"
    )
}

/// The tools of the chat call.
struct ChatTools {
    list: RawBuilder,
    /// The names of the tools that are in the list. Items of the input may add a tool again.
    offered: HashSet<String>,
}

/// What a tool of a namespace has instead of its own members.
struct InNamespace {
    called: String,
    description: Option<Raw>,
}

impl ChatTools {
    /// Adds the tools of a namespace. Chat has no place for the description of a namespace, so the first tool has it
    /// before its own.
    fn namespace(
        &mut self,
        namespace: View<'_>,
        at: &Pointer,
        names: &ToolNames,
    ) -> Result<(), Unbridgeable> {
        let name = string(namespace, "name", at)?.text().unwrap_or_default();
        let mut shared =
            values::string(namespace, "description").map(text::inner).filter(|text| !text.is_empty());
        for (tool, at) in each(present(namespace, "tools", at)?, &at.clone().then("tools"))? {
            let Some(kind) = type_of(tool).as_deref().and_then(ToolKind::named) else {
                let why = "it is neither a function nor a custom tool, as tools of a namespace are";
                return refuse(&at.then("type"), why);
            };
            let own = string(tool, "name", &at)?.text().unwrap_or_default();
            let description = shared.take().map(|shared| described(shared, tool));
            let inside = InNamespace { called: names.in_chat(&name, &own), description };
            self.tool(tool, kind, &at, Some(inside))?;
        }
        Ok(())
    }

    fn tool(
        &mut self,
        tool: View<'_>,
        kind: ToolKind,
        at: &Pointer,
        inside: Option<InNamespace>,
    ) -> Result<(), Unbridgeable> {
        let name = present(tool, "name", at)?.text();
        deferred(tool, at)?;
        let called =
            inside.as_ref().map_or_else(|| name.map(String::from), |inside| Some(inside.called.clone()));
        if called.is_some_and(|called| !self.offered.insert(called)) && at.steps().len() > 2 {
            return Ok(());
        }
        self.list.item(nested_tool(tool, kind, inside));
        Ok(())
    }
}

/// Joins the description of a namespace and that of its tool.
fn described(shared: &[u8], tool: View<'_>) -> Raw {
    let shared = String::from_utf8_lossy(shared);
    let own = values::string(tool, "description").map(text::inner).unwrap_or_default();
    let own = String::from_utf8_lossy(own);
    let between = if own.is_empty() { "" } else { "\\n\\n" };
    Raw::json(format!("\"{shared}{between}{own}\""))
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

fn nested_tool(tool: View<'_>, kind: ToolKind, inside: Option<InNamespace>) -> Raw {
    let mut inner = RawBuilder::object();
    let mut written = vec!["type", "defer_loading"];
    if let Some(InNamespace { called, description }) = inside {
        inner.member("name", Raw::string(&called));
        written.push("name");
        if let Some(description) = description {
            inner.member("description", description);
            written.push("description");
        }
    }
    let is_grammar = |format: &View<'_>| type_of(*format).is_some_and(|kind| kind == "grammar");
    let grammar = tool.get("format").filter(|format| kind == ToolKind::Custom && is_grammar(format));
    written.extend(grammar.map(|_| "format"));
    inner.copy_rest(tool, &written);
    if let Some(format) = grammar {
        inner.member("format", nested(format, "grammar"));
    }
    typed(kind.name(), inner.finish())
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
pub(super) fn choice(choice: View<'_>, names: &ToolNames) -> Result<Raw, Unbridgeable> {
    let at = Pointer::key("tool_choice");
    if choice.kind() != Kind::Object {
        return Ok(Raw::source(choice.span()));
    }
    if type_of(choice).as_deref() != Some("allowed_tools") {
        return named(choice, &at, names);
    }
    let mut allowed = RawBuilder::object();
    allowed.copy_rest(choice, &["type", "tools"]);
    let mut tools = RawBuilder::list();
    for (index, tool) in present(choice, "tools", &at)?.items().enumerate() {
        tools.item(named(tool, &at.clone().then("tools").item(index), names)?);
    }
    allowed.member("tools", tools.finish());
    Ok(typed("allowed_tools", allowed.finish()))
}

/// Translates a tool that is chosen by its type and name, and perhaps its namespace.
fn named(tool: View<'_>, at: &Pointer, names: &ToolNames) -> Result<Raw, Unbridgeable> {
    let kind = present(tool, "type", at)?.text().unwrap_or_default();
    let Some(kind) = ToolKind::named(&kind) else { return refuse(at, hosted(&kind)) };
    let name = present(tool, "name", at)?.text().unwrap_or_default();
    let called = match tool.get("namespace").and_then(View::text) {
        Some(namespace) => Some(names.in_chat(&namespace, &name)),
        None => names.chosen(&name).map(str::to_owned),
    };
    let Some(called) = called else { return Ok(nested(tool, kind.name())) };
    let mut inner = RawBuilder::object();
    inner.member("name", Raw::string(&called));
    inner.copy_rest(tool, &["type", "name", "namespace"]);
    Ok(typed(kind.name(), inner.finish()))
}
