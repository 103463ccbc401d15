//! Azure's error bodies, word for word, in the envelopes that Azure sends.

mod envelope;
mod filtered;
mod parameters;
mod resource;

pub use self::envelope::SimError;
pub(super) use self::{
    envelope::{
        CheckResult, SERVER_ERROR, engine, engine_with, extra_input, front_door, gateway, on_your_data,
    },
    filtered::{filtered_input, filtered_prompt},
    parameters::{
        above_output_limit, empty_string, invalid_value, missing, not_found, only_when_enabled, only_with,
        quoted_list, tool_choice_not_found, unknown_parameter, unrecognized, unsupported_parameter,
        unsupported_value, unsupported_value_of, use_instead, value_needs_version,
    },
    resource::{
        api_version_on_v1, deployment_not_found, model_needs_version, resource_not_found,
        unknown_api_version, wrong_key, wrong_operation, wrong_token,
    },
};
