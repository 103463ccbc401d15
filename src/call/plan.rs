//! What translation decides: the call as it will be sent, what was changed, and how the answer goes back.

use std::{borrow::Cow, fmt, sync::Arc};

use bytes::Bytes;

use crate::{
    call::{ApiVersion, Dialect, Dialogue},
    json::{self, Document, Pointer},
};

/// The name of a rule, such as `drop.temperature`.
pub type RuleId = Arc<str>;

/// A call as it goes to one target.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The operation as sent upstream.
    pub dialect: Dialect,
    /// The dated api-version to send; `None` on the v1 surface.
    pub api_version: Option<ApiVersion>,
    /// The dialogue in that dialect, where the client used the other one. The rest of the plan is then about it.
    pub bridged: Option<BridgedCall>,
    /// The change that names the deployment in the body: plumbing, so no edit.
    pub route: Option<json::Change>,
    /// What was changed, in order.
    pub edits: Vec<Edit>,
    /// What to do with the answer.
    pub reply: ReplyPlan,
}

/// A dialogue that was bridged to the other dialect.
#[derive(Clone, Debug)]
pub struct BridgedCall {
    /// The dialogue in the other dialect.
    pub dialogue: Dialogue<'static>,
    /// What the bridge changed and left out, in order. These changes are made already.
    pub edits: Vec<Edit>,
}

impl Plan {
    /// Returns the body that is changed and sent. `asked` is the body that the client sent.
    pub fn body<'a>(&'a self, asked: &'a Document) -> &'a Document {
        self.bridged.as_ref().map_or(asked, |bridged| &bridged.dialogue.body)
    }

    /// Takes everything that was changed out of the plan, in order.
    pub fn take_edits(&mut self) -> Vec<Edit> {
        let mut edits =
            self.bridged.as_mut().map(|bridged| std::mem::take(&mut bridged.edits)).unwrap_or_default();
        edits.append(&mut self.edits);
        edits
    }

    /// The changes to the body, in order.
    pub fn changes(&self) -> impl Iterator<Item = &json::Change> {
        self.route.iter().chain(self.edits.iter().filter_map(Edit::body))
    }
}

/// How the answer gets the form that the client asked for. The parts compose; nothing matches on pairs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReplyPlan {
    /// The operation that Azure answers.
    pub dialect: Dialect,
    /// Whether that is the operation that the client asked for.
    pub shape: Shape,
    /// From how many calls the answer is made, one for each of its choices.
    pub copies: Copies,
    /// How the answer is framed.
    pub framing: Framing,
    /// What becomes of the usage chunk at the end of a stream.
    pub usage_chunk: UsageChunk,
    /// Tool calls go back as the legacy `function_call`.
    pub legacy_functions: bool,
    /// Azure's odd stream chunks are given the form that strict OpenAI clients expect.
    pub normalize: bool,
}

impl ReplyPlan {
    /// The operation that the client asked for.
    pub fn asked(&self) -> Dialect {
        match self.shape {
            Shape::Same => self.dialect,
            Shape::OverResponses(_) => Dialect::Chat,
            Shape::OverChat(_) => Dialect::Responses,
        }
    }
}

/// The dialect of Azure's answer compared with that of the client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// Azure answers the operation that the client asked for.
    #[default]
    Same,
    /// The client asked for a chat completion; Azure serves it on the Responses API.
    OverResponses(Arc<OverResponses>),
    /// The client asked for a response; Azure serves it as a chat completion.
    OverChat(Arc<OverChat>),
}

/// How Azure's response becomes a chat completion.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OverResponses {
    /// The Azure resource that answers; reasoning is marked with it.
    pub resource: Arc<str>,
    /// Sequences at which the text is cut. Azure's answer is not needed after one of them.
    pub stop: Vec<String>,
}

/// How Azure's chat completion becomes a response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OverChat {
    /// The part of the request that the response repeats, as members of a JSON object without the braces.
    pub echo: Bytes,
}

/// How many times a call is made, so that an operation that gives one choice gives several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copies(u8);

impl Copies {
    /// The most that is made of one call.
    pub const MOST: u8 = 8;

    /// Returns that many copies, if azgate makes so many.
    pub fn of(count: u64) -> Option<Copies> {
        u8::try_from(count).ok().filter(|count| (1..=Copies::MOST).contains(count)).map(Copies)
    }

