//! An input is a text and, after its last NUL byte, the choices of everything else. So a plain JSON file is an input.

/// A source of choices: first the bytes of the input, then the bytes of a generator that the input seeds.
#[derive(Clone, Debug)]
pub struct Choices<'a> {
    given: &'a [u8],
    state: u64,
}

impl<'a> Choices<'a> {
    /// Makes choices from bytes. Without any bytes, the text seeds the generator.
    pub fn new(given: &'a [u8], text: &[u8]) -> Choices<'a> {
        let seed = if given.is_empty() { text } else { given };
        // FNV-1a.
        let state = seed.iter().fold(0xcbf2_9ce4_8422_2325, |state, byte| {
            (state ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Choices { given, state: state | 1 }
    }

    /// Makes choices with a generator only.
    pub fn random(seed: u32) -> Choices<'static> {
        Choices { given: &[], state: (u64::from(seed) << 20) | 1 }
    }

    /// Returns the next number below 256.
    pub fn byte(&mut self) -> u8 {
        if let Some((byte, rest)) = self.given.split_first() {
            self.given = rest;
            return *byte;
        }
        // Xorshift.
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 24) as u8
    }

    /// Returns a number below `end`, which must not be zero.
    pub fn below(&mut self, end: usize) -> usize {
        let wide = if end > 256 { usize::from(self.byte()) << 8 } else { 0 };
        (wide | usize::from(self.byte())) % end
    }

    /// Returns one of these.
    pub fn of<'t, T>(&mut self, all: &'t [T]) -> &'t T {
        &all[self.below(all.len())]
    }
}

/// Splits an input into its text and the bytes of its choices.
pub fn split(input: &[u8]) -> (&[u8], &[u8]) {
    match input.iter().rposition(|byte| *byte == 0) {
        Some(at) => (&input[..at], &input[at + 1..]),
        None => (input, &[]),
    }
}
