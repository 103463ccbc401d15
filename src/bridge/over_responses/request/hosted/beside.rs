//! What stands beside the tools of a call and belongs into them: vector stores, files, and the options of a web search.

use std::collections::HashSet;

use super::{
    super::object::{Member, Object, array, kind, members, said},
    Correct,
    nested::{nested, nests},
    sources::{Sources, sources},
    uncarried,
};
use crate::{
    bridge::{Loss, Uncarried},
    json::{Kind, Pointer, Raw, View},
};

const STORES_WHY: &str = "file_search names its vector stores itself";
const CONTAINER_WHY: &str = "code_interpreter names its container and the files in it itself";
const ROOM_WHY: &str =
    "files cannot be put into a container that exists; upload them there, or leave the container out";
const WEB_WHY: &str = "a web search is a tool of the Responses API";

/// Ids in order, each once.
#[derive(Debug, Default)]
struct Ids<'a>(Vec<View<'a>>, HashSet<&'a [u8]>);

impl<'a> Ids<'a> {
    /// The ids of a value: an array of them, or one.
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

/// What stands beside the tools and is said in them. The first tool of a kind takes it.
#[derive(Debug)]
pub(super) struct Beside<'a> {
    stores: Ids<'a>,
    files: Ids<'a>,
    sources: Sources<'a>,
    web: Option<View<'a>>,
    searched: bool,
    interpreted: bool,
}

