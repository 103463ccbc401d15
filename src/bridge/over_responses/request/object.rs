//! Objects and arrays of the new body, whose members and items are copied as the client spelt them.

use std::{borrow::Cow, collections::HashSet};

use crate::json::{Kind, Raw, RawBuilder, View};

/// A member of an object of the original body.
#[derive(Clone, Debug)]
pub(super) struct Member<'a> {
    pub(super) key: Cow<'a, str>,
    pub(super) value: View<'a>,
}

/// Returns the members that count: none that is null, and the last one of a repeated key.
pub(super) fn members(object: View<'_>) -> Vec<Member<'_>> {
    let mut all: Vec<Member<'_>> = object.members().map(|(key, value)| Member { key, value }).collect();
    let mut seen = HashSet::with_capacity(all.len());
    all.reverse();
    all.retain(|member| seen.insert(member.key.clone()) && !member.value.is_null());
    all.reverse();
    all
}

/// An object while it is written. If a key is added twice, the first value stays.
#[derive(Debug)]
pub(super) struct Object<'a> {
    keys: HashSet<Cow<'a, str>>,
    out: RawBuilder,
}

impl Default for Object<'_> {
    fn default() -> Self {
        Object { keys: HashSet::new(), out: RawBuilder::object() }
    }
}

impl<'a> Object<'a> {
    /// Starts an object with this `type`.
    pub(super) fn typed(kind: &'static str) -> Object<'a> {
        let mut object = Object::default();
        object.put("type", Raw::string(kind));
        object
    }

    /// Returns `{"type": T, "inner": {…}, …}` with the members of `inner` moved up, between `type` and the others.
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
        let left_out: &[&str] = if nested.is_some() { &[inner] } else { &[] };
        self.copy_all(members(view), left_out);
    }

    /// Adds a member with a new value.
    pub(super) fn put(&mut self, key: &'static str, value: Raw) {
        if self.keys.insert(Cow::Borrowed(key)) {
            self.out.member(key, value);
        }
    }

    /// Adds the member `key` of `view`, unless it is null.
    pub(super) fn take(&mut self, view: View<'a>, key: &'static str) {
        if let Some(value) = view.non_null(key) {
            self.put(key, Raw::source(value.span()));
        }
    }

    /// Adds a member as the client spelt it.
    pub(super) fn copy(&mut self, member: &Member<'a>) {
        if self.keys.insert(member.key.clone()) {
            self.out.copy_member(member.value);
        }
    }

    /// Adds all members but those in `left_out`.
    pub(super) fn copy_all(&mut self, members: impl IntoIterator<Item = Member<'a>>, left_out: &[&str]) {
        for member in members {
            if !left_out.contains(&&*member.key) {
                self.copy(&member);
            }
        }
    }

    /// Adds the members in `wanted`.
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

    pub(super) fn finish(self) -> Raw {
        self.out.finish()
    }
}

/// Returns an array of these items.
pub(super) fn array(items: impl IntoIterator<Item = Raw>) -> Raw {
    let mut out = RawBuilder::list();
    items.into_iter().for_each(|item| out.item(item));
    out.finish()
}

/// Applies `map` to each item of an array; copies any other value.
pub(super) fn each(view: View<'_>, map: impl FnMut(View<'_>) -> Raw) -> Raw {
    if view.kind() == Kind::Array { array(view.items().map(map)) } else { Raw::source(view.span()) }
}
