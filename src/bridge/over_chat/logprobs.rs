//! Log probabilities in the form of a response: `bytes` and `top_logprobs` are lists (OpenAI's specification,
//! `LogProb`, `TopLogProb`), and strict SDKs insist on that. In chat, `bytes` is null if a token has no bytes of its
//! own (`ChatCompletionTokenLogprob`). An empty list means the same.

use super::member_map::MemberMap;
use crate::json::{Kind, View, text, write::item};

/// How deep a list is parsed: to the members of an alternative token.
const DEPTH: u32 = 4;

/// Translates a list of chat. Returns the inside of the new list.
pub(super) fn logprobs(list: Option<View<'_>>) -> Vec<u8> {
    let mut out = Vec::new();
    let Some(list) = list.filter(|list| list.kind() == Kind::Array) else { return out };
    match list.reparse(DEPTH) {
        Some(list) => {
            list.root().items().for_each(|one| item(&mut out, &token(one, &["bytes", "top_logprobs"])));
        }
        // The list has more values than azgate parses.
        None => out.extend_from_slice(text::inner(list.raw()).trim_ascii()),
    }
    out
}

/// Returns a token in which the members `lists` are lists.
fn token(token: View<'_>, lists: &[&str]) -> Vec<u8> {
    if token.kind() != Kind::Object {
        return token.raw().into();
    }
    let mut out = MemberMap::default();
    for (key, value) in token.members() {
        match &*key {
            "top_logprobs" if value.kind() == Kind::Array => {
                let mut others = Vec::from(b"[");
                value.items().for_each(|other| item(&mut others, &self::token(other, &["bytes"])));
                others.push(b']');
                out.set(&key, &others);
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
