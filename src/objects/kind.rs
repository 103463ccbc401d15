//! The kinds of objects that Azure stores.

/// A kind of stored object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ObjectKind {
    /// A response.
    Response,
    /// A conversation of responses.
    Conversation,
    /// An item of a response or a conversation.
    Item,
    /// A prompt template.
    PromptTemplate,
    /// A file.
    File,
    /// A vector store.
    VectorStore,
    /// A container that runs the code interpreter or a shell.
    Container,
    /// A skill of a shell.
    Skill,
    /// A tunnel to an MCP server.
    Tunnel,
    /// A chat answer in audio.
    Audio,
    /// A voice of the resource's owner.
    Voice,
}
