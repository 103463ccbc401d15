//! Hosted tools: what a chat call may ask for that only the Responses API serves, and the spellings of it that clients
//! know from elsewhere (the Assistants API, OpenAI's search models, guides that mix them up).
//!
//! No version of Azure's chat completions takes any of it: there, a tool is a function or a custom tool.

use std::{borrow::Cow, collections::HashSet};

use super::{
    super::Uncarried,
    object::{Object, array, kind, members, said},
};
use crate::json::{Change, Document, Kind, Pointer, Raw, View};

const STORES_WHY: &str = "file_search names its vector stores itself";
const CONTAINER_WHY: &str = "code_interpreter names its container and the files in it itself";
const WEB_WHY: &str = "a web search is a tool of the Responses API";
const MOVED_WHY: &str = "what it says stands in tools";
const TWICE_WHY: &str = "the same tool stands there twice";

/// Whether a chat call asks for something that only the Responses API serves.
pub fn is_asked(root: View<'_>) -> bool {
    let tools = root.get("tools").into_iter().flat_map(View::items);
    tools.filter_map(kind).any(|kind| !matches!(&*kind, "function" | "custom"))
        || sources(root).next().is_some()
        || ["tool_resources", "web_search_options"].iter().any(|key| said(root, key).is_some())
}

/// What must change in a chat call so that its hosted tools are spelt as the Responses API has them, each with why.
pub fn changes(chat: &Document) -> Result<Vec<(Change, &'static str)>, Uncarried> {
    let root = chat.root();
    if !is_asked(root) {
        return Ok(Vec::new());
    }
    let listed = said(root, "tools");
    if listed.is_some_and(|tools| tools.kind() != Kind::Array) {
        return Err(uncarried(&Pointer::key("tools"), "it must be an array"));
    }
    let mut beside = Beside::read(root)?;
    let mut changes = Vec::new();
    let mut seen = HashSet::new();
    for (index, tool) in listed.into_iter().flat_map(View::items).enumerate() {
        let at = Pointer::key("tools").item(index);
        let kind = kind(tool);
        let correct = match kind.as_deref() {
            Some("file_search") => beside.file_search(Some(tool), &at)?,
            Some("code_interpreter") => beside.code_interpreter(Some(tool), &at)?,
            Some(web) if web.starts_with("web_search") => beside.web_search(Some(tool)),
            _ => continue,
        };
        let spelt =
            correct.as_ref().map_or_else(|| tool.raw().to_vec(), |(tool, _)| tool.render(chat.source()));
        if !seen.insert(spelt) {
            changes.push((Change::Remove { at }, TWICE_WHY));
        } else if let Some((value, why)) = correct {
            changes.push((Change::Set { at, value }, why));
        }
    }
    let unlisted = beside.unlisted(root)?;
    changes.extend(added(listed, unlisted));
    changes.extend(removed(root));
    Ok(changes)
}

/// Tools that are named beside `tools` only, at the end of it.
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

/// What stood beside `tools` and is said there now.
fn removed(root: View<'_>) -> impl Iterator<Item = (Change, &'static str)> {
    let gone = |key: &&'static str| said(root, key).is_some();
    let remove = |key| (Change::Remove { at: Pointer::key(key) }, MOVED_WHY);
    let mut changes: Vec<_> =
        ["tool_resources", "web_search_options"].into_iter().filter(gone).map(remove).collect();
    if let Some(all) = root.get("data_sources").filter(|_| sources(root).next().is_some()) {
        let kept: Vec<Raw> =
            all.items().filter(|item| !is_store(*item)).map(|item| Raw::source(item.span())).collect();
        let at = Pointer::key("data_sources");
        let change =
            if kept.is_empty() { Change::Remove { at } } else { Change::Set { at, value: array(kept) } };
        changes.push((change, MOVED_WHY));
    }
    changes.into_iter()
}

/// A data source that is none of Azure's, but the tool by another name.
fn is_store(source: View<'_>) -> bool {
    kind(source).as_deref() == Some("file_search")
}

fn sources(root: View<'_>) -> impl Iterator<Item = (usize, View<'_>)> {
    let sources = root.get("data_sources").into_iter().flat_map(View::items);
    sources.enumerate().filter(|(_, source)| is_store(*source))
}

