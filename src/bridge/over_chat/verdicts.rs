//! The verdicts of Azure's content filter. A chat answer has them for the prompt and for each choice. A response has
//! one list, `content_filters`, whose entries name their side (Azure/azure-rest-api-specs#42141).

use super::member_map::MemberMap;
use crate::{
    bridge::filters::is_filtered,
    json::{
        View,
        write::{item, key, member},
    },
};

/// The verdicts on one answer.
#[derive(Debug, Default)]
pub(super) struct Verdicts {
    /// The entries for the prompt, the inside of a list.
    prompts: Vec<u8>,
    /// The worst verdict on the answer in each category.
    answer: MemberMap,
}

impl Verdicts {
    /// Reads the list for the prompt, which is parsed to the categories. A list that comes again is complete, so it
    /// replaces the one before.
    pub(super) fn prompts(&mut self, list: View<'_>) {
        self.prompts.clear();
        for entry in list.items() {
            let results = entry.get("content_filter_results");
            let blocked = results.into_iter().flat_map(View::members).any(|(_, one)| is_filtered(one.raw()));
            let mut out = head(blocked, "prompt");
            for (key, value) in entry.members() {
                member(&mut out, &key, value.raw());
            }
            out.push(b'}');
            item(&mut self.prompts, &out);
        }
    }

    /// Reads the verdicts on the answer, or on a piece of it.
    pub(super) fn answer(&mut self, results: View<'_>) {
        results.members().for_each(|(category, one)| self.answer.worst(&category, one.raw()));
    }

    /// Appends the list to an object that is still open, if there are verdicts.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        if self.prompts.is_empty() && self.answer.is_empty() {
            return;
        }
        key(out, "content_filters");
        out.push(b'[');
        out.extend_from_slice(&self.prompts);
        if !self.answer.is_empty() {
            item(out, &head(self.answer.values().any(is_filtered), "completion"));
            member(out, "content_filter_results", &self.answer.object());
            out.push(b'}');
        }
        out.push(b']');
    }
}

fn head(blocked: bool, source: &str) -> Vec<u8> {
    format!("{{\"blocked\":{blocked},\"source_type\":\"{source}\"").into_bytes()
}
