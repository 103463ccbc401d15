//! The places of object ids in calls and answers, as trees of data. A place that is a list means each of its items.

use super::ObjectKind::{
    self, Audio, Container, Conversation, File, Item, PromptTemplate, Response, Skill, Tunnel, VectorStore,
    Voice,
};
use crate::json::View;

/// The places of ids in a body.
pub type IdPlaces = &'static [IdPlace];

/// A function that returns whether a member of this object, in this body, is an id.
type IsId = fn(View<'_>, View<'_>) -> bool;

/// A member that is an id, contains ids, or both.
#[derive(Clone, Copy, Debug)]
pub struct IdPlace {
    /// The member's key; `*` for every key.
    pub(super) key: &'static str,
    /// The kind of the object that the member names, and the function that tells whether the member is an id.
    pub(super) id: Option<(ObjectKind, IsId)>,
    /// The places below the member.
    pub(super) below: IdPlaces,
}

const fn id(key: &'static str, kind: ObjectKind) -> IdPlace {
    IdPlace { key, id: Some((kind, |_, _| true)), below: &[] }
}

const fn below(key: &'static str, below: IdPlaces) -> IdPlace {
    IdPlace { key, id: None, below }
}

/// The body of a call to a model. A chat call may contain members of the Responses API, because azgate can bridge the
/// call to that API.
pub const MODEL_CALL: IdPlaces = &[
    id("previous_response_id", Response),
    IdPlace { below: &[id("id", Conversation)], ..id("conversation", Conversation) },
    below("prompt", &[id("id", PromptTemplate)]),
    below("input", ITEM),
    below("messages", MESSAGE),
    below("attachments", PART),
    // A voice that was made for the resource (`VoiceIdsOrCustomVoice`). A built-in voice is a text.
    below("audio", &[below("voice", &[id("id", Voice)])]),
    below("tools", TOOL),
    // The resources of an assistant's tools (assistants.md).
    below("tool_resources", &[below("*", TOOL_RESOURCES)]),
    // File search, as Azure's users write it beside `azure_search`.
    below("data_sources", &[below("parameters", &[id("vector_store_id", VectorStore), VECTOR_STORE_IDS])]),
];

/// The body of a chat completion.
pub const CHAT_ANSWER: IdPlaces = &[below("choices", &[below("message", &[below("audio", AUDIO)])])];

/// The body of a response.
pub const RESPONSE: IdPlaces = &[
    id("id", Response),
    below("conversation", &[id("id", Conversation)]),
    below("output", &[CONTAINER_ID, below("content", &[below("annotations", &[FILE_ID, CONTAINER_ID])])]),
];

/// An item of the input of a Responses call (`InputItem` in OpenAI's specification).
const ITEM: IdPlaces = &[
    IdPlace { key: "id", id: Some((Item, |item, _| is_looked_up(item))), below: &[] },
    IdPlace { key: "approval_request_id", id: Some((Item, is_elsewhere)), below: &[] },
    below("content", PART),
    // The output of a tool: parts, or a screenshot.
    below("output", PART),
    // An earlier call of the code interpreter, whose container the next call uses again.
    CONTAINER_ID,
    // The environment of a shell call.
    below("environment", ENVIRONMENT),
    // Tools inside the input.
    below("tools", TOOL),
];

/// A chat message.
///
/// The table does not list the member `azgate`, where the bridge keeps parts of an earlier answer. The bridge reads
/// that member itself, and sends back only parts that need no stored object.
const MESSAGE: IdPlaces = &[below("content", PART), below("attachments", PART), below("audio", AUDIO)];

/// An earlier answer in audio. Azure keeps the answer for a while (`expires_at`) and finds it by its id alone.
const AUDIO: IdPlaces = &[id("id", Audio)];

/// A content part: `input_file`, `input_image`, or chat's `file`.
const PART: IdPlaces = &[FILE_ID, below("file", &[FILE_ID]), below("image_file", &[FILE_ID])];

