//! Checks that both operations make.

use super::{
    errors::{CheckResult, above_output_limit, engine},
    request::ApiRequest,
};

/// Checks a cap against the most tokens that the model gives in one answer.
pub(super) fn output_limit(request: &ApiRequest<'_>, name: &str) -> CheckResult {
    match request.number(name) {
        Some(cap) if cap > request.model.output => Err(above_output_limit(name, cap, request.model.output)),
        Some(_) | None => Ok(()),
    }
}

/// Checks the name of a tool. OpenAI's specification allows letters, digits, underscores and dashes, at most 64.
/// `pattern` is the pattern that the operation's error message shows.
pub(super) fn tool_name(path: &str, name: &str, pattern: &str) -> CheckResult {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if !name.is_empty() && name.len() <= 64 && name.bytes().all(is_allowed) {
        return Ok(());
    }
    let message = format!(
        "Invalid '{path}': string does not match pattern. Expected a string that matches the pattern '{pattern}'."
    );
    Err(engine(&message, Some(path), Some("invalid_value")))
}

/// Refuses a system message beside a developer message. Microsoft says that one request should not have both, but no
/// error text is captured: this is the stricter reading. `first` returns the index in `list` of a role's first message.
pub(super) fn one_instruction_role(list: &str, first: impl Fn(&str) -> Option<usize>) -> CheckResult {
    let (Some(system), Some(developer)) = (first("system"), first("developer")) else { return Ok(()) };
    let message = "A developer message and a system message cannot be used in the same API request.";
    let param = format!("{list}[{}].role", system.max(developer));
    Err(engine(message, Some(&param), Some("invalid_value")))
}
