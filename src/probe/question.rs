//! A question: what it is about, and the call that asks it.

use bytes::Bytes;
use serde_json::Value;

use super::{
    context::{Class, effort_param},
    params::Param,
};
use crate::{
    call::{ApiVersion, Dialect},
    catalog::{Effort, Modality},
};

/// What a question is about.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Topic {
    /// Whether the operation serves the model. The call names the cap in this way.
    Operation { cap: &'static str },
    /// A level of effort.
    Effort(Effort),
    /// A parameter, with an effort of that class.
    Param(&'static Param, Class),
    /// The role of the instructions.
    Role(&'static str),
    /// Streamed answers.
    Streaming,
    /// A part of a message.
    Part(Modality),
    /// The legacy `functions`.
    Functions,
    /// Tools of type `custom`.
    CustomTools,
    /// Whether a dated api-version serves the model.
    Version(ApiVersion),
}

/// A question about a deployment, as the call that asks it.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// The name in reports, which also says what is settled.
    pub id: String,
    /// The operation that the call goes to.
    pub dialect: Dialect,
    /// The dated api-version of the call; `None` on v1.
    pub api_version: Option<ApiVersion>,
    /// The most tokens that the call can cost.
    pub most: u64,
    pub(super) topic: Topic,
    pub(super) body: Value,
}

impl Question {
    /// Returns the body of the call.
    pub fn body(&self) -> Bytes {
        self.body.to_string().into()
    }

    /// Returns the names by which a refusal can mean the asked thing.
    pub(super) fn names(&self) -> Vec<&str> {
        match &self.topic {
            Topic::Operation { .. } | Topic::Version(_) => Vec::new(),
            Topic::Effort(_) => vec![effort_param(self.dialect)],
            Topic::Param(param, _) => {
                let list = param.name.split_once('[').map(|(list, _)| list);
                [Some(param.name), list].into_iter().flatten().collect()
            }
            Topic::Role(_) => vec!["role"],
            Topic::Streaming => vec!["stream"],
            Topic::Part(modality) => match modality {
                Modality::Text => Vec::new(),
                Modality::Image => vec!["image"],
                Modality::Audio => vec!["audio"],
                Modality::File => vec!["file"],
            },
            Topic::Functions => vec!["functions"],
            Topic::CustomTools => vec!["custom", "tools"],
        }
    }
}

/// Returns the id of a question.
pub(super) fn id(dialect: Dialect, topic: &Topic) -> String {
    match topic {
        Topic::Operation { .. } => dialect.name().to_owned(),
        Topic::Effort(effort) => format!("{dialect}.effort={}", effort.name()),
        Topic::Param(param, class) => format!("{dialect}.{}{}{}", param.name, param.tag, class.suffix()),
        Topic::Role(role) => format!("{dialect}.role={role}"),
        Topic::Streaming => format!("{dialect}.stream"),
        Topic::Part(Modality::Text) => format!("{dialect}.text"),
        Topic::Part(Modality::Image) => format!("{dialect}.image"),
        Topic::Part(Modality::Audio) => format!("{dialect}.audio"),
        Topic::Part(Modality::File) => format!("{dialect}.file"),
        Topic::Functions => format!("{dialect}.functions"),
        Topic::CustomTools => format!("{dialect}.custom_tools"),
        Topic::Version(version) => format!("api_version={version}"),
    }
}
