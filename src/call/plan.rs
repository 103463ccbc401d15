//! The result of translation: the call as azgate sends it, its changes, and how the answer goes back.

use std::{borrow::Cow, fmt, sync::Arc};

use bytes::Bytes;

use crate::{
    call::{ApiVersion, Dialect, Dialogue},
    json::{self, Document, Pointer},
};

/// The name of a rule, such as `drop.temperature`.
pub type RuleId = Arc<str>;

/// A call as azgate sends it to one target.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The dialect of the body that azgate sends.
    pub dialect: Dialect,
    /// The dated api-version that azgate sends; `None` on the v1 surface.
    pub api_version: Option<ApiVersion>,
    /// The dialogue that replaces the client's, if azgate bridged the call, put its body into the words of the
    /// operation, or removed members from an edited body. The rest of the plan then applies to this dialogue.
    pub bridged: Option<BridgedDialogue>,
    /// The change that puts the deployment's name into the body. It is not listed among the edits.
    pub deployment_name: Option<json::Change>,
    /// The edits, in order.
    pub edits: Vec<Edit>,
    /// How the answer goes back.
    pub reply: ReplyPlan,
}

/// A dialogue that azgate has put into other words, often those of the other dialect, or edited already.
#[derive(Clone, Debug)]
pub struct BridgedDialogue {
    /// The dialogue as it is now.
    pub dialogue: Dialogue<'static>,
    /// The changes and omissions so far, in order. `dialogue` already contains them.
    pub edits: Vec<Edit>,
}

impl Plan {
    /// Returns the body that the plan changes and azgate sends. `asked` is the client's body.
    pub fn body<'a>(&'a self, asked: &'a Document) -> &'a Document {
        self.bridged.as_ref().map_or(asked, |bridged| &bridged.dialogue.body)
    }

    /// Takes all edits out of the plan, in order.
    pub fn take_edits(&mut self) -> Vec<Edit> {
        let mut edits =
            self.bridged.as_mut().map(|bridged| std::mem::take(&mut bridged.edits)).unwrap_or_default();
        edits.append(&mut self.edits);
        edits
    }

    /// Returns the changes to the body, in order.
    pub fn changes(&self) -> impl Iterator<Item = &json::Change> {
        self.deployment_name.iter().chain(self.edits.iter().filter_map(Edit::body_change))
    }
}

/// How the answer gets the form that the client asked for. Each part applies independently of the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReplyPlan {
    /// The dialect of Azure's answer.
    pub dialect: Dialect,
    /// Whether that is also the client's dialect.
    pub shape: Shape,
    /// How many calls azgate makes for the answer: one for each choice.
    pub copies: Copies,
    /// How the answer is framed.
    pub framing: Framing,
    /// How azgate treats the usage chunk at the end of a stream.
    pub usage_chunk: UsageChunk,
    /// Whether tool calls go back as the legacy `function_call`.
    pub legacy_functions: bool,
    /// Whether azgate repairs Azure's odd stream chunks, as strict OpenAI clients need.
    pub normalize: bool,
}

impl ReplyPlan {
    /// Returns the dialect of the client.
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
    /// Both are the same.
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
    /// The Azure resource that answers. The bridge marks reasoning with its name.
    pub resource: Arc<str>,
    /// The sequences at which azgate cuts the text. azgate does not need Azure's answer after one of them.
    pub stop: Vec<String>,
}

/// How Azure's chat completion becomes a response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OverChat {
    /// The part of the request that the response repeats, as members of a JSON object without the braces.
    pub echo: Bytes,
    /// The tools of namespaces, with the names by which chat calls them.
    pub tools: Vec<NamespacedTool>,
    /// What the answer is, if the call asks for a compaction of its conversation.
    pub compaction: Option<Compaction>,
}

/// What a compacted conversation is given back as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compaction {
    /// A response with one item, for a call with a `compaction_trigger`.
    Response,
    /// The answer of the operation that compacts.
    Operation,
}

/// A tool of a namespace, which the Responses API calls by two names and chat by one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamespacedTool {
    /// The name in chat.
    pub called: String,
    /// The namespace.
    pub namespace: String,
    /// The name in the namespace.
    pub name: String,
}

/// How many times azgate sends a call, to get several choices from an operation that gives one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copies(u8);

impl Copies {
    /// The greatest number of copies of one call.
    pub const MOST: u8 = 8;

    /// Returns that number of copies, or `None` if azgate does not send so many.
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

/// The framing that the client asked for, compared with the framing of Azure's answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Framing {
    /// Both are JSON, or both are a stream.
    #[default]
    Same,
    /// The client asked for a stream; azgate asked Azure for JSON.
    JsonToSse,
    /// The client asked for JSON; azgate asked Azure for a stream.
    SseToJson,
}

/// The chunk with `choices: []` and the token counts at the end of a stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UsageChunk {
    /// Neither the client nor azgate asked for the chunk.
    #[default]
    None,
    /// The client asked for the chunk.
    Wanted,
    /// Only azgate asked for the chunk, so azgate removes it from the stream.
    Hidden,
}

/// A change and its reason.
#[derive(Clone, Debug)]
pub struct Edit {
    /// The rule that made the change.
    pub rule: RuleId,
    /// The change.
    pub change: Change,
    /// Whether the call keeps its meaning.
    pub effect: Effect,
    /// The reason, as a sentence for the caller.
    pub why: Cow<'static, str>,
    /// Whether azgate learned the edit from a refusal of Azure's. The catalog does not contain it then.
    pub learned: bool,
}

impl Edit {
    /// Returns the change to the body, if the edit changes the body.
    pub fn body_change(&self) -> Option<&json::Change> {
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
        /// The configured version.
        from: ApiVersion,
        /// The version that azgate sends.
        to: ApiVersion,
    },
    /// The answer.
    Reply(ReplyTweak),
    /// The dialect.
    Dialect {
        /// The client's dialect.
        from: Dialect,
        /// The dialect of the call to Azure.
        to: Dialect,
    },
    /// A part of the call that the other dialect cannot express.
    Lost {
        /// The place of that part in the client's body.
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
    /// azgate turns a JSON answer into a stream.
    Synthesize,
    /// azgate collects a stream into a JSON answer.
    Collect,
    /// azgate removes the usage chunk, because only azgate asked for it.
    HideUsageChunk,
    /// azgate turns tool calls into the legacy `function_call`.
    LegacyFunctions,
}

impl ReplyTweak {
    /// Returns a description of the tweak.
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
    /// The call means the same.
    Same,
    /// The call loses something that the client asked for.
    Lossy,
}

impl Effect {
    /// Returns the effect's name.
    pub fn name(self) -> &'static str {
        match self {
            Effect::Same => "same",
            Effect::Lossy => "lossy",
        }
    }
}

/// The reason why azgate does not send a call: Azure would refuse the call, and no translation keeps its meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The rule that refuses.
    pub rule: RuleId,
    /// The parameter that is refused, as OpenAI's errors name it.
    pub param: String,
    /// The family that does not take the parameter.
    pub family: Arc<str>,
    /// The reason, and what to do instead.
    pub why: String,
    /// Which policy allows the call, in a sentence.
    pub policy: String,
}
