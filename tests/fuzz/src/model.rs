//! A naive model of `json::apply`: a tree of slots that is changed in place and written anew.

use azgate::json::{Change, Document, Kind, Step, View, text};

/// A value.
#[derive(Clone, Debug)]
pub enum Tree {
    /// The text of a scalar, of a container below the recorded depth, or of a value that a change wrote.
    Text(Vec<u8>),
    /// An array.
    Array(Vec<Slot>),
    /// An object.
    Object(Vec<Slot>),
}

/// A member or an item.
#[derive(Clone, Debug)]
pub struct Slot {
    key: String,
    /// The index that a member or an item had in the body, by which changes name an item. `None` if a change added the
    /// slot.
    origin: Option<usize>,
    item: bool,
    value: Option<Tree>,
}

impl Tree {
    /// Returns the tree of a document.
    pub fn of(document: &Document) -> Tree {
        tree(document.root())
    }

    /// Makes a change.
    pub fn change(&mut self, change: &Change, source: &[u8]) {
        let Some((last, way)) = change.at().steps().split_last() else { return };
        let mut tree = self;
        for step in way {
            let Some(Slot { value: Some(value), .. }) = tree.original(step) else { return };
            tree = value;
        }
        let written = |value: &azgate::json::Raw| {
            Some(Tree::Text(value.render(&bytes::Bytes::copy_from_slice(source))))
        };
        match (last, change) {
            (Step::Index(index), Change::Insert { value, .. }) => {
                let Tree::Array(slots) = tree else { return };
                let there = slots.iter().position(|slot| slot.origin == Some(*index) && slot.value.is_some());
                let slot = Slot { key: String::new(), origin: None, item: true, value: written(value) };
                slots.insert(there.unwrap_or(slots.len()), slot);
            }
            (Step::Key(_), Change::Insert { .. }) | (Step::Index(_), Change::Rename { .. }) => {}
            (_, Change::Set { value, .. }) => match (tree.slot(last), last) {
                (true, _) => tree.present(last).expect("it is there").value = written(value),
                (false, Step::Key(key)) => {
                    let Tree::Object(slots) = tree else { return };
                    slots.push(Slot {
                        key: key.to_string(),
                        origin: None,
                        item: false,
                        value: written(value),
                    });
                }
                (false, Step::Index(_)) => {}
            },
            (Step::Key(key), Change::Remove { .. }) => {
                let Tree::Object(slots) = tree else { return };
                slots.iter_mut().filter(|slot| slot.key == *key).for_each(|slot| slot.value = None);
            }
            (Step::Index(_), Change::Remove { .. }) => {
                if let Some(slot) = tree.present(last) {
                    slot.value = None;
                }
            }
            (_, Change::Rename { to, .. }) => {
                if let Some(slot) = tree.present(last) {
                    slot.key.clone_from(to);
                }
            }
        }
    }

    fn slot(&mut self, step: &Step) -> bool {
        self.present(step).is_some()
    }

    /// Returns the slot that a step names: a slot of the body, or else a slot that was added.
    fn present(&mut self, step: &Step) -> Option<&mut Slot> {
        if self.original(step).is_some() {
            return self.original(step);
        }
        let (Tree::Object(slots), Step::Key(key)) = (self, step) else { return None };
        slots.iter_mut().find(|slot| slot.origin.is_none() && slot.key == *key && slot.value.is_some())
    }

    /// Returns the slot of the body that a step names, if it is still there. If several members have the key, it is the
    /// last.
    fn original(&mut self, step: &Step) -> Option<&mut Slot> {
        let (Tree::Array(slots) | Tree::Object(slots)) = self else { return None };
        slots.iter_mut().rfind(|slot| {
            let named = match step {
                Step::Key(key) => slot.key == *key && !slot.item,
                Step::Index(index) => slot.origin == Some(*index) && slot.item,
            };
            named && slot.origin.is_some() && slot.value.is_some()
        })
    }

    /// Returns the tree as text without white space.
    pub fn write(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write_to(&mut out);
        compact(&out)
    }

    fn write_to(&self, out: &mut Vec<u8>) {
        let (slots, open, close) = match self {
            Tree::Text(text) => return out.extend_from_slice(text),
            Tree::Array(slots) => (slots, b'[', b']'),
            Tree::Object(slots) => (slots, b'{', b'}'),
        };
        out.push(open);
        let mut first = true;
        for slot in slots {
            let Some(value) = &slot.value else { continue };
            if !std::mem::take(&mut first) {
                out.push(b',');
            }
            if open == b'{' {
                out.extend_from_slice(text::quote(&slot.key).as_bytes());
                out.push(b':');
            }
            value.write_to(out);
        }
        out.push(close);
    }
}

fn tree(view: View<'_>) -> Tree {
    let slot = |(origin, key, value): (usize, String, View<'_>)| Slot {
        key,
        origin: Some(origin),
        item: view.kind() == Kind::Array,
        value: Some(tree(value)),
    };
    let members = view.members().enumerate().map(|(at, (key, value))| (at, key.into_owned(), value));
    let items = view.items().enumerate().map(|(at, value)| (at, String::new(), value));
    let slots: Vec<Slot> = members.chain(items).map(slot).collect();
    // A container without recorded values is empty, or lies below the recorded depth.
    let opaque = slots.is_empty() && compact(view.raw()).len() > 2;
    match view.kind() {
        Kind::Array if !opaque => Tree::Array(slots),
        Kind::Object if !opaque => Tree::Object(slots),
        _ => Tree::Text(view.raw().to_vec()),
    }
}

/// Returns JSON without the white space between its tokens.
fn compact(json: &[u8]) -> Vec<u8> {
    let (mut quoted, mut escaped) = (false, false);
    let keep = |byte: &&u8| {
        let inside = quoted;
        if inside && !escaped && **byte == b'\\' {
            escaped = true;
        } else {
            if **byte == b'"' && !escaped {
                quoted = !quoted;
            }
            escaped = false;
        }
        inside || !byte.is_ascii_whitespace()
    };
    json.iter().filter(keep).copied().collect()
}
