//! The changes that a chat call with hosted tools needs.

use std::collections::HashSet;

use super::{
    super::object::array,
    detached::DetachedOptions,
    nested,
    sources::{is_file_search, sources},
};
use crate::{
    bridge::{Loss, Unbridgeable, require::refuse, tool_kind::ToolKind, values::type_of},
    json::{Change, Document, Kind, Pointer, Raw, View},
};

const MOVED_WHY: &str = "its content is in tools now";
const TWICE_WHY: &str = "the same tool is there twice";

/// The members whose content moves into `tools`.
const MOVED: [&str; 2] = ["tool_resources", "web_search_options"];

/// The changes after which the hosted tools of a chat call are in the form of the Responses API.
#[derive(Debug, Default)]
pub struct Corrections {
    /// The changes, each with its reason.
    pub changes: Vec<(Change, &'static str)>,
    /// What the changes lose.
    pub losses: Vec<Loss>,
}

/// Returns whether a chat call asks for something that only the Responses API serves.
pub fn is_asked(root: View<'_>) -> bool {
    let tools = root.get("tools").into_iter().flat_map(View::items);
    tools.filter_map(type_of).any(|name| ToolKind::named(&name).is_none())
        || sources(root).next().is_some()
        || MOVED.iter().any(|key| root.non_null(key).is_some())
}

/// Returns the corrections that a chat call needs.
pub fn corrections(chat: &Document) -> Result<Corrections, Unbridgeable> {
    let root = chat.root();
    if !is_asked(root) {
        return Ok(Corrections::default());
    }
    let listed = root.non_null("tools");
    if listed.is_some_and(|tools| tools.kind() != Kind::Array) {
        return refuse(&Pointer::key("tools"), "it must be an array");
    }
    let mut detached = DetachedOptions::read(root)?;
    let mut changes = Vec::new();
    let mut seen = HashSet::new();
    for (index, tool) in listed.into_iter().flat_map(View::items).enumerate() {
        let at = Pointer::key("tools").item(index);
        let correction = match type_of(tool).as_deref() {
            Some("file_search") => detached.file_search(Some(tool), &at)?,
            Some("code_interpreter") => detached.code_interpreter(Some(tool), &at)?,
            Some(web) if web.starts_with("web_search") => detached.web_search(Some(tool)),
            Some(other) => {
                let flattened = nested::flattened(tool, other);
                changes.extend(flattened.map(|(value, why)| (Change::Set { at, value }, why)));
                continue;
            }
            None => continue,
        };
        let rendered =
            correction.as_ref().map_or_else(|| tool.raw().to_vec(), |(tool, _)| tool.render(chat.source()));
        if !seen.insert(rendered) {
            changes.push((Change::Remove { at }, TWICE_WHY));
        } else if let Some((value, why)) = correction {
            changes.push((Change::Set { at, value }, why));
        }
    }
    let additional = detached.additional_tools(root)?;
    changes.extend(added(listed, additional));
    changes.extend(removed(root));
    Ok(Corrections { changes, losses: detached.losses() })
}

/// Returns the changes that append tools to `tools`.
fn added(
    listed: Option<View<'_>>,
    tools: Vec<(Raw, &'static str)>,
) -> impl Iterator<Item = (Change, &'static str)> {
    let at = Pointer::key("tools");
    let mut new = Vec::new();
    match (listed, tools.first()) {
        (Some(listed), _) => {
            let at = at.item(listed.items().count());
            new.extend(tools.into_iter().map(|(value, why)| (Change::Insert { at: at.clone(), value }, why)));
        }
        (None, Some(&(_, why))) => {
            let value = array(tools.into_iter().map(|(tool, _)| tool));
            new.push((Change::Set { at, value }, why));
        }
        (None, None) => {}
    }
    new.into_iter()
}

/// Returns the changes that remove what moved into `tools`.
fn removed(root: View<'_>) -> impl Iterator<Item = (Change, &'static str)> {
    let moved = MOVED.into_iter().filter(|key| root.non_null(key).is_some());
    let mut changes: Vec<_> =
        moved.map(|key| (Change::Remove { at: Pointer::key(key) }, MOVED_WHY)).collect();
    if let Some(all) = root.get("data_sources").filter(|_| sources(root).next().is_some()) {
        let kept: Vec<Raw> =
            all.items().filter(|item| !is_file_search(*item)).map(|item| Raw::source(item.span())).collect();
        let at = Pointer::key("data_sources");
        let change =
            if kept.is_empty() { Change::Remove { at } } else { Change::Set { at, value: array(kept) } };
        changes.push((change, MOVED_WHY));
    }
    changes.into_iter()
}
