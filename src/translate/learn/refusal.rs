//! Azure's refusals, in each of their envelopes. Members may be missing, null, or of another type than usual.

use std::borrow::Cow;

use bytes::Bytes;

use super::wording::{RefusalReason, read_message};
use crate::json::{Document, Kind, View};

/// The longest refusal that azgate reads. Azure's own have a few hundred bytes.
const LONGEST: usize = 16 * 1024;

/// How deep an envelope is read: to the place in an item of `detail`.
const DEPTH: u32 = 5;

/// The most errors that one envelope holds.
const MOST: usize = 8;

/// The codes of an error whose `param` is not known, or not supported. Azure Foundry has the third
/// (hindsight#3518).
const UNKNOWN: &[&str] =
    &["unsupported_parameter", "unknown_parameter", "unrecognized_request_argument", "extra_forbidden"];

/// Returns whether an answer with this status can refuse a call because of its content. A 404 is OpenAI's status for
/// missing abilities (`inspect_ai`#1290); the other statuses are about keys, quotas and failures.
pub fn may_teach(status: u16) -> bool {
    matches!(status, 400 | 404 | 422)
}

/// A refusal of Azure's, read from any of its envelopes: the error, and errors inside it.
#[derive(Debug)]
pub(super) struct AzureRefusal(Vec<AzureError>);

/// One error of a refusal.
#[derive(Debug)]
struct AzureError {
    message: String,
    param: Option<String>,
    code: Option<String>,
}

impl AzureRefusal {
    /// Reads an answer that refuses a call because of its content.
    pub(super) fn read(status: u16, answer: &[u8]) -> Option<AzureRefusal> {
        if !may_teach(status) || answer.len() > LONGEST {
            return None;
        }
        let document = Document::parse(Bytes::copy_from_slice(answer), DEPTH).ok()?;
        let mut errors = Vec::new();
        collect(document.root(), &mut errors);
        (!errors.is_empty()).then_some(AzureRefusal(errors))
    }

    /// Returns whether Azure could not read encrypted reasoning: "The encrypted content gAAA...OA== could not be
    /// verified." (openai/codex#8100), also "… for item rs_… could not be verified." (openai/codex#3573), which may
    /// come without the code (openai-agents-python#2063).
    pub(super) fn is_unreadable(&self) -> bool {
        let is_wording = |message: &str| {
            message.starts_with("The encrypted content ") && message.contains("could not be verified")
        };
        let is_code = |code: &Option<String>| code.as_deref() == Some("invalid_encrypted_content");
        self.0.iter().any(|error| is_code(&error.code) || is_wording(error.message.trim()))
    }

    /// Returns the reasons of the outermost error that has a known wording. There are none if neither the wordings nor
    /// the other members are known.
    pub(super) fn reasons(&self) -> Vec<RefusalReason<'_>> {
        if let Some(reasons) = self.0.iter().find_map(AzureError::reasons) {
            return reasons;
        }
        self.0.iter().find_map(AzureError::reason_by_code).into_iter().collect()
    }
}

impl AzureError {
    fn reasons(&self) -> Option<Vec<RefusalReason<'_>>> {
        // A code that is no code of Azure's may be the name.
        let code = self.code.as_deref().filter(|code| !UNKNOWN.contains(code));
        read_message(self.message.trim(), self.param.as_deref().or(code))
    }

    fn reason_by_code(&self) -> Option<RefusalReason<'_>> {
        match (self.param.as_deref(), self.code.as_deref()) {
            (_, Some("OperationNotSupported")) => Some(RefusalReason::Unserved { dialect: None }),
            (Some(param), Some(code)) if UNKNOWN.contains(&code) => {
                Some(RefusalReason::Unsupported { param, instead: None })
            }
            _ => None,
        }
    }
}

/// Collects the errors of an envelope, the outermost first: `error`, or API management's envelope without one, or the
/// `detail` of a validator; and then the errors inside.
fn collect(root: View<'_>, errors: &mut Vec<AzureError>) {
    let error = root.get("error").filter(|error| error.kind() == Kind::Object).unwrap_or(root);
    own_error(error, errors);
    if let Some(detail) = root.get("detail") {
        errors.extend(detail_error(detail));
    }
    let nested = ["innererror", "inner_error", "error"].into_iter().filter_map(|key| error.get(key));
    let listed = [error.get("details"), root.get("errors")].into_iter().flatten().flat_map(View::items);
    for error in nested.chain(listed).take(MOST) {
        own_error(error, errors);
    }
}

/// Adds the error that an object is, and the one that a gateway has put into its message as text: "Server responded
/// with status 400. Error message: {…}" (azure-sdk-for-java#46349).
fn own_error(error: View<'_>, errors: &mut Vec<AzureError>) {
    let text = |key: &str| error.get(key).and_then(View::text).map(Cow::into_owned);
    let Some(message) = text("message") else { return };
    let inner = message.find('{').and_then(|at| message.get(at..)).and_then(|json| {
        let end = json.rfind('}')?;
        Document::parse(Bytes::copy_from_slice(json.get(..=end)?.as_bytes()), DEPTH).ok()
    });
    errors.push(AzureError { message, param: text("param").or_else(|| text("target")), code: text("code") });
    if let Some(inner) = inner {
        let root = inner.root();
        let error = root.get("error").filter(|error| error.kind() == Kind::Object).unwrap_or(root);
        let text = |key: &str| error.get(key).and_then(View::text).map(Cow::into_owned);
        errors.extend(text("message").map(|message| AzureError {
            message,
            param: text("param"),
            code: text("code"),
        }));
    }
}

/// Returns the error in a validator's `detail`: a sentence (langchain#29679), or a list with a place for each sentence.
fn detail_error(detail: View<'_>) -> Option<AzureError> {
    let error = |message| AzureError { message, param: None, code: None };
    if let Some(text) = detail.text() {
        return Some(error(text.into_owned()));
    }
    let line = |item: View<'_>| {
        let place: Vec<Cow<'_, str>> =
            item.get("loc")?.items().filter_map(|step| step.text().or_else(|| number(step))).collect();
        Some(format!("/{}: {}", place.join("/"), item.get("msg")?.text()?))
    };
    let lines: Vec<String> = detail.items().filter_map(line).take(MOST).collect();
    (!lines.is_empty()).then(|| error(lines.join("\n")))
}

fn number(step: View<'_>) -> Option<Cow<'_, str>> {
    (step.kind() == Kind::Number).then(|| String::from_utf8_lossy(step.raw()))
}
