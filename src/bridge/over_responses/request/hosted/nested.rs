//! Options of a tool that stand in a member of the tool's own name, as the Assistants API had them and as chat has those of a
//! function. On the Responses API they stand in the tool itself.

use super::{super::object::Object, Correct};
use crate::json::{Kind, View};

/// The tools that are nothing but their options.
const PLAIN: [&str; 3] = ["image_generation", "mcp", "computer_use_preview"];

const WHY: &str = "the options of a tool stand in the tool itself";

/// The options in the member of that name.
pub(super) fn nested<'a>(tool: View<'a>, name: &str) -> Option<View<'a>> {
    tool.get(name).filter(|nested| nested.kind() == Kind::Object)
}

/// Whether there is such a member, be it an empty one.
pub(super) fn nests(tool: View<'_>, name: &str) -> bool {
    tool.get(name).is_some_and(|nested| matches!(nested.kind(), Kind::Object | Kind::Null))
}

/// A tool that is nothing but its options, with them in it.
pub(super) fn flat(tool: View<'_>, name: &str) -> Correct {
    let untidy = PLAIN.contains(&name) && nests(tool, name);
    untidy.then(|| (Object::flattened(tool, name).finish(), WHY))
}
