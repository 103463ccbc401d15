//! The columns of the model table.

use crate::sim::surface::Operation;

/// One model: what its deployment takes, and what it answers with.
#[derive(Debug)]
pub(in crate::sim) struct Model {
    /// The base model's name, which is also the name of its default deployment.
    pub(in crate::sim) name: &'static str,
    /// The version in the `model` of its answers; empty where the name says it all.
    pub(in crate::sim) version: &'static str,
    /// Which operations serve it.
    pub(in crate::sim) served: ServedBy,
    /// The oldest dated api-version that serves it.
    pub(in crate::sim) since: &'static str,
    /// How its prompt is limited.
    pub(in crate::sim) window: ContextWindow,
    /// The most tokens that one answer may have.
    pub(in crate::sim) output: u64,
    /// How it treats sampling parameters.
    pub(in crate::sim) class: ModelClass,
    /// The values of `reasoning_effort` that it takes.
    pub(in crate::sim) efforts: &'static [&'static str],
    /// The effort of a call that names none.
    pub(in crate::sim) default_effort: &'static str,
    /// How it takes function tools.
    pub(in crate::sim) tools: ToolSupport,
    /// The values of `verbosity` that it takes.
    pub(in crate::sim) verbosity: VerbositySupport,
    /// Everything that it either can or cannot do.
    pub(in crate::sim) features: &'static [Feature],
}

/// Which operations serve a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sim) enum ServedBy {
    Chat,
    Responses,
    Both,
    /// By neither: agents only.
    Elsewhere,
}

/// How a prompt is limited: together with the answer, or by itself. The two have different error texts.
#[derive(Debug, Clone, Copy)]
pub(in crate::sim) enum ContextWindow {
    Shared(u64),
    Input(u64),
}

/// The classes that share their treatment of sampling parameters, caps and roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sim) enum ModelClass {
    /// Takes everything, `max_tokens` included.
    Classic,
    /// o1-preview and o1-mini: no system role, no tools, no stream.
    Gen0,
    /// o1 and o3-mini: refuse `temperature` by name, whatever its value.
    O1,
    /// Reasons always: only the default temperature.
    Fixed,
    /// Reasons unless the effective effort is `none`, and then takes temperature, `top_p` and logprobs.
    Switchable,
    /// model-router: takes both caps and drops what the routed model does not take.
    Routed,
}

/// How a model takes tools on the chat operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sim) enum ToolSupport {
    Refused,
    /// One call at a time.
    Sequential,
    Parallel,
    /// Parallel, but not while the effort is `minimal`.
    ParallelUnlessMinimal,
    /// Function tools only while the effective effort is `none` (gpt-5.4 and later).
    WithoutEffort,
    /// Function tools on the Responses operation only.
    Elsewhere,
}

/// The values of `verbosity`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sim) enum VerbositySupport {
    Refused,
    MediumOnly,
    Any,
}

/// Something a model either can or cannot do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sim) enum Feature {
    Stream,
    Images,
    Audio,
    JsonObject,
    JsonSchema,
    /// The legacy `functions` and `function_call`.
    Functions,
    /// Tools of type `custom`.
    CustomTools,
    Prediction,
    /// On Your Data.
    DataSources,
    /// `max_completion_tokens`.
    CompletionCap,
    /// The effort `max`, on the Responses operation only.
    MaxEffort,
    /// Reasoning that is given back must be of one response.
    OneReasoningItem,
}

impl VerbositySupport {
    /// Returns the values that the model takes. It refuses the parameter if there are none.
    pub(in crate::sim) fn values(self) -> &'static [&'static str] {
        match self {
            Self::Refused => &[],
            Self::MediumOnly => &["medium"],
            Self::Any => &["low", "medium", "high"],
        }
    }
}

impl Model {
    /// Whether the model can do this.
    pub(in crate::sim) fn has(&self, feature: Feature) -> bool {
        self.features.contains(&feature)
    }

    /// Whether the operation serves the model.
    pub(in crate::sim) fn serves(&self, operation: Operation) -> bool {
        match self.served {
            ServedBy::Both => true,
            ServedBy::Chat => operation == Operation::Chat,
            ServedBy::Responses => operation == Operation::Responses,
            ServedBy::Elsewhere => false,
        }
    }

    /// Whether answers of this model spend tokens on reasoning.
    pub(in crate::sim) fn reasons(&self) -> bool {
        match self.class {
            ModelClass::Classic => !self.efforts.is_empty(),
            ModelClass::Gen0 | ModelClass::O1 | ModelClass::Fixed | ModelClass::Switchable => true,
            ModelClass::Routed => false,
        }
    }

    /// Whether the model reasons at this effort.
    pub(in crate::sim) fn is_reasoning_at(&self, effort: &str) -> bool {
        self.is_strict() && !(self.class == ModelClass::Switchable && effort == "none")
    }

    /// Whether this is one of the classes that take only `max_completion_tokens`.
    pub(in crate::sim) fn is_strict(&self) -> bool {
        !matches!(self.class, ModelClass::Classic | ModelClass::Routed)
    }
}
