//! Decides what azgate does after an attempt.

use crate::upstream::Failure;

/// What azgate does after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Send Azure's answer to the client: Azure took the call.
    Done,
    /// Send the call to the same deployment again, changed as Azure's refusal asks.
    Amend,
    /// Send the same call to the same deployment again.
    Retry,
    /// Send the call to another deployment.
    FailOver,
    /// Send the client Azure's error answer, or report the failure.
    GiveUp,
}

/// The outcome of an attempt.
#[derive(Clone, Copy, Debug)]
pub enum AttemptOutcome<'a> {
    /// Azure answered with this status.
    Answer(u16),
    /// Azure refused the call, and the call can be changed so that Azure may take it.
    Amendable,
    /// Azure did not answer.
    Failure(&'a Failure),
}

/// What a call may still use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// The number of attempts that are left.
    pub attempts: u8,
    /// Whether the pool has another deployment that the call has not tried.
    pub others: bool,
}

/// Decides what azgate does after an attempt with this outcome.
pub fn decide(outcome: AttemptOutcome<'_>, allowance: Allowance) -> Decision {
    let is_temporary = match outcome {
        AttemptOutcome::Answer(200..300) => return Decision::Done,
        AttemptOutcome::Amendable => return Decision::Amend,
        AttemptOutcome::Answer(status) => matches!(status, 408 | 429 | 500 | 502..=504),
        // azgate does not send a call twice if Azure may have begun to serve it.
        AttemptOutcome::Failure(failure) => failure.phase.is_before_the_call(),
    };
    match allowance {
        Allowance { attempts: 0, .. } => Decision::GiveUp,
        _ if !is_temporary => Decision::GiveUp,
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
    fn a_2xx_answer_is_done_and_an_amendable_refusal_is_amended_whatever_the_allowance() {
        for allowance in [NONE, ALONE, OTHERS] {
            assert_eq!(decide(AttemptOutcome::Answer(200), allowance), Decision::Done);
            assert_eq!(decide(AttemptOutcome::Answer(201), allowance), Decision::Done);
            assert_eq!(decide(AttemptOutcome::Amendable, allowance), Decision::Amend);
        }
    }

    #[test]
    fn a_temporary_error_fails_over_or_is_retried_while_attempts_are_left() {
        for status in [408, 429, 500, 502, 503, 504] {
            assert_eq!(decide(AttemptOutcome::Answer(status), OTHERS), Decision::FailOver, "{status}");
            assert_eq!(decide(AttemptOutcome::Answer(status), ALONE), Decision::Retry, "{status}");
            assert_eq!(decide(AttemptOutcome::Answer(status), NONE), Decision::GiveUp, "{status}");
        }
        for status in [301, 400, 401, 403, 404, 422, 501] {
            assert_eq!(decide(AttemptOutcome::Answer(status), OTHERS), Decision::GiveUp, "{status}");
        }
    }

    #[test]
    fn a_call_that_azure_may_have_begun_to_serve_is_not_sent_again() {
        let uri = Uri::from_static("http://a.example");
        let failure = |phase| Failure::new(phase, &uri, "broken");
        for phase in [Phase::Resolve, Phase::Connect, Phase::Tls, Phase::Proxy] {
            assert_eq!(
                decide(AttemptOutcome::Failure(&failure(phase)), OTHERS),
                Decision::FailOver,
                "{phase:?}"
            );
            assert_eq!(decide(AttemptOutcome::Failure(&failure(phase)), ALONE), Decision::Retry, "{phase:?}");
        }
        for phase in [Phase::Send, Phase::AwaitAnswer, Phase::ReadAnswer] {
            assert_eq!(
                decide(AttemptOutcome::Failure(&failure(phase)), OTHERS),
                Decision::GiveUp,
                "{phase:?}"
            );
        }
    }
}
