//! Sends the questions, one after the other, within the budget.

use std::{io::Write, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header::CONTENT_TYPE};

use super::end::End;
use crate::{
    balance::Resource,
    call::{ApiVersion, Operation},
    deadline::{Deadlines, Timeouts},
    gather::gather,
    probe::{Answer, Interview, Outcome, Question},
    upstream::{Request, ResentFlag},
};

/// The longest wait that Azure can ask for before the command ends.
const PATIENCE: Duration = Duration::from_mins(1);
/// How often the command waits before it gives up a question.
const WAITS: u32 = 5;
/// How many calls in a row may fail.
const FAILURES: u32 = 3;
/// The largest answer that is read, in bytes.
const LARGEST: usize = 1024 * 1024;

/// An answer as it came.
struct Reply {
    status: u16,
    wait: Option<Duration>,
    body: Bytes,
}

/// Asks until nothing is open, the budget is used up, or Azure cannot be asked.
pub(super) async fn all(
    resource: &Resource,
    interview: &mut Interview,
    budget: u64,
    progress: &mut dyn Write,
) -> anyhow::Result<End> {
    let mut end = End::default();
    let (mut failures, mut failed) = (0, String::new());
    while let Some(question) = interview.open().into_iter().next() {
        if end.tokens + question.most > budget {
            end.needed = Some(question.most);
            break;
        }
        let (answer, tokens, model) = match patiently(resource, interview, &question, progress).await? {
            Outcome::Answered { answer, tokens, model } => {
                failures = 0;
                (*answer, tokens.unwrap_or(question.most), model)
            }
            Outcome::Stop(why) | Outcome::Busy(why) => {
                end.stopped = Some(why);
                break;
            }
            // Azure may have begun to serve a call that failed.
            Outcome::Failed(why) => {
                failures += 1;
                end.tokens += question.most;
                if failures == FAILURES {
                    end.stopped = Some(format!("Azure failed {FAILURES} times: {why}"));
                    break;
                }
                if failed != question.id {
                    failed = question.id;
                    continue;
                }
                (Answer::unclear(&why), 0, None)
            }
        };
        end.calls += 1;
        end.tokens += tokens;
        let word = answer.verdict.word();
        writeln!(progress, "{:>4}  {:<44} {word:<8} {:>6} tokens", end.calls, question.id, end.tokens)?;
        interview.record(&question, &answer, model.as_deref());
    }
    Ok(end)
}

/// Asks one question. If Azure asks to wait, it is asked again.
async fn patiently(
    resource: &Resource,
    interview: &Interview,
    question: &Question,
    progress: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let mut wait = Duration::from_secs(2);
    for _ in 0..WAITS {
        let reply = match send(resource, interview.deployment(), question).await? {
            Ok(reply) => reply,
            Err(why) => return Ok(Outcome::Failed(why)),
        };
        let outcome = interview.read(question, reply.status, &reply.body);
        let Outcome::Busy(why) = &outcome else { return Ok(outcome) };
        wait = reply.wait.unwrap_or(wait * 2);
        if wait > PATIENCE {
            let seconds = wait.as_secs();
            return Ok(Outcome::Stop(format!(
                "Azure asks to wait {seconds} s, so run the command again later: {why}"
            )));
        }
        writeln!(progress, "      waiting {wait:?}: Azure's limit is reached")?;
        tokio::time::sleep(wait).await;
    }
    Ok(Outcome::Stop(format!("Azure's limit is reached, after {WAITS} waits: run the command again later")))
}

/// Sends one call, and reads its whole answer.
async fn send(
    resource: &Resource,
    deployment: &str,
    question: &Question,
) -> anyhow::Result<Result<Reply, String>> {
    let version = question.api_version.as_ref().map(ApiVersion::as_str);
    let uri = resource.endpoint.operation(version, Operation::of(question.dialect), deployment, "")?;
    let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    let request = Request {
        method: Method::POST,
        uri,
        headers,
        body: question.body().into(),
        resent: ResentFlag::default(),
    };
    let deadlines = Deadlines::begin(Timeouts {
        first_byte: Some(Duration::from_mins(2)),
        idle: Some(Duration::from_mins(1)),
        total: Some(Duration::from_mins(5)),
    });
    let answer = match resource.send(request, &deadlines).await {
        Ok(answer) => answer,
        // Nothing was sent, and the next call would not get any further.
        Err(failure) if failure.phase.is_before_the_call() => anyhow::bail!("{failure}"),
        Err(failure) => return Ok(Err(failure.to_string())),
    };
    let (status, wait) = (answer.status().as_u16(), wait(answer.headers()));
    match gather(answer.into_body(), 0, LARGEST, &deadlines).await {
        Ok(body) => Ok(Ok(Reply { status, wait, body })),
        Err(_) => Ok(Err("the answer was cut off".to_owned())),
    }
}

/// Returns how long Azure asks to wait.
fn wait(headers: &HeaderMap) -> Option<Duration> {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
    let milliseconds = number("retry-after-ms").map(Duration::from_millis);
    milliseconds.or_else(|| number("retry-after").map(Duration::from_secs))
}
