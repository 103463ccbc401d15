//! A route: a model that clients can name, with its limits, policy, time-outs and pool of deployments.

use std::sync::Arc;

use super::Pool;
use crate::{deadline::Timeouts, limits::RequestLimit, translate::PolicyLayer};

/// A model that clients can name, and how azgate serves it.
#[derive(Debug)]
pub struct Route {
    /// The name that clients use.
    pub model: String,
    /// The deployments that can serve the model.
    pub pool: Pool,
    /// The greatest number of attempts of a call, over all deployments. Amended calls do not count.
    pub attempts: u8,
    /// The limit of requests per minute.
    pub limit: Option<Arc<RequestLimit>>,
    /// How long the model's calls may take.
    pub timeouts: Timeouts,
    /// The model's layer of policy.
    pub policy: PolicyLayer,
}

impl Route {
    /// Makes a route that allows one attempt, and has no limit, time-outs or policy.
    pub fn new(model: &str, pool: Pool) -> Route {
        Route {
            model: model.to_owned(),
            pool,
            attempts: 1,
            limit: None,
            timeouts: Timeouts::default(),
            policy: PolicyLayer::default(),
        }
    }
}
