//! Changes to a body as data, and the function that applies them by splicing.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use bytes::Bytes;

use super::{
    document::{Document, View},
    pointer::{Pointer, Step},
    raw::{Raw, assemble},
    scan::{Kind, Span},
    text,
};

/// One change to a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Replaces the value at a place. A missing member is added at the end of its object.
    Set {
        /// The place.
        at: Pointer,
        /// The new value.
        value: Raw,
    },
    /// Removes the member or item at a place. If an object has a key several times, every such member is removed, so
    /// that none is left to count.
    Remove {
        /// The place.
        at: Pointer,
    },
    /// Inserts an item before the item at a place, or at the end of the array if the place has none.
    Insert {
        /// The place.
        at: Pointer,
        /// The new item.
        value: Raw,
    },
    /// Renames a member. It keeps its value and its position.
    Rename {
        /// The member.
        from: Pointer,
        /// The new key.
        to: String,
    },
}

impl Change {
    /// Returns the place that changes.
    pub fn at(&self) -> &Pointer {
        match self {
            Change::Set { at, .. } | Change::Remove { at } | Change::Insert { at, .. } => at,
            Change::Rename { from, .. } => from,
        }
    }
}

/// Applies `changes` in order, and returns the new body in as few buffers as possible. Bytes outside the changed
/// places stay as they came. A change to a place that does not exist, or was removed before, has no effect.
pub fn apply<'c>(document: &Document, changes: impl IntoIterator<Item = &'c Change>) -> Vec<Bytes> {
    let mut patch = Patch::default();
    for change in changes {
        patch.take(document, change);
    }
    if patch.touched.is_empty() {
        return vec![document.source().clone()];
    }
    let mut splicer = Splicer { patch: &patch, out: Raw::empty(), written: 0 };
    splicer.container(document.root());
    let end = document.source().len();
    splicer.copy_to(u32::try_from(end).unwrap_or(u32::MAX));
    assemble(document.source(), &splicer.out)
}

/// The effect of all changes, by node of the document.
#[derive(Default)]
struct Patch {
    nodes: HashMap<u32, NodePatch>,
    /// What was added to each container.
    added: HashMap<u32, Vec<Addition>>,
    touched: HashSet<u32>,
    paths: PathCache,
}

/// The nodes that steps lead to, so that a body with many changes is not searched again for each of them.
#[derive(Default)]
struct PathCache {
    items: HashMap<u32, Vec<u32>>,
    members: HashMap<(u32, String), u32>,
}

#[derive(Default)]
struct NodePatch {
    before: Vec<Raw>,
    key: Option<String>,
    value: Option<Raw>,
    removed: bool,
}

/// A member at the end of an object, or an item (without a key) at the end of an array. It has no value once it was
/// removed again.
struct Addition {
    key: Option<String>,
    value: Option<Raw>,
}

/// Where a pointer leads in the patched document.
enum EditTarget {
    Node(u32),
    Added { parent: u32, at: usize },
    Absent { parent: u32, key: Option<String> },
}

impl Patch {
    fn take(&mut self, document: &Document, change: &Change) {
        let Some((place, trail)) = self.resolve(document.root(), change.at()) else { return };
        match (change, change.at().steps().last()) {
            // A member has no index, and an item has no key.
            (Change::Insert { .. }, Some(Step::Key(_))) | (Change::Rename { .. }, Some(Step::Index(_))) => {
                return;
            }
            (Change::Remove { .. }, Some(Step::Key(key))) => {
                let object = document.root().sibling(trail.last().copied().unwrap_or_default());
                self.remove_member(object, key);
                return self.touched.extend(trail);
            }
            _ => {}
        }
        match (place, change) {
            (EditTarget::Node(node), Change::Set { value, .. }) => {
                self.node(node).value = Some(value.clone());
            }
            (EditTarget::Node(node), Change::Insert { value, .. }) => {
                self.node(node).before.push(value.clone());
            }
            (EditTarget::Node(node), Change::Remove { .. }) => self.node(node).removed = true,
            (EditTarget::Node(node), Change::Rename { to, .. }) => {
                self.node(node).key = Some(to.clone());
                self.paths.members.clear();
            }
            (EditTarget::Added { parent, at }, change) => {
                let Some(slot) = self.added.get_mut(&parent).and_then(|added| added.get_mut(at)) else {
                    return;
                };
                match change {
                    Change::Set { value, .. } => slot.value = Some(value.clone()),
                    Change::Remove { .. } => slot.value = None,
                    Change::Rename { to, .. } => slot.key = Some(to.clone()),
                    Change::Insert { .. } => return,
                }
            }
            (EditTarget::Absent { parent, key: key @ Some(_) }, Change::Set { value, .. })
            | (EditTarget::Absent { parent, key: key @ None }, Change::Insert { value, .. }) => {
                let added = Addition { key, value: Some(value.clone()) };
                self.added.entry(parent).or_default().push(added);
            }
            (EditTarget::Absent { .. }, _) => return,
        }
        self.touched.extend(trail);
    }

