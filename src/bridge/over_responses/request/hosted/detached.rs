//! What a call sets outside its tools and belongs into them: vector stores, files, and the options of a web search.

use std::collections::HashSet;

use super::{
    super::object::{Member, Object, array, members},
    correction::Correction,
    nested::{has_nested, nested},
    sources::{FileSearchSources, sources},
};
use crate::{
    bridge::{Loss, Unbridgeable, require::refuse, values::type_of},
    json::{Kind, Pointer, Raw, View},
};

const STORES_WHY: &str = "file_search names its vector stores itself";
const CONTAINER_WHY: &str = "code_interpreter names its container and the files in it itself";
const EXISTING_WHY: &str =
    "files cannot be put into a container that exists; upload them there, or leave the container out";
const WEB_WHY: &str = "a web search is a tool of the Responses API";

/// Ids in order, without repeats.
#[derive(Debug, Default)]
struct UniqueIds<'a>(Vec<View<'a>>, HashSet<&'a [u8]>);

impl<'a> UniqueIds<'a> {
    /// Adds the ids of a value: an array of ids, or one id.
    fn add(&mut self, value: Option<View<'a>>) {
        let Some(value) = value else { return };
        if value.kind() == Kind::Array {
            value.items().for_each(|id| self.add(Some(id)));
        } else if !value.is_null() && self.1.insert(value.raw()) {
            self.0.push(value);
        }
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn raw(&self) -> Raw {
        array(self.0.iter().map(|id| Raw::source(id.span())))
    }
}

/// The options of hosted tools outside `tools`. The first tool of a kind takes them.
#[derive(Debug)]
pub(super) struct DetachedOptions<'a> {
    stores: UniqueIds<'a>,
    files: UniqueIds<'a>,
    sources: FileSearchSources<'a>,
    web: Option<View<'a>>,
    /// Whether a file search has taken its options.
    searched: bool,
    /// Whether a code interpreter has taken its options.
    interpreted: bool,
}

