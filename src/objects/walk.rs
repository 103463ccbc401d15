//! The ids in a body. Azure reads one of several members with the same key, and it is not known which one, so all are
//! read.

use std::borrow::Cow;

use super::{ObjectKind, places::Places};
use crate::json::{Document, Kind, Pointer, Step, View};

/// An object that a body names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredObject {
    /// What it is.
    pub kind: ObjectKind,
    /// Where its id stands.
    pub at: Pointer,
    /// The id.
    pub id: String,
}

impl StoredObject {
    /// Returns what a call can contain in place of the object, if there is something.
    pub fn instead(&self) -> Option<&'static str> {
        (self.kind == ObjectKind::Audio).then_some(
            "Or send the transcript of that answer as the message's `content`, and no `audio`: it is in the answer.",
        )
    }
}

/// Returns every stored object that a body names, in the order of the body.
pub fn ids(body: &Document, places: Places) -> Vec<StoredObject> {
    up_to(usize::MAX, body, places)
}

/// Returns the first stored object that a body names.
pub fn first_id(body: &Document, places: Places) -> Option<StoredObject> {
    up_to(1, body, places).pop()
}

fn up_to(most: usize, body: &Document, places: Places) -> Vec<StoredObject> {
    let mut walk = Walk { path: Vec::new(), found: Vec::new(), most };
    walk.object(body.root(), places);
    walk.found
}

/// How many levels are outlined of a value that lies deeper than its document's outline.
const DEEPER: u32 = 2;

/// The id of an object in a value that has too many values to look for one.
const UNREAD: &str = "?";

struct Walk {
    path: Vec<Step>,
    found: Vec<StoredObject>,
    most: usize,
}

impl Walk {
    /// Looks at the members of an object.
    fn object(&mut self, object: View<'_>, places: Places) {
        for (key, value) in object.members() {
            for place in places.iter().filter(|place| place.key == key || place.key == "*") {
                if self.found.len() >= self.most {
                    return;
                }
                let kind = place.id.filter(|(_, is_id)| is_id(object)).map(|(kind, _)| kind);
                self.path.push(Step::Key(key.to_string().into()));
                self.member(value, kind, place.below);
                self.path.pop();
            }
        }
    }

    /// Looks at a member: it is an id itself, or an object with ids, or a list of either.
    fn member(&mut self, value: View<'_>, kind: Option<ObjectKind>, below: Places) {
        if value.is_opaque() {
            return match value.reparse(DEEPER) {
                Some(deeper) => self.member(deeper.root(), kind, below),
                // The kind matters to nobody: an object that cannot be read is nobody's.
                None => self.found(kind.unwrap_or(ObjectKind::Item), UNREAD.to_owned()),
            };
        }
        match (value.kind(), kind) {
            (Kind::String, Some(kind)) => self.found(kind, shown(value)),
            (Kind::Object, _) => self.object(value, below),
            (Kind::Array, _) => {
                // A list in a list has no meaning anywhere.
                let items = value.items().enumerate().filter(|(_, item)| item.kind() != Kind::Array);
                for (index, item) in items {
                    if self.found.len() >= self.most {
                        return;
                    }
                    self.path.push(Step::Index(index));
                    self.member(item, kind, below);
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

/// An id as it is shown. An id that is not Unicode is an id all the same.
fn shown(id: View<'_>) -> String {
    id.text().map_or_else(|| String::from_utf8_lossy(id.raw()).into_owned(), Cow::into_owned)
}
