//! Options of a tool in a member that is named as the tool is. The Assistants API had them there, and chat has those
//! of a function there. The Responses API has them in the tool itself.

use super::{super::object::Object, correction::Correction};
use crate::json::{Kind, View};

/// The tools that need no correction but this one.
const PLAIN: [&str; 3] = ["image_generation", "mcp", "computer_use_preview"];

const WHY: &str = "the options of a tool belong into the tool itself";

/// Returns the nested options.
pub(super) fn nested<'a>(tool: View<'a>, name: &str) -> Option<View<'a>> {
    tool.get(name).filter(|nested| nested.kind() == Kind::Object)
}

/// Returns whether a tool has the member, even an empty or null one.
pub(super) fn has_nested(tool: View<'_>, name: &str) -> bool {
    tool.get(name).is_some_and(|nested| matches!(nested.kind(), Kind::Object | Kind::Null))
}

/// Moves the options of a plain tool into the tool.
pub(super) fn flattened(tool: View<'_>, name: &str) -> Correction {
    let is_nested = PLAIN.contains(&name) && has_nested(tool, name);
    is_nested.then(|| (Object::flattened(tool, name).finish(), WHY))
}
