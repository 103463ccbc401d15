//! Log probabilities as a response has them: `bytes` and `top_logprobs` are lists there (OpenAI's specification, `LogProb`,
//! `TopLogProb`), and SDKs that parse strictly insist. In chat `bytes` is null where a token has no bytes of its own
//! (`ChatCompletionTokenLogprob`), which an empty list says as well.

use super::{list::List, rest::Rest};
use crate::json::{Document, Kind, View, text};

/// How deep a list of them is parsed: to the members of an alternative.
const DEPTH: u32 = 4;

/// A list of chat's, which lies deeper than its document was parsed.
pub(super) fn logprobs(document: &Document, of: Option<View<'_>>) -> List {
    let mut out = List::default();
    let Some(of) = of.filter(|list| list.kind() == Kind::Array) else { return out };
    match Document::parse(document.source().slice(of.span().range()), DEPTH) {
        Ok(list) => list.root().items().for_each(|token| out.push(&whole(token, &["bytes", "top_logprobs"]))),
        // It has more values than azgate looks into.
        Err(_) => out.push(text::inner(of.raw()).trim_ascii()),
    }
    out
}

/// A token, with lists where these must be.
fn whole(token: View<'_>, lists: &[&str]) -> Vec<u8> {
    if token.kind() != Kind::Object {
        return token.raw().into();
    }
    let mut out = Rest::default();
    for (key, value) in token.members() {
        match &*key {
            "top_logprobs" if value.kind() == Kind::Array => {
                let mut others = List::default();
                value.items().for_each(|other| others.push(&whole(other, &["bytes"])));
                out.set(&key, &[b"[", others.items(), b"]"].concat());
            }
            key if value.is_null() && lists.contains(&key) => out.set(key, b"[]"),
            key => out.set(key, value.raw()),
        }
    }
    for key in lists.iter().filter(|key| token.get(key).is_none()) {
        out.set(key, b"[]");
    }
    out.object()
}
