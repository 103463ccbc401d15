//! The checks of a chat request, in Azure's order.
//!
//! A check is a pure function of the model, the surface and the body. Where no source settles a question, a check takes
//! the stricter reading if a careful caller can satisfy it, and its comment says so.

mod caps;
mod data_sources;
mod effort;
mod keys;
mod members;
mod messages;
mod output;
mod sampling;
mod tools;

use crate::sim::{api_version, errors::CheckResult, request::ApiRequest};

/// Every check: first the front door's, then the body's form, then what the model takes.
const RULES: &[fn(&ApiRequest<'_>) -> CheckResult] = &[
    |request| api_version::known(request.surface),
    keys::operation,
    api_version::serves_model,
    data_sources::check,
    effort::known,
    keys::keys,
    members::check,
    messages::check,
    caps::check,
    sampling::check,
    output::streaming,
    output::format,
    output::storage,
    output::prediction,
    output::modalities,
    tools::legacy,
    tools::check,
    tools::effort,
    caps::window,
];

/// Runs the checks until the first refusal.
pub(in crate::sim) fn check(request: &ApiRequest<'_>) -> CheckResult {
    RULES.iter().try_for_each(|rule| rule(request))
}

#[cfg(test)]
mod tests;
