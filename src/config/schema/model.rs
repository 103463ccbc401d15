//! `[models.NAME]`: a model that clients can name.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ModelTimeoutsConfig;
use crate::translate::{PolicyLayer, TargetOptions};

/// A model that clients can name.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Model")]
pub struct ModelConfig {
    /// The resource that serves it. Default: `routing.default_resource`, or the only resource.
    pub resource: Option<String>,
    /// The deployment's name on Azure. Default: the model's name here.
    pub deployment: Option<String>,
    /// The base model that was deployed, such as `o3-mini`. It tells the family if the deployment's name does not.
    pub model: Option<String>,
    /// The family in azgate's catalog. Default: found by `model`, then by the deployment's name.
    pub family: Option<String>,
    /// How calls of this model are translated.
    #[serde(flatten)]
    pub options: TargetOptions,
    /// Most requests in a minute, of all callers together.
    pub requests_per_minute: Option<u32>,
    /// How long a call of this model may take, if different from `[timeouts]`.
    pub timeouts: ModelTimeoutsConfig,
    /// What translation may do to a call of this model.
    pub policy: PolicyLayer,
}
