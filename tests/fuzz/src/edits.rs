//! Changes of a document, at places that exist and at places that do not.

use azgate::json::{Change, Document, Kind, Pointer, Raw, View};

use crate::{
    choices::Choices,
    vocabulary::{KEYS, VALUES},
};

/// Returns any change at any place, with a value from the vocabulary or from the document itself.
pub fn change(document: &Document, choices: &mut Choices<'_>) -> Change {
    let (at, view) = place(document, choices);
    let at = match (choices.below(4), view.kind()) {
        (0, Kind::Object) => at.then(choices.of(&KEYS).as_str()),
        (0, Kind::Array) => at.item(choices.below(8)),
        (1, _) if choices.below(8) == 0 => at.then(choices.of(&KEYS).as_str()).item(1),
        _ => at,
    };
    match choices.below(8) {
        0..3 => Change::Set { at, value: value(document, choices) },
        3 | 4 => Change::Remove { at },
        5 | 6 => Change::Insert { at, value: value(document, choices) },
        _ => Change::Rename { from: at, to: choices.of(&KEYS).clone() },
    }
}

fn value(document: &Document, choices: &mut Choices<'_>) -> Raw {
    if choices.below(3) == 0 {
        Raw::source(place(document, choices).1.span())
    } else {
        Raw::json(choices.of(&VALUES).as_str())
    }
}

/// Walks from the root to a recorded value, and returns the value with its place.
fn place<'d>(document: &'d Document, choices: &mut Choices<'_>) -> (Pointer, View<'d>) {
    let (mut at, mut view) = (Pointer::default(), document.root());
    while choices.below(5) > 0 {
        let (members, items) = (view.members().count(), view.items().count());
        if members > 0 {
            let Some((key, member)) = view.members().nth(choices.below(members)) else { break };
            (at, view) = (at.then(key.into_owned()), member);
        } else if items > 0 {
            let index = choices.below(items);
            let Some(item) = view.items().nth(index) else { break };
            (at, view) = (at.item(index), item);
        } else {
            break;
        }
    }
    (at, view)
}

/// Returns every recorded value with its place, the root first.
pub fn places(document: &Document) -> Vec<(Pointer, View<'_>)> {
    let mut places = vec![(Pointer::default(), document.root())];
    let mut next = 0;
    while let Some((at, view)) = places.get(next).cloned() {
        places.extend(view.members().map(|(key, member)| (at.clone().then(key.into_owned()), member)));
        places.extend(view.items().enumerate().map(|(index, item)| (at.clone().item(index), item)));
        next += 1;
    }
    places
}
