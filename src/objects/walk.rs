//! Finds the object ids in a body. Of several members with the same key Azure reads one, and which one is not known. So
//! azgate reads all of them.

use std::borrow::Cow;

use super::{ObjectKind, places::IdPlaces};
use crate::json::{Document, Kind, Pointer, Step, View};

/// A stored object that a body names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredObject {
    /// The kind of the object.
    pub kind: ObjectKind,
    /// The place of the id.
    pub at: Pointer,
    /// The id.
    pub id: String,
}

impl StoredObject {
    /// Returns a hint on what a call can contain in place of the object, if there is an alternative.
    pub fn instead(&self) -> Option<&'static str> {
        (self.kind == ObjectKind::Audio).then_some(
            "Or send the transcript of that answer as the message's `content`, and no `audio`: it is in the answer.",
        )
    }
}

/// Returns every stored object that a body names, in the order of the body.
pub fn ids(body: &Document, places: IdPlaces) -> Vec<StoredObject> {
    up_to(usize::MAX, body, places)
}

/// Returns the first stored object that a body names.
pub fn first_id(body: &Document, places: IdPlaces) -> Option<StoredObject> {
    up_to(1, body, places).pop()
}

fn up_to(most: usize, body: &Document, places: IdPlaces) -> Vec<StoredObject> {
    let mut walk = Walk { body: body.root(), path: Vec::new(), found: Vec::new(), most };
    walk.object(body.root(), places);
    walk.found
}

/// How many levels azgate outlines at a time in a value that is deeper than its document's outline.
const DEEPER: u32 = 2;

/// The id that stands for the objects in a value with too many values to search.
const UNREAD: &str = "?";

/// How deep lists may lie in lists. No operation has any, so azgate refuses what lies deeper.
const DEEPEST_LIST: usize = 4;

struct Walk<'d> {
    body: View<'d>,
    path: Vec<Step>,
    found: Vec<StoredObject>,
    most: usize,
}

impl Walk<'_> {
    /// Searches the members of an object.
    fn object(&mut self, object: View<'_>, places: IdPlaces) {
        for (key, value) in object.members() {
            for place in places.iter().filter(|place| place.key == key || place.key == "*") {
                if self.found.len() >= self.most {
                    return;
                }
                let kind = place.id.filter(|(_, is_id)| is_id(object, self.body)).map(|(kind, _)| kind);
                self.path.push(Step::Key(key.to_string().into()));
                self.member(value, kind, place.below, 0);
                self.path.pop();
            }
        }
    }

    /// Searches a member. The member is an id, an object with ids, or a list of either. It lies in so many `lists`.
    fn member(&mut self, value: View<'_>, kind: Option<ObjectKind>, below: IdPlaces, lists: usize) {
        if lists > DEEPEST_LIST {
            return self.found(kind.unwrap_or(ObjectKind::Item), UNREAD.to_owned());
        }
        if value.is_opaque() {
            return match value.reparse(DEEPER) {
                Some(deeper) => self.member(deeper.root(), kind, below, lists),
                // Nothing depends on the kind here: azgate refuses a value that it cannot search.
                None => self.found(kind.unwrap_or(ObjectKind::Item), UNREAD.to_owned()),
            };
        }
        match (value.kind(), kind) {
            (Kind::String, Some(kind)) => self.found(kind, shown(value)),
            (Kind::Object, _) => self.object(value, below),
            (Kind::Array, _) => {
                for (index, item) in value.items().enumerate() {
                    if self.found.len() >= self.most {
                        return;
                    }
                    self.path.push(Step::Index(index));
                    self.member(item, kind, below, lists + 1);
                    self.path.pop();
                }
            }
            _ => {}
        }
    }

    fn found(&mut self, kind: ObjectKind, id: String) {
        let at = self.path.iter().cloned().fold(Pointer::default(), |at, step| match step {
            Step::Key(key) => at.then(key),
            Step::Index(index) => at.item(index),
        });
        self.found.push(StoredObject { kind, at, id });
    }
}

/// Returns an id as readable text. An id that is not Unicode counts as an id, too.
fn shown(id: View<'_>) -> String {
    id.text().map_or_else(|| String::from_utf8_lossy(id.raw()).into_owned(), Cow::into_owned)
}
