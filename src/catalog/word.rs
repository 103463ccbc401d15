//! The words in which the catalog writes the values of a profile.

use crate::call::{Dialect, ReplayedReasoning};

use super::profile::{Effort, Functions, Modality, Streaming, SystemRole, ToolsWithEffort};

/// A value that the catalog writes as one word.
pub trait Word: Copy + 'static {
    /// Every value.
    const ALL: &'static [Self];

    /// How the catalog spells it.
    fn word(self) -> &'static str;
}

impl Word for Dialect {
    const ALL: &'static [Dialect] = &Dialect::ALL;

    fn word(self) -> &'static str {
        self.name()
    }
}

impl Word for Effort {
    const ALL: &'static [Effort] = &Effort::ALL;

    fn word(self) -> &'static str {
        self.name()
    }
}

impl Word for Streaming {
    const ALL: &'static [Streaming] = &[Streaming::Native, Streaming::Synthesized];

    fn word(self) -> &'static str {
        match self {
            Streaming::Native => "native",
            Streaming::Synthesized => "synthesized",
        }
    }
}

impl Word for SystemRole {
    const ALL: &'static [SystemRole] = &[
        SystemRole::Any,
        SystemRole::System,
        SystemRole::Developer,
        SystemRole::DeveloperOnly,
        SystemRole::MergeIntoUser,
    ];

    fn word(self) -> &'static str {
        match self {
            SystemRole::Any => "any",
            SystemRole::System => "system",
            SystemRole::Developer => "developer",
            SystemRole::DeveloperOnly => "developer_only",
            SystemRole::MergeIntoUser => "merge_into_user",
        }
    }
}

impl Word for Modality {
    const ALL: &'static [Modality] = &[Modality::Text, Modality::Image, Modality::Audio, Modality::File];

    fn word(self) -> &'static str {
        match self {
            Modality::Text => "text",
            Modality::Image => "image",
            Modality::Audio => "audio",
            Modality::File => "file",
        }
    }
}

impl Word for ToolsWithEffort {
    const ALL: &'static [ToolsWithEffort] =
        &[ToolsWithEffort::Any, ToolsWithEffort::OnlyNone, ToolsWithEffort::Never];

    fn word(self) -> &'static str {
        match self {
            ToolsWithEffort::Any => "any",
            ToolsWithEffort::OnlyNone => "only_none",
            ToolsWithEffort::Never => "never",
        }
    }
}

impl Word for ReplayedReasoning {
    const ALL: &'static [ReplayedReasoning] =
        &[ReplayedReasoning::All, ReplayedReasoning::Turn, ReplayedReasoning::Last, ReplayedReasoning::None];

    fn word(self) -> &'static str {
        match self {
            ReplayedReasoning::All => "all",
            ReplayedReasoning::Turn => "turn",
            ReplayedReasoning::Last => "last",
            ReplayedReasoning::None => "none",
        }
    }
}

impl Word for Functions {
    const ALL: &'static [Functions] = &[Functions::Legacy, Functions::ToolsOnly];

    fn word(self) -> &'static str {
        match self {
            Functions::Legacy => "legacy",
            Functions::ToolsOnly => "tools_only",
        }
    }
}
