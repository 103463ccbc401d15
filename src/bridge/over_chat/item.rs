//! An item of a response while it grows. Texts are kept as the inside of a JSON string, joined as they came.

use super::{
    message::Message,
    teller::{ARGUMENTS, INPUT, REASONING_TEXT, Spot, Teller, Texts},
};

/// An item of the output.
#[derive(Debug)]
pub(super) struct Item {
    /// Its id, as a JSON string with its quotes.
    pub(super) id: Vec<u8>,
    pub(super) kind: Kind,
    /// Its end was told.
    pub(super) closed: bool,
}

#[derive(Debug)]
pub(super) enum Kind {
    /// What the model thinks, where it tells.
    Reasoning(Vec<u8>),
    Message(Message),
    Call(Call),
}

/// A call of a function or of a custom tool.
#[derive(Debug, Default)]
pub(super) struct Call {
    /// Its number among the calls of the chat message.
    pub(super) index: u64,
    pub(super) custom: bool,
    /// Insides of JSON strings.
    pub(super) id: Vec<u8>,
    pub(super) name: Vec<u8>,
    pub(super) text: Vec<u8>,
}

/// Of what an item tells as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// As it begins: without what it will say.
    Begun,
    /// With all it says.
    Whole {
        /// The answer broke off in it.
        cut: bool,
    },
}

impl Form {
    fn status(self) -> &'static [u8] {
        match self {
            Form::Begun => b"in_progress",
            Form::Whole { cut: false } => b"completed",
            Form::Whole { cut: true } => b"incomplete",
        }
    }
}

impl Call {
    fn texts(&self) -> &'static Texts {
        if self.custom { &INPUT } else { &ARGUMENTS }
    }

    /// A piece of what the tool is called with.
    pub(super) fn text(&mut self, piece: &[u8], spot: Spot<'_>, pad: &[u8], teller: &mut Teller<'_>) {
        self.text.extend_from_slice(piece);
        teller.delta(self.texts(), spot, piece, &[pad]);
    }

    fn json(&self, out: &mut Vec<u8>, form: Form) {
        let kind: &[u8] = if self.custom { b"custom_tool_call" } else { b"function_call" };
        let text = if form == Form::Begun { &b""[..] } else { &self.text };
        for part in [
            &b",\"type\":\""[..],
            kind,
            b"\",\"status\":\"",
            form.status(),
            b"\",\"call_id\":\"",
            &self.id,
            b"\",\"name\":\"",
            &self.name,
            b"\",\"",
            self.texts().slot.as_bytes(),
            b"\":\"",
            text,
            b"\"",
        ] {
            out.extend_from_slice(part);
        }
    }
}

impl Item {
    /// Whether it is a call of a tool.
    pub(super) fn is_call(&self) -> bool {
        matches!(self.kind, Kind::Call(_))
    }

    /// A piece of the model's thoughts. They are one part, which begins with its item.
    pub(super) fn think(&mut self, piece: &[u8], output: usize, pad: &[u8], teller: &mut Teller<'_>) {
        let Kind::Reasoning(text) = &mut self.kind else { return };
        let spot = Spot { item: &self.id, output, part: 0 };
        if text.is_empty() {
            teller.part_added(&REASONING_TEXT, spot, &reasoning_part(b""));
        }
        text.extend_from_slice(piece);
        teller.delta(&REASONING_TEXT, spot, piece, &[pad]);
    }

    /// Nothing more comes for the item.
    pub(super) fn close(&mut self, output: usize, cut: bool, teller: &mut Teller<'_>) {
        if std::mem::replace(&mut self.closed, true) {
            return;
        }
        let spot = Spot { item: &self.id, output, part: 0 };
        match &mut self.kind {
            Kind::Reasoning(text) => {
                teller.done(&REASONING_TEXT, spot, text, &[]);
                teller.part_done(&REASONING_TEXT, spot, &reasoning_part(text));
            }
            Kind::Message(message) => message.close(spot, teller),
            Kind::Call(call) if call.custom => teller.done(&INPUT, spot, &call.text, &[]),
            Kind::Call(call) => {
                teller.done(&ARGUMENTS, spot, &call.text, &[b",\"name\":\"", &call.name, b"\""]);
            }
        }
        teller.item_done(output, &self.json(Form::Whole { cut }));
    }

    /// The item. Reasoning has no status: Azure refuses one where it is sent back (litellm, responses/transformation.py).
    pub(super) fn json(&self, form: Form) -> Vec<u8> {
        let mut out = [b"{\"id\":", &*self.id].concat();
        match &self.kind {
            Kind::Reasoning(text) => {
                let content = if form == Form::Begun { Vec::new() } else { reasoning_part(text) };
                out.extend_from_slice(b",\"type\":\"reasoning\",\"summary\":[],\"content\":[");
                out.extend_from_slice(&content);
                out.push(b']');
            }
            Kind::Message(message) => {
                let content = if form == Form::Begun { b"[]".to_vec() } else { message.content() };
                for part in [
                    &b",\"type\":\"message\",\"status\":\""[..],
                    form.status(),
                    b"\",\"content\":",
                    &content,
                    b",\"role\":\"assistant\"",
                ] {
                    out.extend_from_slice(part);
                }
                if form != Form::Begun {
                    message.rest.write(&mut out);
                }
            }
            Kind::Call(call) => call.json(&mut out, form),
        }
        out.push(b'}');
        out
    }
}

fn reasoning_part(text: &[u8]) -> Vec<u8> {
    [b"{\"type\":\"reasoning_text\",\"text\":\"", text, b"\"}"].concat()
}
