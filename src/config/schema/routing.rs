//! `[routing]`: what happens to models that are not listed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What happens to models that are not listed under `models`.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Routing")]
pub struct RoutingConfig {
    /// Default: `forward` while no model is listed, else `refuse`.
    pub unknown_models: Option<UnknownModels>,
    /// The resource of models that do not name one. Default: the only resource.
    pub default_resource: Option<String>,
    /// Whether all keys share what Azure stores: responses, conversations, files, vector stores, containers. This
    /// matters only if there is more than one key. If they do not share it (the default), a call that names a stored
    /// object is answered 404, because azgate does not know which key the object belongs to.
    pub shared_objects: bool,
}

/// What happens to a model that is not listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum UnknownModels {
    /// The call goes to the deployment of that name.
    Forward,
    /// The call is answered 404.
    Refuse,
}
