//! Limits the requests per minute of a key and of a model.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use governor::{
    Quota, RateLimiter,
    clock::{Clock, QuantaClock},
    middleware::StateInformationMiddleware,
    state::{InMemoryState, NotKeyed},
};

type Limiter = RateLimiter<NotKeyed, InMemoryState, QuantaClock, StateInformationMiddleware>;

/// The key or model that a limit applies to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A key of the gateway, by its name.
    Key(String),
    /// A model, by the name that clients use.
    Model(String),
}

/// A limit of requests per minute. It refills evenly, and the requests of a whole minute may come at once.
#[derive(Debug)]
pub struct RequestLimit {
    subject: Subject,
    per_minute: NonZeroU32,
    limiter: Limiter,
}

/// The error of a request over a limit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} is limited to {per_minute} requests per minute")]
pub struct Limited {
    /// A description of the key or model, such as "the key `team-a`".
    pub what: String,
    /// The limit of requests per minute.
    pub per_minute: u32,
    /// The time until the limit admits another request.
    pub retry_after: Duration,
}

impl RequestLimit {
    /// Makes an unused limit.
    pub fn new(subject: Subject, per_minute: NonZeroU32) -> RequestLimit {
        let limiter = RateLimiter::direct(Quota::per_minute(per_minute)).with_middleware();
        RequestLimit { subject, per_minute, limiter }
    }

    /// Takes one request from the limit.
    fn take(&self) -> Result<(), Limited> {
        let Err(refused) = self.limiter.check() else { return Ok(()) };
        Err(Limited {
            what: match &self.subject {
                Subject::Key(name) => format!("the key `{name}`"),
                Subject::Model(name) => format!("the model `{name}`"),
            },
            per_minute: self.per_minute.get(),
            retry_after: refused.wait_time_from(QuantaClock::default().now()),
        })
    }
}

/// The right to serve a call. The answer's body holds the permit until the body ends.
#[derive(Debug)]
#[must_use = "a call is served while its permit is held"]
pub struct Permit {
    model: Option<Arc<RequestLimit>>,
}

/// Admits a call: takes one request from the key's limit, then one from the model's.
///
/// # Errors
/// When a limit is used up. A request that was taken from the key's limit is not given back, because governor cannot
/// refund it.
#[expect(clippy::unused_async, reason = "later kinds of limits wait, or ask another process")]
pub async fn admit(
    key: Option<&Arc<RequestLimit>>,
    model: Option<&Arc<RequestLimit>>,
) -> Result<Permit, Limited> {
    let permit = Permit { model: model.cloned() };
    key.map_or(Ok(()), |limit| limit.take())?;
    permit.extend()?;
    Ok(permit)
}

impl Permit {
    /// Admits one more request to Azure for the same call, such as an amended call. The request counts against the
    /// model's limit.
    ///
    /// # Errors
    /// When the model's limit is used up.
    pub fn extend(&self) -> Result<(), Limited> {
        self.model.as_ref().map_or(Ok(()), |limit| limit.take())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(subject: Subject, per_minute: u32) -> Arc<RequestLimit> {
        Arc::new(RequestLimit::new(subject, NonZeroU32::new(per_minute).unwrap()))
    }

    #[tokio::test]
    async fn a_used_up_limit_refuses_and_gives_the_time_to_wait() {
        let key = limit(Subject::Key("k".to_owned()), 2);
        assert!(admit(Some(&key), None).await.is_ok());
        assert!(admit(Some(&key), None).await.is_ok());
        let limited = admit(Some(&key), None).await.unwrap_err();
        assert_eq!(limited.per_minute, 2);
        assert!(
            limited.retry_after > Duration::from_secs(20) && limited.retry_after <= Duration::from_secs(30)
        );
        assert_eq!(limited.to_string(), "the key `k` is limited to 2 requests per minute");
    }

    #[tokio::test]
    async fn every_further_request_of_a_call_counts_against_its_model() {
        let model = limit(Subject::Model("m".to_owned()), 2);
        let permit = admit(None, Some(&model)).await.unwrap();
        assert!(permit.extend().is_ok());
        let limited = permit.extend().unwrap_err();
        assert_eq!(limited.to_string(), "the model `m` is limited to 2 requests per minute");
    }
}
