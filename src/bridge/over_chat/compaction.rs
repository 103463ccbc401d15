//! Compaction over chat completions. A Responses call that ends with a `compaction_trigger` asks for an opaque item
//! that stands for its conversation. Chat has no such thing, so the model is asked for a summary, and the item holds
//! it. A later call brings the item back, and the model reads the summary as a message of the user.

/// How the content of an item begins that azgate made. The conversation is the client's own, so nothing is encrypted.
pub(super) const OWN: &str = "azgate:summary:";

/// What the model is asked for at the end of the conversation.
pub(super) const PROMPT: &str = "The conversation above is about to be replaced by your summary of it. Write that summary for \
     the assistant that goes on with the work: what the user wants, with every constraint and preference; what was done \
     and found, with names, paths and values; and what is left to do. Write nothing but the summary.";

/// What stands before a summary that comes back.
pub(super) const INTRODUCTION: &str = "The conversation so far was replaced by this summary of it:\n\n";
