//! What follows from the outcome of an attempt.

use crate::upstream::Failure;

/// What is done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Azure took the call: its answer goes to the client.
    Done,
    /// Send the call to the same deployment again, changed as Azure's refusal asks.
    Amend,
    /// Send the same call to the same deployment again.
    Retry,
    /// Send the call to another deployment.
    FailOver,
    /// The client gets what Azure answered, or the failure.
    GiveUp,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug)]
pub enum Outcome<'a> {
    /// Azure answered with this status.
    Answer(u16),
    /// Azure refused the call, and the call can be changed so that Azure may take it.
    Amendable,
    /// There is no answer.
    Failure(&'a Failure),
}

/// What else a call may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// How many attempts are left.
    pub attempts: u8,
    /// Whether another deployment has not been tried.
    pub others: bool,
}

/// Decides what follows from an outcome.
pub fn decide(outcome: Outcome<'_>, allowance: Allowance) -> Decision {
    let may_pass = match outcome {
        Outcome::Answer(200..300) => return Decision::Done,
        Outcome::Amendable => return Decision::Amend,
        Outcome::Answer(status) => matches!(status, 408 | 429 | 500 | 502..=504),
        // A call that Azure may have begun to serve is not sent twice.
        Outcome::Failure(failure) => failure.phase.is_before_the_call(),
    };
    match allowance {
        Allowance { attempts: 0, .. } => Decision::GiveUp,
        _ if !may_pass => Decision::GiveUp,
        Allowance { others: true, .. } => Decision::FailOver,
        Allowance { others: false, .. } => Decision::Retry,
    }
}

#[cfg(test)]
mod tests {
    use http::Uri;

    use super::*;
    use crate::upstream::Phase;

    const NONE: Allowance = Allowance { attempts: 0, others: true };
    const ALONE: Allowance = Allowance { attempts: 2, others: false };
    const OTHERS: Allowance = Allowance { attempts: 2, others: true };

    #[test]
    fn a_good_answer_and_a_refusal_that_can_be_helped_need_no_further_attempt() {
        for allowance in [NONE, ALONE, OTHERS] {
            assert_eq!(decide(Outcome::Answer(200), allowance), Decision::Done);
            assert_eq!(decide(Outcome::Answer(201), allowance), Decision::Done);
            assert_eq!(decide(Outcome::Amendable, allowance), Decision::Amend);
        }
    }

    #[test]
    fn what_may_pass_is_tried_elsewhere_or_else_again_while_attempts_are_left() {
        for status in [408, 429, 500, 502, 503, 504] {
            assert_eq!(decide(Outcome::Answer(status), OTHERS), Decision::FailOver, "{status}");
            assert_eq!(decide(Outcome::Answer(status), ALONE), Decision::Retry, "{status}");
            assert_eq!(decide(Outcome::Answer(status), NONE), Decision::GiveUp, "{status}");
        }
        for status in [301, 400, 401, 403, 404, 422, 501] {
            assert_eq!(decide(Outcome::Answer(status), OTHERS), Decision::GiveUp, "{status}");
        }
    }

    #[test]
    fn a_call_that_azure_may_have_begun_to_serve_is_not_sent_again() {
        let uri = Uri::from_static("http://a.example");
        let failure = |phase| Failure::new(phase, &uri, "broken");
        for phase in [Phase::Resolve, Phase::Connect, Phase::Tls, Phase::Proxy] {
            assert_eq!(decide(Outcome::Failure(&failure(phase)), OTHERS), Decision::FailOver, "{phase:?}");
            assert_eq!(decide(Outcome::Failure(&failure(phase)), ALONE), Decision::Retry, "{phase:?}");
        }
        for phase in [Phase::Send, Phase::AwaitAnswer, Phase::ReadAnswer] {
            assert_eq!(decide(Outcome::Failure(&failure(phase)), OTHERS), Decision::GiveUp, "{phase:?}");
        }
    }
}
