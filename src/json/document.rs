//! A parsed body: its bytes, and views of the recorded values.

use std::borrow::Cow;

use bytes::Bytes;

use super::{
    scan::{Kind, Node, Span, SyntaxError, scan},
    text,
};

/// A JSON body and the spans of its outer values. A clone shares the bytes but copies the spans, so pass it by
/// reference.
#[derive(Clone, Debug)]
pub struct Document {
    source: Bytes,
    nodes: Vec<Node>,
}

impl Document {
    /// Validates `source` and records the values of its containers down to `depth` levels. Deeper values are valid but
    /// opaque.
    pub fn parse(source: Bytes, depth: u32) -> Result<Document, SyntaxError> {
        let nodes = scan(&source, depth)?;
        Ok(Document { source, nodes })
    }

    /// Returns the whole body.
    pub fn source(&self) -> &Bytes {
        &self.source
    }

    /// Returns the outermost value.
    pub fn root(&self) -> View<'_> {
        View { document: self, index: 0 }
    }

    /// Returns a key that the root has several times.
    pub fn duplicate_key(&self) -> Option<Cow<'_, str>> {
        let mut keys: Vec<Cow<'_, str>> = self.root().members().map(|(key, _)| key).collect();
        keys.sort_unstable();
        let twice = keys.windows(2).position(|pair| matches!(pair, [one, other] if one == other))?;
        Some(keys.swap_remove(twice))
    }

    fn node(&self, index: u32) -> &Node {
        // Views exist only for recorded nodes, so this default is never used.
        const ABSENT: &Node = &Node {
            key: Span { start: 0, end: 0 },
            value: Span { start: 0, end: 0 },
            next: u32::MAX,
            kind: Kind::Null,
            escaped: false,
        };
        self.nodes.get(index as usize).unwrap_or(ABSENT)
    }

    pub(super) fn bytes(&self, span: Span) -> &[u8] {
        self.source.get(span.range()).unwrap_or_default()
    }
}

/// One value of a [`Document`].
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    document: &'a Document,
    index: u32,
}

impl<'a> View<'a> {
    /// Returns the value's type.
    pub fn kind(self) -> Kind {
        self.node().kind
    }

    /// Returns where the value lies.
    pub fn span(self) -> Span {
        self.node().value
    }

