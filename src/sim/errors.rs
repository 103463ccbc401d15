//! Azure's error bodies, word for word, in the envelopes that Azure really sends.
//!
//! A model's engine, the front door, the API management gateway, On Your Data and the content filter each have
//! an envelope of their own; a client that reads only one of them breaks on the others.

use std::fmt;

use serde::Serialize;

/// What Azure answers to a call that it refuses: a status and a JSON body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimError {
    /// The HTTP status.
    pub status: u16,
    /// The body, as it goes over the wire.
    pub body: String,
}

/// The result of a check.
pub(super) type CheckResult = Result<(), SimError>;

impl fmt::Display for SimError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.status, self.body)
    }
}

impl std::error::Error for SimError {}

#[derive(Serialize)]
struct ErrorEnvelope<T> {
    error: T,
}

#[derive(Serialize)]
struct EngineError<'a> {
    message: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    param: Option<&'a str>,
    code: Option<&'a str>,
}

#[derive(Serialize)]
struct FrontDoorError<'a> {
    code: &'a str,
    message: &'a str,
}

#[derive(Serialize)]
struct GatewayError<'a> {
    #[serde(rename = "statusCode")]
    status: u16,
    message: &'a str,
}

#[derive(Serialize)]
struct OnYourDataError<'a> {
    requestid: &'a str,
    code: u16,
    message: &'a str,
}

fn render(status: u16, body: &impl Serialize) -> SimError {
    SimError { status, body: serde_json::to_string(body).unwrap_or_default() }
}

/// The engine's envelope: message, type, param, code.
pub(super) fn engine(message: &str, param: Option<&str>, code: Option<&str>) -> SimError {
    engine_with(400, "invalid_request_error", message, param, code)
}

/// The engine's envelope with another status and type.
pub(super) fn engine_with(
    status: u16,
    kind: &str,
    message: &str,
    param: Option<&str>,
    code: Option<&str>,
) -> SimError {
    render(status, &ErrorEnvelope { error: EngineError { message, kind, param, code } })
}

/// The front door's envelope: code and message only.
pub(super) fn front_door(status: u16, code: &str, message: &str) -> SimError {
    render(status, &ErrorEnvelope { error: FrontDoorError { code, message } })
}

/// The envelope of API management and of the Entra check: no `error` at all.
pub(super) fn gateway(status: u16, message: &str) -> SimError {
    render(status, &GatewayError { status, message })
}

/// On Your Data's envelope: the code is a number (openai-python#1468).
pub(super) fn extra_input(path: &str) -> SimError {
    let message = format!("Validation error at #/{path}: Extra inputs are not permitted");
    on_your_data(&message)
}

/// On Your Data's envelope with any message.
pub(super) fn on_your_data(message: &str) -> SimError {
    let requestid = "00000000-0000-4000-8000-000000000000";
    render(400, &ErrorEnvelope { error: OnYourDataError { requestid, code: 400, message } })
}

/// lobehub#7493, langchain4j#3258, BERTopic#2423.
pub(super) fn unsupported_parameter(name: &str) -> SimError {
    let message = format!("Unsupported parameter: '{name}' is not supported with this model.");
    engine(&message, Some(name), Some("unsupported_parameter"))
}

/// lobehub#4315, dify#9746.
pub(super) fn use_instead(name: &str, instead: &str) -> SimError {
    let message =
        format!("Unsupported parameter: '{name}' is not supported with this model. Use '{instead}' instead.");
    engine(&message, Some(name), Some("unsupported_parameter"))
}

/// vscode#253673, aider#4707: `tail` says what is supported.
pub(super) fn unsupported_value(name: &str, shown: &str, tail: &str) -> SimError {
    let message = format!("Unsupported value: '{name}' does not support {shown} with this model.{tail}");
    engine(&message, Some(name), Some("unsupported_value"))
}

/// openai-python#1080, azure-rest-api-specs#29545: several names stand in one message.
pub(super) fn unrecognized(names: &[&str]) -> SimError {
    let mut message = format!("Unrecognized request argument supplied: {}", names.join(", "));
    if names.contains(&"parallel_tool_calls") {
        message.push_str(
            ". Please contact us through an Azure support request at: \
             https://go.microsoft.com/fwlink/?linkid=2213926 for further questions.",
        );
    }
    engine(&message, None, None)
}

/// `llama_index`#17731, promptfoo#3781.
pub(super) fn unknown_parameter(name: &str) -> SimError {
    engine(&format!("Unknown parameter: '{name}'."), Some(name), Some("unknown_parameter"))
}

/// `llama_index`#17748, litellm#16704: `supported` is the list as Azure prints it.
pub(super) fn invalid_value(param: &str, value: &str, supported: &str) -> SimError {
    let message = format!("Invalid value: '{value}'. Supported values are: {supported}.");
    engine(&message, Some(param), Some("invalid_value"))
}

/// OpenAI's wording for a key that must be there.
pub(super) fn missing(param: &str) -> SimError {
    let message = format!("Missing required parameter: '{param}'.");
    engine(&message, Some(param), Some("missing_required_parameter"))
}

