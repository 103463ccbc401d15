//! The work at the end of an answer. Until then the answer's body holds the settlement and the record.

use std::sync::Arc;

use crate::{
    balance::Deployment,
    call::{AnswerSummary, Dialect},
    limits::Permit,
};

/// What a call holds until its answer has ended, and what azgate then learns from the answer.
#[derive(Debug)]
pub struct Settlement {
    /// The permit, which the call gives back when its answer has ended.
    permit: Permit,
    /// The deployment that answered a translated call, and the dialect of the answer.
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

    /// Records that this deployment answers the call in this dialect.
    pub fn answered_by(&mut self, deployment: &Arc<Deployment>, dialect: Dialect) {
        self.answered_by = Some((deployment.clone(), dialect));
    }

    /// Settles the call: learns from the answer, and gives the permit back.
    ///
    /// The model that answered shows the family of its deployment. A chat answer contains the model's version. A
    /// response may contain the deployment's name instead of a model, so azgate ignores a name that equals the
    /// deployment's.
    pub fn settle(self, summary: &AnswerSummary) {
        let Settlement { permit, answered_by } = self;
        if let (Some((deployment, dialect)), Some(model)) = (answered_by, &summary.model) {
            let knowledge = &deployment.knowledge;
            if dialect == Dialect::Chat || knowledge.deployment != *model {
                knowledge.observe_model(model);
            }
        }
        drop(permit);
    }
}
