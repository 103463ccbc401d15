//! A call for several choices, on an operation that gives one: it is sent so many times at once.

use futures_util::future::{try_join, try_join_all};
use http::Response;

use crate::{
    balance::Resource,
    call::Copies,
    deadline::Deadlines,
    limits::{Limited, Permit},
    upstream::{AnswerBody, Failure, Request},
};

/// The first answer, and those to the other copies.
pub type Answers = (Response<AnswerBody>, Vec<Response<AnswerBody>>);

/// Sends a call, as many times at once as it has copies. Returns an answer for each; or, where one of them is not 2xx,
/// that one alone.
///
/// # Errors
/// When the model's limit, against which each copy counts, is used up. The inner error is a copy without an answer.
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
