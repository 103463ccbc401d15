//! Where ids stand in calls and answers, as trees of data. A list stands for each of its items.

use super::ObjectKind::{
    self, Audio, Container, Conversation, File, Item, PromptTemplate, Response, Skill, Tunnel, VectorStore,
};
use crate::json::View;

/// The places of ids in a body.
pub type Places = &'static [Place];

/// Says whether a member of this object is an id.
type IsId = fn(View<'_>) -> bool;

/// A member that is an id, or has ids below it, or both.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The member's key; `*` for any.
    pub(super) key: &'static str,
    /// The kind of the object whose id the member may be, and in which objects it is one.
    pub(super) id: Option<(ObjectKind, IsId)>,
    /// What is below it.
    pub(super) below: Places,
}

const fn id(key: &'static str, kind: ObjectKind) -> Place {
    Place { key, id: Some((kind, |_| true)), below: &[] }
}

const fn below(key: &'static str, below: Places) -> Place {
    Place { key, id: None, below }
}

/// The body of a call to a model. Chat calls may have what only the Responses API knows: they are bridged to it.
pub const MODEL_CALL: Places = &[
    id("previous_response_id", Response),
    Place { below: &[id("id", Conversation)], ..id("conversation", Conversation) },
    below("prompt", &[id("id", PromptTemplate)]),
    below("input", ITEM),
    below("messages", MESSAGE),
    below("tools", TOOL),
    // The resources of an assistant's tools (assistants.md).
    below("tool_resources", &[below("*", TOOL_RESOURCES)]),
    // File search as Azure's users write it beside `azure_search`.
    below("data_sources", &[below("parameters", &[id("vector_store_id", VectorStore), VECTOR_STORE_IDS])]),
];

/// The body of a chat completion.
pub const CHAT_ANSWER: Places = &[below("choices", &[below("message", &[below("audio", AUDIO)])])];

/// The body of a response.
pub const RESPONSE: Places = &[
    id("id", Response),
    below("conversation", &[id("id", Conversation)]),
    below("output", &[CONTAINER_ID, below("content", &[below("annotations", &[FILE_ID, CONTAINER_ID])])]),
];

/// An item of the input of a Responses call (`InputItem` in OpenAI's specification).
const ITEM: Places = &[
    Place { key: "id", id: Some((Item, is_looked_up)), below: &[] },
    below("content", PART),
    // A tool's output: parts, or a screenshot.
    below("output", PART),
    // An earlier code interpreter call: its container goes on.
    CONTAINER_ID,
    // The environment of a shell call.
    below("environment", ENVIRONMENT),
    // Tools that come along within the input.
    below("tools", TOOL),
];

/// A chat message.
///
/// The bridge itself looks at `azgate`, which it keeps there of an earlier answer: it sends nothing of it back that
/// needs what Azure stores.
const MESSAGE: Places = &[below("content", PART), below("attachments", PART), below("audio", AUDIO)];

/// An earlier answer in audio. Azure keeps it for a while (`expires_at`) and finds it by its id alone.
const AUDIO: Places = &[id("id", Audio)];

/// A part of a content: `input_file`, `input_image`, and chat's `file`.
const PART: Places = &[FILE_ID, below("file", &[FILE_ID])];

/// A tool: file search, code interpreter, shell, image generation, MCP through a tunnel.
const TOOL: Places = &[
    VECTOR_STORE_IDS,
    // As clients of the Assistants API spell the two. The bridge moves them to where they belong.
    FILE_IDS,
    CONTAINER,
    below("environment", ENVIRONMENT),
    MASK,
    TUNNEL_ID,
    // Options in a member of the tool's name. The bridge moves them, too.
    below("file_search", &[VECTOR_STORE_IDS]),
    below("code_interpreter", &[FILE_IDS, CONTAINER]),
    below("image_generation", &[MASK]),
    below("mcp", &[TUNNEL_ID]),
];

const CONTAINER: Place = Place { below: &[FILE_IDS], ..id("container", Container) };

const MASK: Place = below("input_image_mask", &[FILE_ID]);

/// Where a shell runs.
const ENVIRONMENT: Places = &[CONTAINER_ID, FILE_IDS, below("skills", &[id("skill_id", Skill)])];

const TOOL_RESOURCES: Places = &[FILE_IDS, VECTOR_STORE_IDS, below("vector_stores", &[FILE_IDS])];

const FILE_ID: Place = id("file_id", File);
const FILE_IDS: Place = id("file_ids", File);
const VECTOR_STORE_IDS: Place = id("vector_store_ids", VectorStore);
const CONTAINER_ID: Place = id("container_id", Container);
const TUNNEL_ID: Place = id("tunnel_id", Tunnel);

/// Whether Azure looks an item of the input up by its id, because the item does not carry its own content: a
/// reference, whose type may be left out (`ItemReferenceParam`), or an item without the member that it is for.
fn is_looked_up(item: View<'_>) -> bool {
    let all = |key: &'static str| item.members().filter(move |(name, _)| name == key).map(|(_, value)| value);
    let is = |kind: &str| all("type").any(|value| value.text().as_deref() == Some(kind));
    let is_untyped = all("type").next().is_none() || all("type").any(View::is_null);
    let lacks =
        |key| all(key).next().is_none() || all(key).any(|value| matches!(value.raw(), b"null" | b"\"\""));
    is("item_reference")
        || (is_untyped && lacks("role"))
        || (is("reasoning") && lacks("encrypted_content"))
        || (is("image_generation_call") && lacks("result"))
}
