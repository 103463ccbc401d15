//! What can be wrong with a catalog, said so that its author can put it right.

use std::fmt;

/// Something wrong in the catalog or in an operator's overlay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The key it is about, from `families` or `defaults` down.
    pub at: Vec<String>,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub remedy: String,
}

impl Problem {
    pub(super) fn new(at: &[&str], message: impl Into<String>, remedy: impl Into<String>) -> Problem {
        Problem {
            at: at.iter().map(|key| (*key).to_owned()).collect(),
            message: message.into(),
            remedy: remedy.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (depth, key) in self.at.iter().enumerate() {
            let dot = if depth == 0 { "" } else { "." };
            let bare = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
            if bare { write!(f, "{dot}{key}")? } else { write!(f, "{dot}{key:?}")? }
        }
        write!(f, ": {}; {}", self.message, self.remedy)
    }
}

/// The candidate most like a word, if one is like it at all.
pub(super) fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(word, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, candidate)| candidate)
}
