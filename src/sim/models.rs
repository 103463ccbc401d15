//! What the simulator knows about a model: the columns of its table, and how a name finds its row.
//!
//! The rows are in `table.rs`. They are written from Microsoft's pages and from captured traffic, and from
//! nothing else in this crate, so that the simulator can judge the translator.

use super::{
    Operation,
    table::{INVENTED, MODELS},
};

/// One model: what its deployment takes, and what it answers with.
#[derive(Debug)]
pub(super) struct Model {
    /// The base model's name, which is also the name of its default deployment.
    pub(super) name: &'static str,
    /// The version in the `model` of its answers; empty where the name says it all.
    pub(super) version: &'static str,
    /// Which operations serve it.
    pub(super) served: Served,
    /// The oldest dated api-version that serves it.
    pub(super) since: &'static str,
    /// How its prompt is limited.
    pub(super) window: Window,
    /// The most tokens that one answer may have.
    pub(super) output: u64,
    /// How it treats sampling parameters.
    pub(super) class: Class,
    /// The values of `reasoning_effort` that it takes.
    pub(super) efforts: &'static [&'static str],
    /// The effort of a call that names none.
    pub(super) default_effort: &'static str,
    /// How it takes function tools.
    pub(super) tools: Tools,
    /// The values of `verbosity` that it takes.
    pub(super) verbosity: Verbosity,
    /// Everything that it either can or cannot do.
    pub(super) features: &'static [Feature],
}

/// Which operations serve a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Served {
    Chat,
    Responses,
    Both,
    /// By neither: agents only.
    Elsewhere,
}

/// How a prompt is limited: together with the answer, or by itself. The two have different error texts.
#[derive(Debug, Clone, Copy)]
pub(super) enum Window {
    Shared(u64),
    Input(u64),
}

/// The classes that share their treatment of sampling parameters, caps and roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
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
pub(super) enum Tools {
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
pub(super) enum Verbosity {
    Refused,
    MediumOnly,
    Any,
}

/// Something a model either can or cannot do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Feature {
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
    OneThought,
}

impl Model {
    /// Whether the model can do this.
    pub(super) fn has(&self, feature: Feature) -> bool {
        self.features.contains(&feature)
    }

    /// Whether the operation serves the model.
    pub(super) fn serves(&self, operation: Operation) -> bool {
        match self.served {
            Served::Both => true,
            Served::Chat => operation == Operation::Chat,
            Served::Responses => operation == Operation::Responses,
            Served::Elsewhere => false,
        }
    }

    /// Whether answers of this model spend tokens on reasoning.
    pub(super) fn reasons(&self) -> bool {
        match self.class {
            Class::Classic => !self.efforts.is_empty(),
            Class::Gen0 | Class::O1 | Class::Fixed | Class::Switchable => true,
            Class::Routed => false,
        }
    }

    /// Whether this is one of the classes that take only `max_completion_tokens`.
    pub(super) fn is_strict(&self) -> bool {
        !matches!(self.class, Class::Classic | Class::Routed)
    }
}

/// A row of the table and the name that answers carry.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) model: &'static Model,
    pub(super) reported: String,
}

/// The row for a name: exact, or with its version behind it (`o1-2024-12-17`, `gpt-4-0613`).
pub(super) fn find(name: &str) -> Option<Found> {
    if let Some(model) = MODELS.iter().chain(INVENTED).find(|model| model.name == name) {
        let reported = match model.version {
            "" => model.name.to_owned(),
            version => format!("{name}-{version}"),
        };
        return Some(Found { model, reported });
    }
    let (base, version) = split_version(name)?;
    let model = MODELS.iter().find(|model| {
        model.name == base && (is_date(version) || (!model.version.is_empty() && model.version == version))
    })?;
    Some(Found { model, reported: name.to_owned() })
}

/// `gpt-4o-2024-08-06` → `gpt-4o` and `2024-08-06`; `gpt-35-turbo-0125` → `gpt-35-turbo` and `0125`.
fn split_version(name: &str) -> Option<(&str, &str)> {
    let dated = name.len().checked_sub("-2024-08-06".len()).and_then(|at| name.split_at_checked(at));
    if let Some((base, version)) = dated
        && let Some(version) = version.strip_prefix('-')
        && is_date(version)
    {
        return Some((base, version));
    }
    name.rsplit_once('-')
}

/// Whether this is a date such as `2024-08-06`.
pub(super) fn is_date(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_its_version_finds_the_row_and_keeps_the_name() {
        let found = find("o1-2024-12-17").unwrap();
        assert_eq!((found.model.name, found.reported.as_str()), ("o1", "o1-2024-12-17"));
        let found = find("gpt-4-0613").unwrap();
        assert_eq!((found.model.name, found.reported.as_str()), ("gpt-4", "gpt-4-0613"));
        let found = find("gpt-4o-2024-05-13").unwrap();
        assert_eq!(found.model.name, "gpt-4o-2024-05-13");
        assert!(!found.model.has(Feature::JsonSchema));
        assert_eq!(find("o1").unwrap().reported, "o1-2024-12-17");
    }

    #[test]
    fn a_longer_name_is_another_model() {
        for name in ["o12", "gpt-5-turbo", "my-o1", "gpt-4o-2024-8-6", "", "é"] {
            assert!(find(name).is_none(), "{name}");
        }
    }

    #[test]
    fn every_row_is_consistent() {
        for model in MODELS {
            assert_eq!(MODELS.iter().filter(|other| other.name == model.name).count(), 1, "{}", model.name);
            assert!(!model.default_effort.is_empty() || model.class != Class::Switchable, "{}", model.name);
            if model.served != Served::Elsewhere && !model.efforts.is_empty() {
                assert!(model.efforts.contains(&model.default_effort), "{}", model.name);
            }
            if model.tools == Tools::WithoutEffort {
                assert!(model.efforts.contains(&"none"), "{}", model.name);
            }
        }
    }
}
