//! Reads Azure's answer to a question. Refusals go through the reader that the gateway learns with; the asked thing's
//! own names help where that reader does not know the wording.

use bytes::Bytes;
use serde_json::Value;

use super::{
    answer::{Answer, Verdict},
    params::{Need, Param},
    question::{Question, Topic},
    refusal::Refusal,
};
use crate::{
    call::Dialect,
    json::Document,
    translate::{
        Target,
        learn::{Lesson, is_unserved, lessons},
    },
};

/// What follows from an answer of Azure's.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The question is answered.
    Answered {
        /// The answer.
        answer: Box<Answer>,
        /// The tokens that the call cost. `None`: Azure did not say.
        tokens: Option<u64>,
        /// The model that Azure names in the answer.
        model: Option<String>,
    },
    /// No question can be answered.
    Stop(String),
    /// Azure asks to wait.
    Busy(String),
    /// Azure failed. The next call may succeed.
    Failed(String),
}

/// The depth to which the sent body is read.
const DEPTH: u32 = 4;

/// Reads an answer. `target` is what the call was sent to, without anything known about the family.
pub fn outcome(status: u16, answer: &[u8], question: &Question, target: &Target) -> Outcome {
    let refusal = Refusal::read(status, answer);
    match status {
        200..300 => taken(status, answer, question),
        401 => Outcome::Stop(format!("Azure does not accept the key of the resource: {}", refusal.message)),
        403 => Outcome::Stop(format!("Azure denies the access: {}", refusal.message)),
        404 if refusal.code == "DeploymentNotFound" => Outcome::Stop(format!(
            "the resource has no deployment `{}`: {}",
            target.deployment, refusal.message
        )),
        429 => Outcome::Busy(refusal.message),
        408 | 500.. => Outcome::Failed(format!("status {status}: {}", refusal.message)),
        _ if is_cut_short(&refusal) => {
            Outcome::Answered { answer: Answer::new(Verdict::Takes, "").into(), tokens: None, model: None }
        }
        _ => {
            let answer = refused(status, answer, question, target, &refusal);
            Outcome::Answered { answer: answer.into(), tokens: Some(0), model: None }
        }
    }
}

/// A model that spent the whole cap on reasoning. It has taken the call: "Could not finish the message because
/// `max_tokens` or model output limit was reached." (nextlevelbuilder/goclaw#245).
fn is_cut_short(refusal: &Refusal) -> bool {
    refusal.message.starts_with("Could not finish the message because max_tokens")
}

/// Returns whether a successful body answers the question: a completion or a response, or a stream of it.
fn is_answer(body: &Value, raw: &[u8], question: &Question) -> bool {
    let is_one = |body: &Value| match question.dialect {
        Dialect::Chat => body.get("choices").is_some_and(Value::is_array),
        Dialect::Responses => {
            let kind = body.get("type").or_else(|| body.get("object")).and_then(Value::as_str);
            kind.is_some_and(|kind| kind == "response" || kind.starts_with("response."))
        }
    };
    if question.body.get("stream").and_then(Value::as_bool) != Some(true) {
        return is_one(body);
    }
    let events = raw.split(|byte| *byte == b'\n').filter_map(|line| line.strip_prefix(b"data:"));
    let events = events.filter_map(|data| serde_json::from_slice::<Value>(data).ok());
    events.into_iter().any(|event| is_one(&event))
}

/// Reads a successful answer: JSON, or a stream.
fn taken(status: u16, answer: &[u8], question: &Question) -> Outcome {
    let body: Value = serde_json::from_slice(answer).unwrap_or_default();
    let error = body.get("error").filter(|error| !error.is_null());
    let is_error_event = answer.starts_with(b"event: error") || answer.starts_with(b"data: {\"error\"");
    if error.is_none() && !is_error_event && !is_answer(&body, answer, question) {
        return Outcome::Failed(format!(
            "status {status} without an answer: is this the endpoint of Azure OpenAI?"
        ));
    }
    let answer = if error.is_some() || is_error_event {
        Answer::new(Verdict::Unclear, &Refusal::read(200, answer).message)
    } else {
        Answer::new(Verdict::Takes, "")
    };
    let count = |one: &str, other: &str| {
        let usage = body.get("usage")?;
        usage.get(one).or_else(|| usage.get(other)).and_then(Value::as_u64)
    };
    let prompt = count("prompt_tokens", "input_tokens");
    let tokens = prompt.zip(count("completion_tokens", "output_tokens")).map(|(one, other)| one + other);
    let model = body.get("model").and_then(Value::as_str).map(str::to_owned);
    Outcome::Answered { answer: answer.into(), tokens, model }
}

