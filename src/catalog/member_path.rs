//! The path of a member that stands in items of lists, such as `messages[*].content[*].cache_control`. A row that has
//! such a path acts wherever the path leads.

use std::{borrow::Cow, fmt};

use crate::json::{Document, Pointer, View};

/// How deep azgate reads on below a value that its document did not record.
const DEPTH: u32 = 4;

/// The most steps of a path.
const LONGEST: usize = 12;

/// A path to a member of items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberPath(Vec<MemberStep>);

/// One step of a [`MemberPath`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MemberStep {
    /// Into an object's member.
    Key(String),
    /// Into every item of a list. Written `[*]`.
    Every,
    /// Into every item of this kind. Written `[KIND]`.
    Kind(String),
}

impl MemberPath {
    /// Returns the path with these steps. A path leads through a list and ends at a member.
    pub fn new(steps: Vec<MemberStep>) -> Option<MemberPath> {
        let is_member =
            matches!((steps.first(), steps.last()), (Some(MemberStep::Key(_)), Some(MemberStep::Key(_))));
        let has_list = steps.iter().any(|step| !matches!(step, MemberStep::Key(_)));
        (is_member && has_list && steps.len() <= LONGEST).then_some(MemberPath(steps))
    }

    /// Parses a path such as `messages[assistant].annotations`.
    pub fn parse(text: &str) -> Option<MemberPath> {
        let mut steps = Vec::new();
        for segment in text.split('.') {
            let (key, mut lists) =
                segment.split_once('[').map_or((segment, None), |(key, rest)| (key, Some(rest)));
            if key.is_empty() {
                return None;
            }
            steps.push(MemberStep::Key(key.to_owned()));
            while let Some(rest) = lists {
                let (kind, rest) = rest.split_once(']')?;
                steps.push(match kind {
                    "" => return None,
                    "*" => MemberStep::Every,
                    kind => MemberStep::Kind(kind.to_owned()),
                });
                lists = if rest.is_empty() { None } else { Some(rest.strip_prefix('[')?) };
            }
        }
        MemberPath::new(steps)
    }

    /// Returns how deep a document must be recorded so that an edit can reach the member.
    pub fn depth(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }

    /// Calls `found` with each place in a body where the path leads, and with the value there.
    pub fn visit(&self, body: View<'_>, found: &mut dyn FnMut(Pointer, View<'_>)) {
        walk(&self.0, body, Pointer::default(), found);
    }
}

impl fmt::Display for MemberPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            match step {
                MemberStep::Key(key) if at == 0 => f.write_str(key)?,
                MemberStep::Key(key) => write!(f, ".{key}")?,
                MemberStep::Every => f.write_str("[*]")?,
                MemberStep::Kind(kind) => write!(f, "[{kind}]")?,
            }
        }
        Ok(())
    }
}

/// Returns the kind of an item: its `type`, or the role of an item that has no type, as messages of a chat call.
pub fn kind_of(item: View<'_>) -> Option<Cow<'_, str>> {
    item.get("type").and_then(View::text).or_else(|| item.get("role").and_then(View::text))
}

/// Returns a value that its document did not record as a document of its own.
pub fn recorded(value: View<'_>) -> Option<Document> {
    if value.is_opaque() { value.reparse(DEPTH) } else { None }
}

fn walk(steps: &[MemberStep], value: View<'_>, at: Pointer, found: &mut dyn FnMut(Pointer, View<'_>)) {
    let Some((step, rest)) = steps.split_first() else { return found(at, value) };
    let deeper = recorded(value);
    let value = deeper.as_ref().map_or(value, Document::root);
    if let MemberStep::Key(key) = step {
        if let Some(member) = value.get(key) {
            walk(rest, member, at.then(key.clone()), found);
        }
        return;
    }
    for (index, item) in value.items().enumerate() {
        let deeper = recorded(item);
        let item = deeper.as_ref().map_or(item, Document::root);
        let is_meant = match step {
            MemberStep::Kind(kind) => kind_of(item).as_deref() == Some(kind),
            MemberStep::Key(_) | MemberStep::Every => true,
        };
        if is_meant {
            walk(rest, item, at.clone().item(index), found);
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn places(path: &str, body: &str, depth: u32) -> Vec<String> {
        let document = Document::parse(Bytes::copy_from_slice(body.as_bytes()), depth).unwrap();
        let mut places = Vec::new();
        MemberPath::parse(path).unwrap().visit(document.root(), &mut |at, _| places.push(at.to_string()));
        places
    }

    #[test]
    fn a_path_is_written_as_it_is_read() {
        for path in ["messages[*].content[*].cache_control", "input[message].status", "a.b[*][*].c.d"] {
            assert_eq!(MemberPath::parse(path).unwrap().to_string(), path);
        }
        for text in ["", "a", "a.b", "include[x]", "a[].b", "a[*]b.c", "[*].a", ".a[*].b", "a[*].", "a[*.b"] {
            assert_eq!(MemberPath::parse(text), None, "{text}");
        }
        assert_eq!(MemberPath::parse(&format!("a[*]{}.b", "[*]".repeat(20))), None);
    }

    #[test]
    fn it_leads_wherever_the_member_stands_however_deep() {
        let body = r#"{"a":[{"b":[{"type":"x","c":{"d":[{"k":1}]}},{"type":"y","c":{"d":[{"k":2},{}]}}]},{"b":"text"},7]}"#;
        for depth in 1..9 {
            let every = places("a[*].b[*].c.d[*].k", body, depth);
            assert_eq!(every, ["a[0].b[0].c.d[0].k", "a[0].b[1].c.d[0].k"], "{depth}");
            assert_eq!(places("a[*].b[y].c.d[*].k", body, depth), ["a[0].b[1].c.d[0].k"], "{depth}");
            assert_eq!(places("a[*].k", body, depth), [""; 0]);
        }
    }

    #[test]
    fn a_message_without_a_type_is_of_the_kind_of_its_role() {
        let body = r#"{"m":[{"role":"user","k":1},{"role":"assistant","k":1},{"type":"message","role":"user","k":1}]}"#;
        assert_eq!(places("m[user].k", body, 5), ["m[0].k"]);
        assert_eq!(places("m[message].k", body, 5), ["m[2].k"]);
    }
}