impl<'a> DetachedOptions<'a> {
    pub(super) fn read(root: View<'a>) -> Result<DetachedOptions<'a>, Unbridgeable> {
        let (mut stores, mut files) = (UniqueIds::default(), UniqueIds::default());
        let at = Pointer::key("tool_resources");
        if let Some(resources) = root.non_null("tool_resources") {
            if resources.kind() != Kind::Object {
                return refuse(&at, "it must be an object");
            }
            for tool in members(resources) {
                let (key, ids) = match &*tool.key {
                    "file_search" => ("vector_store_ids", &mut stores),
                    "code_interpreter" => ("file_ids", &mut files),
                    _ => return refuse(&at.then(tool.key.into_owned()), "no hosted tool takes it"),
                };
                ids.add(tool.value.get(key));
                if let Some(other) = members(tool.value).into_iter().find(|member| member.key != key) {
                    let why = "name stores by vector_store_ids and files by file_ids; create them first";
                    return refuse(&at.then(tool.key.into_owned()).then(other.key.into_owned()), why);
                }
            }
        }
        let sources = FileSearchSources::read(root)?;
        sources.stores.iter().for_each(|ids| stores.add(Some(*ids)));
        let web = root.non_null("web_search_options");
        Ok(DetachedOptions { stores, files, sources, web, searched: false, interpreted: false })
    }

    pub(super) fn file_search(
        &mut self,
        tool: Option<View<'a>>,
        at: &Pointer,
    ) -> Result<Correction, Unbridgeable> {
        let first = !std::mem::replace(&mut self.searched, true);
        let nested = tool.and_then(|tool| nested(tool, "file_search"));
        let listed = tool.and_then(|tool| tool.non_null("vector_store_ids"));
        let mut ids = UniqueIds::default();
        ids.add(listed);
        ids.add(nested.and_then(|nested| nested.non_null("vector_store_ids")));
        if first || ids.is_empty() {
            self.stores.0.iter().for_each(|id| ids.add(Some(*id)));
        }
        if ids.is_empty() {
            let why = "file_search searches vector stores; send them as `\"tools\": [{\"type\": \"file_search\", \
                       \"vector_store_ids\": [\"vs_…\"]}]`";
            return refuse(&at.clone().then("vector_store_ids"), why);
        }
        let mut search = Object::typed("file_search");
        search.put("vector_store_ids", ids.raw());
        if let Some(tool) = tool {
            search.flatten(tool, "file_search");
        }
        let before = search.len();
        for option in self.sources.options.drain(..) {
            if search.has(option.key) {
                self.sources.losses.push(option.overridden());
            } else {
                search.put(option.key, option.value);
            }
        }
        let same = !tool.is_some_and(|tool| has_nested(tool, "file_search"))
            && search.len() == before
            && listed.is_some_and(|listed| listed.items().count() == ids.0.len());
        Ok((!same).then(|| (search.finish(), STORES_WHY)))
    }

    pub(super) fn code_interpreter(
        &mut self,
        tool: Option<View<'a>>,
        at: &Pointer,
    ) -> Result<Correction, Unbridgeable> {
        const NAME: &str = "code_interpreter";
        let first = !std::mem::replace(&mut self.interpreted, true);
        let nested = tool.and_then(|tool| nested(tool, NAME));
        let own = tool.and_then(|tool| tool.non_null("container"));
        let inner = nested.and_then(|nested| nested.non_null("container"));
        let clash = own.zip(inner).is_some_and(|(own, inner)| own.raw() != inner.raw());
        let holder = if clash || own.is_none() { at.clone().then(NAME) } else { at.clone() };
        let place = holder.then("container");
        if clash {
            return refuse(&place, "the tool itself names another container");
        }
        let container = own.or(inner);
        let mut files = UniqueIds::default();
        files.add(container.and_then(|container| container.get("file_ids")));
        let held = files.0.len();
        files.add(tool.and_then(|tool| tool.get("file_ids")));
        files.add(nested.and_then(|nested| nested.get("file_ids")));
        if first {
            self.files.0.iter().for_each(|id| files.add(Some(*id)));
        }
        let has_misplaced =
            tool.is_some_and(|tool| tool.non_null("file_ids").is_some() || has_nested(tool, NAME));
        if container.is_some() && files.0.len() == held && !has_misplaced {
            return Ok(None);
        }
        let mut interpreter = Object::typed(NAME);
        let Some(container) = self::container(container, &files) else {
            return refuse(&place, EXISTING_WHY);
        };
        interpreter.put("container", container);
        interpreter.copy_all(nested.map(members).unwrap_or_default(), &["file_ids"]);
        let left_out: &[&str] = if nested.is_some() { &["file_ids", NAME] } else { &["file_ids"] };
        interpreter.copy_all(tool.map(members).unwrap_or_default(), left_out);
        Ok(Some((interpreter.finish(), CONTAINER_WHY)))
    }

    /// Corrects a web search with the options from outside `tools`.
    pub(super) fn web_search(&mut self, tool: Option<View<'a>>) -> Correction {
        let name = tool.and_then(type_of).unwrap_or_default();
        let has_misplaced = tool.is_some_and(|tool| has_nested(tool, &name));
        let outside = self.web.take();
        if outside.is_none() && !has_misplaced {
            return None;
        }
        let mut search = Object::default();
        match tool.map(|tool| (tool, nested(tool, &name))) {
            Some((tool, Some(nested))) => {
                search.take(tool, "type");
                copy_options(&mut search, nested);
                search.copy_all(members(tool), &[&name]);
            }
            Some((tool, None)) => search.copy_all(members(tool), &[]),
            None => search.put("type", Raw::string("web_search")),
        }
        let before = search.len();
        if let Some(outside) = outside {
            copy_options(&mut search, outside);
        }
        (tool.is_none() || has_misplaced || search.len() > before).then(|| (search.finish(), WEB_WHY))
    }

    /// Returns the tools that only members outside `tools` ask for.
    pub(super) fn additional_tools(
        &mut self,
        root: View<'a>,
    ) -> Result<Vec<(Raw, &'static str)>, Unbridgeable> {
        let mut tools = Vec::new();
        let source = sources(root).next().map(|(index, _)| Pointer::key("data_sources").item(index));
        if !self.searched && (source.is_some() || !self.stores.is_empty()) {
            let at = source.map(|at| at.then("parameters")).unwrap_or_default();
            tools.extend(self.file_search(None, &at)?);
        }
        if !self.interpreted && !self.files.is_empty() {
            tools.extend(self.code_interpreter(None, &Pointer::default())?);
        }
        tools.extend(self.web_search(None));
        Ok(tools)
    }

    /// Returns what no tool has taken, after all of them were corrected.
    pub(super) fn losses(self) -> Vec<Loss> {
        self.sources.losses
    }
}

/// Returns a container with these files in it; `None` if the call names an existing container, which takes no files.
fn container<'a>(container: Option<View<'a>>, files: &UniqueIds<'a>) -> Option<Raw> {
    let mut out = Object::default();
    match container {
        Some(id) if id.kind() != Kind::Object => {
            return files.is_empty().then(|| Raw::source(id.span()));
        }
        Some(container) => out.take(container, "type"),
        None => out.put("type", Raw::string("auto")),
    }
    if !files.is_empty() {
        out.put("file_ids", files.raw());
    }
    out.copy_all(container.map(members).unwrap_or_default(), &[]);
    Some(out.finish())
}

/// Copies the options of a web search in chat's form, which nests the location in another object.
fn copy_options<'a>(search: &mut Object<'a>, options: View<'a>) {
    for member in members(options) {
        match member {
            Member { key, value } if key == "user_location" && value.kind() == Kind::Object => {
                search.put("user_location", Object::flattened(value, "approximate").finish());
            }
            member => search.copy(&member),
        }
    }
}
