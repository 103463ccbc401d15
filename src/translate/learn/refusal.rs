//! Azure's refusals, in each of their envelopes. Members may be missing, null, or of another type than usual.

use std::borrow::Cow;

use bytes::Bytes;

use super::wording::{RefusalReason, read_message};
use crate::json::{Document, View};

/// The longest refusal that azgate reads. Azure's own have a few hundred bytes.
const LONGEST: usize = 16 * 1024;

/// Returns whether an answer with this status can refuse a call because of its content. A 404 is OpenAI's status for
/// missing abilities (`inspect_ai`#1290); the other statuses are about keys, quotas and failures.
pub fn may_teach(status: u16) -> bool {
    matches!(status, 400 | 404 | 422)
}

/// A refusal of Azure's, read from any of its envelopes.
#[derive(Debug)]
pub(super) struct AzureRefusal {
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
        let document = Document::parse(Bytes::copy_from_slice(answer), 2).ok()?;
        let root = document.root();
        // API management's envelope has no `error`.
        let error = root.get("error").unwrap_or(root);
        let text = |key: &str| error.get(key).and_then(View::text).map(Cow::into_owned);
        Some(AzureRefusal { message: text("message")?, param: text("param"), code: text("code") })
    }

    /// Returns whether Azure could not read encrypted reasoning: "The encrypted content gAAA...OA== could not be
    /// verified." (openai/codex#8100), also "… for item rs_… could not be verified." (openai/codex#3573), which may
    /// come without the code (openai-agents-python#2063).
    pub(super) fn is_unreadable(&self) -> bool {
        let is_wording = |message: &str| {
            message.starts_with("The encrypted content ") && message.contains("could not be verified")
        };
        self.code.as_deref() == Some("invalid_encrypted_content") || is_wording(self.message.trim())
    }

    /// Returns the reasons. There are none if neither the wording nor the other members are known.
    pub(super) fn reasons(&self) -> Vec<RefusalReason<'_>> {
        let param = self.param.as_deref();
        if let Some(reason) = read_message(self.message.trim(), param) {
            return reason;
        }
        match (param, self.code.as_deref()) {
            (_, Some("OperationNotSupported")) => vec![RefusalReason::Unserved { dialect: None }],
            (Some(param), Some("unsupported_parameter" | "unknown_parameter")) => {
                vec![RefusalReason::Unsupported { param, instead: None }]
            }
            _ => Vec::new(),
        }
    }
}
