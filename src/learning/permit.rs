//! One call at a time may learn of a deployment. Other calls wait a short time and then use what it has learned so
//! far. So a hundred first calls cost one round of refusals.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::Knowledge;
use crate::translate::learn::Lesson;

/// How long a call waits while another one learns.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often one call is amended at most. Each refusal counts against Azure's limit of requests. A reasoning model that
/// names one parameter at a time refuses seven of a call that sets everything about sampling.
pub const MOST_AMENDMENTS: u8 = 8;

/// The right of one call to learn. A lesson is kept once the call succeeds, or once Azure refuses another place than
/// the one that the lesson changed.
#[derive(Debug)]
#[must_use = "dropping it discards what was learned"]
pub struct LearningPermit {
    knowledge: Arc<Knowledge>,
    rounds: u8,
    succeeded: bool,
    _permit: OwnedSemaphorePermit,
}

/// The right to be a first call to a deployment that has never answered. First calls go one by one, so that later
/// calls use what earlier ones have learned. The right to learn is separate: a first call whose model only thinks must
/// not keep others from learning.
#[derive(Debug)]
#[must_use = "dropping it says that the call failed"]
pub struct FirstCallPermit {
    knowledge: Arc<Knowledge>,
    ended: bool,
    _permit: OwnedSemaphorePermit,
}

impl Knowledge {
    /// Waits until a call may be sent. The first calls to a deployment of which nothing is known pass one by one, each
    /// with a permit. `None`: the call needs no permit, or has waited long enough.
    pub async fn first_call_permit(self: &Arc<Knowledge>) -> Option<FirstCallPermit> {
        if self.is_settled() || !self.learns() {
            return None;
        }
        let permit = permit(&self.turns).await?;
        // Another call may have learned meanwhile.
        let waits = !self.is_settled();
        waits.then(|| FirstCallPermit { knowledge: self.clone(), ended: false, _permit: permit })
    }

    /// Returns the right to learn from a refusal, once no other call has it. `None` if learning is off, or if another
    /// call keeps the right too long. In either case [`Knowledge::profile`] may have changed, so read it first.
    pub async fn learning_permit(self: &Arc<Knowledge>) -> Option<LearningPermit> {
        if !self.learns() {
            return None;
        }
        let permit = permit(&self.gate).await?;
        Some(LearningPermit { knowledge: self.clone(), rounds: 0, succeeded: false, _permit: permit })
    }
}

async fn permit(of: &Arc<Semaphore>) -> Option<OwnedSemaphorePermit> {
    timeout(PATIENCE, of.clone().acquire_owned()).await.ok()?.ok()
}

impl FirstCallPermit {
    /// Reports that Azure answered with 2xx: other calls need not wait any more.
    pub fn succeed(mut self) {
        self.ended = true;
        self.knowledge.prove();
    }
}

impl Drop for FirstCallPermit {
    fn drop(&mut self) {
        if !self.ended {
            self.knowledge.miss();
        }
    }
}

impl LearningPermit {
    /// Lays lessons over the family, tentatively. Returns `false` if there is nothing to try: no lessons, no room for
    /// them, or too many refusals.
    pub fn learn(&mut self, lessons: Vec<Lesson>) -> bool {
        self.note_progress(&lessons);
        if lessons.is_empty() || self.rounds == MOST_AMENDMENTS {
            return false;
        }
        self.rounds += 1;
        self.knowledge.try_out(lessons)
    }

    /// Reports that Azure's next refusal teaches these lessons. Earlier lessons are kept if it is about another place.
    pub fn note_progress(&self, next: &[Lesson]) {
        self.knowledge.keep_behind(next);
    }

    /// Reports that Azure answered with 2xx: the lessons are kept.
    pub fn succeed(mut self) {
        self.succeeded = true;
        self.knowledge.keep();
    }
}

impl Drop for LearningPermit {
    fn drop(&mut self) {
        if !self.succeeded {
            self.knowledge.discard();
        }
    }
}
