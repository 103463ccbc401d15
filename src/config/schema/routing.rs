//! `[routing]`: what happens to models that are not listed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What happens to models that are not listed under `models`.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Routing {
    /// Default: `forward` while no model is listed, else `refuse`.
    pub unknown_models: Option<UnknownModels>,
    /// The resource of models that name none. Default: the only one there is.
    pub default_resource: Option<String>,
    /// Whether all keys share what Azure stores: responses, conversations, files, vector stores, containers. It matters only
    /// where there is more than one key. Default: a call that names a stored object is then answered 404, since azgate does
    /// not know whose it is.
    pub shared_objects: bool,
}

/// What happens to a model that is not listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum UnknownModels {
    /// The name is taken for a deployment of that name.
    Forward,
    /// The call is answered 404.
    Refuse,
}
