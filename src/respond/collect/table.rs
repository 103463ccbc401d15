//! What becomes of each member of a chunk on its way into the answer.

/// How the values that come for one member, chunk by chunk, become one.
#[derive(Clone, Copy, Debug)]
pub(super) enum How {
    /// The first that says something.
    First,
    /// The last that says something.
    Last,
    /// Strings are joined; of other values the last stays.
    Join,
    /// The items of lists stand behind one another.
    Append,
    /// Objects become one, member by member.
    Members(Table),
    /// Items of one `index` become one, member by member.
    Items(Table),
    /// The worst verdict of a content filter.
    Worst,
    /// It is no part of an answer.
    Drop,
}

/// The table of one kind of object, by the member's key.
pub(super) type Table = fn(&str) -> How;

/// A chunk of a chat answer. Azure opens a stream with a chunk whose id and model are empty, and the annotations of its
/// asynchronous filter are such chunks too (Microsoft, content-streaming.md).
pub(super) const CHAT_CHUNK: Table = |key| match key {
    "id" | "created" | "model" | "system_fingerprint" | "service_tier" => How::First,
    "choices" => How::Items(CHOICE),
    // What the chunk is, its padding, and an error that is null.
    "object" | "obfuscation" | "error" => How::Drop,
    _ => How::Last,
};

const CHOICE: Table = |key| match key {
    "index" => How::First,
    "delta" => How::Members(MESSAGE),
    "logprobs" => How::Members(|_| How::Append),
    "content_filter_results" | "content_filter_result" => How::Members(|_| How::Worst),
    // Which part of the text one annotation is about: an answer has one for all of it.
    "content_filter_offsets" => How::Drop,
    _ => How::Last,
};

/// `context` is On Your Data's. The texts are `content`, `refusal`, and such as `reasoning_content`.
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
