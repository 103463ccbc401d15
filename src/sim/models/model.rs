//! The columns of the model table.

use crate::sim::surface::Operation;

/// One model: what its deployment takes and answers.
#[derive(Debug)]
pub(in crate::sim) struct Model {
    /// The base model's name, which is also the name of its default deployment.
    pub(in crate::sim) name: &'static str,
    /// The version in the `model` of its answers. Empty if the name includes it.
    pub(in crate::sim) version: &'static str,
    /// The operations that serve it.
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
    /// The effort of a request that names none.
    pub(in crate::sim) default_effort: &'static str,
    /// Which function tools it takes, and when.
    pub(in crate::sim) tools: ToolSupport,
    /// The values of `verbosity` that it takes.
    pub(in crate::sim) verbosity: VerbositySupport,
    /// The features that it has.
    pub(in crate::sim) features: &'static [Feature],
}

/// The operations that serve a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sim) enum ServedBy {
    Chat,
    Responses,
    Both,
    /// Neither operation. Only agents use the model.
    Elsewhere,
}

/// The limit of a prompt, together with the answer or alone. The two have different error texts.
#[derive(Debug, Clone, Copy)]
pub(in crate::sim) enum ContextWindow {
    Shared(u64),
    Input(u64),
}

/// A class of models that treat sampling parameters, caps and roles alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sim) enum ModelClass {
    /// Takes everything, `max_tokens` included.
    Classic,
    /// o1-preview and o1-mini: no system role, no tools, no stream.
    Gen0,
    /// o1 and o3-mini: refuse `temperature` by name, whatever its value.
    O1,
    /// Always reasons: takes only the default temperature.
    Fixed,
    /// Reasons unless the effective effort is `none`. Without reasoning it takes temperature, `top_p` and logprobs.
    Switchable,
    /// model-router: takes both caps, and drops parameters that the routed model does not take.
    Routed,
}

/// The tools that a model takes on the chat operation.
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

/// A feature that a model has or lacks.
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
    /// Takes at most one reasoning item in the input.
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
    /// Returns whether the model has this feature.
    pub(in crate::sim) fn has(&self, feature: Feature) -> bool {
        self.features.contains(&feature)
    }

    /// Returns whether the operation serves the model.
    pub(in crate::sim) fn serves(&self, operation: Operation) -> bool {
        match self.served {
            ServedBy::Both => true,
            ServedBy::Chat => operation == Operation::Chat,
            ServedBy::Responses => operation == Operation::Responses,
            ServedBy::Elsewhere => false,
        }
    }

    /// Returns whether answers of this model spend tokens on reasoning.
    pub(in crate::sim) fn reasons(&self) -> bool {
        match self.class {
            ModelClass::Classic => !self.efforts.is_empty(),
            ModelClass::Gen0 | ModelClass::O1 | ModelClass::Fixed | ModelClass::Switchable => true,
            ModelClass::Routed => false,
        }
    }

    /// Returns whether the model reasons at this effort.
    pub(in crate::sim) fn is_reasoning_at(&self, effort: &str) -> bool {
        self.is_strict() && !(self.class == ModelClass::Switchable && effort == "none")
    }

    /// Returns whether the model refuses `max_tokens` and takes only `max_completion_tokens`.
    pub(in crate::sim) fn is_strict(&self) -> bool {
        !matches!(self.class, ModelClass::Classic | ModelClass::Routed)
    }
}
