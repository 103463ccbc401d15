//! Sends a call for several choices to an operation that gives only one: azgate sends one copy for each choice, all at
//! once.

use futures_util::future::{try_join, try_join_all};
use http::Response;

use crate::{
    balance::Resource,
    call::Copies,
    deadline::Deadlines,
    limits::{Limited, Permit},
    upstream::{AnswerBody, Failure, Request},
};

/// The answer to the first copy, and the answers to the other copies.
pub type Answers = (Response<AnswerBody>, Vec<Response<AnswerBody>>);

/// Sends all copies of a call at once, and returns an answer for each. If an answer is not 2xx, returns only that
/// answer.
///
/// # Errors
/// When the model's limit is used up; each copy counts against it. The inner error means that a copy got no answer.
pub async fn send(
    resource: &Resource,
    request: Request,
    copies: Copies,
    permit: &Permit,
    deadlines: &Deadlines,
) -> Result<Result<Answers, Failure>, Limited> {
    if copies == Copies::default() {
        return Ok(resource.send(request, deadlines).await.map(|answer| (answer, Vec::new())));
    }
    let others = 1..copies.count();
    others.clone().try_for_each(|_| permit.extend())?;
    let others: Vec<_> = others.map(|_| resource.send(request.clone(), deadlines)).collect();
    let sent = try_join(resource.send(request, deadlines), try_join_all(others)).await;
    Ok(sent.map(|(first, mut others)| {
        let refused = others.iter().position(|answer| !answer.status().is_success());
        match refused {
            Some(at) if first.status().is_success() => (others.swap_remove(at), Vec::new()),
            _ => (first, others),
        }
    }))
}