    /// Removes every member with that key, added ones too.
    fn remove_member(&mut self, object: View<'_>, key: &str) {
        let named: Vec<u32> = self.named(object, key).map(View::index).collect();
        for member in named {
            self.node(member).removed = true;
        }
        for added in self.added.get_mut(&object.index()).into_iter().flatten() {
            if added.key.as_deref() == Some(key) {
                added.value = None;
            }
        }
    }

    fn node(&mut self, node: u32) -> &mut NodePatch {
        self.nodes.entry(node).or_default()
    }

    /// Returns the place and the containers on the path to it; `None` if the path does not exist or leads into a
    /// replaced value.
    fn resolve(&mut self, root: View<'_>, pointer: &Pointer) -> Option<(EditTarget, Vec<u32>)> {
        let mut trail = Vec::with_capacity(pointer.steps().len());
        let mut view = root;
        let (last, path) = pointer.steps().split_last()?;
        for step in path {
            trail.push(view.index());
            view = self.step(view, step)?;
            let patched = self.nodes.get(&view.index());
            if patched.is_some_and(|patch| patch.value.is_some()) {
                return None;
            }
        }
        trail.push(view.index());
        let child = match last {
            Step::Index(_) => self.step(view, last),
            Step::Key(key) => self.member(view, key),
        };
        if let Some(child) = child {
            return Some((EditTarget::Node(child.index()), trail));
        }
        if view.is_opaque() {
            return None;
        }
        let parent = view.index();
        let key = match (last, view.kind()) {
            (Step::Key(key), Kind::Object) => Some(key.clone().into_owned()),
            (Step::Index(_), Kind::Array) => None,
            _ => return None,
        };
        let there = |added: &Addition| added.key.is_some() && added.key == key && added.value.is_some();
        let at = self.added.get(&parent).and_then(|added| added.iter().position(there));
        Some((at.map_or(EditTarget::Absent { parent, key }, |at| EditTarget::Added { parent, at }), trail))
    }

    /// Returns a child by its present key, or by its original index, and caches the node.
    fn step<'a>(&mut self, view: View<'a>, step: &Step) -> Option<View<'a>> {
        let child = match step {
            Step::Index(index) => {
                let indices = || view.items().map(View::index).collect();
                *self.paths.items.entry(view.index()).or_insert_with(indices).get(*index)?
            }
            Step::Key(key) => {
                let path = (view.index(), key.clone().into_owned());
                if let Some(child) = self.paths.members.get(&path) {
                    *child
                } else {
                    let child = self.member(view, key)?.index();
                    self.paths.members.insert(path, child);
                    child
                }
            }
        };
        self.present(view.sibling(child))
    }

    fn member<'a>(&self, view: View<'a>, key: &str) -> Option<View<'a>> {
        self.named(view, key).filter_map(|member| self.present(member)).last()
    }

    /// Returns the members that have this key after the changes so far.
    fn named<'a>(&self, view: View<'a>, key: &str) -> impl Iterator<Item = View<'a>> {
        let named = move |(name, child): &(Cow<'_, str>, View<'_>)| {
            let patch = self.nodes.get(&child.index());
            match patch.and_then(|patch| patch.key.as_deref()) {
                Some(renamed) => renamed == key,
                None => name == key,
            }
        };
        view.members().filter(named).map(|(_, member)| member)
    }

    fn present<'a>(&self, view: View<'a>) -> Option<View<'a>> {
        let removed = self.nodes.get(&view.index()).is_some_and(|patch| patch.removed);
        (!removed).then_some(view)
    }
}

