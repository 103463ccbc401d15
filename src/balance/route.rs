//! What a client names: a model, with its limits, policy, time-outs and pool of deployments.

use std::sync::Arc;

use super::Pool;
use crate::{deadline::Timeouts, limits::RequestLimit, translate::PolicyLayer};

/// A model that clients can name.
#[derive(Debug)]
pub struct Route {
    /// The name that clients use.
    pub model: String,
    /// The deployments that can serve it.
    pub pool: Pool,
    /// How many attempts a call may make at most, over all deployments. Amended calls do not count.
    pub attempts: u8,
    /// Requests per minute.
    pub limit: Option<Arc<RequestLimit>>,
    /// How long its calls may take.
    pub timeouts: Timeouts,
    /// The model's layer of policy.
    pub policy: PolicyLayer,
}

impl Route {
    /// Makes a route of one attempt, without limit, time-outs and policy.
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