/// A tool: file search, code interpreter, shell, image generation, MCP through a tunnel, or a namespace of tools.
const TOOL: IdPlaces = &TOOL_MEMBERS;

static TOOL_MEMBERS: [IdPlace; 11] = [
    below("tools", &TOOL_MEMBERS),
    VECTOR_STORE_IDS,
    // Clients of the Assistants API write ids in these two places. The bridge moves the ids to the right ones.
    FILE_IDS,
    CONTAINER,
    below("environment", ENVIRONMENT),
    MASK,
    TUNNEL_ID,
    // Some clients write options into a member that has the tool's name. The bridge moves these as well.
    below("file_search", &[VECTOR_STORE_IDS]),
    below("code_interpreter", &[FILE_IDS, CONTAINER]),
    below("image_generation", &[MASK]),
    below("mcp", &[TUNNEL_ID]),
];

const CONTAINER: IdPlace = IdPlace { below: &[FILE_IDS], ..id("container", Container) };

const MASK: IdPlace = below("input_image_mask", &[FILE_ID]);

/// The environment of a shell.
const ENVIRONMENT: IdPlaces = &[CONTAINER_ID, FILE_IDS, below("skills", &[id("skill_id", Skill)])];

const TOOL_RESOURCES: IdPlaces = &[FILE_IDS, VECTOR_STORE_IDS, below("vector_stores", &[FILE_IDS])];

const FILE_ID: IdPlace = id("file_id", File);
const FILE_IDS: IdPlace = id("file_ids", File);
const VECTOR_STORE_IDS: IdPlace = id("vector_store_ids", VectorStore);
const CONTAINER_ID: IdPlace = id("container_id", Container);
const TUNNEL_ID: IdPlace = id("tunnel_id", Tunnel);

/// Returns whether Azure looks up an input item by its id, because the item has no content of its own. Such an item is
/// a reference, whose type may be missing (`ItemReferenceParam`), or lacks the member that holds its content.
fn is_looked_up(item: View<'_>) -> bool {
    let all = |key: &'static str| item.members().filter(move |(name, _)| name == key).map(|(_, value)| value);
    let is = |kind: &str| all("type").any(|value| value.text().as_deref() == Some(kind));
    let is_untyped = all("type").next().is_none() || all("type").any(View::is_null);
    let lacks =
        |key| all(key).next().is_none() || all(key).any(|value| matches!(value.raw(), b"null" | b"\"\""));
    let only_names = || item.members().all(|(key, _)| matches!(&*key, "type" | "id" | "status"));
    is("item_reference")
        || only_names()
        // The pages that a search found are not in its item. One with its action is removed by `drop.search_call`.
        || (is("web_search_call") && lacks("action"))
        || (is("file_search_call") && lacks("results"))
        || (is("compaction") && lacks("encrypted_content"))
        || (is_untyped && lacks("role"))
        || (is("reasoning") && lacks("encrypted_content"))
        || (is("image_generation_call") && lacks("result"))
}

/// Returns whether an approval is for a request that the body does not hold, so that Azure looks it up.
fn is_elsewhere(approval: View<'_>, body: View<'_>) -> bool {
    let asked = |item: View<'_>| {
        let is_request = item.get("type").and_then(View::text).as_deref() == Some("mcp_approval_request");
        is_request && item.get("arguments").is_some() && item.get("id").is_some_and(|id| names(approval, id))
    };
    let inputs = body.members().filter(|(key, _)| key == "input").map(|(_, input)| input);
    !inputs.flat_map(View::items).any(asked)
}

/// Returns whether every id of an approval's request is this one.
fn names(approval: View<'_>, id: View<'_>) -> bool {
    let mut named = approval.members().filter(|(key, _)| key == "approval_request_id");
    id.text().is_some() && named.all(|(_, named)| named.text() == id.text())
}
