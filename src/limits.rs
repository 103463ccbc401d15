//! How much a caller may ask: requests per minute, per key and per model.

use std::{num::NonZeroU32, time::Duration};

use governor::{
    Quota, RateLimiter,
    clock::{Clock, QuantaClock},
    middleware::StateInformationMiddleware,
    state::{InMemoryState, NotKeyed},
};

type Limiter = RateLimiter<NotKeyed, InMemoryState, QuantaClock, StateInformationMiddleware>;

/// A limit of requests per minute, refilled evenly; a whole minute's worth may come at once.
#[derive(Debug)]
pub struct RequestLimit {
    per_minute: NonZeroU32,
    limiter: Limiter,
}

/// A call over a limit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} is limited to {per_minute} requests per minute")]
pub struct Limited {
    /// What the limit is on, such as "the key `team-a`".
    pub what: String,
    /// The limit.
    pub per_minute: u32,
    /// How long until a request is let through again.
    pub retry_after: Duration,
}

impl RequestLimit {
    /// A fresh limit.
    pub fn per_minute(per_minute: NonZeroU32) -> RequestLimit {
        let limiter = RateLimiter::direct(Quota::per_minute(per_minute)).with_middleware();
        RequestLimit { per_minute, limiter }
    }

    fn check(&self) -> Result<(), Duration> {
        match self.limiter.check() {
            Ok(_) => Ok(()),
            Err(refused) => Err(refused.wait_time_from(QuantaClock::default().now())),
        }
    }
}

/// Takes one request from each limit in turn, the narrower one first.
///
/// # Errors
/// The first limit that is used up. A request taken from an earlier limit is not given back: governor has no refund.
pub fn admit<'l>(
    limits: impl IntoIterator<Item = (&'static str, &'l str, &'l RequestLimit)>,
) -> Result<(), Limited> {
    for (kind, name, limit) in limits {
        limit.check().map_err(|retry_after| Limited {
            what: format!("the {kind} `{name}`"),
            per_minute: limit.per_minute.get(),
            retry_after,
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_a_minutes_worth_and_then_says_when() {
        let limit = RequestLimit::per_minute(NonZeroU32::new(2).unwrap());
        let admit = || admit([("key", "k", &limit)]);
        assert!(admit().is_ok());
        assert!(admit().is_ok());
        let limited = admit().unwrap_err();
        assert_eq!(limited.per_minute, 2);
        assert!(
            limited.retry_after > Duration::from_secs(20) && limited.retry_after <= Duration::from_secs(30)
        );
        assert_eq!(limited.to_string(), "the key `k` is limited to 2 requests per minute");
    }
}