fn refused(status: u16, answer: &[u8], question: &Question, target: &Target, refusal: &Refusal) -> Answer {
    let unclear = Answer::new(Verdict::Unclear, &refusal.message);
    let refuses = Answer { verdict: Verdict::Refuses, ..unclear.clone() };
    if refusal.code == "content_filter" {
        return unclear;
    }
    let Ok(sent) = Document::parse(Bytes::from(question.body.to_string()), DEPTH) else { return unclear };
    let lessons = lessons(status, answer, question.dialect, &sent, target);
    let row = |name: &str| {
        lessons.iter().find_map(|lesson| match lesson {
            Lesson::Row(_, row) if row.param == name => Some(row.clone()),
            _ => None,
        })
    };
    let version = lessons.iter().find_map(|lesson| match lesson {
        Lesson::ApiVersion(version) => Some(version.clone()),
        _ => None,
    });
    let for_effort = lessons.iter().any(|lesson| matches!(lesson, Lesson::ToolsWithEffort(_)));
    let fallback =
        || if lessons.is_empty() && is_about(question, refusal) { refuses.clone() } else { unclear.clone() };
    match &question.topic {
        Topic::Operation { .. } if is_unserved(status, answer) => refuses,
        Topic::Operation { cap } => Answer { row: row(cap), version, ..unclear },
        Topic::Version(_) => Answer { version, ..refuses },
        Topic::Param(param, _) if for_effort => tools_beside_effort(param, refuses, unclear),
        Topic::Param(param, _) => match row(param.name) {
            Some(row) => Answer { row: Some(row), ..refuses },
            None if lessons.iter().any(|lesson| is_beside(param, lesson)) => refuses,
            None => fallback(),
        },
        Topic::Effort(_) => match row(super::context::effort_param(question.dialect)) {
            Some(row) => Answer { row: Some(row), ..refuses },
            None => fallback(),
        },
        Topic::Role(_) if lessons.iter().any(|one| matches!(one, Lesson::SystemRole(_))) => refuses,
        Topic::Streaming if lessons.contains(&Lesson::Synthesize) => refuses,
        Topic::Functions if row("functions").is_some() => refuses,
        Topic::Role(_) | Topic::Streaming | Topic::Functions | Topic::Part(_) | Topic::CustomTools => {
            fallback()
        }
    }
}

/// Returns whether a lesson is about a parameter without which the asked one means nothing.
fn is_beside(param: &Param, lesson: &Lesson) -> bool {
    matches!(lesson, Lesson::Row(_, row) if param.beside.contains(&format!("\"{}\"", row.param)))
}

/// The refusal is about function tools, so it says nothing about a parameter beside them.
fn tools_beside_effort(param: &Param, refuses: Answer, unclear: Answer) -> Answer {
    if param.needs == Need::Tools { unclear } else { Answer { for_effort: true, ..refuses } }
}

/// Returns whether a refusal means the asked thing, by its `param` or else by its words.
fn is_about(question: &Question, refusal: &Refusal) -> bool {
    let names = question.names();
    let message = &refusal.message;
    let in_message = names.iter().any(|name| message.contains(name));
    match (&question.topic, &refusal.param) {
        // The place of a part says nothing about its type, and a file that Azure cannot read nothing about the model.
        (Topic::Part(_), _) => in_message && message.contains("upport") && !message.contains("format"),
        // A value that is invalid by itself says nothing about the model.
        (_, Some(param)) => names.iter().any(|name| {
            param == name || param.ends_with(&format!(".{name}")) || param.starts_with(&format!("{name}["))
        }),
        (_, None) => in_message,
    }
}
