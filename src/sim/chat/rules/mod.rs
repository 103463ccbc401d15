//! The checks that Azure makes before it answers, in the order in which it makes them.
//!
//! A check is a pure function of the model, the surface and the body. Where no source settles a question the
//! stricter reading is taken if a careful caller can satisfy it; the check says so.

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

/// Every check, in Azure's order: the front door's, then the body's form, then what the model takes.
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

/// Runs every check; the first refusal wins.
pub(in crate::sim) fn check(request: &ApiRequest<'_>) -> CheckResult {
    RULES.iter().try_for_each(|rule| rule(request))
}

#[cfg(test)]
mod tests;