    /// Returns the value's bytes.
    pub fn raw(self) -> &'a [u8] {
        self.document.bytes(self.span())
    }

    /// Returns whether the value is `null`.
    pub fn is_null(self) -> bool {
        self.kind() == Kind::Null
    }

    /// Returns a string's text; `None` for other values, and for strings that are not Unicode (a lone surrogate).
    pub fn text(self) -> Option<Cow<'a, str>> {
        if self.kind() == Kind::String { text::unquote(self.raw()) } else { None }
    }

    /// Returns a boolean; `None` for other values.
    pub fn boolean(self) -> Option<bool> {
        match self.raw() {
            b"true" => Some(true),
            b"false" => Some(false),
            _ => None,
        }
    }

    /// Returns a number, rounded to `f64`; `None` for other values.
    pub fn number(self) -> Option<f64> {
        if self.kind() != Kind::Number {
            return None;
        }
        std::str::from_utf8(self.raw()).ok()?.parse().ok()
    }

    /// Returns a whole number from 0 to 2^53, in any notation (`256`, `256.0`, `2.56e2`).
    pub fn whole(self) -> Option<u64> {
        text::whole(std::str::from_utf8(self.raw()).ok()?)
    }

    /// Returns the member with that key. If there are several, the last one counts, as in most readers.
    pub fn get(self, key: &str) -> Option<View<'a>> {
        if self.kind() != Kind::Object {
            return None;
        }
        self.children().filter(|child| child.key_is(key)).last()
    }

    /// Returns the member with that key, unless it is `null`: typed clients send `null` for what they leave unset.
    pub fn non_null(self, key: &str) -> Option<View<'a>> {
        self.get(key).filter(|value| !value.is_null())
    }

    /// Returns an object's members in order.
    pub fn members(self) -> impl Iterator<Item = (Cow<'a, str>, View<'a>)> {
        let object = self.kind() == Kind::Object;
        self.children().filter(move |_| object).map(|child| (child.key(), child))
    }

    /// Returns an array's items in order.
    pub fn items(self) -> impl Iterator<Item = View<'a>> {
        let array = self.kind() == Kind::Array;
        self.children().filter(move |_| array)
    }

    pub(super) fn children(self) -> impl Iterator<Item = View<'a>> {
        let (end, mut at) = (self.node().next, self.index + 1);
        std::iter::from_fn(move || {
            let child = (at < end).then_some(self.sibling(at))?;
            at = child.node().next;
            Some(child)
        })
    }

    /// Returns whether an array or object has nothing in it, whatever depth its document was parsed to.
    pub fn is_empty(self) -> bool {
        text::inner(self.raw()).trim_ascii().is_empty()
    }

    /// Returns whether this is a container whose values are not recorded, because they lie too deep.
    pub fn is_opaque(self) -> bool {
        let container = matches!(self.kind(), Kind::Array | Kind::Object);
        container && self.children().next().is_none() && !self.is_empty()
    }

    /// Returns the value's bytes as a slice that shares the document's buffer.
    pub fn slice(self) -> Bytes {
        self.document.source.slice(self.span().range())
    }

    /// Parses the value on its own, to see values that lie deeper than its document was parsed. The document's scan has
    /// validated it, so this returns `None` only for a value that holds too many others.
    pub fn reparse(self, depth: u32) -> Option<Document> {
        Document::parse(self.slice(), depth).ok()
    }

    /// Returns another value of the same document.
    pub(super) fn sibling(self, index: u32) -> View<'a> {
        View { document: self.document, index }
    }

    pub(super) fn index(self) -> u32 {
        self.index
    }

    /// Returns where a member's key lies, with its quotes; an empty span if the value is not a member.
    pub fn key_span(self) -> Span {
        self.node().key
    }

    pub(super) fn key(self) -> Cow<'a, str> {
        let raw = self.key_raw();
        // A key that is not Unicode keeps its escapes. No key that azgate looks for has any.
        text::unquote(raw).unwrap_or_else(|| String::from_utf8_lossy(raw))
    }

    fn key_is(self, key: &str) -> bool {
        if self.node().escaped { self.key() == key } else { text::inner(self.key_raw()) == key.as_bytes() }
    }

    fn key_raw(self) -> &'a [u8] {
        self.document.bytes(self.key_span())
    }

    fn node(self) -> &'a Node {
        self.document.node(self.index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> Result<Document, SyntaxError> {
        Document::parse(Bytes::copy_from_slice(text.as_bytes()), 4)
    }

    #[test]
    fn views_show_the_original_bytes() {
        let document = parse(r#" { "a" : 1.0 , "b":[true, {"c":"x\u00e9"}], "n":null } "#).unwrap();
        let root = document.root();
        assert_eq!(root.get("a").unwrap().raw(), b"1.0");
        assert_eq!(root.get("a").unwrap().whole(), Some(1));
        let items: Vec<_> = root.get("b").unwrap().items().collect();
        assert_eq!(items[0].boolean(), Some(true));
        assert_eq!(items[1].get("c").unwrap().text().unwrap(), "xé");
        assert!(root.get("n").unwrap().is_null());
        assert_eq!(root.members().map(|(key, _)| key.into_owned()).collect::<Vec<_>>(), ["a", "b", "n"]);
    }

    #[test]
    fn a_key_with_escapes_is_found_and_counts_as_a_duplicate() {
        let document = parse(r#"{"model":"a","mo\u0064el":"b"}"#).unwrap();
        assert_eq!(document.duplicate_key().unwrap(), "model");
        assert_eq!(document.root().get("model").unwrap().text().unwrap(), "b");
    }

    #[test]
    fn an_escaped_backslash_in_a_key_does_not_begin_an_escape() {
        let document = parse(r#"{"\\u0061":1,"\u0061":2}"#).unwrap();
        assert_eq!(document.root().get("\\u0061").unwrap().raw(), b"1");
        assert_eq!(document.root().get("a").unwrap().raw(), b"2");
    }

    #[test]
    fn deep_nesting_is_skipped_without_the_stack() {
        let depth = 200_000;
        let text = format!("{{\"x\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(parse(&text).unwrap().root().get("x").unwrap().raw().len(), 2 * depth);
    }

    #[test]
    fn too_many_values_are_refused() {
        let text = format!("[{}0]", "0,".repeat(1 << 18));
        assert_eq!(parse(&text).unwrap_err().what, "too many values");
    }

    #[test]
    fn a_lone_surrogate_is_kept_and_has_no_text() {
        let document = parse(r#"{"content":"\ud800"}"#).unwrap();
        let content = document.root().get("content").unwrap();
        assert_eq!(content.raw(), br#""\ud800""#);
        assert_eq!(content.text(), None);
    }

    fn json() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            Just("null".to_owned()),
            Just("true".to_owned()),
            "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,4})?([eE][+-]?[0-9]{1,3})?",
            "\\PC{0,12}".prop_map(|text| serde_json::to_string(&text).unwrap()),
            Just(r#""\ud83d\ude00\/""#.to_owned()),
        ];
        leaf.prop_recursive(6, 64, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5)
                    .prop_map(|items| format!("[ {} ]", items.join(" ,\n"))),
                prop::collection::vec(("\\PC{0,6}", inner), 0..5).prop_map(|members| {
                    let member = |(key, value): (String, String)| {
                        format!("{} : {value}", serde_json::to_string(&key).unwrap())
                    };
                    format!("{{{}}}", members.into_iter().map(member).collect::<Vec<_>>().join(","))
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn agrees_with_serde_json_on_arbitrary_text(text in "[\\[\\]{}:,\"\\\\ 0-9eE.+a-zA-Z\\n\u{1}é-]{0,24}") {
            let theirs = serde_json::from_str::<&serde_json::value::RawValue>(&text);
            prop_assert_eq!(parse(&text).is_ok(), theirs.is_ok(), "{} {:?}", text, theirs);
        }

        #[test]
        fn takes_every_valid_document(text in json()) {
            prop_assert!(parse(&text).is_ok(), "{}", text);
        }

        #[test]
        fn agrees_with_serde_json_on_damaged_documents(text in json(), at in 0usize..200, byte in 0u8..128) {
            let mut bytes = text.into_bytes();
            if at < bytes.len() { bytes[at] = byte; }
            let theirs = serde_json::from_slice::<&serde_json::value::RawValue>(&bytes).is_ok();
            prop_assert_eq!(Document::parse(Bytes::from(bytes.clone()), 3).is_ok(), theirs, "{:?}", bytes);
        }
    }
}
