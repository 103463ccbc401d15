//! The two kinds of tools that the client runs, and what each dialect calls their parts.

/// A kind of tool that the client runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ToolKind {
    /// Takes arguments in JSON.
    Function,
    /// Takes an input of any form.
    Custom,
}

impl ToolKind {
    const ALL: [ToolKind; 2] = [ToolKind::Function, ToolKind::Custom];

    /// Returns the kind with this name: the `type` of a tool, and of a tool call in chat.
    pub(super) fn named(name: &str) -> Option<ToolKind> {
        ToolKind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Returns the kind whose calls are items of this type.
    pub(super) fn of_call_item(item_type: &str) -> Option<ToolKind> {
        ToolKind::ALL.into_iter().find(|kind| kind.call_item() == item_type)
    }

    /// Returns the `type` of such a tool. In chat it is also the member that holds the details of a tool or call.
    pub(super) fn name(self) -> &'static str {
        match self {
            ToolKind::Function => "function",
            ToolKind::Custom => "custom",
        }
    }

    /// Returns the member of a call that holds what the tool is called with.
    pub(super) fn input(self) -> &'static str {
        match self {
            ToolKind::Function => "arguments",
            ToolKind::Custom => "input",
        }
    }

    /// Returns the type of an item that calls such a tool.
    pub(super) fn call_item(self) -> &'static str {
        match self {
            ToolKind::Function => "function_call",
            ToolKind::Custom => "custom_tool_call",
        }
    }

    /// Returns the type of an item that holds such a tool's output.
    pub(super) fn output_item(self) -> &'static str {
        match self {
            ToolKind::Function => "function_call_output",
            ToolKind::Custom => "custom_tool_call_output",
        }
    }
}
