//! The parameters of a call after the edits so far: the received values, and the values that edits wrote over them.
//! Parameters nest on the Responses API (`reasoning.effort`), so each written value has a path. A write into a missing
//! object makes the object.

use bytes::Bytes;

use crate::{
    catalog::Scalar,
    json::{Change, Document, Kind, Pointer, Raw, Step, View, text},
};

/// The present value of a parameter.
#[derive(Clone, Debug)]
pub enum ParamValue<'a> {
    /// As the client sent it.
    Sent(View<'a>),
    /// Written by an edit; the scalar if it is one.
    Written(Option<Scalar>),
}

impl ParamValue<'_> {
    /// The value as a plain scalar, if it is one.
    pub fn scalar(&self) -> Option<Scalar> {
        match self {
            ParamValue::Written(scalar) => scalar.clone(),
            ParamValue::Sent(view) => Scalar::read(*view),
        }
    }
}

/// The depth to which written values are read: `text.format.type` is the deepest parameter that a row names.
const DEPTH: u32 = 2;

/// The parameters of a call.
#[derive(Debug)]
pub(super) struct EditedParams<'a> {
    root: View<'a>,
    source: &'a Bytes,
    /// Written values by path, the newest last; `None` for a removed one.
    values: Vec<(String, Option<ParamValue<'a>>)>,
    /// The objects that edits made, by key. A later edit cannot change a part of one, so it writes the whole object.
    objects: Vec<(String, Vec<(String, Raw)>)>,
}

impl<'a> EditedParams<'a> {
    pub(super) fn new(body: &'a Document) -> EditedParams<'a> {
        EditedParams { root: body.root(), source: body.source(), values: Vec::new(), objects: Vec::new() }
    }

    /// The present value at a dotted path; `None` where it is absent or null.
    pub(super) fn get(&self, path: &str) -> Option<ParamValue<'a>> {
        for (written, value) in self.values.iter().rev() {
            if written == path {
                return value.clone();
            }
            if let Some(rest) = inside(written, path) {
                return match value {
                    Some(ParamValue::Sent(view)) => below(*view, rest),
                    Some(ParamValue::Written(_)) | None => None,
                };
            }
            // An object with a member is present.
            if value.is_some() && inside(path, written).is_some() {
                return Some(below(self.root, path).unwrap_or(ParamValue::Written(None)));
            }
        }
        below(self.root, path)
    }

    /// Whether a top-level parameter is there and null.
    pub(super) fn is_null(&self, key: &str) -> bool {
        let untouched = self.values.iter().all(|(written, _)| written != key);
        untouched && self.root.get(key).is_some_and(View::is_null)
    }

    /// Returns the change in a form that can be applied. It makes a missing object around a value, rewrites an object
    /// that an edit made, and removes an object that would be empty.
    pub(super) fn completed(&self, change: Change) -> Change {
        let [Step::Key(top), Step::Key(member)] = change.at().steps() else { return change };
        let objects = self.objects.iter().rev().find(|(key, _)| key == top).map(|(_, members)| members);
        match (&change, objects, self.get(top)) {
            (Change::Set { value, .. }, objects, None | Some(ParamValue::Written(_))) => {
                let mut members = objects.cloned().unwrap_or_default();
                match members.iter_mut().find(|(key, _)| key == member) {
                    Some((_, old)) => old.clone_from(value),
                    None => members.push((member.clone().into_owned(), value.clone())),
                }
                object(top, &members)
            }
            (Change::Remove { .. }, Some(members), Some(ParamValue::Written(_))) => {
                let others = members.iter().filter(|(key, _)| key != member);
                object(top, &others.cloned().collect::<Vec<_>>())
            }
            (Change::Remove { .. }, _, Some(ParamValue::Sent(sent)))
                if !self.has_others(top, member, sent) =>
            {
                Change::Remove { at: Pointer::key(top.clone()) }
            }
            _ => change,
        }
    }

    /// Whether an object has members besides this one.
    fn has_others(&self, top: &str, member: &str, sent: View<'_>) -> bool {
        let others = sent.members().map(|(key, _)| key).filter(|key| key != member);
        let mut others = others.map(|key| format!("{top}.{key}"));
        let mut written = self
            .values
            .iter()
            .map(|(path, _)| path)
            .filter(|path| inside(top, path).is_some_and(|rest| rest.split('.').next() != Some(member)));
        others.any(|path| self.get(&path).is_some()) || written.any(|path| self.get(path).is_some())
    }

    /// Records a change.
    pub(super) fn record(&mut self, change: &Change) {
        let Some(path) = path(change.at()) else { return };
        match change {
            Change::Set { at, value } => {
                let json = value.render(self.source);
                self.objects.retain(|(key, _)| Some(key.as_str()) != at.top_level());
                self.values.push((path.clone(), Some(ParamValue::Written(Scalar::parse(&json)))));
                if json.first() == Some(&b'{')
                    && let Ok(object) = Document::parse(json.into(), DEPTH)
                {
                    self.record_members(&path, object.root());
                    if at.top_level().is_some() {
                        let raw =
                            |view: View<'_>| Raw::json(String::from_utf8_lossy(view.raw()).into_owned());
                        let members = object.root().members();
                        let members = members.map(|(key, member)| (key.into_owned(), raw(member)));
                        self.objects.push((path, members.collect()));
                    }
                }
            }
            Change::Remove { .. } => self.values.push((path, None)),
            Change::Rename { to, .. } => {
                let value = self.get(&path);
                let beside = path.rsplit_once('.').map(|(parent, _)| format!("{parent}.{to}"));
                self.values.push((path, None));
                self.values.push((beside.unwrap_or_else(|| to.clone()), value));
            }
            Change::Insert { .. } => {}
        }
    }

