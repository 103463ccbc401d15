//! Data sources that are file search by another name, with the options that clients of On Your Data know.

use std::ops::RangeInclusive;

use super::{
    super::object::{Member, kind, members},
    uncarried,
};
use crate::{
    bridge::{Loss, Uncarried},
    json::{Kind, Pointer, Raw, View},
};

/// The options that file search has.
const OPTIONS: [&str; 3] = [MOST, "ranking_options", "filters"];
/// How many results there are at most.
const MOST: &str = "max_num_results";
/// The same as On Your Data calls it.
const TOP: &str = "top_n_documents";
/// How many results file search gives (OpenAI's API description, `FileSearchTool`).
const RESULTS: RangeInclusive<u64> = 1..=50;

/// An option of file search that a data source has.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) key: &'static str,
    pub(super) value: Raw,
    /// Where it stands.
    pub(super) at: Pointer,
}

impl Choice {
    /// What is lost where the tool says something else already.
    pub(super) fn unheard(self) -> Loss {
        let why = format!("`{}` of file_search is said in another place too, which counts", self.key);
        Loss { rule: "drop.data_sources", at: self.at, why: why.into(), same: false }
    }
}

/// What the data sources say of a file search.
#[derive(Debug, Default)]
pub(super) struct Sources<'a> {
    /// The ids of vector stores: one, or an array of them.
    pub(super) stores: Vec<View<'a>>,
    /// The options, what says the same in other words last.
    pub(super) choices: Vec<Choice>,
    /// What a file search has no place for.
    pub(super) losses: Vec<Loss>,
}

impl<'a> Sources<'a> {
    pub(super) fn read(root: View<'a>) -> Result<Sources<'a>, Uncarried> {
        let mut read = Sources::default();
        let mut reworded = Vec::new();
        for (index, source) in sources(root) {
            let at = Pointer::key("data_sources").item(index);
            for member in members(source).iter().filter(|member| member.key != "type") {
                let at = at.clone().then(member.key.clone().into_owned());
                if member.key != "parameters" || member.value.kind() != Kind::Object {
                    read.losses.push(lost(at));
                    continue;
                }
                for parameter in members(member.value) {
                    let at = at.clone().then(parameter.key.clone().into_owned());
                    reworded.extend(read.parameter(&parameter, at)?);
                }
            }
        }
        read.choices.extend(reworded);
        Ok(read)
    }

    /// Takes note of a parameter, or gives back what it says in the words of the tool.
    fn parameter(&mut self, parameter: &Member<'a>, at: Pointer) -> Result<Option<Choice>, Uncarried> {
        let Member { key, value } = parameter;
        match &**key {
            "vector_store_id" | "vector_store_ids" => self.stores.push(*value),
            // Without it the model would be shown what the caller keeps from it.
            "filter" => {
                let why = "On Your Data's filters are in the words of its search service; file_search takes `filters` on \
                           the attributes of its files";
                return Err(uncarried(&at, why));
            }
            TOP if let Some(top) = value.whole() => {
                let most = top.clamp(*RESULTS.start(), *RESULTS.end());
                if most != top {
                    let why = format!("file_search gives from 1 to 50 results, so that it is {most}").into();
                    let rule = "clamp.max_num_results";
                    self.losses.push(Loss { rule, at: at.clone(), why, same: false });
                }
                return Ok(Some(Choice { key: MOST, value: Raw::json(most.to_string()), at }));
            }
            key => match OPTIONS.into_iter().find(|option| *option == key) {
                Some(key) => self.choices.push(Choice { key, value: Raw::source(value.span()), at }),
                None => self.losses.push(lost(at)),
            },
        }
        Ok(None)
    }
}

fn lost(at: Pointer) -> Loss {
    let why = "the tool file_search, which this data source is, has no such option".into();
    Loss { rule: "drop.data_sources", at, why, same: false }
}

/// A data source that is none of Azure's, but the tool by another name.
pub(super) fn is_store(source: View<'_>) -> bool {
    kind(source).as_deref() == Some("file_search")
}

/// Those that are, and where they stand.
pub(super) fn sources(root: View<'_>) -> impl Iterator<Item = (usize, View<'_>)> {
    let sources = root.get("data_sources").into_iter().flat_map(View::items);
    sources.enumerate().filter(|(_, source)| is_store(*source))
}