/// OpenAI's wording for `a` that is only legal beside `b`.
pub(super) fn only_with(a: &str, b: &str) -> SimError {
    engine(&format!("'{a}' is only allowed when '{b}' are specified."), Some(a), None)
}

/// semantic-kernel#12268: the braces are on the wire.
pub(super) fn model_needs_version(version: &str) -> SimError {
    bad_request(&format!("Model {{modelName}} is enabled only for api versions {version} and later"))
}

/// A value that the api-version does not know yet.
pub(super) fn value_needs_version(name: &str, value: &str, version: &str) -> SimError {
    bad_request(&format!("{name} value as {value} is enabled only for api versions {version} and later"))
}

/// The front door's 400.
pub(super) fn bad_request(message: &str) -> SimError {
    front_door(400, "BadRequest", message)
}

/// chatwise#992.
pub(super) fn unknown_api_version() -> SimError {
    bad_request("API version not supported")
}

/// pydantic-ai#5066.
pub(super) fn api_version_on_v1() -> SimError {
    bad_request("api-version query parameter is not allowed when using /v1 path")
}

/// azure-docs#114602: a wrong path, or a dated path without an api-version.
pub(super) fn resource_not_found() -> SimError {
    front_door(404, "404", "Resource not found")
}

/// chatbox#646.
pub(super) fn deployment_not_found() -> SimError {
    front_door(
        404,
        "DeploymentNotFound",
        "The API deployment for this resource does not exist. If you created the deployment within the last \
         5 minutes, please wait a moment and try again.",
    )
}

/// BotSharp#386.
pub(super) fn wrong_key() -> SimError {
    front_door(
        401,
        "401",
        "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key \
         for an active subscription and use a correct regional API endpoint for your resource.",
    )
}

/// The Entra check's answer to a missing or wrong token.
pub(super) fn wrong_token() -> SimError {
    gateway(
        401,
        "Unauthorized. Access token is missing, invalid, audience is incorrect \
         (https://cognitiveservices.azure.com), or have expired.",
    )
}

/// vanna#967: names the base model, not the deployment.
pub(super) fn wrong_operation(operation: &str, model: &str) -> SimError {
    let message = format!(
        "The {operation} operation does not work with the specified model, {model}. Please choose different \
         model and try again. You can learn more about which models can be used with each operation here: \
         https://go.microsoft.com/fwlink/?linkid=2197993."
    );
    front_door(400, "OperationNotSupported", &message)
}

/// compl-ai#20: the prompt was filtered.
pub(super) fn filtered() -> SimError {
    let body = concat!(
        r#"{"error":{"message":"The response was filtered due to the prompt triggering Azure OpenAI's content "#,
        r"management policy. Please modify your prompt and retry. To learn more about our content filtering ",
        r"policies please read our documentation: https://go.microsoft.com/fwlink/?linkid=2198766",
        r#"","type":null,"param":"prompt","code":"content_filter","status":400,"innererror":{"code":"#,
        r#""ResponsibleAIPolicyViolation","content_filter_result":{"hate":{"filtered":false,"severity":"safe"},"#,
        r#""jailbreak":{"filtered":false,"detected":false},"self_harm":{"filtered":false,"severity":"safe"},"#,
        r#""sexual":{"filtered":false,"severity":"safe"},"violence":{"filtered":true,"severity":"medium"}}}}}"#,
    );
    SimError { status: 400, body: body.to_owned() }
}

/// The same on the Responses operation: no `innererror`, a list of filters instead (as a public guide to the
/// migration from chat).
pub(super) fn filtered_input() -> SimError {
    let body = concat!(
        r#"{"error":{"message":"The response was filtered due to the prompt triggering Azure OpenAI's content "#,
        r"management policy. Please modify your prompt and retry. To learn more about our content filtering ",
        r"policies please read our documentation: https://go.microsoft.com/fwlink/?linkid=2198766",
        r#"","type":"invalid_request_error","param":"prompt","code":"content_filter","content_filters":["#,
        r#"{"blocked":true,"source_type":"prompt","content_filter_results":{"#,
        r#""hate":{"filtered":false,"severity":"safe"},"jailbreak":{"detected":false,"filtered":false},"#,
        r#""self_harm":{"filtered":false,"severity":"safe"},"sexual":{"filtered":false,"severity":"safe"},"#,
        r#""violence":{"filtered":true,"severity":"medium"}}}]}}"#,
    );
    SimError { status: 400, body: body.to_owned() }
}

/// `'a', 'b', and 'c'`, as Azure prints a list of values.
pub(super) fn quoted_list(values: &[&str]) -> String {
    match values {
        [] => String::new(),
        [one] => format!("'{one}'"),
        [one, two] => format!("'{one}' and '{two}'"),
        [first @ .., last] => {
            let first: Vec<String> = first.iter().map(|value| format!("'{value}'")).collect();
            format!("{}, and '{last}'", first.join(", "))
        }
    }
}
