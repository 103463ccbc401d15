//! The tables of how each member of a chunk is merged into the answer.

/// How the values of one member, which come chunk by chunk, become one.
#[derive(Clone, Copy, Debug)]
pub(super) enum MergeRule {
    /// The first value that is not empty.
    First,
    /// The last value that is not empty.
    Last,
    /// Strings are joined. For other values the last one stays.
    Join,
    /// Lists are joined.
    Append,
    /// Objects are merged member by member.
    Members(Table),
    /// Items of the same `index` are merged member by member.
    Items(Table),
    /// The worst verdict of a content filter.
    Worst,
    /// The member is not part of an answer.
    Drop,
}

/// The table of one kind of object, by the member's key.
pub(super) type Table = fn(&str) -> MergeRule;

/// A chunk of a chat answer. Azure opens a stream with a chunk whose id and model are empty, and the annotations of its
/// asynchronous filter are such chunks too (Microsoft, content-streaming.md).
pub(super) const CHAT_CHUNK: Table = |key| match key {
    "id" | "created" | "model" | "system_fingerprint" | "service_tier" => MergeRule::First,
    "choices" => MergeRule::Items(CHOICE),
    // The chunk's type, its padding, and an error that is null.
    "object" | "obfuscation" | "error" => MergeRule::Drop,
    _ => MergeRule::Last,
};

const CHOICE: Table = |key| match key {
    "index" => MergeRule::First,
    "delta" => MergeRule::Members(MESSAGE),
    "logprobs" => MergeRule::Members(|_| MergeRule::Append),
    "content_filter_results" | "content_filter_result" => MergeRule::Members(|_| MergeRule::Worst),
    // The part of the text that an annotation is about. An answer has one annotation for the whole text.
    "content_filter_offsets" => MergeRule::Drop,
    _ => MergeRule::Last,
};

/// `context` belongs to On Your Data. Texts are `content`, `refusal` and others such as `reasoning_content`.
const MESSAGE: Table = |key| match key {
    "role" => MergeRule::First,
    "tool_calls" => MergeRule::Items(CALL),
    "function_call" => MergeRule::Members(FUNCTION),
    "annotations" => MergeRule::Append,
    "audio" => MergeRule::Members(AUDIO),
    "context" => MergeRule::Members(|_| MergeRule::Last),
    _ => MergeRule::Join,
};

const CALL: Table = |key| match key {
    "id" | "type" => MergeRule::First,
    "function" | "custom" => MergeRule::Members(FUNCTION),
    "index" => MergeRule::Drop,
    _ => MergeRule::Last,
};

/// The function of a tool call, a legacy `function_call`, or a custom tool.
const FUNCTION: Table = |key| match key {
    "name" => MergeRule::First,
    "arguments" | "input" => MergeRule::Join,
    _ => MergeRule::Last,
};

const AUDIO: Table = |key| match key {
    "id" => MergeRule::First,
    "transcript" | "data" => MergeRule::Join,
    _ => MergeRule::Last,
};
