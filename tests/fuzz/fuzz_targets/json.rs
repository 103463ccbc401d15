//! Compares `json::Document::parse` with serde_json, the views with the source, and `json::apply` with a naive model.
#![no_main]

use azgate::json::{Change, Document, Kind, View, apply};
use azgate_fuzz::{Choices, edits, model::Tree, mutate, split};
use bytes::Bytes;
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use serde_json::value::RawValue;

fuzz_mutator!(|data: &mut [u8], size: usize, most: usize, seed: u32| {
    mutate::mutate(data, size, most, seed)
});

fuzz_target!(|input: &[u8]| {
    let (text, given) = split(input);
    let source = Bytes::copy_from_slice(text);
    let mut choices = Choices::new(given, text);
    let parsed = Document::parse(source.clone(), u32::try_from(choices.below(7)).expect("small"));
    let theirs = serde_json::from_slice::<&RawValue>(text);
    let document = match parsed {
        Ok(document) => document,
        Err(error) if error.what == "too many values" => return,
        Err(error) => {
            assert!(theirs.is_err(), "only serde_json accepts it: {error}");
            assert!(error.at <= text.len(), "{error}");
            return;
        }
    };
    assert!(theirs.is_ok(), "only azgate accepts it: {theirs:?}");
    let unedited = apply(&document, []);
    assert!(unedited.len() == 1 && unedited[0].as_ptr() == source.as_ptr() && unedited[0] == source);
    views(&document);
    edited(&document, &mut choices);
});

/// Asserts that every view lies in the source, within its parent and after its previous sibling, and that serde_json
/// reads the same value.
fn views(document: &Document) {
    for (at, view) in edits::places(document) {
        assert_eq!(document.source().get(view.span().range()), Some(view.raw()), "{at}");
        let mut behind = view.span().start + 1;
        for child in view.members().map(|(_, member)| member).chain(view.items()) {
            let span = child.span();
            assert!(behind <= span.start && span.start < span.end && span.end < view.span().end, "{at}");
            behind = span.end;
        }
        for (key, _) in view.members().take(8) {
            let last =
                view.members().filter(|(name, _)| *name == key).last().map(|(_, member)| member.span());
            assert_eq!(view.get(&key).map(View::span), last, "{at}");
        }
        scalar(view);
    }
}

fn scalar(view: View<'_>) {
    let raw = view.raw();
    assert!(serde_json::from_slice::<&RawValue>(raw).is_ok_and(|value| value.get().len() == raw.len()));
    let kind = match raw[0] {
        b'{' => Kind::Object,
        b'[' => Kind::Array,
        b'"' => Kind::String,
        b't' | b'f' => Kind::Bool,
        b'n' => Kind::Null,
        _ => Kind::Number,
    };
    assert_eq!(view.kind(), kind);
    assert_eq!(view.is_null(), kind == Kind::Null);
    assert_eq!(view.boolean(), serde_json::from_slice::<bool>(raw).ok());
    assert_eq!(view.text().map(String::from), serde_json::from_slice::<String>(raw).ok());
    assert_eq!(view.number().is_some(), kind == Kind::Number);
    if let Some(whole) = view.whole() {
        assert_eq!(view.number(), Some(whole as f64), "{:?}", std::str::from_utf8(raw));
    }
}

fn edited(document: &Document, choices: &mut Choices<'_>) {
    let changes: Vec<Change> = (0..choices.below(6)).map(|_| edits::change(document, choices)).collect();
    let mut model = Tree::of(document);
    for change in &changes {
        model.change(change, document.source());
    }
    let out = Bytes::from(apply(document, &changes).concat());
    let shown = String::from_utf8_lossy(&out);
    let written =
        Document::parse(out.clone(), 64).unwrap_or_else(|error| panic!("{error}: {shown} {changes:?}"));
    let model = model.write();
    let expected = Document::parse(Bytes::from(model.clone()), 64).expect("the model writes JSON");
    // Both go through a tree, so that every key has the same spelling.
    assert_eq!(
        String::from_utf8_lossy(&Tree::of(&written).write()),
        String::from_utf8_lossy(&Tree::of(&expected).write()),
        "{shown} {changes:?}"
    );
}
