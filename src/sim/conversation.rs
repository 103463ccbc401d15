//! A conversation and its tools, independent of the operation, so that both operations answer and count them alike.

use serde_json::Value;

use super::usage::{IMAGE, json_characters};

/// One text, tool call or tool result of a conversation.
#[derive(Debug)]
pub(super) struct ConversationTurn<'a> {
    pub(super) role: Role,
    /// The texts of the turn. A tool call has two: the name and the arguments.
    pub(super) texts: Vec<&'a str>,
    pub(super) images: usize,
    /// Files and audio.
    pub(super) files: usize,
}

/// The author of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// A system or developer message, or `instructions`.
    Operator,
    User,
    Assistant,
    /// A call by the assistant.
    ToolCall,
    /// The result of a tool call.
    ToolResult,
}

/// A tool that the caller runs.
#[derive(Debug, Clone, Copy)]
pub(super) struct CallerTool<'a> {
    pub(super) kind: ToolKind,
    pub(super) name: &'a str,
    /// The namespace that groups it with others.
    pub(super) namespace: Option<&'a str>,
    pub(super) description: &'a str,
    /// The schema of a function's arguments.
    pub(super) schema: Option<&'a Value>,
    /// The grammar of a custom tool's input.
    pub(super) grammar: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ToolKind {
    Function,
    Custom,
    /// The legacy `functions` of the chat operation.
    Legacy,
}

/// The format that the text of the answer must have.
#[derive(Debug, Clone, Copy)]
pub(super) enum TextFormat<'a> {
    Text,
    Object,
    /// The object that holds the members `name`, `description` and `schema`.
    Schema(&'a Value),
}

impl<'a> ConversationTurn<'a> {
    pub(super) fn new(role: Role, texts: Vec<&'a str>) -> Self {
        Self { role, texts, images: 0, files: 0 }
    }
}

/// Estimates the tokens of a prompt: a quarter of its characters, six for each message, a fixed number for each image
/// or file. A turn of the assistant adds nothing beyond its characters, since one operation writes as one message what
/// the other writes as several items.
pub(super) fn tokens(
    turns: &[ConversationTurn<'_>],
    tools: &[CallerTool<'_>],
    format: TextFormat<'_>,
) -> u64 {
    let count = |text: &str| text.chars().count() as u64;
    let mut characters = 0;
    let mut extra = 3;
    for turn in turns {
        characters += turn.texts.iter().map(|text| count(text)).sum::<u64>();
        extra += (turn.images + turn.files) as u64 * IMAGE;
        if matches!(turn.role, Role::Operator | Role::User | Role::ToolResult) {
            extra += 6;
        }
    }
    for tool in tools {
        characters += count(tool.name) + count(tool.description) + count(tool.grammar);
        characters += tool.schema.map_or(0, json_characters);
    }
    if let TextFormat::Schema(schema) = format {
        let members = ["name", "description", "schema"];
        characters +=
            members.iter().filter_map(|member| schema.get(member)).map(json_characters).sum::<u64>();
    }
    extra + characters / 4
}
