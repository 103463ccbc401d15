//! Objects and arrays being written, of members and items as they are spelt.

use std::{borrow::Cow, collections::HashSet};

use crate::json::{Kind, Raw, Span, View, text};

/// A member of an object that came.
#[derive(Clone, Debug)]
pub(super) struct Member<'a> {
    pub(super) key: Cow<'a, str>,
    pub(super) value: View<'a>,
}

/// The members that say something: none that is null, and of a key that stands twice the last.
pub(super) fn members(object: View<'_>) -> Vec<Member<'_>> {
    let mut all: Vec<Member<'_>> = object.members().map(|(key, value)| Member { key, value }).collect();
    let mut seen = HashSet::with_capacity(all.len());
    all.reverse();
    all.retain(|member| seen.insert(member.key.clone()) && !member.value.is_null());
    all.reverse();
    all
}

/// A member that says something.
pub(super) fn said<'a>(object: View<'a>, key: &str) -> Option<View<'a>> {
    object.get(key).filter(|value| !value.is_null())
}

/// What `type` says.
pub(super) fn kind(object: View<'_>) -> Option<Cow<'_, str>> {
    object.get("type")?.text()
}

/// An object in the making. Of a key that comes twice, the first stands.
#[derive(Debug, Default)]
pub(super) struct Object<'a> {
    keys: HashSet<Cow<'a, str>>,
    out: Raw,
}

impl<'a> Object<'a> {
    /// An object of that type.
    pub(super) fn typed(kind: &'static str) -> Object<'a> {
        let mut object = Object::default();
        object.put("type", Raw::string(kind));
        object
    }

    /// `{"type": T, "inner": {…}, …}` with the members of `inner` beside `type`, before the others.
    pub(super) fn flattened(view: View<'a>, inner: &str) -> Object<'a> {
        let mut flat = Object::default();
        flat.take(view, "type");
        flat.flatten(view, inner);
        flat
    }

    /// Adds the members of `view`, those of its member `inner` first.
    pub(super) fn flatten(&mut self, view: View<'a>, inner: &str) {
        let nested = view.get(inner).filter(|nested| nested.kind() == Kind::Object);
        if let Some(nested) = nested {
            self.copy_all(members(nested), &[]);
        }
        let left: &[&str] = if nested.is_some() { &[inner] } else { &[] };
        self.copy_all(members(view), left);
    }

    pub(super) fn put(&mut self, key: &'static str, value: Raw) {
        if self.keys.insert(Cow::Borrowed(key)) {
            self.separate();
            self.out.push(text::quote(key) + ":");
            self.out.extend(value);
        }
    }

    /// The value of `view`'s member `key`, if that says something.
    pub(super) fn take(&mut self, view: View<'a>, key: &'static str) {
        if let Some(value) = said(view, key) {
            self.put(key, Raw::source(value.span()));
        }
    }

    pub(super) fn copy(&mut self, member: &Member<'a>) {
        if self.keys.insert(member.key.clone()) {
            self.separate();
            let (key, value) = (member.value.key_span(), member.value.span());
            self.out.push_source(Span { start: key.start, end: value.end });
        }
    }

    pub(super) fn copy_all(&mut self, members: impl IntoIterator<Item = Member<'a>>, left_out: &[&str]) {
        for member in members {
            if !left_out.contains(&&*member.key) {
                self.copy(&member);
            }
        }
    }

    pub(super) fn copy_some(&mut self, members: impl IntoIterator<Item = Member<'a>>, wanted: &[&str]) {
        for member in members {
            if wanted.contains(&&*member.key) {
                self.copy(&member);
            }
        }
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.keys.contains(key)
    }

    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    pub(super) fn finish(mut self) -> Raw {
        self.out.push(if self.is_empty() { "{}" } else { "}" });
        self.out
    }

    fn separate(&mut self) {
        // The key is counted already.
        self.out.push(if self.keys.len() == 1 { "{" } else { "," });
    }
}

/// An array of these items.
pub(super) fn array(items: impl IntoIterator<Item = Raw>) -> Raw {
    let mut out = Raw::json("[");
    for (at, item) in items.into_iter().enumerate() {
        if at > 0 {
            out.push(",");
        }
        out.extend(item);
    }
    out.push("]");
    out
}

/// The items of an array, each as `map` has it; anything else as it stands.
pub(super) fn each(view: View<'_>, map: impl FnMut(View<'_>) -> Raw) -> Raw {
    if view.kind() == Kind::Array { array(view.items().map(map)) } else { Raw::source(view.span()) }
}
