//! Changes of a document, to places that are there and to places that are not.

use azgate::json::{Change, Document, Kind, Pointer, Raw, View};

use crate::{
    choices::Choices,
    vocabulary::{KEYS, VALUES},
};

/// A change: any operation at any place, with a value of the vocabulary or of the document itself.
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

/// A recorded value with its place, by a walk from the root.
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

/// Every recorded value with its place, the root first.
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