    /// Returns the number of copies.
    pub fn count(self) -> u8 {
        self.0
    }
}

impl Default for Copies {
    fn default() -> Copies {
        Copies(1)
    }
}

/// The framing of an answer beside that of the call upstream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Framing {
    /// JSON for JSON, a stream for a stream.
    #[default]
    Same,
    /// The client asked for a stream; Azure was asked for JSON.
    JsonToSse,
    /// The client asked for JSON; Azure was asked for a stream.
    SseToJson,
}

/// The chunk with `choices: []` and the token counts at the end of a stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UsageChunk {
    /// Nobody asked for the chunk.
    #[default]
    None,
    /// The client asked for the chunk.
    Wanted,
    /// azgate asked for the chunk, and the client did not: azgate removes it from the stream.
    Hidden,
}

/// One change and its reason.
#[derive(Clone, Debug)]
pub struct Edit {
    /// The rule that made it.
    pub rule: RuleId,
    /// What changes.
    pub change: Change,
    /// Whether the meaning stays.
    pub effect: Effect,
    /// Why, in a sentence for the caller.
    pub why: Cow<'static, str>,
    /// A refusal of Azure's taught this edit. No table has it.
    pub learned: bool,
}

impl Edit {
    /// The change to the body, if it is one.
    pub fn body(&self) -> Option<&json::Change> {
        match &self.change {
            Change::Body(change) => Some(change),
            Change::ApiVersion { .. } | Change::Reply(_) | Change::Dialect { .. } | Change::Lost { .. } => {
                None
            }
        }
    }
}

/// What an edit changes.
#[derive(Clone, Debug)]
pub enum Change {
    /// The request's body.
    Body(json::Change),
    /// The api-version of the call.
    ApiVersion {
        /// The version configured.
        from: ApiVersion,
        /// The version sent.
        to: ApiVersion,
    },
    /// The answer.
    Reply(ReplyTweak),
    /// The operation.
    Dialect {
        /// What the client asked for.
        from: Dialect,
        /// What Azure is asked for.
        to: Dialect,
    },
    /// A part that the other dialect has no place for.
    Lost {
        /// Where it stood.
        at: Pointer,
    },
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Change::Body(json::Change::Set { at, .. }) => write!(f, "set {at}"),
            Change::Body(json::Change::Remove { at }) => write!(f, "remove {at}"),
            Change::Body(json::Change::Insert { at, .. }) => write!(f, "insert {at}"),
            Change::Body(json::Change::Rename { from, to }) => write!(f, "rename {from} to {to}"),
            Change::ApiVersion { from, to } => write!(f, "api-version {from} to {to}"),
            Change::Reply(tweak) => write!(f, "answer: {}", tweak.described()),
            Change::Dialect { from, to } => write!(f, "operation {from} to {to}"),
            Change::Lost { at } => write!(f, "leave out {at}"),
        }
    }
}

/// A change to the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplyTweak {
    /// A JSON answer is made into a stream.
    Synthesize,
    /// A stream is collected into a JSON answer.
    Collect,
    /// The usage chunk that only azgate asked for is taken out.
    HideUsageChunk,
    /// Tool calls become the legacy `function_call`.
    LegacyFunctions,
}

impl ReplyTweak {
    /// The tweak in words.
    pub fn described(self) -> &'static str {
        match self {
            ReplyTweak::Synthesize => "a JSON answer is made into a stream",
            ReplyTweak::Collect => "a stream is collected into a JSON answer",
            ReplyTweak::HideUsageChunk => "the usage chunk is taken out of the stream",
            ReplyTweak::LegacyFunctions => "tool calls go back as function_call",
        }
    }
}

/// Whether an edit keeps the meaning of the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// The same call in other words.
    Same,
    /// Something that was asked for is gone.
    Lossy,
}

impl Effect {
    /// The effect's name.
    pub fn name(self) -> &'static str {
        match self {
            Effect::Same => "same",
            Effect::Lossy => "lossy",
        }
    }
}

/// Why azgate does not send a call: Azure would refuse it, and no translation keeps what the call asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The rule that refuses.
    pub rule: RuleId,
    /// The parameter at fault, as OpenAI's errors name it.
    pub param: String,
    /// The family that does not take it.
    pub family: Arc<str>,
    /// Why, and what to do instead.
    pub why: String,
}
