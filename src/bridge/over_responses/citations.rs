//! `message.context` as the clients of On Your Data read it (Azure's specification, `AzureChatMessageContext`): what
//! the search found in files, and the web pages that the answer cites.

use super::{annotations::for_each_annotation, item::OutputItem};
use crate::{
    bridge::values::{string, type_of},
    json::{
        View, text,
        write::{item, member},
    },
};

/// Returns the context of an answer made of `items`; `None` if nothing was found and nothing is cited. If the text
/// was cut, `cut` is the number of characters that are left.
pub(super) fn context<'a>(
    items: impl IntoIterator<Item = &'a OutputItem> + Clone,
    cut: Option<u64>,
) -> Option<Vec<u8>> {
    let (mut citations, mut queries) = (Vec::new(), Vec::new());
    for search in items.clone().into_iter().filter(|item| is_search(item)) {
        let list = |key| search.view().get(key).into_iter().flat_map(View::items);
        list("queries").for_each(|query| item(&mut queries, query.raw()));
        list("results").for_each(|found| item(&mut citations, &of_file(found)));
    }
    let mut known = Vec::new();
    for_each_annotation(items, cut, |annotation, _| {
        let is_page = type_of(annotation).is_some_and(|kind| kind == "url_citation");
        let Some(url) = string(annotation, "url").filter(|_| is_page) else { return };
        if !known.iter().any(|known: &Vec<u8>| known == url) {
            known.push(url.into());
            item(&mut citations, &citation(b"\"\"", string(annotation, "title"), Some(url), None, None));
        }
    });
    let intent = text::quote(&format!("[{}]", String::from_utf8_lossy(&queries)));
    let context = [b"{\"citations\":[", &*citations, b"],\"intent\":", intent.as_bytes(), b"}"].concat();
    (!citations.is_empty()).then_some(context)
}

/// Returns whether an item is a search in files.
pub(super) fn is_search(item: &OutputItem) -> bool {
    item.name() == "file_search_call"
}

fn of_file(found: View<'_>) -> Vec<u8> {
    let name = string(found, "filename");
    citation(string(found, "text").unwrap_or(b"\"\""), name, None, name, string(found, "file_id"))
}

fn citation(
    content: &[u8],
    title: Option<&[u8]>,
    url: Option<&[u8]>,
    path: Option<&[u8]>,
    chunk: Option<&[u8]>,
) -> Vec<u8> {
    let mut out = Vec::from(b"{");
    let members = [("content", Some(content)), ("title", title), ("url", url), ("filepath", path)];
    for (key, value) in members.into_iter().chain([("chunk_id", chunk)]) {
        member(&mut out, key, value.unwrap_or(b"null"));
    }
    out.push(b'}');
    out
}
