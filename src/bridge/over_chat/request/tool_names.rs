//! The names of tools in chat. Responses groups tools in namespaces, and a call names its tool by namespace and name.
//! Chat has one name, so a tool of a namespace gets one that contains both, and the answer gives both back.

use std::collections::HashSet;

use crate::{
    bridge::{fnv::Fnv, values::type_of},
    call::NamespacedTool,
    json::{Kind, Pointer, View},
};

/// The longest name of a tool, in characters ("^[a-zA-Z0-9_-]{1,64}$" in OpenAI's specification).
const LONGEST: usize = 64;

/// The length of the end of a name that had to be made unique: an underscore and sixteen digits.
const ENDING: usize = 17;

/// The namespace of tools that stand in none, as Codex and the models call it. It needs no prefix.
const DEFAULT: &str = "functions";

/// Returns the lists of tools that a call offers, with their places: `tools`, and those that items of the input add.
pub(super) fn lists(root: View<'_>) -> Vec<(Pointer, View<'_>)> {
    let own = root.non_null("tools").map(|tools| (Pointer::key("tools"), tools));
    let items = root.get("input").into_iter().flat_map(View::items).enumerate();
    let added = items.filter(|(_, item)| type_of(*item).as_deref() == Some("additional_tools"));
    let added = added.filter_map(|(index, item)| {
        Some((Pointer::key("input").item(index).then("tools"), item.non_null("tools")?))
    });
    own.into_iter().chain(added).collect()
}

/// The names that a call's tools have in chat.
#[derive(Debug, Default)]
pub(super) struct ToolNames {
    /// The tools of namespaces.
    pub(super) namespaced: Vec<NamespacedTool>,
    taken: HashSet<String>,
}

impl ToolNames {
    /// Names the tools of a call. Tools outside of namespaces keep their names.
    pub(super) fn of(root: View<'_>) -> ToolNames {
        let mut names = ToolNames::default();
        let lists = lists(root);
        let all = || lists.iter().flat_map(|(_, list)| list.items());
        let is_namespace = |tool: &View<'_>| type_of(*tool).as_deref() == Some("namespace");
        for tool in all().filter(|tool| !is_namespace(tool)) {
            names.taken.extend(tool.get("name").and_then(View::text).map(String::from));
        }
        for group in all().filter(is_namespace) {
            let namespace = group.get("name").and_then(View::text).unwrap_or_default();
            let inner = group.get("tools").filter(|tools| tools.kind() == Kind::Array);
            for tool in inner.into_iter().flat_map(View::items) {
                if let Some(name) = tool.get("name").and_then(View::text) {
                    names.add(&namespace, &name);
                }
            }
        }
        names
    }

    fn add(&mut self, namespace: &str, name: &str) {
        if self.known(namespace, name).is_none() {
            let called = self.free(namespace, name);
            self.taken.insert(called.clone());
            let (namespace, name) = (namespace.to_owned(), name.to_owned());
            self.namespaced.push(NamespacedTool { called, namespace, name });
        }
    }

    fn known(&self, namespace: &str, name: &str) -> Option<&str> {
        let is = |tool: &&NamespacedTool| tool.namespace == namespace && tool.name == name;
        self.namespaced.iter().find(is).map(|tool| &*tool.called)
    }

    /// Returns the name in chat of a tool, offered or not.
    pub(super) fn in_chat(&self, namespace: &str, name: &str) -> String {
        match self.known(namespace, name) {
            Some(called) => called.to_owned(),
            // A tool that was called by the name of the default namespace stands in none.
            None if namespace == DEFAULT => name.to_owned(),
            None => self.free(namespace, name),
        }
    }

    /// Returns the name in chat of a tool that is chosen by its name alone: the tool outside of namespaces, or the only
    /// one in them.
    pub(super) fn chosen(&self, name: &str) -> Option<&str> {
        let mut named = self.namespaced.iter().filter(|tool| tool.name == name);
        let only = named.next().filter(|_| named.next().is_none() && !self.taken.contains(name));
        only.map(|tool| &*tool.called)
    }

    /// Returns a name that no other tool has. The same tool among the same others always gets the same one.
    fn free(&self, namespace: &str, name: &str) -> String {
        let joined = if namespace == DEFAULT {
            name.to_owned()
        } else {
            let between = if namespace.ends_with("__") { "" } else { "__" };
            format!("{namespace}{between}{name}")
        };
        let allowed = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
        let plain: String = joined.chars().map(allowed).collect();
        if plain.len() <= LONGEST && !self.taken.contains(&plain) {
            return plain;
        }
        let mut hash = Fnv::of(namespace.as_bytes());
        hash.update(b"\0");
        hash.update(name.as_bytes());
        let kept: String = plain.chars().take(LONGEST - ENDING).collect();
        format!("{kept}_{:016x}", hash.number())
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::json::Document;

    fn names(body: &str) -> ToolNames {
        let body = Document::parse(Bytes::copy_from_slice(body.as_bytes()), 9).unwrap();
        ToolNames::of(body.root())
    }

    #[test]
    fn names_are_unique_short_and_plain() {
        let long = "x".repeat(62);
        let names = names(&format!(
            r#"{{"tools":[{{"type":"function","name":"a__b"}},{{"type":"namespace","name":"a","tools":[{{"name":"b"}},{{"name":"c.d é"}},{{"name":"{long}"}}]}},{{"type":"namespace","name":"mcp__x__","tools":[{{"name":"js"}},{{"name":"js"}}]}},{{"type":"namespace","name":"functions","tools":[{{"name":"exec"}}]}}]}}"#
        ));
        assert_eq!(names.in_chat("a", "c.d é"), "a__c_d__");
        assert_eq!(names.in_chat("mcp__x__", "js"), "mcp__x__js");
        assert_eq!(names.in_chat("functions", "exec"), "exec");
        assert_eq!(names.in_chat("functions", "a__b"), "a__b");
        assert_eq!(names.namespaced.len(), 5);
        let taken = names.in_chat("a", "b");
        assert!(taken.starts_with("a__b_") && taken.len() <= LONGEST, "{taken}");
        let cut = names.in_chat("a", &long);
        assert_eq!((cut.len(), cut.is_ascii()), (LONGEST, true));
        assert_ne!(names.in_chat("a", &format!("{long}y")), cut);
    }

    #[test]
    fn a_name_alone_chooses_a_tool_if_no_other_has_it() {
        let names = names(
            r#"{"tools":[{"type":"function","name":"f"},{"type":"namespace","name":"a","tools":[{"name":"f"},{"name":"g"},{"name":"h"}]},{"type":"namespace","name":"b","tools":[{"name":"h"}]}]}"#,
        );
        assert_eq!(names.chosen("g"), Some("a__g"));
        assert_eq!((names.chosen("f"), names.chosen("h"), names.chosen("i")), (None, None, None));
    }
}
