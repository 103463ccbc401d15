//! The content filter's refusals of a prompt.

use super::envelope::SimError;

const MESSAGE: &str = "The response was filtered due to the prompt triggering Azure OpenAI's content management \
                       policy. Please modify your prompt and retry. To learn more about our content filtering policies \
                       please read our documentation: https://go.microsoft.com/fwlink/?linkid=2198766";

/// The members of chat's error after the message (compl-ai#20).
const CHAT: &str = concat!(
    r#""type":null,"param":"prompt","code":"content_filter","status":400,"innererror":{"code":"#,
    r#""ResponsibleAIPolicyViolation","content_filter_result":{"hate":{"filtered":false,"severity":"safe"},"#,
    r#""jailbreak":{"filtered":false,"detected":false},"self_harm":{"filtered":false,"severity":"safe"},"#,
    r#""sexual":{"filtered":false,"severity":"safe"},"violence":{"filtered":true,"severity":"medium"}}}"#,
);

/// The members of the Responses operation's error after the message: a list of filters instead of `innererror` (from a
/// public guide to the migration from chat).
const RESPONSES: &str = concat!(
    r#""type":"invalid_request_error","param":"prompt","code":"content_filter","content_filters":["#,
    r#"{"blocked":true,"source_type":"prompt","content_filter_results":{"#,
    r#""hate":{"filtered":false,"severity":"safe"},"jailbreak":{"detected":false,"filtered":false},"#,
    r#""self_harm":{"filtered":false,"severity":"safe"},"sexual":{"filtered":false,"severity":"safe"},"#,
    r#""violence":{"filtered":true,"severity":"medium"}}}]"#,
);

/// Returns the refusal on the chat operation.
pub(in crate::sim) fn filtered_prompt() -> SimError {
    filtered(CHAT)
}

/// Returns the refusal on the Responses operation.
pub(in crate::sim) fn filtered_input() -> SimError {
    filtered(RESPONSES)
}

fn filtered(members: &str) -> SimError {
    SimError { status: 400, body: format!(r#"{{"error":{{"message":"{MESSAGE}",{members}}}}}"#) }
}