fn uncarried(at: &Pointer, why: &'static str) -> Uncarried {
    Uncarried { param: at.to_string(), why: Cow::Borrowed(why) }
}

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
struct Beside<'a> {
    stores: Ids<'a>,
    files: Ids<'a>,
    /// Data sources that are the tool by another name.
    sources: Vec<View<'a>>,
    web: Option<View<'a>>,
    searched: bool,
    interpreted: bool,
}

type Correct = Option<(Raw, &'static str)>;

impl<'a> Beside<'a> {
    fn read(root: View<'a>) -> Result<Beside<'a>, Uncarried> {
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
        let sources: Vec<View<'a>> = sources(root).map(|(_, source)| source).collect();
        for source in sources.iter().filter_map(|source| source.get("parameters")) {
            stores.add(source.get("vector_store_id"));
            stores.add(source.get("vector_store_ids"));
        }
        let web = said(root, "web_search_options");
        Ok(Beside { stores, files, sources, web, searched: false, interpreted: false })
    }

    /// A `file_search` as it must be; nothing, if it is that already.
    fn file_search(&mut self, tool: Option<View<'a>>, at: &Pointer) -> Result<Correct, Uncarried> {
        let first = !std::mem::replace(&mut self.searched, true);
        let nested = tool.and_then(|tool| tool.get("file_search")).filter(|it| it.kind() == Kind::Object);
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
        for parameters in
            self.sources.iter().filter(|_| first).filter_map(|source| said(*source, "parameters"))
        {
            search.copy_all(members(parameters), &["vector_store_id", "vector_store_ids"]);
        }
        let same = nested.is_none()
            && search.len() == told
            && listed.is_some_and(|listed| listed.items().count() == ids.0.len());
        Ok((!same).then(|| (search.finish(), STORES_WHY)))
    }

    /// A `code_interpreter` as it must be; nothing, if it is that already.
    fn code_interpreter(&mut self, tool: Option<View<'a>>, at: &Pointer) -> Result<Correct, Uncarried> {
        let first = !std::mem::replace(&mut self.interpreted, true);
        let container = tool.and_then(|tool| said(tool, "container"));
        let mut files = Ids::default();
        files.add(container.and_then(|container| container.get("file_ids")));
        let held = files.0.len();
        files.add(tool.and_then(|tool| tool.get("file_ids")));
        if first {
            self.files.0.iter().for_each(|id| files.add(Some(*id)));
        }
        let own = tool.is_some_and(|tool| said(tool, "file_ids").is_some());
        if container.is_some() && files.0.len() == held && !own {
            return Ok(None);
        }
        if container.is_some_and(|container| container.kind() != Kind::Object) {
            let why = "files cannot be put into a container that exists; upload them there, or leave the container out";
            return Err(uncarried(&at.clone().then("container"), why));
        }
        let mut room = Object::default();
        match container {
            Some(container) => room.take(container, "type"),
            None => room.put("type", Raw::string("auto")),
        }
        if !files.is_empty() {
            room.put("file_ids", files.raw());
        }
        room.copy_all(container.map(members).unwrap_or_default(), &[]);
        let mut interpreter = Object::typed("code_interpreter");
        interpreter.put("container", room.finish());
        interpreter.copy_all(tool.map(members).unwrap_or_default(), &["file_ids"]);
        Ok(Some((interpreter.finish(), CONTAINER_WHY)))
    }

    /// A web search with the options that stand beside it; nothing, if there are none or they are there already.
    fn web_search(&mut self, tool: Option<View<'a>>) -> Correct {
        let options = self.web.take()?;
        let mut search = Object::default();
        match tool {
            Some(tool) => search.copy_all(members(tool), &[]),
            None => search.put("type", Raw::string("web_search")),
        }
        let told = search.len();
        for member in members(options) {
            if member.key == "user_location" && member.value.kind() == Kind::Object {
                search.put("user_location", Object::flattened(member.value, "approximate").finish());
            } else {
                search.copy(&member);
            }
        }
        (tool.is_none() || search.len() > told).then(|| (search.finish(), WEB_WHY))
    }

    /// The tools that are asked for beside `tools`, and not in it.
    fn unlisted(&mut self, root: View<'a>) -> Result<Vec<(Raw, &'static str)>, Uncarried> {
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
}

#[cfg(test)]
mod tests {
    use super::{super::testing::parsed, *};
    use crate::json::apply;

    fn corrected(chat: &str) -> Result<(String, usize), Uncarried> {
        let chat = parsed(chat);
        let changes = changes(&chat)?;
        let body = apply(&chat, changes.iter().map(|(change, _)| change)).concat();
        Ok((String::from_utf8(body).unwrap(), changes.len()))
    }

    #[test]
    fn hosted_tools_are_recognised() {
        for chat in [
            r#"{"tools":[{"type":"function"},{"type":"image_generation"}]}"#,
            r#"{"tools":[{"type":"mcp"}]}"#,
            r#"{"data_sources":[{"type":"file_search"}]}"#,
            r#"{"tool_resources":{}}"#,
            r#"{"web_search_options":{}}"#,
        ] {
            assert!(is_asked(parsed(chat).root()), "{chat}");
        }
        for chat in [
            r#"{"tools":[{"type":"function"},{"type":"custom"},{}]}"#,
            r#"{"data_sources":[{"type":"azure_search"}],"tool_resources":null,"web_search_options":null}"#,
            r#"{"tools":"file_search"}"#,
            "[]",
        ] {
            assert!(!is_asked(parsed(chat).root()), "{chat}");
            assert_eq!(corrected(chat).unwrap(), (chat.to_owned(), 0));
        }
    }

    #[test]
    fn what_is_spelt_well_stays() {
        for chat in [
            r#"{"tools":[{"type":"file_search","vector_store_ids":["a"]},{"type":"file_search","vector_store_ids":["b"]}]}"#,
            r#"{"tools":[{"type":"code_interpreter","container":"c"},{"type":"code_interpreter","container":{"type":"auto"}}]}"#,
            r#"{"tools":[{"type":"web_search"},{"type":"mcp"},{"type":"mcp"}]}"#,
        ] {
            assert_eq!(corrected(chat).unwrap(), (chat.to_owned(), 0));
        }
    }

    #[test]
    fn tools_take_what_stands_beside_them() {
        for (chat, expected) in [
            (
                r#"{"tools":[{"type":"file_search"}],"tool_resources":{"file_search":{"vector_store_ids":["a"]}},"data_sources":[{"type":"file_search","parameters":{"vector_store_id":"a"}}]}"#,
                r#"{"tools":[{"type":"file_search","vector_store_ids":["a"]}]}"#,
            ),
            (
                r#"{"data_sources":[{"type":"azure_search"},{"type":"file_search","parameters":{"vector_store_ids":["a","b"],"max_num_results":3}}]}"#,
                r#"{"data_sources":[{"type":"azure_search"}],"tools":[{"type":"file_search","vector_store_ids":["a","b"],"max_num_results":3}]}"#,
            ),
            (
                r#"{"tools":[{"type":"function"}],"data_sources":[{"type":"file_search","parameters":{"vector_store_id":"a"}}],"web_search_options":{}}"#,
                r#"{"tools":[{"type":"function"},{"type":"file_search","vector_store_ids":["a"]},{"type":"web_search"}]}"#,
            ),
            (
                r#"{"tools":[{"type":"file_search","file_search":{"max_num_results":5,"ranking_options":{"score_threshold":0.50}}}],"tool_resources":{"file_search":{"vector_store_ids":["a"]},"code_interpreter":null}}"#,
                r#"{"tools":[{"type":"file_search","vector_store_ids":["a"],"max_num_results":5,"ranking_options":{"score_threshold":0.50}}]}"#,
            ),
            (
                r#"{"tools":[{"type":"file_search","vector_store_ids":["b"],"filters":{}}],"tool_resources":{"file_search":{"vector_store_ids":["a"]}}}"#,
                r#"{"tools":[{"type":"file_search","vector_store_ids":["b","a"],"filters":{}}]}"#,
            ),
            (
                r#"{"tools":[{"type":"file_search"},{"type":"file_search"}],"tool_resources":{"file_search":{"vector_store_ids":["a","a"]}}}"#,
                r#"{"tools":[{"type":"file_search","vector_store_ids":["a"]}]}"#,
            ),
        ] {
            assert_eq!(corrected(chat).unwrap().0, expected);
        }
    }

    #[test]
    fn a_code_interpreter_gets_a_container_with_its_files() {
        for (chat, expected) in [
            (
                r#"{"tools":[{"type":"code_interpreter"}]}"#,
                r#"{"tools":[{"type":"code_interpreter","container":{"type":"auto"}}]}"#,
            ),
            (
                r#"{"tools":[{"type":"code_interpreter","file_ids":["a"]}],"tool_resources":{"code_interpreter":{"file_ids":["b","a"]}}}"#,
                r#"{"tools":[{"type":"code_interpreter","container":{"type":"auto","file_ids":["a","b"]}}]}"#,
            ),
            (
                r#"{"tools":[{"type":"code_interpreter","container":{"type":"auto","file_ids":["a"],"memory_limit":"4g"}}],"tool_resources":{"code_interpreter":{"file_ids":["b"]}}}"#,
                r#"{"tools":[{"type":"code_interpreter","container":{"type":"auto","file_ids":["a","b"],"memory_limit":"4g"}}]}"#,
            ),
            (
                r#"{"tool_resources":{"code_interpreter":{"file_ids":["b"]}}}"#,
                r#"{"tools":[{"type":"code_interpreter","container":{"type":"auto","file_ids":["b"]}}]}"#,
            ),
        ] {
            assert_eq!(corrected(chat).unwrap().0, expected);
        }
    }

    #[test]
    fn options_of_a_web_search_become_the_tool() {
        let options = r#""web_search_options":{"search_context_size":"low","user_location":{"type":"approximate","approximate":{"country":"DE","city":null}}}"#;
        let told = r#""search_context_size":"low","user_location":{"type":"approximate","country":"DE"}"#;
        for (tools, expected) in [
            (String::new(), format!(r#"{{"tools":[{{"type":"web_search",{told}}}]}}"#)),
            (
                r#","tools":[{"type":"web_search_preview"}]"#.to_owned(),
                format!(r#"{{"tools":[{{"type":"web_search_preview",{told}}}]}}"#),
            ),
            (
                r#","tools":[{"type":"web_search","search_context_size":"high","user_location":{}}]"#
                    .to_owned(),
                r#"{"tools":[{"type":"web_search","search_context_size":"high","user_location":{}}]}"#
                    .to_owned(),
            ),
        ] {
            assert_eq!(corrected(&format!("{{{options}{tools}}}")).unwrap().0, expected);
        }
    }

    #[test]
    fn what_no_tool_takes_is_refused_where_it_stands() {
        for (chat, param) in [
            (r#"{"tools":[{"type":"function"},{"type":"file_search"}]}"#, "tools[1].vector_store_ids"),
            (
                r#"{"data_sources":[{},{"type":"file_search"}]}"#,
                "data_sources[1].parameters.vector_store_ids",
            ),
            (
                r#"{"tool_resources":{"file_search":{"vector_stores":[{}]}}}"#,
                "tool_resources.file_search.vector_stores",
            ),
            (r#"{"tool_resources":{"azure_ai_search":{}}}"#, "tool_resources.azure_ai_search"),
            (r#"{"tool_resources":[]}"#, "tool_resources"),
            (r#"{"tools":"all","web_search_options":{}}"#, "tools"),
            (
                r#"{"tools":[{"type":"code_interpreter","container":"c"}],"tool_resources":{"code_interpreter":{"file_ids":["f"]}}}"#,
                "tools[0].container",
            ),
        ] {
            assert_eq!(corrected(chat).unwrap_err().param, param);
        }
        let why = corrected(r#"{"tools":[{"type":"file_search"}]}"#).unwrap_err().why;
        assert!(why.contains(r#""vector_store_ids": ["vs_…"]"#), "{why}");
    }

    #[test]
    fn a_corrected_call_needs_no_correction() {
        let chat = r#"{"tools":[{"type":"file_search"},{"type":"code_interpreter"}],"tool_resources":{"file_search":{"vector_store_ids":["a"]}},"web_search_options":{}}"#;
        let (once, changes) = corrected(chat).unwrap();
        assert_eq!(changes, 5);
        assert_eq!(corrected(&once).unwrap(), (once.clone(), 0));
    }
}
