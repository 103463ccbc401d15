//! The mutator of inputs whose text is the body of a call. Mostly it edits the JSON and keeps it valid.

use azgate::json::{Document, apply};
use bytes::Bytes;
use libfuzzer_sys::fuzzer_mutate;

use crate::{
    choices::{Choices, split},
    edits::change,
};

/// Deeper than azgate parses, so that the mutator also changes the insides of values that azgate treats as one.
const DEPTH: u32 = 9;

/// Mutates an input in place and returns its new size, as libFuzzer requires.
pub fn mutate(data: &mut [u8], size: usize, most: usize, seed: u32) -> usize {
    let mut choices = Choices::random(seed);
    let way = choices.below(8);
    let mutated = if way == 0 { None } else { edited(&data[..size], way, &mut choices) };
    match mutated.filter(|mutated| mutated.len() <= most) {
        Some(mutated) => {
            data[..mutated.len()].copy_from_slice(&mutated);
            mutated.len()
        }
        None => fuzzer_mutate(data, size, most),
    }
}

fn edited(input: &[u8], way: usize, choices: &mut Choices<'_>) -> Option<Vec<u8>> {
    let (text, given) = split(input);
    if way == 1 {
        let fresh: Vec<u8> = (0..4).map(|_| choices.byte() | 1).collect();
        return Some([text, &[0], &fresh].concat());
    }
    let mut document = Document::parse(Bytes::copy_from_slice(text), DEPTH).ok()?;
    for _ in 0..=choices.below(3) {
        let change = change(&document, choices);
        let parts = apply(&document, [&change]);
        document = Document::parse(parts.concat().into(), DEPTH).ok()?;
    }
    let tail: &[u8] = if given.is_empty() { &[] } else { &[0] };
    Some([&**document.source(), tail, given].concat())
}
