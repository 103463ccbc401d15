//! Checks `reasoning_effort` against the api-version and the model.

use crate::sim::{
    errors::{
        CheckResult, invalid_value, quoted_list, unknown_parameter, unrecognized, unsupported_parameter,
        unsupported_value_of,
    },
    models::ModelClass,
    request::ApiRequest,
    surface::Surface,
};

const NAME: &str = "reasoning_effort";

/// The enum of Azure's specification 2025-03-01-preview. Such a surface refused a newer value (litellm#16704).
const OLD_VALUES: &[&str] = &["low", "medium", "high"];

/// The first api-version without a published enum. From here on only the model's own list decides.
const OPEN_SINCE: &str = "2025-04-01-preview";

pub(super) fn known(request: &ApiRequest<'_>) -> CheckResult {
    let Some(value) = request.text(NAME) else { return Ok(()) };
    let model = request.model;
    if model.class == ModelClass::Classic && model.efforts.is_empty() {
        return Err(unrecognized(&[NAME]));
    }
    if model.class == ModelClass::Gen0 || !request.since("2024-12-01-preview") {
        return Err(unknown_parameter(NAME));
    }
    if matches!(request.surface, Surface::Dated(_))
        && !request.since(OPEN_SINCE)
        && !OLD_VALUES.contains(&value)
    {
        return Err(invalid_value(NAME, value, &quoted_list(OLD_VALUES)));
    }
    // gpt-chat-latest: "not configurable". The wording is not captured.
    if model.efforts.is_empty() {
        return Err(unsupported_parameter(NAME));
    }
    if model.efforts.contains(&value) {
        return Ok(());
    }
    Err(unsupported_value_of(NAME, value, model.efforts))
}