    fn record_members(&mut self, path: &str, object: View<'_>) {
        for (key, member) in object.members() {
            let path = format!("{path}.{key}");
            if member.is_null() {
                continue;
            }
            self.values.push((path.clone(), Some(ParamValue::Written(Scalar::read(member)))));
            self.record_members(&path, member);
        }
    }
}

/// Returns the dotted path of a place; `None` if a list contains the place.
fn path(at: &Pointer) -> Option<String> {
    let keys: Option<Vec<&str>> = at
        .steps()
        .iter()
        .map(|step| match step {
            Step::Key(key) => Some(key.as_ref()),
            Step::Index(_) => None,
        })
        .collect();
    keys.map(|keys| keys.join("."))
}

/// The rest of a path behind the object that it leads into.
fn inside<'p>(object: &str, path: &'p str) -> Option<&'p str> {
    path.strip_prefix(object)?.strip_prefix('.')
}

fn below<'a>(from: View<'a>, path: &str) -> Option<ParamValue<'a>> {
    let view = path.split('.').try_fold(from, View::get)?;
    (view.kind() != Kind::Null).then_some(ParamValue::Sent(view))
}

/// The object with these members in the place of whatever there is; without any it is taken out.
fn object(key: &str, members: &[(String, Raw)]) -> Change {
    let at = Pointer::key(key.to_owned());
    if members.is_empty() {
        return Change::Remove { at };
    }
    let mut value = Raw::json("{");
    for (index, (key, member)) in members.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        value.push(format!("{comma}{}:", text::quote(key)));
        value.extend(member.clone());
    }
    value.push("}");
    Change::Set { at, value }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::apply;

    /// Makes changes one by one and gives back the body and what a path then reads, nothing where it is not there.
    fn edited(body: &str, changes: Vec<Change>, path: &str) -> (String, String) {
        let document = Document::parse(Bytes::copy_from_slice(body.as_bytes()), 5).unwrap();
        let mut written = EditedParams::new(&document);
        let mut completed = Vec::new();
        for change in changes {
            let change = written.completed(change);
            written.record(&change);
            completed.push(change);
        }
        let sent = String::from_utf8(apply(&document, &completed).concat()).unwrap();
        let read = written.get(path).map(|value| value.scalar().map_or("{}".to_owned(), |it| it.to_string()));
        (sent, read.unwrap_or_default())
    }

    fn set(path: &str, json: &'static str) -> Change {
        Change::Set { at: Pointer::path(path), value: Raw::json(json) }
    }

    fn remove(path: &str) -> Change {
        Change::Remove { at: Pointer::path(path) }
    }

    #[test]
    fn what_was_written_into_an_object_is_read_by_its_path() {
        let body = r#"{"reasoning":{"summary":"auto","effort":"max"}}"#;
        let (sent, read) = edited(body, vec![set("reasoning.effort", "\"low\"")], "reasoning.effort");
        assert_eq!(sent, r#"{"reasoning":{"summary":"auto","effort":"low"}}"#);
        assert_eq!(read, "low");
        let summary = edited(body, vec![set("reasoning.effort", "\"low\"")], "reasoning.summary").1;
        assert_eq!(summary, "auto");
    }

    #[test]
    fn an_object_that_is_not_there_is_made_and_written_anew() {
        for body in ["{}", r#"{"text":null}"#] {
            let changes = vec![
                set("text.format", r#"{"type":"json_object"}"#),
                set("text.verbosity", "\"low\""),
                set("text.verbosity", "\"medium\""),
            ];
            let (sent, read) = edited(body, changes, "text.format.type");
            assert_eq!(sent, r#"{"text":{"format":{"type":"json_object"},"verbosity":"medium"}}"#);
            assert_eq!(read, "json_object");
        }
        let changes = vec![set("a.b", "1"), set("a.c", "2"), remove("a.b")];
        let (sent, read) = edited("{}", changes.clone(), "a.b");
        assert_eq!((sent, read), (r#"{"a":{"c":2}}"#.to_owned(), String::new()));
        assert_eq!(edited("{}", changes, "a").1, "{}");
    }

    #[test]
    fn an_object_of_which_nothing_is_left_goes() {
        let (sent, read) = edited(r#"{"a":{"b":1,"c":null},"d":1}"#, vec![remove("a.b")], "a");
        assert_eq!((sent, read), (r#"{"d":1}"#.to_owned(), String::new()));
        let (sent, _) = edited("{}", vec![set("a.b", "1"), remove("a.b")], "a");
        assert_eq!(sent, "{}");
        let (sent, read) = edited(r#"{"a":{"b":1,"c":2}}"#, vec![remove("a.b")], "a.b");
        assert_eq!((sent, read), (r#"{"a":{"c":2}}"#.to_owned(), String::new()));
        let (sent, _) = edited(r#"{"a":{"b":1}}"#, vec![set("a.c", "2"), remove("a.b")], "a");
        assert_eq!(sent, r#"{"a":{"c":2}}"#);
    }

    #[test]
    fn values_that_are_not_objects_stay() {
        let (sent, _) = edited(r#"{"a":"x"}"#, vec![set("a.b", "1")], "a");
        assert_eq!(sent, r#"{"a":"x"}"#);
    }

    #[test]
    fn a_new_name_has_the_value_of_the_old_one() {
        let rename = Change::Rename { from: Pointer::key("a"), to: "b".to_owned() };
        assert_eq!(edited(r#"{"a":{"c":"x"}}"#, vec![rename.clone()], "b.c").1, "x");
        assert_eq!(edited(r#"{"a":{"c":"x"}}"#, vec![rename], "a.c").1, "");
    }
}
