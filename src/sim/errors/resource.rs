//! Errors about the resource, its deployments, its api-versions and its keys. The front door sends most of them.

use super::envelope::{SimError, front_door, gateway};

fn bad_request(message: &str) -> SimError {
    front_door(400, "BadRequest", message)
}

/// semantic-kernel#12268: the braces are on the wire.
pub(in crate::sim) fn model_needs_version(version: &str) -> SimError {
    bad_request(&format!("Model {{modelName}} is enabled only for api versions {version} and later"))
}

/// chatwise#992.
pub(in crate::sim) fn unknown_api_version() -> SimError {
    bad_request("API version not supported")
}

/// pydantic-ai#5066.
pub(in crate::sim) fn api_version_on_v1() -> SimError {
    bad_request("api-version query parameter is not allowed when using /v1 path")
}

/// azure-docs#114602: a wrong path, or a dated path without an api-version.
pub(in crate::sim) fn resource_not_found() -> SimError {
    front_door(404, "404", "Resource not found")
}

/// chatbox#646.
pub(in crate::sim) fn deployment_not_found() -> SimError {
    front_door(
        404,
        "DeploymentNotFound",
        "The API deployment for this resource does not exist. If you created the deployment within the last \
         5 minutes, please wait a moment and try again.",
    )
}

/// BotSharp#386.
pub(in crate::sim) fn wrong_key() -> SimError {
    front_door(
        401,
        "401",
        "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key \
         for an active subscription and use a correct regional API endpoint for your resource.",
    )
}

/// The Entra check's answer to a missing or wrong token.
pub(in crate::sim) fn wrong_token() -> SimError {
    gateway(
        401,
        "Unauthorized. Access token is missing, invalid, audience is incorrect \
         (https://cognitiveservices.azure.com), or have expired.",
    )
}

/// vanna#967: the message names the base model, not the deployment.
pub(in crate::sim) fn wrong_operation(operation: &str, model: &str) -> SimError {
    let message = format!(
        "The {operation} operation does not work with the specified model, {model}. Please choose different \
         model and try again. You can learn more about which models can be used with each operation here: \
         https://go.microsoft.com/fwlink/?linkid=2197993."
    );
    front_door(400, "OperationNotSupported", &message)
}
