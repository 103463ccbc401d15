//! The keywords with which the catalog writes the values of a profile.

use crate::call::{Dialect, ReplayedReasoning};

use super::capabilities::{Effort, Functions, Modality, Streaming, SystemRole, ToolsWithEffort};

/// A value that the catalog writes as a keyword.
pub trait Keyword: Copy + 'static {
    /// Every value.
    const ALL: &'static [Self];

    /// Returns the spelling in the catalog.
    fn keyword(self) -> &'static str;
}

impl Keyword for Dialect {
    const ALL: &'static [Dialect] = &Dialect::ALL;

    fn keyword(self) -> &'static str {
        self.name()
    }
}

impl Keyword for Effort {
    const ALL: &'static [Effort] = &Effort::ALL;

    fn keyword(self) -> &'static str {
        self.name()
    }
}

impl Keyword for Streaming {
    const ALL: &'static [Streaming] = &[Streaming::Native, Streaming::Synthesized];

    fn keyword(self) -> &'static str {
        match self {
            Streaming::Native => "native",
            Streaming::Synthesized => "synthesized",
        }
    }
}

impl Keyword for SystemRole {
    const ALL: &'static [SystemRole] = &[
        SystemRole::Any,
        SystemRole::System,
        SystemRole::Developer,
        SystemRole::DeveloperOnly,
        SystemRole::MergeIntoUser,
    ];

    fn keyword(self) -> &'static str {
        match self {
            SystemRole::Any => "any",
            SystemRole::System => "system",
            SystemRole::Developer => "developer",
            SystemRole::DeveloperOnly => "developer_only",
            SystemRole::MergeIntoUser => "merge_into_user",
        }
    }
}

impl Keyword for Modality {
    const ALL: &'static [Modality] = &[Modality::Text, Modality::Image, Modality::Audio, Modality::File];

    fn keyword(self) -> &'static str {
        match self {
            Modality::Text => "text",
            Modality::Image => "image",
            Modality::Audio => "audio",
            Modality::File => "file",
        }
    }
}

impl Keyword for ToolsWithEffort {
    const ALL: &'static [ToolsWithEffort] =
        &[ToolsWithEffort::Any, ToolsWithEffort::OnlyNone, ToolsWithEffort::Never];

    fn keyword(self) -> &'static str {
        match self {
            ToolsWithEffort::Any => "any",
            ToolsWithEffort::OnlyNone => "only_none",
            ToolsWithEffort::Never => "never",
        }
    }
}

impl Keyword for ReplayedReasoning {
    const ALL: &'static [ReplayedReasoning] =
        &[ReplayedReasoning::All, ReplayedReasoning::Turn, ReplayedReasoning::Last, ReplayedReasoning::None];

    fn keyword(self) -> &'static str {
        match self {
            ReplayedReasoning::All => "all",
            ReplayedReasoning::Turn => "turn",
            ReplayedReasoning::Last => "last",
            ReplayedReasoning::None => "none",
        }
    }
}

impl Keyword for Functions {
    const ALL: &'static [Functions] = &[Functions::Legacy, Functions::ToolsOnly];

    fn keyword(self) -> &'static str {
        match self {
            Functions::Legacy => "legacy",
            Functions::ToolsOnly => "tools_only",
        }
    }
}
