//! What Azure's content filter says. A chat answer has it of the prompt and of each choice; a response has one list,
//! `content_filters`, each entry with the side that it is about (Azure/azure-rest-api-specs#42141).

use super::{list::List, rest::Rest};
use crate::{
    bridge::filters::is_filtered,
    json::{View, text},
};

/// The verdicts of one answer.
#[derive(Debug, Default)]
pub(super) struct Verdicts {
    prompts: List,
    /// By category, the worst of what came.
    answer: Rest,
}

impl Verdicts {
    /// The list about the prompt, parsed to the categories. It comes whole.
    pub(super) fn prompts(&mut self, list: View<'_>) {
        self.prompts = List::default();
        for entry in list.items() {
            let results = entry.get("content_filter_results");
            let blocked = results.into_iter().flat_map(View::members).any(|(_, one)| is_filtered(one.raw()));
            let mut out = head(blocked, "prompt");
            for (key, value) in entry.members() {
                out.push(b',');
                out.extend_from_slice(text::quote(&key).as_bytes());
                out.push(b':');
                out.extend_from_slice(value.raw());
            }
            out.push(b'}');
            self.prompts.push(&out);
        }
    }

    /// Verdicts on the answer, or on a piece of it.
    pub(super) fn answer(&mut self, results: View<'_>) {
        results.members().for_each(|(category, one)| self.answer.worst(&category, one.raw()));
    }

    /// Writes the member behind a comma, if there are verdicts.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        if self.prompts.len() == 0 && self.answer.is_empty() {
            return;
        }
        out.extend_from_slice(b",\"content_filters\":[");
        out.extend_from_slice(self.prompts.items());
        if !self.answer.is_empty() {
            if self.prompts.len() > 0 {
                out.push(b',');
            }
            out.extend_from_slice(&head(self.answer.values().any(is_filtered), "completion"));
            out.extend_from_slice(b",\"content_filter_results\":");
            out.extend_from_slice(&self.answer.object());
            out.push(b'}');
        }
        out.push(b']');
    }
}

fn head(blocked: bool, source: &str) -> Vec<u8> {
    format!("{{\"blocked\":{blocked},\"source_type\":\"{source}\"").into_bytes()
}
