//! The tables of how each member of a chunk is merged into the answer.

/// How the values of one member, which come chunk by chunk, become one.
#[derive(Clone, Copy, Debug)]
pub(super) enum How {
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
pub(super) type Table = fn(&str) -> How;

/// A chunk of a chat answer. Azure opens a stream with a chunk whose id and model are empty, and the annotations of its
/// asynchronous filter are such chunks too (Microsoft, content-streaming.md).
pub(super) const CHAT_CHUNK: Table = |key| match key {
    "id" | "created" | "model" | "system_fingerprint" | "service_tier" => How::First,
    "choices" => How::Items(CHOICE),
    // The chunk's type, its padding, and an error that is null.
    "object" | "obfuscation" | "error" => How::Drop,
    _ => How::Last,
};

const CHOICE: Table = |key| match key {
    "index" => How::First,
    "delta" => How::Members(MESSAGE),
    "logprobs" => How::Members(|_| How::Append),
    "content_filter_results" | "content_filter_result" => How::Members(|_| How::Worst),
    // The part of the text that an annotation is about. An answer has one annotation for the whole text.
    "content_filter_offsets" => How::Drop,
    _ => How::Last,
};

/// `context` belongs to On Your Data. Texts are `content`, `refusal` and others such as `reasoning_content`.
const MESSAGE: Table = |key| match key {
    "role" => How::First,
    "tool_calls" => How::Items(CALL),
    "function_call" => How::Members(FUNCTION),
    "annotations" => How::Append,
    "audio" => How::Members(AUDIO),
    "context" => How::Members(|_| How::Last),
    _ => How::Join,
};

const CALL: Table = |key| match key {
    "id" | "type" => How::First,
    "function" | "custom" => How::Members(FUNCTION),
    "index" => How::Drop,
    _ => How::Last,
};

/// The function of a tool call, a legacy `function_call`, or a custom tool.
const FUNCTION: Table = |key| match key {
    "name" => How::First,
    "arguments" | "input" => How::Join,
    _ => How::Last,
};

const AUDIO: Table = |key| match key {
    "id" => How::First,
    "transcript" | "data" => How::Join,
    _ => How::Last,
};
