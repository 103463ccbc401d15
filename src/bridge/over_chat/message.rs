//! A message of a response while it grows: texts and refusals, part by part.

use super::{
    list::List,
    rest::Rest,
    teller::{OUTPUT_TEXT, REFUSAL, Spot, Teller, Texts},
};

/// A message item.
#[derive(Debug, Default)]
pub(super) struct Message {
    parts: Vec<Part>,
    /// The part that grows at present.
    open: Option<usize>,
    /// Members of the chat message that a response has no word for.
    pub(super) rest: Rest,
}

/// A part: of a kind there is one, as in a chat message.
#[derive(Debug, Default)]
struct Part {
    refusal: bool,
    /// The inside of a JSON string.
    text: Vec<u8>,
    annotations: List,
    logprobs: List,
}

impl Part {
    fn texts(&self) -> &'static Texts {
        if self.refusal { &REFUSAL } else { &OUTPUT_TEXT }
    }

    /// Log probabilities as a member of a text's events and part; a refusal has it only where there are some.
    fn logprobs(&self, of: &[u8]) -> Vec<u8> {
        if self.refusal && of.is_empty() {
            return Vec::new();
        }
        [b",\"logprobs\":[", of, b"]"].concat()
    }

    /// The part, with what it says or as it begins.
    fn json(&self, whole: bool) -> Vec<u8> {
        let text = if whole { &*self.text } else { b"" };
        if self.refusal {
            let logprobs = if whole { self.logprobs(self.logprobs.items()) } else { Vec::new() };
            return [b"{\"type\":\"refusal\",\"refusal\":\"", text, b"\"", &logprobs, b"}"].concat();
        }
        let (annotations, logprobs) =
            if whole { (self.annotations.items(), self.logprobs.items()) } else { (&b""[..], &b""[..]) };
        let head = b"{\"type\":\"output_text\",\"annotations\":[";
        let logprobs = self.logprobs(logprobs);
        [&head[..], annotations, b"]", &logprobs, b",\"text\":\"", text, b"\"}"].concat()
    }
}

impl Message {
    /// A piece of the text or of the refusal.
    pub(super) fn text(
        &mut self,
        refusal: bool,
        piece: &[u8],
        logprobs: &List,
        spot: Spot<'_>,
        pad: &[u8],
        teller: &mut Teller<'_>,
    ) {
        let at = self.turn_to(refusal, spot, teller);
        let Some(part) = self.parts.get_mut(at) else { return };
        part.text.extend_from_slice(piece);
        if logprobs.len() > 0 {
            part.logprobs.push(logprobs.items());
        }
        let more = part.logprobs(logprobs.items());
        teller.delta(part.texts(), Spot { part: at, ..spot }, piece, &[&more, pad]);
    }

    /// An annotation of the text, flat as Responses has it.
    pub(super) fn annotate(&mut self, annotation: &[u8], spot: Spot<'_>, teller: &mut Teller<'_>) {
        let at = self.turn_to(false, spot, teller);
        let Some(part) = self.parts.get_mut(at) else { return };
        teller.annotation(Spot { part: at, ..spot }, part.annotations.len(), annotation);
        part.annotations.push(annotation);
    }

    /// Makes the part of that kind the one that grows.
    fn turn_to(&mut self, refusal: bool, spot: Spot<'_>, teller: &mut Teller<'_>) -> usize {
        let found = self.parts.iter().position(|part| part.refusal == refusal);
        if found.is_none() || self.open != found {
            self.close(spot, teller);
        }
        let at = found.unwrap_or(self.parts.len());
        if found.is_none() {
            let part = Part { refusal, ..Part::default() };
            teller.part_added(part.texts(), Spot { part: at, ..spot }, &part.json(false));
            self.parts.push(part);
        }
        self.open = Some(at);
        at
    }

    /// Nothing more comes for the part that grows.
    pub(super) fn close(&mut self, spot: Spot<'_>, teller: &mut Teller<'_>) {
        let Some((at, part)) = self.open.take().and_then(|at| Some((at, self.parts.get(at)?))) else {
            return;
        };
        let spot = Spot { part: at, ..spot };
        teller.done(part.texts(), spot, &part.text, &[&part.logprobs(part.logprobs.items())]);
        teller.part_done(part.texts(), spot, &part.json(true));
    }

    /// What the message says, as a list.
    pub(super) fn content(&self) -> Vec<u8> {
        let mut list = List::default();
        self.parts.iter().for_each(|part| list.push(&part.json(true)));
        [b"[", list.items(), b"]"].concat()
    }
}
