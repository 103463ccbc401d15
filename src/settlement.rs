//! The work at the end of an answer. Until then the answer's body holds the settlement and the record.

use std::sync::Arc;

use crate::{
    auth::Caller,
    balance::Deployment,
    call::{AnswerSummary, Dialect},
    limits::Permit,
    reasoning_memory::ReasoningMemory,
};

/// What a call holds until its answer has ended, and what azgate then learns from the answer.
#[derive(Debug)]
pub struct Settlement {
    /// The permit, which the call gives back when its answer has ended.
    permit: Permit,
    /// The deployment that answered a translated call, and the dialect of the answer.
    answered_by: Option<(Arc<Deployment>, Dialect)>,
    /// The memory that keeps the reasoning of the answer, and the caller who may use the reasoning.
    memory: Option<(Arc<ReasoningMemory>, Caller)>,
}

impl Settlement {
    /// Makes the settlement of a call that holds `permit`.
    pub fn new(permit: Permit) -> Settlement {
        Settlement { permit, answered_by: None, memory: None }
    }

    /// Returns the permit of the call.
    pub fn permit(&self) -> &Permit {
        &self.permit
    }

    /// Records that this deployment answers the call in this dialect.
    pub fn answered_by(&mut self, deployment: &Arc<Deployment>, dialect: Dialect) {
        self.answered_by = Some((deployment.clone(), dialect));
    }

    /// Gives the settlement the memory that keeps the reasoning of the answer for this caller.
    pub fn remember_in(&mut self, memory: &Arc<ReasoningMemory>, caller: &Caller) {
        self.memory = Some((memory.clone(), caller.clone()));
    }

    /// Settles the call: learns from the answer, takes the reasoning to remember out of the summary, and gives the
    /// permit back.
    ///
    /// The model that answered shows the family of its deployment. A chat answer contains the model's version. A
    /// response may contain the deployment's name instead of a model, so azgate ignores a name that equals the
    /// deployment's.
    pub fn settle(self, summary: &mut AnswerSummary) {
        let Settlement { permit, answered_by, memory } = self;
        if let (Some((deployment, dialect)), Some(model)) = (answered_by, &summary.model) {
            let knowledge = &deployment.knowledge;
            if dialect == Dialect::Chat || knowledge.deployment != *model {
                knowledge.observe_model(model);
            }
        }
        if let Some((memory, caller)) = memory {
            for kept in summary.reasoning.drain(..) {
                memory.remember(&caller, kept);
            }
        }
        drop(permit);
    }
}
