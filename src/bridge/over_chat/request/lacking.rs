//! The parts of a Responses call that chat completions lack. The bridge refuses them. A policy may leave them out, so
//! they are listed here by their places, and nothing is removed.
//!
//! A few hosted tools are offered unasked by coding agents, which work without them. Those are listed in any case.

use std::borrow::Cow;

use super::{
    parameters::{CHAT_ONLY, STATEFUL},
    tool_names::lists,
    tools,
};
use crate::{
    bridge::{tool_kind::ToolKind, values::type_of},
    json::{Kind, Pointer, View, text},
};

/// A part that chat completions lack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lacking {
    /// The rule that leaves it out.
    pub rule: &'static str,
    /// The place.
    pub at: Pointer,
    /// The reason.
    pub why: Cow<'static, str>,
}

/// The rule of tools that a client only offers.
const OFFERED: &str = "drop.hosted_tools";

/// The rule of everything else.
const BRIDGE: &str = "bridge.chat";

/// Hosted tools that work with nothing of the caller's: whoever offers one beside tools of its own can do without it.
/// Codex sends `web_search` in each call, and its other two with some models.
const UNASKED: &[&str] = &["web_search", "image_generation", "tool_search"];

/// Returns the parts of a call that chat lacks: those that the call can do without, or all of them.
pub fn lacking(root: View<'_>, all: bool) -> Vec<Lacking> {
    let mut found = Found { all, list: Vec::new() };
    found.tools(root);
    if all {
        found.parameters(root);
        found.items(root);
    }
    found.list
}

struct Found {
    all: bool,
    list: Vec<Lacking>,
}

impl Found {
    fn add(&mut self, at: Pointer, why: impl Into<Cow<'static, str>>) {
        self.list.push(Lacking { rule: BRIDGE, at, why: why.into() });
    }

    fn tools(&mut self, root: View<'_>) {
        let lists = lists(root);
        let is_own = |kind: &str| kind == "namespace" || ToolKind::named(kind).is_some();
        let has_own =
            lists.iter().flat_map(|(_, list)| list.items()).filter_map(type_of).any(|kind| is_own(&kind));
        let choice = root.non_null("tool_choice").filter(|choice| choice.kind() == Kind::Object);
        let chosen = |kind: &str| {
            let among = choice.and_then(|choice| choice.get("tools")).into_iter().flat_map(View::items);
            choice.into_iter().chain(among).any(|one| type_of(one).as_deref() == Some(kind))
        };
        let has_search = lists.iter().flat_map(|(_, list)| list.items()).filter_map(type_of);
        let has_search = has_search.into_iter().any(|kind| kind == "tool_search");
        for (at, list) in &lists {
            for (index, tool) in list.items().enumerate() {
                let Some(kind) = type_of(tool) else { continue };
                let at = at.clone().item(index);
                let unasked = UNASKED.iter().any(|one| kind.starts_with(one)) && has_own && !chosen(&kind);
                if is_own(&kind) {
                    self.deferred(tool, &at, has_search);
                } else if unasked {
                    let why =
                        "the model is offered the other tools alone, since chat completions lack this one";
                    self.list.push(Lacking { rule: OFFERED, at, why: why.into() });
                } else if self.all {
                    self.add(at, tools::hosted(&kind));
                }
            }
        }
        if let Some(choice) = choice.filter(|_| self.all) {
            self.choice(choice);
        }
    }

    /// A tool that the model would find by a search is offered from the start, where the search is left out.
    fn deferred(&mut self, tool: View<'_>, at: &Pointer, has_search: bool) {
        let inner = tool.get("tools").filter(|_| type_of(tool).as_deref() == Some("namespace"));
        for (index, tool) in inner.into_iter().flat_map(View::items).enumerate() {
            self.deferred(tool, &at.clone().then("tools").item(index), has_search);
        }
        if (self.all || has_search) && tool.get("defer_loading").and_then(View::boolean) == Some(true) {
            let why = "the tool is offered from the start, since chat has no search for tools";
            self.list.push(Lacking { rule: OFFERED, at: at.clone().then("defer_loading"), why: why.into() });
        }
    }

    fn choice(&mut self, choice: View<'_>) {
        let at = Pointer::key("tool_choice");
        let is_hosted = |tool: &View<'_>| type_of(*tool).is_none_or(|kind| ToolKind::named(&kind).is_none());
        let why = "chat completions lack the tool that is chosen";
        if type_of(choice).as_deref() != Some("allowed_tools") {
            if is_hosted(&choice) {
                self.add(at, why);
            }
            return;
        }
        let among: Vec<View<'_>> = choice.get("tools").into_iter().flat_map(View::items).collect();
        if among.iter().all(is_hosted) {
            return self.add(at, why);
        }
        for (index, _) in among.iter().enumerate().filter(|(_, tool)| is_hosted(tool)) {
            self.add(at.clone().then("tools").item(index), why);
        }
    }

    fn parameters(&mut self, root: View<'_>) {
        for (key, why) in STATEFUL.iter().chain(CHAT_ONLY) {
            if root.non_null(key).is_some() {
                self.add(Pointer::key(*key), *why);
            }
        }
        for (key, default) in [("background", "false"), ("truncation", "\"disabled\"")] {
            if root.non_null(key).is_some_and(|value| value.raw() != default.as_bytes()) {
                self.add(Pointer::key(key), "chat completions have no such setting");
            }
        }
    }

    fn items(&mut self, root: View<'_>) {
        for (index, item) in root.get("input").into_iter().flat_map(View::items).enumerate() {
            let at = Pointer::key("input").item(index);
            let kind = type_of(item);
            match kind.as_deref() {
                Some("message") => self.parts(item, &at),
                None if item.get("role").is_some() => self.parts(item, &at),
                Some("compaction") if super::input::is_own_compaction(item) => {}
                Some(kind) if super::input::is_known(kind) => {
                    if item.non_null("caller").is_some() {
                        self.add(
                            at.then("caller"),
                            "chat completions call the client's own tools by name only",
                        );
                    }
                }
                kind => {
                    let kind = text::shortened(kind.unwrap_or("item_reference"));
                    self.add(at, format!("chat completions have no `{kind}` items"));
                }
            }
        }
    }

    fn parts(&mut self, item: View<'_>, at: &Pointer) {
        for (index, part) in item.get("content").into_iter().flat_map(View::items).enumerate() {
            let at = at.clone().then("content").item(index);
            let kind = type_of(part).unwrap_or_default();
            let no_url = kind == "input_file" && part.non_null("file_url").is_some();
            let no_file = kind == "input_image" && part.non_null("file_id").is_some();
            let detail = part.get("detail").and_then(View::text);
            if no_url || no_file || !super::content::is_known(&kind) {
                self.add(at, format!("chat completions have no such `{}` parts", text::shortened(&kind)));
            } else if kind == "input_image" && detail.as_deref() == Some("original") {
                self.add(at.then("detail"), "chat completions know `auto`, `low` and `high`");
            }
        }
    }
}
