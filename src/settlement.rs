//! What is done once when an answer has ended. The answer's body holds the settlement until then, beside the record.

use std::sync::Arc;

use crate::{
    balance::Deployment,
    call::{AnswerSummary, Dialect},
    limits::Permit,
};

/// What a call holds while it is served, and what its end changes.
#[derive(Debug)]
pub struct Settlement {
    /// The permit, which is given back with the settlement.
    permit: Permit,
    /// The deployment that answered a translated call, and the dialect of its answer.
    answered_by: Option<(Arc<Deployment>, Dialect)>,
}

impl Settlement {
    /// Makes the settlement of a call that holds `permit`.
    pub fn new(permit: Permit) -> Settlement {
        Settlement { permit, answered_by: None }
    }

    /// Returns the permit of the call.
    pub fn permit(&self) -> &Permit {
        &self.permit
    }

    /// The answer comes from this deployment, which gave it in this dialect.
    pub fn answered_by(&mut self, deployment: &Arc<Deployment>, dialect: Dialect) {
        self.answered_by = Some((deployment.clone(), dialect));
    }

    /// Settles the call after its answer.
    ///
    /// The model that answered tells the family of its deployment. Chat answers name the model's version. What a
    /// response names is not known to be one, and where it repeats the deployment's name it says nothing.
    pub fn settle(self, summary: &AnswerSummary) {
        let Settlement { permit, answered_by } = self;
        if let (Some((deployment, dialect)), Some(model)) = (answered_by, &summary.model) {
            let is_repeated = *deployment.resolved().target.deployment == **model;
            if dialect == Dialect::Chat || !is_repeated {
                deployment.knowledge.observe_model(model);
            }
        }
        drop(permit);
    }
}
