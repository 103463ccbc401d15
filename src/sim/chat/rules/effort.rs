//! `reasoning_effort`: known to the api-version, and to the model.

use crate::sim::{
    errors::{
        Verdict, invalid_value, listed, unknown_parameter, unrecognized, unsupported_parameter,
        unsupported_value,
    },
    models::Class,
    request::Ask,
    surface::Surface,
};

const NAME: &str = "reasoning_effort";

/// The enum of Azure's specification 2025-03-01-preview; a newer value on such a surface was refused (litellm#16704).
const OLD_VALUES: &[&str] = &["low", "medium", "high"];

/// The first api-version without a published enum: here the model's own list decides alone.
const OPEN_SINCE: &str = "2025-04-01-preview";

pub(super) fn known(ask: &Ask<'_>) -> Verdict {
    let Some(value) = ask.text(NAME) else { return Ok(()) };
    let model = ask.model;
    if model.class == Class::Classic && model.efforts.is_empty() {
        return Err(unrecognized(&[NAME]));
    }
    if model.class == Class::Gen0 || !ask.since("2024-12-01-preview") {
        return Err(unknown_parameter(NAME));
    }
    if matches!(ask.surface, Surface::Dated(_)) && !ask.since(OPEN_SINCE) && !OLD_VALUES.contains(&value) {
        return Err(invalid_value(NAME, value, &listed(OLD_VALUES)));
    }
    // gpt-chat-latest: "not configurable"; the wording is not captured.
    if model.efforts.is_empty() {
        return Err(unsupported_parameter(NAME));
    }
    if model.efforts.contains(&value) {
        return Ok(());
    }
    let tail = format!(" Supported values are: {}.", listed(model.efforts));
    Err(unsupported_value(NAME, &format!("'{value}'"), &tail))
}
