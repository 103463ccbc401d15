//! One call at a time may learn of a deployment. The others wait a little and then go on with what it has learned so
//! far, so that a hundred first calls cost one round of refusals.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::Knowledge;
use crate::translate::learn::Lesson;

/// How long a call waits for another one to find out.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often one call is amended at most. Each refusal counts against Azure's limit of requests.
pub const MOST_AMENDMENTS: u8 = 6;

/// The right to learn, of one call. What it learned is kept only if it says that the call succeeded.
#[derive(Debug)]
#[must_use = "dropping it discards what was learned"]
pub struct LearningPermit {
    knowledge: Arc<Knowledge>,
    rounds: u8,
    succeeded: bool,
    _permit: OwnedSemaphorePermit,
}

/// The turn of a call to a deployment that has never answered: the first calls go one by one, so that the later ones
/// find what the earlier ones have learned. Learning is another right, so that a first call that only thinks keeps
/// nobody from it.
#[derive(Debug)]
#[must_use = "dropping it says that the call failed"]
pub struct FirstCallPermit {
    knowledge: Arc<Knowledge>,
    ended: bool,
    _permit: OwnedSemaphorePermit,
}

impl Knowledge {
    /// Lets a call through before it is sent. Of a deployment of which nothing is known the first calls pass one by
    /// one, each with its turn; `None`: the call goes without.
    pub async fn first_call_permit(self: &Arc<Knowledge>) -> Option<FirstCallPermit> {
        if self.is_settled() || !self.learns() {
            return None;
        }
        let permit = permit(&self.turns).await?;
        // Meanwhile another one may have found out.
        let waits = !self.is_settled();
        waits.then(|| FirstCallPermit { knowledge: self.clone(), ended: false, _permit: permit })
    }

    /// The right to learn from a refusal, once no other call has it. `None` where nothing is learned, or not in time:
    /// by then [`Knowledge::profile`] may say more. It may in either case, so look there first.
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
    /// Azure took the call with 2xx: the others need not wait any more.
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
    /// Lays lessons over the family, tentatively. `false` if there is nothing to try any more: no lessons, no room for
    /// them, or too many refusals.
    pub fn learn(&mut self, lessons: Vec<Lesson>) -> bool {
        if lessons.is_empty() || self.rounds == MOST_AMENDMENTS {
            return false;
        }
        self.rounds += 1;
        self.knowledge.try_out(lessons)
    }

    /// Azure took the call with 2xx: the lessons are kept.
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