impl<'a> Beside<'a> {
    pub(super) fn read(root: View<'a>) -> Result<Beside<'a>, Uncarried> {
        let (mut stores, mut files) = (Ids::default(), Ids::default());
        let at = Pointer::key("tool_resources");
        if let Some(resources) = said(root, "tool_resources") {
            if resources.kind() != Kind::Object {
                return Err(uncarried(&at, "it must be an object"));
            }
            for tool in members(resources) {
                let (key, ids) = match &*tool.key {
                    "file_search" => ("vector_store_ids", &mut stores),
                    "code_interpreter" => ("file_ids", &mut files),
                    _ => return Err(uncarried(&at.then(tool.key.into_owned()), "no hosted tool takes it")),
                };
                ids.add(tool.value.get(key));
                if let Some(other) = members(tool.value).into_iter().find(|member| member.key != key) {
                    let why = "name stores by vector_store_ids and files by file_ids; create them first";
                    return Err(uncarried(&at.then(tool.key.into_owned()).then(other.key.into_owned()), why));
                }
            }
        }
        let sources = Sources::read(root)?;
        sources.stores.iter().for_each(|ids| stores.add(Some(*ids)));
        let web = said(root, "web_search_options");
        Ok(Beside { stores, files, sources, web, searched: false, interpreted: false })
    }

    pub(super) fn file_search(&mut self, tool: Option<View<'a>>, at: &Pointer) -> Result<Correct, Uncarried> {
        let first = !std::mem::replace(&mut self.searched, true);
        let nested = tool.and_then(|tool| nested(tool, "file_search"));
        let listed = tool.and_then(|tool| said(tool, "vector_store_ids"));
        let mut ids = Ids::default();
        ids.add(listed);
        ids.add(nested.and_then(|nested| said(nested, "vector_store_ids")));
        if first || ids.is_empty() {
            self.stores.0.iter().for_each(|id| ids.add(Some(*id)));
        }
        if ids.is_empty() {
            let why = "file_search searches vector stores; send them as `\"tools\": [{\"type\": \"file_search\", \
                       \"vector_store_ids\": [\"vs_…\"]}]`";
            return Err(uncarried(&at.clone().then("vector_store_ids"), why));
        }
        let mut search = Object::typed("file_search");
        search.put("vector_store_ids", ids.raw());
        if let Some(tool) = tool {
            search.flatten(tool, "file_search");
        }
        let told = search.len();
        for choice in self.sources.choices.drain(..) {
            if search.has(choice.key) {
                self.sources.losses.push(choice.unheard());
            } else {
                search.put(choice.key, choice.value);
            }
        }
        let same = !tool.is_some_and(|tool| nests(tool, "file_search"))
            && search.len() == told
            && listed.is_some_and(|listed| listed.items().count() == ids.0.len());
        Ok((!same).then(|| (search.finish(), STORES_WHY)))
    }

    pub(super) fn code_interpreter(
        &mut self,
        tool: Option<View<'a>>,
        at: &Pointer,
    ) -> Result<Correct, Uncarried> {
        const NAME: &str = "code_interpreter";
        let first = !std::mem::replace(&mut self.interpreted, true);
        let nested = tool.and_then(|tool| nested(tool, NAME));
        let own = tool.and_then(|tool| said(tool, "container"));
        let inner = nested.and_then(|nested| said(nested, "container"));
        let clash = own.zip(inner).is_some_and(|(own, inner)| own.raw() != inner.raw());
        let holder = if clash || own.is_none() { at.clone().then(NAME) } else { at.clone() };
        let place = holder.then("container");
        if clash {
            return Err(uncarried(&place, "the tool itself names another container"));
        }
        let container = own.or(inner);
        let mut files = Ids::default();
        files.add(container.and_then(|container| container.get("file_ids")));
        let held = files.0.len();
        files.add(tool.and_then(|tool| tool.get("file_ids")));
        files.add(nested.and_then(|nested| nested.get("file_ids")));
        if first {
            self.files.0.iter().for_each(|id| files.add(Some(*id)));
        }
        let untidy = tool.is_some_and(|tool| said(tool, "file_ids").is_some() || nests(tool, NAME));
        if container.is_some() && files.0.len() == held && !untidy {
            return Ok(None);
        }
        let mut interpreter = Object::typed(NAME);
        interpreter.put("container", room(container, &files).ok_or_else(|| uncarried(&place, ROOM_WHY))?);
        interpreter.copy_all(nested.map(members).unwrap_or_default(), &["file_ids"]);
        let left: &[&str] = if nested.is_some() { &["file_ids", NAME] } else { &["file_ids"] };
        interpreter.copy_all(tool.map(members).unwrap_or_default(), left);
        Ok(Some((interpreter.finish(), CONTAINER_WHY)))
    }

    /// A web search with the options that stand beside it.
    pub(super) fn web_search(&mut self, tool: Option<View<'a>>) -> Correct {
        let name = tool.and_then(kind).unwrap_or_default();
        let untidy = tool.is_some_and(|tool| nests(tool, &name));
        let beside = self.web.take();
        if beside.is_none() && !untidy {
            return None;
        }
        let mut search = Object::default();
        match tool.map(|tool| (tool, nested(tool, &name))) {
            Some((tool, Some(nested))) => {
                search.take(tool, "type");
                options(&mut search, nested);
                search.copy_all(members(tool), &[&name]);
            }
            Some((tool, None)) => search.copy_all(members(tool), &[]),
            None => search.put("type", Raw::string("web_search")),
        }
        let told = search.len();
        if let Some(beside) = beside {
            options(&mut search, beside);
        }
        (tool.is_none() || untidy || search.len() > told).then(|| (search.finish(), WEB_WHY))
    }

    /// The tools that are asked for beside `tools`, and not in it.
    pub(super) fn unlisted(&mut self, root: View<'a>) -> Result<Vec<(Raw, &'static str)>, Uncarried> {
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
    /// What of all this the tools have no place for, once they took what they have.
    pub(super) fn losses(self) -> Vec<Loss> {
        self.sources.losses
    }
}

/// A container with these files in it; `None` if it is one that exists.
fn room<'a>(container: Option<View<'a>>, files: &Ids<'a>) -> Option<Raw> {
    let mut room = Object::default();
    match container {
        Some(id) if id.kind() != Kind::Object => {
            return files.is_empty().then(|| Raw::source(id.span()));
        }
        Some(container) => room.take(container, "type"),
        None => room.put("type", Raw::string("auto")),
    }
    if !files.is_empty() {
        room.put("file_ids", files.raw());
    }
    room.copy_all(container.map(members).unwrap_or_default(), &[]);
    Some(room.finish())
}

/// The options of a web search as chat has them. There, a place is an object in an object.
fn options<'a>(search: &mut Object<'a>, options: View<'a>) {
    for member in members(options) {
        match member {
            Member { key, value } if key == "user_location" && value.kind() == Kind::Object => {
                search.put("user_location", Object::flattened(value, "approximate").finish());
            }
            member => search.copy(&member),
        }
    }
}