/// Writes the patched document: the source in order, with the splices of the patch.
struct Splicer<'p> {
    patch: &'p Patch,
    out: Raw,
    written: u32,
}

/// The position up to which one container is written.
struct ContainerCursor {
    /// The end of the last child that stays, or of the opening bracket.
    kept: u32,
    /// Whether an element is written, so that the next one needs a comma.
    any: bool,
    /// Whether the source from `kept` to the next child, with its comma, can be copied unchanged.
    clean: bool,
}

impl Splicer<'_> {
    fn copy_to(&mut self, end: u32) {
        if end > self.written {
            self.out.push_source(Span { start: self.written, end });
            self.written = end;
        }
    }

    fn container(&mut self, view: View<'_>) {
        let mut cursor = ContainerCursor { kept: view.span().start + 1, any: false, clean: true };
        let mut end = cursor.kept;
        for child in view.children() {
            let patch = self.patch.nodes.get(&child.index());
            for value in patch.map(|patch| patch.before.as_slice()).unwrap_or_default() {
                self.element(&mut cursor, None, value);
            }
            end = child.span().end;
            if patch.is_some_and(|patch| patch.removed) {
                self.detach(&mut cursor);
                continue;
            }
            if !cursor.clean {
                if cursor.any {
                    self.out.push(",");
                }
                let keyless = child.key_span() == Span::default();
                self.written = if keyless { child.span().start } else { child.key_span().start };
            }
            self.child(child, patch);
            cursor = ContainerCursor { kept: end, any: true, clean: true };
        }
        for added in self.patch.added.get(&view.index()).into_iter().flatten() {
            if let Some(value) = &added.value {
                self.element(&mut cursor, added.key.as_deref(), value);
            }
        }
        if !cursor.clean {
            self.written = end;
        }
    }

    /// Copies the source up to the last child that stays, so that what follows can be left out.
    fn detach(&mut self, cursor: &mut ContainerCursor) {
        if cursor.clean {
            self.copy_to(cursor.kept);
            cursor.clean = false;
        }
    }

    /// Writes a new member or item.
    fn element(&mut self, cursor: &mut ContainerCursor, key: Option<&str>, value: &Raw) {
        self.detach(cursor);
        if cursor.any {
            self.out.push(",");
        }
        if let Some(key) = key {
            self.out.push(text::quote(key) + ":");
        }
        self.out.extend(value.clone());
        cursor.any = true;
    }

    fn child(&mut self, child: View<'_>, patch: Option<&NodePatch>) {
        if let Some(key) = patch.and_then(|patch| patch.key.as_deref()) {
            self.copy_to(child.key_span().start);
            self.out.push(text::quote(key));
            self.written = child.key_span().end;
        }
        if let Some(value) = patch.and_then(|patch| patch.value.as_ref()) {
            self.copy_to(child.span().start);
            self.out.extend(value.clone());
            self.written = child.span().end;
        } else if self.patch.touched.contains(&child.index()) {
            self.container(child);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(source: &str, changes: &[Change]) -> String {
        let document = Document::parse(Bytes::copy_from_slice(source.as_bytes()), 4).unwrap();
        let joined = apply(&document, changes).concat();
        let text = String::from_utf8(joined).unwrap();
        assert!(Document::parse(Bytes::copy_from_slice(text.as_bytes()), 4).is_ok(), "{text}");
        text
    }

    fn set(path: Pointer, value: &'static str) -> Change {
        Change::Set { at: path, value: Raw::json(value) }
    }

    fn remove(path: Pointer) -> Change {
        Change::Remove { at: path }
    }

    #[test]
    fn no_changes_return_the_same_buffer() {
        let source = Bytes::from_static(b" {\"a\" : 1e2 }\n");
        let document = Document::parse(source.clone(), 4).unwrap();
        let out = apply(&document, []);
        assert_eq!(out.len(), 1);
        assert_eq!(out[0].as_ptr(), source.as_ptr());
    }

    #[test]
    fn a_removal_takes_one_comma_at_any_position() {
        let source = r#"{ "a":1, "b":2 , "c":3 }"#;
        assert_eq!(edited(source, &[remove(Pointer::key("a"))]), r#"{ "b":2 , "c":3 }"#.replace("{ ", "{"));
        assert_eq!(edited(source, &[remove(Pointer::key("b"))]), r#"{ "a":1,"c":3 }"#);
        assert_eq!(edited(source, &[remove(Pointer::key("c"))]), r#"{ "a":1, "b":2 }"#);
        let all = [remove(Pointer::key("c")), remove(Pointer::key("a")), remove(Pointer::key("b"))];
        assert_eq!(edited(source, &all), "{ }");
        assert_eq!(edited(source, &all[..2]), r#"{"b":2 }"#);
        assert_eq!(edited(source, &all[1..]), r#"{"c":3 }"#);
        assert_eq!(edited(source, &[remove(Pointer::key("b")), remove(Pointer::key("c"))]), r#"{ "a":1 }"#);
    }

    #[test]
    fn a_rename_keeps_value_and_position() {
        let rename = Change::Rename { from: Pointer::key("max_tokens"), to: "max_completion_tokens".into() };
        assert_eq!(
            edited(r#"{"max_tokens": 1.0,"x":1}"#, &[rename]),
            r#"{"max_completion_tokens": 1.0,"x":1}"#
        );
    }

    #[test]
    fn a_renamed_member_is_found_by_its_new_key() {
        let changes = [
            Change::Rename { from: Pointer::key("a"), to: "b".into() },
            set(Pointer::key("b"), "7"),
            remove(Pointer::key("a")),
        ];
        assert_eq!(edited(r#"{"a":1}"#, &changes), r#"{"b":7}"#);
    }

    #[test]
    fn a_renamed_member_is_found_before_a_removed_one_with_that_key() {
        let changes = [
            remove(Pointer::key("b")),
            Change::Rename { from: Pointer::key("a"), to: "b".into() },
            set(Pointer::key("b"), "7"),
        ];
        assert_eq!(edited(r#"{"a":1,"b":null}"#, &changes), r#"{"b":7}"#);
        assert_eq!(edited(r#"{"b":null,"a":1}"#, &changes), r#"{"b":7}"#);
    }

    #[test]
    fn an_added_member_can_be_set_again_and_removed() {
        assert_eq!(edited("{}", &[set(Pointer::key("a"), "1"), set(Pointer::key("a"), "2")]), r#"{"a":2}"#);
        assert_eq!(edited("{ }", &[set(Pointer::key("a"), "1"), remove(Pointer::key("a"))]), "{ }");
        assert_eq!(
            edited(r#"{"x":1}"#, &[set(Pointer::key("a"), "1"), remove(Pointer::key("x"))]),
            r#"{"a":1}"#
        );
        let again = [remove(Pointer::key("x")), set(Pointer::key("x"), "2")];
        assert_eq!(edited(r#"{"x":1,"y":0}"#, &again), r#"{"y":0,"x":2}"#);
    }

    #[test]
    fn nested_values_change_and_their_neighbours_do_not() {
        let source = r#"{"messages":[{"role":"system","content":"a"},{"role":"user","content":"b","x":null}],"z":1.0}"#;
        let messages = || Pointer::key("messages");
        let changes = [
            remove(messages().item(0)),
            set(messages().item(1).then("content"), r#""ab""#),
            remove(messages().item(1).then("x")),
            set(messages().item(1).then("name"), r#""n""#),
        ];
        assert_eq!(
            edited(source, &changes),
            r#"{"messages":[{"role":"user","content":"ab","name":"n"}],"z":1.0}"#
        );
    }

    #[test]
    fn items_are_inserted_before_an_index_or_at_the_end() {
        let insert =
            |index, value| Change::Insert { at: Pointer::key("a").item(index), value: Raw::json(value) };
        let item = |index| remove(Pointer::key("a").item(index));
        assert_eq!(edited(r#"{"a":[ 1, 2 ]}"#, &[insert(0, "0")]), r#"{"a":[0,1, 2 ]}"#);
        assert_eq!(edited(r#"{"a":[1, 2 ]}"#, &[insert(1, "9"), insert(1, "8")]), r#"{"a":[1,9,8,2 ]}"#);
        assert_eq!(edited(r#"{"a":[1]}"#, &[insert(7, "2")]), r#"{"a":[1,2]}"#);
        assert_eq!(edited(r#"{"a":[]}"#, &[insert(0, "1")]), r#"{"a":[1]}"#);
        assert_eq!(edited(r#"{"a":[1,2]}"#, &[item(0), insert(1, "9"), item(1)]), r#"{"a":[9]}"#);
    }

    #[test]
    fn changes_inside_removed_or_replaced_values_do_nothing() {
        let inside = set(Pointer::key("a").then("b"), "2");
        assert_eq!(edited(r#"{"a":{"b":1}}"#, &[remove(Pointer::key("a")), inside.clone()]), "{}");
        assert_eq!(edited(r#"{"a":{"b":1}}"#, &[set(Pointer::key("a"), "0"), inside]), r#"{"a":0}"#);
    }

    #[test]
    fn every_member_with_a_repeated_key_is_removed() {
        let source = r#"{"a":1,"b":2,"\u0061":null,"c":3}"#;
        assert_eq!(edited(source, &[remove(Pointer::key("a"))]), r#"{"b":2,"c":3}"#);
        let rename = Change::Rename { from: Pointer::key("b"), to: "a".into() };
        assert_eq!(edited(source, &[rename, remove(Pointer::key("a"))]), r#"{"c":3}"#);
        let again = [remove(Pointer::key("a")), set(Pointer::key("a"), "4"), remove(Pointer::key("a"))];
        assert_eq!(edited(source, &again), r#"{"b":2,"c":3}"#);
    }

    #[test]
    fn items_cannot_be_renamed_and_members_have_no_index() {
        let source = r#"{"a":[1],"b":2}"#;
        let insert = Change::Insert { at: Pointer::key("b"), value: Raw::json("0") };
        let rename = Change::Rename { from: Pointer::key("a").item(0), to: "c".into() };
        assert_eq!(edited(source, &[insert, rename]), source);
    }

    #[test]
    fn values_below_the_recorded_depth_stay_unchanged() {
        let source = r#"{"a":{"a":{"a":{"a":{"a":1}}}},"b":[[[[ 1]]]],"c":[[[[ ]]]]}"#;
        let deep = |key: &'static str| Pointer::key(key).then("a").then("a").then("a");
        let list = |key: &'static str| Pointer::key(key).item(0).item(0).item(0);
        let insert = |at| Change::Insert { at, value: Raw::json("2") };
        let changes = [set(deep("a").then("b"), "2"), remove(deep("a").then("a")), insert(list("b").item(0))];
        assert_eq!(edited(source, &changes), source);
        assert_eq!(edited(source, &[insert(list("c").item(0))]), source.replace("[ ]", "[2 ]"));
    }

    #[test]
    fn a_hundred_thousand_changes_are_made_in_one_pass() {
        let item = |index| Pointer::key("a").item(index);
        let count = 50_000;
        let source = format!(r#"{{"a":[{}]}}"#, vec![r#"{"x":1}"#; count].join(","));
        let changes: Vec<Change> = (0..count)
            .flat_map(|index| [remove(item(index).then("x")), set(item(index).then("y"), "2")])
            .collect();
        assert_eq!(edited(&source, &changes), source.replace(r#""x":1"#, r#""y":2"#));
    }

    #[test]
    fn large_values_are_shared_not_copied() {
        let source = Bytes::from(format!(r#"{{"a":1,"image":"{}"}}"#, "A".repeat(100_000)));
        let document = Document::parse(source.clone(), 4).unwrap();
        let out = apply(&document, &[remove(Pointer::key("a"))]);
        let shared = out.iter().find(|part| part.len() >= 100_000).unwrap();
        let (from, to) = (source.as_ptr() as usize, source.as_ptr() as usize + source.len());
        assert!((from..to).contains(&(shared.as_ptr() as usize)));
        assert_eq!(out.concat(), format!(r#"{{"image":"{}"}}"#, "A".repeat(100_000)).into_bytes());
    }
}
